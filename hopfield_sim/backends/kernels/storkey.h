/* Storkey's rule, one pattern after another; the reference is reference/storkey.py. */
#ifndef HOPFIELD_STORKEY_H
#define HOPFIELD_STORKEY_H

#include "products.h"

#define MOST_PATTERNS 64

/* From `count` patterns, their fields through all that was learnt before them, and with the factors age_kj and along_kj =
 * age_kj xi_k . xi_j of j < k: u_k = xi_k / 2 - v_k, v_k = fields_k + sum_j along_kj u_j + sum_j age_kj (u_j . xi_k) xi_j
 * - surplus xi_k; after each, surplus <- growth surplus + 2 u_k xi_k / n. */
#define DEFINE_CUES(kind, real)                                                                              \
    ROW_KERNEL static void begin_cue_##kind(int64_t n, const real *restrict pattern, const real *restrict fields, \
                                            const real *restrict surplus, real *restrict cue) {              \
        for (int64_t i = 0; i < n; i++)                                                                      \
            cue[i] = pattern[i] / 2 - fields[i] + surplus[i] * pattern[i];                                   \
    }                                                                                                        \
    ROW_KERNEL static void end_cue_##kind(int64_t n, const real *restrict pattern, const real *restrict cue, \
                                          real growth, real gain, real *restrict surplus) {                  \
        for (int64_t i = 0; i < n; i++)                                                                      \
            surplus[i] = growth * surplus[i] + gain * (cue[i] * pattern[i]);                                 \
    }                                                                                                        \
    UNUSED static void cues_##kind(int64_t n, int64_t count, const real *patterns, const real *fields,       \
                                   const real *age, const real *along, real growth, real *surplus, real *cues) { \
        real with_cues[MOST_PATTERNS], with_patterns[MOST_PATTERNS];                                         \
        for (int64_t k = 0; k < count; k++) {                                                                \
            const real *pattern = patterns + k * n;                                                          \
            real *cue = cues + k * n;                                                                        \
            BY_LONGEST(products_##kind, n, k, cues, pattern, with_patterns);                                 \
            for (int64_t j = 0; j < k; j++) {                                                                \
                with_patterns[j] *= -age[k * count + j];                                                     \
                with_cues[j] = -along[k * count + j];                                                        \
            }                                                                                                \
            begin_cue_##kind(n, pattern, fields + k * n, surplus, cue);                                      \
            BY_LONGEST(gather_##kind, n, k, cues, with_cues, cue);                                           \
            BY_LONGEST(gather_##kind, n, k, patterns, with_patterns, cue);                                   \
            end_cue_##kind(n, pattern, cue, growth, 2 / (real)n, surplus);                                   \
        }                                                                                                    \
    }

DEFINE_CUES(f32, float)
DEFINE_CUES(f64, double)

#endif
