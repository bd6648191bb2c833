"""The restricted Hopfield network with subspace rotation, and by gradient for comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, NotStoredError
from hopfield_sim.models.early_stopping import (
    Patience,
    columns,
    rows_of,
    train,
    warn_of_wrong_bits,
    wrong_bits,
)
from hopfield_sim.models.members import SHAPE, FileKind, Member, Values
from hopfield_sim.models.restricted import bipartite, energy
from hopfield_sim.models.restricted.adam import Adam
from hopfield_sim.models.restricted.rotation import orthonormal, rotate
from hopfield_sim.models.spins import SpinMemory, Stored, image_shape, read_only
from hopfield_sim.recall.observables import Record
from hopfield_sim.recall.spins import Recall, flow

if TYPE_CHECKING:
    from hopfield_sim.models.graded import Graded

METHODS = ("rotation", "gradient")

HISTORY = {"errors": "i8", "cost": "f8", "energy": "f8"}
"""What every step is judged by, beside its number, and its dtype."""

_LARGEST = 1e100
"""Of a weight in a file: far more than is ever learnt, and sums of its squares are finite."""


@dataclass(frozen=True, eq=False)
class Learnt(Stored):
    """What a network has learnt, and a row a step of how."""

    weights: NDArray[np.float64] | None = None
    history: Sequence[dict[str, Any]] = ()


@checks.by_name
class RestrictedHopfield(SpinMemory):
    """A layer of N visible neurons of ±1 and one of m hidden neurons, with one W (N, m) both ways.

    f(x) = tanh(tanh(x W) Wᵀ); recall is x ← sign(tanh(x W) Wᵀ) until nothing changes. W is learnt
    from the patterns: by rotating an orthonormal W, or by gradient.

    Parameters
    ----------
    n_hidden : int
        m, at most N. It bounds how many patterns fit, and the more of it is left idle, the more
        noise passes: see the guide.
    gate : float
        g from 0 to 1: u ← g·f(x) + (1 − g)·u, x ← sign(u), with u = x at the start. At 1 nothing is
        carried; a smaller g turns hesitant spins later, when the others have settled; at 0 nothing
        moves.
    rng : None, int or numpy.random.Generator
        The seed of the W that learning starts from. The same seed gives the same memory.

    Notes
    -----
    A field of 0 keeps the spin. No recall can cycle: the energy falls with every step that turns a
    spin.

    The network has also been read as a "recurrent highway network"; ``gate`` is that form.

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

    def __init__(self, n_hidden: int, *, gate: float = 1.0, rng: Any = None) -> None:
        self._n_hidden = checks.integer(n_hidden, "n_hidden", minimum=1)
        self._gate = checks.real(gate, "gate", minimum=0, maximum=1)
        self._key = checks.key(rng)
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
        """Learn patterns (P, N), or images (P, H, W); called again, it learns all of them anew.

        Learning stops as soon as every bit of every pattern is reproduced, but not before
        ``min_iter`` steps: the patterns are fixed points after one or two rotations, and what
        further ones enlarge are the basins. It also stops when the cost, the mean squared error of
        f, hardly falls any more.

        Parameters
        ----------
        patterns : (P, N) or (P, H, W)
            Of ±1.
        method : {"rotation", "gradient"}
            One rotation of W a step, which keeps WᵀW = I; or one step of Adam down the gradient of
            the cost, from the same start.
        max_iter : int
            At most so many steps.
        min_iter : int, optional
            At least so many; 20, or ``max_iter`` if that is less, when not given. 1 stops at the
            first errorless step.
        patience, min_delta : int, float
            Stop when none of so many steps lowered the cost by more than this.
        rate : float, optional
            The size of Adam's steps, up to 1; 1/N if not given. Without a meaning for rotation.
        advise : bool
            Warn when learning ends with bits that one step of recall changes.

        Returns
        -------
        RestrictedHopfield
            The memory itself. It keeps the W of the step with the fewest wrong bits and, among
            those, the lowest cost; ``converged`` says whether no bit is wrong.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            For values other than ±1 or a wrong shape, more hidden units than neurons, and for
            arguments that make no sense.
        InsufficientMemoryError
            When the weights do not fit.
        """
        method = checks.choice(method, METHODS, "method")
        when = Patience.validated(max_iter, min_iter, patience, min_delta, usual=20)
        advise = checks.flag(advise, "advise")
        if rate is not None:
            rate = checks.real(rate, "rate", minimum=0, maximum=1)
        with self._lock:
            known = None if self._patterns is None else self._patterns.shape[1]
            new = checks.patterns(patterns, n_neurons=known)
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
        """Forget everything, the number of neurons included."""
        with self._lock:
            self._state = Learnt(None, None)
        return self

    # ------------------------------------------------------------------ what it is

    @property
    def n_neurons(self) -> int:
        """N."""
        return self._learnt().shape[0]

    @property
    def n_hidden(self) -> int:
        """The number of hidden units, m."""
        return self._n_hidden

    @property
    def gate(self) -> float:
        """How much of f goes into a step, g."""
        return self._gate

    @property
    def weights(self) -> NDArray[np.float64]:
        """W (N, m), read-only."""
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
        """A row a step of the last learning.

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
        """What the hidden units make of each state, h = tanh(x W), (B, m)."""
        now = self._now()
        batch = now._validate(states)
        return batch.restore(np.tanh(bipartite.inputs(now._learnt(), batch.array)), sites=False)

    def fields(self, states: Any) -> Any:
        """What the visible units feel, tanh(x W) Wᵀ, (B, N); 0 where only rounding would decide."""
        now = self._now()
        batch = now._validate(states)
        return batch.restore(bipartite.fields(now._learnt(), batch.array))

    def energy(self, states: Any, *, hidden: Any = None) -> Any:
        """E(x, h) = −xᵀWh + Σ∫artanh(x_i) + Σ∫artanh(h_j) of each state, (B,); a float for a
        single one.

        At x_i = ±1 the integral from 0 is ln 2. Without ``hidden``, h = tanh(x W), where E is
        lowest for these states: N ln 2 − Σ_j ln cosh((x W)_j). Recall never raises that.

        Parameters
        ----------
        states : (B, N), (N,) or images
            Not changed.
        hidden : (B, m) or (m,), optional
            Other states of the hidden units, from −1 to 1.
        """
        now = self._now()
        batch = now._validate(states)
        inputs = bipartite.inputs(now._learnt(), batch.array)
        if hidden is None:
            return batch.restore(energy.at_rest(inputs, now.n_neurons))
        graded = checks.activities(hidden, len(inputs), self._n_hidden, name="hidden")
        return batch.restore(energy.joint(inputs, graded, now.n_neurons))

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
        """Let states (B, N) go to a fixed point, all sites at once, step after step.

        Parameters
        ----------
        states : (B, N), (N,) or images
            The cues; not changed.
        max_sweeps : int
            Steps after which a state that moves still is given up. A step is one sweep, N updates.
        clamp : (N,) array_like of bool, optional
            Sites that never change.
        record : str, dict of functions, or a list of these
            Any of "energy", "overlap", "states", and functions of the states (B, N) → (B,) by a
            name, as in ``record={"magnetisation": f}``: what the result has in ``recorded``.
        every : int, optional
            Updates between records, whole steps; one step if not given.

        Returns
        -------
        Recall
            Nothing in it is left to chance, and ``stop`` is "fixed-point" or "max-sweeps".

        Raises
        ------
        NotStoredError
            When nothing is stored yet.
        InvalidInputError, InvalidTypeError
            For arguments that make no sense, naming what is wanted.
        """
        now = self._now()
        weights, cues, n = now._learnt(), now._validate(states), now.n_neurons
        steps = checks.temperatures(0.0, checks.integer(max_sweeps, "max_sweeps", minimum=0))
        held = None if clamp is None else checks.site_mask(clamp, n, "clamp", shape=now._shape)
        checks.memory(
            8 * len(cues.array) * (4 * n + 2 * self._n_hidden),
            f"the fields of {len(cues.array)} states of {n} neurons",
            "recall fewer states at a time",
        )
        engine = bipartite.BipartiteEngine(weights, self._gate, held)
        recorder = now._recorder(engine, record, every, "sync")
        batch = flow(engine, cues.array, steps, recorder)
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

    def _learnt(self) -> NDArray[np.float64]:
        weights = self._state.weights
        if weights is None:
            raise NotStoredError("the memory has stored nothing yet; call store(patterns) first")
        return weights
