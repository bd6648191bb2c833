/* Which site is visited at each position of a sweep: the compiled twin of visit_order in counter_rng.py. */
#ifndef HOPFIELD_VISITS_H
#define HOPFIELD_VISITS_H

#include "philox.h"

enum { VISIT_SEQUENTIAL = 0, VISIT_UNIFORM = 1, VISIT_RANDOM = 2 };

/* `sites` and `draws` have room for n, rounded up to PHILOX_CHUNK; `purpose` is that of ORDER. */
static void visit_order(int order, int64_t n, int32_t *sites, uint32_t *draws, uint64_t key, uint32_t purpose,
                        uint32_t state, uint32_t sweep) {
    if (order != VISIT_SEQUENTIAL)
        philox_words(n, draws, key, purpose, state, sweep);
    if (order == VISIT_RANDOM) /* Fisher and Yates' shuffle, inside out */
        for (int64_t position = 0; position < n; position++) {
            int64_t place = (int64_t)(((uint64_t)draws[position] * (uint64_t)(position + 1)) >> 32);
            sites[position] = sites[place];
            sites[place] = (int32_t)position;
        }
    else
        for (int64_t position = 0; position < n; position++)
            sites[position] = order == VISIT_UNIFORM ? (int32_t)(((uint64_t)draws[position] * (uint64_t)n) >> 32)
                                                     : (int32_t)position;
}

#endif
