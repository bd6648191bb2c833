#include "common.cuh"
#include "couplings.cuh"
#include "steps.cuh"
#include "visits.cuh"
#include "votes.cuh"
/* Dense memories, a block a state, a warp a visit; the twin of dense.py.
 *
 * Overlaps and the slopes that the tables give for them are kept; D of a site is a sum over the
 * patterns of ± slopes. Where its sign may be the rounding's it is summed again, in whole numbers of
 * 31-bit limbs: zero, and the sign, are exact.
 */

struct Tables {
    const double *slope, *bend;
    const i32 *limbs; /* row k: 2^(31 k) times these are part of F; the last row has the sign */
    i32 n_limbs, unit, length, relative;
    double doubt;
};
#define TABLES_ARGS                                                                                                    \
    const double *slope, const double *bend, const i32 *limbs, i32 n_limbs, i32 unit, i32 length, i32 relative,        \
        double doubt
#define TABLES {slope, bend, limbs, n_limbs, unit, length, relative, doubt}

__device__ __forceinline__ double exact_sum(const Tables &tables, const u32 *bits, const CACHE *overlaps, i32 width,
                                            i32 zero, int spin) {
    double sum = 0;
    i64 carry = 0;
    for (i32 k = 0; k < tables.n_limbs; k++) {
        const i32 *limb = tables.limbs + (i64)tables.length * k;
        i64 part = 0;
        for (i32 mu = threadIdx.x % 32; mu < width; mu += 32) {
            const i32 place = overlaps[mu] + zero;
            part += limb[place] - (i64)limb[bit_of(bits, mu) == spin > 0 ? place - 2 : place + 2];
        }
        part = warp_sum(part) + carry;
        /* Digits from −2³⁰ to below 2³⁰: the first that is not zero outweighs those below it. */
        carry = k + 1 < tables.n_limbs ? (part + (1 << 30)) >> 31 : 0;
        part -= carry * (1ll << 31);
        sum += ldexp((double)part, 31 * k - tables.unit);
    }
    return sum;
}

/* A state: its overlaps, and what the tables say of them. */
struct Entries {
    CACHE *overlaps;
    double *slopes;
    double bend, doubt;
    i32 top, zero; /* the overlap from which relative tables count; place of an overlap of 0 */

    /* After overlaps changed, each thread's own; ends with a barrier. `boxes` has room for 32. */
    __device__ __forceinline__ void read(const Tables &tables, i32 n, i32 width, Pack<double, 2> *boxes) {
        const i32 lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
        top = 0, zero = n;
        if (tables.relative) {
            top = -n;
            EACH(mu, width)
                top = overlaps[mu] > top ? overlaps[mu] : top;
            top = (i32)block_most(top, boxes);
            zero = 2 * n - top;
        }
        double bends = 0, sizes = 0;
        EACH(mu, width) {
            const double a = tables.slope[overlaps[mu] + zero], b = tables.bend[overlaps[mu] + zero];
            slopes[mu] = a;
            bends += b, sizes += fabs(a) + fabs(b);
        }
        bends = warp_sum(bends), sizes = warp_sum(sizes);
        Pack<double, 2> *mine = boxes + 32;
        if (lane == 0)
            mine[warp] = {{bends, sizes}};
        __syncthreads();
        bend = warp_sum(lane < warps ? mine[lane].of[0] : 0.);
        doubt = tables.doubt * warp_sum(lane < warps ? mine[lane].of[1] : 0.);
    }
    __device__ __forceinline__ double block_most(double x, Pack<double, 2> *boxes) const {
        const i32 lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
        x = warp_most(x);
        if (lane == 0)
            boxes[warp].of[0] = x;
        __syncthreads();
        return warp_most(boxes[lane < warps ? lane : 0].of[0]);
    }
    __device__ __forceinline__ double warp_most(double x) const {
#pragma unroll
        for (int step = 16; step > 0; step /= 2) {
            const double other = __shfl_xor_sync(LANES, x, step);
            x = other > x ? other : x;
        }
        return x;
    }
    /* D of a site in the tables' units; all lanes of a warp have it. */
    __device__ __forceinline__ double difference(const Couplings &net, const Tables &tables, i32 site, int spin) const {
        const u32 *bits = net.at_sites + net.site_words * site;
        double sum = 0;
        for (i32 mu = threadIdx.x % 32; mu < net.width; mu += 32)
            sum += bit_of(bits, mu) ? slopes[mu] : -slopes[mu];
        sum = warp_sum(sum) - spin * bend;
        if (tables.n_limbs && fabs(sum) <= doubt)
            sum = spin * exact_sum(tables, bits, overlaps, net.width, zero, spin);
        return sum;
    }
};

/* Zero temperature. */
struct Descent {
    const u8 *clamped;
    i32 ties_up;

    static const bool draws = false;
    __device__ __forceinline__ bool up(i32 site, int spin, double d, const Entries &, u32) const {
        if (clamped[site])
            return spin > 0;
        return d > 0 || (d == 0 && (ties_up || spin > 0));
    }
};
#define DESCENT_ARGS const u8 *clamped, i32 ties_up
#define DESCENT {clamped, ties_up}

/* A heat bath. Exponential and logarithm are the device's own. */
struct Bath {
    const u8 *clamped;
    double temperature, gain, log_gain;
    i32 logarithmic;

    static const bool draws = true;
    __device__ __forceinline__ static double within(double y) { return y < -700. ? -700. : y > 700. ? 700. : y; }
    __device__ __forceinline__ bool up(i32 site, int spin, double d, const Entries &entries, u32 draw) const {
        if (clamped[site])
            return spin > 0;
        double y = d * (entries.top == 0 ? gain : exp(within(log_gain + entries.top)));
        if (logarithmic)
            y = -log1p(-spin * (KAPPA * d / entries.bend)) * spin / temperature;
        return (double)draw < floor(4294967296. / (1. + exp(-within(y))) + .5);
    }
};
#define BATH_ARGS const u8 *clamped, double temperature, double gain, double log_gain, i32 logarithmic
#define BATH {clamped, temperature, gain, log_gain, logarithmic}

/* Where a state is while its block works on it: in shared memory (NEAR), or in `far`. */
struct Room {
    Pack<u32, 2> *votes;
    Pack<double, 2> *boxes;
    unsigned char *rest;
    Entries entries;
};
__device__ __forceinline__ Room room(const Couplings &net, const Tables &tables, unsigned char *shared,
                                     unsigned char *far, const CACHE *given) {
    Room made;
    made.votes = take<Pack<u32, 2>>(shared, 64);
    made.boxes = take<Pack<double, 2>>(shared, 64);
    made.rest = NEAR ? shared : far;
    made.entries.slopes = take<double>(made.rest, net.width);
    made.entries.overlaps = take<CACHE>(made.rest, net.width);
    EACH(mu, net.width)
        made.entries.overlaps[mu] = given[mu];
    made.entries.read(tables, net.n, net.width, made.boxes);
    return made;
}

/* Visits from `start` to before `end` of a sweep, as many at once as there are warps; how many flips. */
template <class Rule>
__device__ __forceinline__ i32 visit(const Couplings &net, const Tables &tables, const Rule &rule, Room &at, i8 *spins,
                                     i32 start, i32 end, const INDEX *sites, int &turn, u64 key, u32 state, u32 sweep) {
    const i32 warp = threadIdx.x / 32, warps = blockDim.x / 32;
    i32 flips = 0;
    for (i32 first = start; first < end; first += warps) {
        const i32 place = first + warp, site = place < end ? (i32)sites[place] : 0;
        u32 draw = 0;
        if (Rule::draws && place < end)
            draw = random_words(key, ACCEPT, state, sweep, place / 4)[place % 4];
        for (i32 from = 0; from < warps;) {
            bool wishes = false, up = false;
            if (place < end && warp >= from) {
                const int spin = spins[site];
                up = rule.up(site, spin, at.entries.difference(net, tables, site, spin), at.entries, draw);
                wishes = up != spin > 0;
            }
            const Choice choice = first_of_all(wishes, up, at.votes, turn);
            if (choice.thread == (i32)blockDim.x)
                break;
            if ((i32)threadIdx.x == choice.thread)
                spins[site] = choice.up ? 1 : -1;
            net.follow(at.entries.overlaps, (i32)sites[first + choice.thread / 32], choice.up ? 2 : -2);
            at.entries.read(tables, net.n, net.width, at.boxes);
            flips++;
            from = choice.thread / 32 + 1;
        }
    }
    return flips;
}

/* Whether a site of a state would change; ends as soon as one would. */
template <class Rule>
__device__ __forceinline__ bool moves(const Couplings &net, const Tables &tables, const Rule &rule,
                                      const Entries &entries, const i8 *spins) {
    const i32 warps = blockDim.x / 32;
    for (i32 first = 0; first < net.n; first += warps) {
        const i32 site = first + threadIdx.x / 32;
        bool wishes = false;
        if (site < net.n) {
            const int spin = spins[site];
            wishes = rule.up(site, spin, entries.difference(net, tables, site, spin), entries, 0) != spin > 0;
        }
        if (__syncthreads_or(wishes))
            return true;
    }
    return false;
}

template <class Rule>
__device__ __forceinline__ void walk(const Couplings &net, const Tables &tables, const Rule &rule, i8 *all_spins,
                                     CACHE *caches, i64 cache_stride, const i64 *index, const Progress &progress,
                                     i64 first_state, i32 order, u64 key, i64 until, unsigned char *far,
                                     i64 far_bytes) {
    SHARED(shared);
    const i32 n = net.n;
    const i64 row = first_state + blockIdx.x;
    i64 update = progress.updates(row), stop = RUNNING;
    if (progress.stop(row) != RUNNING || (Rule::draws && update >= until))
        return;
    const u32 state = (u32)index[row];
    Room at = room(net, tables, shared, far + far_bytes * blockIdx.x, caches + cache_stride * row);
    i32 *heads = take<i32>(at.rest, n);
    INDEX *links = take<INDEX>(at.rest, n), *sites = take<INDEX>(at.rest, n);
    i8 *spins = take<i8>(at.rest, n);
    EACH(i, n)
        spins[i] = all_spins[(i64)n * row + i];
    __syncthreads();
    i32 flips = 0;
    int turn = 0;
    for (;;) {
        if (!Rule::draws && update % n == 0 && !moves(net, tables, rule, at.entries, spins)) {
            stop = FIXED;
            break;
        }
        if (update >= until)
            break;
        const u32 sweep = (u32)(update / n);
        const i32 start = (i32)(update % n);
        const i32 end = until - update < n - start ? (i32)(start + until - update) : n;
        visit_order(order, n, key, state, sweep, heads, links, sites);
        flips += visit(net, tables, rule, at, spins, start, end, sites, turn, key, state, sweep);
        update += end - start;
    }
    EACH(mu, net.width)
        caches[cache_stride * row + mu] = at.entries.overlaps[mu];
    EACH(i, n)
        all_spins[(i64)n * row + i] = spins[i];
    if (threadIdx.x == 0) {
        progress.updates(row) = update;
        progress.flips(row) += flips;
        progress.stop(row) = stop;
    }
}

/* What all sites become, a warp 32 sites. */
template <class Rule> struct Differences {
    const Couplings &net;
    const Tables &tables;
    const Rule &rule;
    Room &at;
    u64 key;
    u32 state;

    static const bool draws = Rule::draws;
    __device__ __forceinline__ void everywhere(const Steps &steps, u32 sweep) const {
        for (i32 w = threadIdx.x / 32; 32 * w < net.n; w += blockDim.x / 32) {
            u32 word = 0;
            for (i32 site = 32 * w; site < net.n && site < 32 * w + 32; site++) {
                const int spin = bit_of(steps.spins, site) ? 1 : -1;
                const double d = at.entries.difference(net, tables, site, spin);
                u32 draw = 0;
                if (Rule::draws)
                    draw = random_words(key, ACCEPT, state, sweep, site / 4)[site % 4];
                word |= (u32)rule.up(site, spin, d, at.entries, draw) << site % 32;
            }
            if (threadIdx.x % 32 == 0)
                steps.after[w] = word;
        }
    }
    __device__ __forceinline__ void step(const Steps &steps) {
        net.count(at.entries.overlaps, steps.spins);
        __syncthreads();
        at.entries.read(tables, net.n, net.width, at.boxes);
    }
};

template <class Rule>
__device__ __forceinline__ void steps(const Couplings &net, const Tables &tables, const Rule &rule, i8 *states,
                                      i8 *previous, CACHE *caches, i64 cache_stride, const i64 *index,
                                      const Progress &progress, i64 first_state, u64 key, i64 until,
                                      unsigned char *far, i64 far_bytes) {
    SHARED(shared);
    const i32 n = net.n, words = (n + 31) / 32;
    const i64 row = first_state + blockIdx.x;
    if (progress.stop(row) != RUNNING || (Rule::draws && progress.updates(row) >= until))
        return;
    Room room_of = room(net, tables, shared, far + far_bytes * blockIdx.x, caches + cache_stride * row);
    Steps at = {take<u32>(room_of.rest, words), take<u32>(room_of.rest, words), take<u32>(room_of.rest, words),
                progress.updates(row), 0, 0};
    i8 *spins = states + (i64)n * row, *spins_before = previous + (i64)n * row;
    spins_to_bits(n, spins_before, at.before);
    spins_to_bits(n, spins, at.spins);
    Differences<Rule> look = {net, tables, rule, room_of, key, (u32)index[row]};
    const int stop = settle(look, n, at, until, true);
    EACH(i, n) {
        spins[i] = bit_of(at.spins, i) ? 1 : -1;
        spins_before[i] = bit_of(at.before, i) ? 1 : -1;
    }
    EACH(mu, net.width)
        caches[cache_stride * row + mu] = room_of.entries.overlaps[mu];
    if (threadIdx.x == 0) {
        progress.updates(row) = at.update;
        progress.flips(row) += at.flips;
        progress.stop(row) = stop;
    }
}

#define WALK_ARGS                                                                                                      \
    i8 *states, CACHE *caches, i64 cache_stride, const i64 *index, i64 *progress, i64 n_states, i64 first_state,       \
        i32 order, u64 key, i64 until, unsigned char *far, i64 far_bytes
#define WALK(Rule, ...)                                                                                                \
    walk<Rule>(COUPLINGS, TABLES, Rule __VA_ARGS__, states, caches, cache_stride, index, Progress{progress, n_states}, \
               first_state, order, key, until, far, far_bytes)
#define STEPS_ARGS                                                                                                     \
    i8 *states, i8 *previous, CACHE *caches, i64 cache_stride, const i64 *index, i64 *progress, i64 n_states,          \
        i64 first_state, u64 key, i64 until, unsigned char *far, i64 far_bytes
#define STEPS(Rule, ...)                                                                                               \
    steps<Rule>(COUPLINGS, TABLES, Rule __VA_ARGS__, states, previous, caches, cache_stride, index,                    \
                Progress{progress, n_states}, first_state, key, until, far, far_bytes)

extern "C" __global__ void asynchronous_descent(COUPLINGS_ARGS, TABLES_ARGS, DESCENT_ARGS, WALK_ARGS) {
    WALK(Descent, DESCENT);
}
extern "C" __global__ void asynchronous_bath(COUPLINGS_ARGS, TABLES_ARGS, BATH_ARGS, WALK_ARGS) { WALK(Bath, BATH); }
extern "C" __global__ void synchronous_descent(COUPLINGS_ARGS, TABLES_ARGS, DESCENT_ARGS, STEPS_ARGS) {
    STEPS(Descent, DESCENT);
}
extern "C" __global__ void synchronous_bath(COUPLINGS_ARGS, TABLES_ARGS, BATH_ARGS, STEPS_ARGS) { STEPS(Bath, BATH); }
