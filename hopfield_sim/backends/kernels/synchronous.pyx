# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled synchronous steps of networks with pair couplings; the reference is reference/walk.py.

Private, without the GIL and with a ``budget`` of work, as in asynchronous.pyx.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy

from hopfield_sim.backends.kernels.network cimport Batch, Network, network, wrong
from hopfield_sim.backends.kernels.visits cimport PHILOX_CHUNK, philox_words

from hopfield_sim.backends.reference.philox import ACCEPT
from hopfield_sim.backends.protocol import CACHED, CYCLE, FIXED, STALE

# Copies in C of Python's constants, for code without the GIL.
cdef int8_t _FIXED = FIXED, _CYCLE = CYCLE
cdef uint8_t _CACHED = CACHED, _STALE = STALE
cdef uint32_t _ACCEPT = ACCEPT
cdef int64_t _PATTERNS = 64  # patterns summed over in the time of one visit


def synchronous(
    Network description not None,
    Batch batch not None,
    const int64_t[::1] rows not None,
    int64_t until,
    int64_t budget,
    int64_t most_flips,
    bint exact,
):
    """Update all sites at once at zero temperature, up to the update ``until``, a fixed point or a
    2-cycle.

    A step changes the cache by the columns of the sites that flipped. A row is left STALE, for the
    caller to recompute its cache, if more than ``most_flips`` sites flipped (then a matrix product
    is cheaper), or, unless fields are ``exact``, if by cached fields it is in a cycle, or at rest
    but might not be by others that are rounded differently.
    """
    cdef const network *net = &description.net
    cdef int64_t n = net.n, k, row, changes, left = 0
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
                spins, own = &batch.states[row, 0], &batch.cache[row, 0]
                while batch.fresh[row] != _STALE:
                    changes = net.step(net, spins, own, new)
                    cycle = (changes > 0 and batch.updates[row] > 0
                             and memcmp(new, &batch.previous[row, 0], n) == 0)
                    rests = changes == 0 or cycle and batch.updates[row] < until
                    if rests and batch.fresh[row] == _CACHED and not exact and (
                            cycle or not net.is_fixed(net, spins, own,
                                                      wrong(net, batch.flips[row]))):
                        batch.fresh[row] = _STALE
                        break
                    if changes == 0:
                        batch.stop[row] = _FIXED
                        break
                    if batch.updates[row] >= until:
                        break
                    if budget <= 0:
                        left = rows.shape[0] - k
                        break
                    budget -= step_cost
                    memcpy(&batch.previous[row, 0], spins, n)
                    batch.updates[row] += n
                    batch.flips[row] += changes
                    if changes > most_flips:
                        memcpy(spins, new, n)
                        batch.fresh[row] = _STALE
                    else:
                        net.move(net, spins, new, changes, scratch, own)
                        memcpy(spins, new, n)
                        batch.fresh[row] = _CACHED
                        budget -= changes * net.flip_cost
                    if cycle:
                        batch.stop[row] = _CYCLE
                        break
                if left:
                    break
                budget -= step_cost  # of the step that found it at rest
    finally:
        free(new)
        free(scratch)
    return rows.shape[0] - left


def settle(list networks not None, int8_t[:, :, ::1] states not None, int64_t steps, int64_t start,
           int64_t budget):
    """Update B states of each of K networks, (K, B, N), from state number ``start`` on, up to a
    fixed point, a 2-cycle or the number of steps; return the number of the next state.

    The weights are real numbers. Fields are computed anew where that is less work than to follow
    flips, and where rounding might matter.
    """
    cdef int64_t n = states.shape[2], count = states.shape[1], most = len(networks) * count
    cdef int64_t k, number = start, step, flips, changes
    cdef bint cycle, cached
    cdef int8_t *spins
    cdef const network *net
    cdef network *nets = <network *>malloc(len(networks) * sizeof(network))
    cdef int8_t *new = <int8_t *>malloc(2 * n)
    cdef int8_t *previous = new + n
    cdef double *fields = <double *>malloc(n * sizeof(double))
    cdef int32_t *scratch = <int32_t *>malloc((n + 2) * sizeof(int32_t))
    try:
        if nets == NULL or new == NULL or fields == NULL or scratch == NULL:
            raise MemoryError
        for k in range(len(networks)):
            nets[k] = (<Network?>networks[k]).net
        with nogil:
            while number < most and budget > 0:
                net = &nets[number // count]
                spins = &states[number // count, number % count, 0]
                net.count(net, spins, scratch, fields)
                step = flips = 0
                cached = False
                while True:
                    changes = net.step(net, spins, fields, new)
                    cycle = changes > 0 and step > 0 and memcmp(new, previous, n) == 0
                    if cached and (cycle or changes == 0 and not net.is_fixed(
                            net, spins, fields, wrong(net, flips))):
                        net.count(net, spins, scratch, fields)
                        cached = False
                        continue
                    if changes == 0 or step == steps:
                        break
                    cached = 2 * changes < n
                    if cached:
                        net.move(net, spins, new, changes, scratch, fields)
                    memcpy(previous, spins, n)
                    memcpy(spins, new, n)
                    if not cached:
                        net.count(net, spins, scratch, fields)
                    step += 1
                    flips += changes
                    if cycle:
                        break
                budget -= (2 + step) * n
                number += 1
    finally:
        free(nets)
        free(new)
        free(fields)
        free(scratch)
    return number


def synchronous_heat_bath(
    Network description not None,
    Batch batch not None,
    const int64_t[::1] rows not None,
    uint64_t key,
):
    """One step of the parallel heat bath (Little's dynamics); the caller recomputes the caches."""
    cdef const network *net = &description.net
    cdef int64_t n = net.n, k, row, site, changes
    cdef int8_t spin
    cdef int8_t *spins
    cdef const void *own
    cdef uint32_t *draws = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    try:
        if draws == NULL:
            raise MemoryError
        with nogil:
            for k in range(rows.shape[0]):
                row, changes = rows[k], 0
                spins, own = &batch.states[row, 0], &batch.cache[row, 0]
                philox_words(n, draws, key, _ACCEPT, <uint32_t>batch.index[row],
                             <uint32_t>(batch.updates[row] // n))
                for site in range(n):  # needs the site's own spin and the cache, which is kept
                    spin = net.heat_bath_spin(net, <int32_t>site, draws[site], spins, own)
                    changes += spin != spins[site]
                    spins[site] = spin
                batch.updates[row] += n
                batch.flips[row] += changes
                batch.fresh[row] = _STALE
    finally:
        free(draws)
