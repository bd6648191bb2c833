"""The classical network (Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554, 1982)."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks, couplings, energy, recording, rules
from hopfield_sim.backends.protocol import Couplings
from hopfield_sim.dynamics import Recall, flow
from hopfield_sim.errors import InvalidInputError, NotStoredError
from hopfield_sim.models import classification, files, landscape, learning
from hopfield_sim.models.quadratic import QuadraticEngine
from hopfield_sim.patterns import overlap

UPDATES = ("async", "sync")
ORDERS = ("random", "sequential", "uniform")
TIES = ("keep", "plus")
_LARGEST_LANDSCAPE = 20


class HopfieldNetwork:
    """A network of N binary neurons that stores patterns as attractors of its dynamics.

    E(s) = −½ sᵀ W s + θ·s, with local fields h = W s − θ.

    Parameters
    ----------
    rule : {"hebbian", "storkey", "pseudoinverse", "perceptron"} or callable
        How patterns (P, N) become weights (N, N).
    zero_diagonal : bool
        Whether the self couplings W_ii are removed.
    thresholds : float or (N,) array, optional
        θ, in the units of a field; zero if not given.
    backend : {"auto", "numpy", "cython"}
        Who computes; all give the same results.

    Examples
    --------
    >>> patterns = [[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]]
    >>> net = HopfieldNetwork().store(patterns)
    >>> run = net.recall([1, 1, 1, -1, -1, 1], update="sync")
    >>> run.states
    array([ 1,  1,  1, -1, -1, -1], dtype=int8)
    >>> run.stop, run.sweeps
    ('fixed-point', 1)
    """

    def __init__(
        self,
        rule: str | rules.Rule = "hebbian",
        *,
        zero_diagonal: bool = True,
        thresholds: Any = None,
        backend: str = "auto",
    ) -> None:
        rules.get(rule)
        self._rule: str | rules.Rule | None = rule
        self._zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
        automatic = isinstance(backend, str) and backend == "auto"
        self._backend = "auto" if automatic else backends.get(backend).name
        self._given_thresholds = thresholds
        if thresholds is not None:
            # Judged now, though N is known only later: a wrong length is told then.
            given = checks.numeric(thresholds, "thresholds")
            judged = checks.thresholds(given, given.size)
            self._given_thresholds = judged if given.ndim else float(judged[0])
        self.clear()

    @classmethod
    def from_weights(
        cls, weights: Any, *, thresholds: Any = None, backend: str = "auto"
    ) -> HopfieldNetwork:
        """A network with the given weights (N, N), diagonal included; it has no patterns.

        Asymmetric weights are accepted: then no energy decides where the dynamics goes.

        Examples
        --------
        >>> net = HopfieldNetwork.from_weights([[0, -1], [-1, 0]])
        >>> net.energy([1, -1])
        -1.0
        """
        matrix = checks.weights(weights)
        net = cls(zero_diagonal=False, backend=backend)
        net._given_thresholds = checks.thresholds(thresholds, len(matrix))
        net._rule = None
        net._know(couplings.real(matrix))
        return net

    # ------------------------------------------------------------------ learning

    def store(self, patterns: Any) -> HopfieldNetwork:
        """Learn patterns (P, N), or images (P, H, W); called again, it adds to those stored.

        Hebbian and Storkey weights are extended; other rules learn anew from all patterns in order.
        The same pattern twice is stored twice.

        Returns
        -------
        HopfieldNetwork
            The network itself.

        Raises
        ------
        InvalidInputError
            For values other than ±1, a wrong shape, or a network made from weights.
        NotConverged
            When the perceptron rule finds no solution; nothing is stored then.
        InsufficientMemoryError
            When the weights do not fit in memory.
        """
        if self._rule is None:
            raise InvalidInputError(
                "this network was made from weights and has no rule to learn by; "
                "make one with HopfieldNetwork(rule=...)"
            )
        known = self._couplings is not None
        stored = checks.patterns(patterns, n_neurons=self.n_neurons if known else None)
        n = stored.array.shape[1]
        theta = checks.thresholds(self._given_thresholds, n)
        if known and stored.shape is not None and self._shape not in (None, stored.shape):
            raise InvalidInputError(
                f"patterns must be images of shape {self._shape} like those stored; "
                f"got {stored.shape}"
            )
        everything = stored.array
        if self._patterns is not None:
            everything = np.concatenate([self._patterns, stored.array])
        learnt, diagonal = learning.learn(
            self._rule,
            self._zero_diagonal,
            everything,
            stored.array,
            self._couplings,
            self._diagonal,
        )
        self._know(learnt, theta, everything, stored.shape or self._shape, diagonal)
        return self

    def forget(self, index: int) -> HopfieldNetwork:
        """Remove the stored pattern ``index``; later indices shift down by one.

        Hebbian weights subtract it exactly; other rules learn anew from the patterns left.

        Raises
        ------
        NotStoredError
            When there are no patterns.
        """
        patterns = self._stored_patterns("forget")
        index = checks.integer(index, "index", minimum=0, maximum=len(patterns) - 1)
        if len(patterns) == 1:
            return self.clear()
        assert self._rule is not None
        left = np.delete(patterns, index, axis=0)
        learnt, diagonal = learning.unlearn(
            self._rule, self._zero_diagonal, left, patterns[index : index + 1], self._couplings
        )
        self._know(learnt, self._thresholds, left, self._shape, diagonal)
        return self

    def clear(self) -> HopfieldNetwork:
        """Forget everything, the number of neurons included."""
        self._couplings: Couplings | None = None
        self._thresholds = np.zeros(0)
        self._patterns: NDArray[np.int8] | None = None
        self._shape: tuple[int, int] | None = None
        self._diagonal: NDArray[np.float64] | None = None
        self._weights: NDArray[np.float64] | None = None
        self._symmetric: bool | None = None
        return self

    def _know(
        self,
        learnt: Couplings,
        thresholds: NDArray[np.float64] | None = None,
        patterns: NDArray[np.int8] | None = None,
        shape: tuple[int, int] | None = None,
        diagonal: NDArray[np.float64] | None = None,
    ) -> None:
        """Take over what was learnt, all at once: an error before leaves the network as it was."""
        if thresholds is None:
            thresholds = checks.thresholds(self._given_thresholds, learnt.n_neurons)
        self._couplings, self._thresholds = learnt, thresholds
        self._patterns, self._shape, self._diagonal = patterns, shape, diagonal
        self._weights = self._symmetric = None

    # ------------------------------------------------------------------ what it is

    @property
    def n_neurons(self) -> int:
        """N."""
        return self._known().n_neurons

    @property
    def patterns(self) -> NDArray[np.int8]:
        """The stored patterns (P, N), read-only."""
        return _read_only(self._stored_patterns("patterns"))

    @property
    def weights(self) -> NDArray[np.float64]:
        """W, (N, N) float64, read-only."""
        known = self._known()
        if self._weights is None:
            if known.scale == 1.0 and not known.exact:
                self._weights = _read_only(known.columns.T)
            else:
                n = known.n_neurons
                checks.memory(8 * n * n, f"the weights of {n} neurons as float64", "use fields()")
                self._weights = _read_only(known.columns / known.scale)
        return self._weights

    @property
    def thresholds(self) -> NDArray[np.float64]:
        """θ, (N,), read-only."""
        self._known()
        return _read_only(self._thresholds)

    @property
    def rule(self) -> str | rules.Rule | None:
        """The learning rule; None for a network made from weights."""
        return self._rule

    def __repr__(self) -> str:
        rule = "from weights" if self._rule is None else f"rule={self._rule!r}"
        if self._couplings is None:
            return f"<HopfieldNetwork {rule}, nothing stored>"
        n_patterns = 0 if self._patterns is None else len(self._patterns)
        return f"<HopfieldNetwork {rule}, N={self.n_neurons}, P={n_patterns}>"

    # ------------------------------------------------------------------ what a state feels

    def fields(self, states: Any) -> Any:
        """The local fields h = W s − θ, (B, N)."""
        given, fields = self._fields_of(states)
        return given.restore(fields / self._known().scale - self._thresholds)

    def energy(self, states: Any) -> Any:
        """E = −½ sᵀ W s + θ·s of each state, (B,); a float for a single one.

        Asymmetric weights have no energy that the dynamics descends: this warns once.
        """
        given, fields = self._fields_of(states)
        self._warn_if_asymmetric()
        return given.restore(energy.quadratic(self._known(), self._thresholds, given.array, fields))

    def energy_gap(self, states: Any) -> Any:
        """E(site flipped) − E(s) for every site, (B, N): 2 s_i (Σ_{j≠i} W_ij s_j − θ_i)
        when W is symmetric.
        """
        given, fields = self._fields_of(states)
        if not self._is_symmetric():
            # Only the symmetric part of W enters E.
            transposed = given.array @ self._known().columns.T
            fields = 0.5 * (fields + transposed)
        return given.restore(energy.flip_cost(self._known(), self._thresholds, given.array, fields))

    def classify(self, states: Any) -> classification.Classification:
        """Say of each state whether it is stored, an inverse, a mixture or spurious.

        Returns
        -------
        Classification
            ``kind`` (B,) of "stored" | "inverse" | "mixture" | "spurious", and ``patterns``, a list
            of tuples of (index, sign); a str and a tuple for a single state. A mixture is the sign
            of the sum of 3, 5 or 7 patterns with signs, exactly.

        Examples
        --------
        >>> import numpy as np
        >>> xi = np.array([[1, 1, 1, 1, -1], [1, 1, -1, -1, 1], [1, -1, 1, -1, -1]])
        >>> net = HopfieldNetwork().store(xi)
        >>> found = net.classify(np.sign(xi.sum(axis=0)))
        >>> found.kind, found.patterns
        ('mixture', ((0, 1), (1, 1), (2, 1)))
        """
        patterns = self._stored_patterns("classify")
        given = self._judge(states)
        found = classification.classify(given.array, patterns)
        if given.single:
            return classification.Classification(str(found.kind[0]), found.patterns[0])
        return found

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
        >>> net = HopfieldNetwork().store([[1, 1, 1, -1, -1]])
        >>> found = net.attractors()
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
        known = self._known()
        given = self._judge(states)
        n = known.n_neurons
        update = checks.choice(update, UPDATES, "update")
        order = checks.choice(order, ORDERS, "order")
        ties = checks.choice(ties, TIES, "ties")
        schedule = checks.temperatures(
            temperature, checks.integer(max_sweeps, "max_sweeps", minimum=0)
        )
        held = None if clamp is None else checks.site_mask(clamp, n, "clamp", shape=self._shape)
        engine = QuadraticEngine(
            known,
            self._thresholds,
            backends.get(self._backend),
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
            batch, recorder, given, bool((schedule > 0).any()), n, self._shape, self._patterns
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

    # ------------------------------------------------------------------ files

    def save(self, path: str | PathLike[str]) -> None:
        """Write the network to a ``.npz`` file that ``hopfield_sim.load`` reads; no pickle is
        involved.

        A rule of your own cannot be written: the loaded network has its weights and patterns and
        learns no more.
        """
        known = self._known()
        named = isinstance(self._rule, str)
        members: dict[str, NDArray[Any]] = {
            "rule": np.array(self._rule if named else ""),
            "zero_diagonal": np.array(self._zero_diagonal),
            "thresholds": self._thresholds,
        }
        if self._patterns is not None:
            members["patterns"] = self._patterns
        if self._shape is not None:
            members["shape"] = np.array(self._shape, np.int64)
        if self._diagonal is not None:
            members["diagonal"] = self._diagonal
        if not known.exact:
            members["weights"] = np.ascontiguousarray(self.weights)
        files.save(path, "hopfield", members)

    @classmethod
    def _from_members(cls, members: dict[str, NDArray[Any]]) -> HopfieldNetwork:
        """Make the network that ``save`` wrote; the file's checks are in ``models.files``."""
        rule, patterns = str(members["rule"]), members.get("patterns")
        theta = members["thresholds"]
        net = cls(rule or "hebbian", zero_diagonal=bool(members["zero_diagonal"]))
        net._given_thresholds = theta
        if not rule:
            net._rule = None
        if "weights" in members:
            learnt = couplings.real(checks.weights(members["weights"]))
        elif patterns is not None:
            learnt = couplings.hebbian(patterns, zero_diagonal=net._zero_diagonal)
        else:
            raise InvalidInputError("it holds neither weights nor patterns")
        shape = members.get("shape")
        net._know(
            learnt,
            checks.thresholds(theta, learnt.n_neurons),
            None
            if patterns is None
            else checks.patterns(patterns, n_neurons=learnt.n_neurons).array,
            None if shape is None else (int(shape[0]), int(shape[1])),
            members.get("diagonal"),
        )
        return net

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

    def _is_symmetric(self) -> bool:
        if self._symmetric is None:
            known = self._known()
            self._symmetric = known.exact or couplings.is_symmetric(known.columns)
        return self._symmetric

    def _warn_if_asymmetric(self) -> None:
        if not self._is_symmetric() and not getattr(self, "_warned", False):
            self._warned = True
            warnings.warn(
                "these weights are not symmetric: the energy is defined, but the dynamics need not "
                "lower it",
                stacklevel=3,
            )


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view
