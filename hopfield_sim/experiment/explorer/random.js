"use strict";
// Random numbers of the package: keys from seeds, counter-based words (Philox), NumPy's generator.

// ---------------------------------------------------------------- from a seed to words

/** NumPy's SeedSequence of one integer: `count` words of 32 bits. */
function seedWords(entropy, count) {
  const words = [];
  for (let rest = BigInt(entropy); rest > 0n; rest >>= 32n) words.push(Number(rest & 0xffffffffn));
  let constant = 0x43b0d7e5;
  const hash = (value) => {
    value ^= constant;
    constant = Math.imul(constant, 0x931e8875);
    value = Math.imul(value, constant);
    return value ^ (value >>> 16);
  };
  const mix = (x, y) => {
    const mixed = Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y);
    return mixed ^ (mixed >>> 16);
  };
  const pool = [0, 1, 2, 3].map((i) => hash(words[i] ?? 0));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) {
      if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
    }
  }
  constant = 0x8b51f9dd;
  return Array.from({ length: count }, (_, i) => {
    let value = pool[i % 4] ^ constant;
    constant = Math.imul(constant, 0x58f38ded);
    value = Math.imul(value, constant);
    return (value ^ (value >>> 16)) >>> 0;
  });
}

/** The 64-bit key of a seed, as [low, high] words: `checks.key(seed)`. */
const keyOf = (seed) => seedWords(seed, 2);

// ---------------------------------------------------------------- Philox4x32-10

const ORDER = 0; // purposes of words
const ACCEPT = 1;

/** The upper 32 bits of a product of two words; every sum on the way is below 2^53. */
function high(a, b) {
  const low = a * (b & 0xffff);
  return Math.floor((a * (b >>> 16) + Math.floor(low / 65536)) / 65536);
}

/** Encrypt a counter of four words with a key of two (Salmon et al., SC 2011). */
function philox([c0, c1, c2, c3], [k0, k1]) {
  for (let round = 0; round < 10; round++) {
    const [first, second] = [high(c0, 0xd2511f53), high(c2, 0xcd9e8d57)];
    const [firstLow, secondLow] = [Math.imul(c0, 0xd2511f53), Math.imul(c2, 0xcd9e8d57)];
    c0 = (second ^ c1 ^ k0) >>> 0;
    c1 = secondLow >>> 0;
    c2 = (first ^ c3 ^ k1) >>> 0;
    c3 = firstLow >>> 0;
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** The first n words of a state's stream in its sweep; a function of its arguments alone. */
function philoxWords(key, purpose, state, sweep, n) {
  const words = new Float64Array(n);
  for (let block = 0; 4 * block < n; block++) {
    const four = philox([block, sweep, state, purpose], key);
    for (let i = 0; i < 4 && 4 * block + i < n; i++) words[4 * block + i] = four[i];
  }
  return words;
}

const WORDS = 2 ** 32;

/** The site that is visited at each position of a sweep. */
function visitOrder(order, key, state, sweep, n) {
  const sites = new Int32Array(n);
  if (order === "sequential") return sites.map((_, site) => site);
  const draws = philoxWords(key, ORDER, state, sweep, n);
  for (let site = 0; site < n; site++) {
    // A shuffle, inside out: each site takes the place of one before it, which moves to the end.
    const place = Math.floor((draws[site] * (site + 1)) / WORDS);
    sites[site] = sites[place];
    sites[place] = site;
  }
  return sites;
}

// ---------------------------------------------------------------- NumPy's PCG64

/** The generator that `random_patterns(rng=seed)` and `flip(rng=seed)` draw from. */
class Generator {
  constructor(seed) {
    const [low, top] = keyOf(seed);
    const words = seedWords((BigInt(top) << 32n) | BigInt(low), 8).map(BigInt);
    const wide = (i) =>
      (words[i + 1] << 96n) | (words[i] << 64n) | (words[i + 3] << 32n) | words[i + 2];
    this.step = ((wide(4) << 1n) | 1n) & Generator.MASK;
    this.state = (this.step + wide(0)) & Generator.MASK;
    this.move();
  }

  static MASK = (1n << 128n) - 1n;
  static MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

  move() {
    this.state = (this.state * Generator.MULTIPLIER + this.step) & Generator.MASK;
  }

  /** 64 random bits. */
  next() {
    this.move();
    const [x, turn] = [(this.state >> 64n) ^ this.state, this.state >> 122n];
    const mixed = BigInt.asUintN(64, x);
    return BigInt.asUintN(64, (mixed >> turn) | (mixed << (64n - turn)));
  }

  /** A number from 0 to 1, of 53 random bits. */
  uniform() {
    return Number(this.next() >> 11n) * 2 ** -53;
  }
}

/** `random_patterns(1, n, rng=seed)[0]`: a random bit a site. */
function randomPattern(n, seed) {
  const source = new Generator(seed);
  const pattern = new Int8Array(n);
  for (let i = 0; i < n; i += 64) {
    const bits = source.next();
    for (let k = 0; k < 64 && i + k < n; k++) {
      const bit = 8 * (k >> 3) + 7 - (k & 7); // bytes from the low end, bits from the high one
      pattern[i + k] = (bits >> BigInt(bit)) & 1n ? 1 : -1;
    }
  }
  return pattern;
}

/** `flip(state, count=count, rng=seed)`: the sites with the smallest of n random numbers. */
function flipped(state, count, seed) {
  const source = new Generator(seed);
  const numbers = Float64Array.from(state, () => source.uniform());
  const sites = [...numbers.keys()].sort((a, b) => numbers[a] - numbers[b]).slice(0, count);
  const out = Int8Array.from(state);
  for (const site of sites) out[site] = -out[site];
  return out;
}
