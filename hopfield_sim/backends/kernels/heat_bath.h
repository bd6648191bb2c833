/* Heat bath (Glauber dynamics): a visited site becomes +1 if a 32-bit random word is less than 2^32 / (1 + e^(-y)),
 * rounded, with y = gain (h - W_ii s_i - θ_i), and -1 otherwise. */
#ifndef HOPFIELD_HEAT_BATH_H
#define HOPFIELD_HEAT_BATH_H

#include <math.h>

#include "network.h"
#include "rows.h"

/* θ is `offset` + `fraction`. If fields and θ are integers, `table` has the rounded quotient for each value of
 * h - W_ii s_i - θ_i from -half to half. Otherwise y from -reach to reach is divided into intervals, `steps` per unit,
 * in which the quotient lies between `least` and `most`: an exponential is computed only if the word does, too. */

/* Whether the site changes, by the table; x is h - W_ii s_i - offset_i. */
static inline int changes_by_table(const heat_bath *bath, int32_t site, uint32_t draw, int8_t spin, int64_t x) {
    const int64_t half = bath->half, most = x < half ? x : half, at = most > -half ? most : -half;
    return ((draw < bath->table[at + half]) != (spin > 0)) & !bath->clamped[site];
}

/* The same without thresholds, self couplings and clamped sites; x is h. */
static inline int changes_by_field(const heat_bath *bath, uint32_t draw, int8_t spin, int64_t x) {
    const int64_t half = bath->half, most = x < half ? x : half, at = most > -half ? most : -half;
    return (draw < bath->table[at + half]) != (spin > 0);
}

/* Whether it may change, by the bounds. */
static inline int may_change(const heat_bath *bath, int32_t site, uint32_t draw, int8_t spin, double x) {
    const double y = bath->gain * (x - bath->fraction[site]), reach = bath->reach;
    const int64_t step = (int64_t)(((y < -reach ? -reach : y > reach ? reach : y) + reach) * bath->steps);
    const int up = draw < bath->least[step], open = !up & (draw < bath->most[step]);
    return (open | (up != (spin > 0))) & !bath->clamped[site];
}

/* Its new spin. */
static inline int8_t heat_bath_spin(const heat_bath *bath, int32_t site, uint32_t draw, int8_t spin, double x) {
    if (bath->clamped[site])
        return spin;
    if (bath->table)
        return changes_by_table(bath, site, draw, spin, (int64_t)x) ? -spin : spin;
    double y = bath->gain * (x - bath->fraction[site]);
    y = y < -700.0 ? -700.0 : y > 700.0 ? 700.0 : y;
    return draw < (uint64_t)(4294967296.0 / (1.0 + exp(-y)) + 0.5) ? 1 : -1;
}

/* For each type of fields: x, the next visit that changes a site or may change it, and the new spin of a site. */
#define DEFINE_HEAT_BATH(fields, field, number)                                                                        \
    static inline number x_##fields(const heat_bath *bath, int32_t site, int8_t spin, field local,                     \
                                    field diagonal) {                                                                  \
        return (number)local - (number)diagonal * spin - bath->offset[site];                                           \
    }                                                                                                                  \
    static inline int by_table_##fields(const heat_bath *bath, int32_t site, uint32_t draw,                            \
                                        int8_t spin, field local, field diagonal) {                                    \
        return changes_by_table(bath, site, draw, spin,                                                                \
                                (int64_t)x_##fields(bath, site, spin, local, diagonal));                               \
    }                                                                                                                  \
    static inline int by_bounds_##fields(const heat_bath *bath, int32_t site, uint32_t draw,                           \
                                         int8_t spin, field local, field diagonal) {                                   \
        return may_change(bath, site, draw, spin,                                                                      \
                          (double)x_##fields(bath, site, spin, local, diagonal));                                      \
    }                                                                                                                  \
    static int64_t next_heat_bath_##fields(int64_t position, int64_t end, const heat_bath *bath,                       \
                                           int uniform, const int32_t *sites, const uint32_t *draws,                   \
                                           const int8_t *spins, const field *local,                                    \
                                           const field *diagonal) {                                                    \
        if (uniform) {                                                                                                 \
            RETURN_NEXT(changes_by_field(bath, draws[visit], spins[sites[visit]],                                      \
                                         (int64_t)local[sites[visit]]))                                                \
        }                                                                                                              \
        if (bath->table) {                                                                                             \
            RETURN_NEXT(by_table_##fields(bath, sites[visit], draws[visit], spins[sites[visit]],                       \
                                          local[sites[visit]], diagonal[sites[visit]]))                                \
        }                                                                                                              \
        RETURN_NEXT(by_bounds_##fields(bath, sites[visit], draws[visit], spins[sites[visit]],                          \
                                       local[sites[visit]], diagonal[sites[visit]]))                                   \
    }                                                                                                                  \
    static inline int8_t heat_bath_spin_##fields(const heat_bath *bath, int32_t site, uint32_t draw,                   \
                                                 int8_t spin, field local, field diagonal) {                           \
        return heat_bath_spin(bath, site, draw, spin,                                                                  \
                              (double)x_##fields(bath, site, spin, local, diagonal));                                  \
    }

EACH_FIELD(DEFINE_HEAT_BATH)

#endif
