/* Attention of one query, and L1 distances, a block of memories at a time: both loops over a block find it in the
 * cache, so that memories are read from main memory once.
 *
 * Sums are kept in LANES separate lanes, added in a fixed order at the end: so the compiler can vectorise them although
 * it must not reorder additions, and every instruction set gives the same bits.
 */
#ifndef HOPFIELD_ATTENTION_H
#define HOPFIELD_ATTENTION_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "targets.h"

#define BLOCK_BYTES (64 * 1024) /* of memories in a block, which the second loop finds in the second-level cache */
#define BLOCK_ROWS 256

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

/* Vectors of 64 bytes, which the compiler splits if the processor has shorter ones; `loose` ones need no alignment. */
typedef float wide_f32 __attribute__((vector_size(64)));
typedef float loose_f32 __attribute__((vector_size(64), aligned(4), may_alias));
typedef float quarter_f32 __attribute__((vector_size(16), aligned(4), may_alias));
typedef double wide_f64 __attribute__((vector_size(64)));
typedef double loose_f64 __attribute__((vector_size(64), aligned(8), may_alias));
typedef double quarter_f64 __attribute__((vector_size(16), aligned(8), may_alias));

typedef int32_t bits_f32 __attribute__((vector_size(64)));
typedef int64_t bits_f64 __attribute__((vector_size(64)));

#define SIGN_f32 INT32_MIN
#define SIGN_f64 INT64_MIN
#define LANES(real) ((int64_t)(64 / sizeof(real)))
#define PARTS(real) ((int64_t)(16 / sizeof(real)))

/* Add the four quarters of a vector; the result is stored as the partial sums of a row. */
#define QUARTER(kind, vector, out)                                                                   \
    do {                                                                                             \
        union { wide_##kind whole; quarter_##kind piece[4]; } sum = {vector};                        \
        *(quarter_##kind *)(out) = (sum.piece[0] + sum.piece[1]) + (sum.piece[2] + sum.piece[3]);    \
    } while (0)

/* Add the partial sums of each row, for many rows at once. */
ROW_KERNEL static void fold_f32(int64_t rows, const float *restrict parts, float *restrict out) {
    for (int64_t r = 0; r < rows; r++)
        out[r] = (parts[4 * r] + parts[4 * r + 1]) + (parts[4 * r + 2] + parts[4 * r + 3]);
}

ROW_KERNEL static void fold_f64(int64_t rows, const double *restrict parts, double *restrict out) {
    for (int64_t r = 0; r < rows; r++)
        out[r] = parts[2 * r] + parts[2 * r + 1];
}

/* out[r] = q . xi_r, at most BLOCK_ROWS rows. */
#define DEFINE_PRODUCTS(kind, real)                                                                  \
    ROW_KERNEL static void products_##kind(int64_t n, int64_t rows, const real *restrict patterns,   \
                                           const real *restrict query, real *restrict out) {         \
        const int64_t lanes = LANES(real);                                                           \
        real parts[PARTS(real) * BLOCK_ROWS];                                                        \
        for (int64_t row = 0; row < rows; row++) {                                                   \
            const real *pattern = patterns + n * row;                                                \
            wide_##kind sums[4] = {{0}, {0}, {0}, {0}};                                              \
            int64_t j = 0;                                                                           \
            for (; j + 4 * lanes <= n; j += 4 * lanes) {                                             \
                for (int k = 0; k < 4; k++)                                                          \
                    sums[k] += *(const loose_##kind *)(pattern + j + k * lanes) *                    \
                               *(const loose_##kind *)(query + j + k * lanes);                       \
            }                                                                                        \
            for (; j + lanes <= n; j += lanes)                                                       \
                sums[0] += *(const loose_##kind *)(pattern + j) * *(const loose_##kind *)(query + j);\
            QUARTER(kind, (sums[0] + sums[1]) + (sums[2] + sums[3]), parts + PARTS(real) * row);     \
            for (; j < n; j++) parts[PARTS(real) * row] += pattern[j] * query[j];                    \
        }                                                                                            \
        fold_##kind(rows, parts, out);                                                               \
    }

/* out[r] = sum_i mask_i |q_i - xi_ri|, at most BLOCK_ROWS rows */
#define DEFINE_DISTANCES(kind, real, magnitude)                                                      \
    ROW_KERNEL static void distances_##kind(int64_t n, int64_t rows, const real *restrict patterns,  \
                                            const real *restrict query, const real *restrict mask,   \
                                            real *restrict out) {                                    \
        const int64_t lanes = LANES(real);                                                           \
        real parts[PARTS(real) * BLOCK_ROWS];                                                        \
        for (int64_t row = 0; row < rows; row++) {                                                   \
            const real *pattern = patterns + n * row;                                                \
            wide_##kind sums[2] = {{0}, {0}};                                                        \
            int64_t j = 0;                                                                           \
            for (; j + 2 * lanes <= n; j += 2 * lanes)                                               \
                for (int k = 0; k < 2; k++) {                                                        \
                    wide_##kind x = *(const loose_##kind *)(pattern + j + k * lanes) -               \
                                    *(const loose_##kind *)(query + j + k * lanes);                  \
                    x = (wide_##kind)((bits_##kind)x & ~SIGN_##kind);                                \
                    sums[k] += x * *(const loose_##kind *)(mask + j + k * lanes);                    \
                }                                                                                    \
            QUARTER(kind, sums[0] + sums[1], parts + PARTS(real) * row);                             \
            for (; j < n; j++)                                                                       \
                parts[PARTS(real) * row] += mask[j] * magnitude(pattern[j] - query[j]);              \
        }                                                                                            \
        fold_##kind(rows, parts, out);                                                               \
    }

/* total += sum_r e_r xi_r, four rows per pass; a pass whose weights are all 0 is skipped. */
#define DEFINE_GATHER(kind, real)                                                                    \
    ROW_KERNEL static void gather_##kind(int64_t n, int64_t rows, const real *restrict patterns,     \
                                         const real *restrict e, real *restrict total) {             \
        const int64_t lanes = LANES(real);                                                           \
        int64_t row = 0;                                                                             \
        for (; row + 4 <= rows; row += 4) {                                                          \
            const real *a = patterns + n * row, *b = a + n, *c = b + n, *d = c + n;                  \
            real ea = e[row], eb = e[row + 1], ec = e[row + 2], ed = e[row + 3];                     \
            int64_t j = 0;                                                                           \
            if (ea == 0 && eb == 0 && ec == 0 && ed == 0)                                            \
                continue;                                                                            \
            for (; j + lanes <= n; j += lanes)                                                       \
                *(loose_##kind *)(total + j) += (ea * *(const loose_##kind *)(a + j) +               \
                                                 eb * *(const loose_##kind *)(b + j)) +              \
                                                (ec * *(const loose_##kind *)(c + j) +               \
                                                 ed * *(const loose_##kind *)(d + j));               \
            for (; j < n; j++)                                                                       \
                total[j] += (ea * a[j] + eb * b[j]) + (ec * c[j] + ed * d[j]);                       \
        }                                                                                            \
        for (; row < rows; row++)                                                                    \
            for (int64_t j = 0; j < n; j++)                                                          \
                total[j] += e[row] * patterns[n * row + j];                                          \
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
    static void attend_##kind(int64_t n, int64_t rows, const real *patterns, const real *query,      \
                              const real *scale, const real *bias, real beta, real *total,           \
                              real *top_out, double *mass_out, double *scaled_out) {                 \
        real scores[BLOCK_ROWS], top = -(real)INFINITY;                                              \
        double mass = 0, scaled = 0;                                                                 \
        int64_t most = BLOCK_BYTES / (n * (int64_t)sizeof(real)) / 4 * 4;                            \
        most = most < 4 ? 4 : most > BLOCK_ROWS ? BLOCK_ROWS : most;                                 \
        for (int64_t start = 0; start < rows; start += most) {                                       \
            int64_t count = start + most < rows ? most : rows - start;                               \
            const real *block = patterns + n * start;                                                \
            real highest = top;                                                                      \
            products_##kind(n, count, block, query, scores);                                         \
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
            gather_##kind(n, count, block, scores, total);                                           \
        }                                                                                            \
        *top_out = top;                                                                              \
        *mass_out = mass;                                                                            \
        *scaled_out = scaled;                                                                        \
    }

DEFINE_PRODUCTS(f32, float)
DEFINE_PRODUCTS(f64, double)
DEFINE_DISTANCES(f32, float, fabsf)
DEFINE_DISTANCES(f64, double, fabs)
DEFINE_GATHER(f32, float)
DEFINE_GATHER(f64, double)
DEFINE_WEIGH(f32, float)
DEFINE_WEIGH(f64, double)
DEFINE_ATTEND(f32, float)
DEFINE_ATTEND(f64, double)

#endif
