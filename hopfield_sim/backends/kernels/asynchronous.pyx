# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled asynchronous updates of networks with pair couplings; the reference is
reference/walk.py.

Private: compiled/pairs.py checks and converts every argument. The work is done without the GIL, and
calls for different rows share no memory that is written. A call returns when its ``budget`` of work
is used up (a visit costs 1 and its patterns, a flip the part of the cache that it changes), so that
Python can handle a Ctrl-C; the result is the number of rows, the first ones, that are finished.
Random numbers depend on ``updates``, the number of updates of a row so far, and not on how the work
is split. Whether a row is at rest is tested at the end of each sweep, whatever is left of the
budget.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from hopfield_sim.backends.kernels.network cimport Batch, Network, network, wrong
from hopfield_sim.backends.kernels.visits cimport PHILOX_CHUNK, philox_words, visit_order

from hopfield_sim.backends.reference.philox import ACCEPT, ORDER
from hopfield_sim.backends.protocol import CACHED, FIXED, STALE

# Copies in C of Python's constants, for code without the GIL.
cdef int8_t _FIXED = FIXED
cdef uint8_t _CACHED = CACHED, _STALE = STALE
cdef uint32_t _ORDER = ORDER, _ACCEPT = ACCEPT
cdef int64_t _PATTERNS = 64  # patterns summed over in the time of one visit
cdef int64_t _LOOK = 16  # sites tested for a fixed point in the time of one visit


cdef inline int64_t visits(const network *net, int64_t position, int64_t end,
                           const int32_t *sites, int8_t *spins, void *own) noexcept nogil:
    """Update the sites of these positions at zero temperature; return how many change."""
    cdef int64_t changes = 0
    cdef int32_t site
    while True:
        position = net.next_change(net, position, end, sites, spins, own)
        if position == end:
            return changes
        site = sites[position]
        spins[site] = -spins[site]
        net.flip(net, site, spins[site], own)
        changes += 1
        position += 1


cdef inline int64_t visits_at_random(const network *net, int64_t position, int64_t end,
                                     const int32_t *sites, const uint32_t *draws, int8_t *spins,
                                     void *own) noexcept nogil:
    """Update them by the heat bath: +1 with its probability; return how many change."""
    cdef int64_t changes = 0
    cdef int32_t site
    cdef int8_t spin
    while True:
        position = net.next_heat_bath(net, position, end, sites, draws, spins, own)
        if position == end:
            return changes
        site = sites[position]
        spin = net.heat_bath_spin(net, site, draws[position], spins, own)
        if spin != spins[site]:
            spins[site] = spin
            net.flip(net, site, spin, own)
            changes += 1
        position += 1


def asynchronous(
    Network description not None,
    Batch batch not None,
    const int64_t[::1] rows not None,
    int order,
    uint64_t key,
    int64_t until,
    int64_t budget,
    bint exact,
):
    """Update one site after another up to the update ``until`` or, at zero temperature, a fixed
    point.

    Unless fields are ``exact``, a row that is at rest by cached fields, but might not be by others
    that are rounded differently, is left STALE: the caller recomputes its fields and calls again.
    """
    cdef const network *net = &description.net
    cdef bint stochastic = net.bath != NULL
    cdef int64_t n = net.n, k, row, update, position, end, changes, left = 0
    cdef int64_t visit_cost = 1 + net.n_patterns // _PATTERNS
    cdef int64_t look_cost = 0 if stochastic else visit_cost * n // _LOOK
    cdef uint32_t state, sweep
    cdef int8_t *spins
    cdef void *own
    cdef int32_t *sites = <int32_t *>malloc((n + PHILOX_CHUNK) * sizeof(int32_t))
    cdef uint32_t *draws = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    try:
        if sites == NULL or draws == NULL:
            raise MemoryError
        with nogil:
            for k in range(rows.shape[0]):
                if budget <= 0:
                    left = rows.shape[0] - k
                    break
                row = rows[k]
                spins, own = &batch.states[row, 0], &batch.cache[row, 0]
                update = batch.updates[row]
                while True:
                    if not stochastic and update % n == 0 and net.is_fixed(net, spins, own, 0):
                        if (exact or batch.fresh[row] != _CACHED or
                                net.is_fixed(net, spins, own, wrong(net, batch.flips[row]))):
                            batch.stop[row] = _FIXED
                        else:
                            batch.fresh[row] = _STALE
                        break
                    if update >= until:
                        break
                    if budget <= 0:
                        left = rows.shape[0] - k
                        break
                    state, sweep = <uint32_t>batch.index[row], <uint32_t>(update // n)
                    visit_order(order, n, sites, draws, key, _ORDER, state, sweep)
                    if stochastic:
                        philox_words(n, draws, key, _ACCEPT, state, sweep)
                    position = update % n
                    end = min(n, position + min(until - update, budget))
                    update -= position
                    budget -= visit_cost * (end - position)
                    if stochastic:
                        changes = visits_at_random(net, position, end, sites, draws, spins, own)
                    else:
                        changes = visits(net, position, end, sites, spins, own)
                    if changes:
                        batch.fresh[row] = _CACHED
                        batch.flips[row] += changes
                        budget -= changes * net.flip_cost
                    update += end
                batch.updates[row] = update
                if left:
                    break
                budget -= look_cost
    finally:
        free(sites)
        free(draws)
    return rows.shape[0] - left
