"use strict";
// A situation: all that a reader has chosen. It fits into a link, and into lines of Python.
//
// A picture is a recipe, words joined by "~". The first is a letter ("gA"), a checkerboard of squares
// of 5 ("c5"), a random pattern of seed 7 ("r7"), what is stored ("p0", for a cue), or drawn pixels
// ("b…", base64); those after it change it: "f80.3" flips 80 pixels by seed 3, "ct", "cb", "cl",
// "cr" cover the top, bottom, left or right half with background, "i" inverts.

const USUAL = {
  side: 20,
  stored: ["gA", "gB", "gC"],
  cue: "p0~f80.1",
  memory: "hebbian",
  power: 3,
  beta: 0.01,
  update: "async",
  order: "random",
  temperature: 0,
  seed: 1,
  limit: 50,
};

const CHOICES = {
  memory: ["hebbian", "storkey", "pseudoinverse", "dense", "modern"],
  update: ["async", "sync", "both"],
  order: ["random", "sequential"],
};

const RANGES = {
  side: [16, 50, 1],
  power: [2, 30, 1],
  beta: [1e-4, 10, 0],
  temperature: [0, 3, 0],
  seed: [0, 2 ** 32 - 1, 1],
  limit: [1, 1000, 1],
};

const MOST_STORED = 400;

// ---------------------------------------------------------------- links

const toLink = (situation) =>
  Object.keys(USUAL)
    .filter((name) => String(situation[name]) !== String(USUAL[name]))
    .map((name) => `${name}=${encodeURIComponent(situation[name]).replaceAll("%2C", ",")}`)
    .join("&");

/** The situation of a link; what is not sound in it is as usual. */
function fromLink(text) {
  const situation = structuredClone(USUAL);
  for (const [name, value] of new URLSearchParams(text.replace(/^#/, ""))) {
    if (name === "stored") situation.stored = value ? value.split(",").slice(0, MOST_STORED) : [];
    else if (name === "cue") situation.cue = value;
    else if (CHOICES[name]?.includes(value)) situation[name] = value;
    else if (name in RANGES && value !== "") situation[name] = within(name, Number(value));
  }
  const sound = (recipe) => {
    try {
      return picture(recipe, situation.side, []) !== null;
    } catch {
      return false;
    }
  };
  situation.stored = situation.stored.filter((recipe) => !recipe.startsWith("p") && sound(recipe));
  try {
    picture(situation.cue, situation.side, situation.stored);
  } catch {
    situation.cue = situation.stored.length ? "p0" : "r1";
  }
  return situation;
}

/** A number of the situation, brought into its range. */
function within(name, value) {
  const [least, most, step] = RANGES[name];
  if (!Number.isFinite(value)) return USUAL[name];
  const inside = Math.min(Math.max(value, least), most);
  return step ? Math.round(inside) : inside;
}

// ---------------------------------------------------------------- pictures

/** The pixels of a recipe, ±1, row by row. */
function picture(recipe, side, stored) {
  const n = side * side;
  const [first, ...changes] = recipe.split("~");
  let pixels = firstPixels(first, side, stored);
  for (const change of changes) {
    const [count, seed] = change.slice(1).split(".").map(Number);
    if (/^f\d{1,9}\.\d{1,15}$/.test(change)) pixels = flipped(pixels, Math.min(count, n), seed);
    else if (/^c[tblr]$/.test(change)) {
      const seen = HALVES[change[1]];
      pixels = pixels.map((s, i) => (seen(Math.floor(i / side), i % side, side >> 1) ? s : -1));
    } else if (change === "i") pixels = pixels.map((s) => -s);
    else throw new Error(`no change of a picture: ${change}`);
  }
  return pixels;
}

/** What is still seen when a half is covered. */
const HALVES = {
  t: (row, column, half) => row >= half,
  b: (row, column, half) => row < half,
  l: (row, column, half) => column >= half,
  r: (row, column, half) => column < half,
};

function firstPixels(word, side, stored) {
  const [kind, rest] = [word[0], word.slice(1)];
  const at = (pixel) =>
    Int8Array.from({ length: side * side }, (_, i) => pixel(Math.floor(i / side), i % side));
  if (kind === "g" && GLYPHS[rest]) {
    const dot5 = (k) => Math.floor((k * 5) / side);
    return at((row, column) => (GLYPHS[rest][5 * dot5(row) + dot5(column)] === "#" ? 1 : -1));
  }
  if (kind === "c" && /^[1-9]\d{0,3}$/.test(rest)) {
    const square = (k) => Math.floor(k / Number(rest));
    return at((row, column) => ((square(row) + square(column)) % 2 ? -1 : 1));
  }
  if (kind === "r" && /^\d{1,15}$/.test(rest)) return randomPattern(side * side, Number(rest));
  if (kind === "p" && stored[rest] !== undefined) return picture(stored[rest], side, stored);
  if (kind === "b") return fromBits(rest, side * side);
  throw new Error(`no picture: ${word}`);
}

/** Pixels as bits in base64, for a link. */
function drawn(pixels) {
  const text = String.fromCharCode(...toBytes(pixels));
  return `b${btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}

function fromBits(text, n) {
  const bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  if (bytes.length !== Math.ceil(n / 8)) throw new Error("drawn on a grid of another size");
  return Int8Array.from({ length: n }, (_, i) =>
    (bytes.charCodeAt(i >> 3) >> (7 - (i & 7))) & 1 ? 1 : -1,
  );
}

function toBytes(pixels) {
  const bytes = new Uint8Array(Math.ceil(pixels.length / 8));
  pixels.forEach((s, i) => (bytes[i >> 3] |= s > 0 ? 128 >> (i & 7) : 0));
  return bytes;
}

// ---------------------------------------------------------------- what it says to the engine

/** The memory of a situation, with its patterns stored. */
function memoryOf(situation) {
  const n = situation.side ** 2;
  const kinds = {
    dense: () => new DenseMemory(n, situation.power),
    modern: () => new ModernMemory(n, situation.beta),
  };
  const memory = (kinds[situation.memory] ?? (() => new PairMemory(n, situation.memory)))();
  storeIn(memory, situation);
  return memory;
}

/** Store the patterns of a situation, from the `first` one on. */
function storeIn(memory, { stored, side }, first = 0) {
  for (const recipe of stored.slice(first)) memory.store(picture(recipe, side, stored));
}

/**
 * The temperature that the package takes. That of a dense memory is in units of its energies, which
 * grow as N^power; the situation's is relative, so that it means about the same at every power.
 */
const trueTemperature = ({ memory, temperature, power, side }) =>
  memory === "dense" ? temperature * power * side ** (2 * (power - 1)) : temperature;

/** A recall of a situation, "async" or "sync". */
function recallOf(situation, memory, update) {
  const { side, stored, order, seed, limit } = situation;
  const cue = picture(situation.cue, side, stored);
  if (situation.memory === "modern") return new VectorRecall(memory, cue, { limit });
  const temperature = trueTemperature(situation);
  return new SpinRecall(memory, cue, { update, order, temperature, seed, limit });
}

// ---------------------------------------------------------------- lines of Python

/** The lines that reproduce a situation with the package. */
function python(situation) {
  const { side, stored, memory, seed, limit } = situation;
  const n = side * side;
  const used = { hex: false };
  const code = (recipe) => {
    const [first, ...changes] = recipe.split("~");
    const rest = first.slice(1);
    let text = {
      g: () => `hs.glyphs("${rest}", size=${side})[0]`,
      c: () => `hs.checkerboard(${side}, ${Number(rest)})`,
      r: () => `hs.random_patterns(1, ${n}, rng=${Number(rest)})[0]`,
      p: () => `patterns[${rest}]`,
      b: () => {
        used.hex = true;
        const bytes = [...toBytes(fromBits(rest, n))];
        return `pixels("${bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("")}")`;
      },
    }[first[0]]();
    for (const change of changes) {
      const [count, flipSeed] = change.slice(1).split(".").map(Number);
      if (change[0] === "f")
        text = `hs.flip(${text}, count=${Math.min(count, n)}, rng=${flipSeed})`;
      else if (change[0] === "i") text = `-${text}`;
      else text = `hs.mask(${text}, ${SEEN[change[1]]})`;
    }
    return text;
  };
  const half = side >> 1;
  const SEEN = {
    t: `np.arange(${n}) // ${side} >= ${half}`,
    b: `np.arange(${n}) // ${side} < ${half}`,
    l: `np.arange(${n}) % ${side} >= ${half}`,
    r: `np.arange(${n}) % ${side} < ${half}`,
  };
  const patterns = stored.map((recipe) => `    ${code(recipe)},`);
  const cue = code(situation.cue);
  const made =
    {
      dense: `hs.DenseMemory("polynomial", ${situation.power})`,
      modern: `hs.ModernHopfield(beta=${situation.beta})`,
    }[memory] ?? `hs.HopfieldNetwork("${memory}")`;
  const lines = ["import numpy as np", "import hopfield_sim as hs", ""];
  if (used.hex) {
    lines.push(
      "def pixels(text):",
      '    """Drawn pixels, a bit each: ±1."""',
      "    bytes_ = np.frombuffer(bytes.fromhex(text), np.uint8)",
      `    return 2 * np.unpackbits(bytes_, count=${n}).astype(np.int8) - 1`,
      "",
    );
  }
  lines.push("patterns = np.array([", ...patterns, "])", `cue = ${cue}`, "");
  if (memory === "modern") {
    lines.push(`memory = ${made}.store(patterns.astype(float))`);
    lines.push(
      `run = memory.recall(cue.astype(float), max_steps=${limit}, record="energy", advise=False)`,
    );
    lines.push(
      "print(run.stop, run.steps, run.energy[-1])",
      "print(patterns @ run.states / cue.size)",
    );
    return lines.join("\n");
  }
  lines.push(`memory = ${made}.store(patterns, advise=False)`);
  const updates = situation.update === "both" ? ["async", "sync"] : [situation.update];
  for (const update of updates) {
    const name = update === "async" ? "run" : "together";
    lines.push(
      `${name} = memory.recall(`,
      `    cue, update="${update}", order="${situation.order}", temperature=${trueTemperature(situation)},`,
      `    max_sweeps=${limit}, record="energy", rng=${seed},`,
      ")",
      `print(${name}.stop, ${name}.sweeps, ${name}.flips, ${name}.energy[-1])`,
      `print(${name}.overlap())`,
    );
  }
  return lines.join("\n");
}
