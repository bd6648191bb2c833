"""Networks of layers and synapses whose energy is the sum of theirs (Krotov, arXiv 2107.06446)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.members import FileKind, Values
from hopfield_sim.models.base.saved import Saved
from hopfield_sim.models.layered import file
from hopfield_sim.models.layered.layers import Built, Layer, Link, built, links
from hopfield_sim.recall import observables
from hopfield_sim.recall.observables import Record, Subject
from hopfield_sim.recall.recording import Recorder
from hopfield_sim.recall.vectors import Descent, descend

Doubles = NDArray[np.float64]
Parts = dict[str, Doubles]
"""Potentials, activities or inputs (B, ...) of each layer."""

_SHORTEST = 1e-9
"""Smallest step, relative to the smallest τ."""

_HALVINGS = 40
"""How often a step that would raise the energy is halved before the state stays."""

_SHARE = 0.1
"""A step lowers the energy by at least this share of what its slope says; else it is halved."""

_ROUNDING = 1e-12
"""What the energy may rise by all the same, relative to it."""

_NUDGE = 1e-6
"""Displacement of difference quotients, relative to the potentials."""


class EnergyNetwork(Saved):
    """Layers and synapses, whose energy is the sum of theirs and never rises during recall.

    Each layer has potentials x, activities g = ∂L/∂x of a Lagrangian L, and a bias b; each synapse
    an energy of the activities that it connects:

        E = Σ_layers [(x − b)·g − L(x)] + Σ_synapses E_s(g),      τ dx/dt = −∂E/∂g = b + I − x,

    with the input I = −Σ_s ∂E_s/∂g. E cannot rise, since L is convex (Krotov & Hopfield, ICLR 2021;
    Krotov, arXiv 2107.06446). Other networks of this package are special cases.

    Parameters
    ----------
    layers : dict or sequence of Layer or str
        The layers by name, or in order, then named "0", "1", ...; a word stands for a
        :class:`Layer` of that Lagrangian.
    synapses : dict or sequence
        By the names of the layers that each connects, or, in a sequence, one between each layer and
        the next. A matrix (M, N) is a dense synapse W with E_s = −aᵀ W b between two layers, and
        −½ aᵀ W a within one; other synapses are a :class:`Convolution`, or your own, of a class
        derived from :class:`Synapse`.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If parts do not fit together, two layers with τ = 0 are connected, all have τ = 0, or for a
        part of your own if ``check_gradient`` finds a fault.

    Examples
    --------
    A modern Hopfield network: memories are a hidden layer that follows at once.

    >>> memories = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]])
    >>> net = EnergyNetwork(
    ...     {"visible": Layer("identity"), "hidden": Layer("softmax", tau=0, beta=8.0)},
    ...     {("hidden", "visible"): memories},
    ... )
    >>> run = net.recall([0.9, 0.3, 0.5], step=1.0)
    >>> run.states.round(3), run.stop
    (array([1., 0., 1.]), 'fixed-point')
    >>> run.activities["hidden"].round(3)
    array([1., 0.])
    """

    def __init__(
        self,
        layers: Mapping[str, Layer | str] | Sequence[Layer | str],
        synapses: Mapping[Any, Any] | Sequence[Any],
    ) -> None:
        if not isinstance(layers, (Mapping, Sequence)) or isinstance(layers, str) or not layers:
            raise InvalidInputError(
                f"layers must be a dict of layers by name, or a list; got {checks.show(layers)}"
            )
        if not isinstance(layers, Mapping):
            layers = {str(k): layer for k, layer in enumerate(layers)}
        described = {
            str(name): layer if isinstance(layer, Layer) else Layer(layer)
            for name, layer in layers.items()
        }
        self._links = links(synapses, list(described))
        self._layers = built(described, self._links)
        self._slow = [one for one in self._layers.values() if one.tau > 0]
        self._fast = [one for one in self._layers.values() if one.tau == 0]
        if next(iter(self._layers.values())).tau == 0:
            raise InvalidInputError("the first layer, whose states are recalled, needs tau > 0")
        fast = {one.name for one in self._fast}
        for link in self._links:
            if len(fast.intersection(link.ends)) > (len(link.ends) > 1):
                raise InvalidInputError(
                    f"the synapse between {link} connects layers with tau = 0, whose potentials "
                    "would depend on each other; give one of them tau > 0"
                )
        if any(not type(part).__module__.startswith(__package__) for part in self._parts()):
            self.check_gradient()

    # ------------------------------------------------------------------ what it is

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers; the first is the visible one."""
        return tuple(self._layers)

    @property
    def n_neurons(self) -> int:
        """Number of units of the first layer."""
        return self._slow[0].size

    def __repr__(self) -> str:
        parts = ", ".join(
            f"{one.name}: {one.lagrangian.name or 'own'} {one.shape}"
            for one in self._layers.values()
        )
        return f"<EnergyNetwork {parts}; {len(self._links)} synapses>"

    def energy(self, states: Any) -> Any:
        """Energy E of each state, (B,); a float for a single state.

        Parameters
        ----------
        states : array_like or dict
            Potentials (B, ...) of the first layer, or of layers by name. Layers that are not given
            are at their bias, those with τ = 0 always where the others put them.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            If the shape is wrong or a number is not finite.
        """
        batch = self._validate(states)
        return batch.restore(self._finite(self._energies(batch.array)))

    def recall(
        self,
        states: Any,
        *,
        step: float = 0.1,
        max_steps: int = 1000,
        tol: float = 1e-6,
        clamp: Any = None,
        record: Record = (),
        every: int | None = None,
    ) -> Relaxation:
        """Descend the energy, x ← x + (step/τ)(b + I − x), until each state converges.

        A step that does not lower the energy of a state enough is halved for it until it does. With
        ``step=1`` and τ = 1 potentials become what the layer gets, as in other networks.

        Parameters
        ----------
        states : array_like or dict
            Initial potentials (B, ...) of the first layer, or of layers by name; others start at
            their bias.
        step : float
            Length of a step, in the units of τ: more than 0, and at most the smallest τ that is
            not 0.
        max_steps : int
            Maximum number of steps.
        tol : float
            A state has converged when no potential changes by more in a step.
        clamp : array_like of bool or dict
            Units of the first layer, or of layers by name, whose potentials never change.
        record : str, sequence of str, or dict of functions
            "energy", "states", and functions of potentials (B, ...) of all layers with τ > 0, side
            by side.
        every : int, optional
            Number of steps between recorded rows, by default 1.

        Returns
        -------
        Relaxation
            ``states`` (B, ...), potentials of the first layer; ``potentials`` and ``activities`` of
            each layer by name; ``stop`` ("fixed-point" | "max-steps"), ``converged``, ``steps``,
            and what was recorded.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            If an argument is out of range or does not fit the layers.
        """
        batch = self._validate(states)
        longest = min(one.tau for one in self._slow)
        step = checks.real(step, "step", minimum=_SHORTEST * longest, maximum=longest)
        max_steps = checks.integer(max_steps, "max_steps", minimum=0)
        tol = checks.real(tol, "tol", minimum=0)
        pace = 1 if every is None else checks.integer(every, "every", minimum=1)
        free = ~self._held(clamp)
        subject = Subject(lambda walk: self._energies(walk.states))
        recorder = Recorder(pace, observables.measures(record, subject))
        self._finite(self._energies(batch.array))
        walk = descend(
            lambda before: self._stepped(np.asarray(before, np.float64), step, free),
            batch.array,
            recorder,
            max_steps=max_steps,
            tol=tol,
        )
        return Relaxation(walk, recorder, batch, self.n_neurons, None, None, _network=self)

    def check_gradient(self, states: Any = None, *, rng: Any = 0) -> float:
        """Check that activities and inputs are the gradients of the energies, by differences.

        Parameters
        ----------
        states : array_like or dict, optional
            Where to check; by default potentials drawn from a normal distribution.
        rng : None, int or Generator
            For them, and for the directions of the differences.

        Returns
        -------
        float
            The largest relative deviation.

        Raises
        ------
        InvalidInputError
            If a gradient is wrong, or a Lagrangian is not convex; the message says in which layer
            or synapse.
        """
        draws = np.random.default_rng(checks.key(rng))
        if states is None:
            y = draws.normal(size=(4, sum(self._sizes)))
        else:
            y = self._validate(states).array
        x = self._potentials(y)
        found = [self._check_layer(one, x[one.name], draws) for one in self._layers.values()]
        g = self._activities(x)
        found += [_check_synapse(link, g, draws) for link in self._links]
        return max(found)

    # ------------------------------------------------------------------ files

    _file = FileKind("layered", **file.MEMBERS)

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        return cls(*file.parts(values))

    # ------------------------------------------------------------------ the formulas

    def _parts(self) -> list[Any]:
        lagrangians = [one.lagrangian for one in self._layers.values()]
        return [*lagrangians, *(link.synapse for link in self._links)]

    @np.errstate(over="ignore", invalid="ignore")
    def _activities(self, x: Parts) -> Parts:
        """g = ∂L/∂x of each layer."""
        return {name: self._layers[name].lagrangian.activation(part) for name, part in x.items()}

    @np.errstate(over="ignore", invalid="ignore")
    def _inputs(self, g: Parts, of: Sequence[Built]) -> Parts:
        """I = −Σ_s ∂E_s/∂g of these layers."""
        batch = len(next(iter(g.values())))
        total = {one.name: np.zeros((batch, *one.shape)) for one in of}
        for link in self._links:
            if total.keys() & set(link.ends):
                felt = link.synapse.inputs(*(g[end] for end in link.ends))
                for end, part in zip(link.ends, felt, strict=True):
                    if end in total:
                        total[end] += part
        return total

    def _potentials(self, y: Doubles) -> Parts:
        """x of each layer, of those with τ > 0 side by side in y (B, D)."""
        x, start = {}, 0
        for one in self._slow:
            x[one.name] = y[:, start : start + one.size].reshape(len(y), *one.shape)
            start += one.size
        if self._fast:
            g = self._activities(x)
            g |= {one.name: np.zeros((len(y), *one.shape)) for one in self._fast}
            inputs = self._inputs(g, self._fast)
            x |= {one.name: one.bias + inputs[one.name] for one in self._fast}
        return {name: x[name] for name in self._layers}

    def _energies(self, y: Doubles) -> Doubles:
        """E of each state, (B,)."""
        x = self._potentials(y)
        return self._energy_of(x, self._activities(x))

    @staticmethod
    def _finite(energies: Doubles) -> Doubles:
        """The energies, or raise if one is out of the range of floats."""
        if not np.isfinite(energies).all():
            raise InvalidInputError(
                "the energy of these states is out of the range of floats; divide them, or the "
                "weights, by a common factor"
            )
        return energies

    @np.errstate(over="ignore", invalid="ignore")
    def _energy_of(self, x: Parts, g: Parts) -> Doubles:
        layers = sum(one.energy(x[name], g[name]) for name, one in self._layers.items())
        synapses = sum(s.synapse.energy(*(g[end] for end in s.ends)) for s in self._links)
        return np.asarray(layers + synapses)

    @np.errstate(over="ignore", invalid="ignore")
    def _stepped(self, y: Doubles, step: float, free: NDArray[np.bool_]) -> Doubles:
        """y after a step of each state, shorter where a whole one would raise the energy."""
        x = self._potentials(y)
        g = self._activities(x)
        inputs = self._inputs(g, self._slow)
        force = _aside([one.bias + inputs[one.name] - x[one.name] for one in self._slow])
        force = np.where(free, force, 0.0)
        velocity = force / np.repeat([one.tau for one in self._slow], self._sizes)
        before, active = self._energy_of(x, g), self._side_by_side(g)
        rounding = _ROUNDING * (1 + abs(before))
        after, steps = y + step * velocity, np.full(len(y), step)
        rows = np.arange(len(y))
        for _ in range(_HALVINGS):
            x = self._potentials(after[rows])
            g = self._activities(x)
            slope = (force[rows] * (self._side_by_side(g) - active[rows])).sum(axis=1)
            fall = before[rows] - self._energy_of(x, g)
            enough = fall >= _SHARE * np.maximum(slope, 0) - rounding[rows]
            rows = rows[~enough]  # what is not finite is not enough
            if not rows.size:
                return after
            steps[rows] /= 2
            after[rows] = y[rows] + steps[rows, None] * velocity[rows]
        after[rows] = y[rows]
        return after

    @property
    def _sizes(self) -> list[int]:
        return [one.size for one in self._slow]

    def _side_by_side(self, parts: Parts) -> Doubles:
        """Parts of the layers with τ > 0, (B, D)."""
        return _aside([parts[one.name] for one in self._slow])

    # ------------------------------------------------------------------ checks

    def _validate(self, states: Any) -> checks.Batch[Any]:
        """Potentials of all layers with τ > 0 side by side, (B, D)."""
        given = states if isinstance(states, Mapping) else {self._slow[0].name: states}
        names = [one.name for one in self._slow]
        batches: dict[str, checks.Batch[Any]] = {}
        for name, value in given.items():
            one = self._layers[checks.choice(name, names, "a layer of states")]
            shape = one.shape if len(one.shape) > 1 else None
            label = f"states[{name!r}]" if isinstance(states, Mapping) else "states"
            dtype = np.dtype(np.float64)
            batches[name] = checks.real_states(
                value, one.size, shape=shape, dtype=dtype, name=label
            )
        if not batches:
            raise InvalidInputError(f"states must hold one of the layers {', '.join(names)}")
        first = next(iter(batches.values()))
        count = len(first.array)
        for name, batch in batches.items():
            if len(batch.array) != count or batch.single != first.single:
                raise InvalidInputError(
                    f"states of all layers must be as many; got {count} and {len(batch.array)}, "
                    f"in {name!r}"
                )
        y = np.concatenate(
            [
                batches[one.name].array
                if one.name in batches
                else np.broadcast_to(one.bias.reshape(1, -1), (count, one.size))
                for one in self._slow
            ],
            axis=1,
        )
        return checks.Batch(y, first.single)

    def _held(self, clamp: Any) -> NDArray[np.bool_]:
        """Which potentials never change, (D,)."""
        given = clamp if isinstance(clamp, Mapping) else {self._slow[0].name: clamp}
        names = [one.name for one in self._slow]
        for name in given:
            checks.choice(name, names, "a layer of clamp")
        masks = []
        for one in self._slow:
            mask = given.get(one.name)
            shape = one.shape if len(one.shape) > 1 else None
            masks.append(
                np.zeros(one.size, bool)
                if mask is None
                else checks.site_mask(mask, one.size, "clamp", shape=shape)
            )
        return np.concatenate(masks)

    @staticmethod
    def _check_layer(one: Built, x: Doubles, draws: np.random.Generator) -> float:
        """The relative deviation of g from differences of L; raise if there is any, or L is not
        convex.
        """
        d = draws.normal(size=x.shape)
        nudge = _NUDGE * (1 + abs(x).max())
        up, down = x + nudge * d, x - nudge * d
        value, activation = one.lagrangian.value, one.lagrangian.activation
        said = (activation(x) * d).reshape(len(x), -1).sum(axis=1)
        found = (value(up) - value(down)) / (2 * nudge)
        off = _deviation(said, found, f"activity of layer {one.name!r}", "its Lagrangian")
        far = x + d
        rise = ((activation(far) - activation(x)) * d).reshape(len(x), -1).sum(axis=1)
        if (rise < -1e-9 * (1 + abs(said))).any():
            raise InvalidInputError(
                f"the Lagrangian of layer {one.name!r} is not convex, so that the energy may rise: "
                f"g(x + d) − g(x) is against d by {rise.min():.3g}"
            )
        return off


@dataclass(frozen=True, repr=False)
class Relaxation(Descent):
    """The result of a recall in an :class:`EnergyNetwork`; for a single state without the B axis.

    Attributes
    ----------
    states : (B, ...) ndarray of float
        Final potentials of the first layer.
    potentials, activities : dict of str to (B, ...) ndarray
        Final potentials and activities of each layer.
    stop, converged, steps, updates, energy, recorded
        As in :class:`Descent`.
    trajectory : (T+1, B, ...) ndarray
        Recorded potentials of the first layer.
    """

    _network: Any = None

    def _of(self, parts: Parts) -> dict[str, Any]:
        return {name: part[0] if self._start.single else part for name, part in parts.items()}

    @property
    def states(self) -> Any:
        """Final potentials of the first layer, (B, ...)."""
        return next(iter(self.potentials.values()))

    @property
    def potentials(self) -> dict[str, Any]:
        """Final potentials x of each layer by name."""
        return self._of(self._network._potentials(self._walk.states))

    @property
    def activities(self) -> dict[str, Any]:
        """Final activities g of each layer by name."""
        parts = self._network._potentials(self._walk.states)
        return self._of(self._network._activities(parts))

    @property
    def trajectory(self) -> Any:
        """Recorded potentials of the first layer, (T+1, B, ...)."""
        rows = self.recorded["states"]
        one = self._network._slow[0]
        return rows[..., : one.size].reshape(*rows.shape[:-1], *one.shape)


def _aside(parts: list[Doubles]) -> Doubles:
    """Arrays (B, ...) side by side, (B, D)."""
    return np.concatenate([part.reshape(len(part), -1) for part in parts], axis=1)


def _check_synapse(link: Link, g: Parts, draws: np.random.Generator) -> float:
    """The relative deviation of inputs from differences of the energy of a synapse."""
    at = [g[end] for end in link.ends]
    felt = link.synapse.inputs(*at)
    if len(felt) != len(at) or any(np.shape(f) != a.shape for f, a in zip(felt, at, strict=False)):
        raise InvalidInputError(
            f"inputs of the synapse between {link} must have the shapes "
            f"{[a.shape for a in at]}; got {[np.shape(f) for f in felt]}"
        )
    off = 0.0
    for k, part in enumerate(at):
        d = draws.normal(size=part.shape)
        nudge = _NUDGE * (1 + abs(part).max())
        up, down = ([*at[:k], part + sign * nudge * d, *at[k + 1 :]] for sign in (1, -1))
        found = (link.synapse.energy(*down) - link.synapse.energy(*up)) / (2 * nudge)
        said = (felt[k] * d).reshape(len(d), -1).sum(axis=1)
        what = f"input of layer {link.ends[k]!r} by the synapse between {link}"
        off = max(off, _deviation(said, found, what, "its energy"))
    return off


def _deviation(said: Doubles, found: Doubles, what: str, of: str) -> float:
    """Relative difference of a gradient and difference quotients; raise if they differ."""
    off = abs(said - found) / (1 + abs(said) + abs(found))
    if not (off <= 1e-4).all():
        worst = int(np.argmax(np.nan_to_num(off, nan=np.inf)))
        raise InvalidInputError(
            f"the {what} is not the gradient of {of}: along a random direction it says "
            f"{said[worst]:.6g}, differences say {found[worst]:.6g}"
        )
    return float(off.max())
