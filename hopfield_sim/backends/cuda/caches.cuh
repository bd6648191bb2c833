#include "common.cuh"
#include "couplings.cuh"
/* The caches of states that have none, or a stale one; the twin of cache in pairs.py. */

#ifdef PATTERNS
/* Overlaps, a block a state, whose bits are in shared memory (NEAR), or in `far`. */
extern "C" __global__ void caches(COUPLINGS_ARGS, const i8 *states, CACHE *caches, i64 cache_stride, i64 *progress,
                                  i64 n_states, i64 first_state, unsigned char *far, i64 far_bytes) {
    SHARED(shared);
    const i64 row = first_state + blockIdx.x;
    if (Progress{progress, n_states}.fresh(row) != STALE)
        return;
    const Couplings net = COUPLINGS;
    u32 *bits = (u32 *)(NEAR ? shared : far + far_bytes * blockIdx.x);
    spins_to_bits(n, states + (i64)n * row, bits);
    net.count(caches + cache_stride * row, bits);
}
#else
/* Fields: a block has STATES states and as many sites as threads. Each weight that is read serves all
 * the states; a sum goes through the sites in their order.
 */
#define STATES 8
#define SITES 128
extern "C" __global__ void caches(COUPLINGS_ARGS, const i8 *states, CACHE *caches, i64 cache_stride, i64 *progress,
                                  i64 n_states) {
    SHARED(shared);
    const Progress at = {progress, n_states};
    const i32 parts = (n + blockDim.x - 1) / blockDim.x;
    const i32 site = blockIdx.x % parts * blockDim.x + threadIdx.x;
    const i64 first = (i64)(blockIdx.x / parts) * STATES;
    i32 stale = 0;
#pragma unroll
    for (int b = 0; b < STATES; b++)
        stale |= (first + b < n_states && at.fresh(first + b) == STALE) << b;
    if (!stale)
        return;
    i8 *spins = (i8 *)shared;
    SUM sums[STATES];
#pragma unroll
    for (int b = 0; b < STATES; b++)
        sums[b] = 0;
    for (i32 from = 0; from < n; from += SITES) {
        const i32 count = n - from < SITES ? n - from : SITES;
        EACH(k, STATES * SITES) {
            const i32 j = k % SITES;
            const i64 row = first + k / SITES;
            spins[STATES * j + k / SITES] = j < count && row < n_states ? states[n * row + from + j] : 0;
        }
        __syncthreads();
        if (site < n)
            for (i32 j = 0; j < count; j++) {
                const SUM weight = columns[stride * (from + j) + site];
                const Pack<i8, STATES> s = ((const Pack<i8, STATES> *)spins)[j];
#pragma unroll
                for (int b = 0; b < STATES; b++)
                    sums[b] += weight * s.of[b];
            }
        __syncthreads();
    }
    if (site < n) {
#pragma unroll
        for (int b = 0; b < STATES; b++)
            if (stale >> b & 1)
                caches[cache_stride * (first + b) + site] = (CACHE)sums[b];
    }
}
#endif
