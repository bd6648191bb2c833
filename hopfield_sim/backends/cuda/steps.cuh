#include "common.cuh"
/* Steps of all sites at once, whatever they feel; the twin of _synchronous in walk.py. */

__device__ __forceinline__ bool bit_of(const u32 *bits, i32 i) { return bits[i / 32] >> i % 32 & 1; }

/* Spins of a block as bits, from ±1; ends with a barrier. */
__device__ __forceinline__ void spins_to_bits(i32 n, const i8 *spins, u32 *bits) {
    for (i32 first = 0; first < n; first += blockDim.x) {
        const i32 site = first + threadIdx.x;
        const u32 word = __ballot_sync(LANES, site < n && spins[site < n ? site : 0] > 0);
        if (threadIdx.x % 32 == 0 && site < n)
            bits[site / 32] = word;
    }
    __syncthreads();
}

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
template <class Look> __device__ __forceinline__ int settle(Look &look, i32 n, Steps &at, i64 until, bool exact) {
    for (;;) {
        if (Look::draws && at.update >= until)
            return RUNNING;
        look.everywhere(at, (u32)(at.update / n));
        __syncthreads();
        const i32 flips = different(n, at.after, at.spins);
        if (!Look::draws && flips == 0)
            return FIXED;
        if (at.update >= until)
            return RUNNING;
        const bool again = !Look::draws && at.update > 0 && different(n, at.after, at.before) == 0;
        u32 *const spare = at.before;
        at.before = at.spins, at.spins = at.after, at.after = spare;
        at.update += n, at.flips += flips, at.made++;
        if (exact)
            look.step(at);
        __syncthreads();
        if (again)
            return CYCLE;
        if (!exact)
            return RUNNING;
    }
}
