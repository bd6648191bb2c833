"""The restricted Hopfield network with subspace rotation, and by gradient for comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.checks import places
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.members import SHAPE, FileKind, Member, Values
from hopfield_sim.models.base.shared import stored
from hopfield_sim.models.base.spins import SpinMemory, Stored, image_shape, read_only
from hopfield_sim.models.descent.early_stopping import (
    Patience,
    columns,
    rows_of,
    train,
    warn_of_wrong_bits,
    wrong_bits,
)
from hopfield_sim.models.restricted import bipartite, energy
from hopfield_sim.models.restricted.adam import Adam
from hopfield_sim.models.restricted.rotation import orthonormal, rotate
from hopfield_sim.recall.observables import Record
from hopfield_sim.recall.spins import Recall, flow, stretches

if TYPE_CHECKING:
    from hopfield_sim.models.graded import Graded

METHODS = ("rotation", "gradient")

HISTORY = {"errors": "i8", "cost": "f8", "energy": "f8"}
"""Columns of the history, in addition to the number of the step, and their dtypes."""

_LARGEST = 1e100
"""Maximum of a weight in a file: far more than is learnt, and sums of its squares are finite."""


@dataclass(frozen=True, eq=False)
class Learnt(Stored):
    """What a network has learnt, and a row a step of how."""

    weights: NDArray[np.float64] | None = None
    history: Sequence[dict[str, Any]] = ()


class RestrictedHopfield(SpinMemory):
    """Restricted Hopfield network: N binary visible and m hidden neurons, with weights W (N, m).

    f(x) = tanh(tanh(x W) Wᵀ); recall is x ← sign(tanh(x W) Wᵀ) until nothing changes. W is learnt
    from the patterns, by rotations of an orthonormal W or by gradient descent.

    Parameters
    ----------
    n_hidden : int
        Number of hidden neurons m, at most N. It limits the number of patterns; unused hidden
        neurons make recall more sensitive to noise, see the guide.
    gate : float
        g from 0 to 1: u ← g·f(x) + (1 − g)·u, x ← sign(u), with u = x initially. At 1 there is no
        memory of earlier steps; with a smaller g, spins with small fields flip later; at 0 the
        state never changes.
    rng : None, int or numpy.random.Generator
        Random number generator or seed of the initial W. The same seed gives the same memory.
    backend : {"auto", "numpy", "cython", ...}
        Implementation to use; one of a GPU takes states there and updates them there. Patterns are
        learnt by the processor.

    Notes
    -----
    A field of 0 keeps the spin. Recall cannot cycle, since the energy decreases with every step
    that flips a spin.

    The form with a gate is also known as a "recurrent highway network".

    Examples
    --------
    >>> patterns = np.array([[1, 1, 1, 1, -1, -1, -1, -1], [1, -1, 1, -1, 1, -1, 1, -1]])
    >>> memory = RestrictedHopfield(2, rng=0).store(patterns)
    >>> memory.recall([-1, 1, 1, 1, -1, -1, -1, -1]).states
    array([ 1,  1,  1,  1, -1, -1, -1, -1], dtype=int8)
    >>> (memory.weights.T @ memory.weights).round(12) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """

    _state: Learnt

    def __init__(
        self, n_hidden: int, *, gate: float = 1.0, rng: Any = None, backend: str = "auto"
    ) -> None:
        self._n_hidden = checks.integer(n_hidden, "n_hidden", minimum=1)
        self._gate = checks.real(gate, "gate", minimum=0, maximum=1)
        self._key = checks.key(rng)
        self._backend = backends.setting(backend)
        self.clear()

    # ------------------------------------------------------------------ learning

    def store(
        self,
        patterns: Any,
        *,
        method: str = "rotation",
        max_iter: int = 500,
        min_iter: int | None = None,
        patience: int = 10,
        min_delta: float = 1e-4,
        rate: float | None = None,
        advise: bool = True,
    ) -> RestrictedHopfield:
        """Store patterns (P, N), or images (P, H, W); all patterns, old and new, are learnt again.

        Learning stops when every bit of every pattern is reproduced, but not before ``min_iter``
        steps: the patterns are fixed points after one or two rotations, and further rotations
        enlarge the basins. It also stops when the cost, the mean squared error of f, hardly
        decreases any more.

        Parameters
        ----------
        patterns : (P, N) or (P, H, W) array_like of ±1
            Patterns of ±1.
        method : {"rotation", "gradient"}
            One rotation of W per step, which keeps WᵀW = I; or gradient descent of the cost with
            Adam, from the same initial W.
        max_iter : int
            Maximum number of steps.
        min_iter : int, optional
            Minimum number of steps, by default 20, or ``max_iter`` if that is less. 1 stops at the
            first step without errors.
        patience, min_delta : int, float
            Stop if the cost has not decreased by more than ``min_delta`` for ``patience`` steps.
        rate : float, optional
            Step size of Adam, at most 1; by default 1/N. Not used by "rotation".
        advise : bool
            Warn if learning ends with patterns that are not fixed points.

        Returns
        -------
        RestrictedHopfield
            The memory itself. It keeps the W of the step with the fewest wrong bits and, among
            those, the lowest cost; ``converged`` says whether no bit is wrong.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            If values are not ±1, the shape is wrong, there are more hidden than visible neurons,
            the method is unknown, or another argument is out of range.
        InsufficientMemoryError
            If the weights do not fit into memory.
        """
        method = checks.choice(method, METHODS, "method")
        when = Patience.validated(max_iter, min_iter, patience, min_delta, usual=20)
        advise = checks.flag(advise, "advise")
        if rate is not None:
            rate = checks.real(rate, "rate", minimum=0, maximum=1)
        with self._lock:
            known = None if self._patterns is None else self._patterns.shape[1]
            new = checks.patterns(patterns, n_neurons=known, xp=self._xp)
            everything, shape = self._joined(new), new.shape or self._shape
            n_patterns, n = everything.shape
            if self._n_hidden > n:
                raise InvalidInputError(
                    f"patterns must have at least as many neurons as there are hidden units, "
                    f"{self._n_hidden}; got {n}; make a RestrictedHopfield(n_hidden) with fewer"
                )
            checks.memory(
                8 * (6 * n * self._n_hidden + 4 * everything.size),
                f"learning {n_patterns} patterns of {n} neurons with {self._n_hidden} hidden units",
                "use fewer hidden units or patterns",
            )
            start = orthonormal(n, self._n_hidden, checks.stream(self._key))
            bits, step = (
                everything.astype(np.float64),
                rotate if method == "rotation" else Adam(1 / n if rate is None else rate),
            )
            weights, history = train(
                lambda weights: step(bits, weights),
                lambda weights: bipartite.evaluate(weights, everything),
                start,
                when,
            )
            if advise:
                visible = bipartite.fields(weights, everything)
                changed = bipartite.signs(visible, everything) != everything
                warn_of_wrong_bits(
                    changed, everything, len(history), self._n_hidden, "hidden units"
                )
            self._state = Learnt(everything, shape, weights, history)
        return self

    def clear(self) -> RestrictedHopfield:
        """Remove all patterns; the number of neurons may change with the next ones."""
        with self._lock:
            self._state = Learnt(None, None)
        return self

    # ------------------------------------------------------------------ what it is

    def _size(self) -> int:
        return self._learnt().shape[0]

    @property
    def n_hidden(self) -> int:
        """Number of hidden neurons, m."""
        return self._n_hidden

    @property
    def gate(self) -> float:
        """The gate, g."""
        return self._gate

    @property
    def weights(self) -> NDArray[np.float64]:
        """Weights W, (N, m), read-only."""
        return read_only(self._learnt())

    @property
    def converged(self) -> bool:
        """Whether every stored pattern is a fixed point: one step of recall changes no bit of it.
        This does not depend on the gate.

        Raises
        ------
        NotStoredError
            When nothing is stored yet.
        """
        now = self._now()
        now._learnt()
        return wrong_bits(now._state.history) == 0

    @property
    def history(self) -> list[dict[str, Any]]:
        """History of the last ``store``, one row per step.

        ``iteration`` from 1, ``errors`` (wrong bits), ``cost`` (mean squared error of f) and
        ``energy`` (mean of the patterns').
        """
        return [dict(row) for row in self._state.history]

    def __repr__(self) -> str:
        what = f"<RestrictedHopfield m={self._n_hidden}"
        what += f", gate={self._gate:g}" if self._gate < 1 else ""
        state = self._state
        if state.patterns is None:
            return f"{what}, nothing stored>"
        errors = wrong_bits(state.history)
        return (
            f"{what}, N={state.patterns.shape[1]}, P={len(state.patterns)}, "
            f"{errors} wrong bits after {len(state.history)} steps>"
        )

    # ------------------------------------------------------------------ what a state feels

    def hidden(self, states: Any) -> Any:
        """Activities of the hidden neurons for each state, h = tanh(x W), (B, m)."""
        now = self._now()
        batch = now._validate(states, now._xp)
        inputs = bipartite.inputs(now._learnt(), batch.array)
        return batch.restore(places.module_of(inputs).tanh(inputs), sites=False)

    def fields(self, states: Any) -> Any:
        """Fields of the visible neurons, tanh(x W) Wᵀ, (B, N); 0 if zero up to rounding."""
        now = self._now()
        batch = now._validate(states, now._xp)
        return batch.restore(bipartite.fields(now._learnt(), batch.array))

    def energy(self, states: Any, *, hidden: Any = None) -> Any:
        """Energy E(x, h) = −xᵀWh + Σ∫artanh(x_i) + Σ∫artanh(h_j) of each state, (B,); a float for
        a single state.

        At x_i = ±1 the integral from 0 is ln 2. By default h = tanh(x W), which minimises E for
        these states: N ln 2 − Σ_j ln cosh((x W)_j). Recall never increases it.

        Parameters
        ----------
        states : (B, N), (N,) or image array_like
            States of ±1; not modified.
        hidden : (B, m) or (m,) array_like of float, optional
            Activities of the hidden neurons, from −1 to 1.
        """
        now = self._now()
        batch = now._validate(states, now._xp)
        inputs = bipartite.inputs(now._learnt(), batch.array)
        if hidden is None:
            return batch.restore(energy.at_rest(inputs, now.n_neurons))
        graded = checks.activities(hidden, len(inputs), self._n_hidden, name="hidden")
        there = places.module_of(inputs).asarray(graded)
        return batch.restore(energy.joint(inputs, there, now.n_neurons))

    # ------------------------------------------------------------------ dynamics

    def recall(
        self,
        states: Any,
        *,
        max_sweeps: int = 100,
        clamp: Any = None,
        record: Record = (),
        every: int | None = None,
    ) -> Recall:
        """Update states (B, N) synchronously until they reach a fixed point.

        Parameters
        ----------
        states : (B, N), (N,) or image array_like
            Initial states (cues); not modified.
        max_sweeps : int
            Maximum number of steps. A step is one sweep, N updates.
        clamp : (N,) or (B, N) array_like of bool, optional
            Sites that never change, of all states or of each.
        record : str, dict of functions, or a list of these
            Observables to record in ``Recall.recorded``: "energy", "overlap", "states", and
            functions of the states, (B, N) → (B,), by name, as in ``record={"magnetisation": f}``.
        every : int, optional
            Number of updates between recorded rows, in whole steps; by default one step.

        Returns
        -------
        Recall
            The result, which is deterministic; ``stop`` is "fixed-point" or "max-sweeps".

        Raises
        ------
        NotStoredError
            If nothing is stored.
        InvalidInputError, InvalidTypeError
            If ``states`` or ``clamp`` do not have N sites, ``states`` are not ±1, ``max_sweeps`` is
            negative, ``every`` is below 1 or an observable is unknown.
        """
        now = self._now()
        weights, cues, n = now._learnt(), now._validate(states, now._xp), now.n_neurons
        schedule = stretches(checks.temperatures(0.0, max_sweeps))
        held = None
        if clamp is not None:
            count, shape = len(cues.array), now._shape
            held = checks.site_mask(clamp, n, "clamp", shape=shape, n_states=count)
        checks.memory(
            8 * len(cues.array) * (4 * n + 2 * self._n_hidden),
            f"the fields of {len(cues.array)} states of {n} neurons",
            "recall fewer states at a time",
        )
        engine = bipartite.BipartiteEngine(weights, self._gate, held)
        recorder = now._recorder(engine, record, every, "sync", cues.place)
        batch = flow(engine, cues.array, schedule, recorder)
        return Recall(batch, recorder, cues, False, n, now._shape, now._patterns)

    # ------------------------------------------------------------------ files

    _file = FileKind(
        "restricted",
        weights=Member("f8 N m", lambda memory: memory._learnt()),
        patterns=Member("i1 P N"),
        gate=Member("f8"),
        key=Member("u8", "_key"),
        **columns(HISTORY),
        shape=SHAPE,
    )

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        weights = values["weights"]
        patterns = checks.patterns(values["patterns"]).array
        if not (np.abs(weights) <= _LARGEST).all():
            raise InvalidInputError("its weights are not those of a memory")
        memory = cls(weights.shape[1], gate=values["gate"])
        memory._key = values["key"]
        rows, shape = rows_of(values, HISTORY), image_shape(values, len(weights))
        memory._state = Learnt(patterns, shape, weights, rows)
        return memory

    # ------------------------------------------------------------------ private

    def _graded(self) -> Graded:
        from hopfield_sim.models.graded import steep
        from hopfield_sim.models.restricted.graded import RestrictedStep

        step = RestrictedStep(self.weights)
        step.temperature = steep(step.fields(self.patterns.astype(np.float64)))
        return step

    @property
    def _xp(self) -> Any:
        return backends.get(self._backend).xp

    def _learnt(self) -> NDArray[np.float64]:
        return stored(self._state.weights)
