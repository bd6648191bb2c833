# cython: language_level=3, cdivision=True
# cython: boundscheck=False, wraparound=False, initializedcheck=False
"""Compiled attention, of a few queries and of many, and L1 distances; the reference is
reference/attention.py.

Private: the caller checks the arguments. The functions process a part of the memories without the
GIL; the caller keeps it short.
"""

from libc.stdint cimport int64_t

cdef extern from "attention.h" nogil:
    int longest
    const int64_t BLOCK_ROWS
    void attend_f32(int64_t n, int64_t rows, const float *keys, const float *patterns,
                    const float *query, const float *scale, const float *bias, float beta,
                    float *total, float *top, double *mass, double *scaled)
    void attend_f64(int64_t n, int64_t rows, const double *keys, const double *patterns,
                    const double *query, const double *scale, const double *bias, double beta,
                    double *total, double *top, double *mass, double *scaled)
    void distances_f32(int64_t n, int64_t rows, const float *patterns, const float *query,
                       const float *mask, float *out)
    void distances_f64(int64_t n, int64_t rows, const double *patterns, const double *query,
                       const double *mask, double *out)

cdef extern from "attention_many.h" nogil:
    int64_t many_bytes()
    void score_many_f32(int64_t n, int64_t rows, int64_t width, const float *keys,
                        const float *queries, const float *scale, const float *bias,
                        float *scores, float *top)
    void sum_many_f32(int64_t n, int64_t rows, int64_t count, int64_t width,
                      const float *patterns, float *scores, const float *scale, float beta,
                      const float *top, float *totals, double *mass, double *scaled)
    void attend_many_f32(int64_t n, int64_t rows, int64_t count, int64_t width,
                         const float *keys, const float *patterns, const float *queries,
                         const float *scale, const float *bias, float beta, float *totals,
                         float *top, double *mass, double *scaled)
    void score_many_f64(int64_t n, int64_t rows, int64_t width, const double *keys,
                        const double *queries, const double *scale, const double *bias,
                        double *scores, double *top)
    void sum_many_f64(int64_t n, int64_t rows, int64_t count, int64_t width,
                      const double *patterns, double *scores, const double *scale, double beta,
                      const double *top, double *totals, double *mass, double *scaled)
    void attend_many_f64(int64_t n, int64_t rows, int64_t count, int64_t width,
                         const double *keys, const double *patterns, const double *queries,
                         const double *scale, const double *bias, double beta, double *totals,
                         double *top, double *mass, double *scaled)

MANY_BYTES = many_bytes()

ctypedef fused real_t:
    float
    double


def limit(int bytes):
    """Let vectors be at most that long, as on another processor; for tests."""
    global longest
    longest = bytes


def attend(
    const real_t[:, ::1] keys not None,
    const real_t[:, ::1] patterns not None,
    const real_t[:, ::1] queries not None,
    const real_t[::1] scale,
    const real_t[::1] bias,
    real_t beta,
    int64_t chunk,
    int64_t first,
    int64_t last,
    real_t[:, :, ::1] totals not None,
    real_t[:, ::1] tops not None,
    double[:, ::1] masses not None,
    double[:, ::1] scaleds not None,
):
    """Attention over chunks ``first`` to ``last``, of ``chunk`` memories each, query after query:
    all but the first find a chunk in the cache. Each has a place [chunk, query] in the outputs,
    which are 0 before.
    """
    cdef int64_t n = patterns.shape[1], i, k, start, rows
    cdef const real_t *scales = NULL
    cdef const real_t *biases = NULL
    with nogil:
        for i in range(first, last):
            start = i * chunk
            rows = min(chunk, patterns.shape[0] - start)
            if scale is not None:
                scales = &scale[start]
            if bias is not None:
                biases = &bias[start]
            for k in range(queries.shape[0]):
                if real_t is float:
                    attend_f32(n, rows, &keys[start, 0], &patterns[start, 0], &queries[k, 0],
                               scales, biases, beta, &totals[i, k, 0], &tops[i, k],
                               &masses[i, k], &scaleds[i, k])
                else:
                    attend_f64(n, rows, &keys[start, 0], &patterns[start, 0], &queries[k, 0],
                               scales, biases, beta, &totals[i, k, 0], &tops[i, k],
                               &masses[i, k], &scaleds[i, k])


def attend_many(
    const real_t[:, ::1] keys not None,
    const real_t[:, ::1] patterns not None,
    const real_t[:, ::1] queries not None,
    const real_t[::1] scale,
    const real_t[::1] bias,
    real_t beta,
    int64_t chunk,
    int64_t first,
    int64_t last,
    real_t[:, :, ::1] totals not None,
    real_t[:, ::1] tops not None,
    double[:, ::1] masses not None,
    double[:, ::1] scaleds not None,
):
    """The same for queries (n, width), at most MANY_BYTES of them in a row of whole vectors of 64
    bytes. ``totals`` (chunks, count, n) have a multiple of four of them and whole vectors, too;
    ``tops`` are −∞ before.
    """
    cdef int64_t n = patterns.shape[1], count = totals.shape[1], width = queries.shape[1]
    cdef int64_t i, start, rows
    cdef const real_t *scales = NULL
    cdef const real_t *biases = NULL
    with nogil:
        for i in range(first, last):
            start = i * chunk
            rows = min(chunk, patterns.shape[0] - start)
            if scale is not None:
                scales = &scale[start]
            if bias is not None:
                biases = &bias[start]
            if real_t is float:
                attend_many_f32(n, rows, count, width, &keys[start, 0], &patterns[start, 0],
                                &queries[0, 0], scales, biases, beta, &totals[i, 0, 0],
                                &tops[i, 0], &masses[i, 0], &scaleds[i, 0])
            else:
                attend_many_f64(n, rows, count, width, &keys[start, 0], &patterns[start, 0],
                                &queries[0, 0], scales, biases, beta, &totals[i, 0, 0],
                                &tops[i, 0], &masses[i, 0], &scaleds[i, 0])


def score_many(
    const real_t[:, ::1] keys not None,
    const real_t[:, ::1] queries not None,
    const real_t[::1] scale,
    const real_t[::1] bias,
    int64_t chunk,
    int64_t first,
    int64_t last,
    real_t[:, ::1] scores not None,
    real_t[:, ::1] tops not None,
):
    """The first half of it: all ``scores`` (P, width), and the largest of each chunk and query."""
    cdef int64_t n = keys.shape[1], width = queries.shape[1], i, start, rows
    cdef const real_t *scales = NULL
    cdef const real_t *biases = NULL
    with nogil:
        for i in range(first, last):
            start = i * chunk
            rows = min(chunk, keys.shape[0] - start)
            if scale is not None:
                scales = &scale[start]
            if bias is not None:
                biases = &bias[start]
            if real_t is float:
                score_many_f32(n, rows, width, &keys[start, 0], &queries[0, 0], scales, biases,
                               &scores[start, 0], &tops[i, 0])
            else:
                score_many_f64(n, rows, width, &keys[start, 0], &queries[0, 0], scales, biases,
                               &scores[start, 0], &tops[i, 0])


def sum_many(
    const real_t[:, ::1] patterns not None,
    real_t[:, ::1] scores not None,
    const real_t[::1] scale,
    real_t beta,
    int64_t chunk,
    int64_t first,
    int64_t last,
    const real_t[:, ::1] tops not None,
    real_t[:, :, ::1] totals not None,
    double[:, ::1] masses not None,
    double[:, ::1] scaleds not None,
):
    """The second half, with the largest score of all chunks: memories without a weight are not
    read. Overwrites the scores.
    """
    cdef int64_t n = patterns.shape[1], count = totals.shape[1], width = scores.shape[1]
    cdef int64_t i, start, rows
    cdef const real_t *scales = NULL
    with nogil:
        for i in range(first, last):
            start = i * chunk
            rows = min(chunk, patterns.shape[0] - start)
            if scale is not None:
                scales = &scale[start]
            if real_t is float:
                sum_many_f32(n, rows, count, width, &patterns[start, 0], &scores[start, 0], scales,
                             beta, &tops[i, 0], &totals[i, 0, 0], &masses[i, 0], &scaleds[i, 0])
            else:
                sum_many_f64(n, rows, count, width, &patterns[start, 0], &scores[start, 0], scales,
                             beta, &tops[i, 0], &totals[i, 0, 0], &masses[i, 0], &scaleds[i, 0])


def distances(
    const real_t[:, ::1] patterns not None,
    const real_t[:, ::1] queries not None,
    const real_t[::1] mask not None,
    real_t[:, ::1] out not None,
    int64_t first,
    int64_t last,
    int64_t block,
):
    """Distances out[q, p] of patterns ``first`` to ``last``, a block with all queries at a time."""
    cdef int64_t n = patterns.shape[1], start, rows, q
    block = min(block, BLOCK_ROWS)
    with nogil:
        start = first
        while start < last:
            rows = min(block, last - start)
            for q in range(queries.shape[0]):
                if real_t is float:
                    distances_f32(n, rows, &patterns[start, 0], &queries[q, 0], &mask[0],
                                  &out[q, start])
                else:
                    distances_f64(n, rows, &patterns[start, 0], &queries[q, 0], &mask[0],
                                  &out[q, start])
            start += rows
