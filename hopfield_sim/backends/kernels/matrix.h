/* Networks with a weight matrix, for several types of weights and fields; the cache of a state holds its fields. */
#ifndef HOPFIELD_MATRIX_H
#define HOPFIELD_MATRIX_H

#include "heat_bath.h"
#include "network.h"
#include "rows.h"

#define DEFINE_FIELD_KERNELS(fields, field, number)                                                                    \
    static int matrix_is_fixed_##fields(const network *net, const int8_t *spins, const void *cache, double slack) {    \
        return is_fixed_##fields(net->n, spins, cache, net->above, net->below, (field)slack);                          \
    }                                                                                                                  \
    static int64_t matrix_step_##fields(const network *net, const int8_t *spins, const void *cache,                    \
                                        int8_t *out) {                                                                 \
        return step_##fields(net->n, spins, cache, net->above, net->below, out);                                       \
    }                                                                                                                  \
    static int64_t matrix_next_change_##fields(const network *net, int64_t position, int64_t end,                      \
                                               const int32_t *sites, const int8_t *spins,                              \
                                               const void *cache) {                                                    \
        const field *above = net->above, *below = net->below;                                                          \
        return net->uniform                                                                                            \
                   ? next_change_##fields##_uniform(position, end, sites, spins, cache, *above, *below)                \
                   : next_change_##fields(position, end, sites, spins, cache, above, below);                           \
    }                                                                                                                  \
    static int64_t matrix_next_heat_bath_##fields(                                                                     \
        const network *net, int64_t position, int64_t end, const int32_t *sites,                                       \
        const uint32_t *draws, const int8_t *spins, const void *cache) {                                               \
        return next_heat_bath_##fields(position, end, net->bath, net->uniform, sites, draws, spins,                    \
                                       cache, net->diagonal);                                                          \
    }                                                                                                                  \
    static int8_t matrix_heat_bath_spin_##fields(const network *net, int32_t site, uint32_t draw,                      \
                                                 const int8_t *spins, const void *cache) {                             \
        return heat_bath_spin_##fields(net->bath, site, draw, spins[site],                                             \
                                       ((const field *)cache)[site],                                                   \
                                       ((const field *)net->diagonal)[site]);                                          \
    }

#define DEFINE_MATRIX(weights, weight, fields, field)                                                                  \
    static void flip_##weights##_##fields(const network *net, int32_t site, int spin, void *cache) {                   \
        add_column_##weights##_##fields(net->n, spin, (const weight *)net->columns + net->n * site,                    \
                                        cache);                                                                        \
    }                                                                                                                  \
    static void move_##weights##_##fields(const network *net, const int8_t *from, const int8_t *to,                    \
                                          int64_t changes, int32_t *scratch, void *cache) {                            \
        int64_t ups, downs;                                                                                            \
        (void)changes;                                                                                                 \
        list_changes(net->n, from, to, scratch, &ups, &downs);                                                         \
        add_columns_##weights##_##fields(net->n, 1, ups, scratch, net->columns, cache);                                \
        add_columns_##weights##_##fields(net->n, -1, downs, scratch + net->n - downs, net->columns,                    \
                                         cache);                                                                       \
    }

/* Fields of a state: those of none, in which all sites become what they are, by 2 s W; so half of it is left. */
#define DEFINE_COUNT(reals, real)                                                                                      \
    static void matrix_count_##reals(const network *net, const int8_t *spins, int32_t *scratch, void *cache) {         \
        const int64_t n = net->n;                                                                                      \
        int64_t ups = 0, downs = n;                                                                                    \
        real *fields = cache;                                                                                          \
        for (int64_t site = 0; site < n; site++)                                                                       \
            scratch[spins[site] > 0 ? ups++ : --downs] = (int32_t)site;                                                \
        memset(fields, 0, (size_t)n * sizeof *fields);                                                                 \
        add_columns_##reals##_##reals(n, 1, ups, scratch, net->columns, fields);                                       \
        add_columns_##reals##_##reals(n, -1, n - downs, scratch + downs, net->columns, fields);                        \
        for (int64_t site = 0; site < n; site++)                                                                       \
            fields[site] /= 2;                                                                                         \
    }

#define USE_MATRIX(net, weights, fields)                                                                               \
    do {                                                                                                               \
        (net)->is_fixed = matrix_is_fixed_##fields;                                                                    \
        (net)->step = matrix_step_##fields;                                                                            \
        (net)->next_change = matrix_next_change_##fields;                                                              \
        (net)->next_heat_bath = matrix_next_heat_bath_##fields;                                                        \
        (net)->heat_bath_spin = matrix_heat_bath_spin_##fields;                                                        \
        (net)->flip = flip_##weights##_##fields;                                                                       \
        (net)->move = move_##weights##_##fields;                                                                       \
        return 1;                                                                                                      \
    } while (0)

EACH_FIELD(DEFINE_FIELD_KERNELS)
EACH_WEIGHT(DEFINE_MATRIX)
DEFINE_COUNT(f32, float)
DEFINE_COUNT(f64, double)

/* Set the functions for integers or real numbers and for weights and fields of so many bytes; 0 if there are none. */
static int use_matrix(network *net, int real, int weight, int field) {
    switch (real << 16 | weight << 8 | field) {
    case 1 << 8 | 2: USE_MATRIX(net, i8, i16);
    case 1 << 8 | 4: USE_MATRIX(net, i8, i32);
    case 2 << 8 | 2: USE_MATRIX(net, i16, i16);
    case 2 << 8 | 4: USE_MATRIX(net, i16, i32);
    case 4 << 8 | 4: USE_MATRIX(net, i32, i32);
    case 1 << 16 | 4 << 8 | 4: net->count = matrix_count_f32; USE_MATRIX(net, f32, f32);
    case 1 << 16 | 8 << 8 | 8: net->count = matrix_count_f64; USE_MATRIX(net, f64, f64);
    default: return 0;
    }
}

#endif
