/* Attention of one query, and L1 distances, a block of memories at a time: both loops over a block find it in the
 * cache, so that memories are read from main memory once.
 */
#ifndef HOPFIELD_ATTENTION_H
#define HOPFIELD_ATTENTION_H

#include <math.h>
#include <string.h>

#include "products.h"

#define BLOCK_BYTES (64 * 1024) /* of memories in a block, which the second loop finds in the second-level cache */

/* e^x for x <= 0, to two units in the last place: 2^k e^r with |r| <= ln(2)/2. Branch-free, for the vectoriser. */
static inline float exp_f32(float x) {
    float clamped = x < -87.0f ? -87.0f : x;
    float k = (clamped * 1.44269504f + 12582912.0f) - 12582912.0f; /* rounds to a whole number */
    float r = (clamped - k * 0.693359375f) + k * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = (p * r) * r + r + 1.0f;
    int32_t bits = ((int32_t)k + 127) * (1 << 23);
    float power;
    memcpy(&power, &bits, sizeof power);
    return x < -87.0f ? 0.0f : p * power;
}

/* The same to 1e-15: r in two steps, and k from the low bits of the sum that rounds it. */
static inline double exp_f64(double x) {
    double clamped = x < -708.0 ? -708.0 : x;
    double sum = clamped * 1.4426950408889634 + 6755399441055744.0, k = sum - 6755399441055744.0;
    double r = (clamped - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    double p = 1.0 / 6227020800.0; /* Taylor's polynomial to r^13 / 13! */
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
    p = p * r + 1.0 / 24.0;
    p = p * r + 1.0 / 6.0;
    p = p * r + 0.5;
    p = (p * r) * r + r + 1.0;
    uint64_t bits;
    memcpy(&bits, &sum, sizeof bits);
    bits = (bits + 1023) << 52;
    double power;
    memcpy(&power, &bits, sizeof power);
    return x < -708.0 ? 0.0 : p * power;
}

#define SIGN_float INT32_MIN
#define SIGN_double INT64_MIN
#define MAGNITUDE_float fabsf
#define MAGNITUDE_double fabs

/* out[r] = sum_i mask_i |q_i - xi_ri|, at most BLOCK_ROWS rows */
#define DEFINE_DISTANCES(kind, real, TARGET)                                                         \
    TARGET static void distances_##kind(int64_t n, int64_t rows, const real *restrict patterns,      \
                                        const real *restrict query, const real *restrict mask,       \
                                        real *restrict out) {                                        \
        const int64_t lanes = LANES(real), step = STEP(kind, real);                                  \
        real parts[PARTS(real) * BLOCK_ROWS];                                                        \
        for (int64_t row = 0; row < rows; row++) {                                                   \
            const real *pattern = patterns + n * row;                                                \
            wide_##kind sums[2][PIECES(kind)] = {{{0}}}, total[PIECES(kind)];                        \
            int64_t j = 0;                                                                           \
            for (; j + 2 * lanes <= n; j += 2 * lanes)                                               \
                UNROLL for (int k = 0; k < 2; k++)                                                   \
                    UNROLL for (int i = 0; i < PIECES(kind); i++) {                                  \
                        const int64_t at = j + k * lanes + i * step;                                 \
                        const wide_##kind x = AT(kind, pattern + at) - AT(kind, query + at);         \
                        sums[k][i] += (wide_##kind)((bits_##kind)x & ~SIGN_##real) * AT(kind, mask + at); \
                    }                                                                                \
            UNROLL for (int i = 0; i < PIECES(kind); i++)                                            \
                total[i] = sums[0][i] + sums[1][i];                                                  \
            QUARTER(real, total, parts + PARTS(real) * row);                                         \
            for (; j < n; j++)                                                                       \
                parts[PARTS(real) * row] += mask[j] * MAGNITUDE_##real(pattern[j] - query[j]);       \
        }                                                                                            \
        fold_##real(rows, parts, out);                                                               \
    }

EACH_VECTOR(DEFINE_DISTANCES)

/* What the processor can do is looked up for each block. */
#define DEFINE_CHOICES(kind, real)                                                                   \
    UNUSED static void distances_##kind(int64_t n, int64_t rows, const real *patterns,               \
                                        const real *query, const real *mask, real *out) {            \
        BY_LONGEST(distances_##kind, n, rows, patterns, query, mask, out);                           \
    }

/* scores -> e = exp(beta (score - top)) */
#define DEFINE_WEIGH(kind, real)                                                                     \
    ROW_KERNEL static void weigh_##kind(int64_t rows, real *restrict scores, real top, real beta) {  \
        for (int64_t row = 0; row < rows; row++)                                                     \
            scores[row] = exp_##kind(beta * (scores[row] - top));                                    \
    }

/* Attention of a query over some memories, with e = exp(beta (score - top)): the largest score `top`, the sums of e and
 * of e scale (in double, since there are many terms), and in `total` (n numbers, 0 before) the sum of e scale xi. */
#define DEFINE_ATTEND(kind, real)                                                                    \
    static void attend_##kind(int64_t n, int64_t rows, const real *keys, const real *patterns,       \
                              const real *query, const real *scale, const real *bias, real beta,     \
                              real *total, real *top_out, double *mass_out, double *scaled_out) {    \
        real scores[BLOCK_ROWS], top = -(real)INFINITY;                                              \
        double mass = 0, scaled = 0;                                                                 \
        int64_t most = BLOCK_BYTES / (n * (int64_t)sizeof(real)) / 4 * 4;                            \
        most = most < 4 ? 4 : most > BLOCK_ROWS ? BLOCK_ROWS : most;                                 \
        for (int64_t start = 0; start < rows; start += most) {                                       \
            int64_t count = start + most < rows ? most : rows - start;                               \
            real highest = top;                                                                      \
            BY_LONGEST(products_##kind, n, count, keys + n * start, query, scores);                  \
            for (int64_t r = 0; r < count; r++) {                                                    \
                if (scale) scores[r] *= scale[start + r];                                            \
                if (bias) scores[r] += bias[start + r];                                              \
                highest = scores[r] > highest ? scores[r] : highest;                                 \
            }                                                                                        \
            if (highest > top) {                                                                     \
                real shrink = start ? exp_##kind(beta * (top - highest)) : 0;                        \
                for (int64_t j = 0; j < n; j++) total[j] *= shrink;                                  \
                mass *= shrink;                                                                      \
                scaled *= shrink;                                                                    \
                top = highest;                                                                       \
            }                                                                                        \
            weigh_##kind(count, scores, top, beta);                                                  \
            for (int64_t r = 0; r < count; r++) {                                                    \
                mass += scores[r];                                                                   \
                if (scale) scores[r] *= scale[start + r];                                            \
                scaled += scores[r];                                                                 \
            }                                                                                        \
            BY_LONGEST(gather_##kind, n, count, patterns + n * start, scores, total);                \
        }                                                                                            \
        *top_out = top;                                                                              \
        *mass_out = mass;                                                                            \
        *scaled_out = scaled;                                                                        \
    }

DEFINE_CHOICES(f32, float)
DEFINE_CHOICES(f64, double)
DEFINE_WEIGH(f32, float)
DEFINE_WEIGH(f64, double)
DEFINE_ATTEND(f32, float)
DEFINE_ATTEND(f64, double)

#endif
