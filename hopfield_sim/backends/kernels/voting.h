/* Votes of memories for classes, and their gradients; the reference is reference/voting.py.
 *
 * The gradients compute the powers again: some ten multiplications in registers cost less than a memory access. K numbers
 * fill whole 64 bytes (rows are padded with memories that do not vote), and as many sums are kept apart and added in a
 * fixed order at the end, so that vectors of every length give the same bits.
 */
#ifndef HOPFIELD_VOTING_H
#define HOPFIELD_VOTING_H

#include "vectors.h"

#define GROUP 4 /* classes at a time: independent chains of multiplications, which hide their latency */

#define RECTIFIED(kind, x, floor) ((wide_##kind)((bits_##kind)(x) & (bits_##kind)((x) > (floor))))

/* The second highest bit of an exponent, with which repeated squaring begins. */
static inline int first_bit(int exponent) {
    int bit = 1;
    while (bit <= exponent / 2)
        bit *= 2;
    return bit / 2;
}

/* powers[i] = x[i]^exponent by repeated squaring, from the highest bit of the exponent (Knuth, TAOCP 2, 4.6.3). */
#define RAISE(count, x, powers, exponent, first)                                                             \
    do {                                                                                                     \
        for (int i = 0; i < (count); i++)                                                                    \
            powers[i] = x[i];                                                                                \
        for (int bit = (first); bit; bit >>= 1) {                                                            \
            for (int i = 0; i < (count); i++)                                                                \
                powers[i] *= powers[i];                                                                      \
            if ((exponent) & bit)                                                                            \
                for (int i = 0; i < (count); i++)                                                            \
                    powers[i] *= x[i];                                                                       \
        }                                                                                                    \
    } while (0)

/* One state: votes[a] = sum_k F(low_k + steps_ak) - F(low_k), steps with c rows of k numbers. `sums` are c vectors. */
#define DEFINE_VOTES(kind, real, TARGET)                                                                     \
    TARGET static void votes_##kind(int64_t k, int64_t c, int exponent, real floor, const real *low,         \
                                    const real *steps, real *sums, double *votes) {                          \
        const int first = first_bit(exponent);                                                               \
        for (int64_t i = 0; i < c * LANES(real); i++)                                                        \
            sums[i] = 0;                                                                                     \
        for (int64_t j = 0; j < k; j += STEP(kind, real)) {                                                  \
            const int64_t lane = j % LANES(real);                                                            \
            const wide_##kind h = AT(kind, low + j);                                                         \
            wide_##kind x[GROUP], power[GROUP], before[1];                                                   \
            x[0] = RECTIFIED(kind, h, floor);                                                                \
            RAISE(1, x, before, exponent, first);                                                            \
            int64_t a = 0;                                                                                   \
            for (; a + GROUP <= c; a += GROUP) {                                                             \
                for (int i = 0; i < GROUP; i++) {                                                            \
                    const wide_##kind sum = h + AT(kind, steps + (a + i) * k + j);                           \
                    x[i] = RECTIFIED(kind, sum, floor);                                                      \
                }                                                                                            \
                RAISE(GROUP, x, power, exponent, first);                                                     \
                for (int i = 0; i < GROUP; i++)                                                              \
                    *(loose_##kind *)(sums + (a + i) * LANES(real) + lane) += power[i] - before[0];          \
            }                                                                                                \
            for (; a < c; a++) {                                                                             \
                const wide_##kind sum = h + AT(kind, steps + a * k + j);                                     \
                x[0] = RECTIFIED(kind, sum, floor);                                                          \
                RAISE(1, x, power, exponent, first);                                                         \
                *(loose_##kind *)(sums + a * LANES(real) + lane) += power[0] - before[0];                    \
            }                                                                                                \
        }                                                                                                    \
        for (int64_t a = 0; a < c; a++) {                                                                    \
            double total = 0;                                                                                \
            for (int64_t i = 0; i < LANES(real); i++)                                                        \
                total += sums[a * LANES(real) + i];                                                          \
            votes[a] = total;                                                                                \
        }                                                                                                    \
    }

/* One state: with p = x^exponent, visible_k = sum_a signal_a (p_ak - p_k), and classes_ak += signal_a p_ak. */
#define DEFINE_PULL(kind, real, TARGET)                                                                      \
    TARGET static void pull_##kind(int64_t k, int64_t c, int exponent, real floor, const real *low,          \
                                   const real *steps, const real *signal, real *visible,                     \
                                   real *classes) {                                                          \
        const int first = first_bit(exponent);                                                               \
        for (int64_t j = 0; j < k; j += STEP(kind, real)) {                                                  \
            const wide_##kind h = AT(kind, low + j);                                                         \
            wide_##kind x[GROUP], power[GROUP], before[1], pulled = {0};                                     \
            x[0] = RECTIFIED(kind, h, floor);                                                                \
            RAISE(1, x, before, exponent, first);                                                            \
            int64_t a = 0;                                                                                   \
            for (; a + GROUP <= c; a += GROUP) {                                                             \
                for (int i = 0; i < GROUP; i++) {                                                            \
                    const wide_##kind sum = h + AT(kind, steps + (a + i) * k + j);                           \
                    x[i] = RECTIFIED(kind, sum, floor);                                                      \
                }                                                                                            \
                RAISE(GROUP, x, power, exponent, first);                                                     \
                for (int i = 0; i < GROUP; i++) {                                                            \
                    pulled += signal[a + i] * (power[i] - before[0]);                                        \
                    *(loose_##kind *)(classes + (a + i) * k + j) += signal[a + i] * power[i];                \
                }                                                                                            \
            }                                                                                                \
            for (; a < c; a++) {                                                                             \
                const wide_##kind sum = h + AT(kind, steps + a * k + j);                                     \
                x[0] = RECTIFIED(kind, sum, floor);                                                          \
                RAISE(1, x, power, exponent, first);                                                         \
                pulled += signal[a] * (power[0] - before[0]);                                                \
                *(loose_##kind *)(classes + a * k + j) += signal[a] * power[0];                              \
            }                                                                                                \
            *(loose_##kind *)(visible + j) = pulled;                                                         \
        }                                                                                                    \
    }

/* With x_ik = low_k - factors_i steps_ik and p = x^exponent: the sums over k of p x and of p, for GROUP rows of steps. */
#define DEFINE_TURNED(kind, real, TARGET)                                                                    \
    TARGET __attribute__((always_inline)) static inline void turned_##kind(                                  \
        int64_t k, int exponent, real floor, const real *low, const real *const *steps, const real *factors, \
        double *energies, double *sizes) {                                                                   \
        const int first = first_bit(exponent);                                                               \
        for (int i = 0; i < GROUP; i++)                                                                      \
            energies[i] = sizes[i] = 0;                                                                      \
        for (int64_t part = 0; part < LANES(real); part += STEP(kind, real)) {                               \
            wide_##kind energy[GROUP] = {{0}}, size[GROUP] = {{0}}, x[GROUP], power[GROUP];                  \
            for (int64_t j = part; j < k; j += LANES(real)) {                                                \
                const wide_##kind h = AT(kind, low + j);                                                     \
                for (int i = 0; i < GROUP; i++) {                                                            \
                    const wide_##kind turned = h - factors[i] * AT(kind, steps[i] + j);                      \
                    x[i] = RECTIFIED(kind, turned, floor);                                                   \
                }                                                                                            \
                RAISE(GROUP, x, power, exponent, first);                                                     \
                for (int i = 0; i < GROUP; i++) {                                                            \
                    energy[i] += power[i] * x[i];                                                            \
                    size[i] += power[i];                                                                     \
                }                                                                                            \
            }                                                                                                \
            for (int i = 0; i < GROUP; i++)                                                                  \
                for (int64_t lane = 0; lane < STEP(kind, real); lane++)                                      \
                    energies[i] += energy[i][lane], sizes[i] += size[i][lane];                               \
        }                                                                                                    \
    }

/* One state of n bits: of each one, what the sum of p x is less where it is turned, times its sign; and the sums of p,
 * turned and not, together. */
#define DEFINE_ANSWERS(kind, real, TARGET)                                                                   \
    TARGET static void answers_##kind(int64_t k, int64_t n, int exponent, real floor, const real *low,       \
                                      const real *steps, const real *signs, double *votes,                   \
                                      double *sizes) {                                                       \
        const real *rows[GROUP];                                                                             \
        real factors[GROUP] = {0};                                                                           \
        double energies[GROUP], kept[GROUP], size[GROUP];                                                    \
        for (int i = 0; i < GROUP; i++)                                                                      \
            rows[i] = steps;                                                                                 \
        turned_##kind(k, exponent, floor, low, rows, factors, energies, kept);                               \
        const double energy = energies[0];                                                                   \
        for (int64_t a = 0; a < n; a += GROUP) {                                                             \
            for (int i = 0; i < GROUP; i++) { /* those beyond n are the last one again */                    \
                const int64_t bit = a + i < n ? a + i : n - 1;                                               \
                rows[i] = steps + bit * k, factors[i] = signs[bit];                                          \
            }                                                                                                \
            turned_##kind(k, exponent, floor, low, rows, factors, energies, size);                           \
            for (int i = 0; i < GROUP && a + i < n; i++) {                                                   \
                votes[a + i] = factors[i] * (energy - energies[i]);                                          \
                sizes[a + i] = kept[0] + size[i];                                                            \
            }                                                                                                \
        }                                                                                                    \
    }

/* Its gradients: visible_k = sum_i signal_i signs_i (p_k - p_ik), p_k of the state as it is, and own_ik += signal_i p_ik. */
#define DEFINE_ANSWERS_PULL(kind, real, TARGET)                                                              \
    TARGET static void answers_pull_##kind(int64_t k, int64_t n, int exponent, real floor,                   \
                                           const real *low, const real *steps, const real *signs,            \
                                           const real *signal, real *visible, real *own) {                   \
        const int first = first_bit(exponent);                                                               \
        for (int64_t j = 0; j < k; j += STEP(kind, real)) {                                                  \
            const wide_##kind h = AT(kind, low + j);                                                         \
            wide_##kind x[GROUP], power[GROUP], before[1], pulled = {0};                                     \
            x[0] = RECTIFIED(kind, h, floor);                                                                \
            RAISE(1, x, before, exponent, first);                                                            \
            for (int64_t a = 0; a < n; a += GROUP) {                                                         \
                const int count = a + GROUP > n ? (int)(n - a) : GROUP;                                      \
                for (int i = 0; i < GROUP; i++) {                                                            \
                    const int64_t bit = a + (i < count ? i : 0);                                             \
                    const wide_##kind turned = h - signs[bit] * AT(kind, steps + bit * k + j);               \
                    x[i] = RECTIFIED(kind, turned, floor);                                                   \
                }                                                                                            \
                RAISE(GROUP, x, power, exponent, first);                                                     \
                for (int i = 0; i < count; i++) {                                                            \
                    pulled += signal[a + i] * signs[a + i] * (before[0] - power[i]);                         \
                    *(loose_##kind *)(own + (a + i) * k + j) += signal[a + i] * power[i];                    \
                }                                                                                            \
            }                                                                                                \
            *(loose_##kind *)(visible + j) = pulled;                                                         \
        }                                                                                                    \
    }

#define DEFINE_ALL(kind, real, TARGET)                                                                       \
    DEFINE_VOTES(kind, real, TARGET)                                                                         \
    DEFINE_PULL(kind, real, TARGET)                                                                          \
    DEFINE_TURNED(kind, real, TARGET)                                                                        \
    DEFINE_ANSWERS(kind, real, TARGET)                                                                       \
    DEFINE_ANSWERS_PULL(kind, real, TARGET)

EACH_VECTOR(DEFINE_ALL)

/* What the processor can do is looked up for each state. */
#define DEFINE_CHOICES(kind, real)                                                                           \
    UNUSED static void votes_##kind(int64_t k, int64_t c, int exponent, real floor, const real *low,         \
                                    const real *steps, real *sums, double *votes) {                          \
        BY_LONGEST(votes_##kind, k, c, exponent, floor, low, steps, sums, votes);                            \
    }                                                                                                        \
    UNUSED static void pull_##kind(int64_t k, int64_t c, int exponent, real floor, const real *low,          \
                                   const real *steps, const real *signal, real *visible, real *classes) {    \
        BY_LONGEST(pull_##kind, k, c, exponent, floor, low, steps, signal, visible, classes);                \
    }                                                                                                        \
    UNUSED static void answers_##kind(int64_t k, int64_t n, int exponent, real floor, const real *low,       \
                                      const real *steps, const real *signs, double *votes, double *sizes) {  \
        BY_LONGEST(answers_##kind, k, n, exponent, floor, low, steps, signs, votes, sizes);                  \
    }                                                                                                        \
    UNUSED static void answers_pull_##kind(int64_t k, int64_t n, int exponent, real floor, const real *low,  \
                                           const real *steps, const real *signs, const real *signal,         \
                                           real *visible, real *own) {                                       \
        BY_LONGEST(answers_pull_##kind, k, n, exponent, floor, low, steps, signs, signal, visible, own);     \
    }

DEFINE_CHOICES(f32, float)
DEFINE_CHOICES(f64, double)

#endif
