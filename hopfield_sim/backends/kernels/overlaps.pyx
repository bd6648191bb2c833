# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Overlaps, fields and weights of Hebbian networks, computed by counting bits, and fields of sparse
ones.

Private and without the GIL, like the other kernels.
"""

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint64_t
from libc.stdlib cimport free, malloc

from hopfield_sim.backends.kernels.network cimport Network, network


cdef extern from "network.h" nogil:
    const int SITES

cdef extern from "bits.h" nogil:
    void hebbian_row(int64_t n, int64_t n_patterns, const uint64_t *site, const uint64_t *sites,
                     int16_t *out)
    void hebbian_kept(int64_t n_patterns, const uint64_t *site, const uint64_t *sites,
                      int64_t count, const int32_t *targets, int16_t *out)


def overlaps(
    Network description not None,
    const int8_t[:, ::1] states not None,
    uint8_t[:, ::1] out not None,
):
    """m = Ξ s of each state; W s of sparse weights."""
    cdef const network *net = &description.net
    cdef int64_t row
    cdef int32_t *scratch = <int32_t *>malloc((net.n + 2) * sizeof(int32_t))
    if scratch == NULL:
        raise MemoryError
    with nogil:
        for row in range(states.shape[0]):
            net.count(net, &states[row, 0], scratch, &out[row, 0])
    free(scratch)


ctypedef fused field_t:
    int16_t
    int32_t


def fields(
    Network description not None,
    const int8_t[:, ::1] states not None,
    const uint8_t[:, ::1] cache not None,
    field_t[:, ::1] out not None,
):
    """N times the local fields of each state, from its overlaps."""
    cdef const network *net = &description.net
    cdef int64_t row, first, site
    cdef int32_t some[SITES]
    with nogil:
        for row in range(states.shape[0]):
            first = 0
            while first < net.n:
                net.fields(net, first, &states[row, 0], &cache[row, 0], some)
                for site in range(min(net.n - first, <int64_t>SITES)):
                    out[row, first + site] = <field_t>some[site]
                first += SITES


def hebbian(
    const uint64_t[:, ::1] site_bits not None,
    int64_t n_patterns,
    int64_t first,
    int16_t[:, ::1] out not None,
):
    """Rows of ΞᵀΞ from ``first``: the number of patterns with equal bits at two sites, minus the
    number of those with different bits.
    """
    cdef int64_t row
    with nogil:
        for row in range(out.shape[0]):
            hebbian_row(out.shape[1], n_patterns, &site_bits[first + row, 0], &site_bits[0, 0],
                        &out[row, 0])


def kept(
    const uint64_t[:, ::1] site_bits not None,
    int64_t n_patterns,
    const int64_t[::1] starts not None,
    const int32_t[::1] targets not None,
    int64_t first,
    int64_t last,
    int16_t[::1] out not None,
):
    """The same of the entries of these compressed columns of ΞᵀΞ, from ``first`` to ``last`` - 1.
    """
    cdef int64_t site, start, count
    with nogil:
        for site in range(first, last):
            start, count = starts[site], starts[site + 1] - starts[site]
            if count:
                hebbian_kept(n_patterns, &site_bits[site, 0], &site_bits[0, 0], count,
                             &targets[start], &out[start])
