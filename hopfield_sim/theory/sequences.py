"""Sequences of patterns: the overlap of a network that goes from each pattern to the next."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from hopfield_sim.theory._arguments import answer, formula, reals
from hopfield_sim.theory._roots import find_root


@formula
def sequence_overlap(load: Any) -> Any:
    r"""Overlap with the pattern that is due, in a network that replays a long sequence.

    All neurons are updated at once, at T = 0, with the weights
    :math:`W = \frac1N \sum_\mu \xi^{\mu+1} \xi^{\mu\mathsf{T}}`, so that every step goes to the
    next pattern. The noise of a step is what the last n steps have passed on, a fraction
    :math:`\chi^{2n}`:

    .. math:: m = \operatorname{erf}\frac{m}{\sqrt{2\alpha r}}, \qquad r = \frac{1}{1 - \chi^2},
        \qquad \chi = \sqrt{\frac{2}{\pi\alpha r}}\, e^{-m^2/2\alpha r} .

    Unlike in a network that stays in a pattern, the states of the past do not add to each other:
    the capacity is twice as large.

    Parameters
    ----------
    load : float or array of float
        Load α = P/N ≥ 0.

    Returns
    -------
    float or ndarray of float64
        Overlap m, for N → ∞ and random patterns; 0 beyond ``sequence_critical_load()``.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the load is negative or not a real number.

    Notes
    -----
    With :math:`x = m/\sqrt{2\alpha r}` the equations are one,
    :math:`\alpha = \operatorname{erf}(x)^2/2x^2 - (2/\pi)\, e^{-2x^2}`.

    References
    ----------
    The rule: H. Sompolinsky, I. Kanter, Phys. Rev. Lett. 57, 2861 (1986). The equations: A. Düring,
    A. C. C. Coolen, D. Sherrington, J. Phys. A 31, 8607 (1998).

    Examples
    --------
    >>> sequence_overlap([0.0, 0.1, 0.2, 0.25, 0.3]).round(4)
    array([1.    , 0.9984, 0.9663, 0.914 , 0.    ])
    """
    loads = reals(load, "load", minimum=0)
    lowest, critical = _end()
    inside = np.clip(loads, 1e-300, critical)
    highest = np.maximum(1 / np.sqrt(2 * inside), lowest)
    x = find_root(lambda x, alpha: _load(x) - alpha, np.full(loads.shape, lowest), highest, inside)
    return answer(np.where(loads <= critical, special.erf(x), 0.0))


@formula
def sequence_critical_load() -> float:
    """Largest load α_c = P/N at which a network updated all at once replays a long sequence.

    Returns
    -------
    float
        The load, for N → ∞ and random patterns.

    References
    ----------
    A. Düring, A. C. C. Coolen, D. Sherrington, J. Phys. A 31, 8607 (1998).

    Examples
    --------
    >>> round(sequence_critical_load(), 5)
    0.26906
    """
    return _end()[1]


def _load(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The load α at which m/√(2αr) is x."""
    load: NDArray[np.float64] = special.erf(x) ** 2 / (2 * x * x)
    return load - 2 / np.pi * np.exp(-2 * x * x)


@cache
def _end() -> tuple[float, float]:
    """The x of the largest load, and that load."""
    found = optimize.minimize_scalar(
        lambda x: -float(_load(np.array(x))), bounds=(0.5, 3.0), options={"xatol": 1e-9}
    )
    return float(found.x), -float(found.fun)
