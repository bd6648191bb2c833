# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled asynchronous walks; each function is the twin of one in numpy_backend.py.

Private: cython_backend.py checks and converts every argument. All work is done without the GIL on
rows that share nothing. A call returns when its ``budget`` of work is used up (a visit costs 1, a
flip the length of a column), so that Python can handle a Ctrl-C; ``updates`` says how far each row
has come, and randomness depends on that alone.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from hopfield_sim.backends._rows cimport (
    PHILOX_CHUNK,
    add_column,
    field_t,
    heat_bath_spin,
    is_fixed,
    philox_words,
    weight_t,
)

from hopfield_sim.backends.counter_rng import ACCEPT, ORDER
from hopfield_sim.backends.protocol import CACHED, FIXED, STALE

# Settled while Python holds the GIL; constants afterwards.
cdef int8_t _FIXED = FIXED
cdef uint8_t _CACHED = CACHED, _STALE = STALE
cdef uint32_t _ORDER = ORDER, _ACCEPT = ACCEPT
cdef int _SEQUENTIAL = 0, _UNIFORM = 1, _RANDOM = 2
cdef int64_t _COLUMN_COST = 16  # sites of a column added in the time of one visit

ORDERS = {"sequential": _SEQUENTIAL, "uniform": _UNIFORM, "random": _RANDOM}


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
