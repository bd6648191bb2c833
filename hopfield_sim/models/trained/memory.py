"""A dense associative memory that learns what it keeps (the rule of Krotov & Hopfield, NeurIPS 29,
2016, turned on the memory's own bits).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from hopfield_sim import backends, checks
from hopfield_sim.backends.reference.powers import Floats
from hopfield_sim.checks import places
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.binary import BinaryMemory, Manner
from hopfield_sim.models.base.members import SHAPE, FileKind, Member, Values
from hopfield_sim.models.base.shared import stored
from hopfield_sim.models.base.spins import Stored, image_shape, read_only
from hopfield_sim.models.dense.interactions import Rectified
from hopfield_sim.models.descent.early_stopping import (
    Patience,
    columns,
    rows_of,
    train,
    warn_of_wrong_bits,
)
from hopfield_sim.models.trained.engine import Field, TrainedEngine
from hopfield_sim.models.trained.learning import Learner, Recipe

if TYPE_CHECKING:
    from hopfield_sim.models.graded import Graded

HISTORY = {"rate": "f8", "errors": "i8", "cost": "f8"}
"""Columns of the history, in addition to the number of the step, and their dtypes."""


@dataclass(frozen=True, eq=False)
class Learnt(Stored):
    """What a memory has learnt, a row a step of how, the temperature at which, and how many bits of
    the patterns one step of recall changes.
    """

    memories: Floats | None = None
    history: Sequence[dict[str, Any]] = ()
    temperature: float = math.nan
    n_changed: int = 0


class TrainedDenseMemory(BinaryMemory):
    r"""Trained dense memory: K real memories that learn to predict each bit from the others.

    .. math:: Y_i = \tanh β \sum_μ [F(ξ_μ·x^{i+}) - F(ξ_μ·x^{i-})], \quad F(x) = \max(x, 0)^n, \quad
        β = (T N)^{-n}

    where x^{i±} is the pattern with bit i at ±1. The memories minimise Σ (Y_i − x_i)^{2m} over all
    bits of all patterns by gradient descent with momentum p: V ← pV + dξ, ξ ← clip(ξ +
    ε V / max_j \|V_j\|, −1, 1), with a decreasing rate ε = ε₀ f^step. Recall is that of a rectified
    ``DenseMemory`` with these memories: E(s) = −Σ_μ F(ξ_μ·s).

    While a ``DenseMemory`` stores each pattern as a memory, here memories are trained until the
    patterns are stable: more patterns than a low order could store otherwise, or with fewer
    memories than patterns.

    Parameters
    ----------
    n_memories : int
        Number of memories, K.
    order : int
        Order n, from 2 to 64, well below N: a single bit changes a power of h by a factor e^{2n/N}.
    cost : int
        Exponent m of the cost; the larger, the larger the weight of the worst bits.
    rate, damp, momentum : float
        Initial learning rate ε₀, its decay factor f per step, and the momentum p.
    temperature : "auto" or float
        Temperature T, in units of N. "auto" chooses T such that the median output would be tanh(3)
        if the patterns were the memories.
    rng : None, int or numpy.random.Generator
        Random number generator or seed of the initial memories. The same seed gives the same
        memory.
    backend : {"auto", "numpy", "cython", ...}
        Implementation to use; one of a GPU takes states and patterns there, and updates and learns
        them there.

    Examples
    --------
    Two patterns of six neurons, and a cue with one flipped bit:

    >>> patterns = np.array([[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]])
    >>> memory = TrainedDenseMemory(2, rng=0).store(patterns)
    >>> memory.recall([-1, 1, 1, -1, -1, -1], order="sequential").states
    array([ 1,  1,  1, -1, -1, -1], dtype=int8)
    """

    _state: Learnt

    def __init__(
        self,
        n_memories: int,
        order: int = 3,
        *,
        cost: int = 4,
        rate: float = 0.04,
        damp: float = 0.998,
        momentum: float = 0.6,
        temperature: str | float = "auto",
        rng: Any = None,
        backend: str = "auto",
    ) -> None:
        self._recipe = Recipe.validated(
            n_memories, order, cost, rate, damp, momentum, temperature, rng
        )
        self._backend = backends.setting(backend)
        self.clear()

    # ------------------------------------------------------------------ learning

    def store(
        self,
        patterns: Any,
        *,
        max_iter: int = 300,
        min_iter: int | None = None,
        patience: int = 50,
        min_delta: float = 1e-4,
        advise: bool = True,
    ) -> TrainedDenseMemory:
        """Store patterns (P, N), or images (P, H, W); all patterns, old and new, are learnt again.

        Each step uses all patterns. Learning stops when every bit follows from the others, but not
        before ``min_iter`` steps: further steps enlarge the basins. It also stops when the cost,
        the mean of (Y_i − x_i)^{2m}, hardly decreases any more.

        Parameters
        ----------
        patterns : (P, N) or (P, H, W) array_like of ±1
            Patterns of ±1.
        max_iter : int
            Maximum number of steps.
        min_iter : int, optional
            Minimum number of steps, by default 50, or ``max_iter`` if that is less.
        patience, min_delta : int, float
            Stop if the cost has not decreased by more than ``min_delta`` for ``patience`` steps.
        advise : bool
            Warn if learning ends with patterns that are not fixed points.

        Returns
        -------
        TrainedDenseMemory
            The memory itself. It keeps the memories of the step with the fewest wrong bits and,
            among those, the lowest cost; ``converged`` says whether the patterns are fixed
            points.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            If values are not ±1, the shape is wrong, or another argument is out of range.
        InsufficientMemoryError
            If the memories do not fit into memory.
        """
        when = Patience.validated(max_iter, min_iter, patience, min_delta, usual=50)
        advise = checks.flag(advise, "advise")
        with self._lock:
            known = None if self._patterns is None else self._patterns.shape[1]
            new = checks.patterns(patterns, n_neurons=known, xp=self._xp)
            everything, shape = self._joined(new), new.shape or self._shape
            k, n = self._recipe.n_memories, everything.shape[1]
            checks.memory(
                8 * (10 * k * n + 2 * everything.size),
                f"learning {k} memories of {n} neurons",
                "use fewer memories",
            )
            there = places.module_of(patterns).asarray(everything)
            learner = Learner(self._recipe, there, backends.get(self._backend).voting)
            found, history = train(learner.step, learner.evaluate, learner.start(), when)
            changed = places.moved(self._field(found).changed(there), places.HERE)
            memories = places.moved(found, places.HERE)
            if advise:
                warn_of_wrong_bits(changed, everything, len(history), k, "memories")
            self._state = Learnt(
                everything, shape, memories, history, learner.temperature, int(changed.sum())
            )
        return self

    def clear(self) -> TrainedDenseMemory:
        """Remove all patterns; the number of neurons may change with the next ones."""
        with self._lock:
            self._state = Learnt(None, None)
        return self

    # ------------------------------------------------------------------ what it is

    def _size(self) -> int:
        return self._learnt().shape[1]

    @property
    def n_memories(self) -> int:
        """Number of memories, K."""
        return self._recipe.n_memories

    @property
    def order(self) -> int:
        """Order n of the interaction."""
        return self._recipe.order

    @property
    def memories(self) -> Floats:
        """Memories ξ, (K, N), from −1 to 1, read-only."""
        return read_only(self._learnt())

    @property
    def temperature(self) -> float:
        """Temperature T of the training, in units of N."""
        now = self._now()
        now._learnt()
        return now._state.temperature

    @property
    def converged(self) -> bool:
        """Whether every stored pattern is a fixed point: one step of recall changes no bit of it.

        Raises
        ------
        NotStoredError
            When nothing is stored yet.
        """
        now = self._now()
        now._learnt()
        return now._state.n_changed == 0

    @property
    def history(self) -> list[dict[str, Any]]:
        """History of the last ``store``, one row per step.

        ``iteration`` from 1, the ``rate`` ε of the step, and after it ``errors`` (number of bits
        that are predicted wrongly or not at all) and ``cost`` (mean of (Y_i − x_i)^{2m}).
        """
        return [dict(row) for row in self._state.history]

    def __repr__(self) -> str:
        what = f"<TrainedDenseMemory K={self.n_memories}, order={self.order}"
        state = self._state
        if state.patterns is None:
            return f"{what}, nothing stored>"
        return (
            f"{what}, N={state.patterns.shape[1]}, P={len(state.patterns)}, "
            f"{state.n_changed} wrong bits after {len(state.history)} steps>"
        )

    # ------------------------------------------------------------------ what a state feels

    def energy(self, states: Any) -> Any:
        """Energy E = −Σ_μ max(ξ_μ·s, 0)^n of each state, (B,); a float for a single state.

        Raises
        ------
        InvalidInputError
            If an energy overflows.
        """
        now = self._now()
        batch = now._validate(states, now._xp)
        field = now._field().beside(batch.array)
        energies = field.energies(field.overlaps(batch.array))
        return batch.restore(field.in_units(energies))

    def energy_gap(self, states: Any) -> Any:
        """Energy gaps E(site flipped) − E(s) of every site, (B, N).

        Raises
        ------
        InvalidInputError
            If a difference overflows.
        """
        now = self._now()
        batch = now._validate(states, now._xp)
        field = now._field().beside(batch.array)
        gaps = batch.array * field.all_differences(batch.array)
        return batch.restore(field.in_units(gaps))

    # ------------------------------------------------------------------ private

    @property
    def _xp(self) -> Any:
        return backends.get(self._backend).xp

    def _learnt(self) -> Floats:
        return stored(self._state.memories)

    def _field(self, memories: Floats | None = None) -> Field:
        """These memories, or those that are learnt, with what computes their field."""
        known = self._learnt() if memories is None else memories
        return Field(known, self.order, backends.get(self._backend).voting)

    def _engine(self, manner: Manner) -> TrainedEngine:
        return TrainedEngine(self._field(), manner)

    def _graded(self) -> Graded:
        from hopfield_sim.models.dense.graded import DenseStep
        from hopfield_sim.models.graded import steep

        step = DenseStep(self._learnt().astype(np.float64), Rectified(self.order))
        step.temperature = steep(step.drive(self.patterns.astype(np.float64)) / 2)
        return step

    # ------------------------------------------------------------------ files

    _file = FileKind(
        "trained",
        memories=Member("f8 K N", lambda memory: memory._learnt()),
        patterns=Member("i1 P N"),
        order=Member("i8"),
        power=Member("i8", "_recipe.cost"),
        learning=Member("f8 3", attrgetter("_recipe.rate", "_recipe.damp", "_recipe.momentum")),
        automatic=Member("b1", lambda memory: memory._recipe.temperature is None),
        temperature=Member("f8", "_state.temperature"),
        key=Member("u8", "_recipe.key"),
        **columns(HISTORY),
        shape=SHAPE,
    )

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        memories = values["memories"]
        k, n = memories.shape
        patterns = checks.patterns(values["patterns"]).array
        if not (np.abs(memories) <= 1).all():
            raise InvalidInputError("its memories are not from -1 to 1")
        rate, damp, momentum = values["learning"].tolist()
        used = checks.real(values["temperature"], "temperature", minimum=1e-12)
        memory = cls(
            k,
            values["order"],
            cost=values["power"],
            rate=rate,
            damp=damp,
            momentum=momentum,
            temperature="auto" if values["automatic"] else used,
        )
        memory._recipe = memory._recipe.with_key(values["key"])
        n_changed = int(memory._field(memories).changed(patterns).sum())
        rows, shape = rows_of(values, HISTORY), image_shape(values, n)
        memory._state = Learnt(patterns, shape, memories, rows, used, n_changed)
        return memory
