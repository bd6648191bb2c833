"""Dense memories against NumPy with cached overlaps."""

from __future__ import annotations

from functools import partial

from benchmarks import dense
from benchmarks.limits import Work
from benchmarks.measure import Contest
from benchmarks.row import Row, same

N, PATTERNS = 1000, 10_000


def contest(baseline: dense.Maker) -> Contest:
    """A recall of the same cues; both must find the patterns."""
    ours, theirs = dense.compiled(("polynomial", 3), N, PATTERNS), baseline(N, PATTERNS)
    same(theirs(), ours())
    visits = 2 * N * dense.STATES
    return Contest(ours, theirs, visits, visits, "visit")


def work() -> Work:
    """In every visit the slopes, of 32 bits, added with the signs of the site's bits; four sites
    read them together.
    """
    return Work(4 * PATTERNS, "int8", (4 / 4 + 1 / 8) * PATTERNS)


ROWS = [
    Row(
        "dense",
        "dense memory, x³, N = 1000, P = 10 000",
        "NumPy, cached overlaps, a polynomial in every visit",
        3.5,
        7,
        partial(contest, dense.polynomial),
        wide=(8, 18),
        work=work,
    ),
    Row(
        "dense, cached slopes",
        "dense memory, x³, N = 1000, P = 10 000",
        "NumPy, cached slopes too",
        None,
        None,
        partial(contest, dense.cached_slopes),
        work=work,
    ),
]
