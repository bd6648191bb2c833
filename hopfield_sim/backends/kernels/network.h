/* Interface between the update loops (*.pyx) and a network, whatever the form in which its weights are stored.
 *
 * Besides its spins each state has a `cache`: its local fields if the weights are a matrix (matrix.h) or sparse
 * (sparse.h), its overlaps with the patterns otherwise (factors.h). The functions of a network find the next visit that changes a spin, and
 * update the cache after a flip.
 */
#ifndef HOPFIELD_NETWORK_H
#define HOPFIELD_NETWORK_H

#include <stdint.h>

#define SITES 256 /* sites whose fields are computed together if there is no matrix */

/* Parameters of the heat bath; see heat_bath.h, and HeatBath in protocol.py. */
typedef struct {
    double gain;
    const int32_t *offset;
    const double *fraction;
    const uint8_t *clamped;
    const uint64_t *table;
    int64_t half;
    const uint64_t *least, *most;
    double reach, steps;
} heat_bath;

typedef struct network network;

struct network {
    int64_t n;                 /* number of neurons */
    const void *columns;       /* by site: its column of the matrix, its entries, or its bits of the patterns */
    const int64_t *starts;     /* only sparse weights: where the entries of each site start, */
    const int32_t *targets;    /* and the sites whose fields they change */
    int64_t flip_cost;         /* work of a flip, in visits */
    const void *above, *below; /* zero temperature: +1 if the field is above, -1 if it is below */
    double rounding;           /* bound of twice the rounding error of an addition to a field, */
    int64_t terms;             /* and the number of additions that make one */
    int uniform;               /* whether limits are the same for all sites; heat bath: whether θ and W_ii are 0 */
    const void *diagonal;      /* self couplings, which the heat bath subtracts */
    const heat_bath *bath;

    int64_t n_patterns, own; /* these three lines only for overlaps; see factors.h */
    const uint64_t *pattern_bits;
    int64_t pattern_words, column_words;

    /* Compute the cache of a state; `scratch` has room for n sites. Not for a matrix of integers. */
    void (*count)(const network *, const int8_t *spins, int32_t *scratch, void *cache);
    /* Compute the fields of SITES sites from `first`, a multiple of SITES. Only from overlaps. */
    void (*fields)(const network *, int64_t first, const int8_t *spins, const void *cache, int32_t *out);
    /* Whether the state is a fixed point at zero temperature, even if every field were wrong by `slack`. */
    int (*is_fixed)(const network *, const int8_t *spins, const void *cache, double slack);
    /* Synchronous step at zero temperature: new spins into `out`; returns how many change. */
    int64_t (*step)(const network *, const int8_t *spins, const void *cache, int8_t *out);
    /* The first visit from `position` to end - 1 that changes a spin at zero temperature, or end. */
    int64_t (*next_change)(const network *, int64_t position, int64_t end, const int32_t *sites, const int8_t *spins,
                           const void *cache);
    /* Heat bath: the first visit that may change a spin, or end; the new spin of a site. */
    int64_t (*next_heat_bath)(const network *, int64_t position, int64_t end, const int32_t *sites,
                              const uint32_t *draws, const int8_t *spins, const void *cache);
    int8_t (*heat_bath_spin)(const network *, int32_t site, uint32_t draw, const int8_t *spins, const void *cache);
    /* Update the cache after one site has become `spin`; after `changes` sites have changed. */
    void (*flip)(const network *, int32_t site, int spin, void *cache);
    void (*move)(const network *, const int8_t *from, const int8_t *to, int64_t changes, int32_t *scratch, void *cache);
};

#endif
