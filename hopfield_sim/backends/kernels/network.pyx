# cython: language_level=3
"""Networks and batches of states for the other kernels: pointers to arrays that are kept alive.

Private: compiled/pairs.py makes sure that types and lengths fit together.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t
from libc.string cimport memcmp, memset

import numpy as np

from hopfield_sim.backends.protocol import Factors, HeatBath, Sparse
from hopfield_sim.backends.reference.pairs import BOUNDS_REACH, BOUNDS_STEPS, probability_bounds


cdef extern from "matrix.h" nogil:
    bint use_matrix(network *net, bint real, int weight, int field)

cdef extern from "sparse.h" nogil:
    bint use_sparse(network *net, bint real, int weight, int field)

cdef extern from "factors.h" nogil:
    void use_factors(network *net, int size)

cdef int64_t _BYTES = 64  # of a cache, changed in the time of one visit
cdef int64_t _ENTRIES = 2  # of a column of sparse weights, the same


cdef class Network:
    """Couplings of N neurons, a ``protocol.Matrix``, ``Factors`` or ``Sparse``, and an update rule,
    if any.
    """

    def __cinit__(self):
        memset(&self.net, 0, sizeof(network))
        memset(&self.bath, 0, sizeof(heat_bath))
        self._arrays = []

    def __init__(self, couplings, rule=None):
        self.net.n, self.net.diagonal = couplings.n_neurons, self._address(couplings.diagonal)
        self.net.flip_cost = couplings.width * couplings.cache_type.itemsize // _BYTES
        if isinstance(couplings, Factors):
            self._set_factors(couplings)
        elif isinstance(couplings, Sparse):
            self._set_sparse(couplings)
        else:
            self._set_matrix(couplings)
        if isinstance(rule, HeatBath):
            self._set_heat_bath(rule, couplings.diagonal)
        elif rule is not None:
            self._set_limits(rule, couplings.diagonal.dtype)
            if not couplings.exact:
                self.net.rounding, self.net.terms = rule.rounding, couplings.most_terms

    cdef const void *_address(self, object array) except? NULL:
        cdef const uint8_t[::1] raw = np.asarray(array).reshape(-1).view(np.uint8)
        self._arrays.append(array)
        return &raw[0] if raw.shape[0] else NULL

    cdef int _set_matrix(self, object matrix) except -1:
        columns, fields = matrix.columns.dtype, matrix.diagonal.dtype
        if not use_matrix(&self.net, _real(columns, fields), columns.itemsize, fields.itemsize):
            raise _missing(columns, fields)
        self.net.columns = self._address(matrix.columns)
        return 0

    cdef int _set_sparse(self, object sparse) except -1:
        values, fields = sparse.values.dtype, sparse.diagonal.dtype
        if not use_sparse(&self.net, _real(values, fields), values.itemsize, fields.itemsize):
            raise _missing(values, fields)
        self.net.columns = self._address(sparse.values)
        self.net.starts = <const int64_t *>self._address(sparse.starts)
        self.net.targets = <const int32_t *>self._address(sparse.targets)
        self.net.flip_cost = len(sparse.values) // (_ENTRIES * len(sparse.diagonal))
        return 0

    cdef int _set_factors(self, object factors) except -1:
        use_factors(&self.net, factors.cache_type.itemsize)
        self.net.columns = self._address(factors.site_bits)
        self.net.pattern_bits = <const uint64_t *>self._address(factors.pattern_bits)
        self.net.n_patterns, self.net.pattern_words = factors.pattern_bits.shape
        self.net.column_words, self.net.own = factors.site_bits.shape[1], int(factors.own)
        return 0

    cdef int _set_limits(self, object limits, object fields) except -1:
        above, below = limits.above, limits.below
        if above.dtype != fields or below.dtype != fields:
            raise TypeError(f"limits must be {fields}, as the fields are; "
                            f"got {above.dtype} and {below.dtype}")
        self.net.above, self.net.below = self._address(above), self._address(below)
        self.net.uniform = _is_uniform(above) and _is_uniform(below)
        return 0

    cdef int _set_heat_bath(self, object bath, object diagonal) except -1:
        self.net.uniform = bath.table is not None and not (
            bath.offset.any() or bath.clamped.any() or diagonal.any())
        self.bath.gain = bath.gain
        self.bath.offset = <const int32_t *>self._address(bath.offset)
        self.bath.fraction = <const double *>self._address(bath.fraction)
        self.bath.clamped = <const uint8_t *>self._address(bath.clamped)
        if bath.table is not None:
            self.bath.table = <const uint64_t *>self._address(bath.table)
            self.bath.half = len(bath.table) // 2
        least, most = probability_bounds()
        self.bath.least = <const uint64_t *>self._address(least)
        self.bath.most = <const uint64_t *>self._address(most)
        self.bath.reach, self.bath.steps = BOUNDS_REACH, BOUNDS_STEPS
        self.net.bath = &self.bath
        return 0


cdef class Batch:
    """The arrays of a ``protocol.StateBatch``; caches of any type are passed as bytes."""

    def __init__(self, batch):
        self.states, self.previous, self.index = batch.states, batch.previous, batch.index
        self.cache = batch.cache.view(np.uint8)
        self.updates, self.flips = batch.updates, batch.flips
        self.stop, self.fresh = batch.stop, batch.fresh


cdef bint _real(object weights, object fields) except -1:
    """Whether weights and fields are real numbers, and not integers."""
    if weights.kind + fields.kind not in ("ii", "ff"):
        raise _missing(weights, fields)
    return fields.kind == "f"


cdef object _missing(object weights, object fields):
    return TypeError(f"no kernels for {weights} weights and {fields} fields")


cdef bint _is_uniform(object array) except -1:
    """Whether all numbers are equal: the array equals itself shifted by one number."""
    cdef const uint8_t[::1] raw = array.view(np.uint8)
    cdef int64_t size = array.itemsize
    return raw.shape[0] <= size or memcmp(&raw[0], &raw[size], raw.shape[0] - size) == 0
