"""The first steps of synchronous dynamics at T = 0, from a noisy cue."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.theory._arguments import formula, reals, together


@formula
def synchronous_overlaps(load: Any, overlap: Any, steps: int = 2) -> Any:
    r"""Overlap with the pattern after one and two synchronous steps of the Hebbian network, T = 0.

    The cue is random but for its overlap m₀ with the pattern. The first step sees independent
    noise; in the second the noise remembers the first, and each neuron its own bit
    :math:`s_0` of the cue, which its neighbours send back:

    .. math:: m_1 = \operatorname{erf}\frac{m_0}{\sqrt{2\alpha}}, \qquad
        m_2 = \sum_{s_0 = \pm 1} \frac{1 + s_0 m_0}{2}
        \operatorname{erf}\frac{m_1 + s_0\,\alpha\chi}{\sqrt{2\alpha (1 + 2\chi m_0 m_1 + \chi^2)}},
        \qquad \chi = \sqrt{\frac{2}{\pi\alpha}}\, e^{-m_0^2 / 2\alpha}.

    Parameters
    ----------
    load : float or array of float
        Load α = P/N ≥ 0, for N → ∞.
    overlap : float or array of float
        Overlap m₀ of the cue with the pattern, from −1 to 1; broadcasts with ``load``.
    steps : {1, 2}
        Number of steps; later ones depend on all before and have no such formula.

    Returns
    -------
    (steps, ...) ndarray of float64
        Overlaps m₁, m₂ after each step. (1 − m₁)/2 is the fraction of wrong bits after one step.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is outside its range.

    References
    ----------
    E. Gardner, B. Derrida, P. Mottishaw, J. Physique 48, 741 (1987).

    Examples
    --------
    >>> synchronous_overlaps(0.2, 0.5).round(4)
    array([0.7364, 0.7375])
    """
    loads, start = together(
        reals(load, "load", minimum=0),
        reals(overlap, "overlap", minimum=-1),
        names="load and overlap",
    )
    if (start > 1).any():
        raise InvalidInputError(f"overlap must be from -1 to 1; found {start.max():g}")
    steps = checks.integer(steps, "steps", minimum=1, maximum=2)
    noise = np.maximum(loads, 1e-300)
    first = special.erf(start / np.sqrt(2.0 * noise))
    overlaps = [first]
    if steps == 2:
        chi = np.sqrt(2.0 / (np.pi * noise)) * np.exp(-(start**2) / (2.0 * noise))
        width = np.sqrt(2.0 * noise * (1.0 + 2.0 * chi * start * first + chi**2))
        back = noise * chi
        overlaps.append(
            0.5 * (1.0 + start) * special.erf((first + back) / width)
            + 0.5 * (1.0 - start) * special.erf((first - back) / width)
        )
    return np.stack(overlaps)
