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
    r"""Trained dense associative memory as a scikit-learn classifier.

    This is :class:`hopfield_sim.DenseClassifier` for real features of any range. K trained memories
    compute for each class a the output :math:`β \sum_μ [F(ξ^μ·u^{a+}) - F(ξ^μ·u^-)]`,
    F(x) = max(x, 0)ⁿ; the class with the largest output is predicted. ``fit`` also learns the
    scaling of features to [−1, 1]: the minimum in X becomes −1, the maximum +1, and later values
    outside of this range are clipped.

    Parameters
    ----------
    n_memories : int
        Number of memories, K.
    order : int
        Power n, from 2 to 64.
    scaling : {"feature", "all", "none"}
        Scale each feature by its own range; all features by one range, which suits the pixels of
        images; or none, if X is in [−1, 1] already.
    cost : int, optional
        Exponent m of the cost Σ (c_a − t_a)^{2m}; by default that of ``DenseClassifier``.
    epochs : int
        Number of passes over the training set.
    batch : int, optional
        Maximum number of examples per step; by default such that an epoch has twenty steps, but at
        most 1000.
    rate, damp, momentum : float
        Largest step of a memory in the first epoch, the factor by which it decreases per epoch, and
        p of the momentum V ← pV + dξ.
    temperature : "auto" or (float, float)
        Initial and final temperature, (T_in, T_f), in units of the number of features.
    ramp : int, optional
        Number of epochs in which T changes from T_in to T_f; by default half of all.
    dtype : {"float64", "float32"}
        dtype of the computation. float32 is faster, but the seventh digit of an output then depends
        on the other examples of the same call.
    n_threads : int or None
        Number of threads of a fit; None uses all processors, 1 leaves them to
        ``GridSearchCV(n_jobs=...)``.
    backend : {"auto", "numpy", "cython"}
        Implementation to use.
    random_state : None, int or RandomState
        Seed of the initial memories and of the order of examples.

    Attributes
    ----------
    classes_ : (C,) ndarray
        Class labels.
    memories_ : (K, n_features + C) ndarray
        Memories ξ: a weight for each scaled feature and each class.
    data_min_, data_max_ : (n_features,) ndarray
        Feature values that are scaled to −1 and +1.
    n_features_in_ : int
        Number of features seen in ``fit``; ``feature_names_in_`` has their names, if defined.
    n_iter_ : int
        Number of epochs.
    history_ : list of dict
        One row per epoch, as in ``DenseClassifier``.
    classifier_ : DenseClassifier
        The trained classifier, for scaled features and class indices.

    Notes
    -----
    There is no ``predict_proba``, since the cost is no likelihood. ``CalibratedClassifierCV``
    computes probabilities from ``decision_function``.

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
        """Fit the scaling of the features, then the memories.

        Parameters
        ----------
        X : (n, n_features) array_like of float
            Training examples, finite.
        y : (n,) array_like
            Class labels, of at least two classes.

        Returns
        -------
        DenseMemoryClassifier
            The fitted estimator itself.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            If a parameter of the constructor is out of range or of a wrong type, or ``y`` has fewer
            than two classes. They are a ``ValueError`` and a ``TypeError``, as scikit-learn
            expects.
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
        scaled = X if scaling == "none" else self._scaled(X)  # the classifier validates X
        self.classifier_ = classifier.fit(scaled, codes.astype(np.int64))
        self.memories_ = classifier.memories_
        self.history_ = classifier.history_
        self.n_iter_ = len(self.history_)
        return self

    def decision_function(self, X: Any) -> Floats:
        """Outputs of the classes before tanh, (n, C); for two classes their difference, (n,)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        votes: Floats = self.classifier_.votes(self._scaled(X))
        return votes[:, 1] - votes[:, 0] if votes.shape[1] == 2 else votes

    def predict(self, X: Any) -> NDArray[Any]:
        """Class with the largest output for each example, (n,)."""
        decision = self.decision_function(X)
        winners = (decision > 0).astype(int) if decision.ndim == 1 else decision.argmax(axis=1)
        return np.asarray(self.classes_[winners])

    def _scaled(self, X: Floats) -> Floats:
        """Scale linearly, minimum → −1, maximum → +1, and clip; constant features → 0."""
        width = self.data_max_ / 2 - self.data_min_ / 2  # halves: the whole may overflow
        middle = self.data_max_ / 2 + self.data_min_ / 2
        with np.errstate(over="ignore"):  # far outside, and clipped
            scaled = (X - middle) / np.where(width > 0, width, 1.0)
        return np.clip(np.where(width > 0, scaled, 0.0), -1, 1)


def _ranges(X: Floats, scaling: str) -> tuple[Floats, Floats]:
    """Values that are scaled to −1 and +1, for each feature."""
    n = X.shape[1]
    if scaling == "none":
        return np.full(n, -1.0), np.full(n, 1.0)
    if scaling == "all":
        return np.full(n, X.min()), np.full(n, X.max())
    return X.min(axis=0), X.max(axis=0)
