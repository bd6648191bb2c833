"""A trained dense associative memory (Krotov & Hopfield, NeurIPS 29, 2016) as a scikit-learn
classifier.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models import DenseClassifier

__all__ = ["DenseMemoryClassifier"]

Floats = NDArray[np.float64]


class DenseMemoryClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    r"""``hopfield_sim.DenseClassifier`` for real features of any size, in scikit-learn's terms.

    Class a is given :math:`β \sum_μ [F(ξ^μ·u^{a+}) - F(ξ^μ·u^-)]`, F(x) = max(x, 0)ⁿ, by K trained
    memories, and the largest wins. ``fit`` learns how to bring features to [−1, 1]: their
    least value in X becomes −1, their largest +1, and what lies outside later counts as the nearer
    of the two.

    Parameters
    ----------
    n_memories : int
        K.
    order : int
        The power n, 2 to 64.
    scaling : {"feature", "all", "none"}
        Each feature by its own range; all by one range, as pixels of an image want it; or not at
        all: X is in [−1, 1] already.
    cost : int, optional
        m of the cost Σ (c_a − t_a)^{2m}; as in ``DenseClassifier`` if not given.
    epochs : int
        How often all examples are learnt from.
    batch : int, optional
        Examples of a step, at most; if not given, what makes twenty steps an epoch, up to 1000.
    rate, damp, momentum : float
        The largest step of a memory in the first epoch, by what it falls with each, and p of the
        momentum V ← pV + dξ.
    temperature : "auto" or (float, float)
        (T_in, T_f) in units of the number of features.
    ramp : int, optional
        Epochs in which T falls; half of all if not given.
    dtype : {"float64", "float32"}
        Of what is computed. float32 is faster; an answer then depends, in its seventh digit, on the
        other examples that are asked about with it.
    n_threads : int or None
        Of a fit; None: all processors. 1 leaves them to ``GridSearchCV(n_jobs=...)``.
    backend : {"auto", "numpy", "cython"}
        Implementation to use.
    random_state : None, int or RandomState
        The seed of the first memories and of the order of examples.

    Attributes
    ----------
    classes_ : (C,) ndarray
        The labels.
    memories_ : (K, n_features + C) ndarray
        ξ: what they are for each feature, scaled, and for each class.
    data_min_, data_max_ : (n_features,) ndarray
        What becomes −1 and +1.
    n_features_in_ : int
        Features seen in ``fit``; ``feature_names_in_`` has their names if they had any.
    n_iter_ : int
        Epochs done.
    history_ : list of dict
        A row an epoch, as ``DenseClassifier`` has it.
    classifier_ : DenseClassifier
        What was trained; it takes scaled features and numbers of classes.

    Notes
    -----
    There is no ``predict_proba``: the cost is no likelihood. ``CalibratedClassifierCV`` makes
    probabilities of ``decision_function``.

    References
    ----------
    D. Krotov, J. J. Hopfield, *Dense associative memory for pattern recognition*, NeurIPS 29
    (2016).

    Examples
    --------
    >>> X, y = [[0.0, 10.0], [1.0, 12.0], [8.0, 31.0], [9.0, 30.0]], ["low", "low", "high", "high"]
    >>> clf = DenseMemoryClassifier(4, epochs=20, random_state=0).fit(X, y)
    >>> clf.predict([[0.5, 11.0], [8.5, 40.0]]).tolist()
    ['low', 'high']
    """

    def __init__(
        self,
        n_memories: int = 50,
        order: int = 3,
        *,
        scaling: str = "feature",
        cost: int | None = None,
        epochs: int = 60,
        batch: int | None = None,
        rate: float = 0.1,
        damp: float = 0.95,
        momentum: float = 0.6,
        temperature: str | tuple[float, float] = "auto",
        ramp: int | None = None,
        dtype: str = "float64",
        n_threads: int | None = 1,
        backend: str = "auto",
        random_state: Any = None,
    ) -> None:
        self.n_memories = n_memories
        self.order = order
        self.scaling = scaling
        self.cost = cost
        self.epochs = epochs
        self.batch = batch
        self.rate = rate
        self.damp = damp
        self.momentum = momentum
        self.temperature = temperature
        self.ramp = ramp
        self.dtype = dtype
        self.n_threads = n_threads
        self.backend = backend
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> DenseMemoryClassifier:
        """Learn the ranges of the features, then the memories.

        Parameters
        ----------
        X : (n, n_features)
            Finite real numbers.
        y : (n,)
            Labels, of at least two classes.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            For settings that make no sense; both are what scikit-learn expects, ``ValueError`` and
            ``TypeError``.
        """
        scaling = checks.choice(self.scaling, ("feature", "all", "none"), "scaling")
        checks.one_kind(y)
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InvalidInputError(
                f"y must have two classes or more; it has one class, {self.classes_.tolist()[0]!r}"
            )
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        classifier = DenseClassifier(
            self.n_memories,
            self.order,
            cost=self.cost,
            epochs=self.epochs,
            batch=self.batch,
            rate=self.rate,
            damp=self.damp,
            momentum=self.momentum,
            temperature=self.temperature,
            ramp=self.ramp,
            dtype=self.dtype,
            backend=self.backend,
            n_threads=self.n_threads,
            rng=seed,
        )
        self.data_min_, self.data_max_ = _ranges(X, scaling)
        scaled = X if scaling == "none" else self._scaled(X)  # then the classifier judges X
        self.classifier_ = classifier.fit(scaled, codes.astype(np.int64))
        self.memories_ = classifier.memories_
        self.history_ = classifier.history_
        self.n_iter_ = len(self.history_)
        return self

    def decision_function(self, X: Any) -> Floats:
        """The outputs of the classes before tanh, (n, C); of two classes the difference, (n,)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        votes: Floats = self.classifier_.votes(self._scaled(X))
        return votes[:, 1] - votes[:, 0] if votes.shape[1] == 2 else votes

    def predict(self, X: Any) -> NDArray[Any]:
        """The class with the largest output, (n,)."""
        decision = self.decision_function(X)
        winners = (decision > 0).astype(int) if decision.ndim == 1 else decision.argmax(axis=1)
        return np.asarray(self.classes_[winners])

    def _scaled(self, X: Floats) -> Floats:
        """Least → −1, largest → +1, linearly, clipped; a feature without a range → 0."""
        width = self.data_max_ / 2 - self.data_min_ / 2  # halves: the whole may overflow
        middle = self.data_max_ / 2 + self.data_min_ / 2
        with np.errstate(over="ignore"):  # far outside, and clipped
            scaled = (X - middle) / np.where(width > 0, width, 1.0)
        return np.clip(np.where(width > 0, scaled, 0.0), -1, 1)


def _ranges(X: Floats, scaling: str) -> tuple[Floats, Floats]:
    """What becomes −1 and +1, one number a feature."""
    n = X.shape[1]
    if scaling == "none":
        return np.full(n, -1.0), np.full(n, 1.0)
    if scaling == "all":
        return np.full(n, X.min()), np.full(n, X.max())
    return X.min(axis=0), X.max(axis=0)
