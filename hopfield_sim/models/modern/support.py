"""The memories that have a weight, found while blocks of all memories stream past."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.reference.attention import Attention, Memories
from hopfield_sim.checks.places import HERE, module_of, moved
from hopfield_sim.support.products import product

Floats = NDArray[np.floating]
Doubles = NDArray[np.float64]

_QUERIES = 1024
"""Number of queries processed together."""

_KEPT = 1 << 20
"""Candidates of several queries together; where there are more, fewer queries are taken."""

_GATHERED = 1 << 22
"""Numbers of the memories that are gathered for a product."""


@dataclass(frozen=True)
class Support:
    """Scores (b, w), float64 and −∞ where a row has fewer, indices of the memories, in rising
    order, and their weights.
    """

    scores: Doubles
    index: NDArray[np.int64]
    weights: Doubles


class Weighing(ABC):
    """Weights of which all but a few are zero."""

    @abstractmethod
    def floor(self, scores: Floats, beta: float, largest: Doubles | float = 1.0) -> Doubles:
        """The score below which no memory has a weight beside these, (b, 1), if the largest of
        their weights is no more than ``largest``.
        """

    @abstractmethod
    def weigh(self, scores: Doubles, beta: float) -> Doubles:
        """Weights p of candidates in the order of their indices, (b, w); a score of −∞ has none."""


def supports(
    kind: Weighing, engine: Attention, memories: Memories, queries: Floats, beta: float
) -> Iterator[tuple[slice, Support]]:
    """Some queries at a time, the memories that have a weight."""
    starts = range(0, len(queries), _QUERIES)
    waiting = [slice(start, min(start + _QUERIES, len(queries))) for start in starts]
    while waiting:
        rows = waiting.pop()
        found = _support(kind, engine, memories, queries[rows], beta)
        if found is None:
            middle = (rows.start + rows.stop) // 2
            waiting += [slice(rows.start, middle), slice(middle, rows.stop)]
        else:
            yield rows, found


def mean(memories: Memories, found: Support, dtype: np.dtype[Any]) -> tuple[Floats, Doubles]:
    """Σ p_μ scale_μ ξ^μ / Σ p_μ scale_μ, (b, N), and Σ p_μ scale_μ, (b,)."""
    patterns, xp = memories.patterns, module_of(memories.patterns)
    row, column = np.nonzero(found.weights)
    weight = found.weights[row, column]
    used, place = np.unique(found.index[row, column], return_inverse=True)
    if memories.scale is not None:
        weight = weight * moved(memories.scale, HERE)[used][place]
    n_queries = len(found.weights)
    total = np.bincount(row, weight, n_queries).astype(np.float64)
    target = xp.zeros((n_queries, patterns.shape[1]), dtype)
    step = max(1, min(_GATHERED // patterns.shape[1], _KEPT // n_queries))
    for start in range(0, len(used), step):
        some = slice(start, start + step)
        inside = (place >= start) & (place < start + step)
        p = np.zeros((n_queries, len(used[some])), dtype)
        p[row[inside], place[inside] - start] = weight[inside]
        target += product(moved(p, xp.__name__), patterns[moved(used[some], xp.__name__)])
    target /= xp.asarray(total)[:, None].astype(dtype)
    return target, total


def _support(
    kind: Weighing, engine: Attention, memories: Memories, queries: Floats, beta: float
) -> Support | None:
    """Those of these queries; None if there are too many for so many queries.

    A memory that has no weight beside some has none beside more: what is left of the candidates
    when they are weighed is all that is needed of them.
    """
    xp, n_queries = module_of(queries), len(queries)
    floor = np.full((n_queries, 1), -np.inf)
    kept: list[tuple[Doubles, NDArray[np.int64]]] = []
    width = limit = 0
    for block in engine.blocks(memories.patterns.shape, n_queries):
        scores = engine.scores(memories, queries, block)
        floor = np.maximum(floor, kind.floor(scores, beta))
        row, column = xp.nonzero(scores >= moved(floor, xp.__name__))
        values = moved(scores[row, column], HERE).astype(np.float64)
        row, column = moved(row, HERE), moved(column, HERE)
        kept.append(_rows(n_queries, row, values, column + block.start))
        width += kept[-1][0].shape[1]
        if width > limit:
            found = _weighed(kind, kept, beta)
            row, column = np.nonzero(found.weights)
            kept = [_rows(n_queries, row, found.scores[row, column], found.index[row, column])]
            width = kept[0][0].shape[1]
            limit = 2 * width + 64
            largest = found.weights.max(axis=1, keepdims=True)
            floor = np.maximum(floor, kind.floor(kept[0][0], beta, largest))
            if n_queries > 1 and n_queries * width > _KEPT:
                return None
    return _weighed(kind, kept, beta)


def _weighed(kind: Weighing, kept: list[tuple[Doubles, NDArray[np.int64]]], beta: float) -> Support:
    scores, index = (np.concatenate(parts, axis=1) for parts in zip(*kept, strict=True))
    return Support(scores, index, kind.weigh(scores, beta))


def _rows(
    n_rows: int, row: NDArray[np.intp], scores: Doubles, index: NDArray[np.int64]
) -> tuple[Doubles, NDArray[np.int64]]:
    """Rows of unequal length, one after the other in their order, as arrays (b, w)."""
    counts = np.bincount(row, minlength=n_rows)
    place = np.arange(len(row)) - np.repeat(counts.cumsum() - counts, counts)
    wide = np.full((n_rows, int(counts.max())), -np.inf), np.zeros((n_rows, counts.max()), np.int64)
    wide[0][row, place], wide[1][row, place] = scores, index
    return wide
