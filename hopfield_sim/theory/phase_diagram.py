"""The lines of the phase diagram in the plane of load and temperature."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev
from numpy.typing import NDArray

from hopfield_sim.theory._arguments import answer, formula, reals
from hopfield_sim.theory._mean_field import Phase, marginal, spinodal, transition
from hopfield_sim.theory._roots import find_root

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class PhaseLines:
    """Temperatures of the three lines at each load, in the shape of ``loads``.

    Attributes
    ----------
    loads : float or ndarray of float64
        Loads α = P/N.
    glass : float or ndarray of float64
        T_g = 1 + √α, below which the spins freeze, at first into a spin glass without retrieval.
    retrieval : float or ndarray of float64
        T_M, the highest temperature with (metastable) retrieval states; nan if there are none.
    thermodynamic : float or ndarray of float64
        T_c, the highest temperature at which retrieval states are the global minima of the free
        energy; nan if they never are.
    replica_symmetry : float or ndarray of float64
        T_R, below which replica symmetry breaks in the retrieval states (the line of de Almeida and
        Thouless), so that the theory of the other two is approximate; nan if there are none.
    """

    loads: Any
    glass: Any
    retrieval: Any
    thermodynamic: Any
    replica_symmetry: Any


@formula
def phase_lines(loads: Any) -> PhaseLines:
    r"""Temperatures of the phase transitions of the Hebbian network.

    T_g = 1 + √α; T_M, where the retrieval solution of the equations under
    :func:`~hopfield_sim.theory.retrieval_overlap` disappears; T_c, where its free energy, with
    C = β(1 − q),

    .. math:: f = \frac{\alpha + m^2}{2} + \frac{\alpha}{2\beta} \left[\ln(1 - C)
        - \frac{\beta q}{1 - C}\right] + \frac{\alpha r C}{2}
        - \frac1\beta \int\!Dz\,\ln 2\cosh\beta(\sqrt{\alpha r} z + m),

    equals that of the spin glass (m = 0); T_R, below which the retrieval solution is unstable
    (:func:`~hopfield_sim.theory.retrieval`).

    Parameters
    ----------
    loads : float or array of float
        Loads α = P/N ≥ 0, for N → ∞.

    Returns
    -------
    PhaseLines
        ``.glass``, ``.retrieval``, ``.thermodynamic``, ``.replica_symmetry`` (and ``.loads``):
        temperatures in the units of ``recall``, floats for a single load; nan if a line does not
        exist.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If a load is negative, infinite or not a real number.

    Notes
    -----
    Near α = 0 T_M ≈ 1 − 1.95 √α and T_c ≈ 1 − 2.60 √α. At T = 0 the lines end at α = 0.1379
    (:func:`~hopfield_sim.theory.critical_load`) and at α = 0.0519, but extend slightly beyond these
    loads: replica-symmetric retrieval states exist up to α = 0.1382 near T = 0.02, and are global
    minima up to 0.0531 near T = 0.09. This reentrance is due to replica symmetry breaking at low
    temperature. The highest temperature is returned there too.

    References
    ----------
    D. J. Amit, H. Gutfreund, H. Sompolinsky, Annals of Physics 173, 30 (1987); on the
    reentrance J.-P. Naef, A. Canning, J. Phys. I France 2, 247 (1992).

    Examples
    --------
    >>> import numpy as np
    >>> lines = phase_lines([0.0, 0.05, 0.1, 0.15])
    >>> np.round(lines.glass, 3)
    array([1.   , 1.224, 1.316, 1.387])
    >>> np.round(lines.retrieval, 3)
    array([1.   , 0.542, 0.315,   nan])
    >>> np.round(lines.thermodynamic, 3)
    array([1.   , 0.216,   nan,   nan])
    >>> np.round(lines.replica_symmetry, 6)
    array([0.00e+00, 5.00e-06, 1.45e-03,      nan])
    """
    load = reals(loads, "loads", minimum=0)
    return PhaseLines(
        loads=answer(load),
        glass=answer(1.0 + np.sqrt(load)),
        retrieval=answer(_highest_temperature(spinodal, load)),
        thermodynamic=answer(_highest_temperature(transition, load)),
        replica_symmetry=answer(_marginal_temperature(load)),
    )


_STRONGEST = 25.0
"""Signal to noise at a load of 1/625, where T_R is 1e-137."""


def _marginal_temperature(load: Floats) -> Floats:
    """T_R, by the ratio of signal to noise, with which the load falls."""
    weakest = _end_of_symmetry()
    strongest = np.full_like(load, _STRONGEST)
    ratio = find_root(
        lambda ratio, load: marginal(ratio).load - load,
        np.full_like(load, weakest),
        strongest,
        load,
    )
    temperature = np.where(load < marginal(strongest).load, 0.0, marginal(ratio).temperature)
    return np.where(load > marginal(np.array(weakest)).load, np.nan, temperature)


@functools.cache
def _end_of_symmetry() -> float:
    """Signal to noise where the line T_R meets T_M, at T = 0.0251 and a load of 0.1382."""
    t = find_root(lambda t: spinodal(t).asymmetry - 1.0, np.array(0.01), np.array(0.1))
    return float(spinodal(t).ratio)


def _highest_temperature(states: Callable[[Floats], Phase], load: Floats) -> Floats:
    """Invert a line α(T), which rises a little from T = 0 to its tip and then falls to (0, 1)."""
    slope, tip = _line(states)
    temperature = np.full(load.shape, np.nan)
    root = np.sqrt(load)
    exists = root <= slope(tip) * (1.0 - tip)
    goal = root[exists]
    temperature[exists] = find_root(
        lambda t, goal: slope(t) * (1.0 - t) - goal,
        np.full_like(goal, tip),
        np.ones_like(goal),
        goal,
    )
    return temperature


@functools.cache
def _line(states: Callable[[Floats], Phase]) -> tuple[Chebyshev, float]:
    """Give c(T) of the line √α = c(T) (1 − T), and the temperature of the line's largest load.

    c is so smooth that its interpolant in 32 points has an error near 1e-10 from T = 0 to 1; even
    the end at T = 0, where no point lies, comes out so.
    """

    def at_temperature(temperature: Floats) -> Floats:
        return np.sqrt(states(temperature).load) / (1.0 - temperature)

    slope = Chebyshev.interpolate(at_temperature, 31, domain=[0.0, 1.0])
    line = slope * Chebyshev([0.5, -0.5], domain=[0.0, 1.0])  # 1 − T
    tip = find_root(line.deriv(), np.array(0.0), np.array(0.5))
    return slope, float(tip)
