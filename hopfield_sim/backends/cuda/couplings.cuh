#include "common.cuh"
#include "steps.cuh"
/* What a site feels, and what a flip changes: a matrix with the fields of each state, or patterns
 * with its overlaps. WEIGHT, FIELD and CACHE are the types of the weights, of fields and limits, and
 * of what is kept of a state.
 */

#ifdef PATTERNS
struct Couplings {
    i32 n, width; /* width: number of patterns */
    FIELD own;
    const u32 *at_sites; /* row i: which patterns are +1 at site i */
    i64 site_words;
    const u32 *of_patterns; /* row μ: where pattern μ is +1 */
    i64 pattern_words;

    __device__ __forceinline__ FIELD field(const CACHE *overlaps, i32 site, int spin) const {
        const u32 *bits = at_sites + site_words * site;
        FIELD sum = 0;
        for (i32 mu = 0; mu < width; mu++)
            sum += bit_of(bits, mu) ? overlaps[mu] : -overlaps[mu];
        return sum - own * spin;
    }
    /* After a flip of one site by ±2. */
    __device__ __forceinline__ void follow(CACHE *overlaps, i32 site, int by) const {
        const u32 *bits = at_sites + site_words * site;
        EACH(mu, width)
            overlaps[mu] += bit_of(bits, mu) ? by : -by;
    }
    /* m_μ = N − 2 · (sites that differ), a warp a pattern. */
    __device__ __forceinline__ void count(CACHE *overlaps, const u32 *spins) const {
        const i32 lane = threadIdx.x % 32, words = (n + 31) / 32;
        for (i32 mu = threadIdx.x / 32; mu < width; mu += blockDim.x / 32) {
            i32 differ = 0;
            for (i32 w = lane; w < words; w += 32)
                differ += __popc(spins[w] ^ of_patterns[pattern_words * mu + w]);
            differ = warp_sum(differ);
            if (lane == 0)
                overlaps[mu] = (CACHE)(n - 2 * differ);
        }
    }
    /* After a step of all sites. */
    __device__ __forceinline__ void step(CACHE *overlaps, const u32 *, const u32 *spins) const {
        count(overlaps, spins);
    }
};
#define COUPLINGS_ARGS                                                                                                 \
    i32 n, i32 n_patterns, FIELD own, const u32 *at_sites, i64 site_words, const u32 *of_patterns, i64 pattern_words
#define COUPLINGS {n, n_patterns, own, at_sites, site_words, of_patterns, pattern_words}
#else
struct Couplings {
    i32 n, width; /* width: that of the fields, N */
    const WEIGHT *columns;
    i64 stride; /* from one column to the next; a multiple of 16 */

    __device__ __forceinline__ FIELD field(const CACHE *fields, i32 site, int) const { return fields[site]; }
    /* After a flip of one site by ±2; fields have room for whole packs, and each thread has its own. */
    __device__ __forceinline__ void follow(CACHE *fields, i32 site, int by) const {
        const int k = 16 / sizeof(CACHE);
        const Pack<WEIGHT, k> *weights = (const Pack<WEIGHT, k> *)(columns + stride * site);
        EACH(pack, (n + k - 1) / k) {
            const Pack<WEIGHT, k> w = weights[pack];
            Pack<CACHE, k> h = ((Pack<CACHE, k> *)fields)[pack];
#pragma unroll
            for (int j = 0; j < k; j++)
                h.of[j] = (CACHE)(h.of[j] + by * w.of[j]);
            ((Pack<CACHE, k> *)fields)[pack] = h;
        }
    }
    /* After a step of all sites: flip by flip. */
    __device__ __forceinline__ void step(CACHE *fields, const u32 *before, const u32 *spins) const {
        for (i32 w = 0; w < (n + 31) / 32; w++)
            for (u32 flipped = before[w] ^ spins[w]; flipped; flipped &= flipped - 1) {
                const int bit = __ffs(flipped) - 1;
                follow(fields, 32 * w + bit, spins[w] >> bit & 1 ? 2 : -2);
            }
    }
};
#define COUPLINGS_ARGS i32 n, const WEIGHT *columns, i64 stride
#define COUPLINGS {n, n, columns, stride}
#endif
