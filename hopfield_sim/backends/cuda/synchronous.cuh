#include "common.cuh"
#include "couplings.cuh"
#include "rules.cuh"
#include "steps.cuh"
/* All sites at once, a block a state, step after step to the end. */

/* What all sites become, a thread a site. */
template <class Rule> struct Fields {
    const Couplings &net;
    const Rule &rule;
    CACHE *cache;
    u64 key;
    u32 state;

    static const bool draws = Rule::draws;
    __device__ __forceinline__ void everywhere(const Steps &at, u32 sweep) const {
        const i32 n = net.n;
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
            if (threadIdx.x % 32 == 0 && site < n)
                at.after[site / 32] = word;
        }
    }
    __device__ __forceinline__ void step(const Steps &at) const { net.step(cache, at.before, at.spins); }
};

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
    Fields<Rule> look = {net, rule, cache, key, (u32)index[row]};
    const int stop = settle(look, n, at, until, exact);
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
