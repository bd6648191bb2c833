"""Reference of class neurons of trained dense memories, in NumPy or in the array module of its
arguments: votes of the memories for each class, and their gradients.

With all class neurons at −1 the overlap of a state with memory μ is h_μ^−; with class neuron a at
+1 it is h_μ^{a+} = h_μ^− + 2 ξ_a^μ. Both come divided by a scale S: ``low`` (B, K) is h^−/S,
``steps`` (C, K) is 2 ξ_a/S. Results are defined to rounding: 1e-12 for float64, 1e-5 for float32,
of the sum of the sizes of their terms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.reference.powers import Floats, rectified
from hopfield_sim.checks.places import module_of


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
