#include "common.cuh"
#include "couplings.cuh"
#include "rules.cuh"
/* All sites at once, a block a state, step after step to the end; the twin of synchronous in walk.py. */

/* A state as bits, the one before it and the one after; they change places from step to step. */
struct Steps {
    u32 *before, *spins, *after;
    i64 update;
    i64 flips;
    i32 made; /* steps */
};

/* How many bits of a and b differ; every warp counts for itself. */
__device__ __forceinline__ i32 different(i32 n, const u32 *a, const u32 *b) {
    i32 count = 0;
    for (i32 w = threadIdx.x % 32; w < (n + 31) / 32; w += 32)
        count += __popc(a[w] ^ b[w]);
    return warp_sum(count);
}

/* Steps until the update `until`, or to a fixed point or a cycle: which of them. Without `exact` sums
 * one step is made, whose cache is to be computed anew. Spins and cache are ready for all.
 */
template <class Rule>
__device__ __forceinline__ int settle(const Couplings &net, const Rule &rule, Steps &at, CACHE *cache, i64 until,
                                      bool exact, u64 key, u32 state) {
    const i32 n = net.n, lane = threadIdx.x % 32;
    for (;;) {
        if (Rule::draws && at.update >= until)
            return RUNNING;
        const u32 sweep = (u32)(at.update / n);
        for (i32 first = 0; first < n; first += blockDim.x) {
            const i32 site = first + threadIdx.x;
            bool up = false;
            if (site < n) {
                const int spin = bit_of(at.spins, site) ? 1 : -1;
                u32 draw = 0;
                if (Rule::draws)
                    draw = random_words(key, ACCEPT, state, sweep, site / 4)[site % 4];
                up = rule.up(site, spin, net.field(cache, site, spin), draw);
            }
            const u32 word = __ballot_sync(LANES, up);
            if (lane == 0 && site < n)
                at.after[site / 32] = word;
        }
        __syncthreads();
        const i32 flips = different(n, at.after, at.spins);
        if (!Rule::draws && flips == 0)
            return FIXED;
        if (at.update >= until)
            return RUNNING;
        const bool again = !Rule::draws && at.update > 0 && different(n, at.after, at.before) == 0;
        u32 *const spare = at.before;
        at.before = at.spins, at.spins = at.after, at.after = spare;
        at.update += n, at.flips += flips, at.made++;
        if (exact)
            net.step(cache, at.before, at.spins);
        __syncthreads();
        if (again)
            return CYCLE;
        if (!exact)
            return RUNNING;
    }
}

#ifndef RETRIEVAL
/* NEAR says what is in shared memory: 2, all; 1, the bits; 0, nothing. The bits are in `far` then. */
template <class Rule>
__device__ __forceinline__ void walk(const Couplings &net, const Rule &rule, i8 *states, i8 *previous, CACHE *caches,
                                     i64 cache_stride, const i64 *index, const Progress &progress, i64 first_state,
                                     u64 key, i64 until, i32 exact, unsigned char *far, i64 far_bytes) {
    SHARED(shared);
    const i32 n = net.n;
    const i64 row = first_state + blockIdx.x;
    if (progress.stop(row) != RUNNING || (Rule::draws && progress.updates(row) >= until))
        return;
    unsigned char *near_at = NEAR ? shared : far + far_bytes * blockIdx.x;
    Steps at = {take<u32>(near_at, (n + 31) / 32), take<u32>(near_at, (n + 31) / 32), take<u32>(near_at, (n + 31) / 32),
                progress.updates(row), 0, 0};
    i8 *spins = states + (i64)n * row, *spins_before = previous + (i64)n * row;
    CACHE *cache = caches + cache_stride * row;
    if (NEAR == 2) {
        CACHE *given = cache;
        cache = take<CACHE>(near_at, net.width);
        EACH(k, rounded_up(net.width)) /* packs are whole */
            cache[k] = given[k];
    }
    spins_to_bits(n, spins_before, at.before);
    spins_to_bits(n, spins, at.spins);
    const int stop = settle(net, rule, at, cache, until, exact, key, (u32)index[row]);
    if (at.made == 0) {
        if (threadIdx.x == 0)
            progress.stop(row) = stop;
        return;
    }
    EACH(i, n) {
        spins[i] = bit_of(at.spins, i) ? 1 : -1;
        spins_before[i] = bit_of(at.before, i) ? 1 : -1;
    }
    if (NEAR == 2)
        EACH(k, net.width)
            caches[cache_stride * row + k] = cache[k];
    if (threadIdx.x == 0) {
        progress.updates(row) = at.update;
        progress.flips(row) += at.flips;
        progress.stop(row) = stop;
        progress.fresh(row) = exact ? FRESH : STALE;
    }
}

#define WALK_ARGS                                                                                                      \
    i8 *states, i8 *previous, CACHE *caches, i64 cache_stride, const i64 *index, i64 *progress, i64 n_states,          \
        i64 first_state, u64 key, i64 until, i32 exact, unsigned char *far, i64 far_bytes
#define WALK(Rule, ...)                                                                                                \
    walk<Rule>(COUPLINGS, Rule __VA_ARGS__, states, previous, caches, cache_stride, index,                             \
               Progress{progress, n_states}, first_state, key, until, exact, far, far_bytes)

extern "C" __global__ void synchronous_limits(COUPLINGS_ARGS, LIMITS_ARGS, WALK_ARGS) { WALK(Limits, LIMITS); }
extern "C" __global__ void synchronous_table(COUPLINGS_ARGS, TABLE_ARGS, WALK_ARGS) { WALK(Table, TABLE); }
extern "C" __global__ void synchronous_exponential(COUPLINGS_ARGS, EXPONENTIAL_ARGS, WALK_ARGS) {
    WALK(Exponential, EXPONENTIAL);
}
#endif
