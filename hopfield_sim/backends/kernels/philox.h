/* Random numbers by Philox4x32-10 (Salmon et al., SC 2011); the reference is reference/philox.py.
 *
 * Several counters are encrypted in parallel, on x86 in vectors of 64-bit lanes: a multiplication reads only the lower
 * half of a lane, so the upper halves need not be cleared before the end.
 */
#ifndef HOPFIELD_PHILOX_H
#define HOPFIELD_PHILOX_H

#include "targets.h"

#define PHILOX_CHUNK 64 /* buffers have room for a multiple of so many words */

#define PHILOX_A 0xD2511F53u /* multipliers */
#define PHILOX_B 0xCD9E8D57u
#define PHILOX_0 0x9E3779B9u /* increments of the two halves of the key after a round */
#define PHILOX_1 0xBB67AE85u

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

/* The first n random words, rounded up to a whole vector, for one (key, purpose, state, sweep). MULTIPLY multiplies the
 * lower halves by a 32-bit number; IN_TURNS stores the lanes of two vectors alternately. */
#define DEFINE_PHILOX(name, vector, lanes, TARGET, MULTIPLY, IN_TURNS, ...)                                            \
    typedef uint64_t vector __attribute__((vector_size(8 * lanes)));                                                   \
    TARGET static void name(int64_t n, uint32_t *out, uint64_t key, uint32_t purpose, uint32_t state,                  \
                            uint32_t sweep) {                                                                          \
        const vector zero = {0}, low = zero + 0xFFFFFFFFu, first = {__VA_ARGS__};                                      \
        for (int64_t start = 0; start < n; start += 4 * lanes) {                                                       \
            vector c0 = first + (uint64_t)(start / 4), c1 = zero + sweep, c2 = zero + state, c3 = zero + purpose;      \
            vector k0 = zero + (uint32_t)key, k1 = zero + (key >> 32);                                                 \
            for (int round = 0; round < 10; round++) {                                                                 \
                const vector a = MULTIPLY(c0, PHILOX_A), b = MULTIPLY(c2, PHILOX_B);                                   \
                c0 = b >> 32 ^ c1 ^ k0, c1 = b;                                                                        \
                c2 = a >> 32 ^ c3 ^ k1, c3 = a;                                                                        \
                k0 += PHILOX_0, k1 += PHILOX_1;                                                                        \
            }                                                                                                          \
            IN_TURNS(out + start, (c0 & low) | c1 << 32, (c2 & low) | c3 << 32);                                       \
        }                                                                                                              \
    }

#define MULTIPLY_2(a, m) (pairs) _mm_mul_epu32((__m128i)(a), _mm_set1_epi64x(m))
#define IN_TURNS_2(out, a, b)                                                                                          \
    do {                                                                                                               \
        const __m128i x = (__m128i)(a), y = (__m128i)(b);                                                              \
        _mm_storeu_si128((__m128i *)(out), _mm_unpacklo_epi64(x, y));                                                  \
        _mm_storeu_si128((__m128i *)(out) + 1, _mm_unpackhi_epi64(x, y));                                              \
    } while (0)
DEFINE_PHILOX(philox_sse2, pairs, 2, , MULTIPLY_2, IN_TURNS_2, 0, 1)

#if !defined(HOPFIELD_NO_AVX2)
#define MULTIPLY_4(a, m) (fours) _mm256_mul_epu32((__m256i)(a), _mm256_set1_epi64x(m))
#define IN_TURNS_4(out, a, b)                                                                                          \
    do {                                                                                                               \
        const __m256i x = _mm256_unpacklo_epi64((__m256i)(a), (__m256i)(b));                                           \
        const __m256i y = _mm256_unpackhi_epi64((__m256i)(a), (__m256i)(b));                                           \
        _mm256_storeu_si256((__m256i *)(out), _mm256_permute2x128_si256(x, y, 0x20));                                  \
        _mm256_storeu_si256((__m256i *)(out) + 1, _mm256_permute2x128_si256(x, y, 0x31));                              \
    } while (0)
DEFINE_PHILOX(philox_avx2, fours, 4, __attribute__((target("avx2"))), MULTIPLY_4, IN_TURNS_4, 0, 1, 2, 3)
#endif

#if !defined(HOPFIELD_NO_AVX512)
#define MULTIPLY_8(a, m) (eights) _mm512_mul_epu32((__m512i)(a), _mm512_set1_epi64(m))
#define IN_TURNS_8(out, a, b)                                                                                          \
    do {                                                                                                               \
        const __m512i x = (__m512i)(a), y = (__m512i)(b);                                                              \
        const __m512i lower = _mm512_setr_epi64(0, 8, 1, 9, 2, 10, 3, 11);                                             \
        const __m512i upper = _mm512_setr_epi64(4, 12, 5, 13, 6, 14, 7, 15);                                           \
        _mm512_storeu_si512(out, _mm512_permutex2var_epi64(x, lower, y));                                              \
        _mm512_storeu_si512((out) + 16, _mm512_permutex2var_epi64(x, upper, y));                                       \
    } while (0)
DEFINE_PHILOX(philox_avx512, eights, 8, __attribute__((target("avx512f"))), MULTIPLY_8, IN_TURNS_8, 0, 1, 2, 3, 4, 5, 6,
              7)
#endif

UNUSED static void philox_words(int64_t n, uint32_t *out, uint64_t key, uint32_t purpose, uint32_t state,
                                uint32_t sweep) {
#if !defined(HOPFIELD_NO_AVX512)
    if (__builtin_cpu_supports("avx512f")) {
        philox_avx512(n, out, key, purpose, state, sweep);
        return;
    }
#endif
#if !defined(HOPFIELD_NO_AVX2)
    if (__builtin_cpu_supports("avx2")) {
        philox_avx2(n, out, key, purpose, state, sweep);
        return;
    }
#endif
    philox_sse2(n, out, key, purpose, state, sweep);
}

#else
#define PHILOX_LANES (PHILOX_CHUNK / 4)

/* The first n random words, rounded up to a whole chunk, for one (key, purpose, state, sweep). */
UNUSED static void philox_words(int64_t n, uint32_t *out, uint64_t key, uint32_t purpose, uint32_t state,
                                uint32_t sweep) {
    for (int64_t start = 0; start < n; start += PHILOX_CHUNK) {
        uint32_t c0[PHILOX_LANES], c1[PHILOX_LANES], c2[PHILOX_LANES], c3[PHILOX_LANES];
        uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
        for (int lane = 0; lane < PHILOX_LANES; lane++) {
            c0[lane] = (uint32_t)(start / 4) + (uint32_t)lane;
            c1[lane] = sweep, c2[lane] = state, c3[lane] = purpose;
        }
        for (int round = 0; round < 10; round++) {
            for (int lane = 0; lane < PHILOX_LANES; lane++) {
                const uint64_t a = (uint64_t)PHILOX_A * c0[lane], b = (uint64_t)PHILOX_B * c2[lane];
                c0[lane] = (uint32_t)(b >> 32) ^ c1[lane] ^ k0, c1[lane] = (uint32_t)b;
                c2[lane] = (uint32_t)(a >> 32) ^ c3[lane] ^ k1, c3[lane] = (uint32_t)a;
            }
            k0 += PHILOX_0, k1 += PHILOX_1;
        }
        for (int lane = 0; lane < PHILOX_LANES; lane++) {
            uint32_t *words = out + start + 4 * lane;
            words[0] = c0[lane], words[1] = c1[lane], words[2] = c2[lane], words[3] = c3[lane];
        }
    }
}
#endif

#endif
