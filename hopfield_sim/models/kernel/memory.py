"""Kernel memory networks (G. Iatropoulos, J. Brea, W. Gerstner, NeurIPS 35, 2022,
arXiv:2208.09416).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.backends.reference.perceptron import Learning
from hopfield_sim.errors import InvalidInputError, NotConverged
from hopfield_sim.models.base.binary import BinaryMemory, Manner
from hopfield_sim.models.base.members import SHAPE, FileKind, Member, Values
from hopfield_sim.models.base.shared import stored
from hopfield_sim.models.base.spins import Shape, Stored, image_shape, read_only
from hopfield_sim.models.kernel.engine import KernelEngine, refuse_energy
from hopfield_sim.models.kernel.fields import Fields, Floats
from hopfield_sim.models.kernel.kernels import KERNELS, Tabulated
from hopfield_sim.models.kernel.kernels import kernel as validated
from hopfield_sim.models.kernel.learning import METHODS, Task
from hopfield_sim.support import blas

_LARGE = 1000
"""Number of patterns from which BLAS may use several threads: for less they wait for each other."""

_LARGEST = 1e150
"""Largest coefficient in a file, so that squares are finite."""


@dataclass(frozen=True, eq=False)
class Learnt(Stored):
    """Stored patterns, and the kernel machines that hold them."""

    fields: Fields | None = None


class KernelMemory(BinaryMemory):
    r"""Kernel memory network: each neuron is a kernel machine that classifies what the others show.

    .. math:: s_i = \mathrm{sign}\, h_i, \qquad h_i = \sum_μ c_{iμ} K_i(ξ^μ, s)

    K_i compares a state and a pattern in all neurons but i, as if the diagonal of weights were
    zero. With a linear kernel neurons are perceptrons and hold up to 2 N random patterns; a
    polynomial of order p has about N^p features and holds as many times more; no finite number of
    features has the kernel "rbf", which holds any patterns that differ without neuron i.

    Parameters
    ----------
    kernel : {"rbf", "linear", "polynomial"} or callable
        K of two states x and y of n = N − 1 neurons: exp(−‖x − y‖²/2σ²), x·y, or (1 + x·y/n)^p. On
        ±1 exp(x·y/σ²) is the first, up to a factor. A function of your own takes a float64 array of
        overlaps x·y/n and returns K of each; it must be positive semidefinite.
    order : int
        p of "polynomial", from 1 to 64.
    width : float, optional
        σ of "rbf", at least 0.5; by default √N/3. The wider, the more it is like a linear
        kernel.
    method : {"margin", "perceptron", "regression"}
        How neurons learn. "margin": the largest margin, to 0.1 %, as a support vector machine.
        "perceptron": ``rules.perceptron``, with this kernel. "regression": fields of ±1 by the
        smallest weights.
    stability : float
        For "perceptron": the margin κ that each bit must have, in the units of ``stabilities``.
    max_epochs : int
        Maximum number of times that a neuron sees all patterns.

    Notes
    -----
    Neurons learn independently. There is no energy, and recall may end in cycles of any period;
    those of two are detected in synchronous recall.

    Examples
    --------
    The exclusive or of two neurons: no linear machine holds it, one of order 2 does.

    >>> xor = [[-1, -1, -1], [-1, 1, 1], [1, -1, 1], [1, 1, -1]]
    >>> memory = KernelMemory("polynomial", order=2).store(xor)
    >>> memory.recall([1, -1, -1], clamp=[True, True, False]).states
    array([ 1, -1,  1], dtype=int8)
    >>> memory.stabilities.min() > 0
    np.True_
    """

    _state: Learnt
    _energetic: ClassVar[bool] = False

    def __init__(
        self,
        kernel: str | Callable[[Floats], Any] = "rbf",
        *,
        order: int = 2,
        width: float | None = None,
        method: str = "margin",
        stability: float = 0.0,
        max_epochs: int = 1000,
    ) -> None:
        self._kernel = validated(kernel, order, width)
        self._method = checks.choice(method, METHODS, "method")
        self._stability = checks.real(stability, "stability", minimum=0)
        self._max_epochs = checks.integer(max_epochs, "max_epochs", minimum=1, maximum=2**40)
        self.clear()

    # ------------------------------------------------------------------ learning

    def store(self, patterns: Any) -> KernelMemory:
        """Store patterns (P, N), or images (P, H, W); all patterns, old and new, are learnt again.

        Parameters
        ----------
        patterns : (P, N) or (P, H, W) array_like of ±1
            Patterns of at least two neurons; not modified.

        Returns
        -------
        KernelMemory
            The memory itself, in which every pattern is a fixed point.

        Raises
        ------
        NotConverged
            If the patterns are not fixed points after ``max_epochs``, or, for "perceptron", a
            stability is below ``stability``; nothing is stored then.
        InvalidInputError, InvalidTypeError
            If values are not ±1, the shape is wrong, or a kernel of your own is not finite.
        InsufficientMemoryError
            If the kernels do not fit into memory.
        """
        with self._lock:
            known = None if self._patterns is None else self._patterns.shape[1]
            new = checks.patterns(patterns, n_neurons=known)
            self._state = self._learnt(self._joined(new), new.shape or self._shape)
        return self

    def forget(self, index: int) -> KernelMemory:
        """Remove the stored pattern ``index``, and learn the others again; later indices shift down
        by one.

        Parameters
        ----------
        index : int
            Index of the pattern.

        Raises
        ------
        NotStoredError
            If there are no patterns.
        NotConverged
            If the other patterns are not learnt; nothing is forgotten then.
        InvalidInputError, InvalidTypeError
            If the index is out of range, or no integer.
        """
        with self._lock:
            index, left = self._without(index)
            if not len(left):
                return self.clear()
            self._state = self._learnt(left, self._shape)
        return self

    def clear(self) -> KernelMemory:
        """Remove all patterns; the number of neurons may change with the next ones."""
        with self._lock:
            self._state = Learnt(None, None)
        return self

    def _learnt(self, patterns: NDArray[np.int8], shape: Shape | None) -> Learnt:
        """What these patterns teach."""
        count, n = patterns.shape
        if n < 2:
            raise InvalidInputError(
                "patterns must have at least two neurons, since none sees itself; got 1"
            )
        checks.memory(
            8 * (8 * patterns.size + 6 * count**2),
            f"learning {count} patterns of {n} neurons",
            "store fewer patterns",
        )
        task = Task.of(patterns, self._kernel.table(n - 1), self._max_epochs, self._stability)
        if self._kernel.name == "linear" and self._method == "perceptron":
            # Whole numbers, for which every backend has an engine.
            learning = Learning(patterns, self._stability, self._max_epochs, zero_diagonal=True)
            backends.get().perceptron.learn(learning)
            x = learning.best.astype(np.float64)
        else:
            with blas.limit(1 if len(patterns) < _LARGE else None):
                x = METHODS[self._method](task)
        if self._method == "perceptron":
            x /= n  # those of the rule
        fields = Fields(patterns, x * task.bits, task.table)
        self._demand_held(task, x, fields)
        return Learnt(patterns, shape, fields)

    def _demand_held(self, task: Task, x: Floats, fields: Fields) -> None:
        """Raise if a pattern is not a fixed point, or less stable than wanted."""
        worst = task.stabilities(x).min(axis=1)
        wanted = self._stability * (1 - 1e-9) if self._method == "perceptron" else 0.0
        held = (fields.of(fields.patterns) * fields.patterns > 0).all(axis=0)
        short = ~(held & (worst >= wanted))
        if short.any():
            count, n = fields.patterns.shape
            demand = f" with a stability of {self._stability:g}" if wanted else ""
            raise NotConverged(
                f"{short.sum()} of {n} neurons do not hold {count} patterns{demand} by the kernel "
                f"{self._kernel}, method={self._method!r} (the worst stability is "
                f"{worst.min():.3g}); store fewer patterns, or ones that differ in more neurons, "
                "use a kernel with more features (a higher order, or rbf), or allow more "
                "max_epochs"
            )

    # ------------------------------------------------------------------ what it is

    def _size(self) -> int:
        return self._known().patterns.shape[1]

    @property
    def kernel(self) -> str:
        """Name of the kernel, or of your own function."""
        return self._kernel.name

    @property
    def method(self) -> str:
        """How neurons learn."""
        return self._method

    @property
    def coefficients(self) -> Floats:
        """Coefficients c, (N, P), read-only; the weights of a linear kernel are c Ξ without their
        diagonal.
        """
        return read_only(self._known().coefficients)

    @property
    def stabilities(self) -> Floats:
        """Margins of each bit of each pattern, (P, N), read-only: ξ_i h_i √(n/K(1)) / ‖w_i‖, with
        ‖w_i‖² = Σ_μν c_iμ c_iν K_i(ξ^μ, ξ^ν).

        K(1) is the kernel of a state and itself, so that no margin exceeds √n, n = N − 1, whatever
        the kernel; for a linear one they are Gardner's.
        """
        known = self._known()
        task = Task.of(known.patterns, known.table, 1, 0.0)
        return read_only(np.ascontiguousarray(task.stabilities(known.signed).T))

    def __repr__(self) -> str:
        content, patterns = "nothing stored", self._patterns
        if patterns is not None:
            content = f"N={patterns.shape[1]}, P={len(patterns)}"
        return f"<KernelMemory {self._kernel}, method={self._method!r}, {content}>"

    # ------------------------------------------------------------------ what a state feels

    def fields(self, states: Any) -> Any:
        """Fields h of each neuron, (B, N); 0 if zero up to rounding.

        Parameters
        ----------
        states : (B, N), (N,) or image array_like
            States of ±1; not modified.

        Returns
        -------
        (B, N), (N,) or image ndarray of float64
            h, in units of the kernel.

        Raises
        ------
        NotStoredError
            If nothing is stored.
        InvalidInputError, InvalidTypeError
            If ``states`` do not match the memory.
        """
        now = self._now()
        batch = now._validate(states)
        return batch.restore(now._known().of(batch.array))

    def energy(self, states: Any) -> Any:
        """There is none: neurons learn independently, so that no energy need fall.

        Raises
        ------
        NotStoredError
            If nothing is stored.
        InvalidInputError, InvalidTypeError
            Always; for states that do not match the memory it says so first.
        """
        self._now()._validate(states)
        refuse_energy()

    # ------------------------------------------------------------------ private

    def _known(self) -> Fields:
        return stored(self._state.fields)

    def _engine(self, manner: Manner) -> KernelEngine:
        return KernelEngine(self._known(), manner)

    # ------------------------------------------------------------------ files

    _file = FileKind(
        "kernel",
        kernel=Member("U"),
        order=Member("i8", "_kernel.order"),
        width=Member("f8", "_kernel.width", optional=True),
        method=Member("U"),
        stability=Member("f8", "_stability"),
        max_epochs=Member("i8", "_max_epochs"),
        patterns=Member("i1 P N", lambda memory: memory._stored_patterns("save")),
        coefficients=Member("f8 N P", lambda memory: memory._known().coefficients),
        table=Member(
            "f8 N",
            lambda memory: memory._known().table if memory._kernel.function else None,
            optional=True,
        ),
        shape=SHAPE,
    )

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        name, table = values["kernel"], values["table"]
        patterns = checks.patterns(values["patterns"]).array
        n, coefficients = patterns.shape[1], values["coefficients"]
        if not (np.abs(coefficients) <= _LARGEST).all():
            raise InvalidInputError("its coefficients are not those of a memory")
        if n < 2 or (table is None) != (name in KERNELS):
            raise InvalidInputError(f"its members do not make a memory of the kernel {name!r}")
        memory = cls(
            name if table is None else Tabulated(name, table),
            order=values["order"],
            width=values["width"],
            method=values["method"],
            stability=values["stability"],
            max_epochs=values["max_epochs"],
        )
        fields = Fields(patterns, coefficients, memory._kernel.table(n - 1))
        memory._state = Learnt(patterns, image_shape(values, n), fields)
        return memory
