"use strict";
// The page: what the reader chooses becomes a situation, and the situation recalls, back and forth.

const $ = (id) => document.getElementById(id);

let situation; // all that was chosen
let memory; // with the patterns stored
let levels = []; // the energies of the first patterns
let runs = []; // {update, recall, board, canvas, caption} beside each other
let clock = 0; // updates since the cue
let reached = 0; // the latest update that was seen
let running = false;
let pointed = null; // the neuron under the pointer, or the one of the keyboard

// ---------------------------------------------------------------- changing the situation

/** Take over what changed; the memory learns again what it has to. */
function change(changes) {
  const before = situation.stored;
  Object.assign(situation, changes);
  const other = ["side", "memory", "power", "beta"].some((name) => name in changes);
  if (other || "stored" in changes) {
    if (other || before.some((recipe, mu) => recipe !== situation.stored[mu])) {
      memory = memoryOf(situation);
    } else storeIn(memory, situation, before.length);
    levels = memory.patterns.slice(0, 12).map((xi) => memory.energy(memory.cache?.(xi) ?? xi, xi));
    showPatterns();
  }
  start();
}

/** Go back to the cue. */
function start() {
  pause();
  const { update } = situation;
  const updates =
    situation.memory === "modern" ? ["sync"] : update === "both" ? ["async", "sync"] : [update];
  runs = memory.patterns.length
    ? updates.map((u) => ({ update: u, recall: recallOf(situation, memory, u) }))
    : [];
  clock = reached = 0;
  makeBoards();
  showChoices();
  history.replaceState(null, "", `#${toLink(situation)}`);
  drawCue();
  draw();
}

function store(recipes) {
  const room = MOST_STORED - situation.stored.length;
  if (recipes.length > room) say(`${MOST_STORED} patterns are the most here.`);
  change({ stored: [...situation.stored, ...recipes.slice(0, Math.max(room, 0))] });
}

function forget(index) {
  const stored = situation.stored.toSpliced(index, 1);
  const [first, ...rest] = situation.cue.split("~");
  let cue = situation.cue;
  if (first === `p${index}`) cue = drawn(cuePixels());
  else if (first[0] === "p" && Number(first.slice(1)) > index)
    cue = [`p${first.slice(1) - 1}`, ...rest].join("~");
  change({ stored, cue });
}

/** Another grid: letters, boards and random patterns are drawn anew, drawings are scaled. */
function resize(side) {
  const scaled = (recipe) => {
    if (recipe[0] !== "b") return recipe;
    const pixels = picture(recipe, situation.side, situation.stored);
    const at = (k) => Math.floor((k * situation.side) / side);
    return drawn(
      Int8Array.from(
        { length: side * side },
        (_, i) => pixels[at(Math.floor(i / side)) * situation.side + at(i % side)],
      ),
    );
  };
  const cue = situation.cue
    .split("~")
    .map((word, k) => (k ? word : scaled(word)))
    .join("~");
  change({ side, stored: situation.stored.map(scaled), cue });
}

const cuePixels = () => picture(situation.cue, situation.side, situation.stored);

/** The first seed from 1 on that no random pattern here has. */
function freshSeeds(count) {
  const taken = new Set(situation.stored);
  const seeds = [];
  for (let seed = 1; seeds.length < count; seed++) if (!taken.has(`r${seed}`)) seeds.push(seed);
  return seeds;
}

// ---------------------------------------------------------------- time

function goTo(update) {
  const n = memory.n;
  clock = Math.max(0, update);
  for (const { recall } of runs) recall.seek(recall.together ? Math.floor(clock / n) * n : clock);
  if (runs.every(({ recall }) => recall.now.stop)) {
    clock = Math.min(clock, Math.max(0, ...runs.map(({ recall }) => recall.now.updates)));
  }
  reached = Math.max(reached, clock);
  draw();
}

const ended = () => runs.every(({ recall }) => recall.now.stop && clock >= recall.now.updates);
const oneStep = () => (runs.every(({ recall }) => recall.together) ? memory.n : 1);

function pause() {
  running = false;
  $("run").textContent = "Run";
}

function run() {
  if (!runs.length) return;
  if (ended()) goTo(0);
  running = true;
  $("run").textContent = "Pause";
  let last = performance.now();
  let owed = 0;
  const tick = (now) => {
    if (!running) return;
    owed += ((now - last) / 1000) * speed() * memory.n;
    last = now;
    const whole = Math.min(Math.floor(owed / oneStep()) * oneStep(), 20 * memory.n);
    if (whole > 0) {
      owed -= whole;
      goTo(clock + whole);
    }
    if (ended()) {
      pause();
      draw();
    } else requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}

const speed = () => 10 ** $("speed").value; // sweeps a second
