# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled synchronous steps; each function is the twin of one in numpy_backend.py.

Private, without the GIL and on a ``budget`` like the walks of _asynchronous.pyx.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy

from hopfield_sim.backends._rows cimport (
    PHILOX_CHUNK,
    add_columns,
    field_t,
    heat_bath_spin,
    philox_words,
    step,
    weight_t,
)

from hopfield_sim.backends.counter_rng import ACCEPT
from hopfield_sim.backends.protocol import CACHED, CYCLE, FIXED, STALE

# Settled while Python holds the GIL; constants afterwards.
cdef int8_t _FIXED = FIXED, _CYCLE = CYCLE
cdef uint8_t _CACHED = CACHED, _STALE = STALE
cdef uint32_t _ACCEPT = ACCEPT
cdef int64_t _COLUMN_COST = 16  # sites of a column added in the time that others take for one


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
