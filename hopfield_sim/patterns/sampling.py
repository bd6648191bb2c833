"""Random patterns: unbiased, biased, correlated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError

# Number of sites drawn at a time; Ctrl-C is handled between two blocks. Results for a given seed
# depend on it: another value gives other biased patterns.
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
    r"""Random patterns with a prescribed activity and mutual correlation.

    Every site of every pattern is +1 with probability *a* (``activity``), so the mean of a site is
    m = 2a - 1 and two independent patterns overlap by m² on average. For a larger mean overlap c
    (``correlation``) all patterns derive from one hidden prototype, itself drawn with activity a:
    each site of each pattern copies it with probability r and is drawn independently otherwise,

    .. math:: ⟨ξ^μ·ξ^ν⟩/N = r^2 + (1 - r^2) m^2 = c, \qquad r = \sqrt{(c - m^2)/(1 - m^2)} .

    Copied and independent sites are both +1 with probability a, so the activity is exact for any c.
    Different sites are independent.

    Parameters
    ----------
    n_patterns, n_neurons : int
        Numbers of patterns P and of neurons N, both at least 1.
    activity : float
        Probability of +1, from 0 to 1.
    correlation : float
        Mean overlap of two patterns, from m² to 1; or 0 for independent patterns of any activity
        (their mean overlap is m², which is 0 at activity ½).
    rng : None, int or numpy.random.Generator
        Random number generator or seed. For unbiased patterns and the same seed, a larger P extends
        the patterns of a smaller one.

    Returns
    -------
    (P, N) ndarray of int8
        The patterns, of ±1.

    Raises
    ------
    InvalidInputError
        If a size is below 1, ``activity`` is outside [0, 1], or ``correlation`` is impossible for
        this activity.
    InsufficientMemoryError
        If the patterns do not fit into memory.

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
    """Each site ±1 with probability ½, from one random bit per site."""
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
    """Each site +1 with probability ``activity``, from a uniform number in [0, 1) per site."""
    out = np.empty(n_patterns * n_neurons, np.int8)
    for start in range(0, out.size, _BLOCK_SITES):
        block = out[start : start + _BLOCK_SITES]
        block[:] = source.random(block.size) < activity
        block *= 2
        block -= 1
    return out.reshape(n_patterns, n_neurons)
