/* Sums whose signs are bits: what a Hebbian network without a matrix spends its time on (factors.h).
 *
 * For numbers m and bits b: Σ_{set} m; m + 2 spin (2 b - 1); and, for one number a pattern, what it adds to the sites
 * whose bit is set. Sixteen numbers at a time, in the vector types of GCC and Clang, which become whatever vectors the
 * processor has; in plain C elsewhere. AVX-512 adds under a mask and takes the bits as they are: a few times faster.
 */
#ifndef HOPFIELD_SIGNS_H
#define HOPFIELD_SIGNS_H

#include "network.h"
#include "targets.h"

/* The 16 bits number w, whatever the byte order; the bit of one number. */
#define WORD(bits, w) ((bits)[(w) / 4] >> 16 * ((w) % 4))
#define IS_SET(bits, k) ((bits)[(k) / 64] >> (k) % 64 & 1)

#if defined(__GNUC__)
typedef int16_t i16_lanes __attribute__((vector_size(32)));
typedef int32_t i32_lanes __attribute__((vector_size(64)));
typedef int32_t half_lanes __attribute__((vector_size(32)));
typedef int16_t i16_memory __attribute__((vector_size(32), aligned(2), may_alias));
typedef int32_t i32_memory __attribute__((vector_size(64), aligned(4), may_alias));
static const i16_lanes i16_bit = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, -32768};
static const i32_lanes i32_bit = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768};

/* All ones where the bit is set. */
#define MASK(number, word) ((((number##_lanes){0} + (number)(word)) & number##_bit) == number##_bit)
typedef int16_t i16;
typedef int32_t i32;

/* 16-bit numbers are added in pairs, as 32-bit ones: their sum may be large. */
#define WIDEN_i16(lanes) (((half_lanes)(lanes) << 16 >> 16) + ((half_lanes)(lanes) >> 16))
#define WIDEN_i32(lanes) (lanes)
typedef half_lanes i16_sums;
typedef i32_lanes i32_sums;

#define DEFINE_SIGNS(number)                                                                         \
    ROW_KERNEL static int64_t sum_set_##number(int64_t n, const uint64_t *bits, const number *m) {   \
        number##_sums sums = {0};                                                                    \
        int64_t total = 0, k = 0;                                                                    \
        for (; k + 16 <= n; k += 16)                                                                 \
            sums += WIDEN_##number(*(const number##_memory *)(m + k) & MASK(number, WORD(bits, k / 16))); \
        for (int lane = 0; lane < (int)(sizeof(sums) / sizeof(int32_t)); lane++)                     \
            total += sums[lane];                                                                     \
        for (; k < n; k++)                                                                           \
            total += IS_SET(bits, k) ? m[k] : 0;                                                     \
        return total;                                                                                \
    }                                                                                                \
    ROW_KERNEL static void add_signs_##number(int64_t n, const uint64_t *bits, int spin, number *m) { \
        const number##_lanes two = (number##_lanes){0} + (number)(2 * spin);                         \
        int64_t k = 0;                                                                               \
        for (; k + 16 <= n; k += 16)                                                                 \
            *(number##_memory *)(m + k) += (2 * two & MASK(number, WORD(bits, k / 16))) - two;       \
        for (; k < n; k++)                                                                           \
            m[k] += (number)(IS_SET(bits, k) ? 2 * spin : -2 * spin);                                \
    }                                                                                                \
    ROW_KERNEL static void add_to_set_##number(int64_t n, const uint64_t *bits, int64_t stride,      \
                                               const number *m, number *sums) {                      \
        for (int64_t mu = 0; mu < n; mu++, bits += stride) {                                         \
            const number##_lanes value = (number##_lanes){0} + m[mu];                                \
            for (int w = 0; w < SITES / 16; w++)                                                     \
                *(number##_memory *)(sums + 16 * w) += value & MASK(number, WORD(bits, w));          \
        }                                                                                            \
    }

#else
typedef int16_t i16;
typedef int32_t i32;
#define DEFINE_SIGNS(number)                                                                         \
    static int64_t sum_set_##number(int64_t n, const uint64_t *bits, const number *m) {              \
        int64_t total = 0;                                                                           \
        for (int64_t k = 0; k < n; k++)                                                              \
            total += IS_SET(bits, k) ? m[k] : 0;                                                     \
        return total;                                                                                \
    }                                                                                                \
    static void add_signs_##number(int64_t n, const uint64_t *bits, int spin, number *m) {           \
        for (int64_t k = 0; k < n; k++)                                                              \
            m[k] += (number)(IS_SET(bits, k) ? 2 * spin : -2 * spin);                                \
    }                                                                                                \
    static void add_to_set_##number(int64_t n, const uint64_t *bits, int64_t stride, const number *m, \
                                    number *sums) {                                                  \
        for (int64_t mu = 0; mu < n; mu++, bits += stride)                                           \
            for (int site = 0; site < SITES; site++)                                                 \
                sums[site] += IS_SET(bits, site) ? m[mu] : 0;                                        \
    }
#endif

DEFINE_SIGNS(i16)
DEFINE_SIGNS(i32)

#if defined(__x86_64__) && defined(__GNUC__) && !defined(HOPFIELD_NO_AVX512)
#include <immintrin.h>
#define HAVE_AVX512_SIGNS (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

/* 64-bit words are read as the masks they are: 32 or 16 bits of them at a time (x86 is little-endian). */
#define MASK_i16(bits, k) (((const __mmask32 *)(bits))[(k) / 32])
#define MASK_i32(bits, k) (((const __mmask16 *)(bits))[(k) / 16])
/* Those of the numbers from k on that are less than n. */
#define BELOW_i16(n, k) ((n) - (k) >= 32 ? ~(__mmask32)0 : ((__mmask32)1 << ((n) - (k))) - 1)
#define BELOW_i32(n, k) ((n) - (k) >= 16 ? (__mmask16)~0 : (__mmask16)((1u << ((n) - (k))) - 1))
#define WIDE_SUM_i16(sums, some) _mm512_add_epi32(sums, _mm512_madd_epi16(some, _mm512_set1_epi16(1)))
#define WIDE_SUM_i32(sums, some) _mm512_add_epi32(sums, some)

#define DEFINE_AVX512_SIGNS(number, epi, lanes)                                                      \
    AVX512 static int64_t sum_set_##number##_avx512(int64_t n, const uint64_t *bits, const number *m) { \
        __m512i sums = _mm512_setzero_si512();                                                       \
        for (int64_t k = 0; k < n; k += lanes)                                                       \
            sums = WIDE_SUM_##number(sums, _mm512_maskz_loadu_##epi(MASK_##number(bits, k), m + k)); \
        return _mm512_reduce_add_epi32(sums);                                                        \
    }                                                                                                \
    AVX512 static void add_signs_##number##_avx512(int64_t n, const uint64_t *bits, int spin, number *m) { \
        const __m512i up = _mm512_set1_##epi((number)(2 * spin)), down = _mm512_set1_##epi((number)(-2 * spin)); \
        for (int64_t k = 0; k < n; k += lanes) {                                                     \
            const __m512i change = _mm512_mask_mov_##epi(down, MASK_##number(bits, k), up);          \
            const __m512i old = _mm512_maskz_loadu_##epi(BELOW_##number(n, k), m + k);               \
            _mm512_mask_storeu_##epi(m + k, BELOW_##number(n, k), _mm512_add_##epi(old, change));    \
        }                                                                                            \
    }                                                                                                \
    AVX512 static void add_to_set_##number##_avx512(int64_t n, const uint64_t *bits, int64_t stride, \
                                                    const number *m, number *sums) {                 \
        for (int first = 0; first < SITES; first += 8 * lanes) {                                     \
            const uint64_t *row = bits + first / 64;                                                 \
            __m512i s[8];                                                                            \
            for (int k = 0; k < 8; k++)                                                              \
                s[k] = _mm512_loadu_si512(sums + first + lanes * k);                                 \
            for (int64_t mu = 0; mu < n; mu++, row += stride) {                                      \
                const __m512i value = _mm512_set1_##epi(m[mu]);                                      \
                for (int k = 0; k < 8; k++)                                                          \
                    s[k] = _mm512_mask_add_##epi(s[k], MASK_##number(row, lanes * k), s[k], value);  \
            }                                                                                        \
            for (int k = 0; k < 8; k++)                                                              \
                _mm512_storeu_si512(sums + first + lanes * k, s[k]);                                 \
        }                                                                                            \
    }

DEFINE_AVX512_SIGNS(i16, epi16, 32)
DEFINE_AVX512_SIGNS(i32, epi32, 16)
#endif

#endif
