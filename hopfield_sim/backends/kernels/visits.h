/* Order in which a sweep visits the sites; the reference is visit_order in reference/philox.py. */
#ifndef HOPFIELD_VISITS_H
#define HOPFIELD_VISITS_H

#include "philox.h"

/* The numbers of ORDERS in reference/philox.py. */
enum { VISIT_SEQUENTIAL = 0, VISIT_UNIFORM = 1, VISIT_RANDOM = 2 };

/* Turn the random word of each position into a random number from 0 to the position. */
ROW_KERNEL static void places_so_far(int64_t n, uint32_t *draws) {
    for (int64_t position = 0; position < n; position++)
        draws[position] = (uint32_t)((uint64_t)draws[position] * (uint32_t)(position + 1) >> 32);
}

/* `sites` and `draws` have room for n rounded up to PHILOX_CHUNK; `purpose` is ORDER. */
UNUSED static void visit_order(int order, int64_t n, int32_t *sites, uint32_t *draws, uint64_t key, uint32_t purpose,
                        uint32_t state, uint32_t sweep) {
    if (order != VISIT_SEQUENTIAL)
        philox_words(n, draws, key, purpose, state, sweep);
    if (order == VISIT_RANDOM) { /* Fisher and Yates' shuffle, inside out */
        places_so_far(n, draws);
        for (int64_t position = 0; position < n; position++) {
            const uint32_t place = draws[position];
            sites[position] = sites[place];
            sites[place] = (int32_t)position;
        }
    } else
        for (int64_t position = 0; position < n; position++)
            sites[position] = order == VISIT_UNIFORM ? (int32_t)(((uint64_t)draws[position] * (uint64_t)n) >> 32)
                                                     : (int32_t)position;
}

#endif
