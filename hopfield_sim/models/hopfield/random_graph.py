"""Random graphs, for random dilution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.checks import Compressed
from hopfield_sim.models.hopfield.graph import Graph
from hopfield_sim.support.compressed import starts_of

KINDS = ("fixed", "independent", "symmetric")

_BLOCK = 1 << 20
"""Numbers drawn at a time. Results for a given seed depend on it."""

_MOST = 10**8
"""Largest number of neurons: their pairs are numbered by 64 bits, with room for sums."""

_BYTES = 40
"""Bytes of memory per coupling while a graph is drawn."""


@checks.by_name
def random_graph(
    n_neurons: int,
    n_inputs: float,
    *,
    kind: str = "fixed",
    rng: int | np.random.Generator | None = None,
) -> Graph:
    r"""Draw the couplings that a randomly diluted network keeps.

    Parameters
    ----------
    n_neurons : int
        Number of neurons N.
    n_inputs : int or float
        Number of inputs C of each neuron, or their mean number, from 0 to N − 1.
    kind : {"fixed", "independent", "symmetric"}
        "fixed": each neuron has exactly C of the other neurons as inputs. "independent": each of
        the N (N − 1) couplings is kept with probability C/(N − 1) (asymmetric dilution).
        "symmetric": each pair of neurons keeps both couplings with that probability, or none.
    rng : None, int or numpy.random.Generator
        Random number generator or seed.

    Returns
    -------
    Graph
        For ``HopfieldNetwork(connectivity=...)``.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If ``kind`` is unknown, ``n_inputs`` is out of range, or, for "fixed", not an integer.
    InsufficientMemoryError
        If the couplings do not fit into memory.

    Notes
    -----
    Asymmetric dilution is that of B. Derrida, E. Gardner & A. Zippelius, Europhys. Lett. 4, 167
    (1987), who keep each coupling with probability C/N; their law is
    :func:`hopfield_sim.theory.diluted_overlap`.

    Examples
    --------
    >>> graph = random_graph(9, 3, rng=1)
    >>> graph.n_inputs
    array([3, 3, 3, 3, 3, 3, 3, 3, 3])
    >>> random_graph(9, 3, kind="symmetric", rng=1).is_symmetric
    True
    """
    n = checks.integer(n_neurons, "n_neurons", minimum=1, maximum=_MOST)
    kind = checks.choice(kind, KINDS, "kind")
    inputs: float
    if kind == "fixed":
        inputs = checks.integer(n_inputs, "n_inputs", minimum=0, maximum=n - 1)
    else:
        inputs = checks.real(n_inputs, "n_inputs", minimum=0, maximum=n - 1)
    checks.memory(int(_BYTES * n * inputs), f"a graph of {n} neurons", "use fewer couplings")
    source = checks.generator(rng)
    if kind == "fixed":
        rows = _fixed(n, int(inputs), source)
    elif kind == "independent":
        rows = _independent(n, inputs / max(1, n - 1), source)
    else:
        rows = _symmetric(n, inputs / max(1, n - 1), source)
    return Graph._of(rows)


def _fixed(n: int, count: int, source: np.random.Generator) -> Compressed:
    """``count`` of the n − 1 others for each neuron."""
    others = n - 1
    chosen = min(count, others - count)
    inputs = np.empty((n, count), np.int32)
    step = max(1, _BLOCK // max(1, chosen, count))
    for start in range(0, n if count else 0, step):
        some = inputs[start : start + step]
        picks = _distinct(others, (len(some), chosen), source)
        if chosen < count:  # those that are left out
            left = np.ones((len(some), others), bool)
            np.put_along_axis(left, picks, False, axis=1)
            picks = np.nonzero(left)[1].reshape(some.shape)
        some[:] = picks
        some += some >= np.arange(start, start + len(some))[:, None]
    return Compressed(count * np.arange(n + 1), inputs.reshape(-1), None)


def _distinct(n: int, shape: tuple[int, int], source: np.random.Generator) -> NDArray[np.int64]:
    """Distinct numbers below n in each row, ascending: all sets are equally likely, as each row is
    filled up with draws until none stands there twice.
    """
    picks = source.integers(n, size=shape)
    rows = np.arange(len(picks))
    while rows.size:
        some = np.sort(picks[rows], axis=1)
        again = np.zeros(some.shape, bool)
        again[:, 1:] = some[:, 1:] == some[:, :-1]
        some[again] = source.integers(n, size=np.count_nonzero(again))
        picks[rows] = some
        rows = rows[again.any(axis=1)]
    return picks


def _independent(n: int, probability: float, source: np.random.Generator) -> Compressed:
    """Each coupling of different neurons with this probability."""
    sites, inputs = np.divmod(_kept(n * (n - 1), probability, source), max(1, n - 1))
    inputs += inputs >= sites
    return Compressed(starts_of(np.bincount(sites, minlength=n)), inputs.astype(np.int32), None)


def _symmetric(n: int, probability: float, source: np.random.Generator) -> Compressed:
    """Both couplings of a pair, or none."""
    kept = _kept(n * (n - 1) // 2, probability, source)
    numbers = np.arange(n, dtype=np.int64)
    before = numbers * (numbers - 1) // 2  # pairs (j, i), j < i, of smaller i
    larger = np.searchsorted(before, kept, side="right") - 1
    smaller = kept - before[larger]
    pairs = np.concatenate([larger * n + smaller, smaller * n + larger])
    pairs.sort()
    sites, inputs = np.divmod(pairs, n)
    return Compressed(starts_of(np.bincount(sites, minlength=n)), inputs.astype(np.int32), None)


def _kept(count: int, probability: float, source: np.random.Generator) -> NDArray[np.int64]:
    """Those of ``count`` numbers that are kept, each with this probability, ascending: the gaps
    between them are geometric.
    """
    found: list[NDArray[np.int64]] = []
    last, some = -1, min(_BLOCK, int(1.1 * count * probability) + 64)
    while probability and last < count:
        gaps = np.minimum(source.geometric(probability, some), count + 1)
        found.append(last + np.cumsum(gaps))
        last = int(found[-1][-1])
    kept = np.concatenate([np.empty(0, np.int64), *found])
    return kept[: np.searchsorted(kept, count)]
