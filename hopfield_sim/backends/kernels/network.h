/* A network as the walks see it: what it does, whatever its weights are in memory.
 *
 * Beside its spins every state has a `cache`: the local fields when the weights are a matrix (matrix.h), or the overlaps
 * with the patterns when there is none (factors.h). A walk asks which visit changes a spin, and says which has flipped.
 */
#ifndef HOPFIELD_NETWORK_H
#define HOPFIELD_NETWORK_H

#include <stdint.h>

#define SITES 256 /* whose fields are found together where there is no matrix */

/* The heat bath, as couplings.py made it; what it means is in heat_bath.h. */
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
    int64_t n;                /* neurons */
    const void *columns;       /* what a flip of each site adds to the cache */
    const void *above, *below; /* zero temperature: a field above makes +1, one below makes -1 */
    int uniform;               /* the limits are the same for all sites; for a heat bath, θ and W_ii are 0 */
    const void *diagonal;      /* self couplings, which the heat bath leaves out */
    const heat_bath *bath;

    int64_t n_patterns, own; /* these only without a matrix: see factors.h */
    const uint64_t *pattern_bits;
    int64_t pattern_words, column_words;

    /* The overlaps of a state; `scratch` holds n sites, or bits. Only without a matrix, like the next. */
    void (*count)(const network *, const int8_t *spins, int32_t *scratch, void *cache);
    /* The fields of SITES sites from `first` on, a multiple of SITES. */
    void (*fields)(const network *, int64_t first, const int8_t *spins, const void *cache, int32_t *out);
    /* Would no site change? */
    int (*is_fixed)(const network *, const int8_t *spins, const void *cache);
    /* All sites at once, into `out`; how many change. */
    int64_t (*step)(const network *, const int8_t *spins, const void *cache, int8_t *out);
    /* The first visit in position … end - 1 at which the site's spin changes, or end. */
    int64_t (*next_change)(const network *, int64_t position, int64_t end, const int32_t *sites, const int8_t *spins,
                           const void *cache);
    /* The same for the heat bath, where it may change; what the site becomes. */
    int64_t (*next_heat_bath)(const network *, int64_t position, int64_t end, const int32_t *sites,
                              const uint32_t *draws, const int8_t *spins, const void *cache);
    int8_t (*heat_bath_spin)(const network *, int32_t site, uint32_t draw, const int8_t *spins, const void *cache);
    /* The cache when one site has become `spin`, and when so many have changed. */
    void (*flip)(const network *, int32_t site, int spin, void *cache);
    void (*move)(const network *, const int8_t *from, const int8_t *to, int64_t changes, int32_t *scratch, void *cache);
};

#endif
