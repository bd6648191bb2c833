# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled perceptron learning; the reference is reference/perceptron.py.

Private: compiled/perceptron.py passes the arrays of ``Learning``. The work is done without the GIL,
on rows that are neurons, and ends when its ``budget`` is used up, so that Python can handle a
Ctrl-C; ``steps`` says how many learning steps each neuron has made.
"""

from libc.math cimport INFINITY, sqrt
from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.string cimport memcpy

cdef extern from "perceptron.h" nogil:
    int64_t first_least_i32(int64_t n, const int32_t *numbers)
    int64_t first_least_i64(int64_t n, const int64_t *numbers)
    void add_pattern_i32(int64_t n, const int32_t *row, const int32_t *bits, int32_t bit,
                         int32_t *agreement)
    void add_pattern_i64(int64_t n, const int64_t *row, const int64_t *bits, int64_t bit,
                         int64_t *agreement)

cdef int64_t _STEP_COST = 64  # aligned fields changed in the time that a step takes beside them

ctypedef fused whole_t:
    int32_t
    int64_t


def learn(
    const whole_t[:, ::1] gram not None,
    const whole_t[:, ::1] bits not None,
    whole_t[:, ::1] times not None,
    whole_t[:, ::1] agreement not None,
    double[::1] square not None,
    whole_t[:, ::1] best not None,
    double[::1] reached not None,
    uint8_t[::1] stable not None,
    int64_t[::1] steps not None,
    const int64_t[::1] rows not None,
    double stability,
    int64_t own,
    int64_t max_steps,
    int64_t budget,
):
    """Let these neurons learn; return how many of them, the first ones, are finished."""
    cdef int64_t p = gram.shape[0], seen = bits.shape[0] - own, k, row, mu, least, left = 0
    cdef double norm, gamma
    cdef bint short
    with nogil:
        for k in range(rows.shape[0]):
            row = rows[k]
            while True:
                if whole_t is int32_t:
                    mu = first_least_i32(p, &agreement[row, 0])
                else:
                    mu = first_least_i64(p, &agreement[row, 0])
                least = agreement[row, mu] - own * (p + steps[row])
                norm = sqrt(square[row])
                short = least < stability * norm or least <= 0
                if not short or steps[row] % p == 0:  # at an end, or that of an epoch
                    gamma = least / norm if norm > 0 else -INFINITY
                    if gamma > reached[row]:
                        reached[row] = gamma
                        memcpy(&best[row, 0], &times[row, 0], p * sizeof(whole_t))
                stable[row] = not short
                if not short or steps[row] == max_steps:
                    break
                if budget <= 0:
                    left = rows.shape[0] - k
                    break
                if whole_t is int32_t:
                    add_pattern_i32(p, &gram[mu, 0], &bits[row, 0], bits[row, mu],
                                    &agreement[row, 0])
                else:
                    add_pattern_i64(p, &gram[mu, 0], &bits[row, 0], bits[row, mu],
                                    &agreement[row, 0])
                times[row, mu] += 1
                square[row] += 2 * least + seen
                steps[row] += 1
                budget -= p + _STEP_COST
            if left:
                break
    return rows.shape[0] - left
