"""Reference of class neurons of trained dense memories, in NumPy or in the array module of its
arguments: votes of the memories for each class, or for every bit of a state, and their gradients.

With all class neurons at −1 the overlap of a state with memory μ is h_μ^−; with class neuron a at
+1 it is h_μ^{a+} = h_μ^− + 2 ξ_a^μ. Both come divided by a scale S: ``low`` (B, K) is h^−/S,
``steps`` (C, K) is 2 ξ_a/S. Results are defined to rounding: 1e-12 for float64, 1e-5 for float32,
of the sum of the sizes of their terms.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.reference.powers import Floats, rectified
from hopfield_sim.checks.places import module_of

_TURNED = 1 << 14
"""Powers of turned bits computed at a time, 128 kB: memory for more is asked from the system, and
cleared by it, in every operation, which can take longer than the operation."""

_TURNED_THERE = 1 << 26
"""The same on a device, which wants many."""


class Answers(Protocol):
    """What memories say of every bit of some states, in units of the scale.

    With bit i flipped the overlap with memory μ is h_μ^i = h_μ − 2 x_i ξ_{μi}. ``votes`` (B, N) are
    x_i Σ_μ [F(h_μ) − F(h_μ^i)] and ``sizes`` (B, N) are Σ_μ [F(h_μ)/h_μ + F(h_μ^i)/h_μ^i].
    """

    @property
    def votes(self) -> NDArray[np.float64]:
        """The votes, (B, N)."""

    @property
    def sizes(self) -> NDArray[np.floating]:
        """The sizes, (B, N)."""

    def pull(self, signal: Floats) -> tuple[Floats, Floats]:
        """Gradients for a signal G (B, N): with p = (h/S)_+^{n−1}, Σ_i G_i x_i (p_μ − p_μ^i),
        (B, K), and Σ_batch G_i p_μ^i, (N, K).
        """


class Turned(NamedTuple):
    """The reference's answers, with the powers n − 1 as they are, (B, K), and turned, (B, N, K)."""

    signs: Floats
    kept: Floats
    powers: Floats
    votes: NDArray[np.float64]

    @property
    def sizes(self) -> NDArray[np.floating]:
        """The sizes, (B, N)."""
        return self.kept.sum(axis=1)[:, None] + self.powers.sum(axis=2)

    def pull(self, signal: Floats) -> tuple[Floats, Floats]:
        """Gradients for a signal."""
        xp, agreeing = module_of(signal), signal * self.signs
        visible = self.kept * agreeing.sum(axis=1)[:, None]
        visible -= xp.einsum("bi,bik->bk", agreeing, self.powers)
        return visible, xp.einsum("bi,bik->ik", signal, self.powers)


class Voting:
    """Reference engine: a matrix of powers for each class.

    Attributes
    ----------
    block : int
        Examples of a block: enough for a matrix product, and four blocks in a batch of 1000.
    powers : int
        Powers of a block, about 10 ms: the delay of a Ctrl-C.
    """

    block = 250
    powers = 1 << 22

    def votes(self, low: Floats, steps: Floats, order: int) -> NDArray[np.float64]:
        """Return Σ_μ [F(h_μ^{a+}) − F(h_μ^−)] / S^n with F(x) = max(x, 0)^n, (B, C).

        Examples
        --------
        >>> low, steps = np.array([[1.0, -1.0]]), np.array([[1.0, 3.0], [-2.0, 0.5]])
        >>> Voting().votes(low, steps, 2)  # 2² − 1 + 2², and −1
        array([[ 7., -1.]])
        """
        votes = module_of(low).empty((len(low), len(steps)))
        before = rectified(low, order)
        for a, step in enumerate(steps):
            votes[:, a] = (rectified(low + step, order) - before).sum(axis=1)
        return votes

    def pull(self, low: Floats, steps: Floats, order: int, signal: Floats) -> tuple[Floats, Floats]:
        """Return gradients of the memories for a signal G (B, C) at the class neurons.

        With p^{a+} = (h^{a+}/S)_+^{n−1} and p^− alike: Σ_a G_a (p^{a+} − p^−), (B, K), which times
        the visible neurons is their gradient; and Σ_batch G_a p^{a+}, (C, K), of which that of the
        class neurons is made.

        Examples
        --------
        >>> low, steps = np.array([[1.0, -1.0]]), np.array([[1.0, 3.0], [-2.0, 0.5]])
        >>> visible, classes = Voting().pull(low, steps, 2, np.array([[1.0, -1.0]]))
        >>> visible, abs(classes)
        (array([[2., 2.]]), array([[2., 2.], [0., 0.]]))
        """
        xp = module_of(low)
        visible, classes = xp.zeros_like(low), xp.zeros_like(steps)
        before = rectified(low, order - 1, order=order)
        for a, step in enumerate(steps):
            power = rectified(low + step, order - 1, order=order)
            classes[a] = signal[:, a] @ power
            power -= before
            power *= signal[:, a, None]
            visible += power
        return visible, classes

    def turned(self, states: NDArray[Any]) -> int:
        """Return the number of powers, those of every bit with every memory, that are computed at
        a time.
        """
        return _TURNED if module_of(states) is np else _TURNED_THERE

    def answers(self, low: Floats, steps: Floats, signs: Floats, order: int) -> Answers:
        """Return what memories say of every bit of states with the overlaps ``low`` (B, K) and the
        bits ``signs`` (B, N) of ±1; ``steps`` (N, K) is 2 ξ_i/S.

        Examples
        --------
        >>> low, steps, signs = np.array([[1.0]]), np.array([[2.0], [2.0]]), np.array([[1.0, -1.0]])
        >>> Voting().answers(low, steps, signs, 2).votes  # 1² − 0, and 3² − 1²
        array([[1., 8.]])
        """
        xp = module_of(low)
        turned = signs[:, :, None] * steps
        xp.subtract(low[:, None, :], turned, out=turned)
        powers = rectified(turned, order - 1, order=order)
        kept = rectified(low, order - 1, order=order)
        before = xp.einsum("bk,bk->b", kept, low)
        votes = signs * (before[:, None] - xp.einsum("bik,bik->bi", powers, turned))
        return Turned(signs, kept, powers, votes.astype(np.float64, copy=False))
