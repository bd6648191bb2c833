"""Base class of memories of binary neurons: recall dynamics and attractors, for any energy."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.backends.protocol import Dynamics, StateBatch
from hopfield_sim.checks import places
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base import landscape
from hopfield_sim.models.base.spins import Engine, SpinMemory
from hopfield_sim.recall.observables import Record
from hopfield_sim.recall.spins import Recall, each_apart, flow, is_stochastic, stretches

UPDATES = ("async", "sync")
ORDERS = ("random", "sequential", "uniform")
TIES = ("keep", "plus")
_LARGEST_LANDSCAPE = 20


@dataclass(frozen=True)
class Manner(Dynamics):
    """The validated arguments of ``recall`` that an engine needs, and the maximum number of sweeps
    of all states.
    """

    ties: str
    clamp: NDArray[np.bool_] | None
    sweeps: int
    stochastic: bool
    field: NDArray[np.float64] | None = None
    active: int | None = None


@dataclass(frozen=True)
class EachOwn:
    """An engine of states that have clamped sites, or external fields, of their own; see
    ``models.base.spins.Engine``.

    Parameters
    ----------
    engine : Engine
        What all have in common.
    kinds : list of Engine
        The same with the clamped sites and the field of some states.
    labels : (B,) ndarray of int
        Index of each state's kind.
    field : (B, N) ndarray of float64, optional
        External field of each state.
    """

    engine: Engine
    kinds: list[Engine]
    labels: NDArray[np.int64]
    field: NDArray[np.float64] | None

    @classmethod
    def of(cls, engine: Any, manner: Manner, shape: tuple[int, int]) -> EachOwn:
        """The engine of B states of N sites for a manner with a mask or a field, (N,) or (B, N);
        states that share both are of one kind.
        """
        masks = np.broadcast_to(False if manner.clamp is None else manner.clamp, shape)
        fields = None if manner.field is None else np.broadcast_to(manner.field, shape)
        known: dict[bytes, int] = {}
        kinds: list[Engine] = []
        labels = np.empty(len(masks), np.int64)
        for row, mask in enumerate(masks):
            field = None if fields is None else fields[row]
            key = mask.tobytes() + (b"" if field is None else field.tobytes())
            if key not in known:
                known[key] = len(kinds)
                kinds.append(replace(engine, manner=replace(manner, clamp=mask, field=field)))
            labels[row] = known[key]
        return cls(engine, kinds, labels, fields)

    def start(self, states: NDArray[np.int8]) -> StateBatch:
        """The states with their initial caches."""
        return self.engine.start(states)

    def advance(self, batch: StateBatch, temperature: float, until: int) -> None:
        """Make updates up to ``until``, one kind of states after another."""
        for kind in each_apart(batch, self.labels):
            self.kinds[kind].advance(batch, temperature, until)

    def energy(self, batch: StateBatch) -> NDArray[np.float64]:
        """E of each state, (B,), in its field."""
        energies = self.engine.energy(batch)
        if self.field is None:
            return energies
        xp, field = places.module_of(batch.states), places.beside(self.field, batch.states)
        return energies - xp.einsum("bi,bi->b", field, batch.states)


_SWEEPS_DETERMINISTIC, _SWEEPS_STOCHASTIC = 2, 1000

_LAST_SWEEP = 2**31
"""Largest number of sweeps that may have been made before a recall."""


class BinaryMemory(SpinMemory):
    """A memory of binary neurons with asynchronous or synchronous updates, at any temperature.

    Subclasses define the energy and set ``_backend``.
    """

    _backend: str
    _compares_fields: ClassVar[bool] = False
    """Whether its sites have local fields by which they can be ranked."""
    _energetic: ClassVar[bool] = True
    """Whether it has an energy."""

    @abstractmethod
    def _engine(self, manner: Manner) -> Engine:
        """The engine that updates states in this manner."""

    def _external(self, field: NDArray[np.float64]) -> NDArray[np.float64]:
        """An external field, if this kind of memory has local fields that it adds to."""
        raise InvalidInputError(
            f"field is for networks with pair couplings, to whose local fields it adds; a "
            f"{type(self).__name__} has none: clamp= holds sites, temperature= shakes them"
        )

    def _refuse_winners(self, update: str, stochastic: bool) -> None:
        """Raise if a number of active neurons cannot be kept by such updates."""
        if not self._compares_fields:
            raise InvalidInputError(
                f"active is for networks with pair couplings, whose local fields it compares; a "
                f"{type(self).__name__} has none"
            )
        if update != "sync" or stochastic:
            raise InvalidInputError(
                'active compares the fields of all neurons at once; use update="sync" and '
                "temperature=0 with it"
            )

    def _values_at(self, cues: checks.Batch[np.int8], states: NDArray[np.int8]) -> Any:
        """The values of states (B, N), in the form of the cues; None if memories have none."""
        return None

    def _followed(self, batch: StateBatch) -> None:
        """Take note of a recall at a temperature, for the speed of later ones."""

    # ------------------------------------------------------------------ dynamics

    def recall(
        self,
        states: Any,
        *,
        update: str = "async",
        temperature: Any = 0.0,
        max_sweeps: int = 100,
        order: str = "random",
        ties: str = "keep",
        clamp: Any = None,
        field: Any = None,
        active: int | None = None,
        record: Record = (),
        every: int | None = None,
        n_threads: int | None = None,
        rng: Any = None,
        start_sweep: int = 0,
    ) -> Recall:
        """Update states (B, N) until they reach a fixed point.

        A site is updated by D_i = E(s_i = −1) − E(s_i = +1), which for pair couplings is
        2 (h_i − W_ii s_i).

        Parameters
        ----------
        states : (B, N), (N,) or image array_like
            Initial states (cues); not modified.
        update : {"async", "sync"}
            Update neurons one after another, or all simultaneously.
        temperature : float, sequence of float, or (1, B) or (S, B) array_like
            At 0, s_i becomes the sign of D_i (of the field h_i for pair couplings). T > 0 is
            Glauber dynamics, P(s_i = +1) = 1/(1 + exp(−D_i/T)), for ``max_sweeps`` sweeps. A
            sequence has one temperature per sweep (annealing); its length replaces ``max_sweeps``.
            An array (1, B) has a temperature for each state, an array (S, B) for each sweep, too.
        order : {"random", "sequential", "uniform"}
            Order of asynchronous updates in a sweep: a new random permutation for every state;
            0 … N−1; or N independent random sites.
        ties : {"keep", "plus"}
            At zero temperature, a D or field of exactly 0 keeps the spin, or sets it to +1.
        clamp : (N,) or (B, N) array_like of bool, optional
            Sites that never change, of all states or of each.
        field : float, (N,) or (B, N) array_like, optional
            External field, which is added to the local field of each site, of all states or of
            each; the energy has a term −Σ_i field_i s_i. For networks with pair couplings.
        active : int, optional
            Number k of neurons that are +1 after every synchronous step: those with the largest
            local fields ("k winners take all"), whatever the sign of these; clamped ones count. Of
            equal fields those of active neurons are taken first, then those of the first neurons;
            ``ties`` has no say. For networks with pair couplings, ``update="sync"`` and temperature
            0.
        record : str, dict of functions, or a list of these
            Observables to record in ``Recall.recorded``: "energy", "overlap", "states", and
            functions of the states, (B, N) → (B,), by name, as in ``record={"magnetisation": f}``.
        every : int, optional
            Number of updates between recorded rows, by default one sweep. Synchronous steps are
            whole sweeps.
        n_threads : int, optional
            Number of threads, by default that of the available processors. Results do not depend on
            it.
        rng : None, int or numpy.random.Generator
            Random number generator or seed. The same seed gives the same result with every backend.
        start_sweep : int
            Number of sweeps already made, to continue: with the same seed, ``start_sweep=10`` from
            the end of 10 sweeps gives what 20 sweeps give. ``Recall.updates`` counts them,
            ``sweeps`` and ``flips`` do not.

        Returns
        -------
        Recall
            Final states, reasons for stopping, and recorded rows.

        Raises
        ------
        NotStoredError
            If nothing is stored.
        InvalidInputError, InvalidTypeError
            If ``states``, ``clamp`` or ``field`` do not have N sites, ``states`` are not ±1, the
            memory takes no ``field`` or ``active``, ``active`` is out of range or does not go with
            ``update`` and ``temperature``, a word is unknown, a temperature or ``max_sweeps`` is
            negative, or ``every`` or ``n_threads`` is below 1.
        """
        now = self._now()
        cues, state = now._validate(states, now._xp), now._state
        n = cues.array.shape[1]
        update = checks.choice(update, UPDATES, "update")
        order = checks.choice(order, ORDERS, "order")
        ties = checks.choice(ties, TIES, "ties")
        count, shape = len(cues.array), state.shape
        held = push = None
        if clamp is not None:
            held = checks.site_mask(clamp, n, "clamp", shape=shape, n_states=count)
        if field is not None:
            push = now._external(checks.external_field(field, n, count, shape=shape))
        schedule = stretches(checks.temperatures(temperature, max_sweeps, count))
        key, threads = checks.key(rng), backends.threads(n_threads)
        start = checks.integer(start_sweep, "start_sweep", minimum=0, maximum=_LAST_SWEEP)
        stochastic = is_stochastic(schedule)
        if active is not None:
            active = checks.integer(active, "active", minimum=1, maximum=n)
            self._refuse_winners(update, stochastic)
        # At zero temperature most states come to rest within two sweeps.
        most = _SWEEPS_STOCHASTIC if stochastic else _SWEEPS_DETERMINISTIC
        sweeps = count * min(schedule[-1][1] if schedule else 0, most)
        manner = Manner(update, order, key, threads, ties, held, sweeps, stochastic, push, active)
        engine: Engine
        if any(a is not None and a.ndim == 2 for a in (held, push)):
            common = now._engine(replace(manner, clamp=None, field=None))
            engine = EachOwn.of(common, manner, cues.array.shape)
        else:
            engine = now._engine(manner)
        recorder = now._recorder(engine, record, every, update, cues.place)
        batch = flow(engine, cues.array, schedule, recorder, start)
        if stochastic:
            now._followed(batch)
        result = Recall(batch, recorder, cues, stochastic, n, state.shape, state.patterns)
        paired = now._values_at(cues, batch.states)
        return result if paired is None else replace(result, _paired=paired)

    def attractors(self, *, update: str = "async") -> landscape.Landscape:
        """All attractors of a memory of at most 20 neurons, by exhaustive enumeration.

        All 2^N states are updated at zero temperature, sequentially ("async") or simultaneously
        ("sync"), with ``ties="keep"``.

        Returns
        -------
        Landscape
            ``states``, ``energy``, ``basin`` and ``period``, sorted by energy (nan where
            there is none).

        Examples
        --------
        >>> from hopfield_sim import HopfieldNetwork
        >>> found = HopfieldNetwork().store([[1, 1, 1, -1, -1]]).attractors()
        >>> found.states.tolist(), found.basin.tolist()
        ([[-1, -1, -1, 1, 1], [1, 1, 1, -1, -1]], [16, 16])
        """
        checks.choice(update, UPDATES, "update")
        now = self._now()
        n = now.n_neurons
        if n > _LARGEST_LANDSCAPE:
            raise InvalidInputError(
                f"attractors() looks at all 2^N states and takes N <= {_LARGEST_LANDSCAPE}; "
                f"this network has N = {n}; use recall() from random states instead"
            )
        everything = landscape.all_states(n)
        step = now.recall(everything, update=update, order="sequential", max_sweeps=1, rng=0)
        found, basin, period = landscape.cycles(landscape.codes(step.states))
        states = everything[found]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            energies = now.energy(states) if now._energetic else np.full(len(states), np.nan)
        ranks = np.lexsort([found, energies])
        return landscape.Landscape(states[ranks], energies[ranks], basin[ranks], period[ranks])
