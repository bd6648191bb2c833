"""A dense associative memory that learns to classify (Krotov & Hopfield, NeurIPS 2016)."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.backends.reference.powers import Floats
from hopfield_sim.checks import places
from hopfield_sim.checks.reals import slabs
from hopfield_sim.errors import InvalidInputError, NotStoredError
from hopfield_sim.models.base.members import FileKind, Values
from hopfield_sim.models.base.saved import Saved
from hopfield_sim.models.base.spins import read_only
from hopfield_sim.models.classifier import file as classifier_file
from hopfield_sim.models.classifier import rule
from hopfield_sim.models.classifier import training as learning
from hopfield_sim.models.classifier.state import Labels, Recipe, State
from hopfield_sim.support import blas
from hopfield_sim.support.display import memory_html
from hopfield_sim.support.progress import Bar

_MANY = 100
"""Numbers of which at least one would be negative, if they were like those learnt from."""


class DenseClassifier(Saved):
    r"""Trained dense memory for classification: K memories that vote on the class of an example.

    Each memory ξ has d visible neurons and one neuron for each of C classes. The neuron of class a
    is at +1 in the state u^{a+}, while all class neurons are at −1 in u^−:

    .. math:: c_a = \tanh β \sum_μ [F(ξ^μ·u^{a+}) - F(ξ^μ·u^-)], \quad F(x) = \max(x, 0)^n, \quad
        β = 1/T^n

    and ξ minimises Σ (c_a − t_a)^{2m}, t = ±1, by gradient descent with momentum p: V ← pV + dξ,
    ξ ← clip(ξ + ε V / max_j \|V_j\|, −1, 1) for each memory. The rate decreases, ε = ε₀ f^epoch,
    and so does T, from T_in to T_f in the first epochs. For small n memories are strokes and many
    of them vote; for large n they are whole images, and few decide.

    Parameters
    ----------
    n_memories : int
        Number of memories, K.
    order : int
        Order n of the interaction, from 2 to 64.
    cost : int, optional
        Exponent m of the cost; the larger, the larger the weight of the worst examples. By default
        4.
    epochs : int
        Number of passes over the training set.
    batch : int, optional
        Maximum number of examples per step; by default such that an epoch has twenty steps, but at
        most 1000.
    rate : float, optional
        Initial learning rate ε₀; by default 0.15, and less if there are so few inputs, or n is so
        large, that class neurons strongly affect overlaps.
    damp : float, optional
        Decay factor f per epoch; by default such that a fifth of the rate is left after all epochs.
    momentum : float
        Momentum p.
    temperature : "auto" or (float, float)
        Initial and final temperature, (T_in, T_f), in units of the number of inputs. "auto" uses
        examples as memories (without their mean for small n); the median of \|β Σ ΔF\| for other
        examples is 1 at T_in and 5n at T_f.
    ramp : int, optional
        Number of epochs in which T changes from T_in to T_f; by default half of all.
    patience : int, optional
        Stop after this number of epochs without a smaller validation error, and keep the memories
        with the smallest one.
    dtype : {"float32", "float64"}
        dtype of the computation.
    backend : {"auto", "numpy", "cython", ...}
        Implementation to use, a name of ``backends.available()``; the results are the same to
        rounding.
    n_threads : int, optional
        Number of threads, by default that of all processors; the result does not depend on it.
    rng : None, int or numpy.random.Generator
        Random number generator or seed of the initial memories and of the order of examples;
        repeated fits give the same result.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If an argument is out of range or of a wrong type.

    References
    ----------
    D. Krotov, J. J. Hopfield, *Dense associative memory for pattern recognition*, NeurIPS 29
    (2016), eqs. 9 to 12 and appendix A.

    Examples
    --------
    >>> X = [[1, 1, -1], [1, -1, -1], [-1, 1, 1], [-1, -1, 1]]
    >>> clf = DenseClassifier(4, epochs=20, rng=1).fit(X, ["left", "left", "right", "right"])
    >>> clf.predict([[0.9, 0.2, -0.8]])
    array(['left'], dtype='<U5')
    """

    def __init__(
        self,
        n_memories: int = 100,
        order: int = 3,
        *,
        cost: int | None = None,
        epochs: int = 100,
        batch: int | None = None,
        rate: float | None = None,
        damp: float | None = None,
        momentum: float = 0.6,
        temperature: str | tuple[float, float] = "auto",
        ramp: int | None = None,
        patience: int | None = None,
        dtype: Any = "float32",
        backend: str = "auto",
        n_threads: int | None = None,
        rng: Any = None,
    ) -> None:
        self._backend = backends.setting(backend)
        self._n_threads = None if n_threads is None else backends.threads(n_threads)
        self._recipe = Recipe.validated(
            n_memories=n_memories, order=order, cost=cost, epochs=epochs, batch=batch, rate=rate,
            damp=damp, momentum=momentum, temperature=temperature, ramp=ramp, patience=patience,
            dtype=dtype, rng=rng,
        )  # fmt: skip
        self._state: State | None = None

    # ------------------------------------------------------------------ learning

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        validation: Any = None,
        resume: bool = False,
        checkpoint: str | PathLike[str] | None = None,
        progress: bool = False,
    ) -> DenseClassifier:
        """Fit the classifier to examples X with labels y.

        After Ctrl-C the classifier is in the state of the last complete epoch;
        ``fit(X, y, resume=True)`` with the same examples continues, with exactly the result of an
        uninterrupted fit. After an error the classifier is unchanged.

        Parameters
        ----------
        X : (n, d) array_like in [−1, 1], or (n, H, W) or (n, d) array_like of uint8
            Training examples; pixels 0 … 255 are scaled to −1 … 1. Not modified.
        y : (n,) array_like of int, str or bool
            Labels, of at least two classes.
        validation : (X, y), optional
            Validation examples; their error after each epoch is in ``history_``.
        resume : bool
            Continue the last fit or, if there was none in this process, that of the file
            ``checkpoint`` if it exists; otherwise start from the beginning.
        checkpoint : str or path, optional
            A file that is written after every epoch, and that ``hopfield_sim.load`` reads.
        progress : bool
            Show a progress bar.

        Returns
        -------
        DenseClassifier
            The classifier itself.

        Warns
        -----
        UserWarning
            If learning has collapsed: most memories have zero output for every example, and fewer
            than the number of classes remain.

        Raises
        ------
        InvalidInputError
            If there is only one class, ``validation`` has labels that are not in ``y``, there is a
            patience but no validation, or a resumed fit has other examples or settings.
        ModelFileError
            If the checkpoint is damaged.
        ResultsDirError
            If the checkpoint cannot be written.
        """
        resume, progress = checks.flag(resume, "resume"), checks.flag(progress, "progress")
        place = None if checkpoint is None else checks.path(checkpoint, "checkpoint")
        xp = backends.get(self._backend).xp
        batch = checks.inputs(X, self._recipe.dtype, xp=xp)
        classes, codes = _sorted(checks.labels(y, len(batch.array)))
        if len(classes) < 2:
            raise InvalidInputError(
                "y must have at least two classes to tell apart; all labels are "
                f"{classes[0].item()!r}"
            )
        examples = learning.Examples(batch.array, xp.asarray(codes))
        held = None if validation is None else self._held(validation, examples, classes)
        if self._recipe.patience is not None and held is None:
            raise InvalidInputError("patience needs examples to test: pass validation=(X, y)")
        with self._lock:
            recipe, state = self._recipe, self._state if resume else None
            if resume and state is None and place is not None:
                recipe, state = self._found(place)
            with self._machine() as machine:
                digest = zlib.crc32(codes.data, _checksum(examples.states))
                if state is None:
                    state = learning.begin(recipe, machine, examples, classes, batch.shape, digest)
                elif state.digest != digest or not np.array_equal(state.classes, classes):
                    raise InvalidInputError(
                        "a resumed fit goes on with the same X and y; these are others: fit "
                        "without resume=True begins again"
                    )
                self._learn(machine, examples, held, recipe, state, place, progress)
        self._tell_collapse(examples)
        return self

    def _learn(
        self,
        machine: learning.Machine,
        examples: learning.Examples,
        held: learning.Examples | None,
        recipe: Recipe,
        state: State,
        place: Path | None,
        progress: bool,
    ) -> None:
        """Learn epoch by epoch; each is written to the file before the classifier is updated."""
        before = self._recipe, self._state
        if place is not None:
            self._write(place, recipe, state)  # an invalid path raises now
        try:
            with Bar(shown=progress) as bar:
                while not state.finished(recipe):
                    state = learning.epoch(recipe, machine, examples, state)
                    if held is not None:
                        state = learning.validated(recipe, machine, held, state)
                    if place is not None:
                        self._write(place, recipe, state)
                    self._recipe, self._state = recipe, state
                    row = state.history[-1]
                    errors = ("train_error", "validation_error")
                    shown = [f"{e}={row[e]:.4f}" for e in errors if e in row]
                    words = f"{state.epoch}/{recipe.epochs} epochs {' '.join(shown)}"
                    bar.draw(state.epoch / recipe.epochs, words)
        except Exception:
            self._recipe, self._state = before
            raise
        self._recipe, self._state = recipe, state

    def _tell_collapse(self, examples: learning.Examples) -> None:
        """Warn if fewer memories than classes have nonzero outputs."""
        state, count = self._fitted(), self.n_memories
        silent = learning.silent(examples, state.result)
        if learning.collapsed(silent, count, len(state.classes)):
            checks.warn(
                f"learning has collapsed: {silent} of {count} memories answer none of the examples "
                "and learn no more, since large steps took their overlaps below 0, where F = 0; "
                f"{count - silent} are left for {len(state.classes)} classes. Fit again with half "
                "the rate, or another rng",
            )

    def _held(self, value: Any, examples: learning.Examples, classes: Labels) -> learning.Examples:
        """Validate the validation examples."""
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise InvalidInputError(
                f"validation must be (X, y), examples with their labels; got {checks.show(value)}"
            )
        n_inputs = examples.states.shape[1]
        name = "validation X"
        xp = places.module_of(examples.states)
        batch = checks.inputs(value[0], self._recipe.dtype, n_inputs=n_inputs, xp=xp, name=name)
        _compare_scales(bool(examples.states.min() < 0), batch.array, name)
        codes = self._codes(value[1], len(batch.array), classes, "validation y")
        return learning.Examples(batch.array, xp.asarray(codes))

    def _codes(self, y: Any, n: int, classes: Labels, name: str) -> NDArray[np.int64]:
        """The index of each label among the classes."""
        labels = checks.labels(y, n, name=name)
        same_kind = labels.dtype.kind == classes.dtype.kind
        known = np.isin(labels, classes) if same_kind else np.zeros(n, bool)
        if not known.all():
            wrong = labels[~known][0].item()
            raise InvalidInputError(
                f"{name} must be among the classes learnt, {checks.show(classes.tolist())}; found "
                f"{wrong!r} at [{int(np.argmin(known))}]"
            )
        return np.searchsorted(classes, labels)

    # ------------------------------------------------------------------ answers

    def predict(self, X: Any) -> Any:
        """Predict the class of each example, the one with the largest Σ_μ ΔF, (n,).

        Parameters
        ----------
        X : (n, d) or (d,) array_like in [−1, 1], or images of uint8
            Examples; not modified.

        Returns
        -------
        (n,) ndarray of int64, str or bool
            Predicted labels; the first class in case of ties.

        Raises
        ------
        NotStoredError
            If the classifier is not fitted.
        """
        state, batch = self._validated(X)
        winners, classes = self._votes(state, batch.array)[0].argmax(axis=1), state.classes
        if classes.dtype.kind == "U":  # only NumPy has words
            winners = places.moved(winners, places.HERE)
        return batch.restore(places.beside(classes, winners)[winners], sites=False)

    def decide(self, X: Any) -> Any:
        """Outputs c_a of the class neurons, (n, C), in the order of ``classes_``."""
        state, batch = self._validated(X)
        votes, scale = self._votes(state, batch.array)
        with np.errstate(over="ignore"):
            gain = np.float64(scale / (state.temperature * state.n_inputs)) ** self._recipe.order
            return batch.restore(rule.outputs(votes, float(gain)), sites=False)

    def votes(self, X: Any) -> Any:
        """Votes β Σ_μ [F(h_μ^{a+}) − F(h_μ^−)], (n, C), whose tanh ``decide`` returns."""
        state, batch = self._validated(X)
        votes, scale = self._votes(state, batch.array)
        with np.errstate(over="ignore"):
            gain = np.float64(scale / (state.temperature * state.n_inputs)) ** self._recipe.order
            return batch.restore(votes * float(gain), sites=False)

    def score(self, X: Any, y: Any) -> float:
        """Accuracy, the fraction of examples whose class is predicted correctly."""
        state, batch = self._validated(X)
        codes = self._codes(y, len(batch.array), state.classes, "y")
        votes, _ = self._votes(state, batch.array)
        right = votes.argmax(axis=1) == places.module_of(votes).asarray(codes)
        return float(right.mean())

    def participation(self, X: Any) -> Any:
        r"""Number of memories that take part in each decision, (n,): (Σ_μ w_μ)² / Σ_μ w_μ².

        w_μ = \|F(h_μ^{a+}) − F(h_μ^−)\| for the predicted class a. This participation ratio (the
        inverse of Herfindahl's index) is 1 if one memory decides, and K if all have equal weights.
        """
        state, batch = self._validated(X)
        votes, scale = self._votes(state, batch.array)
        memories = places.beside(state.result, votes)
        steps = rule.class_steps(memories, state.n_inputs, scale)
        counts = places.module_of(votes).empty(len(votes))
        for start in range(0, len(votes), 1000):
            part = slice(start, start + 1000)
            low = rule.overlaps(batch.array[part], memories, scale)
            winners = votes[part].argmax(axis=1)
            counts[part] = rule.participation(rule.weights(low, steps, self._recipe.order, winners))
        return batch.restore(counts)

    def _validated(self, X: Any) -> tuple[State, checks.Batch[np.floating]]:
        state, xp = self._fitted(), backends.get(self._backend).xp
        batch = checks.inputs(
            X, self._recipe.dtype, n_inputs=state.n_inputs, shape=state.shape, xp=xp
        )
        _compare_scales(state.signed, batch.array)
        return state, batch

    def _votes(self, state: State, states: Floats) -> tuple[rule.Doubles, float]:
        """Σ ΔF in units of S^n, and S."""
        scale = learning.scale_for(self._recipe, states, len(state.classes), state.temperature)
        with self._machine() as machine:
            return machine.votes(states, places.beside(state.result, states), scale), scale

    # ------------------------------------------------------------------ what it is

    @property
    def memories_(self) -> Floats:
        """Memories ξ, (K, d + C): the visible neurons, then the class neurons; read-only."""
        return read_only(self._fitted().result)

    @property
    def classes_(self) -> Labels:
        """Class labels, sorted, (C,); read-only."""
        return read_only(self._fitted().classes)

    @property
    def history_(self) -> list[dict[str, float]]:
        """One row per epoch: epoch (from 1), rate ε, temperature T in units of the number of
        inputs, cost per example, train_error, validation_error if there is a validation, seconds.

        ``cost`` and ``train_error`` are computed on each batch before its step.
        """
        return [dict(row) for row in self._fitted().history]

    @property
    def epochs(self) -> int:
        """Number of passes over the training set; can be increased for ``fit(resume=True)``."""
        return self._recipe.epochs

    @epochs.setter
    def epochs(self, value: int) -> None:
        self._recipe = self._recipe.with_epochs(value)

    @property
    def n_memories(self) -> int:
        """Number of memories, K."""
        return self._recipe.n_memories

    @property
    def order(self) -> int:
        """Order n of the interaction."""
        return self._recipe.order

    def __repr__(self) -> str:
        recipe = self._recipe
        what = f"<DenseClassifier K={recipe.n_memories}, order={recipe.order}, cost={recipe.cost}"
        if self._state is None:
            return f"{what}, not fitted>"
        state = self._state
        return f"{what}, d={state.n_inputs}, C={len(state.classes)}, {state.epoch} epochs>"

    def _repr_html_(self) -> str:
        if self._state is None:
            return memory_html(repr(self), None, None)
        seen = self._state.memories[:, : self._state.n_inputs]
        return memory_html(repr(self), seen, self._state.shape)

    # ------------------------------------------------------------------ files

    _file = FileKind("classifier", **classifier_file.MEMBERS)

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        clf = cls()
        clf._recipe, clf._state = classifier_file.restored(values)
        return clf

    def _write(self, path: Path, recipe: Recipe, state: State) -> None:
        """A file of how far learning has come."""
        now = self._now()
        now._recipe, now._state = recipe, state
        now.save(path)

    def _found(self, checkpoint: Path) -> tuple[Recipe, State | None]:
        """What a checkpoint holds, if there is one."""
        from hopfield_sim.models.base import files

        if not os.path.exists(checkpoint):
            return self._recipe, None
        other = files.load(checkpoint, {self._file.name: self._file})
        different = self._recipe.differences(other._recipe)
        if different:
            name = different[0]
            raise InvalidInputError(
                f"{str(checkpoint)!r} was learnt with {name}={getattr(other._recipe, name)!r}, and "
                f"this classifier has {getattr(self._recipe, name)!r}; load(path) has its settings"
            )
        return self._recipe.with_key(other._recipe.key), other._state

    # ------------------------------------------------------------------ private

    def _fitted(self) -> State:
        if self._state is None:
            raise NotStoredError("the classifier has learnt nothing yet; call fit(X, y) first")
        return self._state

    @contextmanager
    def _machine(self) -> Iterator[learning.Machine]:
        """The implementation to use, while BLAS keeps to one thread."""
        with blas.limit(1):
            recipe = self._recipe
            engine, threads = backends.get(self._backend).voting, backends.threads(self._n_threads)
            yield learning.Machine(engine, threads, recipe.order, recipe.cost)


def _compare_scales(signed: bool | None, states: Floats, name: str = "X") -> None:
    """Warn if training examples and states seem to have different scales, 0 … 1 and −1 … 1."""
    if signed is None or (signed and states.size < _MANY):
        return
    least = float(states.min())
    if signed != (least < 0):
        learnt, found = ("-1 … 1", "0 … 1") if signed else ("0 … 1", "-1 … 1")
        checks.warn(
            f"{name} looks like numbers of {found} (the least is {least:.3g}), and the examples "
            f"learnt from like {learnt} (uint8 images become -1 … 1): pass both in the same units",
        )


def _checksum(states: Floats) -> int:
    """A checksum of examples, by which a resumed fit knows them; on a device they are copied, some
    at a time.
    """
    found = 0
    for rows in slabs(states):
        found = zlib.crc32(places.moved(states[rows], places.HERE).data, found)
    return found


def _sorted(labels: Labels) -> tuple[Labels, NDArray[np.int64]]:
    """The classes, and the index of each label among them."""
    classes: Any
    classes, codes = np.unique(labels, return_inverse=True)
    return classes, codes.astype(np.int64)
