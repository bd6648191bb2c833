#include "common.cuh"
/* Attention of few queries, in one pass over the memories (Milakov & Gimelshein, arXiv:1805.02867): a block streams a
 * chunk of the memories past one query and leaves Σ e scale ξ, the largest score, Σ e and Σ e scale, where
 * e = exp(β (score − largest)). Blocks of the same chunk are neighbours, and a row that is read for its score is found
 * in the cache when it is summed. MEMORY and REAL are the types of the memories and of what is computed.
 */
#define TILE 8 /* memories between two looks at the largest score */

/* Terms of the product with a key, or of the distance from it over what is not masked. */
#ifdef DISTANCES
#define SCORES_ARGS const REAL *mask
#define TERM(j, key) (fabs((REAL)(key) - query[j]) * mask[j])
#define SCORE(sum, mu) ((REAL)1 / ((REAL)1 + (sum)))
#define SCALE(mu) 1.
#else
#define SCORES_ARGS const double *scale, const double *bias
#define TERM(j, key) ((REAL)(key) * query[j])
#define SCORE(sum, mu) ((REAL)((REAL)((sum) * scale[mu]) + bias[mu]))
#define SCALE(mu) scale[mu]
#endif

extern "C" __global__ void attend(i32 n, i64 n_memories, i64 chunk, i32 n_queries, const MEMORY *memories,
                                  const MEMORY *keys, SCORES_ARGS, const REAL *queries, REAL beta, REAL *totals,
                                  REAL *tops, double *masses, double *scaleds) {
    SHARED(shared);
    unsigned char *at = shared;
    REAL *total = take<REAL>(at, n), *query = take<REAL>(at, n), *scores = take<REAL>(at, TILE);
    const i32 lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32;
    const i64 start = blockIdx.x / n_queries * chunk;
    const i64 end = n_memories - start < chunk ? n_memories : start + chunk;
    EACH(j, n) {
        total[j] = 0;
        query[j] = queries[(i64)n * (blockIdx.x % n_queries) + j];
    }
    __syncthreads();
    REAL top = 0;
    double mass = 0, scaled = 0;
    for (i64 first = start; first < end; first += TILE) {
        const i32 rows = (i32)(end - first < TILE ? end - first : TILE);
        for (i32 r = warp; r < rows; r += warps) {
            const MEMORY *key = keys + (first + r) * n;
            REAL sum = 0;
            for (i32 j = lane; j < n; j += 32)
                sum += TERM(j, key[j]);
            sum = warp_sum(sum);
            if (lane == 0)
                scores[r] = SCORE(sum, first + r);
        }
        __syncthreads();
        const REAL before = first == start ? scores[0] : top;
        top = before;
        for (i32 r = 0; r < rows; r++)
            top = scores[r] > top ? scores[r] : top;
        const REAL shrink = exp((before - top) * beta);
        REAL e[TILE];
        mass *= shrink, scaled *= shrink;
#pragma unroll
        for (i32 r = 0; r < TILE; r++) {
            e[r] = r < rows ? exp((scores[r] - top) * beta) : (REAL)0;
            mass += e[r];
            if (r < rows)
                scaled += e[r] = (REAL)(e[r] * SCALE(first + r));
        }
        EACH(j, n) {
            REAL sum = total[j] * shrink;
#pragma unroll
            for (i32 r = 0; r < TILE; r++)
                if (r < rows)
                    sum += e[r] * memories[(first + r) * n + j];
            total[j] = sum;
        }
        __syncthreads();
    }
    EACH(j, n)
        totals[(i64)n * blockIdx.x + j] = total[j];
    if (threadIdx.x == 0) {
        tops[blockIdx.x] = top;
        masses[blockIdx.x] = mass;
        scaleds[blockIdx.x] = scaled;
    }
}
