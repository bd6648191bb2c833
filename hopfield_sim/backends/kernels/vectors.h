/* Vectors of 16, 32 and 64 bytes, for SSE2, AVX2 and AVX-512, and the choice of the longest that the processor has: gcc
 * keeps vectors longer than the processor's in memory, and compares them number by number. Sums are kept in as many
 * lanes as 64 bytes have, whatever the length, so that all give the same bits.
 */
#ifndef HOPFIELD_VECTORS_H
#define HOPFIELD_VECTORS_H

#include <stdint.h>

#include "targets.h"

/* `loose` ones need no alignment. */
#define DEFINE_VECTORS(bytes)                                                                                \
    typedef float wide_f32_##bytes __attribute__((vector_size(bytes)));                                      \
    typedef float loose_f32_##bytes __attribute__((vector_size(bytes), aligned(4), may_alias));              \
    typedef int32_t bits_f32_##bytes __attribute__((vector_size(bytes)));                                    \
    typedef double wide_f64_##bytes __attribute__((vector_size(bytes)));                                     \
    typedef double loose_f64_##bytes __attribute__((vector_size(bytes), aligned(8), may_alias));             \
    typedef int64_t bits_f64_##bytes __attribute__((vector_size(bytes)));

DEFINE_VECTORS(16)
DEFINE_VECTORS(32)
DEFINE_VECTORS(64)

#define LANES(real) ((int64_t)(64 / sizeof(real)))
#define STEP(kind, real) ((int64_t)(sizeof(wide_##kind) / sizeof(real)))
#define PIECES(kind) ((int)(64 / sizeof(wide_##kind))) /* vectors that have all lanes */
#define AT(kind, pointer) (*(const loose_##kind *)(pointer))

/* Where the processor or its compiler has no longer vectors, theirs are compiled without being called. */
#if defined(__x86_64__) && !defined(HOPFIELD_NO_AVX2)
#define HAVE_AVX2 __builtin_cpu_supports("avx2")
#define AVX2 __attribute__((target("avx2")))
#else
#define HAVE_AVX2 0
#define AVX2
#endif
#if defined(__x86_64__) && !defined(HOPFIELD_NO_AVX512)
#define HAVE_AVX512 (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq"))
#define AVX512 __attribute__((target("avx512f,avx512dq")))
#else
#define HAVE_AVX512 0
#define AVX512
#endif

#if defined(__GNUC__)
#define UNROLL _Pragma("GCC unroll 8") /* so that arrays of vectors are in registers */
#else
#define UNROLL
#endif

/* A definition for vectors of every length: of their kind, its numbers, and the processors that it is for. */
#define EACH_VECTOR(DEFINE)       \
    DEFINE(f32_16, float, )       \
    DEFINE(f64_16, double, )      \
    DEFINE(f32_32, float, AVX2)   \
    DEFINE(f64_32, double, AVX2)  \
    DEFINE(f32_64, float, AVX512) \
    DEFINE(f64_64, double, AVX512)

UNUSED static int longest = 64; /* bytes of a vector, which tests make less */

#define BY_LONGEST(function, ...)                                                                            \
    do {                                                                                                     \
        if (longest >= 64 && HAVE_AVX512)                                                                    \
            function##_64(__VA_ARGS__);                                                                      \
        else if (longest >= 32 && HAVE_AVX2)                                                                 \
            function##_32(__VA_ARGS__);                                                                      \
        else                                                                                                 \
            function##_16(__VA_ARGS__);                                                                      \
    } while (0)

#endif
