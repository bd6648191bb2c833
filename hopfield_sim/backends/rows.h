/* Row kernels: the few loops in which all the time goes, written so that the compiler vectorises them.
 *
 * Each is compiled for several instruction sets and the best one is chosen when the library loads (function
 * multiversioning, x86-64 with glibc only); elsewhere there is one portable version. The results are the same: integers
 * are exact, and floating-point rows are combined element by element, in no other order.
 */
#ifndef HOPFIELD_ROWS_H
#define HOPFIELD_ROWS_H

#include <stdint.h>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12
#define ROW_KERNEL __attribute__((unused, target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#elif defined(__GNUC__)
#define ROW_KERNEL __attribute__((unused))
#else
#define ROW_KERNEL
#endif

/* A flip of site i: h += twice_spin * W[:, i]. */
#define DEFINE_ADD_COLUMN(name, weight, field)                                                       \
    ROW_KERNEL static void name(int64_t n, field twice_spin, const weight *restrict column,          \
                                field *restrict fields) {                                            \
        for (int64_t j = 0; j < n; j++)                                                              \
            fields[j] += twice_spin * column[j];                                                     \
    }

/* Several flips to the same spin: four columns a pass, so that the fields are read and written once, not four
 * times. */
#define DEFINE_ADD_COLUMNS(name, single, weight, field)                                              \
    ROW_KERNEL static void name(int64_t n, field twice_spin, int64_t count, const int32_t *sites,    \
                                const weight *restrict columns, field *restrict fields) {            \
        int64_t k = 0;                                                                               \
        for (; k + 4 <= count; k += 4) {                                                             \
            const weight *a = columns + n * sites[k], *b = columns + n * sites[k + 1];               \
            const weight *c = columns + n * sites[k + 2], *d = columns + n * sites[k + 3];           \
            for (int64_t j = 0; j < n; j++)                                                          \
                fields[j] += twice_spin * (((field)a[j] + b[j]) + ((field)c[j] + d[j]));             \
        }                                                                                            \
        for (; k < count; k++)                                                                       \
            single(n, twice_spin, columns + n * sites[k], fields);                                   \
    }

/* Would any site change? Branch-free inside a block, so that the block is vectorised. */
#define DEFINE_IS_FIXED(name, field)                                                                 \
    ROW_KERNEL static int name(int64_t n, const int8_t *restrict spins, const field *restrict fields, \
                               const field *restrict above, const field *restrict below) {           \
        for (int64_t start = 0; start < n; start += 256) {                                           \
            int64_t stop = start + 256 < n ? start + 256 : n;                                        \
            int unstable = 0;                                                                        \
            for (int64_t j = start; j < stop; j++)                                                   \
                unstable |= ((fields[j] > above[j]) & (spins[j] < 0)) |                              \
                            ((fields[j] < below[j]) & (spins[j] > 0));                               \
            if (unstable)                                                                            \
                return 0;                                                                            \
        }                                                                                            \
        return 1;                                                                                    \
    }

/* All sites at once, at zero temperature. Returns how many change. */
#define DEFINE_STEP(name, field)                                                                     \
    ROW_KERNEL static int64_t name(int64_t n, const int8_t *restrict spins,                          \
                                   const field *restrict fields, const field *restrict above,        \
                                   const field *restrict below, int8_t *restrict out) {              \
        int64_t changes = 0;                                                                         \
        for (int64_t j = 0; j < n; j++) {                                                            \
            int8_t spin = fields[j] > above[j] ? 1 : fields[j] < below[j] ? -1 : spins[j];           \
            changes += spin != spins[j];                                                             \
            out[j] = spin;                                                                           \
        }                                                                                            \
        return changes;                                                                              \
    }

DEFINE_ADD_COLUMN(add_column_i16, int16_t, int32_t)
DEFINE_ADD_COLUMN(add_column_i32, int32_t, int32_t)
DEFINE_ADD_COLUMN(add_column_f64, double, double)
DEFINE_ADD_COLUMNS(add_columns_i16, add_column_i16, int16_t, int32_t)
DEFINE_ADD_COLUMNS(add_columns_i32, add_column_i32, int32_t, int32_t)
DEFINE_ADD_COLUMNS(add_columns_f64, add_column_f64, double, double)
DEFINE_IS_FIXED(is_fixed_i32, int32_t)
DEFINE_IS_FIXED(is_fixed_f64, double)
DEFINE_STEP(step_i32, int32_t)
DEFINE_STEP(step_f64, double)

#endif
