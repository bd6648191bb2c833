"""Retrieval at finite load: the replica-symmetric theory of Amit, Gutfreund and Sompolinsky."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hopfield_sim.theory import _mean_field
from hopfield_sim.theory._arguments import answer, formula, reals, together
from hopfield_sim.theory._roots import find_root

Floats = NDArray[np.float64]

COLD, EMPTY = 1e-12, 1e-30
"""Temperatures and loads below these cannot be told from zero in double precision."""


@formula
def critical_load() -> float:
    r"""Critical load α_c = P/N above which the Hebbian network has no retrieval states, at T = 0.

    The equations for the overlap m at T = 0 reduce to one for :math:`y = m / \sqrt{2 \alpha r}`,

    .. math:: \sqrt{2\alpha} = \frac{\operatorname{erf} y}{y} - \frac{2}{\sqrt\pi} e^{-y^2},
        \qquad m = \operatorname{erf} y,

    and α_c is the largest load for which it has a solution.

    Returns
    -------
    float
        0.137905566…

    References
    ----------
    D. J. Amit, H. Gutfreund, H. Sompolinsky, Phys. Rev. Lett. 55, 1530 (1985);
    Annals of Physics 173, 30 (1987).

    Examples
    --------
    >>> round(critical_load(), 6)
    0.137906
    """
    return _critical_point()[1]


@formula
def retrieval_overlap(load: Any, temperature: Any = 0.0) -> Any:
    r"""Overlap m of the retrieval state of the Hebbian network with its pattern.

    The replica-symmetric equations, with :math:`\beta = 1/T` and Dz the normal measure,

    .. math:: m = \int\!Dz\,\tanh\beta(\sqrt{\alpha r} z + m), \quad
        q = \int\!Dz\,\tanh^2\beta(\sqrt{\alpha r} z + m), \quad
        r = \frac{q}{(1 - \beta(1 - q))^2},

    solved to rounding accuracy. At zero load they are :math:`m = \tanh(m/T)`.

    Parameters
    ----------
    load : float or array of float
        Load α = P/N ≥ 0, for N → ∞.
    temperature : float or array of float
        Temperature T ≥ 0, in units in which the field of a stored pattern on its own bits is 1, as
        in ``recall``; broadcasts with ``load``.

    Returns
    -------
    float or ndarray of float64
        Overlap m in [0, 1]; the fraction of correct bits is (1 + m)/2. It is 0 if there is no
        retrieval state: m = 0 is then the only solution. (At T = 0, networks that start at the
        pattern stop before they reach it, with an overlap near 0.3.)

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is negative, infinite or not a real number.

    References
    ----------
    D. J. Amit, H. Gutfreund, H. Sompolinsky, Annals of Physics 173, 30 (1987).

    Examples
    --------
    >>> import numpy as np
    >>> np.round(retrieval_overlap([0.0, 0.05, 0.1, 0.13, 0.14]), 4)
    array([1.    , 1.    , 0.998 , 0.9872, 0.    ])
    >>> round(retrieval_overlap(0.0, temperature=0.5), 4)
    0.9575
    """
    loads, temperatures = together(
        reals(load, "load", minimum=0),
        reals(temperature, "temperature", minimum=0),
        names="load and temperature",
    )
    cold = temperatures < COLD
    empty = (temperatures < 1.0) & (loads < EMPTY) & ~cold
    overlap = np.zeros(loads.shape)
    overlap[cold], _ = zero_temperature(loads[cold])
    overlap[empty] = zero_load(temperatures[empty])
    rest = ~(cold | empty)
    exists, states = retrieval_states(loads[rest], temperatures[rest])
    found = np.zeros(exists.shape)
    found[exists] = states.overlap
    overlap[rest] = found
    return answer(overlap)


def retrieval_states(
    load: Floats, temperature: Floats
) -> tuple[NDArray[np.bool_], _mean_field.Phase]:
    """Find the retrieval states at T > 0 and positive loads: where they exist, and those."""
    exists = temperature < 1.0
    each, which = np.unique(temperature[exists], return_inverse=True)
    limit = _mean_field.spinodal(each)
    below = load[exists] <= limit.load[which]
    exists[exists] = below
    ratio = limit.ratio[which[below]]
    return exists, _mean_field.retrieval_at(load[exists], temperature[exists], ratio)


def zero_temperature(load: Floats) -> tuple[Floats, Floats]:
    """Find the overlap at T = 0, 0 beyond the critical load, and y = m/√(2αr) below it."""
    turn, critical = _critical_point()
    root = np.sqrt(2.0 * load)
    # erf(y) < 1 bounds y by 1/√(2α); beyond 40 the overlap is 1 in any case.
    most = 1.0 / np.maximum(root, 1.0 / 40.0)
    least = np.minimum(turn, most)
    y = find_root(lambda y, root: _noise_to_signal(y) - root, least, most, root)
    return np.where(load <= critical, special.erf(y), 0.0), y


def zero_load(temperature: Floats) -> Floats:
    """Solve tanh(a) = T a, m = a T; the root lies above √(3(1 − T)), as tanh(a) > a − a³/3."""
    least = np.sqrt(3.0 * (1.0 - temperature))
    a = find_root(lambda a, t: np.tanh(a) - t * a, least, 1.0 / temperature, temperature)
    return a * temperature


def _noise_to_signal(y: Floats) -> Floats:
    """√(2α) as a function of y, at T = 0."""
    return special.erf(y) / y - 2.0 / math.sqrt(math.pi) * np.exp(-y * y)


@functools.cache
def _critical_point() -> tuple[float, float]:
    """Where the function above is largest, and the load there."""

    def slope(y: Floats) -> Floats:
        bell = 2.0 / math.sqrt(math.pi) * np.exp(-y * y)
        return bell / y - special.erf(y) / y**2 + 2.0 * y * bell

    y = find_root(slope, np.array(1.0), np.array(2.0))
    return float(y), 0.5 * float(_noise_to_signal(y)) ** 2
