/* Networks with sparse weights, as compressed columns; the cache of a state holds its fields, as in matrix.h, from
 * which visits and steps are. A flip of a site changes the fields of those neurons that it has an entry for. */
#ifndef HOPFIELD_SPARSE_H
#define HOPFIELD_SPARSE_H

#include "matrix.h"

#define DEFINE_SPARSE(weights, weight, fields, field)                                                                  \
    static inline void add_entries_##weights##_##fields(const network *net, int64_t site, int factor,                  \
                                                        field *cache) {                                                \
        const weight *values = net->columns;                                                                           \
        const int64_t end = net->starts[site + 1];                                                                     \
        for (int64_t k = net->starts[site]; k < end; k++)                                                              \
            cache[net->targets[k]] += (field)factor * (field)values[k];                                                \
    }                                                                                                                  \
    static void sparse_flip_##weights##_##fields(const network *net, int32_t site, int spin, void *cache) {            \
        add_entries_##weights##_##fields(net, site, 2 * spin, cache);                                                  \
    }                                                                                                                  \
    static void sparse_move_##weights##_##fields(const network *net, const int8_t *from, const int8_t *to,             \
                                                 int64_t changes, int32_t *scratch, void *cache) {                     \
        (void)changes, (void)scratch;                                                                                  \
        for (int64_t site = 0; site < net->n; site++)                                                                  \
            if (to[site] != from[site])                                                                                \
                add_entries_##weights##_##fields(net, site, 2 * to[site], cache);                                      \
    }                                                                                                                  \
    static void sparse_count_##weights##_##fields(const network *net, const int8_t *spins, int32_t *scratch,           \
                                                  void *cache) {                                                       \
        (void)scratch;                                                                                                 \
        memset(cache, 0, (size_t)net->n * sizeof(field));                                                              \
        for (int64_t site = 0; site < net->n; site++)                                                                  \
            add_entries_##weights##_##fields(net, site, spins[site], cache);                                           \
    }

#define USE_SPARSE(net, weights, fields)                                                                               \
    do {                                                                                                               \
        (net)->flip = sparse_flip_##weights##_##fields;                                                                \
        (net)->move = sparse_move_##weights##_##fields;                                                                \
        (net)->count = sparse_count_##weights##_##fields;                                                              \
        return 1;                                                                                                      \
    } while (0)

EACH_WEIGHT(DEFINE_SPARSE)

/* As use_matrix. */
static int use_sparse(network *net, int real, int weight, int field) {
    if (!use_matrix(net, real, weight, field))
        return 0;
    switch (real << 16 | weight << 8 | field) {
    case 1 << 8 | 2: USE_SPARSE(net, i8, i16);
    case 1 << 8 | 4: USE_SPARSE(net, i8, i32);
    case 2 << 8 | 2: USE_SPARSE(net, i16, i16);
    case 2 << 8 | 4: USE_SPARSE(net, i16, i32);
    case 4 << 8 | 4: USE_SPARSE(net, i32, i32);
    case 1 << 16 | 4 << 8 | 4: USE_SPARSE(net, f32, f32);
    case 1 << 16 | 8 << 8 | 8: USE_SPARSE(net, f64, f64);
    default: return 0;
    }
}

#endif
