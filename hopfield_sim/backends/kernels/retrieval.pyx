# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Retrieval curves of Hebbian networks in one call: random patterns, cues, recall and overlaps.

Private and without the GIL; the reference is ``Pairs.retrieval`` in reference/pairs.py. Only the
bits of one network and one state at a time are in memory, neither a matrix nor a batch of cues.
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


cdef struct Scratch:  # memory for one cue
    int8_t *target
    int8_t *spins
    int8_t *new
    int8_t *previous
    int32_t *sites
    uint32_t *draws
    int32_t *overlaps
    uint64_t *bits


cdef void draw(int64_t n, int64_t n_patterns, uint64_t key, uint64_t[:, ::1] pattern_bits,
               uint32_t *draws) noexcept nogil:
    """Draw a network's patterns: two 32-bit random words are 64 bits of a pattern."""
    cdef int64_t pattern, word, words = (n + 63) // 64
    for pattern in range(n_patterns):
        philox_words(2 * words, draws, key, _PATTERN, <uint32_t>pattern, 0)
        for word in range(words):
            pattern_bits[pattern, word] = draws[2 * word] | <uint64_t>draws[2 * word + 1] << 32
        if n % 64:
            pattern_bits[pattern, words - 1] &= (<uint64_t>1 << n % 64) - 1


cdef void transpose(int64_t n, int64_t n_patterns, const uint64_t[:, ::1] pattern_bits,
                    uint64_t[:, ::1] site_bits) noexcept nogil:
    """Transpose the bits of patterns to bits of sites, in blocks of 64 patterns and sites."""
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


cdef void flip_sites(int64_t n, int64_t count, Scratch *scratch, uint64_t key,
                     uint32_t cue) noexcept nogil:
    """Flip ``count`` distinct sites of the target: the first ones of a random permutation."""
    cdef int64_t position, place
    cdef int32_t site
    memcpy(scratch.spins, scratch.target, n)
    philox_words(count, scratch.draws, key, _FLIP, cue, 0)
    for position in range(n):
        scratch.sites[position] = <int32_t>position
    for position in range(count):
        place = position + <int64_t>((<uint64_t>scratch.draws[position]
                                      * <uint64_t>(n - position)) >> 32)
        site = scratch.sites[place]
        scratch.sites[place] = scratch.sites[position]
        scratch.spins[site] = -scratch.spins[site]


cdef void recall(const network *net, int64_t steps, Scratch *scratch) noexcept nogil:
    """Update all sites at once up to a fixed point, a 2-cycle or the maximum number of steps."""
    cdef int64_t n = net.n, step, changes
    cdef bint cycle
    for step in range(steps):
        changes = net.step(net, scratch.spins, scratch.overlaps, scratch.new)
        if changes == 0:
            return
        cycle = step > 0 and memcmp(scratch.new, scratch.previous, n) == 0
        net.move(net, scratch.spins, scratch.new, changes, scratch.sites, scratch.overlaps)
        memcpy(scratch.previous, scratch.spins, n)
        memcpy(scratch.spins, scratch.new, n)
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
    """Compute the overlap N·m of each final state with its pattern, (K, L, S), from cue ``start``;
    return the number of the next cue.

    The two arrays of bits hold the network of the current cue; they are drawn with its first cue.
    """
    cdef int64_t n = description.net.n, most = pattern_bits.shape[0]
    cdef int64_t n_states = out.shape[2], n_cues = out.shape[1] * n_states
    cdef int64_t cue = start, which, number, load
    cdef const uint64_t *wanted
    cdef network net = description.net
    cdef Scratch scratch
    scratch.target = <int8_t *>malloc(4 * n)
    scratch.sites = <int32_t *>malloc((n + 2) * sizeof(int32_t))
    scratch.draws = <uint32_t *>malloc((n + PHILOX_CHUNK) * sizeof(uint32_t))
    scratch.overlaps = <int32_t *>malloc((most + 1) * sizeof(int32_t))
    scratch.bits = <uint64_t *>malloc((pattern_bits.shape[1] + 1) * sizeof(uint64_t))
    try:
        if (scratch.target == NULL or scratch.sites == NULL or scratch.draws == NULL
                or scratch.overlaps == NULL or scratch.bits == NULL):
            raise MemoryError
        scratch.spins, scratch.new = scratch.target + n, scratch.target + 2 * n
        scratch.previous = scratch.target + 3 * n
        net.pattern_bits, net.pattern_words = &pattern_bits[0, 0], pattern_bits.shape[1]
        net.columns, net.column_words = &site_bits[0, 0], site_bits.shape[1]
        with nogil:
            while cue < out.shape[0] * n_cues and budget > 0:
                which, number = cue // n_cues, cue % n_cues
                load = number // n_states
                if number == 0:
                    draw(n, most, keys[which], pattern_bits, scratch.draws)
                    transpose(n, most, pattern_bits, site_bits)
                    budget -= n * most // 16
                net.n_patterns = net.own = n_patterns[load]
                wanted = &pattern_bits[number % n_states % net.n_patterns, 0]
                unpack_spins(n, wanted, scratch.target)
                flip_sites(n, flipped[load], &scratch, keys[which], <uint32_t>number)
                net.count(&net, scratch.spins, scratch.sites, scratch.overlaps)
                recall(&net, max_sweeps, &scratch)
                pack_spins(n, scratch.spins, scratch.bits)
                out[which, load, number % n_states] = bits_overlap(n, scratch.bits, wanted)
                budget -= n + n * net.n_patterns // 16
                cue += 1
    finally:
        free(scratch.target)
        free(scratch.sites)
        free(scratch.draws)
        free(scratch.overlaps)
        free(scratch.bits)
    return cue
