"""Memories of binary neurons, whatever their energy: how states flow, and where they can rest."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models import landscape
from hopfield_sim.models.spins import Engine, SpinMemory
from hopfield_sim.recall.observables import Record
from hopfield_sim.recall.spins import Recall, flow, is_stochastic

UPDATES = ("async", "sync")
ORDERS = ("random", "sequential", "uniform")
TIES = ("keep", "plus")
_LARGEST_LANDSCAPE = 20


@dataclass(frozen=True)
class Manner:
    """How states flow: how many sweeps of a state there may be in all, and the arguments of
    ``recall`` that an engine needs, judged.
    """

    sweeps: int
    warm: bool
    update: str
    order: str
    ties: str
    clamp: NDArray[np.bool_] | None
    key: int
    n_threads: int


_SWEEPS_COLD, _SWEEPS_WARM = 2, 1000


@checks.by_name
class BinaryMemory(SpinMemory):
    """A memory of spins that flow neuron after neuron or all at once, cold or in a heat bath.

    The class below says what the energy is, and sets ``_backend``, who computes.
    """

    _backend: str

    @abstractmethod
    def _engine(self, manner: Manner) -> Engine:
        """What makes states flow in this manner."""

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
        record: Record = (),
        every: int | None = None,
        n_threads: int | None = None,
        rng: Any = None,
    ) -> Recall:
        """Let states (B, N) flow until they rest.

        A visited site follows D_i = E(s_i = −1) − E(s_i = +1); with pair couplings that is
        2 (h_i − W_ii s_i).

        Parameters
        ----------
        states : (B, N), (N,) or images
            The cues; not changed.
        update : {"async", "sync"}
            One neuron after another, or all at once.
        temperature : float or sequence
            0 follows the sign of D (of the field h, with pair couplings); T > 0 is Glauber's heat
            bath, P(s_i = +1) = 1/(1 + exp(−D_i/T)), for ``max_sweeps`` sweeps. A sequence gives one
            temperature a sweep (annealing) and its length replaces ``max_sweeps``.
        order : {"random", "sequential", "uniform"}
            Asynchronous: a fresh permutation a sweep for every state, 0 … N−1, or N independent
            picks a sweep.
        ties : {"keep", "plus"}
            At zero temperature a D, or field, of exactly 0 keeps the spin, or makes it +1.
        clamp : bool (N,), optional
            Sites that never change.
        record : str, dict of functions, or a list of these
            Any of "energy", "overlap", "states", and functions of the states (B, N) → (B,) by a
            name, as in ``record={"magnetisation": f}``: what the result has in ``recorded``.
        every : int, optional
            Updates between records; one sweep if not given. Synchronous steps are whole sweeps.
        n_threads : int, optional
            Threads over the batch; the processors at hand if not given. Results do not depend on
            it.
        rng : None, int or numpy.random.Generator
            The seed. The same seed gives the same result on every backend.

        Returns
        -------
        Recall

        Raises
        ------
        NotStoredError
            When nothing is stored yet.
        InvalidInputError, InvalidTypeError
            For arguments that make no sense, naming what is wanted.
        """
        now = self._now()
        n = now.n_neurons
        given = now._judge(states)
        update = checks.choice(update, UPDATES, "update")
        order = checks.choice(order, ORDERS, "order")
        ties = checks.choice(ties, TIES, "ties")
        schedule = checks.temperatures(
            temperature, checks.integer(max_sweeps, "max_sweeps", minimum=0)
        )
        held = None if clamp is None else checks.site_mask(clamp, n, "clamp", shape=now._shape)
        key, threads = checks.key(rng), backends.threads(n_threads)
        warm = is_stochastic(schedule)
        # At zero temperature most states come to rest within two sweeps.
        sweeps = len(given.array) * min(len(schedule), _SWEEPS_WARM if warm else _SWEEPS_COLD)
        manner = Manner(sweeps, warm, update, order, ties, held, key, threads)
        engine = now._engine(manner)
        recorder = now._recorder(engine, record, every, update)
        batch = flow(engine, given.array, schedule, recorder)
        return Recall(batch, recorder, given, warm, n, now._shape, now._patterns)

    def attractors(self, *, update: str = "async") -> landscape.Landscape:
        """Every attractor of at most 20 neurons, by exhaustion.

        All 2^N states flow at zero temperature, neuron after neuron ("async", sequential) or all at
        once ("sync"), ties keeping the spin.

        Returns
        -------
        Landscape
            ``states``, ``energy``, ``basin``, ``period``, by energy.

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
            energies = now.energy(states)
        ranks = np.lexsort([found, energies])
        return landscape.Landscape(states[ranks], energies[ranks], basin[ranks], period[ranks])
