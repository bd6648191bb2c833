"use strict";
// Recall: how a state flows in a memory, update by update, forwards and back; and what it became.

/** How many of the 2³² words give +1: 2³² / (1 + e^(−y)), rounded. */
const probabilityWord = (y) =>
  Math.floor(WORDS / (1 + Math.exp(-Math.min(Math.max(y, -700), 700))) + 0.5);

/**
 * A recall that can be wound back: what it was at the start of every sweep is kept, and all else
 * follows from it again, since random numbers are functions of seed, sweep and position.
 */
class Recall {
  constructor(memory, cue, { seed = 0, limit = 100 } = {}) {
    this.memory = memory;
    this.key = keyOf(seed);
    this.end = limit * memory.n;
    this.now = { updates: 0, flips: 0, stop: "", state: cue.slice(), changed: [] };
    this.kept = [];
    this.energies = []; // [update, E] after every change
  }

  get sweeps() {
    return Math.floor(this.now.updates / this.memory.n);
  }

  /** Go to an update, forwards or back; not beyond the end. */
  seek(update) {
    update = Math.min(Math.max(update, 0), this.end);
    if (update < this.now.updates) {
      this.kept.length = Math.min(this.kept.length, Math.floor(update / this.memory.n) + 1);
      this.now = this.copy(this.kept.at(-1));
      this.visiting = undefined;
      while (this.energies.at(-1)[0] > this.now.updates) this.energies.pop();
    }
    this.advance(update);
  }

  copy(moment) {
    return Object.fromEntries(
      Object.entries(moment).map(([name, value]) => [name, value?.slice ? value.slice() : value]),
    );
  }

  /** Keep what is now, at the start of a sweep. */
  keep() {
    if (this.kept.length === this.sweeps) this.kept.push(this.copy(this.now));
  }

  note(energy) {
    this.energies.push([this.now.updates, energy]);
  }
}

/** The recall of spins: one after another, or all at once; at any temperature. */
class SpinRecall extends Recall {
  constructor(memory, cue, { update = "async", order = "random", temperature = 0, ...rest } = {}) {
    super(memory, cue, rest);
    Object.assign(this, { update, order, temperature });
    this.now.cache = memory.cache(cue);
    this.now.fresh = true; // whether the cache has been computed from the state alone
    this.now.previous = cue.slice();
    this.note(memory.energy(this.now.cache, cue));
    this.keep();
    this.judge();
  }

  /** Whether all sites are updated at once. */
  get together() {
    return this.update === "sync";
  }

  advance(until) {
    const { memory, now } = this;
    while (!this.now.stop && now.updates < until) {
      if (this.together) this.step();
      else this.visit();
      if (now.updates % memory.n === 0) {
        if (!now.stop) this.judge();
        if (!now.stop) this.keep();
      }
    }
  }

  /** The new spin of a site. */
  spin(i, draw) {
    const { cache, state } = this.now;
    if (this.temperature > 0) {
      const up = probabilityWord(this.memory.exponent(cache, state, i, this.temperature));
      return draw < up ? 1 : -1;
    }
    return this.memory.pull(cache, state, i) || state[i];
  }

  /** Update the next site. */
  visit() {
    const { memory, now, key } = this;
    const [sweep, position] = [this.sweeps, now.updates % memory.n];
    if (this.visiting?.sweep !== sweep) {
      this.visiting = {
        sweep,
        sites: visitOrder(this.order, key, 0, sweep, memory.n),
        draws: philoxWords(key, ACCEPT, 0, sweep, memory.n),
      };
    }
    const site = this.visiting.sites[position];
    const spin = this.spin(site, this.visiting.draws[position]);
    now.updates++;
    if (spin === now.state[site]) return;
    now.state[site] = spin;
    now.flips++;
    now.changed.push([site, now.updates]);
    if (now.changed.length > memory.n) now.changed.shift();
    memory.follow(now.cache, site, spin);
    now.fresh = false;
    this.note(memory.energy(now.cache, now.state));
  }

  /** Update all sites from the same state; stop in a fixed point or a cycle of two. */
  step() {
    const { memory, now } = this;
    const draws = philoxWords(this.key, ACCEPT, 0, this.sweeps, memory.n);
    const next = now.state.map((_, i) => this.spin(i, draws[i]));
    const changed = [...next.keys()].filter((i) => next[i] !== now.state[i]);
    const back = changed.length && next.every((s, i) => s === now.previous[i]);
    if (this.temperature === 0 && back) now.stop = "cycle";
    now.previous = now.state;
    now.state = next;
    now.cache = memory.cache(next);
    now.updates += memory.n;
    now.flips += changed.length;
    now.changed = changed.map((site) => [site, now.updates]);
    this.note(memory.energy(now.cache, next));
  }

  /** At the end of a sweep: is every spin as it wants to be? */
  judge() {
    const { memory, now } = this;
    if (this.temperature > 0) {
      if (now.updates >= this.end) now.stop = "temperature";
      return;
    }
    const rests = () =>
      now.state.every((s, i) => (memory.pull(now.cache, now.state, i) || s) === s);
    if (rests()) {
      if (!now.fresh && memory.exact === false) now.cache = memory.cache(now.state);
      now.fresh = true;
      if (rests()) now.stop = "fixed-point";
    }
    if (!now.stop && now.updates >= this.end) now.stop = "max-sweeps";
  }
}

/** The recall of real vectors: all coordinates at once, until none changes by more than 1e-6. */
class VectorRecall extends Recall {
  constructor(memory, cue, options) {
    super(memory, Float64Array.from(cue), options);
    this.note(memory.energy(this.now.state));
    this.keep();
  }

  get together() {
    return true;
  }

  advance(until) {
    const { memory, now } = this;
    while (!now.stop && now.updates < until) {
      const next = memory.step(now.state);
      const changes = next.map((x, i) => Math.abs(x - now.state[i]));
      now.state = next;
      now.updates += memory.n;
      now.changed = [...changes.keys()]
        .filter((i) => changes[i] > 0.1)
        .map((i) => [i, now.updates]);
      this.note(memory.energy(next));
      if (Math.max(...changes) <= 1e-6) now.stop = "fixed-point";
      else if (now.updates >= this.end) now.stop = "max-steps";
      if (!now.stop) this.keep();
    }
  }
}

// ---------------------------------------------------------------- what a state is

const MIXED = [
  [3, 16],
  [5, 9],
  [7, 8],
]; // numbers of patterns in a mixture, and of candidates

const ONES = Array.from({ length: 128 }, (_, code) => code.toString(2).replaceAll("0", "").length);

/** `HopfieldNetwork.classify(state)`: the nearest pattern, inverse or mixture, or spurious. */
function classify(state, patterns, within = 0.05) {
  const n = state.length;
  const least = n - 2 * Math.floor(within * n + 1e-9);
  const { parts, overlap } = nearest(state, patterns, least);
  let kind = "spurious";
  if (overlap >= least)
    kind = parts.length > 1 ? "mixture" : parts[0][1] > 0 ? "stored" : "inverse";
  return { kind, parts: kind === "spurious" ? [] : parts, overlap: overlap / n };
}

function nearest(state, patterns, least) {
  const n = state.length;
  const sums = patterns.map((xi) => dot(xi, state));
  const ranked = [...sums.keys()].sort((a, b) => Math.abs(sums[b]) - Math.abs(sums[a]));
  let best = {
    parts: [[ranked[0], sums[ranked[0]] > 0 ? 1 : -1]],
    overlap: Math.abs(sums[ranked[0]]),
  };
  if (best.overlap >= Math.max(least, 0.75 * n)) return best;
  for (const [order, most] of MIXED) {
    for (const chosen of combinations(ranked.slice(0, most), order)) {
      const found = mixture(state, patterns, chosen);
      if (found.overlap > best.overlap) best = found;
    }
    if (best.overlap === n) break;
  }
  return best;
}

/** The signs of these patterns whose majority is nearest to a state. */
function mixture(state, patterns, chosen) {
  const all = 2 ** chosen.length;
  const sites = new Int32Array(all); // sites by which patterns disagree with the state there
  for (let i = 0; i < state.length; i++) {
    let code = 0;
    for (const mu of chosen) code = 2 * code + (patterns[mu][i] === state[i] ? 0 : 1);
    sites[code]++;
  }
  let best = { signs: 0, agree: -1 };
  for (let signs = 0; signs < all; signs++) {
    let agree = 0;
    for (let code = 0; code < all; code++) {
      if (sites[code] && 2 * ONES[code ^ signs] < chosen.length) agree += sites[code];
    }
    if (agree > best.agree) best = { signs, agree };
  }
  const parts = chosen.map((mu, k) => [mu, (best.signs >> (chosen.length - 1 - k)) & 1 ? -1 : 1]);
  parts.sort((a, b) => a[0] - b[0]);
  return { parts, overlap: 2 * best.agree - state.length };
}

function* combinations(items, count, start = 0) {
  if (count === 0) yield [];
  for (let k = start; count > 0 && k <= items.length - count; k++) {
    for (const rest of combinations(items, count - 1, k + 1)) yield [items[k], ...rest];
  }
}
