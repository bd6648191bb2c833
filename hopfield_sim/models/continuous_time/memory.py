"""The network of graded neurons (Hopfield, Proc. Natl. Acad. Sci. USA 81, 3088, 1984)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks, rules
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.continuous import inverse_temperature
from hopfield_sim.models.base.members import FileKind, Member, Values, members_of
from hopfield_sim.models.base.saved import Saved
from hopfield_sim.models.continuous_time.neurons import Neurons, potentials_of
from hopfield_sim.models.hopfield.couplings import fields_of_reals
from hopfield_sim.models.hopfield.network import HopfieldNetwork
from hopfield_sim.recall import clock, observables
from hopfield_sim.recall.clock import Evolution
from hopfield_sim.recall.observables import Record, Subject
from hopfield_sim.recall.recording import Recorder
from hopfield_sim.support.display import ShowsMemory

if TYPE_CHECKING:
    from hopfield_sim.models.graded import Graded

Floats = NDArray[np.float64]

_MOST_STEPS = 10_000_000
"""Largest number of fixed steps of a recall."""

_LONGEST = 1e30
"""Times are at most this and at least its inverse, so that products of them are finite."""
_LASTS, _EVERY = 1000.0, 0.1
"""Default duration of a recall, and time between recorded rows, in units of τ."""


class GradedNetwork(ShowsMemory, Saved):
    """Network of graded neurons, which takes any learning rule of the classical network.

    τ du/dt = −u + W V − θ with the activities V = tanh(βu), from −1 to 1, lowers the energy
    E(V) = −½ Vᵀ W V + θ·V + β⁻¹ Σ_i [V_i artanh V_i + ½ ln(1 − V_i²)] if W is symmetric.

    For β → ∞ its fixed points are those of the classical network. E is also the mean-field free
    energy of that at the temperature 1/β, up to a constant (N/β) ln 2.

    Parameters
    ----------
    rule : str or callable
        Learning rule, as of ``HopfieldNetwork``.
    beta : float
        Steepness β > 0 of the neurons, in inverse units of a field. Patterns need β > 1.
    tau : float
        Time constant τ > 0 of the neurons.
    zero_diagonal : bool
        Whether the self-couplings W_ii are set to zero.
    thresholds : float or (N,) array_like, optional
        Thresholds θ = −I, the negative of input currents, in the units of a field; by default zero.

    Notes
    -----
    The general form is that of Cohen & Grossberg, IEEE Trans. Syst. Man Cybern. 13, 815 (1983).

    Examples
    --------
    One pattern of N = 3, whose overlap obeys m = tanh(βm (N − 1)/N):

    >>> net = GradedNetwork(beta=3.0).store([[1, 1, -1]])
    >>> run = net.recall([0.5, -0.1, -0.5])
    >>> run.states.round(3), run.stop
    (array([ 0.958,  0.958, -0.958]), 'fixed-point')
    """

    def __init__(
        self,
        rule: str | rules.Rule = "hebbian",
        beta: float = 4.0,
        *,
        tau: float = 1.0,
        zero_diagonal: bool = True,
        thresholds: Any = None,
    ) -> None:
        self._beta = inverse_temperature(beta)
        self._tau = _time(tau, "tau")
        self._network = HopfieldNetwork(rule, zero_diagonal=zero_diagonal, thresholds=thresholds)

    @classmethod
    def from_weights(
        cls, weights: Any, beta: float = 4.0, *, tau: float = 1.0, thresholds: Any = None
    ) -> GradedNetwork:
        """Make a network from weights (N, N), including their diagonal; it has no patterns.

        Examples
        --------
        >>> GradedNetwork.from_weights([[0, -1], [-1, 0]]).energy([1, -1])
        -0.65...
        """
        return cls._of(HopfieldNetwork.from_weights(weights, thresholds=thresholds), beta, tau)

    @classmethod
    def _of(cls, network: HopfieldNetwork, beta: float, tau: float) -> Self:
        """The graded neurons of a classical network."""
        made = cls(beta=beta, tau=tau)
        made._network = network
        return made

    # ------------------------------------------------------------------ learning

    def store(self, patterns: Any, *, advise: bool = True) -> GradedNetwork:
        """Store patterns (P, N), or images (P, H, W), of ±1, as ``HopfieldNetwork.store`` does.

        Parameters
        ----------
        patterns : (P, N) or (P, H, W) array_like
            Patterns of ±1.
        advise : bool
            Warn, once per network, if the rule does not store the patterns because they are biased
            or otherwise similar.

        Raises
        ------
        InvalidInputError
            If values are not ±1, the shape is wrong, or the network was made from weights.
        NotConverged
            If the perceptron rule does not converge; nothing is stored then.
        InsufficientMemoryError
            If the weights do not fit into memory.
        """
        return self._changed(lambda network: network.store(patterns, advise=advise))

    def forget(self, index: int) -> GradedNetwork:
        """Remove the stored pattern ``index``; later indices shift down by one.

        Raises
        ------
        NotStoredError
            If there are no patterns.
        InvalidInputError
            If the index is out of range, or the network has no learning rule.
        """
        return self._changed(lambda network: network.forget(index))

    def clear(self) -> GradedNetwork:
        """Remove all patterns; the number of neurons may change with the next ones."""
        return self._changed(lambda network: network.clear())

    def _changed(self, change: Any) -> GradedNetwork:
        with self._lock:
            network = copy.copy(self._network)
            change(network)
            self._network = network
        return self

    # ------------------------------------------------------------------ what it is

    @property
    def beta(self) -> float:
        """Steepness β; it can be changed."""
        return self._beta

    @beta.setter
    def beta(self, value: float) -> None:
        self._beta = inverse_temperature(value)

    @property
    def tau(self) -> float:
        """Time constant τ."""
        return self._tau

    @property
    def rule(self) -> str | rules.Rule | None:
        """The learning rule; None for a network made from weights."""
        return self._network.rule

    @property
    def n_neurons(self) -> int:
        """Number of neurons, N."""
        return self._network.n_neurons

    @property
    def patterns(self) -> NDArray[np.int8]:
        """The stored patterns (P, N), read-only."""
        return self._network.patterns

    @property
    def weights(self) -> Floats:
        """Weights W, (N, N), read-only."""
        return self._network.weights

    @property
    def thresholds(self) -> Floats:
        """Thresholds θ, (N,), read-only."""
        return self._network.thresholds

    def __repr__(self) -> str:
        network = repr(self._network).removeprefix("<HopfieldNetwork ")
        return f"<GradedNetwork beta={self._beta:g}, {network}"

    # ------------------------------------------------------------------ what a state feels

    def activities(self, potentials: Any) -> Any:
        """Activities V = tanh(βu) of potentials u, (B, N).

        Examples
        --------
        >>> GradedNetwork.from_weights([[0, 1], [1, 0]], beta=2.0).activities([0.5, -40.0]).round(3)
        array([ 0.762, -1.   ])
        """
        now = self._now()
        batch = now._reals(potentials, "potentials")
        with np.errstate(over="ignore"):
            return batch.restore(np.tanh(now._beta * batch.array))

    def potentials(self, states: Any) -> Any:
        """Potentials u = artanh(V)/β of activities V, (B, N), from −1 to 1; of ±1 they are
        ±18.7/β, those of the nearest floats.

        With them ``energy(potentials(states))`` is the energy of activities, and of cues of ±1.
        """
        now = self._now()
        batch = now._validate(states)
        return batch.restore(potentials_of(batch.array, now._beta))

    def fields(self, states: Any) -> Any:
        """Local fields h = W V − θ of activities V, (B, N)."""
        now = self._now()
        batch = now._validate(states)
        return batch.restore(now._fields(batch.array))

    def energy(self, potentials: Any) -> Any:
        """Energy E of potentials u, (B, N), (N,) or images, whose activities are V = tanh(βu):
        (B,); a float for a single state.

        With asymmetric weights the dynamics does not descend it: this warns once.

        Parameters
        ----------
        potentials : (B, N), (N,) or image array_like
            Potentials u, such as ``Evolution.potentials``; of activities, ``potentials(states)``.

        Raises
        ------
        NotStoredError
            If nothing is stored.
        InvalidInputError, InvalidTypeError
            If ``potentials`` are not finite real numbers of N neurons.

        Examples
        --------
        The energy at rest, and that of the stored pattern itself:

        >>> net = GradedNetwork(beta=3.0).store([[1, 1, -1]])
        >>> run = net.recall([0.5, -0.1, -0.5])
        >>> net.energy(run.potentials), net.energy(net.potentials([1, 1, -1]))
        (-0.326..., -0.306...)
        """
        now = self._now()
        batch = now._reals(potentials, "potentials")
        now._network._warn_if_asymmetric()
        return batch.restore(now._neurons().energies_of(batch.array))

    def gradient(self, potentials: Any) -> Any:
        """Gradient ∂E/∂V = u − W V + θ at potentials u, (B, N), for symmetric W; also −τ du/dt."""
        now = self._now()
        batch = now._reals(potentials, "potentials")
        now._network._warn_if_asymmetric()
        with np.errstate(over="ignore"):
            v = np.tanh(now._beta * batch.array)
        return batch.restore(batch.array - now._fields(v))

    # ------------------------------------------------------------------ dynamics

    def recall(
        self,
        states: Any,
        *,
        step: float | None = None,
        max_time: float | None = None,
        max_steps: int = 100_000,
        tol: float = 1e-9,
        clamp: Any = None,
        record: Record = (),
        every: float | None = None,
    ) -> Evolution:
        """Follow τ du/dt = −u + W V − θ from activities V, (B, N), until they rest.

        Adaptive steps are Heun's, with an error of at most 0.001 in any activity. If W is symmetric
        no step raises the energy: one that would is Euler's, or made smaller. Steps of a fixed size
        are Euler's; a warning says if one has raised the energy. Those up to τ/(1 + βμ) never do,
        with the lowest eigenvalue −μ of W.

        Parameters
        ----------
        states : (B, N), (N,) or image array_like
            Initial activities from −1 to 1, as cues of ±1; not modified. They start at the
            potentials u = artanh(V)/β, those of ±1 at ±18.7/β.
        step : float, optional
            Time of a step, at most τ; by default adaptive, for each state by itself.
        max_time : float, optional
            Duration, by default 1000 τ.
        max_steps : int
            Largest number of adaptive steps of a state, including those that are made smaller.
        tol : float
            Tolerance: a state rests if no activity differs by more from tanh(βh).
        clamp : (N,) or (B, N) array_like of bool, optional
            Neurons whose activity never changes, of all states or of each.
        record : str, dict of functions, or a list of these
            Observables to record in ``Evolution.recorded``: "energy", "overlap", "states", and
            functions of the activities, (B, N) → (B,), by name, as in
            ``record={"magnetisation": f}``.
        every : float, optional
            Time between recorded rows, by default τ/10; with a fixed step a multiple of it.

        Returns
        -------
        Evolution
            The result, which is deterministic.

        Raises
        ------
        NotStoredError
            If nothing is stored.
        InvalidInputError, InvalidTypeError
            If ``states`` or ``clamp`` do not have N neurons, activities are beyond ±1, ``step`` is
            not between 0 and τ or takes more than 10⁷ steps, ``max_time`` or ``every`` is not
            positive, ``max_steps`` is below 1, ``tol`` is negative or an observable is unknown.
        """
        now = self._now()
        batch = now._validate(states)
        net = now._network
        n, tau, held = now.n_neurons, now._tau, np.zeros(now.n_neurons, bool)
        if clamp is not None:
            count = len(batch.array)
            held = checks.site_mask(clamp, n, "clamp", shape=now._shape, n_states=count)
        if step is not None:
            step = _time(step, "step", tau)
        max_time = _LASTS * tau if max_time is None else _time(max_time, "max_time")
        if step is not None and max_time > _MOST_STEPS * step:
            raise InvalidInputError(
                f"step must be at least {max_time / _MOST_STEPS:g}, since max_time={max_time:g} is "
                f"at most {_MOST_STEPS:,} steps; got {step:g}; use a shorter max_time"
            )
        every = _EVERY * tau if every is None else _time(every, "every")
        if step is not None:
            every = step * np.ceil(every / step * (1 - 1e-9))
        neurons = now._neurons(
            clamp=held,
            step=None if step is None else step / tau,
            tol=checks.real(tol, "tol", minimum=0),
            max_steps=checks.integer(max_steps, "max_steps", minimum=1),
        )
        subject = Subject(
            neurons.energies, lambda: net._stored_patterns('record="overlap"'), graded=True
        )
        recorder = Recorder(1, observables.measures(record, subject))
        if "energy" in recorder.measures:
            net._warn_if_asymmetric()
        checks.memory(
            8 * len(batch.array) * 12 * n,
            f"{len(batch.array)} states of {n} neurons and their steps",
            "recall fewer states at a time",
        )
        # Each state that moves tries at least one step between two recording times.
        most = neurons.max_steps if step is None else None
        times = clock.ticks(max_time, every if recorder.measures else max_time, most)
        flowing = neurons.begin(batch.array)
        clock.follow(neurons, flowing, recorder, times)
        if neurons.raised:
            checks.warn(
                f"steps of {step:g} raised the energy of {neurons.raised} of {len(batch.array)} "
                "states; use a smaller step, or none: adaptive steps never raise it"
            )
        return Evolution(flowing, recorder, batch, times, n, now._shape, net._patterns)

    # ------------------------------------------------------------------ files

    _file = FileKind(
        "graded",
        beta=Member("f8"),
        tau=Member("f8"),
        **members_of(HopfieldNetwork._file, "_network"),
    )

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        return cls._of(HopfieldNetwork._from_file(values), values["beta"], values["tau"])

    # ------------------------------------------------------------------ private

    def _now(self) -> Self:
        memory = super()._now()
        memory._network = memory._network._now()
        return memory

    @property
    def _patterns(self) -> NDArray[np.int8] | None:
        return self._network._patterns

    @property
    def _shape(self) -> tuple[int, ...] | None:
        return self._network._shape

    def _fields(self, v: Floats) -> Floats:
        return fields_of_reals(self._network._known())(v) - self.thresholds

    def _neurons(self, **how: Any) -> Neurons:
        net = self._network
        fields = fields_of_reals(net._known())
        return Neurons(fields, net.thresholds, self._beta, self._tau, net._is_symmetric(), **how)

    def _reals(self, values: Any, name: str) -> checks.Batch[Any]:
        patterns = self._patterns
        return checks.real_states(
            values,
            self.n_neurons,
            shape=self._shape,
            n_patterns=None if patterns is None else len(patterns),
            dtype=np.dtype(np.float64),
            name=name,
        )

    def _validate(self, states: Any) -> checks.Batch[Any]:
        batch = self._reals(states, "states")
        checks.within_one(batch.array, "states")
        return batch

    def _graded(self) -> Graded:
        from hopfield_sim.models.hopfield.graded import PairStep

        return PairStep(self.weights, self.thresholds, 1 / self._beta)


def _time(value: Any, name: str, maximum: float | None = None) -> float:
    """Validate a positive time."""
    time = checks.real(value, name, minimum=0, maximum=_LONGEST if maximum is None else maximum)
    if time < 1 / _LONGEST:
        raise InvalidInputError(
            f"{name} must be greater than 0, or nothing moves, and {1 / _LONGEST:g} or more; "
            f"got {checks.show(value)}"
        )
    return time
