/* Inner loops over the sites of one state, in which most of the time is spent; the compiler vectorises them. */
#ifndef HOPFIELD_ROWS_H
#define HOPFIELD_ROWS_H

#include <string.h>

#include "targets.h"

/* All types of fields, with the type in which the heat bath computes, and all pairs of types of weights and fields. */
#define EACH_FIELD(DEFINE)                                                                                             \
    DEFINE(i16, int16_t, int64_t)                                                                                      \
    DEFINE(i32, int32_t, int64_t)                                                                                      \
    DEFINE(f32, float, double)                                                                                         \
    DEFINE(f64, double, double)

#define EACH_WEIGHT(DEFINE)                                                                                            \
    DEFINE(i8, int8_t, i16, int16_t)                                                                                   \
    DEFINE(i8, int8_t, i32, int32_t)                                                                                   \
    DEFINE(i16, int16_t, i16, int16_t)                                                                                 \
    DEFINE(i16, int16_t, i32, int32_t)                                                                                 \
    DEFINE(i32, int32_t, i32, int32_t)                                                                                 \
    DEFINE(f32, float, f32, float)                                                                                     \
    DEFINE(f64, double, f64, double)

/* Site i flips to `spin`: h += 2 spin W[:, i]. Narrow integers halve the memory traffic; couplings.py chooses types in
 * which no field overflows. Pointers are void, so that one update loop serves all types. After blocks of 64 the rest is
 * added in blocks of 16, since a compiler would leave up to 31 numbers to a scalar loop. */
#define DEFINE_ADD_COLUMN(name, weight, field)                                                                         \
    static inline void name##_sixteen(field twice, const weight *column, field *fields) {                              \
        field sum[16];                                                                                                 \
        for (int j = 0; j < 16; j++)                                                                                   \
            sum[j] = fields[j] + twice * (field)column[j];                                                             \
        memcpy(fields, sum, sizeof sum);                                                                               \
    }                                                                                                                  \
    ROW_KERNEL static void name(int64_t n, int spin, const void *row, void *cache) {                                   \
        const weight *restrict column = row;                                                                           \
        field *restrict fields = cache;                                                                                \
        const field twice = (field)(2 * spin);                                                                         \
        int64_t j = 0;                                                                                                 \
        for (; j < (n & -64); j++)                                                                                     \
            fields[j] += twice * (field)column[j];                                                                     \
        for (; j + 16 <= n; j += 16)                                                                                   \
            name##_sixteen(twice, column + j, fields + j);                                                             \
        for (; j < n; j++)                                                                                             \
            fields[j] += twice * (field)column[j];                                                                     \
    }

/* List the sites whose spins differ: those that become +1 from the start of `sites`, those that become -1 from its end
 * (it has room for n). Eight neighbours that are equal, as most are, are skipped by one comparison. */
UNUSED static void list_changes(int64_t n, const int8_t *from, const int8_t *to, int32_t *sites, int64_t *ups,
                                int64_t *downs) {
    int64_t up = 0, down = n;
    for (int64_t start = 0; start < n; start += 8) {
        const int64_t stop = start + 8 < n ? start + 8 : n;
        if (stop - start == 8 && !memcmp(from + start, to + start, 8))
            continue;
        for (int64_t j = start; j < stop; j++) {
            if (to[j] > from[j])
                sites[up++] = (int32_t)j;
            else if (to[j] < from[j])
                sites[--down] = (int32_t)j;
        }
    }
    *ups = up, *downs = n - down;
}

/* Several sites flip to the same spin: four columns per pass, so that the fields are read and written once, not four
 * times. */
#define DEFINE_ADD_COLUMNS(name, single, weight, field)                                                                \
    ROW_KERNEL static void name(int64_t n, int spin, int64_t count, const int32_t *sites,                              \
                                const void *rows, void *cache) {                                                       \
        const weight *restrict columns = rows;                                                                         \
        field *restrict fields = cache;                                                                                \
        const field twice = (field)(2 * spin);                                                                         \
        int64_t k = 0;                                                                                                 \
        for (; k + 4 <= count; k += 4) {                                                                               \
            const weight *a = columns + n * sites[k], *b = columns + n * sites[k + 1];                                 \
            const weight *c = columns + n * sites[k + 2], *d = columns + n * sites[k + 3];                             \
            for (int64_t j = 0; j < n; j++)                                                                            \
                fields[j] += twice * (((field)a[j] + (field)b[j]) + ((field)c[j] + (field)d[j]));                      \
        }                                                                                                              \
        for (; k < count; k++)                                                                                         \
            single(n, spin, columns + n * sites[k], fields);                                                           \
    }

/* Whether a site with this spin and field changes at zero temperature. */
#define UNSTABLE(spin, field, above, below) ((((spin) < 0) & ((field) > (above))) | (((spin) > 0) & ((field) < (below))))

/* Whether no site changes, even if every field were wrong by `slack` (0 for integers, which are exact). There are no
 * branches within a block, so that the compiler vectorises it. */
#define DEFINE_IS_FIXED(name, field)                                                                                   \
    ROW_KERNEL static int name(int64_t n, const int8_t *restrict spins, const field *restrict fields,                  \
                               const field *restrict above, const field *restrict below, field slack) {                \
        for (int64_t start = 0; start < n; start += 256) {                                                             \
            int64_t stop = start + 256 < n ? start + 256 : n;                                                          \
            int unstable = 0;                                                                                          \
            for (int64_t j = start; j < stop; j++)                                                                     \
                unstable |= UNSTABLE(spins[j], fields[j], (field)(above[j] - slack), (field)(below[j] + slack));       \
            if (unstable)                                                                                              \
                return 0;                                                                                              \
        }                                                                                                              \
        return 1;                                                                                                      \
    }

#if defined(__GNUC__)
#define FIRST_BIT(word) __builtin_ctz((unsigned)(word))
#else
static inline int FIRST_BIT(int word) {
    int bit = 0;
    while (!(word >> bit & 1))
        bit++;
    return bit;
}
#endif

/* Return the first `visit` from `position` for which CHANGES holds, or end. Before it nothing changes, so eight visits
 * are tested together: a branch for each would often be mispredicted. */
#define RETURN_NEXT(CHANGES)                                                                                           \
    for (; position + 8 <= end; position += 8) {                                                                       \
        int changes = 0;                                                                                               \
        for (int k = 0; k < 8; k++) {                                                                                  \
            const int64_t visit = position + k;                                                                        \
            changes |= (CHANGES) << k;                                                                                 \
        }                                                                                                              \
        if (changes)                                                                                                   \
            return position + FIRST_BIT(changes);                                                                      \
    }                                                                                                                  \
    for (; position < end; position++) {                                                                               \
        const int64_t visit = position;                                                                                \
        if (CHANGES)                                                                                                   \
            break;                                                                                                     \
    }                                                                                                                  \
    return position;

/* Next visit that changes a site at zero temperature; also for limits that are the same for all sites, with less to
 * read. */
#define DEFINE_NEXT_CHANGE(name, field)                                                                                \
    static inline int name##_at(int32_t site, const int8_t *spins, const field *fields,                                \
                                const field *above, const field *below) {                                              \
        return UNSTABLE(spins[site], fields[site], above[site], below[site]);                                          \
    }                                                                                                                  \
    static inline int name##_among(int32_t site, const int8_t *spins, const field *fields,                             \
                                   field above, field below) {                                                         \
        return UNSTABLE(spins[site], fields[site], above, below);                                                      \
    }                                                                                                                  \
    UNUSED static int64_t name##_uniform(int64_t position, int64_t end, const int32_t *sites,                          \
                                         const int8_t *spins, const field *fields, field above,                        \
                                         field below) {                                                                \
        RETURN_NEXT(name##_among(sites[visit], spins, fields, above, below))                                           \
    }                                                                                                                  \
    UNUSED static int64_t name(int64_t position, int64_t end, const int32_t *sites, const int8_t *spins,               \
                        const field *fields, const field *above, const field *below) {                                 \
        RETURN_NEXT(name##_at(sites[visit], spins, fields, above, below))                                              \
    }

/* Synchronous step at zero temperature. Returns how many sites change, counted in a separate loop over bytes. */
#define DEFINE_STEP(name, field)                                                                                       \
    ROW_KERNEL static int64_t name(int64_t n, const int8_t *restrict spins,                                            \
                                   const field *restrict fields, const field *restrict above,                          \
                                   const field *restrict below, int8_t *restrict out) {                                \
        int64_t changes = 0;                                                                                           \
        for (int64_t start = 0; start < n; start += 64) {                                                              \
            const int64_t stop = start + 64 < n ? start + 64 : n;                                                      \
            uint8_t some = 0;                                                                                          \
            for (int64_t j = start; j < stop; j++)                                                                     \
                out[j] = (int8_t)(UNSTABLE(spins[j], fields[j], above[j], below[j]) ? -spins[j] : spins[j]);           \
            for (int64_t j = start; j < stop; j++)                                                                     \
                some += out[j] != spins[j];                                                                            \
            changes += some;                                                                                           \
        }                                                                                                              \
        return changes;                                                                                                \
    }

#define DEFINE_WEIGHTS(weights, weight, fields, field)                                                                 \
    DEFINE_ADD_COLUMN(add_column_##weights##_##fields, weight, field)                                                  \
    DEFINE_ADD_COLUMNS(add_columns_##weights##_##fields, add_column_##weights##_##fields, weight, field)

#define DEFINE_FIELDS(fields, field, number)                                                                           \
    DEFINE_IS_FIXED(is_fixed_##fields, field)                                                                          \
    DEFINE_NEXT_CHANGE(next_change_##fields, field)                                                                    \
    DEFINE_STEP(step_##fields, field)

EACH_WEIGHT(DEFINE_WEIGHTS)
EACH_FIELD(DEFINE_FIELDS)

#endif
