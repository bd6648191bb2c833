#define PATTERNS
#define RETRIEVAL
#include "common.cuh"
#include "couplings.cuh"
#include "synchronous.cuh"
/* Cues of Hebbian networks that grow, from their flips to their score; the twin of retrieval in
 * pairs.py.
 */

/* A field of 0 gives +1. */
struct Plus {
    static const bool draws = false;
    __device__ __forceinline__ bool up(i32, int, FIELD field, u32) const { return field >= 0; }
};

/* Patterns of each network, (K, P, words): random words as they come, nothing beyond the last site. */
extern "C" __global__ void draw_patterns(i32 n, i32 n_patterns, const u64 *keys, u32 *of_patterns, i64 pattern_words) {
    const i32 words = (n + 31) / 32;
    const i64 row = blockIdx.x;
    EACH(block, (words + 3) / 4) {
        const Words drawn = random_words(keys[row / n_patterns], PATTERN, (u32)(row % n_patterns), 0, block);
        for (i32 w = 4 * block; w < words && w < 4 * block + 4; w++)
            of_patterns[pattern_words * row + w] = drawn[w % 4] & (32 * w + 32 > n ? (1u << n % 32) - 1 : LANES);
    }
}

/* The same bits by site, (K, N, words): a warp turns 32 patterns at 32 sites. */
extern "C" __global__ void turn_patterns(i32 n, i32 n_patterns, const u32 *of_patterns, i64 pattern_words,
                                         u32 *at_sites, i64 site_words) {
    const i32 lane = threadIdx.x % 32, words = (n + 31) / 32;
    const u32 *mine = of_patterns + pattern_words * n_patterns * blockIdx.x;
    u32 *theirs = at_sites + site_words * n * blockIdx.x;
    for (i32 tile = threadIdx.x / 32; tile < words * site_words; tile += blockDim.x / 32) {
        const i32 w = tile % words, mu = 32 * (tile / words) + lane;
        const u32 bits = mu < n_patterns ? mine[pattern_words * mu + w] : 0;
        for (int k = 0; k < 32; k++) {
            const u32 turned = __ballot_sync(LANES, bits >> k & 1);
            if (lane == 0 && 32 * w + k < n)
                theirs[site_words * (32 * w + k) + tile / words] = turned;
        }
    }
}

/* Flips the first `count` sites of a shuffle. Its step k takes the site at places[k], which is the
 * place's own number, or what the last step before with that place left there: the site at its own.
 */
__device__ __forceinline__ void spoil(i32 n, i32 count, u64 key, u32 cue, i32 *places, u32 *spins) {
    EACH(block, (count + 3) / 4) {
        const Words words = random_words(key, FLIP, cue, 0, block);
        for (i32 k = 4 * block; k < count && k < 4 * block + 4; k++)
            places[k] = k + pick(words[k % 4], n - k);
    }
    __syncthreads();
    EACH(k, count) {
        i32 site = places[k];
        for (i32 j = k - 1; j >= 0; j--)
            if (places[j] == site)
                site = j;
        atomicXor(spins + site / 32, 1u << site % 32);
    }
    __syncthreads();
}

/* Overlap N·m of each end with its pattern, (K, L, S), a block a cue. */
extern "C" __global__ void retrieval(i32 n, i32 most, const u64 *keys, const u32 *at_sites, i64 site_words,
                                     const u32 *of_patterns, i64 pattern_words, i32 n_loads, const i64 *loads,
                                     const i64 *flipped, i32 n_states, i64 until, i64 *scores) {
    SHARED(shared);
    const i32 cue = blockIdx.x % (n_loads * n_states), load = cue / n_states, words = (n + 31) / 32;
    const i64 which = blockIdx.x / (n_loads * n_states);
    const i32 stored = (i32)loads[load];
    const u32 *patterns = of_patterns + pattern_words * most * which;
    const u32 *target = patterns + pattern_words * (cue % n_states % stored);
    const Couplings net = {n, stored, stored, at_sites + site_words * n * which, site_words, patterns, pattern_words};
    unsigned char *at = shared;
    Steps steps = {take<u32>(at, words), take<u32>(at, words), take<u32>(at, words), 0, 0, 0};
    i32 *overlaps = take<i32>(at, stored), *places = take<i32>(at, (i32)flipped[load]);
    EACH(w, words)
        steps.spins[w] = target[w];
    __syncthreads();
    spoil(n, (i32)flipped[load], keys[which], (u32)cue, places, steps.spins);
    net.count(overlaps, steps.spins);
    __syncthreads();
    const Plus rule;
    Fields<Plus> look = {net, rule, overlaps, 0, 0};
    settle(look, n, steps, until, true);
    const i32 differ = different(n, steps.spins, target);
    if (threadIdx.x == 0)
        scores[blockIdx.x] = n - 2 * differ;
}
