# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled loop of Storkey's rule; the reference is reference/storkey.py.

Private: the caller checks the arguments and keeps calls short.
"""

from libc.stdint cimport int64_t

cdef extern from "storkey.h" nogil:
    const int64_t MOST_PATTERNS
    void cues_f32(int64_t n, int64_t count, const float *patterns, const float *fields,
                  const float *age, const float *along, float growth, float *surplus, float *cues)
    void cues_f64(int64_t n, int64_t count, const double *patterns, const double *fields,
                  const double *age, const double *along, double growth, double *surplus,
                  double *cues)

MOST = MOST_PATTERNS

ctypedef fused real_t:
    float
    double


def cues(
    const real_t[:, ::1] patterns not None,
    const real_t[:, ::1] fields not None,
    const real_t[:, ::1] age not None,
    const real_t[:, ::1] along not None,
    real_t growth,
    real_t[::1] surplus not None,
    real_t[:, ::1] out not None,
):
    """The vectors u of at most MOST patterns, learnt in order; updates ``surplus``."""
    cdef int64_t count = patterns.shape[0], n = patterns.shape[1]
    with nogil:
        if real_t is float:
            cues_f32(n, count, &patterns[0, 0], &fields[0, 0], &age[0, 0], &along[0, 0], growth,
                     &surplus[0], &out[0, 0])
        else:
            cues_f64(n, count, &patterns[0, 0], &fields[0, 0], &age[0, 0], &along[0, 0], growth,
                     &surplus[0], &out[0, 0])
