# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled walks over the states of a batch; each function is the twin of one in numpy_backend.py.

Private: cython_backend.py checks and converts every argument. All work is done without the GIL on
rows that share nothing. A call returns when its ``budget`` of work is used up (a visit costs 1, a
flip the length of a column), so that Python can handle a Ctrl-C; ``updates`` says how far each row
has come, and randomness depends on that alone.
"""

from libc.math cimport exp
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy

from hopfield_sim.backends.counter_rng import ACCEPT, ORDER
from hopfield_sim.backends.protocol import CACHED, CYCLE, FIXED, STALE

cdef extern from "rows.h" nogil:
    void add_column_i16(int64_t n, int32_t twice_spin, const int16_t *column, int32_t *fields)
    void add_column_i32(int64_t n, int32_t twice_spin, const int32_t *column, int32_t *fields)
    void add_column_f64(int64_t n, double twice_spin, const double *column, double *fields)
    void add_columns_i16(int64_t n, int32_t twice_spin, int64_t count, const int32_t *sites,
                         const int16_t *columns, int32_t *fields)
    void add_columns_i32(int64_t n, int32_t twice_spin, int64_t count, const int32_t *sites,
                         const int32_t *columns, int32_t *fields)
    void add_columns_f64(int64_t n, double twice_spin, int64_t count, const int32_t *sites,
                         const double *columns, double *fields)
    bint is_fixed_i32(int64_t n, const int8_t *spins, const int32_t *fields,
                      const int32_t *above, const int32_t *below)
    bint is_fixed_f64(int64_t n, const int8_t *spins, const double *fields,
                      const double *above, const double *below)
    int64_t step_i32(int64_t n, const int8_t *spins, const int32_t *fields,
                     const int32_t *above, const int32_t *below, int8_t *out)
    int64_t step_f64(int64_t n, const int8_t *spins, const double *fields,
                     const double *above, const double *below, int8_t *out)

cdef extern from "philox.h" nogil:
    const int PHILOX_CHUNK
    void philox_words(int64_t n, uint32_t *out, uint64_t key, uint32_t purpose,
                      uint32_t state, uint32_t sweep)

ctypedef fused weight_t:
    int16_t
    int32_t
    double

ctypedef fused field_t:
    int32_t
    double

# Settled while Python holds the GIL; constants afterwards.
cdef int8_t _FIXED = FIXED, _CYCLE = CYCLE
cdef uint8_t _CACHED = CACHED, _STALE = STALE
cdef uint32_t _ORDER = ORDER, _ACCEPT = ACCEPT
cdef int _SEQUENTIAL = 0, _UNIFORM = 1, _RANDOM = 2
cdef int64_t _COLUMN_COST = 16  # sites of a column added in the time of one visit

ORDERS = {"sequential": _SEQUENTIAL, "uniform": _UNIFORM, "random": _RANDOM}


cdef inline void add_column(int64_t n, int8_t spin, const weight_t *column,
                            field_t *fields) noexcept nogil:
    """h ← h + 2 s_i W[:, i], after a flip to s_i = spin."""
    if weight_t is int16_t and field_t is int32_t:
        add_column_i16(n, 2 * spin, column, fields)
    elif weight_t is int32_t and field_t is int32_t:
        add_column_i32(n, 2 * spin, column, fields)
    elif weight_t is double and field_t is double:
        add_column_f64(n, 2.0 * spin, column, fields)


cdef inline void add_columns(int64_t n, int8_t spin, int64_t count, const int32_t *sites,
                             const weight_t *columns, field_t *fields) noexcept nogil:
    """The same for all these sites."""
    if weight_t is int16_t and field_t is int32_t:
        add_columns_i16(n, 2 * spin, count, sites, columns, fields)
    elif weight_t is int32_t and field_t is int32_t:
        add_columns_i32(n, 2 * spin, count, sites, columns, fields)
    elif weight_t is double and field_t is double:
        add_columns_f64(n, 2.0 * spin, count, sites, columns, fields)


cdef inline bint is_fixed(int64_t n, const int8_t *spins, const field_t *fields,
                          const field_t *above, const field_t *below) noexcept nogil:
    """Would no site change?"""
    if field_t is int32_t:
        return is_fixed_i32(n, spins, fields, above, below)
    else:
        return is_fixed_f64(n, spins, fields, above, below)


cdef inline int64_t step(int64_t n, const int8_t *spins, const field_t *fields,
                         const field_t *above, const field_t *below, int8_t *out) noexcept nogil:
    """All sites at zero temperature; how many change."""
    if field_t is int32_t:
        return step_i32(n, spins, fields, above, below, out)
    else:
        return step_f64(n, spins, fields, above, below, out)


cdef void visit_order(int order, int64_t n, int32_t *sites, uint32_t *draws, uint64_t key,
                      uint32_t state, uint32_t sweep) noexcept nogil:
    """Which site is visited at each position of a sweep."""
    cdef int64_t position, other
    cdef int32_t site
    if order == _SEQUENTIAL:
        for position in range(n):
            sites[position] = <int32_t>position
        return
    philox_words(n, draws, key, _ORDER, state, sweep)
    if order == _UNIFORM:
        for position in range(n):
            sites[position] = <int32_t>((<uint64_t>draws[position] * <uint64_t>n) >> 32)
        return
    for position in range(n):
        sites[position] = <int32_t>position
    for position in range(n):
        other = position + <int64_t>((<uint64_t>draws[position] * <uint64_t>(n - position)) >> 32)
        site = sites[other]
        sites[other] = sites[position]
        sites[position] = site


cdef inline int8_t heat_bath_spin(const uint64_t *table, int64_t half, double gain, field_t x,
                                  double fraction, uint32_t draw) noexcept nogil:
    """+1 with probability 1/(1 + e^(−gain x)): by the table for integers, else by the formula."""
    cdef int64_t k
    cdef double y
    if field_t is int32_t:
        if table != NULL:
            k = -half if x < -half else half if x > half else x
            return 1 if draw < table[k + half] else -1
    y = gain * (x - fraction)
    y = -700.0 if y < -700.0 else 700.0 if y > 700.0 else y
    return 1 if draw < <uint64_t>(4294967296.0 / (1.0 + exp(-y)) + 0.5) else -1


def asynchronous(
    const weight_t[:, ::1] columns not None,
    const field_t[::1] above not None,
    const field_t[::1] below not None,
    int8_t[:, ::1] states not None,
    field_t[:, ::1] fields not None,
    const int64_t[::1] index not None,
    int64_t[::1] updates not None,
    int64_t[::1] flips not None,
    int8_t[::1] stop not None,
    uint8_t[::1] fresh not None,
    const int64_t[::1] rows not None,
    int order,
    uint64_t key,
    int64_t until,
    int64_t budget,
    bint exact,
):
    """Zero temperature, one site after another, up to the update ``until`` or a fixed point.

    Unless fields are ``exact``, a row that looks fixed by cached fields is left STALE: the caller
    recomputes its fields and calls again.
    """
    cdef int64_t n = states.shape[1], k, row, update, position, end
    cdef int32_t site
    cdef uint32_t state, sweep
    cdef bint unstable
    cdef int8_t *spins
    cdef field_t *field
    cdef int32_t *sites = <int32_t *>malloc((n + PHILOX_CHUNK) * sizeof(int32_t))
    cdef uint32_t *draws = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    try:
        if sites == NULL or draws == NULL:
            raise MemoryError
        with nogil:
            for k in range(rows.shape[0]):
                row = rows[k]
                spins, field = &states[row, 0], &fields[row, 0]
                update = updates[row]
                while budget > 0:
                    if update % n == 0 and is_fixed(n, spins, field, &above[0], &below[0]):
                        if exact or fresh[row] != _CACHED:
                            stop[row] = _FIXED
                        else:
                            fresh[row] = _STALE
                        break
                    if update >= until:
                        break
                    state, sweep = <uint32_t>index[row], <uint32_t>(update // n)
                    visit_order(order, n, sites, draws, key, state, sweep)
                    position = update % n
                    end = min(n, position + min(until - update, budget))
                    update -= position
                    while position < end and budget > 0:
                        site = sites[position]
                        position += 1
                        budget -= 1
                        unstable = (field[site] < below[site] if spins[site] > 0
                                    else field[site] > above[site])
                        if unstable:
                            spins[site] = -spins[site]
                            add_column(n, spins[site], &columns[site, 0], field)
                            flips[row] += 1
                            fresh[row] = _CACHED
                            budget -= n // _COLUMN_COST
                    update += position
                updates[row] = update
                if budget <= 0:
                    break
    finally:
        free(sites)
        free(draws)


def asynchronous_heat_bath(
    const weight_t[:, ::1] columns not None,
    const field_t[::1] diagonal not None,
    const field_t[::1] offset not None,
    const double[::1] fraction not None,
    const uint8_t[::1] clamped not None,
    const uint64_t[::1] table,
    double gain,
    int8_t[:, ::1] states not None,
    field_t[:, ::1] fields not None,
    const int64_t[::1] index not None,
    int64_t[::1] updates not None,
    int64_t[::1] flips not None,
    uint8_t[::1] fresh not None,
    const int64_t[::1] rows not None,
    int order,
    uint64_t key,
    int64_t until,
    int64_t budget,
):
    """Glauber's dynamics up to the update ``until``: +1 with the heat bath's probability."""
    cdef int64_t n = states.shape[1], k, row, update, position, end, half = 0
    cdef int32_t site
    cdef uint32_t state, sweep
    cdef int8_t spin
    cdef int8_t *spins
    cdef field_t *field
    cdef const uint64_t *chances = NULL
    cdef int32_t *sites = <int32_t *>malloc((n + PHILOX_CHUNK) * sizeof(int32_t))
    cdef uint32_t *draws = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    if table is not None:
        chances, half = &table[0], table.shape[0] // 2
    try:
        if sites == NULL or draws == NULL:
            raise MemoryError
        with nogil:
            for k in range(rows.shape[0]):
                row = rows[k]
                spins, field = &states[row, 0], &fields[row, 0]
                update = updates[row]
                while update < until and budget > 0:
                    state, sweep = <uint32_t>index[row], <uint32_t>(update // n)
                    visit_order(order, n, sites, draws, key, state, sweep)
                    philox_words(n, draws, key, _ACCEPT, state, sweep)
                    position = update % n
                    end = min(n, position + min(until - update, budget))
                    update -= position
                    while position < end and budget > 0:
                        site = sites[position]
                        spin = heat_bath_spin(chances, half, gain,
                                              field[site] - diagonal[site] * spins[site]
                                              - offset[site],
                                              fraction[site], draws[position])
                        position += 1
                        budget -= 1
                        if spin != spins[site] and not clamped[site]:
                            spins[site] = spin
                            add_column(n, spin, &columns[site, 0], field)
                            flips[row] += 1
                            fresh[row] = _CACHED
                            budget -= n // _COLUMN_COST
                    update += position
                updates[row] = update
                if budget <= 0:
                    break
    finally:
        free(sites)
        free(draws)


def synchronous(
    const weight_t[:, ::1] columns not None,
    const field_t[::1] above not None,
    const field_t[::1] below not None,
    int8_t[:, ::1] states not None,
    field_t[:, ::1] fields not None,
    int8_t[:, ::1] previous not None,
    int64_t[::1] updates not None,
    int64_t[::1] flips not None,
    int8_t[::1] stop not None,
    uint8_t[::1] fresh not None,
    const int64_t[::1] rows not None,
    int64_t until,
    int64_t budget,
    int64_t most_columns,
    bint exact,
):
    """Zero temperature, all sites at once, up to the update ``until``, a fixed point or a 2-cycle.

    A step adds the columns of the sites that flipped. A row is left STALE, for the caller to
    recompute its fields, when more than ``most_columns`` sites flipped (a matrix product is cheaper
    then), or, unless fields are ``exact``, when it looks fixed or cyclic by cached fields.
    """
    cdef int64_t n = states.shape[1], k, row, site, changes, ups, downs
    cdef bint cycle, rests
    cdef int8_t *spins
    cdef field_t *field
    cdef int8_t *new = <int8_t *>malloc(n)
    # Sites that flip: to +1 from the left end, to −1 from the right.
    cdef int32_t *sites = <int32_t *>malloc(n * sizeof(int32_t))
    try:
        if new == NULL or sites == NULL:
            raise MemoryError
        with nogil:
            for k in range(rows.shape[0]):
                row = rows[k]
                spins, field = &states[row, 0], &fields[row, 0]
                while budget > 0 and fresh[row] != _STALE:
                    changes = step(n, spins, field, &above[0], &below[0], new)
                    cycle = (changes > 0 and updates[row] > 0
                             and memcmp(new, &previous[row, 0], n) == 0)
                    rests = changes == 0 or cycle and updates[row] < until
                    if rests and fresh[row] == _CACHED and not exact:
                        fresh[row] = _STALE
                        break
                    if changes == 0:
                        stop[row] = _FIXED
                        break
                    if updates[row] >= until:
                        break
                    budget -= n // 8 + 1
                    memcpy(&previous[row, 0], spins, n)
                    updates[row] += n
                    flips[row] += changes
                    if changes > most_columns:
                        memcpy(spins, new, n)
                        fresh[row] = _STALE
                    else:
                        ups, downs = 0, n
                        for site in range(n):
                            if new[site] > spins[site]:
                                sites[ups] = <int32_t>site
                                ups += 1
                            elif new[site] < spins[site]:
                                downs -= 1
                                sites[downs] = <int32_t>site
                        memcpy(spins, new, n)
                        add_columns(n, 1, ups, sites, &columns[0, 0], field)
                        add_columns(n, -1, n - downs, sites + downs, &columns[0, 0], field)
                        fresh[row] = _CACHED
                        budget -= changes * (n // _COLUMN_COST)
                    if cycle:
                        stop[row] = _CYCLE
                        break
                if budget <= 0:
                    break
    finally:
        free(new)
        free(sites)


def synchronous_heat_bath(
    const field_t[::1] diagonal not None,
    const field_t[::1] offset not None,
    const double[::1] fraction not None,
    const uint8_t[::1] clamped not None,
    const uint64_t[::1] table,
    double gain,
    int8_t[:, ::1] states not None,
    field_t[:, ::1] fields not None,
    const int64_t[::1] index not None,
    int64_t[::1] updates not None,
    int64_t[::1] flips not None,
    const int64_t[::1] rows not None,
    uint64_t key,
):
    """One step of the parallel heat bath (Little's dynamics); the caller recomputes the fields."""
    cdef int64_t n = states.shape[1], k, row, site, half = 0
    cdef uint32_t state, sweep
    cdef int8_t spin
    cdef const uint64_t *chances = NULL
    cdef uint32_t *draws = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    if table is not None:
        chances, half = &table[0], table.shape[0] // 2
    try:
        if draws == NULL:
            raise MemoryError
        with nogil:
            for k in range(rows.shape[0]):
                row = rows[k]
                state, sweep = <uint32_t>index[row], <uint32_t>(updates[row] // n)
                philox_words(n, draws, key, _ACCEPT, state, sweep)
                for site in range(n):
                    spin = heat_bath_spin(
                        chances, half, gain,
                        fields[row, site] - diagonal[site] * states[row, site] - offset[site],
                        fraction[site], draws[site])
                    if spin != states[row, site] and not clamped[site]:
                        states[row, site] = spin
                        flips[row] += 1
                updates[row] += n
    finally:
        free(draws)
