# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""A whole curve of retrieval in one call: cues, recall and scoring in Hebbian networks that grow.

Private, without the GIL; the twin of NumpyBackend.retrieval. Nothing is made but one state at a
time: neither a matrix nor a batch of cues.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy

from hopfield_sim.backends._network cimport Network, network

from hopfield_sim.backends.counter_rng import FLIP

cdef extern from "philox.h" nogil:
    const int PHILOX_CHUNK
    void philox_words(int64_t n, uint32_t *out, uint64_t key, uint32_t purpose,
                      uint32_t state, uint32_t sweep)

cdef extern from "bits.h" nogil:
    void pack_spins(int64_t n, const int8_t *spins, uint64_t *bits)
    void unpack_spins(int64_t n, const uint64_t *bits, int8_t *spins)
    int64_t bits_overlap(int64_t n, const uint64_t *a, const uint64_t *b)

cdef uint32_t _FLIP = FLIP


cdef struct Room:  # what one cue needs
    int8_t *wanted
    int8_t *spins
    int8_t *new
    int8_t *previous
    int32_t *sites
    uint32_t *draws
    int32_t *overlaps


cdef void spoil(int64_t n, int64_t count, Room *room, uint64_t key, uint32_t cue) noexcept nogil:
    """Flip ``count`` distinct sites: the first ones of a shuffle."""
    cdef int64_t position, place
    cdef int32_t site
    memcpy(room.spins, room.wanted, n)
    philox_words(count, room.draws, key, _FLIP, cue, 0)
    for position in range(n):
        room.sites[position] = <int32_t>position
    for position in range(count):
        place = position + <int64_t>((<uint64_t>room.draws[position]
                                      * <uint64_t>(n - position)) >> 32)
        site = room.sites[place]
        room.sites[place] = room.sites[position]
        room.spins[site] = -room.spins[site]


cdef void settle(const network *net, int64_t steps, Room *room) noexcept nogil:
    """All sites at once, until nothing changes, the states alternate or the steps are used up."""
    cdef int64_t n = net.n, step, changes
    cdef bint cycle
    for step in range(steps):
        changes = net.step(net, room.spins, room.overlaps, room.new)
        if changes == 0:
            return
        cycle = step > 0 and memcmp(room.new, room.previous, n) == 0
        net.move(net, room.spins, room.new, changes, room.sites, room.overlaps)
        memcpy(room.previous, room.spins, n)
        memcpy(room.spins, room.new, n)
        if cycle:
            return


def retrieval(
    Network description not None,
    const uint64_t[:, ::1] pattern_bits not None,
    const int64_t[::1] n_patterns not None,
    const int64_t[::1] flipped not None,
    const int64_t[:, ::1] wanted not None,
    uint64_t key,
    int64_t max_sweeps,
    int64_t[:, ::1] out not None,
    int64_t start,
    int64_t budget,
):
    """Overlap N·m of each end with the pattern wanted, (L, S), from cue ``start`` on; which cue is
    next.
    """
    cdef int64_t n = description.net.n, cue, load, state
    cdef int64_t words = pattern_bits.shape[1]
    cdef network net = description.net
    cdef Room room
    cdef uint64_t *bits = <uint64_t *>malloc((words + 1) * sizeof(uint64_t))
    room.wanted = <int8_t *>malloc(4 * n)
    room.sites = <int32_t *>malloc((n + 2) * sizeof(int32_t))
    room.draws = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    room.overlaps = <int32_t *>malloc((pattern_bits.shape[0] + 1) * sizeof(int32_t))
    try:
        if (bits == NULL or room.wanted == NULL or room.sites == NULL or room.draws == NULL
                or room.overlaps == NULL):
            raise MemoryError
        room.spins, room.new = room.wanted + n, room.wanted + 2 * n
        room.previous = room.wanted + 3 * n
        with nogil:
            cue = start
            while cue < wanted.shape[0] * wanted.shape[1] and budget > 0:
                load, state = cue // wanted.shape[1], cue % wanted.shape[1]
                net.n_patterns = n_patterns[load]
                net.own = n_patterns[load]
                unpack_spins(n, &pattern_bits[wanted[load, state], 0], room.wanted)
                spoil(n, flipped[load], &room, key, <uint32_t>cue)
                net.count(&net, room.spins, room.sites, room.overlaps)
                settle(&net, max_sweeps, &room)
                pack_spins(n, room.spins, bits)
                out[load, state] = bits_overlap(n, bits, &pattern_bits[wanted[load, state], 0])
                budget -= n + n * n_patterns[load] // 16
                cue += 1
    finally:
        free(bits)
        free(room.wanted)
        free(room.sites)
        free(room.draws)
        free(room.overlaps)
    return cue
