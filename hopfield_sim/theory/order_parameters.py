"""Order parameters of the Hebbian network at a load and a temperature, by replica theory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from hopfield_sim.theory import _mean_field, replica
from hopfield_sim.theory._arguments import answer, formula, reals, together

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Retrieval:
    """Order parameters and thermodynamics of a state, each in the shape of the arguments.

    Attributes
    ----------
    overlap : float or ndarray of float64
        Overlap m with the pattern; 0 where no retrieval state exists.
    spin_glass_order : float or ndarray of float64
        Edwards-Anderson parameter q, the mean of ⟨s_i⟩² over the neurons.
    crosstalk : float or ndarray of float64
        Strength r of the noise from the other patterns, Σ_μ ⟨m_μ⟩² / α.
    free_energy : float or ndarray of float64
        Free energy per neuron.
    energy : float or ndarray of float64
        Energy per neuron, that of ``HopfieldNetwork.energy`` divided by N.
    stable : bool or ndarray of bool
        Whether the solution is stable against the breaking of replica symmetry (above the line of
        de Almeida and Thouless).
    """

    overlap: Any
    spin_glass_order: Any
    crosstalk: Any
    free_energy: Any
    energy: Any
    stable: Any


@formula
def retrieval(load: Any, temperature: Any = 0.0) -> Retrieval:
    r"""Order parameters, free energy, energy and stability of the Hebbian network.

    The state is the retrieval state of :func:`~hopfield_sim.theory.retrieval_overlap` where there
    is one; elsewhere the spin glass, and above T_g = 1 + √α the paramagnet (both m = 0). With
    :math:`C = \beta (1 - q)` its free energy is that under
    :func:`~hopfield_sim.theory.phase_lines`; the energy :math:`\partial(\beta f) / \partial\beta`
    and the condition of stability are

    .. math:: e = -\frac{m^2}{2} + \frac{\alpha}{2} \left[1 - \frac{1}{1 - C} - r C\right], \qquad
        T^2 (1 - C)^2 > \alpha \int\!Dz\,\operatorname{sech}^4 \beta(\sqrt{\alpha r} z + m).

    Parameters
    ----------
    load : float or array of float
        Load α = P/N ≥ 0, for N → ∞.
    temperature : float or array of float
        Temperature T ≥ 0 in the units of ``recall``; broadcasts with ``load``.

    Returns
    -------
    Retrieval
        ``.overlap`` (m), ``.spin_glass_order`` (q), ``.crosstalk`` (r), ``.free_energy``,
        ``.energy`` and ``.stable``. At T = 0 no state with α > 0 is stable: that of retrieval is
        unstable below :math:`T_R \approx \sqrt{8\alpha/9\pi}\, e^{-1/2\alpha}`, which is small.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is negative, infinite or not a real number.

    References
    ----------
    D. J. Amit, H. Gutfreund, H. Sompolinsky, Annals of Physics 173, 30 (1987).

    Examples
    --------
    >>> state = retrieval(0.05, temperature=0.4)
    >>> round(state.overlap, 4), round(state.spin_glass_order, 4), round(state.crosstalk, 3)
    (0.9662, 0.9367, 1.322)
    >>> round(state.free_energy, 4), round(state.energy, 4), state.stable
    (-0.5057, -0.4767, True)
    """
    loads, temperatures = together(
        reals(load, "load", minimum=0),
        reals(temperature, "temperature", minimum=0),
        names="load and temperature",
    )
    cold, empty = temperatures < replica.COLD, loads < replica.EMPTY
    hot = temperatures >= 1.0 + np.sqrt(loads)
    overlap, q, rest, free, stable = (np.zeros(loads.shape) for _ in range(5))  # rest is 1 − C
    for where, state in (
        (cold, _frozen),
        (hot, _paramagnet),
        (empty & ~(cold | hot), _one_pattern),
        (~(cold | hot | empty), _retrieval_or_glass),
    ):
        if where.any():
            found = state(loads[where], temperatures[where])
            for values, part in zip((overlap, q, rest, free, stable), found, strict=True):
                values[where] = part
    noise = np.where(q > 0, q / rest**2, 0.0)
    from_others = np.where(empty, 0.0, 1.0 - 1.0 / rest - noise * (1.0 - rest))
    energy = 0.5 * (loads * from_others - overlap**2)
    free = np.where(cold, energy, free)
    return Retrieval(
        overlap=answer(overlap),
        spin_glass_order=answer(q),
        crosstalk=answer(noise),
        free_energy=answer(free),
        energy=answer(energy),
        stable=stable > 0 if stable.ndim else bool(stable),
    )


_State = tuple[Any, Any, Any, Any, Any]
"""m, q, 1 − C, the free energy, and whether the solution is stable."""


def _frozen(load: Floats, t: Floats) -> _State:
    """T = 0, where the free energy is the energy, which is computed from the others."""
    overlap, y = replica.zero_temperature(load)
    retrieved = 1.0 - 2.0 / np.sqrt(np.pi) * y * np.exp(-y * y) / special.erf(y)
    glass = np.sqrt(load) / (np.sqrt(load) + np.sqrt(2.0 / np.pi))
    return overlap, 1.0, np.where(overlap > 0, retrieved, glass), 0.0, load < replica.EMPTY


def _paramagnet(load: Floats, t: Floats) -> _State:
    rest = 1.0 - 1.0 / t
    from_others = np.where(load < replica.EMPTY, 0.0, 0.5 * load * (1.0 + t * np.log(rest)))
    return 0.0, 0.0, rest, from_others - t * np.log(2.0), True


def _one_pattern(load: Floats, t: Floats) -> _State:
    overlap = replica.zero_load(t)
    q, field = overlap**2, overlap / t
    return overlap, q, 1.0 - (1.0 - q) / t, 0.5 * q - t * np.logaddexp(field, -field), True


def _retrieval_or_glass(load: Floats, t: Floats) -> _State:
    exists, retrieved = replica.retrieval_states(load, t)
    found = np.zeros((5, load.size))
    found[:, exists] = _solved(retrieved)
    found[:, ~exists] = _solved(_mean_field.spin_glass_state(load[~exists], t[~exists]))
    m, q, rest, free_energy, stable = found
    return m, q, rest, free_energy, stable


def _solved(at: _mean_field.Phase) -> _State:
    stable = (at.asymmetry < 1.0) & (at.overlap > 0)
    free_energy = at.free_energy + 0.5 * at.load
    return at.overlap, at.averages.square, at.gap / at.temperature, free_energy, stable
