# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled synchronous steps; each function is the twin of one in reference/pairs.py.

Private, without the GIL and on a ``budget`` like the walks of _asynchronous.pyx.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy

from hopfield_sim.backends.kernels.network cimport Network, network

from hopfield_sim.backends.reference.philox import ACCEPT
from hopfield_sim.backends.protocol import CACHED, CYCLE, FIXED, STALE

cdef extern from "philox.h" nogil:
    const int PHILOX_CHUNK
    void philox_words(int64_t n, uint32_t *out, uint64_t key, uint32_t purpose,
                      uint32_t state, uint32_t sweep)

# Settled while Python holds the GIL; constants afterwards.
cdef int8_t _FIXED = FIXED, _CYCLE = CYCLE
cdef uint8_t _CACHED = CACHED, _STALE = STALE
cdef uint32_t _ACCEPT = ACCEPT
cdef int64_t _FLIP_COST = 64  # bytes of a cache changed in the time of one visit
cdef int64_t _PATTERNS = 64  # patterns summed over in the time of one visit


def synchronous(
    Network description not None,
    int8_t[:, ::1] states not None,
    uint8_t[:, ::1] cache not None,
    int8_t[:, ::1] previous not None,
    int64_t[::1] updates not None,
    int64_t[::1] flips not None,
    int8_t[::1] stop not None,
    uint8_t[::1] fresh not None,
    const int64_t[::1] rows not None,
    int64_t until,
    int64_t budget,
    int64_t most_flips,
    bint exact,
):
    """Zero temperature, all sites at once, up to the update ``until``, a fixed point or a 2-cycle.

    A step changes the cache by the sites that flipped. A row is left STALE, for the caller to
    recompute its cache, when more than ``most_flips`` did (a matrix product is cheaper then), or,
    unless fields are ``exact``, when it looks fixed or cyclic by cached fields.
    """
    cdef const network *net = &description.net
    cdef int64_t n = states.shape[1], k, row, changes, left = 0
    cdef int64_t flip_cost = cache.shape[1] // _FLIP_COST
    cdef int64_t step_cost = (1 + net.n_patterns // _PATTERNS) * n // 8 + 1
    cdef bint cycle, rests
    cdef int8_t *spins
    cdef void *own
    cdef int8_t *new = <int8_t *>malloc(n)
    cdef int32_t *scratch = <int32_t *>malloc((n + 2) * sizeof(int32_t))
    try:
        if new == NULL or scratch == NULL:
            raise MemoryError
        with nogil:
            for k in range(rows.shape[0]):
                if budget <= 0:
                    left = rows.shape[0] - k
                    break
                row = rows[k]
                spins, own = &states[row, 0], &cache[row, 0]
                while fresh[row] != _STALE:
                    changes = net.step(net, spins, own, new)
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
                    if budget <= 0:
                        left = rows.shape[0] - k
                        break
                    budget -= step_cost
                    memcpy(&previous[row, 0], spins, n)
                    updates[row] += n
                    flips[row] += changes
                    if changes > most_flips:
                        memcpy(spins, new, n)
                        fresh[row] = _STALE
                    else:
                        net.move(net, spins, new, changes, scratch, own)
                        memcpy(spins, new, n)
                        fresh[row] = _CACHED
                        budget -= changes * flip_cost
                    if cycle:
                        stop[row] = _CYCLE
                        break
                if left:
                    break
                budget -= step_cost  # of the last look at it
    finally:
        free(new)
        free(scratch)
    return rows.shape[0] - left


def synchronous_heat_bath(
    Network description not None,
    int8_t[:, ::1] states not None,
    const uint8_t[:, ::1] cache not None,
    const int64_t[::1] index not None,
    int64_t[::1] updates not None,
    int64_t[::1] flips not None,
    const int64_t[::1] rows not None,
    uint64_t key,
):
    """One step of the parallel heat bath (Little's dynamics); the caller recomputes the cache."""
    cdef const network *net = &description.net
    cdef int64_t n = states.shape[1], k, row, site
    cdef int8_t spin
    cdef uint32_t *draws = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    try:
        if draws == NULL:
            raise MemoryError
        with nogil:
            for k in range(rows.shape[0]):
                row = rows[k]
                philox_words(n, draws, key, _ACCEPT, <uint32_t>index[row],
                             <uint32_t>(updates[row] // n))
                for site in range(n):  # a site sees its own spin and the cache, which stays
                    spin = net.heat_bath_spin(net, <int32_t>site, draws[site],
                                              &states[row, 0], &cache[row, 0])
                    flips[row] += spin != states[row, site]
                    states[row, site] = spin
                updates[row] += n
    finally:
        free(draws)
