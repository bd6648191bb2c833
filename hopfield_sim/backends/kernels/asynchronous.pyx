# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled asynchronous walks; each function is the twin of one in reference/pairs.py.

Private: compiled/pairs.py checks and converts every argument. All work is done without the GIL on
rows that share nothing. A call returns when its ``budget`` of work is used up (a visit costs 1 and
its patterns, a flip the length of the cache), so that Python can handle a Ctrl-C; the answer is how
many rows, the first ones, it is done with. ``updates`` says how far each row has come, and
randomness depends on that alone. Whether a row rests is looked at whenever it comes to a sweep's
end, whatever is left of the budget.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from hopfield_sim.backends.kernels.network cimport Network, network

from hopfield_sim.backends.reference.philox import ACCEPT, ORDER
from hopfield_sim.backends.protocol import CACHED, FIXED, STALE

cdef extern from "visits.h" nogil:
    const int PHILOX_CHUNK, VISIT_SEQUENTIAL, VISIT_UNIFORM, VISIT_RANDOM
    void philox_words(int64_t n, uint32_t *out, uint64_t key, uint32_t purpose,
                      uint32_t state, uint32_t sweep)
    void visit_order(int order, int64_t n, int32_t *sites, uint32_t *draws, uint64_t key,
                     uint32_t purpose, uint32_t state, uint32_t sweep)

# Settled while Python holds the GIL; constants afterwards.
cdef int8_t _FIXED = FIXED
cdef uint8_t _CACHED = CACHED, _STALE = STALE
cdef uint32_t _ORDER = ORDER, _ACCEPT = ACCEPT
cdef int64_t _FLIP_COST = 64  # bytes of a cache changed in the time of one visit
cdef int64_t _PATTERNS = 64  # patterns summed over in the time of one visit
cdef int64_t _LOOK = 16  # sites looked at side by side in the time of one visit

ORDERS = {"sequential": VISIT_SEQUENTIAL, "uniform": VISIT_UNIFORM, "random": VISIT_RANDOM}


def asynchronous(
    Network description not None,
    int8_t[:, ::1] states not None,
    uint8_t[:, ::1] cache not None,
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
    cdef const network *net = &description.net
    cdef int64_t n = states.shape[1], k, row, update, position, end, left = 0
    cdef int64_t visit_cost = 1 + net.n_patterns // _PATTERNS, look_cost = visit_cost * n // _LOOK
    cdef int64_t flip_cost = cache.shape[1] // _FLIP_COST
    cdef int8_t *spins
    cdef void *own
    cdef int32_t site
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
                spins, own = &states[row, 0], &cache[row, 0]
                update = updates[row]
                while True:
                    if update % n == 0 and net.is_fixed(net, spins, own):
                        if exact or fresh[row] != _CACHED:
                            stop[row] = _FIXED
                        else:
                            fresh[row] = _STALE
                        break
                    if update >= until:
                        break
                    if budget <= 0:
                        left = rows.shape[0] - k
                        break
                    visit_order(order, n, sites, draws, key, _ORDER, <uint32_t>index[row],
                                <uint32_t>(update // n))
                    position = update % n
                    end = min(n, position + min(until - update, budget))
                    update -= position
                    budget -= visit_cost * (end - position)
                    while True:
                        position = net.next_change(net, position, end, sites, spins, own)
                        if position == end:
                            break
                        site = sites[position]
                        spins[site] = -spins[site]
                        net.flip(net, site, spins[site], own)
                        flips[row] += 1
                        fresh[row] = _CACHED
                        budget -= flip_cost
                        position += 1
                    update += end
                updates[row] = update
                if left:
                    break
                budget -= look_cost
    finally:
        free(sites)
        free(draws)
    return rows.shape[0] - left


def asynchronous_heat_bath(
    Network description not None,
    int8_t[:, ::1] states not None,
    uint8_t[:, ::1] cache not None,
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
    cdef const network *net = &description.net
    cdef int64_t n = states.shape[1], k, row, update, position, end, left = 0
    cdef int64_t visit_cost = 1 + net.n_patterns // _PATTERNS
    cdef int64_t flip_cost = cache.shape[1] // _FLIP_COST
    cdef uint32_t state, sweep
    cdef int32_t site
    cdef int8_t spin
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
                spins, own = &states[row, 0], &cache[row, 0]
                update = updates[row]
                while update < until:
                    if budget <= 0:
                        left = rows.shape[0] - k
                        break
                    state, sweep = <uint32_t>index[row], <uint32_t>(update // n)
                    visit_order(order, n, sites, draws, key, _ORDER, state, sweep)
                    philox_words(n, draws, key, _ACCEPT, state, sweep)
                    position = update % n
                    end = min(n, position + min(until - update, budget))
                    update -= position
                    budget -= visit_cost * (end - position)
                    while True:
                        position = net.next_heat_bath(net, position, end, sites, draws, spins, own)
                        if position == end:
                            break
                        site = sites[position]
                        spin = net.heat_bath_spin(net, site, draws[position], spins, own)
                        if spin != spins[site]:
                            spins[site] = spin
                            net.flip(net, site, spin, own)
                            flips[row] += 1
                            fresh[row] = _CACHED
                            budget -= flip_cost
                        position += 1
                    update += end
                updates[row] = update
                if left:
                    break
    finally:
        free(sites)
        free(draws)
    return rows.shape[0] - left
