# cython: language_level=3
"""Random words and orders of visits; see philox.h and visits.h."""

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t


cdef extern from "visits.h" nogil:
    const int PHILOX_CHUNK
    void philox_words(int64_t n, uint32_t *out, uint64_t key, uint32_t purpose,
                      uint32_t state, uint32_t sweep)
    void visit_order(int order, int64_t n, int32_t *sites, uint32_t *draws, uint64_t key,
                     uint32_t purpose, uint32_t state, uint32_t sweep)
