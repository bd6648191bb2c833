/* Sums with signs given as bits, in which Hebbian networks without a matrix (factors.h) spend most of their time.
 *
 * With numbers m and bits b: sum_set returns Σ m over the set bits; add_signs computes m += 2 spin (2 b - 1);
 * add_to_set adds the number m_μ of each pattern to the sums of those sites whose bit is set in it. They use the vector
 * types of GCC and Clang, of 16 bytes (any processor) or 32 (AVX2), and plain C with other compilers. AVX-512 has
 * additions under a mask, which take the bits as they are and are a few times faster.
 */
#ifndef HOPFIELD_SIGNS_H
#define HOPFIELD_SIGNS_H

#include "network.h"
#include "targets.h"

typedef int16_t i16;
typedef int32_t i32;

#define IS_SET(bits, k) ((bits)[(k) / 64] >> (k) % 64 & 1)

#if defined(__GNUC__)

#define BITS_2 1, 2
#define BITS_4 BITS_2, 4, 8
#define BITS_8 BITS_4, 16, 32, 64, 128
#define BITS_16 BITS_8, 256, 512, 1024, 2048, 4096, 8192, 16384, (int16_t)32768

/* Add numbers under a mask of -1 and 0. Those of 16 bits are widened and added in pairs, since their sum may exceed 16
 * bits: on x86 by the product of both, in one instruction. */
#define ADD_SET_i32(sums, numbers, mask) ((sums) + ((numbers) & (mask)))
#define ADD_SET_i32_avx2 ADD_SET_i32
#if defined(__x86_64__)
#define ADD_SET_i16(sums, numbers, mask) ((sums) - (sums_i16)__builtin_ia32_pmaddwd128(numbers, mask))
#define ADD_SET_i16_avx2(sums, numbers, mask) ((sums) - (sums_i16_avx2)__builtin_ia32_pmaddwd256(numbers, mask))
#else
#define ADD_SET_i16(sums, numbers, mask)                                                                               \
    ((sums) + ((sums_i16)((numbers) & (mask)) << 16 >> 16) + ((sums_i16)((numbers) & (mask)) >> 16))
#endif

/* With vectors of `lanes` numbers in `bytes` bytes, for one instruction set. */
#define DEFINE_SIGNS(signs, number, lanes, bytes, TARGET)                                                              \
    typedef number vector_##signs __attribute__((vector_size(bytes)));                                                 \
    typedef number memory_##signs __attribute__((vector_size(bytes), aligned(sizeof(number)), may_alias));             \
    typedef int32_t sums_##signs __attribute__((vector_size(bytes)));                                                  \
    /* All ones in the lanes whose bit is set. */                                                                      \
    TARGET static inline vector_##signs lanes_##signs(uint64_t word) {                                                 \
        const vector_##signs bit = {BITS_##lanes};                                                                     \
        return (((vector_##signs){0} + (number)word) & bit) == bit;                                                    \
    }                                                                                                                  \
    TARGET static inline vector_##signs mask_##signs(const uint64_t *bits, int64_t k) {                                \
        return lanes_##signs(bits[k / 64] >> k % 64);                                                                  \
    }                                                                                                                  \
    TARGET UNUSED static int64_t sum_set_##signs(int64_t n, const uint64_t *bits, const number *m) {                   \
        sums_##signs sums = {0};                                                                                       \
        int64_t total = 0, k = 0;                                                                                      \
        for (; k + 64 <= n; k += 64)                                                                                   \
            for (int part = 0; part < 64; part += lanes)                                                               \
                sums = ADD_SET_##signs(sums, *(const memory_##signs *)(m + k + part),                                  \
                                       lanes_##signs(bits[k / 64] >> part));                                           \
        for (; k + lanes <= n; k += lanes)                                                                             \
            sums = ADD_SET_##signs(sums, *(const memory_##signs *)(m + k), mask_##signs(bits, k));                     \
        if (k < n && n >= lanes) { /* the last vector ends at n; what has been added is shifted out of its mask */     \
            const uint64_t rest = bits[k / 64] >> k % 64 << (k + lanes - n);                                           \
            sums = ADD_SET_##signs(sums, *(const memory_##signs *)(m + n - lanes), lanes_##signs(rest));               \
            k = n;                                                                                                     \
        }                                                                                                              \
        for (int lane = 0; lane < bytes / 4; lane++)                                                                   \
            total += sums[lane];                                                                                       \
        for (; k < n; k++)                                                                                             \
            total += IS_SET(bits, k) ? m[k] : 0;                                                                       \
        return total;                                                                                                  \
    }                                                                                                                  \
    TARGET UNUSED static void add_signs_##signs(int64_t n, const uint64_t *bits, int spin, number *m) {                \
        const vector_##signs two = (vector_##signs){0} + (number)(2 * spin);                                           \
        int64_t k = 0;                                                                                                 \
        for (; k + lanes <= n; k += lanes)                                                                             \
            *(memory_##signs *)(m + k) += (2 * two & mask_##signs(bits, k)) - two;                                     \
        for (; k < n; k++)                                                                                             \
            m[k] += (number)(IS_SET(bits, k) ? 2 * spin : -2 * spin);                                                  \
    }                                                                                                                  \
    /* Eight vectors of sums stay in registers during the loop over patterns. */                                       \
    TARGET UNUSED static void add_to_set_##signs(int64_t n, const uint64_t *bits, int64_t stride,                      \
                                                 const number *m, number *sums) {                                      \
        for (int first = 0; first < SITES; first += 8 * lanes) {                                                       \
            memory_##signs *some = (memory_##signs *)(sums + first);                                                   \
            vector_##signs s[8];                                                                                       \
            for (int v = 0; v < 8; v++)                                                                                \
                s[v] = some[v];                                                                                        \
            for (int64_t mu = 0; mu < n; mu++) {                                                                       \
                const vector_##signs value = (vector_##signs){0} + m[mu];                                              \
                for (int v = 0; v < 8; v++)                                                                            \
                    s[v] += value & mask_##signs(bits + stride * mu, first + lanes * v);                               \
            }                                                                                                          \
            for (int v = 0; v < 8; v++)                                                                                \
                some[v] = s[v];                                                                                        \
        }                                                                                                              \
    }

DEFINE_SIGNS(i16, i16, 8, 16, )
DEFINE_SIGNS(i32, i32, 4, 16, )

#else
#define DEFINE_SIGNS(number)                                                                                           \
    static int64_t sum_set_##number(int64_t n, const uint64_t *bits, const number *m) {                                \
        int64_t total = 0;                                                                                             \
        for (int64_t k = 0; k < n; k++)                                                                                \
            total += IS_SET(bits, k) ? m[k] : 0;                                                                       \
        return total;                                                                                                  \
    }                                                                                                                  \
    static void add_signs_##number(int64_t n, const uint64_t *bits, int spin, number *m) {                             \
        for (int64_t k = 0; k < n; k++)                                                                                \
            m[k] += (number)(IS_SET(bits, k) ? 2 * spin : -2 * spin);                                                  \
    }                                                                                                                  \
    static void add_to_set_##number(int64_t n, const uint64_t *bits, int64_t stride, const number *m,                  \
                                    number *sums) {                                                                    \
        for (int64_t mu = 0; mu < n; mu++, bits += stride)                                                             \
            for (int site = 0; site < SITES; site++)                                                                   \
                sums[site] += IS_SET(bits, site) ? m[mu] : 0;                                                          \
    }

DEFINE_SIGNS(i16)
DEFINE_SIGNS(i32)
#endif

#if defined(__x86_64__) && defined(__GNUC__) && !defined(HOPFIELD_NO_AVX2)
#define HAVE_AVX2_SIGNS __builtin_cpu_supports("avx2")
#define AVX2 __attribute__((target("avx2")))
DEFINE_SIGNS(i16_avx2, i16, 16, 32, AVX2)
DEFINE_SIGNS(i32_avx2, i32, 8, 32, AVX2)
#endif

#if defined(__x86_64__) && defined(__GNUC__) && !defined(HOPFIELD_NO_AVX512)
#include <immintrin.h>
#define HAVE_AVX512_SIGNS (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

/* Bits from k, a multiple of the lanes, as a mask of 32 or 16 bits (x86 is little-endian). */
#define MASK_i16(bits, k) (((const __mmask32 *)(bits))[(uint64_t)(k) / 32])
#define MASK_i32(bits, k) (((const __mmask16 *)(bits))[(uint64_t)(k) / 16])
/* Mask of those numbers from k that lie below n. */
#define BELOW_i16(n, k) ((n) - (k) >= 32 ? ~(__mmask32)0 : ((__mmask32)1 << ((n) - (k))) - 1)
#define BELOW_i32(n, k) ((n) - (k) >= 16 ? (__mmask16)~0 : (__mmask16)((1u << ((n) - (k))) - 1))
#define WIDE_SUM_i16(sums, some) _mm512_add_epi32(sums, _mm512_madd_epi16(some, _mm512_set1_epi16(1)))
#define WIDE_SUM_i32(sums, some) _mm512_add_epi32(sums, some)

#define DEFINE_AVX512_SIGNS(number, epi, lanes)                                                                        \
    AVX512 static int64_t sum_set_##number##_avx512(int64_t n, const uint64_t *bits, const number *m) {                \
        __m512i even = _mm512_setzero_si512(), odd = even;                                                             \
        const __mmask##lanes *set = (const __mmask##lanes *)bits;                                                      \
        const number *end = m + n;                                                                                     \
        for (; m + lanes < end; m += 2 * lanes, set += 2) {                                                            \
            even = WIDE_SUM_##number(even, _mm512_maskz_loadu_##epi(set[0], m));                                       \
            odd = WIDE_SUM_##number(odd, _mm512_maskz_loadu_##epi(set[1], m + lanes));                                 \
        }                                                                                                              \
        if (m < end)                                                                                                   \
            even = WIDE_SUM_##number(even, _mm512_maskz_loadu_##epi(set[0], m));                                       \
        return _mm512_reduce_add_epi32(_mm512_add_epi32(even, odd));                                                   \
    }                                                                                                                  \
    AVX512 static void add_signs_##number##_avx512(int64_t n, const uint64_t *bits, int spin, number *m) {             \
        const __m512i up = _mm512_set1_##epi((number)(2 * spin)), down = _mm512_set1_##epi((number)(-2 * spin));       \
        for (int64_t k = 0; k < n; k += lanes) {                                                                       \
            const __m512i change = _mm512_mask_mov_##epi(down, MASK_##number(bits, k), up);                            \
            const __m512i old = _mm512_maskz_loadu_##epi(BELOW_##number(n, k), m + k);                                 \
            _mm512_mask_storeu_##epi(m + k, BELOW_##number(n, k), _mm512_add_##epi(old, change));                      \
        }                                                                                                              \
    }                                                                                                                  \
    AVX512 static void add_to_set_##number##_avx512(int64_t n, const uint64_t *bits, int64_t stride,                   \
                                                    const number *m, number *sums) {                                   \
        for (int first = 0; first < SITES; first += 8 * lanes) {                                                       \
            const uint64_t *row = bits + first / 64;                                                                   \
            __m512i s[8];                                                                                              \
            for (int k = 0; k < 8; k++)                                                                                \
                s[k] = _mm512_loadu_si512(sums + first + lanes * k);                                                   \
            for (int64_t mu = 0; mu < n; mu++, row += stride) {                                                        \
                const __m512i value = _mm512_set1_##epi(m[mu]);                                                        \
                for (int k = 0; k < 8; k++)                                                                            \
                    s[k] = _mm512_mask_add_##epi(s[k], MASK_##number(row, lanes * k), s[k], value);                    \
            }                                                                                                          \
            for (int k = 0; k < 8; k++)                                                                                \
                _mm512_storeu_si512(sums + first + lanes * k, s[k]);                                                   \
        }                                                                                                              \
    }

DEFINE_AVX512_SIGNS(i16, epi16, 32)
DEFINE_AVX512_SIGNS(i32, epi32, 16)
#endif

#endif
