# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled cosines and sines; the reference is reference/waves.py.

Private: the caller checks the arguments and keeps calls short.
"""

from libc.stdint cimport int64_t

cdef extern from "waves.h" nogil:
    void waves(int64_t n, const double *angles, double *cosines, double *sines)


def circle(
    const double[:, ::1] angles not None,
    double[:, ::1] cosines not None,
    double[:, ::1] sines not None,
    int64_t first,
    int64_t last,
):
    """Cosines and sines of the angles in rows ``first`` to ``last``."""
    cdef int64_t n = angles.shape[1], i
    with nogil:
        for i in range(first, last):
            waves(n, &angles[i, 0], &cosines[i, 0], &sines[i, 0])
