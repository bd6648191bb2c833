"""Memories in one vector (Hoover, Chau, Strobelt, Ram, Krotov, NeurIPS 2024, "DrDAM")."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.continuous import ContinuousMemory, Size, inverse_temperature
from hopfield_sim.models.base.members import SHAPE, FileKind, Values
from hopfield_sim.models.base.shared import stored
from hopfield_sim.models.base.spins import read_only
from hopfield_sim.models.distributed import advice, validity
from hopfield_sim.models.distributed import file as summed_file
from hopfield_sim.models.distributed.features import Comparison, Projection
from hopfield_sim.models.distributed.file import Sum
from hopfield_sim.models.distributed.summed import Recipe
from hopfield_sim.recall.observables import Record
from hopfield_sim.recall.vectors import Descent, Floats

if TYPE_CHECKING:
    from hopfield_sim.models.graded import Graded


class DistributedMemory(ContinuousMemory):
    r"""Distributed memory: patterns are summed into one vector T, whose size is fixed.

    Random features φ approximate a kernel, ⟨φ(x), φ(y)⟩ ≈ exp(−β/2 ‖x − y‖²), so that with
    T = Σ_μ φ(ξ^μ)

    .. math:: E(x) = -\frac{1}{\beta} \log \max(⟨φ(x), T⟩, ε)
        \approx -\frac{1}{\beta} \log \sum_μ e^{-\frac{β}{2} ‖x - ξ^μ‖^2},

    which is the energy of ``ModernHopfield(similarity="euclidean")``. ``store`` adds φ(ξ),
    ``forget`` subtracts it, and ``recall`` is a gradient descent. Scale patterns such that the
    largest distance between two is about 1: binary ones to {0, 1/√D}, images to x/(max·√D).

    Parameters
    ----------
    n_features : int
        Number Y of random directions; errors decrease as 1/√Y. ``suggest_features`` estimates the
        required number.
    beta : float
        Inverse temperature β > 0; the width of the wells is about 1/√β.
    kernel : {"sincos", "cos", "exp", "expexp"}
        Type of random features, the most accurate first. For "sincos" and "expexp" T has 2Y
        numbers.
    energy : {"log", "plain"}
        The energy above, or E = −⟨φ(x), T⟩/β.
    orthogonal : bool
        Whether random directions are orthogonal in groups of D, which reduces the errors.
    rng : None, int or numpy.random.Generator
        Random number generator or seed of the random directions, which are part of the memory.
    backend : {"auto", "numpy", "cython"}
        Implementation of cosines and sines to use; the results are the same to rounding.

    Attributes
    ----------
    quiet : bool
        False by default; True disables the warnings below.
    directions_bytes : int or None
        Largest size in bytes of random directions, Y × D numbers, that are kept in memory; None,
        the default, stands for 256 MB. Larger ones are drawn again whenever they are needed, which
        takes ten times as long. Results do not depend on it, and files do not have it.

    Warns
    -----
    UserWarning
        Once each, if the estimate at some states is not larger than its error, if states are in the
        dead zone ⟨φ(x), T⟩ ≤ ε = 1e-5, in which the energy is flat and states do not move, and if
        recalls end no deeper than in a well that the noise of the gradient alone makes.

    Examples
    --------
    >>> memory = DistributedMemory(2000, beta=20.0, rng=0).store([[0.0, 0.5], [0.5, 0.0]])
    >>> run = memory.recall([0.1, 0.4])
    >>> run.states.round(1)
    array([0. , 0.5])
    """

    quiet: bool = False
    """Whether to disable the warnings about states far from all patterns."""

    _state: Sum | None

    def __init__(
        self,
        n_features: int,
        beta: float = 1.0,
        *,
        kernel: str = "sincos",
        energy: str = "log",
        orthogonal: bool = False,
        rng: Any = None,
        backend: str = "auto",
    ) -> None:
        super().__init__(backend)
        self._recipe = Recipe.validated(
            n_features,
            inverse_temperature(beta),
            kernel,
            energy,
            orthogonal,
            rng,
            self._backend,
        )
        self._told: set[str] = set()
        self.clear()

    @property
    def n_features(self) -> int:
        """Number of random directions, Y."""
        return self._recipe.n_features

    @property
    def kernel(self) -> str:
        """Type of random features."""
        return self._recipe.kernel

    @property
    def n_patterns(self) -> int:
        """Number of stored patterns."""
        state = self._state
        return 0 if state is None else state.n_patterns

    @property
    def beta(self) -> float:
        """Inverse temperature β; it can be changed while nothing is stored."""
        return self._recipe.beta

    @beta.setter
    def beta(self, value: float) -> None:
        with self._lock:
            if self._drawn is not None:
                raise InvalidInputError(
                    "beta cannot be changed in a distributed memory that holds patterns: they were "
                    "summed at it, and are not kept; clear() it and store them again"
                )
            self._recipe = replace(self._recipe, beta=inverse_temperature(value))

    @property
    def directions_bytes(self) -> int | None:
        """Largest size in bytes of random directions that are kept in memory; None for 256 MB."""
        return self._recipe.budget

    @directions_bytes.setter
    def directions_bytes(self, value: int | None) -> None:
        if value is not None:
            value = checks.integer(value, "directions_bytes", minimum=0)
        with self._lock:
            self._recipe = replace(self._recipe, budget=value)
            if self._state is not None:
                drawn = replace(self._state.drawn, budget=value, _kept=None)
                self._state = self._state._replace(drawn=drawn)

    @property
    def memory(self) -> NDArray[np.float64]:
        """Memory vector T = Σ φ(ξ), (Y,) or (2Y,) float64, read-only; cosines first, then sines.

        Zeros if nothing is stored.
        """
        state = self._state
        if state is None:
            return read_only(np.zeros(self._recipe.n_numbers))
        return read_only(state.memory.reshape(-1))

    def __repr__(self) -> str:
        recipe, state = self._recipe, self._state
        what = f"<DistributedMemory Y={recipe.n_features}, beta={recipe.beta:g}"
        what += f", kernel={recipe.kernel!r}, energy={recipe.energy!r}"
        if state is None:
            return f"{what}, nothing stored>"
        return f"{what}, N={state.drawn.n_neurons}, P={state.n_patterns}>"

    # ------------------------------------------------------------------ learning

    def store(self, patterns: Any) -> DistributedMemory:
        """Store patterns (P, D), or images (P, H, W) or (P, H, W, 3), by adding their features.

        The dtype of the first patterns determines that of the computation, float64 or float32; the
        kernels "exp" and "expexp" always use float64.

        Parameters
        ----------
        patterns : (P, D), (P, H, W) or (P, H, W, 3) array_like of float
            Patterns, finite; not modified.

        Returns
        -------
        DistributedMemory
            The memory itself.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            If the shape is wrong or values are not finite.
        InsufficientMemoryError
            If T does not fit into memory.
        """
        with self._lock:
            known = self._drawn
            new = checks.real_patterns(
                patterns,
                n_neurons=None if known is None else known.n_neurons,
                dtype=self._recipe.dtype if known is None else known.dtype,
                xp=self._recipe.xp,
            )
            validity.within(new.array, self._recipe.beta, "patterns")
            shape = self._shape_with(new)
            if known is None:
                known = self._recipe.draw(new.array.shape[1], new.array.dtype)
            more, before = self._recipe.total(known, new.array), self._state
            total = more if before is None else before.memory + more
            self._state = Sum(known, total, shape, self.n_patterns + len(new.array))
        return self

    def forget(self, patterns: Any) -> DistributedMemory:
        """Remove patterns (P, D) by subtracting their features.

        The memory cannot check what it stores: patterns that were never stored are subtracted too,
        which corrupts it. The memory is empty when as many patterns were removed as stored.

        Parameters
        ----------
        patterns : (P, D), (P, H, W) or (P, H, W, 3) array_like of float
            Patterns to remove.

        Returns
        -------
        DistributedMemory
            The memory itself.

        Raises
        ------
        NotStoredError
            If nothing is stored.
        InvalidInputError, InvalidTypeError
            If there are more patterns than stored, the shape is wrong, or values are not finite.
        """
        with self._lock:
            before = stored(self._state)
            known = before.drawn
            gone = checks.real_patterns(
                patterns, n_neurons=known.n_neurons, dtype=known.dtype, xp=self._recipe.xp
            ).array
            validity.within(gone, self._recipe.beta, "patterns")
            if len(gone) > before.n_patterns:
                raise InvalidInputError(
                    f"patterns must be among the {before.n_patterns} stored; "
                    f"got {len(gone)} to forget"
                )
            if len(gone) == before.n_patterns:
                return self.clear()
            total = before.memory - self._recipe.total(known, gone)
            self._state = before._replace(memory=total, n_patterns=before.n_patterns - len(gone))
        return self

    def clear(self) -> DistributedMemory:
        """Remove all patterns; the next ones may have another length."""
        with self._lock:
            self._state = None
        return self

    def suggest_beta(
        self, patterns: Any, cues: Any = None, *, weight: float = 0.99, fraction: float = 0.9
    ) -> float:
        """The smallest β at which patterns are separated from each other.

        That of the exact memory, ``ModernHopfield(similarity="euclidean")``. The required number of
        features grows as exp(β r²) with the distance r of a cue from its pattern.

        Parameters
        ----------
        patterns : (P, D), (P, H, W) or (P, H, W, 3) array_like of float
            Patterns to be stored, or a sample of them.
        cues : (B, D) array_like, optional
            Typical cues, each assigned to its nearest pattern; by default the patterns themselves.
        weight, fraction : float
            At least ``fraction`` of the cues have a weight of at least ``weight`` on one pattern.

        Returns
        -------
        float
            β.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            If there is no such β, or the shapes are wrong.

        Examples
        --------
        >>> round(DistributedMemory(1).suggest_beta([[0.0, 0.5], [0.5, 0.0]]), 2)
        18.38
        """
        return advice.exact(patterns).suggest_beta(cues, weight=weight, fraction=fraction)

    def suggest_features(
        self, patterns: Any, cues: Any = None, *, error: float = 0.25, fraction: float = 0.9
    ) -> int:
        r"""The number of features Y from which on recall is not led astray by noise.

        The gradient is noisier than the energy, in D directions: its error has the length
        :math:`\sqrt{D/\beta}\, \lVert T \rVert / (\sqrt{2Y} K)`, with
        :math:`K = \sum_\mu e^{-\beta/2 \lVert x - \xi^\mu \rVert^2}`. At the patterns it moves the
        end of a recall by so much, which shall be at most ``error`` times the width 1/√β of a well;
        at the cues it shall be at most the way to the nearest pattern.

        Parameters
        ----------
        patterns : (P, D), (P, H, W) or (P, H, W, 3) array_like of float
            Patterns to be stored, or a sample of them.
        cues : (B, D) array_like, optional
            Typical cues; by default only the ends of recalls are considered.
        error : float
            Largest displacement of an end, in units of 1/√β.
        fraction : float
            Fraction of the patterns and of the cues for which this holds.

        Returns
        -------
        int
            Y, for the memory's β and kernel.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            For the kernels "exp" and "expexp", if more than 2⁴⁰ are needed, or for wrong shapes.

        Examples
        --------
        >>> DistributedMemory(1, beta=20.0).suggest_features([[0.0, 0.5], [0.5, 0.0]])
        32
        """
        recipe = self._recipe
        return advice.suggest_features(patterns, cues, recipe.beta, recipe.kind, error, fraction)

    # ------------------------------------------------------------------ what a state feels

    def features(self, states: Any) -> Any:
        """Random features φ(x) of each state, (B, Y), or (B, 2Y): cosines first, then sines.

        They do not depend on patterns: ⟨φ(x), φ(y)⟩ ≈ exp(−β/2 ‖x − y‖²) for any two vectors.
        """
        now = self._now()
        known = now._drawn
        if known is None:
            flat = checks.numeric(states, "states")
            n = flat.shape[-1] if flat.ndim else 1
            batch = checks.real_states(states, n, dtype=self._recipe.dtype)
            validity.within(batch.array, self._recipe.beta, "states")
            known = self._recipe.draw(n, batch.array.dtype)
        else:
            batch = now._validate(states)
        return batch.restore(now._recipe.features(known, batch.array), sites=False)

    def energy(self, states: Any) -> Any:
        """Energy E of each state, (B,) float64; a float for a single state."""
        now = self._now()
        batch = now._validate(states, xp=now._recipe.xp)
        comparison = now._compare(batch.array)
        now._tell(comparison, batch.array)
        return batch.restore(now._recipe.energies(comparison))

    def gradient(self, states: Any) -> Any:
        """Gradient ∇E at each state, (B, D); 0 where the estimate is at most ε."""
        now = self._now()
        batch = now._validate(states, xp=now._recipe.xp)
        comparison = now._compare(batch.array, gradient=True)
        now._tell(comparison, batch.array)
        slope = now._recipe.gradients(comparison)
        return batch.restore(slope.astype(batch.array.dtype, copy=False))

    def curvature(self, states: Any, directions: Any) -> Any:
        """Product ∇²E v for each state and direction v, (B, D); 0 where the estimate is at most ε.

        It is the rate of change of the gradient when a state moves along v.

        Parameters
        ----------
        states, directions : (B, D), (D,) or image array_like
            States and directions, of equal shape; not modified.

        Raises
        ------
        InvalidInputError
            For the kernels "exp" and "expexp", or if the shapes differ.
        """
        now = self._now()
        batch, along = (
            now._validate(states),
            super(DistributedMemory, now)._validate(directions, "directions"),
        )
        if along.array.shape != batch.array.shape:
            raise InvalidInputError(
                f"directions must be as many as states, {len(batch.array)}; got {len(along.array)}"
            )
        bend = now._recipe.curved(stored(now._drawn), now._memory, batch.array, along.array)
        return batch.restore(bend.astype(batch.array.dtype, copy=False))

    # ------------------------------------------------------------------ dynamics

    def recall(
        self,
        states: Any,
        *,
        clamp: Any = None,
        observed: Any = None,
        max_steps: int = 1000,
        tol: float = 1e-6,
        step: float = 0.1,
        record: Record = (),
        every: int | None = None,
    ) -> Descent:
        """Gradient descent of states (B, D), x ← x − step · ∇E(x), until they converge.

        Parameters
        ----------
        states : (B, D), (D,) or image array_like
            Initial states (cues); not modified.
        clamp : (D,) or (B, D) array_like of bool, optional
            Coordinates that never change, of all states or of each, such as the known ones of a
            cue.
        observed : None, or (D,) array_like of True
            For compatibility with ``ModernHopfield``; coordinates cannot be left out, since T is a
            sum over all of them.
        max_steps : int
            Maximum number of steps.
        tol : float
            Tolerance: a state has converged if no coordinate changes by more in a step.
        step : float
            Step size.
        record : str, dict of functions, or a list of these
            Observables to record in ``Descent.recorded``: "energy", "states", and functions of the
            states, (B, N) → (B,), by name, as in ``record={"magnetisation": f}``.
        every : int, optional
            Number of steps between recorded rows, by default 1.

        Returns
        -------
        Descent
            Final states, reasons for stopping, and recorded rows.

        Raises
        ------
        NotStoredError
            If nothing is stored.
        InvalidInputError, InvalidTypeError
            If ``states`` or ``clamp`` do not have D coordinates, values are not finite,
            ``observed`` leaves coordinates out, ``max_steps`` or ``tol`` is negative, or ``step``
            is so large that states diverge.
        """
        now = self._now()
        batch = now._validate(states, xp=now._recipe.xp)
        if observed is not None and not now._mask(observed, "observed").all():
            raise InvalidInputError(
                "observed must be True everywhere in a distributed memory: its patterns are summed "
                "over all coordinates, so none can be left out any more; keep the known ones with "
                "clamp=, or use ModernHopfield(similarity='euclidean'), which keeps its patterns"
            )
        step, drawn = checks.real(step, "step", minimum=0.0), stored(now._drawn)
        walk, run = now._descend(
            lambda x: now._recipe.downhill(drawn, now._memory, x, step),
            lambda x: now._recipe.energies(now._compare(x)),
            batch,
            None,
            clamp=clamp,
            max_steps=max_steps,
            tol=tol,
            record=record,
            every=every,
        )
        if not self.quiet:
            now._tell(now._compare(walk.states), walk.states, ends=walk.resting)
        return run

    # ------------------------------------------------------------------ files

    _file = FileKind("distributed", **summed_file.MEMBERS, shape=SHAPE)

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        names = ("n_features", "beta", "kernel", "energy", "orthogonal")
        memory = cls(**{name: values[name] for name in names})
        memory._recipe = replace(memory._recipe, key=values["key"])
        memory._state = summed_file.read(values, memory._recipe)
        return memory

    # ------------------------------------------------------------------ private

    def _size(self) -> Size:
        known = stored(self._drawn)
        return Size(known.n_neurons, self.n_patterns, known.dtype)

    @property
    def _drawn(self) -> Projection | None:
        state = self._state
        return None if state is None else state.drawn

    @property
    def _memory(self) -> NDArray[np.float64]:
        return stored(self._state).memory

    @property
    def _shape(self) -> tuple[int, ...] | None:
        state = self._state
        return None if state is None else state.shape

    def _validate(
        self,
        states: Any,
        name: str = "states",
        *,
        observed: NDArray[np.bool_] | None = None,
        xp: Any = np,
    ) -> checks.Batch[np.floating]:
        batch = super()._validate(states, name, observed=observed, xp=xp)
        validity.within(batch.array, self._recipe.beta, name)
        return batch

    def _graded(self) -> Graded:
        from hopfield_sim.models.distributed.graded import SummedStep

        now = self._now()
        return SummedStep(now.gradient, now.curvature)

    def _compare(self, states: Floats, *, gradient: bool = False) -> Comparison:
        return self._recipe.compare(stored(self._drawn), self._memory, states, gradient=gradient)

    def _tell(
        self, comparison: Comparison, states: Floats, *, ends: NDArray[np.bool_] | None = None
    ) -> None:
        """Warn, once each, of states where nothing can be relied upon; ``ends`` are at rest."""
        if not self.quiet:
            kernel, log = self._recipe.kernel, self._recipe.energy == "log"
            memory, beta, told = self._memory, self._recipe.beta, self._told
            validity.tell(kernel, memory, beta, comparison, states, told, log=log)
            if ends is not None:
                validity.tell_of_noise(kernel, memory, comparison, ends, states.shape[1], told)
