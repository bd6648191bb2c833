"use strict";
// What is seen: the cue, the states, overlaps, the load, energies, and the neuron under the pointer.

const NAMES = { async: "One by one", sync: "All at once" };
const colour = (name) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const signed = (x, digits = 2) => (x < 0 ? "−" : "+") + Math.abs(x).toFixed(digits);
const plain = (x) => {
  const large = Math.abs(x) >= 1e6;
  return (large ? x.toExponential(4) : x.toFixed(2)).replace("-", "−").replace("e+", "·10^");
};

// ---------------------------------------------------------------- drawing

function draw() {
  for (const run of runs) drawBoard(run);
  drawOverlaps();
  drawEnergy();
  showNeuron();
  $("time").max = Math.max(reached, 1);
  $("time").value = clock;
  $("speed-text").textContent =
    `${speed() < 1 ? speed().toFixed(2) : Math.round(speed())} sweeps/s`;
}

/** A canvas with as many pixels as it has on the screen; its context. */
function sharp(canvas, height) {
  const ratio = window.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(canvas.clientWidth * ratio));
  const tall = height ? Math.round(canvas.clientHeight * ratio) : width;
  if (canvas.width !== width || canvas.height !== tall)
    Object.assign(canvas, { width, height: tall });
  return canvas.getContext("2d");
}

const rgb = (text) => [1, 3, 5].map((k) => parseInt(text.slice(k, k + 2), 16));

/** Pixels from −1 to 1 as squares; returns their size. */
function paint(context, pixels, side) {
  const cell = context.canvas.width / side;
  const [down, up] = [rgb(colour("down")), rgb(colour("up"))];
  const shades = new Map(); // of the few values that there are
  const shade = (value) => {
    const share = Math.min(Math.max((1 + value) / 2, 0), 1);
    return `rgb(${up.map((u, k) => Math.round(down[k] + share * (u - down[k])))})`;
  };
  for (let i = 0; i < pixels.length; i++) {
    if (!shades.has(pixels[i])) shades.set(pixels[i], shade(pixels[i]));
    context.fillStyle = shades.get(pixels[i]);
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
  const [row, column] = [
    Math.floor(keyboard.cue / situation.side) + 1,
    (keyboard.cue % situation.side) + 1,
  ];
  $("cue").setAttribute(
    "aria-label",
    `The cue, ${situation.side} by ${situation.side} pixels; at row ${row}, column ${column}`,
  );
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
  for (const [site, when] of now.changed)
    if (when > now.updates - recent)
      ring(context, site, cell, "mark", recall.together ? 0.1 : 0.16);
  const visited = recall.visiting?.sites[(now.updates - 1) % memory.n];
  if (visited !== undefined && now.updates > 0 && !now.stop)
    ring(context, visited, cell, "visit", 0.1);
  if (pointed !== null) ring(context, pointed, cell, "visit");
  const title = document.createElement("strong");
  title.className = "state";
  title.textContent = describe(recall);
  const sweeps = now.updates / memory.n;
  const shown = Number.isInteger(sweeps) ? sweeps : sweeps.toFixed(2);
  const unit = (situation.memory === "modern" ? "step" : "sweep") + (sweeps === 1 ? "" : "s");
  caption.replaceChildren(
    title,
    `${situation.memory === "modern" ? "All together" : NAMES[update]}: ${shown} ${unit}` +
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
  const { state, stop } = recall.now;
  const spins = state.map((x) => (x >= 0 ? 1 : -1));
  if (recall instanceof VectorRecall) {
    const { weights } = memory.attention(state);
    const most = weights.indexOf(Math.max(...weights));
    if (weights[most] < 0.9) {
      return `Between memories: attention ${weights[most].toFixed(2)} to ${nameOf(most)}`;
    }
  }
  const overlaps = memory.patterns.map((xi) => dot(xi, spins) / memory.n);
  const most = overlaps.reduce(
    (best, m, mu) => (Math.abs(m) > Math.abs(overlaps[best]) ? mu : best),
    0,
  );
  const near = `nearest is ${nameOf(most)}, m = ${signed(overlaps[most])}`;
  if (!stop) return `On its way: ${near}`;
  const { kind, parts, overlap } = classify(spins, memory.patterns);
  if (kind === "spurious") return `Spurious: ${near}`;
  const names = parts.map(
    ([mu, sign]) => `${sign < 0 && kind === "mixture" ? "−" : ""}${nameOf(mu)}`,
  );
  const words = { stored: "Memory", inverse: "Inverse of", mixture: "Mixture of" };
  return `${words[kind]} ${names.join(", ")} (m = ${overlap.toFixed(2)})`;
}

function nameOf(mu) {
  const recipe = situation.stored[mu];
  const words = {
    g: recipe.slice(1),
    c: `board ${recipe.slice(1)}`,
    r: `random ${recipe.slice(1)}`,
    b: `drawing ${mu + 1}`,
  };
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
  $("patterns")
    .querySelectorAll("canvas")
    .forEach((canvas, mu) => {
      Object.assign(canvas, { width: 4 * situation.side, height: 4 * situation.side });
      paint(canvas.getContext("2d"), memory.patterns[mu], situation.side);
    });
}

function drawOverlaps() {
  const states = runs.map(({ recall }) => recall.now.state);
  $("patterns")
    .querySelectorAll("li")
    .forEach((item, mu) => {
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
    storkey: [
      1 / Math.sqrt(2 * Math.log(n)),
      `Storkey’s rule holds about 1/√(2 ln N) = ${(1 / Math.sqrt(2 * Math.log(n))).toFixed(2)}`,
    ],
    pseudoinverse: [1, "the pseudo-inverse holds independent patterns up to 1"],
    dense: [
      0.138,
      `with power ${situation.power} the limit grows as N^${situation.power - 1}; 0.138 is Hebb’s`,
    ],
    modern: [0.138, "a modern memory holds exponentially many; 0.138 is Hebb’s limit"],
  };
  const [limit, words] = limits[situation.memory];
  const end = Math.max(1.5 * limit, load);
  $("load-text").textContent =
    `P = ${p} pattern${p === 1 ? "" : "s"}, N = ${n} neurons: load P/N = ${load.toFixed(3)}; ${words}.`;
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
  const [low, top] = [...all, ...levels].reduce(
    ([a, b], e) => [Math.min(a, e), Math.max(b, e)],
    [Infinity, -Infinity],
  );
  const margin = 14 * ratio;
  const span = Math.max(clock, memory.n);
  const x = (update) => margin + ((width - 2 * margin) * update) / span;
  const y = (e) => margin + ((height - 2.6 * margin) * (top - e)) / (top - low || 1);
  context.font = `${12 * ratio}px system-ui, sans-serif`;
  context.setLineDash([3 * ratio, 4 * ratio]);
  context.strokeStyle = colour("line");
  context.lineWidth = ratio;
  for (const e of levels)
    line(context, [
      [margin, y(e)],
      [width - margin, y(e)],
    ]);
  context.setLineDash([]);
  context.lineWidth = 2.5 * ratio;
  for (const { recall, update } of runs) {
    context.strokeStyle = colour(update);
    const points = recall.energies.map(([u, e]) => [x(u), y(e)]);
    const stairs = recall.together
      ? points
      : points.flatMap(([px, py], k) =>
          k
            ? [
                [px, points[k - 1][1]],
                [px, py],
              ]
            : [[px, py]],
        );
    line(context, [...stairs, [x(Math.max(clock, recall.energies.at(-1)[0])), points.at(-1)[1]]]);
  }
  context.fillStyle = colour("soft");
  context.fillText(plain(top), margin, margin - 2 * ratio);
  context.fillText(
    `${plain(low)}    0 … ${(span / memory.n).toFixed(1)} sweeps; dashed: the memories`,
    margin,
    height - 4 * ratio,
  );
  $("energy").setAttribute(
    "aria-label",
    `Energy by time, from ${plain(all[0])} to ${runs.map(({ recall }) => plain(recall.energies.at(-1)[1])).join(" and ")}`,
  );
}

function line(context, points) {
  context.beginPath();
  points.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

// ---------------------------------------------------------------- the neuron under the pointer

function showNeuron() {
  if (pointed === null || !runs.length || pointed >= memory.n) return;
  const words = runs.map(({ recall, update }) => {
    const { now } = recall;
    const s = now.state[pointed];
    if (situation.memory === "modern")
      return `x = ${signed(s)}, next ${signed(memory.step(now.state)[pointed])}`;
    const field = memory.field(now.cache, now.state, pointed);
    const symbol = situation.memory === "dense" ? "E(−1) − E(+1)" : "h";
    const shown = situation.memory === "dense" ? plain(field) : signed(field, 3);
    const wants = { 1: "wants +1", "-1": "wants −1", 0: "a tie: it stays" }[
      memory.pull(now.cache, now.state, pointed)
    ];
    const hot = trueTemperature(situation);
    const chance =
      hot > 0
        ? `, P(+1) = ${(probabilityWord(memory.exponent(now.cache, now.state, pointed, hot)) / WORDS).toFixed(3)}`
        : "";
    const lead = runs.length > 1 ? `${NAMES[update]}: ` : "";
    return `${lead}s = ${s > 0 ? "+1" : "−1"}, ${symbol} = ${shown} (${wants}${chance})${sources(now.state)}`;
  });
  const [row, column] = [Math.floor(pointed / situation.side) + 1, (pointed % situation.side) + 1];
  $("neuron").textContent = `Neuron in row ${row}, column ${column}. ${words.join(". ")}`;
}

/** What the leading memories add to a Hebbian field: m ξ_i each. */
function sources(state) {
  if (situation.memory !== "hebbian") return "";
  const parts = memory.patterns.map((xi, mu) => [mu, (dot(xi, state) / memory.n) * xi[pointed]]);
  parts.sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]));
  return `; from ${parts
    .slice(0, 3)
    .map(([mu, part]) => `${nameOf(mu)} ${signed(part)}`)
    .join(", ")}${parts.length > 3 ? ", …" : ""}`;
}
