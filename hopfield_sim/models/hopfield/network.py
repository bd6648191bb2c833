"""The classical network (Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554, 1982)."""

from __future__ import annotations

import numbers
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks, rules
from hopfield_sim.backends.protocol import Couplings, Factors, Matrix, Sparse
from hopfield_sim.checks import Compressed
from hopfield_sim.checks.reals import copied
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base import likeness
from hopfield_sim.models.base.members import SHAPE, FileKind, Member, Values
from hopfield_sim.models.base.spins import image_shape
from hopfield_sim.models.hopfield import classification, couplings, learning
from hopfield_sim.models.hopfield.graph import (
    Graph,
    rows_from,
    turned,
    with_diagonal,
    without_diagonal,
)
from hopfield_sim.models.hopfield.pairs import Derived, Learnt, PairNetwork
from hopfield_sim.models.hopfield.random_graph import random_graph


def _real_weights(net: HopfieldNetwork) -> NDArray[np.floating] | None:
    """The weights, unless they are sparse or follow exactly from the patterns."""
    if net._rule == "hebbian" or isinstance(net._known(), Sparse):
        return None
    return copied(net.weights, net.weights.dtype)


def _sparse(net: HopfieldNetwork, part: str) -> NDArray[Any] | None:
    """An array of sparse couplings."""
    known = net._known()
    return getattr(known, part) if isinstance(known, Sparse) else None


def _ours(rule: str | rules.Rule) -> rules.LearningRule | None:
    """The description of a rule of the package, by its name or its function."""
    if isinstance(rule, str):
        return rules.RULES.get(rule)
    return next((one for one in rules.RULES.values() if rule is one.weights), None)


class HopfieldNetwork(PairNetwork):
    """Hopfield network: N binary neurons that store patterns as attractors of their dynamics.

    The energy is E(s) = −½ sᵀ W s + θ·s, the local fields are h = W s − θ.

    Parameters
    ----------
    rule : {"hebbian", "storkey", "pseudoinverse", "perceptron", ...} or callable
        Learning rule, from patterns (P, N) to weights (N, N): a name in ``rules.RULES``, or a
        function.
    zero_diagonal : bool
        Whether the self-couplings W_ii are set to zero.
    connectivity : float, Graph, SciPy sparse matrix or (N, N) array_like, optional
        The couplings W_ij that are kept, where it is not 0: :func:`random_graph` draws one, for a
        diluted network. All others are zero; Hebb's rule computes only those. By default all are.
        A number f above 0, up to 1, keeps this fraction of the pairs of neurons:
        ``random_graph(N, f * (N - 1), kind="symmetric", rng=0)``, drawn at the first ``store``; the
        seed is always 0, so that N and f alone decide which. Networks that shall differ are given
        graphs of other seeds.
    thresholds : float or (N,) array_like, optional
        Thresholds θ, in the units of a field; by default those that the rule brings, zero for most.
    backend : {"auto", "numpy", "cython"}
        Implementation to use; all give the same results.
    dtype : float64 or float32
        dtype of the weights; Hebbian couplings are always exact integers.

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
        connectivity: Any = None,
        thresholds: Any = None,
        backend: str = "auto",
        dtype: Any = np.float64,
    ) -> None:
        rules.get(rule)
        self._dtype = checks.float_type(dtype)
        self._rule: str | rules.Rule | None = rule
        self._zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
        self._kept: Compressed | None = None
        """Columns of the couplings that the graph keeps, if one is given."""
        self._fraction: float | None = None
        """Fraction of the couplings that is kept, if that is given."""
        if isinstance(connectivity, numbers.Real):
            self._fraction = checks.real(connectivity, "connectivity", minimum=0, maximum=1)
            if self._fraction == 0:
                raise InvalidInputError(
                    "connectivity must be above 0, as a fraction of the couplings, or None for all "
                    "of them; got 0"
                )
        elif connectivity is not None:
            rows = rows_from(connectivity, "connectivity")
            rows = without_diagonal(rows) if self._zero_diagonal else rows
            self._kept = turned(rows._replace(values=None))
        self._backend = backends.setting(backend)
        self._initial_thresholds = thresholds
        if thresholds is not None:
            # Validated now, although N is known only later; a wrong length raises then.
            array = checks.numeric(thresholds, "thresholds")
            n = array.size if self._kept is None else self._kept.n_neurons
            theta = checks.thresholds(array, n)
            self._initial_thresholds = theta if array.ndim else float(theta[0])
        self.clear()

    @classmethod
    def from_weights(
        cls,
        weights: Any,
        *,
        thresholds: Any = None,
        backend: str = "auto",
        dtype: Any = np.float64,
    ) -> HopfieldNetwork:
        """Make a network from weights (N, N), including their diagonal; it has no patterns.

        Asymmetric weights are accepted, although the dynamics then does not descend an energy.
        Weights are stored as float64, or rounded to float32 if ``dtype`` is float32. A sparse
        matrix of SciPy, or a :class:`Graph` with weights, stays sparse: of N = 4000 neurons with 40
        inputs each it takes 2 MB, not 128.

        Examples
        --------
        >>> net = HopfieldNetwork.from_weights([[0, -1], [-1, 0]])
        >>> net.energy([1, -1])
        -1.0
        """
        net = cls(zero_diagonal=False, backend=backend, dtype=dtype)
        net._rule = None
        learnt: Couplings
        if isinstance(weights, Graph) or checks.is_sparse(weights):
            rows = rows_from(weights, "weights")
            if rows.values is None:
                raise InvalidInputError(
                    "weights must be a Graph with weights; got one without; for couplings that a "
                    "rule computes use HopfieldNetwork(connectivity=...)"
                )
            learnt = couplings.sparse(turned(rows), net._dtype)
        else:
            matrix = checks.weights(weights)
            learnt = couplings.real(checks.narrowed(matrix, net._dtype, "weights"))
        net._initial_thresholds = checks.thresholds(thresholds, learnt.n_neurons)
        net._state = _validated(Learnt(None, None, learnt, net._initial_thresholds))
        return net

    @classmethod
    def _from_couplings(
        cls, made: Couplings, patterns: NDArray[np.int8], backend: str
    ) -> HopfieldNetwork:
        """A network of couplings of another memory, with the patterns that they store."""
        net = cls(backend=backend)
        net._rule = None
        net._state = _validated(Learnt(patterns, None, made, np.zeros(made.n_neurons)))
        return net

    # ------------------------------------------------------------------ learning

    def store(self, patterns: Any, *, advise: bool = True) -> HopfieldNetwork:
        """Store patterns (P, N), or images (P, H, W), in addition to those already stored.

        Hebbian and Storkey weights are extended; other rules learn again from all patterns in
        order. Duplicate patterns are stored twice.

        Parameters
        ----------
        patterns : (P, N) or (P, H, W) array_like
            Patterns of ±1.
        advise : bool
            Warn, once per network, if the rule does not store the patterns because they are biased
            or otherwise similar.

        Returns
        -------
        HopfieldNetwork
            The network itself.

        Raises
        ------
        InvalidInputError
            If values are not ±1, the shape is wrong, or the network was made from weights.
        NotConverged
            If the perceptron rule does not converge; nothing is stored then.
        InsufficientMemoryError
            If the weights do not fit into memory.
        """
        rule = self._demanded_rule()
        advise = checks.flag(advise, "advise")
        engines = backends.get(self._backend)
        with self._lock:
            before = self._state.couplings
            built = self._kept if before is None else before
            size = None if built is None else built.n_neurons
            stored = checks.patterns(patterns, n_neurons=size, xp=engines.xp)
            n = stored.array.shape[1]
            theta = checks.thresholds(self._initial_thresholds, n)
            everything = self._joined(stored)
            learnt, diagonal, brought = learning.learn(
                rule,
                self._zero_diagonal,
                everything,
                stored.array,
                before,
                self._state.diagonal,
                self._dtype,
                self._columns(n),
                engines.pairs,
            )
            made = Derived(self._changed_matrix(learnt, stored.array, 1))
            shape = stored.shape or self._state.shape
            theta = self._chosen(theta, brought)
            after = _validated(Learnt(everything, shape, learnt, theta, diagonal, made))
            if advise and "alike" not in self._told and (alike := likeness.overlap(everything)):
                self._warn_of_similar(rule, everything, alike, after)
            self._state = after
        return self

    def forget(self, index: int) -> HopfieldNetwork:
        """Remove the stored pattern ``index``; later indices shift down by one.

        It is subtracted exactly from Hebbian weights; other rules learn again from the remaining
        patterns.

        Parameters
        ----------
        index : int
            Index of the pattern.

        Returns
        -------
        HopfieldNetwork
            The network itself.

        Raises
        ------
        NotStoredError
            If there are no patterns.
        InvalidInputError
            If the index is out of range, or the network has no learning rule (model files do not
            contain user-defined ones).
        """
        with self._lock:
            index, left = self._without(index)
            rule, gone = self._demanded_rule(), self._stored_patterns("forget")[index]
            if not len(left):
                return self.clear()
            pairs, kept = backends.get(self._backend).pairs, self._columns(left.shape[1])
            learnt, diagonal, brought = learning.learn(
                rule, self._zero_diagonal, left, left, None, None, self._dtype, kept, pairs
            )
            made = Derived(self._changed_matrix(learnt, gone[None], -1))
            theta = self._chosen(self._state.thresholds, brought)
            after = Learnt(left, self._shape, learnt, theta, diagonal, made)
            self._state = _validated(after)
        return self

    def clear(self) -> HopfieldNetwork:
        """Remove all patterns; the number of neurons may change with the next ones, unless a graph
        says it.
        """
        with self._lock:
            self._state, self._told = Learnt(None, None), set()
        return self

    def _columns(self, n_neurons: int) -> Compressed | None:
        """Columns of the couplings that are kept; None if all are."""
        known = self._state.couplings
        if self._fraction is None:
            return self._kept
        if isinstance(known, Sparse):  # drawn before
            return Compressed(known.starts, known.targets, None)
        inputs = self._fraction * (n_neurons - 1)
        rows = random_graph(n_neurons, inputs, kind="symmetric", rng=0)._rows
        return rows if self._zero_diagonal else with_diagonal(rows)

    def _chosen(
        self, thresholds: NDArray[np.float64], brought: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        """These thresholds, or those that the rule has brought if the user gave none."""
        return thresholds if brought is None or self._initial_thresholds is not None else brought

    def _unstable(self, states: NDArray[np.int8]) -> NDArray[np.bool_]:
        """Bits (B, N) that would change at once. Given thresholds may be there to hold similar
        patterns: bits that they alone make unstable are not counted.
        """
        h = self.fields(states)
        given = 0 if self._initial_thresholds is None else self._state.thresholds
        return (h * states < 0) & ((h + given) * states < 0)

    def _warn_of_similar(
        self, rule: str | rules.Rule, patterns: NDArray[np.int8], alike: float, after: Learnt
    ) -> None:
        """Warn, once, if patterns of this overlap are not stored, unless the rule holds them."""
        known = _ours(rule)
        if known is not None and known.holds_similar:
            return
        then = self._now()
        then._state = after
        if likeness.warn(patterns, alike, then._unstable, *self._advice(known)):
            self._told.add("alike")

    @staticmethod
    def _advice(known: rules.LearningRule | None) -> tuple[str, str, float]:
        """What stores the patterns, what would, and the wrong bits that are worth a word."""
        remedy = "Use rule='pseudoinverse', which holds any independent patterns"
        name = None if known is None else known.name
        if name == "storkey":
            return "Storkey's rule", remedy, likeness.SOME
        if name == "hebbian":
            holder = "Hebb's rule"
        else:
            holder = "The network's rule" if known is None else f"The {known.label} rule"
        remedy += ", or, where they are only a little alike, rule='storkey'"
        return holder, remedy, likeness.WRONG

    def _demanded_rule(self) -> str | rules.Rule:
        if self._rule is None:
            raise InvalidInputError(
                "this network was made from weights, or read from a file, which cannot hold a rule "
                "of your own, and has no rule to learn by; make one with HopfieldNetwork(rule=...)"
            )
        return self._rule

    def _changed_matrix(
        self, learnt: Couplings, changed: NDArray[np.int8], sign: int
    ) -> Matrix | None:
        """The Hebbian matrix after adding or removing patterns, if it was computed before."""
        matrix = self._state.derived.matrix
        if matrix is None or not isinstance(learnt, Factors):
            return None
        return couplings.matrix(learnt, backends.get(self._backend).pairs, matrix, changed, sign)

    # ------------------------------------------------------------------ what it is

    @property
    def rule(self) -> str | rules.Rule | None:
        """The learning rule; None for a network made from weights."""
        return self._rule

    @property
    def graph(self) -> Graph | None:
        """The couplings that are kept, with their weights W_ij once there are any; None if all
        are, and as long as a fraction of them is not drawn.
        """
        now = self._now()
        known = now._state.couplings
        if isinstance(known, Sparse):
            values = known.values / known.scale
            return Graph._of(turned(Compressed(known.starts, known.targets, values)))
        return None if now._kept is None else Graph._of(turned(now._kept))

    def __repr__(self) -> str:
        rule = "from weights" if self._rule is None else f"rule={self._rule!r}"
        state = self._state
        if state.couplings is None:
            return f"<HopfieldNetwork {rule}, nothing stored>"
        n_patterns = 0 if state.patterns is None else len(state.patterns)
        return f"<HopfieldNetwork {rule}, N={state.couplings.n_neurons}, P={n_patterns}>"

    def classify(self, states: Any, *, within: float = 0.05) -> classification.Classification:
        """Classify each state as stored pattern, inverse, mixture or spurious state.

        A mixture is the sign of the sum of 3, 5 or 7 signed patterns. In large networks the fixed
        points differ slightly from these: at a load of 0.1 in 0.3 % of the bits.

        Parameters
        ----------
        states : (B, N) array_like
            States of ±1.
        within : float
            Maximum fraction of bits that differ from the pattern, inverse or mixture, from 0 (exact
            equality) to 0.5.

        Returns
        -------
        Classification
            ``kind`` (B,) of "stored" | "inverse" | "mixture" | "spurious"; ``patterns``, a list of
            tuples of (index, sign); ``overlap`` (B,), with the nearest of them. A str, a tuple and
            a float for a single state.

        Raises
        ------
        NotStoredError
            If there are no patterns.
        InvalidInputError, InvalidTypeError
            If ``states`` do not match the network, or ``within`` is out of range.

        Examples
        --------
        >>> import numpy as np
        >>> xi = np.array([[1, 1, 1, 1, -1], [1, 1, -1, -1, 1], [1, -1, 1, -1, -1]])
        >>> net = HopfieldNetwork().store(xi)
        >>> result = net.classify(np.sign(xi.sum(axis=0)))
        >>> result.kind, result.patterns, result.overlap
        ('mixture', ((0, 1), (1, 1), (2, 1)), 1.0)
        """
        now = self._now()
        patterns, batch = now._stored_patterns("classify"), now._validate(states)
        within = checks.real(within, "within", minimum=0, maximum=0.5)
        result = classification.classify(batch.array, patterns, within)
        if batch.single:
            return classification.Classification(
                str(result.kind[0]), result.patterns[0], float(result.overlap[0])
            )
        return result

    # ------------------------------------------------------------------ files

    _file = FileKind(
        "hopfield",
        rule=Member("U", lambda net: net._rule if isinstance(net._rule, str) else None, none=""),
        zero_diagonal=Member("b1", "_zero_diagonal"),
        thresholds=Member("f8 N"),
        thresholds_learnt=Member(
            "b1", lambda net: True if net._initial_thresholds is None else None, optional=True
        ),
        patterns=Member("i1 P N", "_patterns", optional=True),
        shape=SHAPE,
        diagonal=Member("f8 N", "_state.diagonal", optional=True),
        weights=Member("f N N", _real_weights, optional=True),
        starts=Member("i8 N+1", lambda net: _sparse(net, "starts"), optional=True),
        targets=Member("i4 K", lambda net: _sparse(net, "targets"), optional=True),
        connectivity=Member("f8", "_fraction", optional=True),
        entries=Member(
            "f K",
            lambda net: None if net._rule == "hebbian" else _sparse(net, "values"),
            optional=True,
        ),
    )

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        rule, theta, diagonal = values["rule"], values["thresholds"], values["diagonal"]
        patterns, weights, n = values["patterns"], values["weights"], len(theta)
        columns = _columns(values, n)
        real = weights if columns is None else columns.values
        net = cls(
            rule or "hebbian",
            zero_diagonal=values["zero_diagonal"],
            connectivity=values["connectivity"],
            thresholds=None if values["thresholds_learnt"] else theta,
            dtype=np.float64 if real is None else real.dtype,
        )
        net._rule = rule
        twice = columns is not None and weights is not None
        undrawn = columns is None and net._fraction is not None
        known = (real is None) == (rule == "hebbian") and (patterns is not None or not rule)
        if twice or undrawn or not known:
            raise InvalidInputError(f"its members do not make a network of rule {rule!r}")
        if patterns is not None:
            patterns = checks.patterns(patterns).array
        if diagonal is not None:
            diagonal = checks.thresholds(diagonal, n, name="diagonal")
        learnt: Couplings
        if columns is not None:
            given = patterns is not None and net._fraction is None
            net._kept = columns._replace(values=None) if given else None
            pairs = backends.get(net._backend).pairs
        if columns is not None and real is None:
            learnt = couplings.diluted(patterns, columns, pairs)
        elif columns is not None:
            learnt = couplings.sparse(columns, net._dtype)
        elif weights is None:
            learnt = couplings.factors(patterns, zero_diagonal=net._zero_diagonal)
        else:
            learnt = couplings.real(checks.weights(weights).astype(net._dtype, copy=False))
        theta = checks.thresholds(theta, n)
        net._state = _validated(Learnt(patterns, image_shape(values, n), learnt, theta, diagonal))
        return net


def _columns(values: Values, n: int) -> Compressed | None:
    """The compressed columns of sparse couplings in a file, or None."""
    names = "starts", "targets", "entries"
    starts, targets, entries = (values[name] for name in names)
    if starts is None and targets is None and entries is None:
        return None
    found = checks.compressed(starts, targets, entries, names=names)
    if found.n_neurons != n:
        raise InvalidInputError(f"its couplings are of {found.n_neurons} neurons, not {n}")
    return found if entries is None else found._replace(values=entries)


def _validated(learnt: Learnt) -> Learnt:
    """Return what was learnt, or raise if its energies would overflow."""
    assert learnt.couplings is not None
    couplings.refuse_overflow(learnt.couplings, learnt.thresholds)
    return learnt
