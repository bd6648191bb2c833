# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled votes of memories for classes, and for every bit, and their gradients; the reference is
reference/voting.py.

Private: the caller checks the arguments, pads the memories to whole vectors and keeps calls short.
All functions process a block of states without the GIL.
"""

from libc.stdint cimport int64_t

cdef extern from "voting.h" nogil:
    int longest
    void votes_f32(int64_t k, int64_t c, int exponent, float floor, const float *low,
                   const float *steps, float *sums, double *votes)
    void votes_f64(int64_t k, int64_t c, int exponent, double floor, const double *low,
                   const double *steps, double *sums, double *votes)
    void pull_f32(int64_t k, int64_t c, int exponent, float floor, const float *low,
                  const float *steps, const float *signal, float *visible, float *classes)
    void pull_f64(int64_t k, int64_t c, int exponent, double floor, const double *low,
                  const double *steps, const double *signal, double *visible, double *classes)
    void answers_f32(int64_t k, int64_t n, int exponent, float floor, const float *low,
                     const float *steps, const float *signs, double *votes, double *sizes)
    void answers_f64(int64_t k, int64_t n, int exponent, double floor, const double *low,
                     const double *steps, const double *signs, double *votes, double *sizes)
    void answers_pull_f32(int64_t k, int64_t n, int exponent, float floor, const float *low,
                          const float *steps, const float *signs, const float *signal,
                          float *visible, float *own)
    void answers_pull_f64(int64_t k, int64_t n, int exponent, double floor, const double *low,
                          const double *steps, const double *signs, const double *signal,
                          double *visible, double *own)

ctypedef fused real_t:
    float
    double


def limit(int bytes):
    """Let vectors be at most that long, as on another processor; for tests."""
    global longest
    longest = bytes


def votes(
    const real_t[:, ::1] low not None,
    const real_t[:, ::1] steps not None,
    int order,
    real_t floor,
    real_t[::1] sums not None,
    double[:, ::1] out not None,
):
    """Votes out[b, a] of all states; ``sums`` has room for one vector per class."""
    cdef int64_t k = steps.shape[1], c = steps.shape[0], b
    with nogil:
        for b in range(low.shape[0]):
            if real_t is float:
                votes_f32(k, c, order, floor, &low[b, 0], &steps[0, 0], &sums[0], &out[b, 0])
            else:
                votes_f64(k, c, order, floor, &low[b, 0], &steps[0, 0], &sums[0], &out[b, 0])


def pull(
    const real_t[:, ::1] low not None,
    const real_t[:, ::1] steps not None,
    int order,
    real_t floor,
    const real_t[:, ::1] signal not None,
    real_t[:, ::1] visible not None,
    real_t[:, ::1] classes not None,
):
    """Gradients visible[b, k] of all states, and their sum ``classes``, which is 0 before."""
    cdef int64_t k = steps.shape[1], c = steps.shape[0], b
    with nogil:
        for b in range(low.shape[0]):
            if real_t is float:
                pull_f32(k, c, order - 1, floor, &low[b, 0], &steps[0, 0], &signal[b, 0],
                         &visible[b, 0], &classes[0, 0])
            else:
                pull_f64(k, c, order - 1, floor, &low[b, 0], &steps[0, 0], &signal[b, 0],
                         &visible[b, 0], &classes[0, 0])


def answers(
    const real_t[:, ::1] low not None,
    const real_t[:, ::1] steps not None,
    const real_t[:, ::1] signs not None,
    int order,
    real_t floor,
    double[:, ::1] votes not None,
    double[:, ::1] sizes not None,
):
    """Votes[b, i] for every bit of all states, and the sizes of what is added up."""
    cdef int64_t k = steps.shape[1], n = steps.shape[0], b
    with nogil:
        for b in range(low.shape[0]):
            if real_t is float:
                answers_f32(k, n, order - 1, floor, &low[b, 0], &steps[0, 0], &signs[b, 0],
                            &votes[b, 0], &sizes[b, 0])
            else:
                answers_f64(k, n, order - 1, floor, &low[b, 0], &steps[0, 0], &signs[b, 0],
                            &votes[b, 0], &sizes[b, 0])


def answers_pull(
    const real_t[:, ::1] low not None,
    const real_t[:, ::1] steps not None,
    const real_t[:, ::1] signs not None,
    int order,
    real_t floor,
    const real_t[:, ::1] signal not None,
    real_t[:, ::1] visible not None,
    real_t[:, ::1] own not None,
):
    """Gradients visible[b, k] of all states, and their sum ``own``, which is 0 before."""
    cdef int64_t k = steps.shape[1], n = steps.shape[0], b
    with nogil:
        for b in range(low.shape[0]):
            if real_t is float:
                answers_pull_f32(k, n, order - 1, floor, &low[b, 0], &steps[0, 0], &signs[b, 0],
                                 &signal[b, 0], &visible[b, 0], &own[0, 0])
            else:
                answers_pull_f64(k, n, order - 1, floor, &low[b, 0], &steps[0, 0], &signs[b, 0],
                                 &signal[b, 0], &visible[b, 0], &own[0, 0])
