"""Memories in one vector (Hoover, Chau, Strobelt, Ram, Krotov, NeurIPS 2024, "DrDAM")."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.continuous import ContinuousMemory, Size, inverse_temperature, stored
from hopfield_sim.models.distributed import file as summed_file
from hopfield_sim.models.distributed import validity
from hopfield_sim.models.distributed.features import Comparison, Projection
from hopfield_sim.models.distributed.file import Sum
from hopfield_sim.models.distributed.summed import Recipe
from hopfield_sim.models.members import SHAPE, FileKind, Values
from hopfield_sim.models.spins import read_only
from hopfield_sim.recall.observables import Record
from hopfield_sim.recall.vectors import Descent, Floats

if TYPE_CHECKING:
    from hopfield_sim.models.graded import Graded


@checks.by_name
class DistributedMemory(ContinuousMemory):
    r"""A memory whose patterns are summed into one vector T; its size does not grow with them.

    Random features φ have products ⟨φ(x), φ(y)⟩ ≈ exp(−β/2 ‖x − y‖²), so that with
    T = Σ_μ φ(ξ^μ)

    .. math:: E(x) = -\frac{1}{\beta} \log \max(⟨φ(x), T⟩, ε)
        \approx -\frac{1}{\beta} \log \sum_μ e^{-\frac{β}{2} ‖x - ξ^μ‖^2},

    which is the energy of ``ModernHopfield(similarity="euclidean")``. Storing is adding φ(ξ),
    forgetting is subtracting it, and recall goes down the gradient. Scale patterns so that the
    largest distance between two is about 1: binary ones to {0, 1/√D}, images to x/(max·√D).

    Parameters
    ----------
    n_features : int
        Y, the number of random directions; the errors fall as 1/√Y. ``theory.features_needed``
        says how many it takes.
    beta : float
        β > 0; the wells are about 1/√β wide.
    kernel : {"sincos", "cos", "exp", "expexp"}
        The kind of features, the most exact first. "sincos" and "expexp" hold 2Y numbers.
    energy : {"log", "plain"}
        As above, or E = −⟨φ(x), T⟩/β.
    orthogonal : bool
        Whether random directions are orthogonal in groups of D, which makes the errors smaller.
    rng : None, int or numpy.random.Generator
        The seed of the random directions, which belong to the memory.
    backend : {"auto", "numpy", "cython"}
        Implementation of cosines and sines to use; the results are the same to rounding.

    Attributes
    ----------
    quiet : bool
        False; set it to True and nothing is told, where the states are known to be far away.

    Warns
    -----
    UserWarning
        Once each, when states lie where the estimate is no larger than its own error, and when they
        lie in the dead zone ⟨φ(x), T⟩ ≤ ε = 1e-5, in which the energy is flat and nothing moves.

    Examples
    --------
    >>> memory = DistributedMemory(2000, beta=20.0, rng=0).store([[0.0, 0.5], [0.5, 0.0]])
    >>> run = memory.recall([0.1, 0.4])
    >>> run.states.round(1)
    array([0. , 0.5])
    """

    quiet: bool = False
    """Whether to leave out the warnings, where it is known what states are asked for."""

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
        """Y."""
        return self._recipe.n_features

    @property
    def kernel(self) -> str:
        """The kind of features."""
        return self._recipe.kernel

    @property
    def n_patterns(self) -> int:
        """Patterns stored and not forgotten."""
        state = self._state
        return 0 if state is None else state.n_patterns

    @property
    def beta(self) -> float:
        """The inverse temperature β; another one may be set as long as nothing is stored."""
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
    def memory(self) -> NDArray[np.float64]:
        """T = Σ φ(ξ), (Y,) or (2Y,) float64, read-only; the cosines first, then the sines.

        Zeros when nothing is stored.
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
        """Add patterns (P, D), or images (P, H, W) or (P, H, W, 3), to the sum.

        The first ones decide between float64 and float32, the latter for waves only: exponentials
        do not fit it.

        Returns
        -------
        DistributedMemory
            The memory itself.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            For another shape, and for numbers that are not finite.
        InsufficientMemoryError
            When T does not fit in memory.
        """
        with self._lock:
            known = self._drawn
            new = checks.real_patterns(
                patterns,
                n_neurons=None if known is None else known.n_neurons,
                dtype=self._recipe.dtype if known is None else known.dtype,
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
        """Subtract patterns (P, D) from the sum.

        A memory cannot tell what it holds: patterns that were never stored are subtracted all the
        same, and spoil it. Nothing is left when as many were forgotten as were stored.

        Returns
        -------
        DistributedMemory
            The memory itself.

        Raises
        ------
        NotStoredError
            When nothing is stored.
        InvalidInputError, InvalidTypeError
            For more patterns than are stored, another shape, numbers that are not finite.
        """
        with self._lock:
            before = stored(self._state)
            known = before.drawn
            gone = checks.real_patterns(
                patterns, n_neurons=known.n_neurons, dtype=known.dtype
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
        """Forget everything; patterns of another length may follow."""
        with self._lock:
            self._state = None
        return self

    # ------------------------------------------------------------------ what a state feels

    def features(self, states: Any) -> Any:
        """φ(x) of each state, (B, Y), or (B, 2Y): the cosines first, then the sines.

        It needs no patterns: ⟨φ(x), φ(y)⟩ ≈ exp(−β/2 ‖x − y‖²) for any two.
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
        """E of each state, (B,) float64; a float for a single one."""
        now = self._now()
        batch = now._validate(states)
        found = now._compare(batch.array)
        now._tell(found, batch.array)
        return batch.restore(now._recipe.energies(found))

    def gradient(self, states: Any) -> Any:
        """∇E of each state, (B, D); 0 where the estimate is at most ε."""
        now = self._now()
        batch = now._validate(states)
        found = now._compare(batch.array, gradient=True)
        now._tell(found, batch.array)
        slope = now._recipe.gradients(found)
        return batch.restore(slope.astype(batch.array.dtype, copy=False))

    def curvature(self, states: Any, directions: Any) -> Any:
        """∇²E v of each state x and direction v, (B, D); 0 where the estimate is at most ε.

        How fast the gradient changes when a state moves along v.

        Parameters
        ----------
        states, directions : (B, D), (D,) or images
            As many of one as of the other; not changed.

        Raises
        ------
        InvalidInputError
            For features that are exponentials, and for directions of another shape than states.
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
        """Let states (B, D) go down the gradient, x ← x − step · ∇E(x), until they rest.

        Parameters
        ----------
        states : (B, D), (D,) or images
            The cues; not changed.
        clamp : (D,) array_like of bool, optional
            Coordinates that never change: those of a cue that are known.
        observed : None, or bool (D,) of True alone
            Here for the likeness to ``ModernHopfield``: a sum over all coordinates has been taken,
            so none can be left out of the comparison any more.
        max_steps : int
            At most so many steps.
        tol : float
            A state rests when no coordinate changes by more than this in a step.
        step : float
            The part of the gradient that is gone.
        record : str, dict of functions, or a list of these
            Any of "energy", "states", and functions of the states (B, N) → (B,) by a
            name, as in ``record={"magnetisation": f}``: what the result has in ``recorded``.
        every : int, optional
            Steps between records; 1 if not given.

        Returns
        -------
        Descent

        Raises
        ------
        NotStoredError
            When nothing is stored.
        InvalidInputError, InvalidTypeError
            For arguments that make no sense, where ``observed`` leaves something out, and where a
            ``step`` is so large that states run away.
        """
        now = self._now()
        batch = now._validate(states)
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
            now._tell(now._compare(walk.states), walk.states)
        return run

    # ------------------------------------------------------------------ files

    _file = FileKind("distributed", **summed_file.MEMBERS, shape=SHAPE)

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        names = ("n_features", "beta", "kernel", "energy", "orthogonal")
        found = cls(**{name: values[name] for name in names})
        found._recipe = replace(found._recipe, key=values["key"])
        found._state = summed_file.read(values, found._recipe)
        return found

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
        self, states: Any, name: str = "states", *, observed: NDArray[np.bool_] | None = None
    ) -> checks.RealBatch:
        batch = super()._validate(states, name, observed=observed)
        validity.within(batch.array, self._recipe.beta, name)
        return batch

    def _graded(self) -> Graded:
        from hopfield_sim.models.distributed.graded import SummedStep

        now = self._now()
        return SummedStep(now.gradient, now.curvature)

    def _compare(self, states: Floats, *, gradient: bool = False) -> Comparison:
        return self._recipe.compare(stored(self._drawn), self._memory, states, gradient=gradient)

    def _tell(self, found: Comparison, states: Floats) -> None:
        """Warn, once each, of states where nothing can be relied upon."""
        if not self.quiet:
            kernel, log = self._recipe.kernel, self._recipe.energy == "log"
            validity.tell(
                kernel, self._memory, self._recipe.beta, found, states, self._told, log=log
            )
