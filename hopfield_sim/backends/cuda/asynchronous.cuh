#include "common.cuh"
#include "couplings.cuh"
#include "rules.cuh"
#include "visits.cuh"
#include "votes.cuh"
/* One site after another, a block a state; the twin of asynchronous in walk.py.
 *
 * Between two flips nothing changes, and most visits flip nothing. So a block looks at as many visits
 * at once as it has threads, carries out the first that flips its site, and looks at the later ones
 * again.
 */

/* Visits from `start` to before `end` of a sweep; how many flips. */
template <class Rule>
__device__ __forceinline__ i32 visit(const Couplings &net, const Rule &rule, i32 start, i32 end, const INDEX *sites,
                                     CACHE *cache, i8 *spins, Pack<u32, 2> *boxes, int &turn, u64 key, u32 state,
                                     u32 sweep) {
    i32 flips = 0;
    for (i32 first = start; first < end; first += blockDim.x) {
        const i32 place = first + threadIdx.x, me = threadIdx.x;
        const i32 site = place < end ? (i32)sites[place] : 0;
        u32 draw = 0;
        if (Rule::draws && place < end)
            draw = random_words(key, ACCEPT, state, sweep, place / 4)[place % 4];
        for (i32 from = 0; from < (i32)blockDim.x;) {
            bool wishes = false, up = false;
            if (place < end && me >= from) {
                const int spin = spins[site];
                up = rule.up(site, spin, net.field(cache, site, spin), draw);
                wishes = up != spin > 0;
            }
            const Choice choice = first_of_all(wishes, up, boxes, turn);
            if (choice.thread == (i32)blockDim.x)
                break;
            net.follow(cache, (i32)sites[first + choice.thread], choice.up ? 2 : -2);
            if (me == choice.thread)
                spins[site] = choice.up ? 1 : -1;
            flips++;
            from = choice.thread + 1;
            __syncthreads();
        }
    }
    return flips;
}

/* NEAR says what is in shared memory: 2, all; 1, cache and spins; 0, votes only. The rest of what a
 * block needs is in `far`.
 */
template <class Rule>
__device__ __forceinline__ void walk(const Couplings &net, const Rule &rule, i8 *all_spins, CACHE *caches,
                                     i64 cache_stride, const i64 *index, const Progress &progress, i64 first_state,
                                     i32 order, u64 key, i64 until, i32 exact, unsigned char *far, i64 far_bytes) {
    SHARED(shared);
    const i32 n = net.n;
    const i64 row = first_state + blockIdx.x;
    i64 update = progress.updates(row), fresh = progress.fresh(row);
    if (progress.stop(row) != RUNNING || (Rule::draws && update >= until))
        return;
    const u32 state = (u32)index[row];
    unsigned char *near_at = shared, *far_at = far + far_bytes * blockIdx.x;
    Pack<u32, 2> *boxes = take<Pack<u32, 2>>(near_at, 64);
    i8 *spins = all_spins + (i64)n * row;
    CACHE *cache = caches + cache_stride * row;
    if (NEAR >= 1) {
        const i8 *given_spins = spins;
        const CACHE *given_cache = cache;
        cache = take<CACHE>(near_at, net.width);
        spins = take<i8>(near_at, n);
        EACH(k, rounded_up(net.width)) /* packs are whole */
            cache[k] = given_cache[k];
        EACH(i, n)
            spins[i] = given_spins[i];
    }
    unsigned char *&order_at = NEAR == 2 ? near_at : far_at;
    i32 *heads = take<i32>(order_at, n);
    INDEX *links = take<INDEX>(order_at, n), *sites = take<INDEX>(order_at, n);
    __syncthreads();
    i32 flips = 0;
    int turn = 0;
    i64 stop = RUNNING;
    for (;;) {
        if (!Rule::draws && update % n == 0) {
            bool moves = false;
            EACH(i, n)
                moves |= rule.up(i, spins[i], net.field(cache, i, spins[i]), 0) != spins[i] > 0;
            if (!__syncthreads_or(moves)) {
                /* Sums that were rounded flip by flip may be wrong about it: another look at new ones. */
                if (exact || (flips == 0 && fresh == FRESH))
                    stop = FIXED;
                else
                    fresh = STALE;
                break;
            }
        }
        if (update >= until)
            break;
        const u32 sweep = (u32)(update / n);
        const i32 start = (i32)(update % n);
        const i32 end = until - update < n - start ? (i32)(start + until - update) : n;
        visit_order(order, n, key, state, sweep, heads, links, sites);
        flips += visit(net, rule, start, end, sites, cache, spins, boxes, turn, key, state, sweep);
        update += end - start;
    }
    if (NEAR >= 1) {
        EACH(k, net.width)
            caches[cache_stride * row + k] = cache[k];
        EACH(i, n)
            all_spins[(i64)n * row + i] = spins[i];
    }
    if (threadIdx.x == 0) {
        progress.updates(row) = update;
        progress.flips(row) += flips;
        progress.stop(row) = stop;
        progress.fresh(row) = fresh == STALE ? STALE : flips ? CACHED : fresh;
    }
}

#define WALK_ARGS                                                                                                      \
    i8 *states, CACHE *caches, i64 cache_stride, const i64 *index, i64 *progress, i64 n_states, i64 first_state,       \
        i32 order, u64 key, i64 until, i32 exact, unsigned char *far, i64 far_bytes
#define WALK(Rule, ...)                                                                                                \
    walk<Rule>(COUPLINGS, Rule __VA_ARGS__, states, caches, cache_stride, index, Progress{progress, n_states},         \
               first_state, order, key, until, exact, far, far_bytes)

extern "C" __global__ void asynchronous_limits(COUPLINGS_ARGS, LIMITS_ARGS, WALK_ARGS) { WALK(Limits, LIMITS); }
extern "C" __global__ void asynchronous_table(COUPLINGS_ARGS, TABLE_ARGS, WALK_ARGS) { WALK(Table, TABLE); }
extern "C" __global__ void asynchronous_exponential(COUPLINGS_ARGS, EXPONENTIAL_ARGS, WALK_ARGS) {
    WALK(Exponential, EXPONENTIAL);
}
