/* Inner loops of dense memories: sums over the patterns with the signs ξ_i^μ of a site, which are stored as bits.
 *
 * The sign of pattern 512 k + 8 b + j is bit 63 - b of word 8 k + j (see `signs` in dense_protocol.py): eight words,
 * shifted left by b, have the signs of eight patterns in their highest bits, which are the sign bits of doubles.
 * Arrays have room for a multiple of 16 patterns, with zeros beyond the last one. Sums are kept in eight lanes and
 * added in the same order on every processor.
 */
#ifndef HOPFIELD_DENSE_H
#define HOPFIELD_DENSE_H

#include <math.h>
#include <stdint.h>
#include "bits.h"
#include "targets.h"

#define LANES 8
#define DEPTH 64
#define BLOCK (LANES * DEPTH)
#define LIMB_BITS 31
#define SIGN_BIT 0x8000000000000000u

typedef union {
    uint64_t bits;
    double value;
} bits_and_value;

/* Number of groups of eight patterns in the block that begins at `start`. */
static inline int64_t rows_of_block(int64_t n_patterns, int64_t start) {
    int64_t rows = (n_patterns - start + LANES - 1) / LANES;
    return rows < DEPTH ? rows : DEPTH;
}

/* Sum of the values, negated where the site's bit is set: of whole blocks, whose loops have constant lengths, so that
 * the compiler unrolls them into vectors, */
ROW_KERNEL static void add_blocks(int64_t blocks, const uint64_t *restrict signs, const double *restrict values,
                                  double *restrict sums) {
    double lane[LANES] = {0};
    for (int64_t k = 0; k < blocks; k++) {
        uint64_t word[LANES];
        for (int j = 0; j < LANES; j++)
            word[j] = signs[LANES * k + j];
        for (int b = 0; b < DEPTH; b++)
            for (int j = 0; j < LANES; j++) {
                bits_and_value x;
                x.value = values[BLOCK * k + LANES * b + j];
                x.bits ^= word[j] & SIGN_BIT;
                word[j] <<= 1;
                lane[j] += x.value;
            }
    }
    for (int j = 0; j < LANES; j++)
        sums[j] = lane[j];
}

/* and of the rest. */
ROW_KERNEL static void add_rows(int64_t rows, const uint64_t *restrict signs, const double *restrict values,
                                double *restrict sums) {
    for (int64_t b = 0; b < rows; b++)
        for (int j = 0; j < LANES; j++) {
            bits_and_value x;
            x.value = values[LANES * b + j];
            x.bits ^= (signs[j] << b) & SIGN_BIT;
            sums[j] += x.value;
        }
}

static inline double sum_of_lanes(const double *lane) {
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) + ((lane[4] + lane[5]) + (lane[6] + lane[7]));
}

static inline double signed_sum(int64_t n_patterns, const uint64_t *signs, const double *values) {
    const int64_t blocks = n_patterns / BLOCK, rest = n_patterns - BLOCK * blocks;
    double lane[LANES];
    add_blocks(blocks, signs, values, lane);
    if (rest)
        add_rows((rest + LANES - 1) / LANES, signs + LANES * blocks, values + BLOCK * blocks, lane);
    return sum_of_lanes(lane);
}

/* s_i D_i in integers: the sum of F(m) - F(m - 2 ξ_i s_i), divided by 2^unit. F is tabulated in n_limbs digits of 31
 * bits; `limbs` points at overlap 0 of the lowest digits, and the tables of two digits are `length` apart. The digits
 * of the sum lie between -2^30 and 2^30, so that none is outweighed by those below it and rounding keeps the sign. */
UNUSED static double whole_difference(int64_t n_patterns, const uint64_t *signs, int8_t spin, const int64_t *overlaps,
                                      const int32_t *limbs, int64_t n_limbs, int64_t length, int64_t unit) {
    const int64_t base = (int64_t)1 << LIMB_BITS;
    int64_t carry = 0;
    double sum = 0;
    for (int64_t k = 0; k < n_limbs; k++, limbs += length) {
        int64_t digit = carry;
        for (int64_t p = 0; p < n_patterns; p++) {
            const uint64_t word = signs[p / BLOCK * LANES + p % LANES];
            const int64_t turned = (word << (p % BLOCK / LANES)) >> 63 ? -spin : spin;
            digit += (int64_t)limbs[overlaps[p]] - limbs[overlaps[p] - 2 * turned];
        }
        carry = (digit + base / 2) >> LIMB_BITS;
        sum += ldexp((double)(digit - carry * base), (int)(LIMB_BITS * k - unit));
    }
    return sum + ldexp((double)carry, (int)(LIMB_BITS * n_limbs - unit));
}

/* The same sum in half the time for integers whose absolute values add up to less than 2^31: those whose bit is set are
 * added in sixteen lanes of 32 bits, and twice their sum is subtracted from the total. */
#define NARROW_LANES 16
#define NARROW_DEPTH 32

ROW_KERNEL static int32_t set_blocks(int64_t blocks, const uint32_t *restrict signs, const int32_t *restrict values) {
    int32_t lane[NARROW_LANES] = {0}, sum = 0;
    for (int64_t k = 0; k < blocks; k++) {
        int32_t word[NARROW_LANES];
        for (int j = 0; j < NARROW_LANES; j++)
            word[j] = (int32_t)signs[NARROW_LANES * k + j];
        for (int b = 0; b < NARROW_DEPTH; b++)
            for (int j = 0; j < NARROW_LANES; j++) {
                lane[j] += values[BLOCK * k + NARROW_LANES * b + j] & (word[j] >> 31);
                word[j] = (int32_t)((uint32_t)word[j] << 1);
            }
    }
    for (int j = 0; j < NARROW_LANES; j++)
        sum += lane[j];
    return sum;
}

ROW_KERNEL static int32_t set_rows(int64_t rows, const uint32_t *restrict signs, const int32_t *restrict values) {
    int32_t sum = 0;
    for (int64_t b = 0; b < rows; b++)
        for (int j = 0; j < NARROW_LANES; j++)
            sum += values[NARROW_LANES * b + j] & ((int32_t)(signs[j] << b) >> 31);
    return sum;
}

static inline double narrow_signed_sum(int64_t n_patterns, int64_t total, const uint32_t *signs,
                                       const int32_t *values) {
    const int64_t blocks = n_patterns / BLOCK, rest = n_patterns - BLOCK * blocks;
    int64_t set = set_blocks(blocks, signs, values);
    if (rest)
        set += set_rows((rest + NARROW_LANES - 1) / NARROW_LANES, signs + NARROW_LANES * blocks,
                        values + BLOCK * blocks);
    return (double)(total - 2 * set);
}

/* The same sums of several sites in one pass over the values: these are read once, and no addition waits for the one
 * before. Each sum is to the last bit what it is by itself. */
#define TOGETHER 4

#if defined(__x86_64__) && defined(__GNUC__) && !defined(HOPFIELD_NO_AVX512)
#include <immintrin.h>
#define HAVE_TOGETHER (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
#define AVX512 __attribute__((target("avx512f,avx512dq")))
#define EACH _Pragma("GCC unroll 4") for (int g = 0; g < TOGETHER; g++)

AVX512 static void set_sums(int64_t n_patterns, const uint32_t *const signs[TOGETHER], const int32_t *values,
                            int64_t *out) {
    __m512i sum[TOGETHER], word[TOGETHER];
    int64_t p = 0;
    EACH sum[g] = _mm512_setzero_si512();
    for (; p + BLOCK <= n_patterns; p += BLOCK) {
        EACH word[g] = _mm512_loadu_si512(signs[g] + p / NARROW_DEPTH);
        _Pragma("GCC unroll 32") for (int b = 0; b < NARROW_DEPTH; b++) {
            const __m512i some = _mm512_loadu_si512(values + p + NARROW_LANES * b);
            const __m512i bit = _mm512_set1_epi32((int32_t)(0x80000000u >> b));
            EACH sum[g] = _mm512_mask_add_epi32(sum[g], _mm512_test_epi32_mask(word[g], bit), sum[g], some);
        }
    }
    if (p < n_patterns)
        EACH word[g] = _mm512_loadu_si512(signs[g] + p / NARROW_DEPTH);
    for (; p < n_patterns; p += NARROW_LANES) {
        const __m512i some = _mm512_loadu_si512(values + p);
        EACH {
            sum[g] = _mm512_mask_add_epi32(sum[g], _mm512_movepi32_mask(word[g]), sum[g], some);
            word[g] = _mm512_slli_epi32(word[g], 1);
        }
    }
    EACH out[g] = _mm512_reduce_add_epi32(sum[g]);
}

AVX512 static void lane_sums(int64_t n_patterns, const uint64_t *const signs[TOGETHER], const double *values,
                             double (*out)[LANES]) {
    const __m512i top = _mm512_set1_epi64((int64_t)SIGN_BIT);
    __m512d sum[TOGETHER];
    __m512i word[TOGETHER];
    EACH sum[g] = _mm512_setzero_pd();
    for (int64_t p = 0; p < n_patterns;) {
        const int64_t end = n_patterns - p < BLOCK ? n_patterns : p + BLOCK;
        EACH word[g] = _mm512_loadu_si512(signs[g] + p / DEPTH);
        for (; p < end; p += LANES) {
            const __m512i some = _mm512_loadu_si512(values + p);
            EACH {
                const __m512i turned = _mm512_ternarylogic_epi64(some, word[g], top, 0x78); /* some ^ (word & top) */
                sum[g] = _mm512_add_pd(sum[g], _mm512_castsi512_pd(turned));
                word[g] = _mm512_slli_epi64(word[g], 1);
            }
        }
    }
    EACH _mm512_storeu_pd(out[g], sum[g]);
}
#else
#define HAVE_TOGETHER 0
UNUSED static void set_sums(int64_t n_patterns, const uint32_t *const signs[TOGETHER], const int32_t *values,
                            int64_t *out) {}
UNUSED static void lane_sums(int64_t n_patterns, const uint64_t *const signs[TOGETHER], const double *values,
                             double (*out)[LANES]) {}
#endif

/* How many sites go together on this processor: 1 where it has no loop for several. */
UNUSED static int64_t together(void) {
    return HAVE_TOGETHER ? TOGETHER : 1;
}

/* Sums for TOGETHER sites, of slopes in 32 bits with a `total`, */
UNUSED static void narrow_signed_sums(int64_t n_patterns, int64_t total, const uint32_t *const signs[TOGETHER],
                                      const int32_t *values, double *sums) {
    int64_t set[TOGETHER];
    set_sums(n_patterns, signs, values, set);
    for (int g = 0; g < TOGETHER; g++)
        sums[g] = (double)(total - 2 * set[g]);
}

/* and of doubles. */
UNUSED static void signed_sums(int64_t n_patterns, const uint64_t *const signs[TOGETHER], const double *values,
                               double *sums) {
    double lane[TOGETHER][LANES];
    lane_sums(n_patterns, signs, values, lane);
    for (int g = 0; g < TOGETHER; g++)
        sums[g] = sum_of_lanes(lane[g]);
}

/* Update the overlaps of a block, or of the rest, after a flip: m_μ += twice_spin ξ_i^μ. */
static inline void move_block(int64_t rows, int64_t twice_spin, const uint64_t *restrict word,
                              int64_t *restrict overlaps) {
    for (int64_t b = 0; b < rows; b++)
        for (int j = 0; j < LANES; j++) {
            uint64_t turn = -((word[j] << b) >> 63);
            overlaps[LANES * b + j] += (int64_t)(((uint64_t)twice_spin ^ turn) - turn);
        }
}

ROW_KERNEL static void move_overlaps(int64_t n_patterns, int64_t twice_spin, const uint64_t *restrict signs,
                                     int64_t *restrict overlaps) {
    for (int64_t start = 0; start < n_patterns; start += BLOCK)
        move_block(rows_of_block(n_patterns, start), twice_spin, signs + start / DEPTH, overlaps + start);
}

/* The same, and what belongs to the new overlaps if all are whole numbers: the slopes in 32 bits, their total, and the
 * sum of the bends. A pair has a slope in its lower and a bend in its upper half; `pairs` points at that of overlap 0.
 * Returns 0 if the slopes are too large for sums in 32 bits. */
ROW_KERNEL static int move_narrow(int64_t n_patterns, int64_t twice_spin, const uint64_t *restrict signs,
                                  const int64_t *restrict pairs, int64_t *restrict overlaps, int32_t *restrict slopes,
                                  int64_t *total, double *bends) {
    int64_t size = 0, sum = 0, bend = 0;
    for (int64_t start = 0; start < n_patterns; start += BLOCK) {
        const int64_t end = n_patterns - start < BLOCK ? n_patterns : start + BLOCK;
        move_block(rows_of_block(n_patterns, start), twice_spin, signs + start / DEPTH, overlaps + start);
        for (int64_t p = start; p < end; p++) {
            const int64_t pair = pairs[overlaps[p]], slope = (int32_t)pair;
            slopes[p] = (int32_t)slope;
            sum += slope;
            size += slope < 0 ? -slope : slope;
            bend += pair >> 32;
        }
    }
    *total = sum;
    *bends = (double)bend;
    return size < (int64_t)1 << 31;
}

/* Look up the slopes at the overlaps; returns the sum of the bends. The pointers point at overlap 0 of the tables. */
ROW_KERNEL static double read_tables(int64_t n_patterns, const int64_t *restrict overlaps,
                                     const double *restrict slope, const double *restrict bend,
                                     double *restrict slopes) {
    double lane[LANES] = {0};
    int64_t p = 0;
    for (; p + LANES <= n_patterns; p += LANES)
        for (int j = 0; j < LANES; j++) {
            slopes[p + j] = slope[overlaps[p + j]];
            lane[j] += bend[overlaps[p + j]];
        }
    for (int j = 0; p + j < n_patterns; j++) {
        slopes[p + j] = slope[overlaps[p + j]];
        lane[j] += bend[overlaps[p + j]];
    }
    return sum_of_lanes(lane);
}

/* Sum of |slope| + |bend|. */
ROW_KERNEL static double sum_of_sizes(int64_t n_patterns, const int64_t *restrict overlaps,
                                      const double *restrict slopes, const double *restrict bend) {
    double lane[LANES] = {0}, sum = 0;
    int64_t p = 0;
    for (; p + LANES <= n_patterns; p += LANES)
        for (int j = 0; j < LANES; j++)
            lane[j] += fabs(slopes[p + j]) + fabs(bend[overlaps[p + j]]);
    for (; p < n_patterns; p++)
        sum += fabs(slopes[p]) + fabs(bend[overlaps[p]]);
    for (int j = 0; j < LANES; j++)
        sum += lane[j];
    return sum;
}

/* The largest overlap. */
ROW_KERNEL static int64_t highest(int64_t n_patterns, const int64_t *restrict overlaps) {
    int64_t top = overlaps[0];
    for (int64_t p = 1; p < n_patterns; p++)
        top = overlaps[p] > top ? overlaps[p] : top;
    return top;
}

/* Overlaps of a state, as bits, with all patterns. */
ROW_KERNEL static void measure_overlaps(int64_t n_patterns, int64_t n, const uint64_t *restrict patterns,
                                        const uint64_t *restrict state, int64_t *restrict overlaps) {
    const int64_t words = (n + 63) / 64;
    for (int64_t p = 0; p < n_patterns; p++)
        overlaps[p] = n - 2 * bits_differ(words, patterns + words * p, state);
}

#endif
