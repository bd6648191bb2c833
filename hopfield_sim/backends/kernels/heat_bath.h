/* The heat bath: a visited site becomes +1 where a 32-bit random word is less than 2^32 / (1 + e^(-y)), rounded, with
 * y = gain (h - W_ii s_i - θ_i); else -1. */
#ifndef HOPFIELD_HEAT_BATH_H
#define HOPFIELD_HEAT_BATH_H

#include <math.h>

#include "network.h"
#include "rows.h"

/* θ is `offset` + `fraction`. Integer fields are looked up in a `table` of those numbers of words, from -half to half,
 * when θ is whole too. Others have bounds: for each of `steps` a unit of y, from -reach to reach, the number lies from
 * `least` to `most`, so that an exponential is needed only where a word falls between them. */

/* x is h - W_ii s_i - offset_i. Does the site change, by the table? */
static inline int changes_by_table(const heat_bath *bath, int32_t site, uint32_t draw, int8_t spin, int64_t x) {
    const int64_t half = bath->half, most = x < half ? x : half, at = most > -half ? most : -half;
    return ((draw < bath->table[at + half]) != (spin > 0)) & !bath->clamped[site];
}

/* The same where nothing but the field counts. */
static inline int changes_by_field(const heat_bath *bath, uint32_t draw, int8_t spin, int64_t x) {
    const int64_t half = bath->half, most = x < half ? x : half, at = most > -half ? most : -half;
    return (draw < bath->table[at + half]) != (spin > 0);
}

/* May it change, by the bounds? */
static inline int may_change(const heat_bath *bath, int32_t site, uint32_t draw, int8_t spin, double x) {
    const double y = bath->gain * (x - bath->fraction[site]), reach = bath->reach;
    const int64_t step = (int64_t)(((y < -reach ? -reach : y > reach ? reach : y) + reach) * bath->steps);
    const int up = draw < bath->least[step], open = !up & (draw < bath->most[step]);
    return (open | (up != (spin > 0))) & !bath->clamped[site];
}

/* What it becomes. */
static inline int8_t heat_bath_spin(const heat_bath *bath, int32_t site, uint32_t draw, int8_t spin, double x) {
    if (bath->clamped[site])
        return spin;
    if (bath->table)
        return changes_by_table(bath, site, draw, spin, (int64_t)x) ? -spin : spin;
    double y = bath->gain * (x - bath->fraction[site]);
    y = y < -700.0 ? -700.0 : y > 700.0 ? 700.0 : y;
    return draw < (uint64_t)(4294967296.0 / (1.0 + exp(-y)) + 0.5) ? 1 : -1;
}

/* For each type of fields: x, and the next visit at which a site changes, or may change. */
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
