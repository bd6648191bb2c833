# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Whole curves of retrieval in one call: patterns, cues, recall and scoring in Hebbian networks.

Private, without the GIL; the twin of NumpyBackend.retrieval. Nothing is made but one network's bits
and one state at a time: neither a matrix nor a batch of cues.
"""

from libc.stdint cimport int8_t, int32_t, int64_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy

from hopfield_sim.backends.kernels.network cimport Network, network
from hopfield_sim.backends.kernels.visits cimport PHILOX_CHUNK, philox_words

from hopfield_sim.backends.reference.philox import FLIP, PATTERN

cdef extern from "bits.h" nogil:
    void pack_spins(int64_t n, const int8_t *spins, uint64_t *bits)
    void unpack_spins(int64_t n, const uint64_t *bits, int8_t *spins)
    void transpose_64(uint64_t *rows)
    int64_t bits_overlap(int64_t n, const uint64_t *a, const uint64_t *b)

cdef uint32_t _FLIP = FLIP
cdef uint32_t _PATTERN = PATTERN


cdef struct Room:  # what one cue needs
    int8_t *wanted
    int8_t *spins
    int8_t *new
    int8_t *previous
    int32_t *sites
    uint32_t *draws
    int32_t *overlaps
    uint64_t *bits


cdef void draw(int64_t n, int64_t n_patterns, uint64_t key, uint64_t[:, ::1] pattern_bits,
               uint32_t *draws) noexcept nogil:
    """The bits of a network's patterns: two words of randomness are one of theirs."""
    cdef int64_t pattern, word, words = (n + 63) // 64
    for pattern in range(n_patterns):
        philox_words(2 * words, draws, key, _PATTERN, <uint32_t>pattern, 0)
        for word in range(words):
            pattern_bits[pattern, word] = draws[2 * word] | <uint64_t>draws[2 * word + 1] << 32
        if n % 64:
            pattern_bits[pattern, words - 1] &= (<uint64_t>1 << n % 64) - 1


cdef void transpose(int64_t n, int64_t n_patterns, const uint64_t[:, ::1] pattern_bits,
                    uint64_t[:, ::1] site_bits) noexcept nogil:
    """The same bits by site, in blocks of 64 patterns and sites."""
    cdef int64_t column, word, k
    cdef uint64_t[64] block
    for column in range((n_patterns + 63) // 64):
        for word in range((n + 63) // 64):
            for k in range(64):
                block[k] = (pattern_bits[64 * column + k, word]
                            if 64 * column + k < n_patterns else 0)
            transpose_64(block)
            for k in range(min(64, n - 64 * word)):
                site_bits[64 * word + k, column] = block[k]


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
    const uint64_t[::1] keys not None,
    const int64_t[::1] n_patterns not None,
    const int64_t[::1] flipped not None,
    int64_t max_sweeps,
    uint64_t[:, ::1] pattern_bits not None,
    uint64_t[:, ::1] site_bits not None,
    int64_t[:, :, ::1] out not None,
    int64_t start,
    int64_t budget,
):
    """Overlap N·m of each end with its pattern, (K, L, S), from cue ``start`` on; which is next.

    The bits are of the network that cue belongs to, and are drawn with its first.
    """
    cdef int64_t n = description.net.n, most = pattern_bits.shape[0]
    cdef int64_t n_states = out.shape[2], n_cues = out.shape[1] * n_states
    cdef int64_t cue = start, which, number, load
    cdef const uint64_t *wanted
    cdef network net = description.net
    cdef Room room
    room.wanted = <int8_t *>malloc(4 * n)
    room.sites = <int32_t *>malloc((n + 2) * sizeof(int32_t))
    room.draws = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    room.overlaps = <int32_t *>malloc((most + 1) * sizeof(int32_t))
    room.bits = <uint64_t *>malloc((pattern_bits.shape[1] + 1) * sizeof(uint64_t))
    try:
        if (room.wanted == NULL or room.sites == NULL or room.draws == NULL
                or room.overlaps == NULL or room.bits == NULL):
            raise MemoryError
        room.spins, room.new = room.wanted + n, room.wanted + 2 * n
        room.previous = room.wanted + 3 * n
        net.pattern_bits, net.pattern_words = &pattern_bits[0, 0], pattern_bits.shape[1]
        net.columns, net.column_words = &site_bits[0, 0], site_bits.shape[1]
        with nogil:
            while cue < out.shape[0] * n_cues and budget > 0:
                which, number = cue // n_cues, cue % n_cues
                load = number // n_states
                if number == 0:
                    draw(n, most, keys[which], pattern_bits, room.draws)
                    transpose(n, most, pattern_bits, site_bits)
                    budget -= n * most // 16
                net.n_patterns = net.own = n_patterns[load]
                wanted = &pattern_bits[number % n_states % net.n_patterns, 0]
                unpack_spins(n, wanted, room.wanted)
                spoil(n, flipped[load], &room, keys[which], <uint32_t>number)
                net.count(&net, room.spins, room.sites, room.overlaps)
                settle(&net, max_sweeps, &room)
                pack_spins(n, room.spins, room.bits)
                out[which, load, number % n_states] = bits_overlap(n, room.bits, wanted)
                budget -= n + n * net.n_patterns // 16
                cue += 1
    finally:
        free(room.wanted)
        free(room.sites)
        free(room.draws)
        free(room.overlaps)
        free(room.bits)
    return cue
