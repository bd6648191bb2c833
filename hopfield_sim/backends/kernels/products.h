/* Products of a vector with rows, and sums of rows with weights.
 *
 * Sums are kept in LANES separate lanes, added in a fixed order at the end: so the compiler can vectorise them although
 * it must not reorder additions, and every instruction set gives the same bits.
 */
#ifndef HOPFIELD_PRODUCTS_H
#define HOPFIELD_PRODUCTS_H

#include "vectors.h"

#define BLOCK_ROWS 256

typedef float quarter_float __attribute__((vector_size(16), aligned(4), may_alias));
typedef double quarter_double __attribute__((vector_size(16), aligned(8), may_alias));

#define PARTS(real) ((int64_t)(16 / sizeof(real)))

/* Add the four quarters of all lanes; the result is stored as the partial sums of a row. */
#define QUARTER(real, lanes, out)                                                                    \
    do {                                                                                             \
        const quarter_##real *piece = (const quarter_##real *)(lanes);                               \
        *(quarter_##real *)(out) = (piece[0] + piece[1]) + (piece[2] + piece[3]);                    \
    } while (0)

/* Add the partial sums of each row, for many rows at once. */
ROW_KERNEL static void fold_float(int64_t rows, const float *restrict parts, float *restrict out) {
    for (int64_t r = 0; r < rows; r++)
        out[r] = (parts[4 * r] + parts[4 * r + 1]) + (parts[4 * r + 2] + parts[4 * r + 3]);
}

ROW_KERNEL static void fold_double(int64_t rows, const double *restrict parts, double *restrict out) {
    for (int64_t r = 0; r < rows; r++)
        out[r] = parts[2 * r] + parts[2 * r + 1];
}

/* out[r] = q . xi_r, at most BLOCK_ROWS rows. */
#define DEFINE_PRODUCTS(kind, real, TARGET)                                                          \
    TARGET static void products_##kind(int64_t n, int64_t rows, const real *restrict patterns,       \
                                       const real *restrict query, real *restrict out) {             \
        const int64_t lanes = LANES(real), step = STEP(kind, real);                                  \
        real parts[PARTS(real) * BLOCK_ROWS];                                                        \
        for (int64_t row = 0; row < rows; row++) {                                                   \
            const real *pattern = patterns + n * row;                                                \
            wide_##kind sums[4][PIECES(kind)] = {{{0}}}, total[PIECES(kind)];                        \
            int64_t j = 0;                                                                           \
            for (; j + 4 * lanes <= n; j += 4 * lanes)                                               \
                UNROLL for (int k = 0; k < 4; k++)                                                   \
                    UNROLL for (int i = 0; i < PIECES(kind); i++) {                                  \
                        const int64_t at = j + k * lanes + i * step;                                 \
                        sums[k][i] += AT(kind, pattern + at) * AT(kind, query + at);                 \
                    }                                                                                \
            for (; j + lanes <= n; j += lanes)                                                       \
                UNROLL for (int i = 0; i < PIECES(kind); i++) {                                      \
                    const int64_t at = j + i * step;                                                 \
                    sums[0][i] += AT(kind, pattern + at) * AT(kind, query + at);                     \
                }                                                                                    \
            UNROLL for (int i = 0; i < PIECES(kind); i++)                                            \
                total[i] = (sums[0][i] + sums[1][i]) + (sums[2][i] + sums[3][i]);                    \
            QUARTER(real, total, parts + PARTS(real) * row);                                         \
            for (; j < n; j++)                                                                       \
                parts[PARTS(real) * row] += pattern[j] * query[j];                                   \
        }                                                                                            \
        fold_##real(rows, parts, out);                                                               \
    }

/* total += sum_r e_r xi_r, four rows per pass; a pass whose weights are all 0 is skipped. */
#define DEFINE_GATHER(kind, real, TARGET)                                                            \
    TARGET static void gather_##kind(int64_t n, int64_t rows, const real *restrict patterns,         \
                                     const real *restrict e, real *restrict total) {                 \
        const int64_t step = STEP(kind, real);                                                       \
        int64_t row = 0;                                                                             \
        for (; row + 4 <= rows; row += 4) {                                                          \
            const real *a = patterns + n * row, *b = a + n, *c = b + n, *d = c + n;                  \
            const real ea = e[row], eb = e[row + 1], ec = e[row + 2], ed = e[row + 3];               \
            int64_t j = 0;                                                                           \
            if (ea == 0 && eb == 0 && ec == 0 && ed == 0)                                            \
                continue;                                                                            \
            for (; j + step <= n; j += step)                                                         \
                *(loose_##kind *)(total + j) += (ea * AT(kind, a + j) + eb * AT(kind, b + j)) +      \
                                                (ec * AT(kind, c + j) + ed * AT(kind, d + j));       \
            for (; j < n; j++)                                                                       \
                total[j] += (ea * a[j] + eb * b[j]) + (ec * c[j] + ed * d[j]);                       \
        }                                                                                            \
        for (; row < rows; row++)                                                                    \
            for (int64_t j = 0; j < n; j++)                                                          \
                total[j] += e[row] * patterns[n * row + j];                                          \
    }

EACH_VECTOR(DEFINE_PRODUCTS)
EACH_VECTOR(DEFINE_GATHER)

#endif
