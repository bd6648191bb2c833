/* The obvious loops, compiled: what a course would write in C, and what our kernels must beat.
 *
 * Every visit is a dot product of doubles. plain.py compiles this file by itself, with the flags of
 * the kernels and for no special processor. (It is a header because each .c here is a generated file.)
 * Weights are N·W, so that fields are exact and end states can be compared bit by bit.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint64_t random_state;

static uint64_t next_word(void) { /* splitmix64: Steele, Lea, Flood, OOPSLA 2014 */
    uint64_t z = (random_state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

static int32_t below(int32_t n) { return (int32_t)(((next_word() >> 32) * (uint64_t)n) >> 32); }

static double uniform(void) { return (double)(next_word() >> 32) * 0x1p-32; }

static void shuffle(int32_t n, int32_t *sites) {
    for (int32_t i = 0; i < n; i++)
        sites[i] = i;
    for (int32_t i = n - 1; i > 0; i--) {
        int32_t j = below(i + 1), site = sites[i];
        sites[i] = sites[j];
        sites[j] = site;
    }
}

static double dot(int64_t n, const double *row, const double *state) {
    double sum = 0;
    for (int64_t j = 0; j < n; j++)
        sum += row[j] * state[j];
    return sum;
}

/* Visit orders: (batch, sweeps, n) from outside, or drawn here where `orders` is NULL. */
static const int32_t *sweep_order(int64_t n, const int32_t *orders, int64_t b, int64_t sweeps, int64_t sweep,
                                  int32_t *own) {
    if (orders != NULL)
        return orders + (b * sweeps + sweep) * n;
    shuffle((int32_t)n, own);
    return own;
}

/* Zero temperature, neuron after neuron, until a sweep changes nothing. */
void plain_asynchronous(int64_t n, int64_t batch, const double *weights, double *states, int64_t sweeps,
                        const int32_t *orders, uint64_t seed) {
    int32_t *own = malloc(n * sizeof *own);
    random_state = seed;
    for (int64_t b = 0; b < batch; b++) {
        double *state = states + b * n;
        int changed = 1;
        for (int64_t sweep = 0; sweep < sweeps && changed; sweep++) {
            const int32_t *sites = sweep_order(n, orders, b, sweeps, sweep, own);
            changed = 0;
            for (int64_t k = 0; k < n; k++) {
                double field = dot(n, weights + sites[k] * n, state);
                if (field * state[sites[k]] < 0) {
                    state[sites[k]] = -state[sites[k]];
                    changed = 1;
                }
            }
        }
    }
    free(own);
}

/* Glauber's heat bath: P(+1) = 1 / (1 + exp(-gain h)). `words`, (batch, sweeps, n), or drawn here. */
void plain_glauber(int64_t n, int64_t batch, const double *weights, double *states, int64_t sweeps, double gain,
                   const int32_t *orders, const uint32_t *words, uint64_t seed) {
    int32_t *own = malloc(n * sizeof *own);
    random_state = seed;
    for (int64_t b = 0; b < batch; b++) {
        double *state = states + b * n;
        for (int64_t sweep = 0; sweep < sweeps; sweep++) {
            const int32_t *sites = sweep_order(n, orders, b, sweeps, sweep, own);
            for (int64_t k = 0; k < n; k++) {
                double field = dot(n, weights + sites[k] * n, state);
                double u = words ? words[(b * sweeps + sweep) * n + k] * 0x1p-32 : uniform();
                state[sites[k]] = u < 1 / (1 + exp(-gain * field)) ? 1 : -1;
            }
        }
    }
    free(own);
}

/* All neurons at once, to a fixed point, a 2-cycle or the last step; a field of 0 gives +1, or keeps the spin. */
static void synchronous(int64_t n, const double *weights, double *state, double *new, double *before, int64_t steps,
                        int keep) {
    for (int64_t step = 0; step < steps; step++) {
        for (int64_t i = 0; i < n; i++) {
            double field = dot(n, weights + i * n, state);
            new[i] = field > 0 ? 1 : field < 0 ? -1 : keep ? state[i] : 1;
        }
        if (memcmp(new, state, n * sizeof *new) == 0)
            return;
        int cycle = step > 0 && memcmp(new, before, n * sizeof *new) == 0;
        memcpy(before, state, n * sizeof *new);
        memcpy(state, new, n * sizeof *new);
        if (cycle)
            return;
    }
}

void plain_synchronous(int64_t n, int64_t batch, const double *weights, double *states, int64_t steps) {
    double *scratch = malloc(2 * n * sizeof *scratch);
    for (int64_t b = 0; b < batch; b++)
        synchronous(n, weights, states + b * n, scratch, scratch + n, steps, 1);
    free(scratch);
}

/* The capacity study: each network learns on from load to load and is probed at each of them.
 * retrieved[load] becomes the fraction of cues that end as their pattern, over all networks. */
void plain_study(int64_t n, int64_t n_loads, const int64_t *loads, int64_t networks, int64_t probes, int64_t flipped,
                 int64_t steps, uint64_t seed, double *retrieved) {
    int64_t most = loads[n_loads - 1];
    double *patterns = malloc(most * n * sizeof(double)), *weights = malloc(n * n * sizeof(double));
    double *state = malloc(3 * n * sizeof(double));
    int32_t *sites = malloc(n * sizeof *sites);
    random_state = seed;
    memset(retrieved, 0, n_loads * sizeof *retrieved);
    for (int64_t network = 0; network < networks; network++) {
        int64_t stored = 0;
        memset(weights, 0, n * n * sizeof(double));
        for (int64_t i = 0; i < most * n; i++)
            patterns[i] = next_word() >> 63 ? 1 : -1;
        for (int64_t load = 0; load < n_loads; load++) {
            for (; stored < loads[load]; stored++) {
                const double *xi = patterns + stored * n;
                for (int64_t i = 0; i < n; i++)
                    for (int64_t j = 0; j < n; j++)
                        weights[i * n + j] += i == j ? 0 : xi[i] * xi[j];
            }
            for (int64_t probe = 0; probe < probes; probe++) {
                const double *xi = patterns + (probe % stored) * n;
                memcpy(state, xi, n * sizeof(double));
                shuffle((int32_t)n, sites);
                for (int64_t k = 0; k < flipped; k++)
                    state[sites[k]] = -state[sites[k]];
                synchronous(n, weights, state, state + n, state + 2 * n, steps, 0);
                retrieved[load] += memcmp(state, xi, n * sizeof(double)) == 0;
            }
        }
    }
    for (int64_t load = 0; load < n_loads; load++)
        retrieved[load] /= (double)(networks * probes);
    free(patterns);
    free(weights);
    free(state);
    free(sites);
}
