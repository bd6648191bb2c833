# cython: language_level=3, cdivision=True
"""What the walks share: row kernels for each type of weights and fields, and the heat bath."""

from libc.math cimport exp
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint32_t, uint64_t

cdef extern from "rows.h" nogil:
    void add_column_i16(int64_t n, int32_t twice_spin, const int16_t *column, int32_t *fields)
    void add_column_i32(int64_t n, int32_t twice_spin, const int32_t *column, int32_t *fields)
    void add_column_f64(int64_t n, double twice_spin, const double *column, double *fields)
    void add_columns_i16(int64_t n, int32_t twice_spin, int64_t count, const int32_t *sites,
                         const int16_t *columns, int32_t *fields)
    void add_columns_i32(int64_t n, int32_t twice_spin, int64_t count, const int32_t *sites,
                         const int32_t *columns, int32_t *fields)
    void add_columns_f64(int64_t n, double twice_spin, int64_t count, const int32_t *sites,
                         const double *columns, double *fields)
    bint is_fixed_i32(int64_t n, const int8_t *spins, const int32_t *fields,
                      const int32_t *above, const int32_t *below)
    bint is_fixed_f64(int64_t n, const int8_t *spins, const double *fields,
                      const double *above, const double *below)
    int64_t step_i32(int64_t n, const int8_t *spins, const int32_t *fields,
                     const int32_t *above, const int32_t *below, int8_t *out)
    int64_t step_f64(int64_t n, const int8_t *spins, const double *fields,
                     const double *above, const double *below, int8_t *out)

cdef extern from "philox.h" nogil:
    const int PHILOX_CHUNK
    void philox_words(int64_t n, uint32_t *out, uint64_t key, uint32_t purpose,
                      uint32_t state, uint32_t sweep)

ctypedef fused weight_t:
    int16_t
    int32_t
    double

ctypedef fused field_t:
    int32_t
    double


cdef inline void add_column(int64_t n, int8_t spin, const weight_t *column,
                            field_t *fields) noexcept nogil:
    """h ← h + 2 s_i W[:, i], after a flip to s_i = spin."""
    if weight_t is int16_t and field_t is int32_t:
        add_column_i16(n, 2 * spin, column, fields)
    elif weight_t is int32_t and field_t is int32_t:
        add_column_i32(n, 2 * spin, column, fields)
    elif weight_t is double and field_t is double:
        add_column_f64(n, 2.0 * spin, column, fields)


cdef inline void add_columns(int64_t n, int8_t spin, int64_t count, const int32_t *sites,
                             const weight_t *columns, field_t *fields) noexcept nogil:
    """The same for all these sites."""
    if weight_t is int16_t and field_t is int32_t:
        add_columns_i16(n, 2 * spin, count, sites, columns, fields)
    elif weight_t is int32_t and field_t is int32_t:
        add_columns_i32(n, 2 * spin, count, sites, columns, fields)
    elif weight_t is double and field_t is double:
        add_columns_f64(n, 2.0 * spin, count, sites, columns, fields)


cdef inline bint is_fixed(int64_t n, const int8_t *spins, const field_t *fields,
                          const field_t *above, const field_t *below) noexcept nogil:
    """Would no site change?"""
    if field_t is int32_t:
        return is_fixed_i32(n, spins, fields, above, below)
    else:
        return is_fixed_f64(n, spins, fields, above, below)


cdef inline int64_t step(int64_t n, const int8_t *spins, const field_t *fields,
                         const field_t *above, const field_t *below, int8_t *out) noexcept nogil:
    """All sites at zero temperature; how many change."""
    if field_t is int32_t:
        return step_i32(n, spins, fields, above, below, out)
    else:
        return step_f64(n, spins, fields, above, below, out)


cdef inline int8_t heat_bath_spin(const uint64_t *table, int64_t half, double gain, field_t x,
                                  double fraction, uint32_t draw) noexcept nogil:
    """+1 with probability 1/(1 + e^(−gain x)): by the table for integers, else by the formula."""
    cdef int64_t k
    cdef double y
    if field_t is int32_t:
        if table != NULL:
            k = -half if x < -half else half if x > half else x
            return 1 if draw < table[k + half] else -1
    y = gain * (x - fraction)
    y = -700.0 if y < -700.0 else 700.0 if y > 700.0 else y
    return 1 if draw < <uint64_t>(4294967296.0 / (1.0 + exp(-y)) + 0.5) else -1
