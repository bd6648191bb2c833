# cython: language_level=3
"""Networks and batches of states for the other kernels; see network.h."""

from libc.stdint cimport int8_t, int32_t, int64_t, uint8_t, uint32_t, uint64_t


cdef extern from "network.h" nogil:
    ctypedef struct heat_bath:
        double gain
        const int32_t *offset
        const double *fraction
        const uint8_t *clamped
        const uint64_t *table
        int64_t half
        const uint64_t *least
        const uint64_t *most
        double reach
        double steps

    ctypedef struct network:
        int64_t n
        const void *columns
        const int64_t *starts
        const int32_t *targets
        int64_t flip_cost
        const void *above
        const void *below
        double rounding
        int64_t terms
        bint uniform
        const void *diagonal
        const heat_bath *bath
        int64_t n_patterns
        int64_t own
        const uint64_t *pattern_bits
        int64_t pattern_words
        int64_t column_words
        void (*count)(const network *, const int8_t *spins, int32_t *scratch,
                      void *cache) noexcept nogil
        void (*fields)(const network *, int64_t first, const int8_t *spins, const void *cache,
                       int32_t *out) noexcept nogil
        bint (*is_fixed)(const network *, const int8_t *spins, const void *cache,
                         double slack) noexcept nogil
        int64_t (*step)(const network *, const int8_t *spins, const void *cache,
                        int8_t *out) noexcept nogil
        int64_t (*next_change)(const network *, int64_t position, int64_t end, const int32_t *sites,
                               const int8_t *spins, const void *cache) noexcept nogil
        int64_t (*next_heat_bath)(const network *, int64_t position, int64_t end,
                                  const int32_t *sites, const uint32_t *draws, const int8_t *spins,
                                  const void *cache) noexcept nogil
        int8_t (*heat_bath_spin)(const network *, int32_t site, uint32_t draw, const int8_t *spins,
                                 const void *cache) noexcept nogil
        void (*flip)(const network *, int32_t site, int spin, void *cache) noexcept nogil
        void (*move)(const network *, const int8_t *old, const int8_t *new, int64_t changes,
                     int32_t *scratch, void *cache) noexcept nogil


cdef inline double wrong(const network *net, int64_t flips) noexcept nogil:
    """By how much cached and computed fields may differ after so many flips."""
    return net.rounding * (net.terms + flips)


cdef class Network:
    cdef network net
    cdef heat_bath bath
    cdef list _arrays
    cdef const void *_address(self, object array) except? NULL
    cdef int _set_matrix(self, object matrix) except -1
    cdef int _set_sparse(self, object sparse) except -1
    cdef int _set_factors(self, object factors) except -1
    cdef int _set_limits(self, object limits, object fields) except -1
    cdef int _set_heat_bath(self, object bath, object diagonal) except -1


cdef class Batch:
    cdef int8_t[:, ::1] states, previous
    cdef uint8_t[:, ::1] cache
    cdef const int64_t[::1] index
    cdef int64_t[::1] updates, flips
    cdef int8_t[::1] stop
    cdef uint8_t[::1] fresh
