/* Attention of many queries at once, for processors with AVX-512: a tile of memories is read from main memory once, for
 * its scores, their exponentials and the weighted sum of its memories.
 *
 * Queries come transposed, (n, width), with width a multiple of the vectors' length, padded with queries that nobody
 * looks at. So both products multiply vectors in memory by single numbers and keep their sums in registers, and what a
 * query gets does not depend on the others. Multiplications are fused with additions: results are equal to rounding.
 */
#ifndef HOPFIELD_ATTENTION_MANY_H
#define HOPFIELD_ATTENTION_MANY_H

#include "attention.h"

#define MOST_VECTORS 7 /* of queries */

#if defined(__x86_64__) && defined(__GNUC__) && !defined(HOPFIELD_NO_AVX512)
#include <immintrin.h>

#define HAVE_ATTEND_MANY HAVE_AVX512
#define INLINE AVX512 __attribute__((always_inline)) static inline
/* Makes the compiler load a vector once, and not at each use. */
#define IN_REGISTER(vector) __asm__("" : "+v"(vector))

#define TILE_ROWS 64 /* memories of a tile, which fits the second-level cache beside queries and sums */
#define DEPTH 256    /* terms of a partial sum of a score: a longer one in float32 would lose digits */
#define GROUP 4      /* queries whose sums are in registers together, */
#define SPAN 6       /* and vectors of their coordinates */

#define DEFINE_ATTEND_MANY(kind, real, wide, ps)                                                                       \
    enum { LANES_##kind = 64 / sizeof(real) };                                                                         \
                                                                                                                       \
    /* scores[r][q] += sum_j keys[r][j] queries[j][q] for a few memories */                                            \
    INLINE void few_scores_##kind(int few, int vectors, int64_t n, int64_t depth, const real *keys,                    \
                                  const real *queries, real *scores) {                                                 \
        const int lanes = LANES_##kind, width = vectors * lanes;                                                       \
        wide sums[8][MOST_VECTORS];                                                                                    \
        UNROLL for (int r = 0; r < few; r++)                                                                           \
            UNROLL for (int v = 0; v < vectors; v++)                                                                   \
                sums[r][v] = _mm512_setzero_##ps();                                                                    \
        for (int64_t j = 0; j < depth; j++) {                                                                          \
            wide x[8];                                                                                                 \
            UNROLL for (int r = 0; r < few; r++)                                                                       \
                x[r] = _mm512_set1_##ps(keys[r * n + j]);                                                              \
            UNROLL for (int v = 0; v < vectors; v++) {                                                                 \
                wide q = _mm512_loadu_##ps(queries + j * width + v * lanes);                                           \
                IN_REGISTER(q);                                                                                        \
                UNROLL for (int r = 0; r < few; r++)                                                                   \
                    sums[r][v] = _mm512_fmadd_##ps(x[r], q, sums[r][v]);                                               \
            }                                                                                                          \
        }                                                                                                              \
        UNROLL for (int r = 0; r < few; r++)                                                                           \
            UNROLL for (int v = 0; v < vectors; v++) {                                                                 \
                real *out = scores + r * width + v * lanes;                                                            \
                _mm512_storeu_##ps(out, _mm512_add_##ps(_mm512_loadu_##ps(out), sums[r][v]));                          \
            }                                                                                                          \
    }                                                                                                                  \
                                                                                                                       \
    INLINE void tile_scores_##kind(int few, int vectors, int64_t n, int64_t rows, const real *keys,                    \
                                   const real *queries, real *scores) {                                                \
        const int64_t width = vectors * LANES_##kind;                                                                  \
        memset(scores, 0, (size_t)(rows * width) * sizeof(real));                                                      \
        for (int64_t j = 0; j < n; j += DEPTH) {                                                                       \
            const int64_t depth = n - j < DEPTH ? n - j : DEPTH;                                                       \
            const real *some = queries + j * width;                                                                    \
            int64_t r = 0;                                                                                             \
            for (; r + few <= rows; r += few)                                                                          \
                few_scores_##kind(few, vectors, n, depth, keys + r * n + j, some, scores + r * width);                 \
            for (; r < rows; r++)                                                                                      \
                few_scores_##kind(1, vectors, n, depth, keys + r * n + j, some, scores + r * width);                   \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    /* As many memories at a time as there are registers for. */                                                       \
    AVX512 static void scores_##kind(int64_t vectors, int64_t n, int64_t rows, const real *keys,                       \
                                     const real *queries, real *scores) {                                              \
        switch (vectors) {                                                                                             \
        case 1: tile_scores_##kind(8, 1, n, rows, keys, queries, scores); break;                                       \
        case 2: tile_scores_##kind(8, 2, n, rows, keys, queries, scores); break;                                       \
        case 3: tile_scores_##kind(6, 3, n, rows, keys, queries, scores); break;                                       \
        case 4: tile_scores_##kind(6, 4, n, rows, keys, queries, scores); break;                                       \
        case 5: tile_scores_##kind(4, 5, n, rows, keys, queries, scores); break;                                       \
        case 6: tile_scores_##kind(4, 6, n, rows, keys, queries, scores); break;                                       \
        default: tile_scores_##kind(3, 7, n, rows, keys, queries, scores);                                             \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    /* scores q.k -> scale q.k + bias, and the largest of each query */                                                \
    AVX512 static void raise_top_##kind(int64_t rows, int64_t width, real *scores, const real *scale,                  \
                                        const real *bias, real *top) {                                                 \
        for (int64_t r = 0; r < rows; r++) {                                                                           \
            const real factor = scale ? scale[r] : 1, shift = bias ? bias[r] : 0;                                      \
            real *row = scores + r * width;                                                                            \
            for (int64_t q = 0; q < width; q++) {                                                                      \
                row[q] = row[q] * factor + shift;                                                                      \
                top[q] = row[q] > top[q] ? row[q] : top[q];                                                            \
            }                                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    /* scores -> exp(beta (score - top)) times the scale; `live` counts the weights of a query that are not 0 */       \
    AVX512 static void weigh_many_##kind(int64_t rows, int64_t width, real *scores, const real *scale, real beta,      \
                                         const real *top, double *mass, double *scaled, uint8_t *live) {               \
        real sum[MOST_VECTORS * LANES_##kind] = {0}, weighted[MOST_VECTORS * LANES_##kind] = {0};                      \
        real counts[MOST_VECTORS * LANES_##kind] = {0};                                                                \
        for (int64_t r = 0; r < rows; r++) {                                                                           \
            const real factor = scale ? scale[r] : 1;                                                                  \
            real *row = scores + r * width;                                                                            \
            for (int64_t q = 0; q < width; q++) {                                                                      \
                const real e = exp_##kind(beta * (row[q] - top[q]));                                                   \
                sum[q] += e;                                                                                           \
                weighted[q] += row[q] = e * factor;                                                                    \
                counts[q] += row[q] != 0;                                                                              \
            }                                                                                                          \
        }                                                                                                              \
        for (int64_t q = 0; q < width; q++) {                                                                          \
            mass[q] += sum[q];                                                                                         \
            scaled[q] += weighted[q];                                                                                  \
            live[q] = (uint8_t)counts[q];                                                                              \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    /* totals[q][j] += sum_r e[r][q] patterns[r][j] for a few vectors of coordinates. They are copied side by side:    \
     * far apart they could have one place in the first-level cache. Those of the next tile are prefetched. */         \
    INLINE void gather_span_##kind(int vectors, int64_t n, int64_t j, int64_t rows, int64_t count, int64_t width,      \
                                   const real *patterns, const real *e, real *totals) {                                \
        const int lanes = LANES_##kind, span = vectors * lanes;                                                        \
        const int64_t stride = (n + lanes - 1) / lanes * lanes, left = n - j - (span - lanes);                         \
        const uint32_t last = left < lanes ? (1u << left) - 1 : ~0u; /* which numbers the last vector has */           \
        real columns[TILE_ROWS * SPAN * LANES_##kind] __attribute__((aligned(64)));                                    \
        for (int64_t r = 0; r < rows; r++)                                                                             \
            UNROLL for (int v = 0; v < vectors; v++) {                                                                 \
                const real *x = patterns + r * n + j + v * lanes;                                                      \
                __builtin_prefetch(x + TILE_ROWS * n);                                                                 \
                wide some = v == vectors - 1 ? _mm512_maskz_loadu_##ps(last, x) : _mm512_loadu_##ps(x);                \
                _mm512_store_##ps(columns + r * span + v * lanes, some);                                               \
            }                                                                                                          \
        for (int64_t q = 0; q < count; q += GROUP) {                                                                   \
            wide sums[GROUP][SPAN];                                                                                    \
            UNROLL for (int g = 0; g < GROUP; g++)                                                                     \
                UNROLL for (int v = 0; v < vectors; v++)                                                               \
                    sums[g][v] = _mm512_setzero_##ps();                                                                \
            for (int64_t r = 0; r < rows; r++) {                                                                       \
                wide x[SPAN];                                                                                          \
                UNROLL for (int v = 0; v < vectors; v++) {                                                             \
                    x[v] = _mm512_load_##ps(columns + r * span + v * lanes);                                           \
                    IN_REGISTER(x[v]);                                                                                 \
                }                                                                                                      \
                UNROLL for (int g = 0; g < GROUP; g++) {                                                               \
                    wide weight = _mm512_set1_##ps(e[r * width + q + g]);                                              \
                    IN_REGISTER(weight);                                                                               \
                    UNROLL for (int v = 0; v < vectors; v++)                                                           \
                        sums[g][v] = _mm512_fmadd_##ps(weight, x[v], sums[g][v]);                                      \
                }                                                                                                      \
            }                                                                                                          \
            UNROLL for (int g = 0; g < GROUP; g++)                                                                     \
                UNROLL for (int v = 0; v < vectors; v++) {                                                             \
                    real *out = totals + (q + g) * stride + j + v * lanes;                                             \
                    _mm512_storeu_##ps(out, _mm512_add_##ps(_mm512_loadu_##ps(out), sums[g][v]));                      \
                }                                                                                                      \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    AVX512 static void gather_many_##kind(int64_t n, int64_t rows, int64_t count, int64_t width,                       \
                                          const real *patterns, const real *e, real *totals) {                         \
        const int lanes = LANES_##kind;                                                                                \
        int64_t j = 0;                                                                                                 \
        for (; j + SPAN * lanes <= n; j += SPAN * lanes)                                                               \
            gather_span_##kind(SPAN, n, j, rows, count, width, patterns, e, totals);                                   \
        for (; j + 2 * lanes <= n; j += 2 * lanes)                                                                     \
            gather_span_##kind(2, n, j, rows, count, width, patterns, e, totals);                                      \
        for (; j < n; j += lanes)                                                                                      \
            gather_span_##kind(1, n, j, rows, count, width, patterns, e, totals);                                      \
    }                                                                                                                  \
                                                                                                                       \
    /* The same sums for weights of which most are 0: only the memories that have one are read. */                     \
    INLINE void gather_rows_##kind(int vectors, int64_t n, int64_t j, int64_t few, const int32_t *rows,                \
                                   const real *weights, const real *patterns, real *total) {                           \
        const int lanes = LANES_##kind;                                                                                \
        const int64_t left = n - j - (vectors - 1) * lanes;                                                            \
        const uint32_t last = left < lanes ? (1u << left) - 1 : ~0u;                                                   \
        wide sums[SPAN];                                                                                               \
        UNROLL for (int v = 0; v < vectors; v++)                                                                       \
            sums[v] = _mm512_setzero_##ps();                                                                           \
        for (int64_t k = 0; k < few; k++) {                                                                            \
            const real *x = patterns + rows[k] * n + j;                                                                \
            const wide weight = _mm512_set1_##ps(weights[k]);                                                          \
            UNROLL for (int v = 0; v < vectors; v++) {                                                                 \
                wide some = v == vectors - 1 ? _mm512_maskz_loadu_##ps(last, x + v * lanes)                            \
                                             : _mm512_loadu_##ps(x + v * lanes);                                       \
                sums[v] = _mm512_fmadd_##ps(weight, some, sums[v]);                                                    \
            }                                                                                                          \
        }                                                                                                              \
        UNROLL for (int v = 0; v < vectors; v++) {                                                                     \
            real *out = total + j + v * lanes;                                                                         \
            _mm512_storeu_##ps(out, _mm512_add_##ps(_mm512_loadu_##ps(out), sums[v]));                                 \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    AVX512 static void gather_few_##kind(int64_t n, int64_t rows, int64_t count, int64_t width,                        \
                                         const real *patterns, const real *e, const uint8_t *live, real *totals) {     \
        const int lanes = LANES_##kind;                                                                                \
        const int64_t stride = (n + lanes - 1) / lanes * lanes;                                                        \
        for (int64_t q = 0; q < count; q++) {                                                                          \
            int32_t which[TILE_ROWS];                                                                                  \
            real weights[TILE_ROWS];                                                                                   \
            int64_t few = 0, j = 0;                                                                                    \
            for (int64_t r = 0; r < rows && few < live[q]; r++)                                                        \
                if (e[r * width + q] != 0) {                                                                           \
                    which[few] = (int32_t)r;                                                                           \
                    weights[few++] = e[r * width + q];                                                                 \
                }                                                                                                      \
            for (; few && j + SPAN * lanes <= n; j += SPAN * lanes)                                                    \
                gather_rows_##kind(SPAN, n, j, few, which, weights, patterns, totals + q * stride);                    \
            for (; few && j < n; j += lanes)                                                                           \
                gather_rows_##kind(1, n, j, few, which, weights, patterns, totals + q * stride);                       \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    /* Scores of `width` queries with some memories, (rows, width), and the largest of each query. */                  \
    AVX512 UNUSED static void score_many_##kind(int64_t n, int64_t rows, int64_t width, const real *keys,              \
                                                const real *queries, const real *scale, const real *bias,              \
                                                real *scores, real *top) {                                             \
        for (int64_t r = 0; r < rows; r += TILE_ROWS) {                                                                \
            const int64_t some = rows - r < TILE_ROWS ? rows - r : TILE_ROWS;                                          \
            real *those = scores + r * width;                                                                          \
            scores_##kind(width / LANES_##kind, n, some, keys + r * n, queries, those);                                \
            raise_top_##kind(some, width, those, scale ? scale + r : NULL, bias ? bias + r : NULL, top);               \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    /* Adds the memories, weighted by their scores, to `totals`; overwrites the scores. */                             \
    AVX512 UNUSED static void sum_many_##kind(int64_t n, int64_t rows, int64_t count, int64_t width,                   \
                                              const real *patterns, real *scores, const real *scale, real beta,        \
                                              const real *top, real *totals, double *mass, double *scaled) {           \
        uint8_t live[MOST_VECTORS * LANES_##kind];                                                                     \
        for (int64_t r = 0; r < rows; r += TILE_ROWS) {                                                                \
            const int64_t some = rows - r < TILE_ROWS ? rows - r : TILE_ROWS;                                          \
            const real *these = patterns + r * n;                                                                      \
            real *those = scores + r * width;                                                                          \
            int64_t weights = 0;                                                                                       \
            weigh_many_##kind(some, width, those, scale ? scale + r : NULL, beta, top, mass, scaled, live);            \
            for (int64_t q = 0; q < count; q++)                                                                        \
                weights += live[q];                                                                                    \
            if (4 * weights < count * some)                                                                            \
                gather_few_##kind(n, some, count, width, these, those, live, totals);                                  \
            else                                                                                                       \
                gather_many_##kind(n, some, count, width, these, those, totals);                                       \
        }                                                                                                              \
    }                                                                                                                  \
                                                                                                                       \
    /* As attend_##kind for `width` queries; `totals` has rows of whole vectors for the first `count`, a multiple of   \
     * GROUP. */                                                                                                       \
    AVX512 UNUSED static void attend_many_##kind(int64_t n, int64_t rows, int64_t count, int64_t width,                \
                                                 const real *keys, const real *patterns, const real *queries,          \
                                                 const real *scale, const real *bias, real beta, real *totals,         \
                                                 real *top, double *mass, double *scaled) {                            \
        real scores[TILE_ROWS * MOST_VECTORS * LANES_##kind] __attribute__((aligned(64)));                             \
        real shrink[MOST_VECTORS * LANES_##kind];                                                                      \
        const int64_t stride = (n + LANES_##kind - 1) / LANES_##kind * LANES_##kind;                                   \
        for (int64_t r = 0; r < rows; r += TILE_ROWS) {                                                                \
            const int64_t some = rows - r < TILE_ROWS ? rows - r : TILE_ROWS;                                          \
            const real *scales = scale ? scale + r : NULL;                                                             \
            memcpy(shrink, top, (size_t)width * sizeof(real));                                                         \
            score_many_##kind(n, some, width, keys + r * n, queries, scales, bias ? bias + r : NULL, scores, top);     \
            for (int64_t q = 0; q < width && r; q++) { /* at first there is nothing to shrink */                       \
                const real factor = exp_##kind(beta * (shrink[q] - top[q]));                                           \
                mass[q] *= factor;                                                                                     \
                scaled[q] *= factor;                                                                                   \
                for (int64_t j = 0; j < stride && q < count && factor != 1; j++)                                       \
                    totals[q * stride + j] *= factor;                                                                  \
            }                                                                                                          \
            sum_many_##kind(n, some, count, width, patterns + r * n, scores, scales, beta, top, totals, mass, scaled); \
        }                                                                                                              \
    }                                                                                                                  \

DEFINE_ATTEND_MANY(f32, float, __m512, ps)
DEFINE_ATTEND_MANY(f64, double, __m512d, pd)

#else
#define HAVE_ATTEND_MANY 0
#define DEFINE_ATTEND_MANY(kind, real)                                                                                 \
    UNUSED static void score_many_##kind(int64_t n, int64_t rows, int64_t width, const real *keys,                     \
                                         const real *queries, const real *scale, const real *bias,                     \
                                         real *scores, real *top) {}                                                   \
    UNUSED static void sum_many_##kind(int64_t n, int64_t rows, int64_t count, int64_t width,                          \
                                       const real *patterns, real *scores, const real *scale, real beta,               \
                                       const real *top, real *totals, double *mass, double *scaled) {}                 \
    UNUSED static void attend_many_##kind(int64_t n, int64_t rows, int64_t count, int64_t width, const real *keys,     \
                                          const real *patterns, const real *queries, const real *scale,                \
                                          const real *bias, real beta, real *totals, real *top, double *mass,          \
                                          double *scaled) {}
DEFINE_ATTEND_MANY(f32, float)
DEFINE_ATTEND_MANY(f64, double)
#endif

/* Bytes of a number for each query, at most, of one call; 0: this processor has no kernel for many. */
UNUSED static int64_t many_bytes(void) {
    return HAVE_ATTEND_MANY ? 64 * MOST_VECTORS : 0;
}

#endif
