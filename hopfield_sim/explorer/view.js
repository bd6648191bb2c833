"use strict";
// The page: what the reader chooses becomes a situation, the situation recalls, recalls are drawn.

const $ = (id) => document.getElementById(id);

let situation; // all that was chosen
let memory; // with the patterns stored
let levels = []; // the energies of the first patterns
let runs = []; // {update, recall, board, canvas, caption} beside each other
let clock = 0; // updates since the cue
let reached = 0; // the latest update that was seen
let running = false;
let pointed = null; // the neuron under the pointer, or the one of the keyboard

const NAMES = { async: "One by one", sync: "All at once" };
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const signed = (x, digits = 2) => (x < 0 ? "−" : "+") + Math.abs(x).toFixed(digits);
const plain = (x) => {
  const large = Math.abs(x) >= 1e6;
  return (large ? x.toExponential(4) : x.toFixed(2)).replace("-", "−").replace("e+", "·10^");
};

// ---------------------------------------------------------------- changing the situation

/** Take over what changed; patterns are learnt again only if memory or patterns did. */
function change(changes) {
  const relearn = ["side", "stored", "memory", "power", "beta"].some((name) => name in changes);
  Object.assign(situation, changes);
  if (relearn) {
    memory = memoryOf(situation);
    levels = memory.patterns.slice(0, 12).map((xi) => memory.energy(memory.cache?.(xi) ?? xi, xi));
    showPatterns();
  }
  start();
}

/** Go back to the cue. */
function start() {
  pause();
  const { update } = situation;
  const updates = situation.memory === "modern" ? ["sync"] : update === "both" ? ["async", "sync"] : [update];
  runs = memory.patterns.length ? updates.map((u) => ({ update: u, recall: recallOf(situation, memory, u) })) : [];
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
  else if (first[0] === "p" && Number(first.slice(1)) > index) cue = [`p${first.slice(1) - 1}`, ...rest].join("~");
  change({ stored, cue });
}

/** Another grid: letters, boards and random patterns are drawn anew, drawings are scaled. */
function resize(side) {
  const scaled = (recipe) => {
    if (recipe[0] !== "b") return recipe;
    const pixels = picture(recipe, situation.side, situation.stored);
    const at = (k) => Math.floor((k * situation.side) / side);
    return drawn(Int8Array.from({ length: side * side }, (_, i) => pixels[at(Math.floor(i / side)) * situation.side + at(i % side)]));
  };
  const cue = situation.cue.split("~").map((word, k) => (k ? word : scaled(word))).join("~");
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

// ---------------------------------------------------------------- drawing

function draw() {
  for (const run of runs) drawBoard(run);
  drawOverlaps();
  drawEnergy();
  showNeuron();
  $("time").max = Math.max(reached, 1);
  $("time").value = clock;
  $("speed-text").textContent = `${speed() < 1 ? speed().toFixed(2) : Math.round(speed())} sweeps/s`;
}

/** A canvas with as many pixels as it has on the screen; its context. */
function sharp(canvas, height) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const tall = height ? Math.round(canvas.clientHeight * ratio) : width;
  if (canvas.width !== width || canvas.height !== tall) Object.assign(canvas, { width, height: tall });
  return canvas.getContext("2d");
}

const rgb = (text) => [1, 3, 5].map((k) => parseInt(text.slice(k, k + 2), 16));

/** Pixels from −1 to 1 as squares; returns their size. */
function paint(context, pixels, side) {
  const cell = context.canvas.width / side;
  const [down, up] = [rgb(colour("down")), rgb(colour("up"))];
  for (let i = 0; i < pixels.length; i++) {
    const share = Math.min(Math.max((1 + pixels[i]) / 2, 0), 1);
    context.fillStyle = `rgb(${up.map((u, k) => Math.round(down[k] + share * (u - down[k])))})`;
    const [x, y] = [Math.round((i % side) * cell), Math.round(Math.floor(i / side) * cell)];
    context.fillRect(x, y, Math.ceil(cell), Math.ceil(cell));
  }
  return cell;
}

function ring(context, site, cell, name, width = 0.16) {
  const line = Math.max(2, cell * width);
  context.strokeStyle = colour(name);
  context.lineWidth = line;
  const [x, y] = [(site % situation.side) * cell, Math.floor(site / situation.side) * cell];
  context.strokeRect(x + line / 2, y + line / 2, cell - line, cell - line);
}

function drawCue() {
  const context = sharp($("cue"));
  const cell = paint(context, cuePixels(), situation.side);
  if (document.activeElement === $("cue")) ring(context, keyboard.cue, cell, "visit");
  const [row, column] = [Math.floor(keyboard.cue / situation.side) + 1, (keyboard.cue % situation.side) + 1];
  $("cue").setAttribute("aria-label", `The cue, ${situation.side} by ${situation.side} pixels; at row ${row}, column ${column}`);
}

function makeBoards() {
  $("boards").replaceChildren(
    ...runs.map((run) => {
      const board = document.createElement("figure");
      board.className = "board";
      run.canvas = document.createElement("canvas");
      run.canvas.tabIndex = 0;
      run.canvas.id = `board-${run.update}`;
      run.caption = document.createElement("figcaption");
      board.append(run.canvas, run.caption);
      run.canvas.addEventListener("pointermove", (event) => point(siteAt(event, run.canvas)));
      run.canvas.addEventListener("pointerdown", (event) => point(siteAt(event, run.canvas)));
      run.canvas.addEventListener("keydown", (event) => {
        if (move(event, "board")) point(keyboard.board);
      });
      return board;
    }),
  );
  if (!runs.length) $("boards").textContent = "Nothing is stored: store a pattern first.";
}

function drawBoard({ recall, canvas, caption, update }) {
  const { now } = recall;
  const context = sharp(canvas);
  const cell = paint(context, now.state, situation.side);
  const recent = recall.together ? memory.n : Math.max(memory.n / 20, 1);
  for (const [site, when] of now.changed) if (when > now.updates - recent) ring(context, site, cell, "mark");
  const visited = recall.visiting?.sites[(now.updates - 1) % memory.n];
  if (visited !== undefined && now.updates > 0 && !now.stop) ring(context, visited, cell, "visit", 0.1);
  if (pointed !== null) ring(context, pointed, cell, "visit");
  const title = document.createElement("strong");
  title.className = "state";
  title.textContent = running ? "…" : describe(recall);
  const sweeps = now.updates / memory.n;
  const shown = Number.isInteger(sweeps) ? sweeps : sweeps.toFixed(2);
  const words = situation.memory === "modern" ? "steps" : "sweeps";
  caption.replaceChildren(
    title,
    `${situation.memory === "modern" ? "All together" : NAMES[update]}: ${shown} ${words}` +
      `${now.flips ? `, ${now.flips} flips` : ""}, E = ${plain(recall.energies.at(-1)[1])}` +
      `${now.stop ? `; stopped: ${STOPS[now.stop]}` : ""}`,
  );
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", caption.textContent);
}

const STOPS = {
  "fixed-point": "fixed point",
  cycle: "cycle of two states",
  "max-sweeps": "no more sweeps",
  "max-steps": "no more steps",
  temperature: "all sweeps made",
};

/** What the state is, in words. */
function describe(recall) {
  const state = recall.now.state.map((x) => (x >= 0 ? 1 : -1));
  const { kind, parts, overlap } = classify(state, memory.patterns);
  const name = ([mu, sign]) => `${sign < 0 ? "−" : ""}${nameOf(mu)}`;
  const m = `m = ${overlap.toFixed(2)}`;
  if (recall instanceof VectorRecall) {
    const weights = memory.attention(recall.now.state).weights;
    const most = weights.indexOf(Math.max(...weights));
    if (weights[most] < 0.9) return `Between memories: attention ${weights[most].toFixed(2)} to ${nameOf(most)}`;
  }
  if (kind === "stored") return `Memory ${nameOf(parts[0][0])} (${m})`;
  if (kind === "inverse") return `Inverse of ${nameOf(parts[0][0])} (${m})`;
  if (kind === "mixture") return `Mixture of ${parts.map(name).join(", ")} (${m})`;
  return recall.now.stop ? `Spurious: no memory, inverse or mixture is near (${m})` : `On its way (nearest: ${m})`;
}

function nameOf(mu) {
  const recipe = situation.stored[mu];
  const words = { g: recipe.slice(1), c: `board ${recipe.slice(1)}`, r: `random ${recipe.slice(1)}`, b: `drawing ${mu + 1}` };
  return words[recipe[0]] + (recipe.includes("~") ? "*" : "");
}

// ---------------------------------------------------------------- patterns, overlaps, load

function showPatterns() {
  const items = situation.stored.map((_, mu) => {
    const item = document.createElement("li");
    item.innerHTML =
      '<button type="button" class="take"><canvas></canvas><span class="name"></span>' +
      '<span class="overlap"></span><span class="value"></span></button><button type="button" class="forget">×</button>';
    const [take, off] = item.querySelectorAll("button");
    take.setAttribute("aria-label", `Take ${nameOf(mu)} as the cue`);
    off.setAttribute("aria-label", `Forget ${nameOf(mu)}`);
    item.querySelector(".name").textContent = nameOf(mu);
    take.addEventListener("click", () => change({ cue: `p${mu}` }));
    off.addEventListener("click", () => forget(mu));
    return item;
  });
  $("patterns").replaceChildren(...items);
  paintPatterns();
  showLoad();
}

function paintPatterns() {
  $("patterns").querySelectorAll("canvas").forEach((canvas, mu) => {
    Object.assign(canvas, { width: 4 * situation.side, height: 4 * situation.side });
    paint(canvas.getContext("2d"), memory.patterns[mu], situation.side);
  });
}

function drawOverlaps() {
  const states = runs.map(({ recall }) => recall.now.state);
  $("patterns").querySelectorAll("li").forEach((item, mu) => {
    const overlaps = states.map((state) => dot(memory.patterns[mu], state) / memory.n);
    item.querySelector(".overlap").replaceChildren(
      ...overlaps.map((m, k) => {
        const bar = document.createElement("i");
        bar.className = runs[k].update;
        bar.style.left = `${50 + Math.min(m, 0) * 50}%`;
        bar.style.width = `${Math.abs(m) * 50}%`;
        return bar;
      }),
    );
    item.querySelector(".value").textContent = overlaps.map((m) => signed(m)).join(" | ");
  });
}

function showLoad() {
  const [p, n] = [situation.stored.length, memory.n];
  const load = p / n;
  const limits = {
    hebbian: [0.138, `Hebb’s rule holds random patterns up to 0.138`],
    storkey: [1 / Math.sqrt(2 * Math.log(n)), `Storkey’s rule holds about 1/√(2 ln N) = ${(1 / Math.sqrt(2 * Math.log(n))).toFixed(2)}`],
    pseudoinverse: [1, "the pseudo-inverse holds independent patterns up to 1"],
    dense: [0.138, `power ${situation.power} holds about N^${situation.power - 1} patterns; 0.138 is Hebb’s limit`],
    modern: [0.138, "a modern memory holds exponentially many; 0.138 is Hebb’s limit"],
  };
  const [limit, words] = limits[situation.memory];
  const end = Math.max(1.5 * limit, load);
  $("load-text").textContent = `P = ${p} patterns, N = ${n} neurons: load P/N = ${load.toFixed(3)}; ${words}.`;
  $("load").setAttribute("aria-label", `Load ${load.toFixed(3)}, limit ${limit.toFixed(3)}`);
  $("load-bar").style.width = `${(100 * load) / end}%`;
  $("load-mark").style.left = `${(100 * limit) / end}%`;
}

// ---------------------------------------------------------------- energy

function drawEnergy() {
  const context = sharp($("energy"), true);
  const { width, height } = context.canvas;
  const ratio = window.devicePixelRatio || 1;
  context.clearRect(0, 0, width, height);
  if (!runs.length) return;
  const all = runs.flatMap(({ recall }) => recall.energies.map(([, e]) => e));
  const [low, top] = [...all, ...levels].reduce(([a, b], e) => [Math.min(a, e), Math.max(b, e)], [Infinity, -Infinity]);
  const margin = 14 * ratio;
  const span = Math.max(clock, memory.n);
  const x = (update) => margin + ((width - 2 * margin) * update) / span;
  const y = (e) => margin + ((height - 2.6 * margin) * (top - e)) / (top - low || 1);
  context.font = `${12 * ratio}px system-ui, sans-serif`;
  context.setLineDash([3 * ratio, 4 * ratio]);
  context.strokeStyle = colour("line");
  context.lineWidth = ratio;
  for (const e of levels) line(context, [[margin, y(e)], [width - margin, y(e)]]);
  context.setLineDash([]);
  context.lineWidth = 2.5 * ratio;
  for (const { recall, update } of runs) {
    context.strokeStyle = colour(update);
    const points = recall.energies.map(([u, e]) => [x(u), y(e)]);
    const stairs = recall.together ? points : points.flatMap(([px, py], k) => (k ? [[px, points[k - 1][1]], [px, py]] : [[px, py]]));
    line(context, [...stairs, [x(Math.max(clock, recall.energies.at(-1)[0])), points.at(-1)[1]]]);
  }
  context.fillStyle = colour("soft");
  context.fillText(plain(top), margin, margin - 2 * ratio);
  context.fillText(`${plain(low)}    0 … ${(span / memory.n).toFixed(1)} sweeps; dashed: the memories`, margin, height - 4 * ratio);
  $("energy").setAttribute("aria-label", `Energy by time, from ${plain(all[0])} to ${runs.map(({ recall }) => plain(recall.energies.at(-1)[1])).join(" and ")}`);
}

function line(context, points) {
  context.beginPath();
  points.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

// ---------------------------------------------------------------- the neuron under the pointer

const keyboard = { cue: 0, board: 0 }; // where the arrows are

function siteAt(event, canvas) {
  const box = canvas.getBoundingClientRect();
  const side = situation.side;
  const at = (offset, size) => Math.min(Math.max(Math.floor((offset / size) * side), 0), side - 1);
  return at(event.clientY - box.top, box.height) * side + at(event.clientX - box.left, box.width);
}

/** Move the keyboard's place by an arrow key; whether it was one. */
function move(event, which) {
  const side = situation.side;
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  if (!steps) return false;
  event.preventDefault();
  const [row, column] = [Math.floor(keyboard[which] / side) + steps[0], (keyboard[which] % side) + steps[1]];
  if (row >= 0 && row < side && column >= 0 && column < side) keyboard[which] = row * side + column;
  return true;
}

function point(site) {
  pointed = site;
  if (!running) draw();
}

function showNeuron() {
  if (pointed === null || !runs.length || pointed >= memory.n) return;
  const words = runs.map(({ recall, update }) => {
    const { now } = recall;
    const s = now.state[pointed];
    if (situation.memory === "modern") return `x = ${signed(s)}, next ${signed(memory.step(now.state)[pointed])}`;
    const field = memory.field(now.cache, now.state, pointed);
    const symbol = situation.memory === "dense" ? "E(−1) − E(+1)" : "h";
    const shown = situation.memory === "dense" ? plain(field) : signed(field, 3);
    const wants = { 1: "wants +1", "-1": "wants −1", 0: "a tie: it stays" }[memory.pull(now.cache, now.state, pointed)];
    const hot = trueTemperature(situation);
    const chance = hot > 0 ? `, P(+1) = ${(probabilityWord(memory.exponent(now.cache, now.state, pointed, hot)) / WORDS).toFixed(3)}` : "";
    const lead = runs.length > 1 ? `${NAMES[update]}: ` : "";
    return `${lead}s = ${s > 0 ? "+1" : "−1"}, ${symbol} = ${shown} (${wants}${chance})${sources(now.state)}`;
  });
  const [row, column] = [Math.floor(pointed / situation.side) + 1, (pointed % situation.side) + 1];
  $("neuron").textContent = `Neuron in row ${row}, column ${column}. ${words.join(". ")}.`;
}

/** What the leading memories add to a Hebbian field: m ξ_i each. */
function sources(state) {
  if (situation.memory !== "hebbian") return "";
  const parts = memory.patterns.map((xi, mu) => [mu, (dot(xi, state) / memory.n) * xi[pointed]]);
  parts.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  return `; from ${parts.slice(0, 3).map(([mu, part]) => `${nameOf(mu)} ${signed(part)}`).join(", ")}${parts.length > 3 ? ", …" : ""}`;
}

// ---------------------------------------------------------------- drawing a cue

function setPixel(site, value) {
  const pixels = cuePixels();
  if (pixels[site] === value) return;
  pixels[site] = value;
  change({ cue: drawn(pixels) });
}

let brush = 0; // what the pointer paints while it is down

$("cue").addEventListener("pointerdown", (event) => {
  $("cue").setPointerCapture(event.pointerId);
  const site = siteAt(event, $("cue"));
  brush = -cuePixels()[site];
  keyboard.cue = site;
  setPixel(site, brush);
});
$("cue").addEventListener("pointermove", (event) => {
  if (!brush) return;
  for (const part of event.getCoalescedEvents?.() ?? [event]) setPixel(siteAt(part, $("cue")), brush);
});
for (const name of ["pointerup", "pointercancel"]) $("cue").addEventListener(name, () => (brush = 0));
$("cue").addEventListener("keydown", (event) => {
  if (event.key === " ") {
    event.preventDefault();
    setPixel(keyboard.cue, -cuePixels()[keyboard.cue]);
  } else if (move(event, "cue")) drawCue();
});
for (const name of ["focus", "blur"]) $("cue").addEventListener(name, drawCueSoon);

function drawCueSoon() {
  requestAnimationFrame(drawCue);
}

// ---------------------------------------------------------------- what can be pressed

function showChoices() {
  for (const name of ["memory", "power", "beta", "side", "update", "temperature", "order", "seed", "limit"]) {
    if (document.activeElement !== $(name)) $(name).value = situation[name];
  }
  const { memory: kind, update } = situation;
  $("power-field").hidden = kind !== "dense";
  $("beta-field").hidden = kind !== "modern";
  for (const name of ["update-field", "temperature-field"]) $(name).hidden = kind === "modern";
  $("order-field").hidden = kind === "modern" || update === "sync";
  $("temperature-text").textContent = situation.temperature.toFixed(2);
}

function say(text) {
  $("message").textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => ($("message").textContent = ""), 2500);
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  $("theme").textContent = theme === "dark" ? "Light" : "Dark";
}

/** Copy a text, or say that this browser does not let a page do so. */
async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    say(done);
  } catch {
    say("This browser does not copy: the address line has the link, the lines can be marked.");
  }
}

const press = {
  "store-letters": () => {
    const letters = [...$("letters").value.toUpperCase()].filter((letter) => GLYPHS[letter]);
    if (letters.length) store(letters.map((letter) => `g${letter}`));
    else say("Letters A–Z and digits can be stored.");
  },
  "store-board": () => store([situation.stored.includes("c5") ? "c4" : "c5"]),
  "store-random": () => {
    const count = Math.min(Math.max(Math.round($("how-many").value) || 1, 1), 100);
    store(freshSeeds(count).map((seed) => `r${seed}`));
  },
  "forget-all": () => change({ cue: drawn(cuePixels()), stored: [] }),
  flip: () => {
    const count = Math.floor((memory.n * $("flip-slider").value) / 100 + 1e-9);
    change({ cue: `${situation.cue}~f${count}.${situation.cue.split("~").length}` });
  },
  cover: () => change({ cue: `${situation.cue}~c${$("half").value}` }),
  invert: () => change({ cue: `${situation.cue}~i` }),
  blank: () => change({ cue: drawn(new Int8Array(memory.n).fill(-1)) }),
  noise: () => change({ cue: `r${1000 + (Number(situation.cue.match(/^r(\d+)$/)?.[1] ?? 999) + 1) % 1000}` }),
  "store-cue": () => store([situation.cue[0] === "p" ? drawn(cuePixels()) : situation.cue]),
  rewind: () => { pause(); goTo(0); },
  "back-sweep": () => { pause(); goTo((Math.ceil(clock / memory.n) - 1) * memory.n); },
  back: () => { pause(); goTo(clock - oneStep()); },
  run: () => { if (running) { pause(); draw(); } else run(); },
  step: () => { pause(); goTo(clock + oneStep()); },
  sweep: () => { pause(); goTo((Math.floor(clock / memory.n) + 1) * memory.n); },
  finish: () => { pause(); goTo(situation.limit * memory.n); },
  link: () => copy(location.href, "The link is copied."),
  "show-python": () => {
    $("python").textContent = runs.length ? python(situation) : "# Store a pattern first.";
    $("python-dialog").showModal();
  },
  "copy-python": () => copy($("python").textContent, "The lines are copied."),
  "close-python": () => $("python-dialog").close(),
  theme: () => {
    setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark");
    paintPatterns();
    drawCue();
    draw();
  },
};
for (const [id, act] of Object.entries(press)) $(id).addEventListener("click", act);

for (const name of ["power", "beta", "seed", "limit", "temperature"]) {
  $(name).addEventListener(name === "temperature" ? "input" : "change", () => {
    const value = within(name, Number($(name).value));
    if (name !== "temperature") $(name).value = value;
    change({ [name]: value });
  });
}
for (const name of ["memory", "update", "order"]) $(name).addEventListener("change", () => change({ [name]: $(name).value }));
$("side").addEventListener("change", () => resize(Number($("side").value)));
$("time").addEventListener("input", () => { pause(); goTo(Number($("time").value)); });
$("speed").addEventListener("input", draw);
$("flip-slider").addEventListener("input", () => ($("flip-share").textContent = `${$("flip-slider").value} %`));

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $("python-dialog").open) return;
  if (event.target.matches("input, select")) return;
  const act = { p: "run", ".": "step", ",": "back", r: "rewind" }[event.key.toLowerCase()];
  if (act) press[act]();
});
window.addEventListener("hashchange", open);
window.addEventListener("resize", () => {
  drawCue();
  draw();
});

/** Open what the address says. */
function open() {
  situation = fromLink(location.hash);
  change({ side: situation.side });
}

for (let side = RANGES.side[0]; side <= RANGES.side[1]; side++) $("side").append(new Option(`${side} × ${side}`, side));
setTheme(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
open();
