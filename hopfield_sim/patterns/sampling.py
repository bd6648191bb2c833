"""Random patterns: unbiased, biased, correlated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError

# Sites are drawn so many at a time, and between two times a Ctrl-C is heard. It is part of what a
# seed means: another value gives other biased patterns.
_BLOCK_SITES = 2**20


@checks.by_name
def random_patterns(
    n_patterns: int,
    n_neurons: int,
    *,
    activity: float = 0.5,
    correlation: float = 0.0,
    rng: int | np.random.Generator | None = None,
) -> NDArray[np.int8]:
    r"""Draw random patterns, of a given share of +1 and a given likeness to each other.

    Every site of every pattern is +1 with probability *a* (``activity``), so the mean of a site is
    m = 2a - 1 and two independent patterns overlap by m² on average. For a larger mean overlap c
    (``correlation``) all patterns copy from one hidden prototype, itself drawn with activity a:
    each site of each pattern copies it with probability r and is drawn afresh otherwise,

    .. math:: ⟨ξ^μ·ξ^ν⟩/N = r^2 + (1 - r^2) m^2 = c, \qquad r = \sqrt{(c - m^2)/(1 - m^2)} .

    Copied and fresh sites are both +1 with probability a, so the activity is exact for any c. Sites
    are independent of each other.

    Parameters
    ----------
    n_patterns, n_neurons : int
        P and N, both at least 1.
    activity : float
        P(ξ = +1), from 0 to 1.
    correlation : float
        Mean overlap between two patterns. 0 means independent patterns, whatever their activity
        (their mean overlap is then m², which is 0 at activity ½); otherwise from m² to 1.
    rng : None, int or numpy.random.Generator
        Source of randomness. With the same seed, more unbiased patterns begin with the same ones.

    Returns
    -------
    ndarray (P, N) of int8

    Raises
    ------
    InvalidInputError
        For sizes below 1, an activity outside [0, 1], or a correlation that this activity excludes.
    InsufficientMemoryError
        When P·N does not fit.

    Examples
    --------
    >>> random_patterns(2, 9, rng=1).shape
    (2, 9)
    >>> random_patterns(2, 4, activity=1.0)
    array([[1, 1, 1, 1],
           [1, 1, 1, 1]], dtype=int8)
    """
    n_patterns = checks.integer(n_patterns, "n_patterns", minimum=1)
    n_neurons = checks.integer(n_neurons, "n_neurons", minimum=1)
    activity = checks.real(activity, "activity", minimum=0, maximum=1)
    correlation = checks.real(correlation, "correlation", minimum=0, maximum=1)
    copied = _copied(activity, correlation)
    checks.memory(
        2 * n_patterns * n_neurons,
        f"{checks.show(n_patterns)} patterns of {checks.show(n_neurons)} neurons",
        "draw fewer patterns, or smaller ones",
    )
    source = checks.generator(rng)
    if activity == 0.5 and copied == 0:
        return _fair(n_patterns, n_neurons, source)
    if copied == 0:
        return _biased(n_patterns, n_neurons, activity, source)
    prototype = _biased(1, n_neurons, activity, source)
    fresh = _biased(n_patterns, n_neurons, activity, source)
    copies = _biased(n_patterns, n_neurons, copied, source) > 0
    return np.where(copies, prototype, fresh)


def _copied(activity: float, correlation: float) -> float:
    """The probability r that a site copies the prototype, from a and c."""
    least = (2 * activity - 1) ** 2
    if correlation == 0 or np.isclose(correlation, least, rtol=1e-12, atol=1e-12):
        return 0.0
    if correlation < least:
        raise InvalidInputError(
            f"correlation must be from {least:.6g} to 1 at activity {activity}, because "
            f"independent patterns overlap by (2·activity − 1)² = {least:.6g} already (or 0, for "
            f"independent patterns); got {correlation}"
        )
    return float(np.sqrt((correlation - least) / (1 - least)))


def _fair(n_patterns: int, n_neurons: int, source: np.random.Generator) -> NDArray[np.int8]:
    """Each site ±1 with probability ½: one random bit a site."""
    out = np.empty(n_patterns * n_neurons, np.int8)
    for start in range(0, out.size, _BLOCK_SITES):
        block = out[start : start + _BLOCK_SITES]
        raw = np.frombuffer(source.bytes(-(-block.size // 8)), dtype=np.uint8)
        block[:] = np.unpackbits(raw, count=block.size)
        block *= 2
        block -= 1
    return out.reshape(n_patterns, n_neurons)


def _biased(
    n_patterns: int, n_neurons: int, activity: float, source: np.random.Generator
) -> NDArray[np.int8]:
    """Each site +1 with probability ``activity``: uniform numbers in [0, 1) below it."""
    out = np.empty(n_patterns * n_neurons, np.int8)
    for start in range(0, out.size, _BLOCK_SITES):
        block = out[start : start + _BLOCK_SITES]
        block[:] = source.random(block.size) < activity
        block *= 2
        block -= 1
    return out.reshape(n_patterns, n_neurons)
