"""Networks of pair couplings, however learnt: what a state feels, and where it flows."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks, couplings, energy, recording
from hopfield_sim.backends.protocol import Couplings, Factors, Matrix
from hopfield_sim.dynamics import Recall, flow, is_stochastic
from hopfield_sim.errors import InvalidInputError, NotStoredError
from hopfield_sim.models import landscape
from hopfield_sim.models.quadratic import QuadraticEngine
from hopfield_sim.patterns import overlap

UPDATES = ("async", "sync")
ORDERS = ("random", "sequential", "uniform")
TIES = ("keep", "plus")
_LARGEST_LANDSCAPE = 20


class PairNetwork:
    """Binary neurons with couplings W and thresholds θ: E(s) = −½ sᵀ W s + θ·s, h = W s − θ.

    What W comes from is the affair of the class below, which sets these attributes.
    """

    _backend: str
    _couplings: Couplings | None
    _hebbian_matrix: Matrix | None
    _thresholds: NDArray[np.float64]
    _patterns: NDArray[np.int8] | None
    _shape: tuple[int, int] | None
    _weights: NDArray[np.float64] | None
    _symmetric: bool | None
    _warned: bool

    @property
    def n_neurons(self) -> int:
        """N."""
        return self._known().n_neurons

    @property
    def weights(self) -> NDArray[np.float64]:
        """W, (N, N) float64, read-only."""
        known = self._known()
        if self._weights is None:
            if isinstance(known, Factors):
                n = known.n_neurons
                checks.memory(
                    10 * n * n, f"the weights of {n} neurons as float64", "use fields() and energy()"
                )
                self._weights = read_only(self._matrix(known).columns / known.scale)
            else:
                self._weights = read_only(known.columns.T)
        return self._weights

    @property
    def thresholds(self) -> NDArray[np.float64]:
        """θ, (N,), read-only."""
        self._known()
        return read_only(self._thresholds)

    # ------------------------------------------------------------------ what a state feels

    def fields(self, states: Any) -> Any:
        """The local fields h = W s − θ, (B, N)."""
        given, fields = self._fields_of(states)
        return given.restore(fields / self._known().scale - self._thresholds)

    def energy(self, states: Any) -> Any:
        """E = −½ sᵀ W s + θ·s of each state, (B,); a float for a single one.

        Asymmetric weights have no energy that the dynamics descends: this warns once.
        """
        known, given = self._known(), self._judge(states)
        self._warn_if_asymmetric()
        cache = backends.get(self._backend).cache(known, given.array)
        return given.restore(energy.quadratic(known, self._thresholds, given.array, cache))

    def energy_gap(self, states: Any) -> Any:
        """E(site flipped) − E(s) for every site, (B, N): 2 s_i (Σ_{j≠i} W_ij s_j − θ_i)
        when W is symmetric.
        """
        given, fields = self._fields_of(states)
        if not self._is_symmetric():
            # Only the symmetric part of W enters E.
            transposed = given.array @ self.weights
            fields = 0.5 * (fields + transposed)
        return given.restore(energy.flip_cost(self._known(), self._thresholds, given.array, fields))

    def attractors(self, *, update: str = "async") -> landscape.Landscape:
        """Every attractor of a network of at most 20 neurons, by exhaustion.

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
        n = self.n_neurons
        if n > _LARGEST_LANDSCAPE:
            raise InvalidInputError(
                f"attractors() looks at all 2^N states and takes N <= {_LARGEST_LANDSCAPE}; "
                f"this network has N = {n}; use recall() from random states instead"
            )
        everything = landscape.all_states(n)
        step = self.recall(everything, update=update, order="sequential", max_sweeps=1, rng=0)
        found, basin, period = landscape.cycles(landscape.codes(step.states))
        states = everything[found]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            energies = self.energy(states)
        ranks = np.lexsort([found, energies])
        return landscape.Landscape(states[ranks], energies[ranks], basin[ranks], period[ranks])

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
        record: str | Iterable[str] = (),
        every: int | None = None,
        n_threads: int | None = None,
        rng: Any = None,
    ) -> Recall:
        """Let states (B, N) flow until they rest.

        Parameters
        ----------
        states : (B, N), (N,) or images
            The cues; not changed.
        update : {"async", "sync"}
            One neuron after another, or all at once.
        temperature : float or sequence
            0 follows the field; T > 0 is Glauber's heat bath, P(s_i = +1) = 1/(1 + exp(−2 (h_i −
            W_ii s_i)/T)), for
            ``max_sweeps`` sweeps. A sequence gives one temperature a sweep (annealing) and its
            length replaces
            ``max_sweeps``.
        order : {"random", "sequential", "uniform"}
            Asynchronous: a fresh permutation a sweep for every state, 0 … N−1, or N independent
            picks a sweep.
        ties : {"keep", "plus"}
            At zero temperature a field of exactly 0 keeps the spin, or makes it +1.
        clamp : bool (N,), optional
            Sites that never change.
        record : any of "energy", "overlap", "states"
            What the result's ``energy``, ``overlaps`` and ``trajectory`` hold.
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
            When the network has no weights yet.
        InvalidInputError, InvalidTypeError
            For arguments that make no sense, naming what is wanted.
        """
        given = self._judge(states)
        n = self.n_neurons
        update = checks.choice(update, UPDATES, "update")
        order = checks.choice(order, ORDERS, "order")
        ties = checks.choice(ties, TIES, "ties")
        schedule = checks.temperatures(
            temperature, checks.integer(max_sweeps, "max_sweeps", minimum=0)
        )
        held = None if clamp is None else checks.site_mask(clamp, n, "clamp", shape=self._shape)
        backend = backends.get(self._backend)
        engine = QuadraticEngine(
            self._fastest(update, len(given.array)),
            self._thresholds,
            backend,
            update=update,
            order=order,
            ties=ties,
            clamp=held,
            key=checks.key(rng),
            n_threads=backends.threads(n_threads),
        )
        recorder = self._recorder(engine, record, every, update)
        batch = flow(engine, given.array, schedule, recorder)
        return Recall(
            batch, recorder, given, is_stochastic(schedule), n, self._shape, self._patterns
        )

    def _recorder(
        self, engine: QuadraticEngine, record: str | Iterable[str], every: int | None, update: str
    ) -> recording.Recorder:
        """What to write down, and how often."""
        words = recording.words(record)
        n = engine.couplings.n_neurons
        pace = n if every is None else checks.integer(every, "every", minimum=1)
        if update == "sync":
            pace = -(-pace // n) * n
        measures: dict[str, recording.Measure] = {}
        if "energy" in words:
            self._warn_if_asymmetric()
            measures["energy"] = engine.energy
        if "overlap" in words:
            patterns = self._stored_patterns('record="overlap"')
            measures["overlap"] = lambda batch: overlap(batch.states, patterns)
        if "states" in words:
            measures["states"] = lambda batch: batch.states.copy()
        return recording.Recorder(pace, measures)

    # ------------------------------------------------------------------ private

    def _known(self) -> Couplings:
        if self._couplings is None:
            raise NotStoredError("the network has stored nothing yet; call store(patterns) first")
        return self._couplings

    def _stored_patterns(self, what: str) -> NDArray[np.int8]:
        if self._patterns is None:
            self._known()
            raise NotStoredError(f"{what} needs patterns; a network made from weights has none")
        return self._patterns

    def _judge(self, states: Any) -> checks.Batch:
        n_patterns = None if self._patterns is None else len(self._patterns)
        return checks.states(states, self.n_neurons, shape=self._shape, n_patterns=n_patterns)

    def _fields_of(self, states: Any) -> tuple[checks.Batch, NDArray[Any]]:
        given = self._judge(states)
        return given, backends.get(self._backend).fields(self._known(), given.array)

    def _fastest(self, update: str, n_states: int) -> Couplings:
        """The couplings in the form in which such a recall takes the least time."""
        known = self._known()
        if isinstance(known, Factors):
            made = self._hebbian_matrix is not None
            if couplings.prefers_matrix(known, update, n_states, made=made):
                return self._matrix(known)
        return known

    def _matrix(self, known: Factors) -> Matrix:
        """The matrix of Hebbian couplings, made when it is first wanted."""
        if self._hebbian_matrix is None:
            self._hebbian_matrix = couplings.matrix(known, backends.get(self._backend))
        return self._hebbian_matrix

    def _is_symmetric(self) -> bool:
        if self._symmetric is None:
            known = self._known()
            self._symmetric = isinstance(known, Factors) or couplings.is_symmetric(known.columns)
        return self._symmetric

    def _warn_if_asymmetric(self) -> None:
        if not self._is_symmetric() and not self._warned:
            self._warned = True
            warnings.warn(
                "these weights are not symmetric: the energy is defined, but the dynamics need not "
                "lower it",
                stacklevel=3,
            )


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """A view that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view
