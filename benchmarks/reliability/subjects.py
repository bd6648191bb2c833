"""What is public, found by walking ``__all__``: functions, classes, and the methods of objects.

With what ``__all__`` of the package itself does not name: the crossing of a curve, the recall that
memories answer with, and the estimator for scikit-learn, if that is installed.
"""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np

import hopfield_sim as hs
from hopfield_sim.support.crossing import crossing

SLOW = {"experiment", "plotting", "show", "save_video", "plot_energy", "tiles", "video", "digits"}
SLOW |= {"travelling_salesman"}
"""Rooms and names of what takes a tenth of a second, and is called less often."""

DECLARING = {f"experiment.{name}" for name in ("Store", "Study", "fields", "function", "option")}
DECLARING |= {f"exercises.{name}" for name in ("Exercise", "Mistake", "exercise")}
DECLARING |= {"Convolution", "Lagrangian", "Synapse"}
"""What studies, exercises and parts of one's own are declared with: their mistakes are Python's,
when they are imported; and the open file of results, whose content ``databases`` attacks.
"""


@dataclass(frozen=True)
class Subject:
    """Something to call.

    Parameters
    ----------
    name : str
        With its room, or its class.
    function : callable
        To be asked for its signature; unbound for a method.
    owner : object, optional
        Whose method it is; every call has a copy of its own.
    usual : dict
        Arguments that make the work of a study small.
    """

    name: str
    function: Callable[..., Any]
    owner: Any = None
    usual: dict[str, Any] = field(default_factory=dict)

    @property
    def slow(self) -> bool:
        """Whether it takes long."""
        return bool(SLOW & set(self.name.split(".")))

    @property
    def may_be_nan(self) -> bool:
        """Whether NaN says that something does not apply, or that there is no such line."""
        return self.name.startswith("experiment.") or self.name in (
            "KernelMemory.attractors",
            "correlation_time",
            "crossing.crossing",
            "optimisation.travelling_salesman",
            "theory.phase_lines",
        )

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What it may raise: those of the tree; an estimator also what scikit-learn's judges do."""
        theirs = (
            (ValueError, TypeError, ArithmeticError)
            if self.name.startswith("DenseMemoryClassifier")
            else ()
        )
        return (hs.errors.HopfieldError, *theirs)

    @cached_property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """Those that can be given by name."""
        kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        found = inspect.signature(self.function).parameters.items()
        return {name: one for name, one in found if name != "self" and one.kind not in kinds}

    def call(self, words: dict[str, Any]) -> Any:
        """Its answer."""
        if self.owner is None:
            return self.function(**words)
        return self.function(copy.deepcopy(self.owner), **words)


def found() -> list[Subject]:
    """Everything public, in a fixed order."""
    subjects = [*_walk(hs, ""), Subject("crossing.crossing", crossing)]
    walked = {subject.function for subject in subjects}
    for kind in [kind for kind in _owners() if kind not in walked]:
        subjects += _methods(kind, kind.__name__)
    names = [subject.name for subject in subjects]
    assert len(set(names)) == len(names), "two things have one name"
    return subjects


def _walk(room: ModuleType, prefix: str) -> Iterator[Subject]:
    for name in room.__all__:
        if prefix + name in DECLARING:
            continue
        item = getattr(room, name)
        if isinstance(item, ModuleType):
            yield from _walk(item, f"{prefix}{name}.")
        elif inspect.isclass(item) and not issubclass(item, BaseException):
            yield Subject(prefix + name, item)
            yield from _methods(item, prefix + name)
        elif inspect.isfunction(item):
            usual = _small(item) if prefix == "experiment." else {}
            yield Subject(prefix + name, item, usual=usual)


def _methods(kind: type, name: str) -> Iterator[Subject]:
    methods = [
        (word, method)
        for word in dir(kind)
        if callable(method := getattr(kind, word))
        and not word.startswith("_")
        and (getattr(method, "__module__", None) or "").startswith("hopfield_sim.")
    ]
    if methods:
        owner = _owners()[kind]  # a new class needs an object here, or nobody attacks its methods
    for word, method in methods:
        bound_to_class = inspect.ismethod(method)
        yield Subject(f"{name}.{word}", method, None if bound_to_class else owner)


@cache
def _owners() -> dict[type, Any]:
    """An object of every class that has methods."""
    spins = hs.random_patterns(3, 9, rng=0)
    reals = np.random.default_rng(0).normal(size=(3, 9))
    examples, labels = hs.random_patterns(12, 9, rng=1).astype(float), np.arange(12) % 2
    net = hs.HopfieldNetwork().store(spins)
    saver = hs.course.DataSaver()
    saver.store_iter(spins[0], np.zeros((9, 9)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        objects = [
            net,
            net.recall(spins, record=["overlap", "states"]),
            hs.BidirectionalMemory().store(spins, spins[:, :4]),
            hs.BidirectionalMemory().store(spins, spins[:, :4]).recall(spins),
            hs.rules.OwnRule(hs.rules.covariance),
            hs.EnergyNetwork(["identity", hs.Layer("softmax", tau=0)], [spins.T]),
            hs.GradedNetwork().store(spins),
            hs.GradedNetwork().store(spins).recall(spins, max_time=1.0, record="energy"),
            hs.DenseMemory(order=3).store(spins),
            hs.KernelMemory().store(spins),
            hs.ModernHopfield(2.0).store(reals),
            hs.DistributedMemory(50, rng=0).store(reals),
            hs.RestrictedHopfield(4, rng=0).store(spins),
            hs.TrainedDenseMemory(3, rng=0).store(spins, max_iter=20),
            hs.DenseClassifier(4, epochs=2, rng=0).fit(examples, labels),
            hs.course.HopfieldNetwork(spins),
            saver,
            hs.experiment.xor((2,), ("polynomial",), workers=1),
        ]
        if find_spec("sklearn"):
            objects.append(hs.sklearn.DenseMemoryClassifier(4).fit(examples, labels))
    return {type(one): one for one in objects}


def _small(study: Callable[..., Any]) -> dict[str, Any]:
    """The arguments of a study with as little to do as may be."""
    small: dict[str, Any] = {"workers": 1}
    for name, parameter in inspect.signature(study).parameters.items():
        default = parameter.default
        if name in ("networks", "epochs"):
            small[name] = 1
        elif name == "n_memories" or name == "images":
            small[name] = 10
        elif isinstance(default, tuple):
            small[name] = default[:1]
        elif isinstance(default, int) and not isinstance(default, bool):
            small[name] = min(default, 100 if "feature" in name else 10)
    return small
