"use strict";
// Memories: what a state of n spins feels in them, and its energy.
//
// A memory of spins keeps a cache of a state (its local fields, or its overlaps with the patterns),
// which `follow` updates after a flip. Hebbian couplings are the integers N·W, and powers of
// overlaps are BigInt: these are exact, as they are in the package. Storkey's and the projection's
// weights are real: rounding may differ in the last digit from the package's, which can change a
// state only where a field is as close to the tie width as that.

const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);

// ---------------------------------------------------------------- pair couplings

/** One pattern more in W (n × n, with its diagonal), by rule. */
const LEARN = {
  /** N·W_ij += ξ_i ξ_j (Hopfield 1982). */
  hebbian(weights, xi) {
    addOuter(weights, xi, xi);
  },

  /** W_ij += (ξ_i ξ_j − ξ_i h_ji − ξ_j h_ij) / N, h_ij = Σ_{k≠i,j} W_ik ξ_k (Storkey 1997). */
  storkey(weights, xi) {
    const n = xi.length;
    // With v_i = Σ_{k≠i} W_ik ξ_k and u = ξ/2 − v this is W ← (1 + 2/N) W + (u ξᵀ + ξ uᵀ)/N.
    const v = times(weights, xi);
    const u = v.map((field, i) => xi[i] / 2 - field);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (i === j) continue;
        weights[i * n + j] = (1 + 2 / n) * weights[i * n + j] + (u[i] * xi[j] + xi[i] * u[j]) / n;
      }
    }
  },

  /** W projects onto the patterns' span (Personnaz et al. 1985): add the new direction in it. */
  pseudoinverse(weights, xi) {
    const n = xi.length;
    let rest = Float64Array.from(xi);
    for (let again = 0; again < 2; again++) {
      const within = times(weights, rest);
      rest = rest.map((x, i) => x - within[i]);
    }
    const square = dot(rest, rest);
    if (square < 1e-10 * n) return; // a combination of patterns that are there
    const unit = rest.map((x) => x / Math.sqrt(square));
    addOuter(weights, unit, unit);
  },
};

/** W a, (n,). */
function times(weights, a) {
  const n = a.length;
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += weights[i * n + j] * a[j];
    out[i] = sum;
  }
  return out;
}

/** W += a bᵀ. */
function addOuter(weights, a, b) {
  const n = a.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) weights[i * n + j] += a[i] * b[j];
  }
}

/** `HopfieldNetwork(rule)`: E = −½ sᵀ W s without self-couplings. */
class PairMemory {
  constructor(n, rule) {
    this.n = n;
    this.rule = rule;
    this.patterns = [];
    this.weights = new Float64Array(n * n);
    this.exact = rule === "hebbian";
    this.scale = this.exact ? n : 1; // field = scale · W s
  }

  store(pattern) {
    LEARN[this.rule](this.weights, pattern);
    this.patterns.push(pattern);
    this.width = undefined;
  }

  /** The distance from 0 up to which a field counts as 0; 0 for whole numbers. */
  get tieWidth() {
    if (this.width === undefined) {
      let largest = 0;
      this.weights.forEach((w, k) => {
        if (k % (this.n + 1) && Math.abs(w) > largest) largest = Math.abs(w);
      });
      this.width = this.exact ? 0 : 4 * Number.EPSILON * this.n * largest;
    }
    return this.width;
  }

  /** The local fields of a state, Σ_{j≠i} W_ij s_j, times `scale`. */
  cache(state) {
    return times(this.weights, state).map((h, i) => h - this.weights[i * (this.n + 1)] * state[i]);
  }

  /** The cache after spin i has become s. */
  follow(cache, i, s) {
    const own = cache[i];
    for (let j = 0; j < this.n; j++) cache[j] += 2 * s * this.weights[i * this.n + j];
    cache[i] = own;
  }

  /** What a spin wants to be at zero temperature: 1, −1, or 0 if nothing pulls at it. */
  pull(cache, state, i) {
    const h = cache[i];
    return h > this.tieWidth ? 1 : h < -this.tieWidth ? -1 : 0;
  }

  /** (E(s_i = −1) − E(s_i = +1)) / T. */
  exponent(cache, state, i, temperature) {
    return (2 / (temperature * this.scale)) * cache[i];
  }

  energy(cache, state) {
    return -dot(cache, state) / (2 * this.scale) + 0;
  }

  /** The local field h_i, in the package's units. */
  field(cache, state, i) {
    return cache[i] / this.scale;
  }
}

// ---------------------------------------------------------------- powers of overlaps

/** `DenseMemory("polynomial", order)`: E = −Σ_μ (ξ^μ·s)^order, in whole numbers of any size. */
class DenseMemory {
  constructor(n, order) {
    this.n = n;
    this.order = order;
    this.patterns = [];
    const powers = [];
    for (let x = -n; x <= n; x++) powers.push(BigInt(x) ** BigInt(order));
    this.power = (x) => powers[x + n];
    // F(x + 1) − F(x − 1), for |x| < n
    this.slopes = powers.map((_, k) => (powers[k + 1] ?? 0n) - (powers[k - 1] ?? 0n));
  }

  store(pattern) {
    this.patterns.push(pattern);
  }

  /** The overlaps ξ·s with all patterns. */
  cache(state) {
    return Float64Array.from(this.patterns, (xi) => dot(xi, state));
  }

  follow(cache, i, s) {
    this.patterns.forEach((xi, mu) => (cache[mu] += 2 * s * xi[i]));
  }

  /** D_i = E(s_i = −1) − E(s_i = +1) = Σ_μ ξ_i [F(r + 1) − F(r − 1)], r = m − ξ_i s_i. */
  difference(cache, state, i) {
    let sum = 0n;
    for (let mu = 0; mu < cache.length; mu++) {
      const xi = this.patterns[mu][i];
      const slope = this.slopes[cache[mu] - xi * state[i] + this.n];
      sum += xi > 0 ? slope : -slope;
    }
    return sum;
  }

  pull(cache, state, i) {
    const d = this.difference(cache, state, i);
    return d > 0n ? 1 : d < 0n ? -1 : 0;
  }

  exponent(cache, state, i, temperature) {
    return Number(this.difference(cache, state, i)) * Math.exp(-Math.log(temperature));
  }

  energy(cache) {
    return -Number([...cache].reduce((sum, m) => sum + this.power(m), 0n)) + 0;
  }

  field(cache, state, i) {
    return Number(this.difference(cache, state, i));
  }
}

// ---------------------------------------------------------------- softmax over memories

/** `ModernHopfield(beta)`: real states, x ← Σ_μ softmax(β ξ^μ·x) ξ^μ. */
class ModernMemory {
  constructor(n, beta) {
    this.n = n;
    this.beta = beta;
    this.patterns = [];
  }

  store(pattern) {
    this.patterns.push(pattern);
  }

  /** The attention of a state to each memory, and log Σ_μ exp(β ξ^μ·x). */
  attention(state) {
    const scores = this.patterns.map((xi) => this.beta * dot(xi, state));
    const top = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - top));
    const sum = weights.reduce((a, b) => a + b, 0);
    return { weights: weights.map((w) => w / sum), log: top + Math.log(sum) };
  }

  /** The next state. */
  step(state) {
    const { weights } = this.attention(state);
    const next = new Float64Array(this.n);
    this.patterns.forEach((xi, mu) => {
      for (let i = 0; i < this.n; i++) next[i] += weights[mu] * xi[i];
    });
    return next;
  }

  /** E = −β⁻¹ log Σ exp(β ξ·x) + ½ x·x + β⁻¹ ln P + ½ N; ‖ξ‖² is N here. */
  energy(state) {
    const soft = (this.attention(state).log - Math.log(this.patterns.length)) / this.beta;
    return 0.5 * dot(state, state) + 0.5 * this.n - soft;
  }
}
