"""The classical network (Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554, 1982)."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks, rules
from hopfield_sim.backends.protocol import Couplings, Factors, Matrix
from hopfield_sim.checks.reals import copied
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.hopfield import classification, couplings, learning, likeness
from hopfield_sim.models.hopfield.pairs import Derived, Learnt, PairNetwork
from hopfield_sim.models.members import SHAPE, FileKind, Member, Values
from hopfield_sim.models.spins import image_shape


def _real_weights(net: HopfieldNetwork) -> NDArray[np.floating] | None:
    """Weights that patterns do not say exactly."""
    return None if net._known().exact else copied(net.weights, net.weights.dtype)


@checks.by_name
class HopfieldNetwork(PairNetwork):
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
        Implementation to use; all give the same results.
    dtype : float64 or float32
        In what the weights of rules other than Hebb's are kept; his are exact integers anyhow.

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
        dtype: Any = np.float64,
    ) -> None:
        rules.get(rule)
        self._dtype = checks.float_type(dtype)
        self._rule: str | rules.Rule | None = rule
        self._zero_diagonal = checks.flag(zero_diagonal, "zero_diagonal")
        self._backend = backends.setting(backend)
        self._given_thresholds = thresholds
        if thresholds is not None:
            # Judged now, though N is known only later: a wrong length is told then.
            given = checks.numeric(thresholds, "thresholds")
            judged = checks.thresholds(given, given.size)
            self._given_thresholds = judged if given.ndim else float(judged[0])
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
        """A network with the given weights (N, N), diagonal included; it has no patterns.

        Asymmetric weights are accepted: then no energy decides where the dynamics goes. They are
        kept as float64, or rounded to float32 when ``dtype`` says so.

        Examples
        --------
        >>> net = HopfieldNetwork.from_weights([[0, -1], [-1, 0]])
        >>> net.energy([1, -1])
        -1.0
        """
        matrix = checks.weights(weights)
        net = cls(zero_diagonal=False, backend=backend, dtype=dtype)
        net._given_thresholds = checks.thresholds(thresholds, len(matrix))
        net._rule = None
        learnt = couplings.real(checks.narrowed(matrix, net._dtype, "weights"))
        net._state = _judged(Learnt(None, None, learnt, net._given_thresholds))
        return net

    # ------------------------------------------------------------------ learning

    def store(self, patterns: Any, *, advise: bool = True) -> HopfieldNetwork:
        """Learn patterns (P, N), or images (P, H, W); called again, it adds to those stored.

        Hebbian and Storkey weights are extended; other rules learn anew from all patterns in order.
        The same pattern twice is stored twice.

        Parameters
        ----------
        patterns : array_like (P, N) or (P, H, W)
            Of ±1.
        advise : bool
            Warn, once a network, where Hebb's rule does not hold the patterns because they are
            biased or otherwise alike.

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
        rule = self._demanded_rule()
        advise = checks.flag(advise, "advise")
        with self._lock:
            known = self._couplings is not None
            stored = checks.patterns(patterns, n_neurons=self.n_neurons if known else None)
            n = stored.array.shape[1]
            theta = checks.thresholds(self._given_thresholds, n)
            everything = self._joined(stored)
            learnt, diagonal = learning.learn(
                rule,
                self._zero_diagonal,
                everything,
                stored.array,
                self._couplings,
                self._state.diagonal,
                self._dtype,
            )
            made = Derived(self._changed_matrix(learnt, stored.array, 1))
            shape = stored.shape or self._shape
            after = _judged(Learnt(everything, shape, learnt, theta, diagonal, made))
            hebb = self._rule == "hebbian" or self._rule is rules.hebbian
            if hebb and advise and "alike" not in self._told:
                then = self._now()
                then._state = after
                if likeness.warn(everything, then.fields, theta):
                    self._told.add("alike")
            self._state = after
        return self

    def forget(self, index: int) -> HopfieldNetwork:
        """Remove the stored pattern ``index``; later indices shift down by one.

        Hebbian weights subtract it exactly; other rules learn anew from the patterns left.

        Raises
        ------
        NotStoredError
            When there are no patterns.
        InvalidInputError
            When there is no rule to learn by: a file does not hold one of your own.
        """
        with self._lock:
            patterns = self._stored_patterns("forget")
            index = checks.integer(index, "index", minimum=0, maximum=len(patterns) - 1)
            rule = self._demanded_rule()
            if len(patterns) == 1:
                return self.clear()
            left = np.delete(patterns, index, axis=0)
            learnt, diagonal = learning.learn(
                rule, self._zero_diagonal, left, left, None, None, self._dtype
            )
            made = Derived(self._changed_matrix(learnt, patterns[index : index + 1], -1))
            after = Learnt(left, self._shape, learnt, self._thresholds, diagonal, made)
            self._state = _judged(after)
        return self

    def clear(self) -> HopfieldNetwork:
        """Forget everything, the number of neurons included."""
        with self._lock:
            self._state, self._told = Learnt(None, None), set()
        return self

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
        """The Hebbian matrix, if there is one already, with patterns added or removed."""
        if self._hebbian_matrix is None or not isinstance(learnt, Factors):
            return None
        backend = backends.get(self._backend).pairs
        return couplings.matrix(learnt, backend, self._hebbian_matrix, changed, sign)

    # ------------------------------------------------------------------ what it is

    @property
    def rule(self) -> str | rules.Rule | None:
        """The learning rule; None for a network made from weights."""
        return self._rule

    def __repr__(self) -> str:
        rule = "from weights" if self._rule is None else f"rule={self._rule!r}"
        state = self._state
        if state.couplings is None:
            return f"<HopfieldNetwork {rule}, nothing stored>"
        n_patterns = 0 if state.patterns is None else len(state.patterns)
        return f"<HopfieldNetwork {rule}, N={state.couplings.n_neurons}, P={n_patterns}>"

    def classify(self, states: Any, *, within: float = 0.05) -> classification.Classification:
        """Say of each state whether it is stored, an inverse, a mixture or spurious.

        A mixture is the sign of the sum of 3, 5 or 7 patterns with signs. In large networks recall
        ends a little beside all of these: at a load of 0.1 with 0.3 % of the bits wrong.

        Parameters
        ----------
        states : array_like (B, N)
            Of ±1.
        within : float
            The fraction of bits that may differ from what a state is taken for, 0 to 0.5; 0 for
            exactly that.

        Returns
        -------
        Classification
            ``kind`` (B,) of "stored" | "inverse" | "mixture" | "spurious"; ``patterns``, a list of
            tuples of (index, sign); ``overlap`` (B,) with what is named. A str, a tuple and a float
            for a single state.

        Raises
        ------
        NotStoredError
            When there are no patterns.
        InvalidInputError, InvalidTypeError
            For states that are not of this network, and ``within`` outside its range.

        Examples
        --------
        >>> import numpy as np
        >>> xi = np.array([[1, 1, 1, 1, -1], [1, 1, -1, -1, 1], [1, -1, 1, -1, -1]])
        >>> net = HopfieldNetwork().store(xi)
        >>> found = net.classify(np.sign(xi.sum(axis=0)))
        >>> found.kind, found.patterns, found.overlap
        ('mixture', ((0, 1), (1, 1), (2, 1)), 1.0)
        """
        now = self._now()
        patterns, given = now._stored_patterns("classify"), now._judge(states)
        within = checks.real(within, "within", minimum=0, maximum=0.5)
        found = classification.classify(given.array, patterns, within)
        if given.single:
            return classification.Classification(
                str(found.kind[0]), found.patterns[0], float(found.overlap[0])
            )
        return found

    # ------------------------------------------------------------------ files

    _file = FileKind(
        "hopfield",
        rule=Member("U", lambda net: net._rule if isinstance(net._rule, str) else None, none=""),
        zero_diagonal=Member("b1", "_zero_diagonal"),
        thresholds=Member("f8 N"),
        patterns=Member("i1 P N", "_patterns", optional=True),
        shape=SHAPE,
        diagonal=Member("f8 N", "_state.diagonal", optional=True),
        weights=Member("f N N", _real_weights, optional=True),
    )

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        rule, theta, diagonal = values["rule"], values["thresholds"], values["diagonal"]
        patterns, weights, n = values["patterns"], values["weights"], len(theta)
        net = cls(
            rule or "hebbian",
            zero_diagonal=values["zero_diagonal"],
            thresholds=theta,
            dtype=np.float64 if weights is None else weights.dtype,
        )
        net._rule = rule
        if (weights is None) != (rule == "hebbian") or (rule and patterns is None):
            raise InvalidInputError(f"its members do not make a network of rule {rule!r}")
        if patterns is not None:
            patterns = checks.patterns(patterns).array
        if diagonal is not None:
            diagonal = checks.thresholds(diagonal, n, name="diagonal")
        learnt: Couplings
        if weights is None:
            learnt = couplings.factors(patterns, zero_diagonal=net._zero_diagonal)
        else:
            learnt = couplings.real(checks.weights(weights).astype(net._dtype, copy=False))
        theta = checks.thresholds(theta, n)
        net._state = _judged(Learnt(patterns, image_shape(values, n), learnt, theta, diagonal))
        return net


def _judged(learnt: Learnt) -> Learnt:
    """What was learnt, if its energies are numbers."""
    assert learnt.couplings is not None
    couplings.refuse_overflow(learnt.couplings, learnt.thresholds)
    return learnt
