"""Reference of attention: softmax over memories and their weighted mean, in NumPy or in the array
module of its arguments.

Blocks of memories stream past the queries and a running maximum is subtracted (M. Milakov, N.
Gimelshein, arXiv:1805.02867, 2018), so that nothing overflows and the scores of all memories are
never in memory at once. The result is defined to rounding: a relative 1e-12 for float64, 1e-5 for
float32.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.checks.places import module_of
from hopfield_sim.support.products import product

Floats = NDArray[np.floating]

_QUERIES = 1024
"""Number of queries processed together."""

_SOFTMAX = 1 << 22
"""Scores whose exponentials are computed before Python may handle a Ctrl-C."""

_MEMORIES = 1 << 13
"""Largest number of memories of a block: a longer sum in float32 would lose digits."""


@dataclass(frozen=True)
class Memories:
    """Memories with the parameters of their scores.

    score_μ(q) = scale_μ (q·ξ^μ) + bias_μ; with ``mask`` it is 1 / (1 + Σ_i mask_i |q_i − ξ_i^μ|),
    and with ``score`` what that function says instead. Queries have the dtype of ``patterns``, or
    are float64, and then so is all that is computed.

    Parameters
    ----------
    patterns : (P, N) ndarray of float
        The memories ξ, C-contiguous.
    scale : (P,) ndarray of float64, optional
        Positive; 1 by default. It also weights the memories in the mean.
    bias : (P,) ndarray of float64, optional
        0 by default.
    mask : (N,) ndarray of float, optional
        0 or 1 for each coordinate.
    keys : (P, N) ndarray of float, optional
        What queries are multiplied with, if other than ξ: the same from an origin amid them, where
        products with ξ itself would lose in rounding what tells memories apart.
    score : callable, optional
        (queries (b, N), memories (P, N)) → scores (b, P), new arrays of the dtype of the queries.
    """

    patterns: Floats
    scale: NDArray[np.float64] | None = None
    bias: NDArray[np.float64] | None = None
    mask: Floats | None = None
    keys: Floats | None = None
    score: Callable[[Floats, Floats], Floats] | None = None


class Attended(NamedTuple):
    """Result of attention for b queries.

    With e_μ = exp(β (score_μ − the largest)): ``target`` (b, N) is Σ e_μ scale_μ ξ^μ / Σ e_μ
    scale_μ, ``mass`` (b,) float64 Σ e_μ, ``scaled`` (b,) float64 Σ e_μ scale_μ.
    """

    target: Floats
    mass: NDArray[np.float64]
    scaled: NDArray[np.float64]


class Attention:
    """Reference engine: two matrix products for each block of memories, with a softmax between.

    Attributes
    ----------
    block_scores, block_numbers : int
        Scores of a block, and numbers in its memories: small enough for the cache, where the second
        product finds them, large enough for fast matrix products.
    block_differences : int
        Size of a block of differences, which must fit the first-level cache.
    """

    block_scores = 1 << 19
    block_numbers = 1 << 20
    block_differences = 1 << 16

    def attend(self, memories: Memories, queries: Floats, beta: float) -> Attended:
        """Return the weighted mean of the memories for each query, with its normalisation.

        Examples
        --------
        A query equally near to both memories, at any β:

        >>> two = Memories(np.array([[2.0, 0.0], [0.0, 2.0]]))
        >>> attended = Attention().attend(two, np.array([[3.0, 3.0]]), beta=100.0)
        >>> attended.target, attended.mass
        (array([[1., 1.]]), array([2.]))
        """
        beta, xp = within(beta, queries.dtype), module_of(queries)
        with np.errstate(over="ignore"):  # β times a large difference is −inf, and its exp 0
            if 0 < len(queries) <= _QUERIES:
                attended = self._stream(memories, queries, beta)
                target = attended.target.astype(queries.dtype, copy=False)
                return attended._replace(target=target)
            target = xp.empty(queries.shape, queries.dtype)
            mass, scaled = xp.empty(len(queries)), xp.empty(len(queries))
            for start in range(0, len(queries), _QUERIES):
                rows = slice(start, start + _QUERIES)
                attended = self._stream(memories, queries[rows], beta)
                target[rows], mass[rows], scaled[rows] = attended
        return Attended(target, mass, scaled)

    def soft_maximum(self, memories: Memories, queries: Floats, beta: float) -> NDArray[np.float64]:
        """β⁻¹ log of the mean over memories of exp(β score), (b,), from the mean score to the
        largest as β grows.

        Examples
        --------
        >>> two = Memories(np.array([[1.0], [3.0]]))
        >>> [Attention().soft_maximum(two, np.ones((1, 1)), beta).round(3).item()
        ...  for beta in (1e-9, 1.0, 1e9)]
        [2.0, 2.434, 3.0]
        """
        xp = module_of(queries)
        out = xp.empty(len(queries))
        for start in range(0, len(queries), _QUERIES):
            part = queries[start : start + _QUERIES]
            blocks = list(self.blocks(memories.patterns.shape, len(part)))
            maxima, sizes = xp.empty((len(part), len(blocks))), xp.empty(len(blocks))
            for k, block in enumerate(blocks):
                maxima[:, k] = _soft_maximum(self.scores(memories, part, block), beta)
                sizes[k] = len(memories.patterns[block])
            out[start : start + _QUERIES] = _soft_maximum(maxima, beta, sizes)
        return out

    def weights(self, memories: Memories, queries: Floats, beta: float) -> Floats:
        """Softmax of β times the scores, (b, P); rows sum to 1."""
        weights, xp = self.scores(memories, queries), module_of(queries)
        step = max(1, _SOFTMAX // weights.shape[1])
        for start in range(0, len(weights), step):
            some = weights[start : start + step]
            some -= some.max(axis=1, keepdims=True)
            with np.errstate(over="ignore"):
                some *= within(beta, queries.dtype)
            xp.exp(some, out=some)
            some /= some.sum(axis=1, keepdims=True)
        return weights

    def _stream(self, memories: Memories, queries: Floats, beta: float) -> Attended:
        xp, blocks = module_of(queries), self.blocks(memories.patterns.shape, len(queries))
        first = next(blocks)
        scores = self.scores(memories, queries, first)
        top = scores.max(axis=1, keepdims=True)
        total, mass, scaled = weighed(memories, scores, top, beta, first)
        for block in blocks:
            scores = self.scores(memories, queries, block)
            new = xp.maximum(top, scores.max(axis=1, keepdims=True))
            shrink = xp.exp((top - new) * beta)
            more = weighed(memories, scores, new, beta, block)
            total *= shrink
            total += more.target
            mass = mass * shrink + more.mass
            scaled = scaled * shrink + more.scaled
            top = new
        total /= scaled
        return Attended(total, mass[:, 0], scaled[:, 0])

    def scores(self, memories: Memories, queries: Floats, block: slice = slice(None)) -> Floats:
        """Scores of every query with every memory of a block, (b, P)."""
        patterns = memories.patterns[block]
        if memories.score is not None:
            return memories.score(queries, patterns)
        if memories.mask is not None:
            return 1 / (1 + self.distances(patterns, queries, memories.mask))
        keys = patterns if memories.keys is None else memories.keys[block]
        scores = product(queries, keys.T)
        if memories.scale is not None:
            scores *= memories.scale[block]
        if memories.bias is not None:
            scores += memories.bias[block]
        return scores

    def distances(self, patterns: Floats, queries: Floats, mask: Floats) -> Floats:
        """Σ_i mask_i |q_i − ξ_i|, (b, P)."""
        xp = module_of(queries)
        out = xp.empty((len(queries), len(patterns)), queries.dtype)
        step = max(1, self.block_differences // patterns.shape[1])
        scratch = xp.empty((min(step, len(patterns)), patterns.shape[1]), queries.dtype)
        for start in range(0, len(patterns), step):
            part = patterns[start : start + step]
            difference = scratch[: len(part)]
            for query, row in zip(queries, out, strict=True):
                xp.subtract(part, query, out=difference)
                xp.abs(difference, out=difference)
                row[start : start + step] = difference @ mask
        return out

    def blocks(self, shape: tuple[int, ...], n_queries: int) -> Iterator[slice]:
        """Blocks of memories, (P, N) in all, whose scores with so many queries are computed
        together.
        """
        n_patterns, n = shape
        step = min(_MEMORIES, self.block_scores // n_queries, self.block_numbers // n)
        step = max(1024, step)
        for start in range(0, n_patterns, step):
            yield slice(start, start + step)


def weighed(memories: Memories, scores: Floats, top: Floats, beta: float, block: slice) -> Attended:
    """Sums over a block, not divided yet, with e = exp(β (score − top)); overwrites the scores."""
    e = scores
    e -= top
    e *= beta
    module_of(e).exp(e, out=e)
    mass = e.sum(axis=1, keepdims=True)
    scaled = mass
    if memories.scale is not None:
        e *= memories.scale[block]
        scaled = e.sum(axis=1, keepdims=True)
    return Attended(product(e, memories.patterns[block]), mass.astype(float), scaled.astype(float))


def _soft_maximum(
    values: Floats, beta: float, counts: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """β⁻¹ log of the mean of exp(β value), each counted so often, of every row; in float64.

    As top + β⁻¹ log(1 + mean(exp(β (value − top)) − 1)), in which nothing cancels when β is small.
    """
    xp = module_of(values)
    if counts is None:
        counts = xp.ones(values.shape[1])
    shares = counts / counts.sum()
    exponents = values.astype(np.float64)
    top = exponents.max(axis=1)
    exponents -= top[:, None]
    with np.errstate(over="ignore"):
        exponents *= beta
    below = xp.expm1(exponents) @ shares
    mean = xp.exp(exponents) @ shares
    soft = top + xp.where(below > -0.5, xp.log1p(below), xp.log(mean)) / beta
    return soft


def within(beta: float, dtype: np.dtype[Any]) -> float:
    """β, or the largest number that the dtype holds."""
    return min(beta, float(np.finfo(dtype).max))
