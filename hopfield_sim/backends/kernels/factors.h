/* Hebbian networks without a weight matrix: N W = ΞᵀΞ, minus `own` on the diagonal.
 *
 * The cache of a state holds its overlaps m = Ξ s. The field of a site is a sum over the patterns, h_i = Σ_μ ξ_i^μ m_μ,
 * and a flip changes P overlaps. Patterns are stored as bits: `columns` has those of each site, ⌈P/64⌉ words, and
 * `pattern_bits` those of each pattern, ⌈N/64⌉ words; unused bits are 0. Only the overlaps whose bit is set are added,
 * since Σ_μ ξ^μ m_μ = 2 Σ_{set} m_μ - Σ_μ m_μ.
 */
#ifndef HOPFIELD_FACTORS_H
#define HOPFIELD_FACTORS_H

#include "bits.h"
#include "heat_bath.h"
#include "network.h"
#include "rows.h"
#include "signs.h"

#define MANY 32 /* overlaps are recomputed if more than N / MANY sites have changed */

#if defined(__GNUC__)
#define PREFETCH(address) __builtin_prefetch(address)
#else
#define PREFETCH(address) (void)(address)
#endif

static inline const uint64_t *site_bits(const network *net, int32_t site) {
    return (const uint64_t *)net->columns + net->column_words * site;
}

/* Start the fields with what ΞᵀΞ has on its diagonal and the weights have not: -own s. */
ROW_KERNEL static void own_fields(int64_t n, int64_t own, const int8_t *restrict spins, int32_t *restrict fields) {
    for (int64_t j = 0; j < n; j++)
        fields[j] = (int32_t)-own * spins[j];
}

/* `signs` names the functions of signs.h, which are inlined if TARGET is the same; `overlap` is the type of m, and no
 * sum in it may exceed `most`. */
#define DEFINE_FACTORS(signs, overlap, most, TARGET)                                                                   \
    ROW_KERNEL static int64_t sum_##signs(int64_t n_patterns, const overlap *m) {                                      \
        int32_t total = 0;                                                                                             \
        for (int64_t mu = 0; mu < n_patterns; mu++)                                                                    \
            total += m[mu];                                                                                            \
        return total;                                                                                                  \
    }                                                                                                                  \
    /* Σ ξ m = 2 Σ_{set} m - Σ m. */                                                                                   \
    ROW_KERNEL static void add_sums_##signs(int64_t n, const overlap *restrict sums, int32_t total,                    \
                                            int32_t *restrict fields) {                                                \
        for (int64_t j = 0; j < n; j++)                                                                                \
            fields[j] += 2 * sums[j] - total;                                                                          \
    }                                                                                                                  \
    /* N times the fields of SITES sites from `first`, a multiple of SITES. Overlaps are summed in                     \
     * groups whose absolute values add up to at most `most`, so that no sum overflows. */                             \
    TARGET static void fields_##signs(const network *net, int64_t first, const int8_t *spins,                          \
                               const void *cache, int32_t *fields) {                                                   \
        const overlap *m = cache;                                                                                      \
        const int64_t rest = net->n - first, count = rest < SITES ? rest : SITES;                                      \
        own_fields(count, net->own, spins + first, fields);                                                            \
        for (int64_t mu = 0; mu < net->n_patterns;) {                                                                  \
            overlap sums[SITES] = {0};                                                                                 \
            int64_t size = 0, start = mu;                                                                              \
            int32_t total = 0;                                                                                         \
            for (; mu < net->n_patterns; mu++) {                                                                       \
                size += m[mu] < 0 ? -(int64_t)m[mu] : m[mu];                                                           \
                if (size > most)                                                                                       \
                    break;                                                                                             \
                total += m[mu];                                                                                        \
            }                                                                                                          \
            add_to_set_##signs(mu - start, net->pattern_bits + net->pattern_words * start + first / 64,                \
                               net->pattern_words, m + start, sums);                                                   \
            add_sums_##signs(count, sums, total, fields);                                                              \
        }                                                                                                              \
    }                                                                                                                  \
    static int factors_is_fixed_##signs(const network *net, const int8_t *spins, const void *cache, double slack) {    \
        int32_t fields[SITES];                                                                                         \
        (void)slack; /* fields are integers */                                                                         \
        for (int64_t first = 0; first < net->n; first += SITES) {                                                      \
            const int64_t rest = net->n - first;                                                                       \
            fields_##signs(net, first, spins, cache, fields);                                                          \
            if (!is_fixed_i32(rest < SITES ? rest : SITES, spins + first, fields,                                      \
                              (const int32_t *)net->above + first, (const int32_t *)net->below + first, 0))            \
                return 0;                                                                                              \
        }                                                                                                              \
        return 1;                                                                                                      \
    }                                                                                                                  \
    static int64_t factors_step_##signs(const network *net, const int8_t *spins, const void *cache,                    \
                                           int8_t *out) {                                                              \
        int32_t fields[SITES];                                                                                         \
        int64_t changes = 0;                                                                                           \
        for (int64_t first = 0; first < net->n; first += SITES) {                                                      \
            const int64_t rest = net->n - first;                                                                       \
            fields_##signs(net, first, spins, cache, fields);                                                          \
            changes += step_i32(rest < SITES ? rest : SITES, spins + first, fields,                                    \
                                (const int32_t *)net->above + first, (const int32_t *)net->below + first,              \
                                out + first);                                                                          \
        }                                                                                                              \
        return changes;                                                                                                \
    }                                                                                                                  \
    /* N times the field of one site; `total` is Σ m. */                                                               \
    TARGET static inline int32_t field_##signs(const network *net, int32_t site, int8_t spin,                          \
                                           const overlap *m, int64_t total) {                                          \
        const uint64_t *bits = site_bits(net, site);                                                                   \
        return (int32_t)(2 * sum_set_##signs(net->n_patterns, bits, m) - total - net->own * spin);                     \
    }                                                                                                                  \
    TARGET static int64_t factors_next_change_##signs(const network *net, int64_t position, int64_t end,               \
                                                  const int32_t *sites, const int8_t *spins,                           \
                                                  const void *cache) {                                                 \
        const int32_t *above = net->above, *below = net->below;                                                        \
        const int64_t total = sum_##signs(net->n_patterns, cache);                                                     \
        for (; position < end; position++) {                                                                           \
            PREFETCH(site_bits(net, sites[position + 4 < end ? position + 4 : position]));                             \
            const int32_t site = sites[position];                                                                      \
            const int32_t field = field_##signs(net, site, spins[site], cache, total);                                 \
            if (UNSTABLE(spins[site], field, above[site], below[site]))                                                \
                break;                                                                                                 \
        }                                                                                                              \
        return position;                                                                                               \
    }                                                                                                                  \
    TARGET static int8_t factors_heat_bath_spin_##signs(const network *net, int32_t site, uint32_t draw,               \
                                                    const int8_t *spins, const void *cache) {                          \
        const int64_t total = sum_##signs(net->n_patterns, cache);                                                     \
        return heat_bath_spin_i32(net->bath, site, draw, spins[site],                                                  \
                                  field_##signs(net, site, spins[site], cache, total),                                 \
                                  ((const int32_t *)net->diagonal)[site]);                                             \
    }                                                                                                                  \
    TARGET static int64_t factors_next_heat_bath_##signs(                                                              \
        const network *net, int64_t position, int64_t end, const int32_t *sites,                                       \
        const uint32_t *draws, const int8_t *spins, const void *cache) {                                               \
        const int32_t *diagonal = net->diagonal;                                                                       \
        const int64_t total = sum_##signs(net->n_patterns, cache);                                                     \
        for (; position < end; position++) {                                                                           \
            PREFETCH(site_bits(net, sites[position + 4 < end ? position + 4 : position]));                             \
            const int32_t site = sites[position];                                                                      \
            const int32_t field = field_##signs(net, site, spins[site], cache, total);                                 \
            if (heat_bath_spin_i32(net->bath, site, draws[position], spins[site], field,                               \
                                   diagonal[site]) != spins[site])                                                     \
                break;                                                                                                 \
        }                                                                                                              \
        return position;                                                                                               \
    }                                                                                                                  \
    TARGET static void factors_flip_##signs(const network *net, int32_t site, int spin, void *cache) {                 \
        add_signs_##signs(net->n_patterns, site_bits(net, site), spin, cache);                                         \
    }                                                                                                                  \
    static void factors_count_##signs(const network *net, const int8_t *spins, int32_t *scratch,                       \
                                      void *cache) {                                                                   \
        uint64_t *bits = (uint64_t *)scratch;                                                                          \
        overlap *m = cache;                                                                                            \
        pack_spins(net->n, spins, bits);                                                                               \
        for (int64_t mu = 0; mu < net->n_patterns; mu++)                                                               \
            m[mu] = (overlap)bits_overlap(net->n, bits, net->pattern_bits + net->pattern_words * mu);                  \
    }                                                                                                                  \
    static void factors_move_##signs(const network *net, const int8_t *from, const int8_t *to,                         \
                                     int64_t changes, int32_t *scratch, void *cache) {                                 \
        if (changes > net->n / MANY) {                                                                                 \
            factors_count_##signs(net, to, scratch, cache);                                                            \
            return;                                                                                                    \
        }                                                                                                              \
        int64_t ups, downs;                                                                                            \
        list_changes(net->n, from, to, scratch, &ups, &downs);                                                         \
        for (int64_t k = 0; k < ups; k++)                                                                              \
            factors_flip_##signs(net, scratch[k], 1, cache);                                                           \
        for (int64_t k = net->n - downs; k < net->n; k++)                                                              \
            factors_flip_##signs(net, scratch[k], -1, cache);                                                          \
    }

DEFINE_FACTORS(i16, int16_t, 32767, )
DEFINE_FACTORS(i32, int32_t, 1 << 30, )
#ifdef HAVE_AVX2_SIGNS
DEFINE_FACTORS(i16_avx2, int16_t, 32767, AVX2)
DEFINE_FACTORS(i32_avx2, int32_t, 1 << 30, AVX2)
#endif
#ifdef HAVE_AVX512_SIGNS
DEFINE_FACTORS(i16_avx512, int16_t, 32767, AVX512)
DEFINE_FACTORS(i32_avx512, int32_t, 1 << 30, AVX512)
#endif

#define USE_FACTORS(net, signs)                                                                                        \
    do {                                                                                                               \
        (net)->count = factors_count_##signs;                                                                          \
        (net)->fields = fields_##signs;                                                                                \
        (net)->is_fixed = factors_is_fixed_##signs;                                                                    \
        (net)->step = factors_step_##signs;                                                                            \
        (net)->next_change = factors_next_change_##signs;                                                              \
        (net)->next_heat_bath = factors_next_heat_bath_##signs;                                                        \
        (net)->heat_bath_spin = factors_heat_bath_spin_##signs;                                                        \
        (net)->flip = factors_flip_##signs;                                                                            \
        (net)->move = factors_move_##signs;                                                                            \
        return;                                                                                                        \
    } while (0)

/* Set the functions for overlaps of `size` bytes, 2 or 4, that the processor executes fastest. */
static void use_factors(network *net, int size) {
#ifdef HAVE_AVX512_SIGNS
    if (HAVE_AVX512_SIGNS && size == 2)
        USE_FACTORS(net, i16_avx512);
    if (HAVE_AVX512_SIGNS)
        USE_FACTORS(net, i32_avx512);
#endif
#ifdef HAVE_AVX2_SIGNS
    if (HAVE_AVX2_SIGNS && size == 2)
        USE_FACTORS(net, i16_avx2);
    if (HAVE_AVX2_SIGNS)
        USE_FACTORS(net, i32_avx2);
#endif
    if (size == 2)
        USE_FACTORS(net, i16);
    USE_FACTORS(net, i32);
}

#endif
