# cython: language_level=3
"""Networks and batches of states for the other kernels: pointers to arrays that are kept alive.

Private: compiled/pairs.py makes sure that types and lengths fit together.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memcmp, memset

import numpy as np


cdef extern from "matrix.h" nogil:
    bint use_matrix(network *net, bint real, int weight, int field)

cdef extern from "factors.h" nogil:
    void use_factors(network *net, int size)
    bint signs_are_masks()


def adds_under_masks():
    """Whether sums with signs use the masks of AVX-512."""
    return signs_are_masks()


cdef class Network:
    """N neurons. ``matrix`` or ``factors`` sets the couplings, and ``zero`` or ``stochastic`` the
    temperature.
    """

    def __cinit__(self, int64_t n):
        memset(&self.net, 0, sizeof(network))
        memset(&self.bath, 0, sizeof(heat_bath))
        self.net.n = n
        self._arrays = []

    cdef const void *_address(self, object array) except? NULL:
        cdef const uint8_t[::1] raw = np.asarray(array).reshape(-1).view(np.uint8)
        self._arrays.append(array)
        return &raw[0] if raw.shape[0] else NULL

    def matrix(self, columns not None, diagonal not None):
        """Weights (N, N); the cache of a state holds its N fields."""
        cdef str kinds = columns.dtype.kind + diagonal.dtype.kind
        if kinds not in ("ii", "ff") or not use_matrix(
                &self.net, kinds == "ff", columns.dtype.itemsize, diagonal.dtype.itemsize):
            raise TypeError(f"no kernels for {columns.dtype} weights and {diagonal.dtype} fields")
        self.net.columns = self._address(columns)
        self.net.diagonal, self._diagonal = self._address(diagonal), diagonal
        return self

    def factors(self, column_bits not None, pattern_bits not None, diagonal not None,
                int overlap_size, int64_t own):
        """The bits of P patterns by site and by pattern; a cache holds P overlaps."""
        use_factors(&self.net, overlap_size)
        self.net.columns = self._address(column_bits)
        self.net.pattern_bits = <const uint64_t *>self._address(pattern_bits)
        self.net.diagonal, self._diagonal = self._address(diagonal), diagonal
        self.net.n_patterns, self.net.pattern_words = pattern_bits.shape
        self.net.column_words, self.net.own = column_bits.shape[1], own
        return self

    def zero(self, above not None, below not None):
        """Temperature 0: the limits of each site's field."""
        if above.dtype != self._diagonal.dtype or below.dtype != self._diagonal.dtype:
            raise TypeError(f"limits must be {self._diagonal.dtype}, as the fields are; "
                            f"got {above.dtype} and {below.dtype}")
        self.net.above, self.net.below = self._address(above), self._address(below)
        self.net.uniform = _is_uniform(above) and _is_uniform(below)
        return self

    def stochastic(self, double gain, offset not None, fraction not None, clamped not None,
                   table, least not None, most not None, double reach, double steps):
        """A positive temperature; see heat_bath.h."""
        self.net.uniform = table is not None and not (
            offset.any() or clamped.any() or self._diagonal.any())
        self.bath.gain = gain
        self.bath.offset = <const int32_t *>self._address(offset)
        self.bath.fraction = <const double *>self._address(fraction)
        self.bath.clamped = <const uint8_t *>self._address(clamped)
        if table is not None:
            self.bath.table = <const uint64_t *>self._address(table)
            self.bath.half = len(table) // 2
        self.bath.least = <const uint64_t *>self._address(least)
        self.bath.most = <const uint64_t *>self._address(most)
        self.bath.reach, self.bath.steps = reach, steps
        self.net.bath = &self.bath
        return self


cdef class Batch:
    """The arrays of a ``protocol.StateBatch``; caches of any type are passed as bytes."""

    def __init__(self, batch):
        self.states, self.previous, self.index = batch.states, batch.previous, batch.index
        self.cache = batch.cache.view(np.uint8)
        self.updates, self.flips = batch.updates, batch.flips
        self.stop, self.fresh = batch.stop, batch.fresh


cdef bint _is_uniform(object array) except -1:
    """Whether all numbers are equal: the array equals itself shifted by one number."""
    cdef const uint8_t[::1] raw = array.view(np.uint8)
    cdef int64_t size = array.itemsize
    return raw.shape[0] <= size or memcmp(&raw[0], &raw[size], raw.shape[0] - size) == 0
