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
from hopfield_sim.backends import blas
from hopfield_sim.backends.reference.powers import Floats
from hopfield_sim.errors import InvalidInputError, NotStoredError
from hopfield_sim.models.classifier import file as classifier_file
from hopfield_sim.models.classifier import rule
from hopfield_sim.models.classifier import training as learning
from hopfield_sim.models.classifier.state import Labels, Recipe, State
from hopfield_sim.models.members import FileKind, Values
from hopfield_sim.models.saved import Saved
from hopfield_sim.models.spins import read_only
from hopfield_sim.support.display import memory_html
from hopfield_sim.support.progress import Bar

_MANY = 100
"""Numbers of which at least one would be negative, if they were like those learnt from."""


@checks.by_name
class DenseClassifier(Saved):
    r"""K trained memories that vote on the class of what they are shown.

    Each memory ξ has d visible neurons and one for each of C classes. Class a is asked for by
    turning its neuron on, u^{a+}, where all of them are off in u^−:

    .. math:: c_a = \tanh β \sum_μ [F(ξ^μ·u^{a+}) - F(ξ^μ·u^-)], \quad F(x) = \max(x, 0)^n, \quad
        β = 1/T^n

    and ξ goes down the gradient of Σ (c_a − t_a)^{2m}, t = ±1, with momentum p: V ← pV + dξ, ξ ←
    clip(ξ + ε V / max_j \|V_j\|, −1, 1) for each memory. The rate ε falls, ε₀ f^epoch, and so does
    T, from T_in to T_f in the first epochs. With small n memories are strokes and many of them
    vote; with large n they are whole images, and one decides.

    Parameters
    ----------
    n_memories : int
        K.
    order : int
        The power n, 2 to 64.
    cost : int, optional
        m: the larger, the more the worst examples count. 4 if not given.
    epochs : int
        How often all examples are learnt from.
    batch : int, optional
        Examples of a step, at most; if not given, what makes twenty steps an epoch, up to 1000.
    rate : float, optional
        ε₀; if not given 0.15, and less where there are so few inputs, or n is so large, that class
        neurons sway overlaps.
    damp : float, optional
        f; if not given, what leaves a fifth of the rate after all epochs.
    momentum : float
        p.
    temperature : "auto" or (float, float)
        (T_in, T_f) in units of the number of inputs. "auto" takes examples for memories, less their
        mean where n is small; the median of \|β Σ ΔF\| for others is 1 at first and 5n in the end.
    ramp : int, optional
        Epochs in which T falls; half of all if not given.
    patience : int, optional
        Stop after so many epochs without a smaller validation error, and keep the memories that had
        the smallest.
    dtype : {"float32", "float64"}
        Of everything that is computed.
    backend : {"auto", "numpy", "cython"}
        Implementation to use; the results are the same to rounding.
    n_threads : int, optional
        All processors if not given; the result is the same.
    rng : None, int or numpy.random.Generator
        The seed of the first memories and of the order of examples: fitted again, a classifier
        learns the same.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For arguments that make no sense, naming what is wanted.

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
        """Learn from examples X and their labels y, from the beginning unless told to go on.

        A Ctrl-C leaves the classifier as it was at the end of the last epoch that was finished;
        ``fit(X, y, resume=True)`` with the same examples goes on, to the result, bit by bit, of a
        fit that was never stopped. An error leaves it as it was before.

        Parameters
        ----------
        X : (n, d) in [−1, 1], or uint8 images (n, H, W) or (n, d)
            Images' 0 … 255 become −1 … 1. Not changed.
        y : (n,) of int, str or bool
            At least two different ones.
        validation : (X, y), optional
            Other examples; their error after each epoch is in ``history_``.
        resume : bool
            Go on where the last fit, or ``checkpoint`` if there is such a file and there was no fit
            in this process, stopped. With nothing to go on from, begin.
        checkpoint : str or path, optional
            A file that is written after every epoch and that ``hopfield_sim.load`` reads.
        progress : bool
            Show a bar.

        Returns
        -------
        DenseClassifier
            The classifier itself.

        Warns
        -----
        UserWarning
            When most memories answer no example any more and fewer than classes are left: learning
            has collapsed.

        Raises
        ------
        InvalidInputError
            For one class only, labels in ``validation`` that are not in ``y``, patience without
            validation, or a resumed fit with other examples or settings.
        ModelFileError
            When the checkpoint is damaged.
        ResultsDirError
            When the checkpoint cannot be written.
        """
        resume, progress = checks.flag(resume, "resume"), checks.flag(progress, "progress")
        place = None if checkpoint is None else checks.path(checkpoint, "checkpoint")
        batch = checks.inputs(X, self._recipe.dtype)
        classes, codes = _sorted(checks.labels(y, len(batch.array)))
        if len(classes) < 2:
            raise InvalidInputError(
                "y must have at least two classes to tell apart; all labels are "
                f"{classes[0].item()!r}"
            )
        examples = learning.Examples(batch.array, codes)
        held = None if validation is None else self._held(validation, examples, classes)
        if self._recipe.patience is not None and held is None:
            raise InvalidInputError("patience needs examples to test: pass validation=(X, y)")
        with self._lock:
            recipe, state = self._recipe, self._state if resume else None
            if resume and state is None and place is not None:
                recipe, state = self._found(place)
            with self._machine() as machine:
                digest = zlib.crc32(codes.data, zlib.crc32(examples.states.data))
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
        """Epoch after epoch; each is in the file before the classifier knows of it."""
        before = self._recipe, self._state
        if place is not None:
            self._write(place, recipe, state)  # a path that will not do is told now
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
        """Warn where so many memories answer nothing, for ever, that classes are left without."""
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
        """Examples for tests, labelled like those to learn from."""
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise InvalidInputError(
                f"validation must be (X, y), examples with their labels; got {checks.show(value)}"
            )
        n_inputs = examples.states.shape[1]
        name = "validation X"
        batch = checks.inputs(value[0], self._recipe.dtype, n_inputs=n_inputs, name=name)
        _compare_scales(bool(examples.states.min() < 0), batch.array, name)
        return learning.Examples(
            batch.array, self._codes(value[1], len(batch.array), classes, "validation y")
        )

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
        """The class with the largest Σ_μ ΔF, (n,); the first of equals.

        Parameters
        ----------
        X : (n, d) in [−1, 1], or uint8 images; one example (d,)
            Not changed.

        Raises
        ------
        NotStoredError
            Before ``fit``.
        """
        state, batch = self._validated(X)
        winners = self._votes(state, batch.array)[0].argmax(axis=1)
        return batch.restore(state.classes[winners], sites=False)

    def decide(self, X: Any) -> Any:
        """The outputs c_a of the class neurons, (n, C), in the order of ``classes_``."""
        state, batch = self._validated(X)
        votes, scale = self._votes(state, batch.array)
        with np.errstate(over="ignore"):
            gain = np.float64(scale / (state.temperature * state.n_inputs)) ** self._recipe.order
            return batch.restore(rule.outputs(votes, float(gain)), sites=False)

    def votes(self, X: Any) -> Any:
        """β Σ_μ [F(h_μ^{a+}) − F(h_μ^−)], (n, C): what ``decide`` takes the tanh of."""
        state, batch = self._validated(X)
        votes, scale = self._votes(state, batch.array)
        with np.errstate(over="ignore"):
            gain = np.float64(scale / (state.temperature * state.n_inputs)) ** self._recipe.order
            return batch.restore(votes * gain, sites=False)

    def score(self, X: Any, y: Any) -> float:
        """The fraction of the examples whose class is recognised."""
        state, batch = self._validated(X)
        codes = self._codes(y, len(batch.array), state.classes, "y")
        votes, _ = self._votes(state, batch.array)
        return float((votes.argmax(axis=1) == codes).mean())

    def participation(self, X: Any) -> Any:
        r"""How many memories take part in each decision, (n,): (Σ_μ w_μ)² / Σ_μ w_μ².

        w_μ = \|F(h_μ^{a+}) − F(h_μ^−)\| for the class a that wins: 1 when one memory decides, K
        when all count the same (the participation ratio; inverse of Herfindahl's index).
        """
        state, batch = self._validated(X)
        votes, scale = self._votes(state, batch.array)
        steps = rule.class_steps(state.result, state.n_inputs, scale)
        found = np.empty(len(votes))
        for start in range(0, len(votes), 1000):
            part = slice(start, start + 1000)
            low = rule.overlaps(batch.array[part], state.result, scale)
            winners = votes[part].argmax(axis=1)
            found[part] = rule.participation(rule.weights(low, steps, self._recipe.order, winners))
        return batch.restore(found)

    def _validated(self, X: Any) -> tuple[State, checks.RealBatch]:
        state = self._fitted()
        batch = checks.inputs(X, self._recipe.dtype, n_inputs=state.n_inputs, shape=state.shape)
        _compare_scales(state.signed, batch.array)
        return state, batch

    def _votes(self, state: State, states: Floats) -> tuple[rule.Doubles, float]:
        """Σ ΔF in units of S^n, and S."""
        scale = learning.scale_for(self._recipe, states, len(state.classes), state.temperature)
        with self._machine() as machine:
            return machine.votes(states, state.result, scale), scale

    # ------------------------------------------------------------------ what it is

    @property
    def memories_(self) -> Floats:
        """ξ, (K, d + C): the visible neurons, then the class neurons; read-only."""
        return read_only(self._fitted().result)

    @property
    def classes_(self) -> Labels:
        """The labels, sorted, (C,); read-only."""
        return read_only(self._fitted().classes)

    @property
    def history_(self) -> list[dict[str, float]]:
        """A row an epoch: epoch (from 1), rate ε, temperature T in units of the number of inputs,
        cost an example, train_error, validation_error if there were such examples, seconds.

        Cost and train_error are of each batch before its own step.
        """
        return [dict(row) for row in self._fitted().history]

    @property
    def epochs(self) -> int:
        """How often all examples are learnt from; may be raised to go on with ``resume=True``."""
        return self._recipe.epochs

    @epochs.setter
    def epochs(self, value: int) -> None:
        self._recipe = self._recipe.with_epochs(value)

    @property
    def n_memories(self) -> int:
        """K."""
        return self._recipe.n_memories

    @property
    def order(self) -> int:
        """The power n."""
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
        from hopfield_sim.models import files

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
    """Say so where one of examples and states looks like numbers of 0 … 1, the other of −1 … 1."""
    if signed is None or (signed and states.size < _MANY):
        return
    least = float(states.min())
    if signed != (least < 0):
        learnt, found = ("-1 … 1", "0 … 1") if signed else ("0 … 1", "-1 … 1")
        checks.warn(
            f"{name} looks like numbers of {found} (the least is {least:.3g}), and the examples "
            f"learnt from like {learnt} (uint8 images become -1 … 1): pass both in the same units",
        )


def _sorted(labels: Labels) -> tuple[Labels, NDArray[np.int64]]:
    """The classes, and the index of each label among them."""
    classes: Any
    classes, codes = np.unique(labels, return_inverse=True)
    return classes, codes.astype(np.int64)
