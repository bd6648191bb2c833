"""Slips in the names of arguments are told, and warnings point at the line that called."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import course, datasets, experiment, plotting, rules, testing, theory
from hopfield_sim.errors import InvalidTypeError

SIGNS = hs.random_patterns(3, 8, rng=0)
REALS = np.random.default_rng(0).normal(size=(3, 5))
BINARY = hs.HopfieldNetwork().store(SIGNS)
MODERN = hs.ModernHopfield().store(REALS)
SUMMED = hs.DistributedMemory(50, rng=0).store(REALS)

ROOMS = (hs, theory, experiment, plotting, plotting.report, rules, datasets, course, testing)
RECORDS = {
    "Study",  # abstract; the functions of studies are called
    "Lagrangian",  # abstract, as are synapses: parts of one's own derive from them
    "Synapse",
    "BrokenPromise",
    "Dataset",
    "LearningRule",
    "OwnRule",
    "PhaseLines",
    "Retrieval",
    "Picture",
    "Result",
    "Rule",
    "Section",
}
"""Classes and types that are no memories."""


def public() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function, constructor and method."""
    for room in ROOMS:
        names = getattr(room, "__all__", ["write"])
        for name in names:
            value = getattr(room, name)
            if inspect.ismodule(value) or not callable(value) or name in RECORDS:
                continue
            yield f"{room.__name__}.{name}", value
            if inspect.isclass(value):
                for own, member in inspect.getmembers(value, callable):
                    if not own.startswith("_"):
                        yield f"{name}.{own}", member


def test_an_unknown_name_is_told_by_everything_public() -> None:
    found = dict(public())
    assert len(found) > 150
    assert {"ModernHopfield.recall", "hopfield_sim.theory.capacity"} < found.keys()
    for name, function in found.items():
        said = f"^{name.rpartition('.')[2]} has no argument no_such_word=; takes "
        with pytest.raises(InvalidTypeError, match=said):
            function(no_such_word=1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: hs.HopfieldNetwork("storkey", True), "HopfieldNetwork takes rule, and all else"),
        (lambda: hs.DenseMemory(oder=3), r"DenseMemory has no argument oder=; did you mean order="),
        (lambda: MODERN.recall(REALS, 10), "recall takes states, and all else by name: clamp="),
        (lambda: hs.flip(SIGNS, 20), "flip takes states, and .*; did you mean count=20"),
        (lambda: hs.flip(SIGNS, 0.2), "flip takes states, and .*; did you mean fraction=0.2"),
        (lambda: hs.random_patterns(2, 9, 0.3), "did you mean activity=0.3"),
        (lambda: MODERN.recall(REALS, max_sweeps=3), "did you mean max_steps="),
        (lambda: SUMMED.recall(REALS, tool=1e-3), "did you mean tol="),
        (
            lambda: hs.DistributedMemory(9, rng=0).store(REALS, REALS),
            "store takes patterns; positional arguments given: 2",
        ),
        (lambda: BINARY.recall(SIGNS, temprature=1.0), "did you mean temperature="),
        (lambda: BINARY.recall(SIGNS).show(shap=(2, 4)), "did you mean shape="),
        (lambda: hs.flip(SIGNS, fracton=0.1), "flip has no argument fracton=; did you mean fra"),
        (lambda: theory.capacity(10, criterium="all"), "did you mean criterion="),
        (lambda: theory.one_step_error(9, 2, 3), "takes n_neurons, n_patterns, and all else by"),
        (lambda: theory.critical_load(1), "takes no arguments; positional arguments given: 1"),
        (lambda: experiment.capacity(size=[10]), "did you mean sizes="),
        (lambda: plotting.states(SIGNS, (2, 4), 3), "takes states, shape, and all else by name"),
        (lambda: rules.storkey(SIGNS, False), "storkey takes patterns, and all else by name"),
        (lambda: course.update_async(SIGNS[0], np.eye(8), 1), "takes state, weights, and all else"),
        (lambda: hs.HopfieldNetwork.from_weights(np.eye(2), threshold=1), "mean thresholds="),
    ],
)
def test_slips(call: Callable[[], Any], said: str) -> None:
    with pytest.raises(InvalidTypeError, match=said):
        call()


def test_signatures_and_documentation_are_those_of_the_function() -> None:
    assert [*inspect.signature(hs.ModernHopfield).parameters][:2] == ["beta", "similarity"]
    assert [*inspect.signature(theory.capacity).parameters] == ["n_neurons", "criterion"]
    assert str(hs.HopfieldNetwork.store.__doc__).startswith("Store patterns")


ALIKE = hs.random_patterns(40, 300, activity=0.7, rng=0)
MANY = hs.random_patterns(20, 30, rng=1)
POSITIVE = np.abs(np.random.default_rng(0).normal(size=(30, 20)))
X, Y = np.random.default_rng(0).uniform(-1, 1, (6, 9)), np.arange(6) % 2


def fitted() -> hs.DenseClassifier:
    return hs.DenseClassifier(2, epochs=1, rng=0).fit(X, Y)


def test_what_underflows_in_a_public_function_is_no_error() -> None:
    patterns = hs.random_patterns(40, 9, rng=0)
    weights = hs.rules.palimpsest(patterns, strength=1e9)
    with np.errstate(all="raise"):  # as people set it to find errors of their own
        assert (hs.rules.palimpsest(patterns, strength=1e9) == weights).all()
        with pytest.raises(FloatingPointError):
            np.exp(-1e9)


WARNED: dict[str, Callable[[], Any]] = {
    "alike": lambda: hs.HopfieldNetwork().store(ALIKE),
    "not symmetric": lambda: hs.HopfieldNetwork.from_weights([[0, 1], [-1, 0]]).energy([1, 1]),
    "ended at one mean": lambda: hs.ModernHopfield(1e-9).store(POSITIVE).recall(POSITIVE),
    "not converged": lambda: hs.RestrictedHopfield(3, rng=1).store(MANY, max_iter=50),
    "same units": lambda: fitted().predict(np.repeat(np.abs(X), 20, axis=0)),
    "is dark": lambda: fitted().fit(((X + 1) * 8).astype(np.uint8), Y),
    "dead zone": lambda: hs.DistributedMemory(50, 9.0, rng=0).store(REALS).energy(REALS + 9),
}


@pytest.mark.parametrize("words", WARNED)
def test_warnings_point_at_the_caller(words: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        WARNED[words]()
    (mine,) = [told for told in caught if words in str(told.message)]
    assert (mine.filename, mine.category) == (__file__, UserWarning)


def test_all_warnings_are_issued_so() -> None:
    package = Path(hs.__path__[0])
    for path in package.rglob("*.py"):
        if path.name != "caller.py":
            assert not re.search(r"warnings\.warn\(|stacklevel", path.read_text("utf-8")), path
