"""Each exercise accepts right answers, names each wrong one, and survives what students write."""

from __future__ import annotations

import random
import sys
import threading
import time
import warnings
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError
from hopfield_sim.exercises import check, exercise, get, names

MISTAKES = [
    pytest.param(name, mistake, id=f"{name}-{mistake.words[:40]}")
    for name in names()
    for mistake in get(name).mistakes
]
# A generator is drawn from in place, as it should be.
COMPARED = [name for name in names() if not get(name).random]


def test_there_are_exercises_for_each_notebook() -> None:
    assert len(names()) >= 20
    assert {get(name).notebook for name in names()} == {1, 2, 3, 4, 5, 6}
    assert all(len(get(name).mistakes) >= 4 for name in names())


@pytest.mark.parametrize("name", names())
def test_the_right_answer_passes(name: str) -> None:
    assert check(name, get(name).solution)


@pytest.mark.parametrize(("name", "mistake"), MISTAKES)
def test_every_mistake_is_named(name: str, mistake: Any) -> None:
    verdict = check(name, mistake.function)
    assert not verdict
    assert mistake.words in verdict.message


@pytest.mark.parametrize("name", COMPARED)
@pytest.mark.parametrize("kind", [np.float32, list])
def test_single_precision_and_lists_are_right_too(name: str, kind: Any) -> None:
    def other(value: Any) -> Any:
        if isinstance(value, tuple):
            return [other(part) for part in value]
        return np.asarray(value).tolist() if kind is list else np.asarray(value, dtype=kind)

    solution = get(name).solution
    assert check(name, lambda *given: other(solution(*given)))


@pytest.mark.parametrize("name", ["hebbian_weights", "storkey_weights", "pseudoinverse_weights"])
def test_rules_are_those_of_the_package(name: str) -> None:
    assert check(name, getattr(hs.rules, name.removesuffix("_weights")))


def test_the_rest_of_the_package_passes_too() -> None:
    def net(weights: Any) -> hs.HopfieldNetwork:
        return hs.HopfieldNetwork.from_weights(weights)

    def modern(patterns: Any, beta: float) -> hs.ModernHopfield:
        return hs.ModernHopfield(beta).store(patterns)

    assert check("overlap", lambda s, p: hs.overlap(s, p[None])[0])
    assert check("perturb", lambda p, count, rng: hs.flip(p, count=count, rng=rng))
    assert check("energy", lambda w, s: net(w).energy(s))
    assert check("update_sync", lambda w, s: net(w).recall(s, update="sync", max_sweeps=1).states)
    assert check("period", lambda w, s: net(w).recall(s, update="sync").period)
    assert check("dense_energy", lambda p, s, n: hs.DenseMemory(order=n).store(p).energy(s))
    assert check("attention_step", lambda p, x, b: modern(p, b).recall(x, max_steps=1).states)


def test_loops_pass() -> None:
    def hebbian_weights(patterns: Any) -> Any:
        n = len(patterns[0])
        rows = [
            [sum(int(p[i]) * int(p[j]) for p in patterns) / n for j in range(n)] for i in range(n)
        ]
        return [[0.0 if i == j else rows[i][j] for j in range(n)] for i in range(n)]

    def storkey_weights(patterns: Any) -> Any:
        n = patterns.shape[1]
        w = np.zeros((n, n))
        for x in patterns.astype(int):
            h = np.zeros((n, n))
            for i in range(n):
                for j in range(n):
                    h[i, j] = sum(w[i, k] * x[k] for k in range(n) if k not in (i, j))
            w = w + np.array(
                [
                    [(x[i] * x[j] - x[i] * h[j, i] - x[j] * h[i, j]) / n for j in range(n)]
                    for i in range(n)
                ]
            )
        return w - np.diag(np.diag(w))

    assert check("hebbian_weights", hebbian_weights)
    assert check("storkey_weights", storkey_weights)


def test_the_words_have_the_numbers() -> None:
    words = check("hebbian_weights", lambda p: p.T.astype(float) @ p / p.shape[1]).message
    assert words == "your W has 0.25 on its diagonal; a neuron is not connected to itself"

    def by_patterns_too(p: Any) -> Any:
        return get("hebbian_weights").solution(p) / len(p) ** 2

    words = check("hebbian_weights", by_patterns_too).message
    assert words.startswith("right for P = 1, off by the factor 0.1111 for P = 3")


def _prints(weights: Any, state: Any) -> Any:
    print("here I am")  # noqa: T201
    return -0.5 * state @ weights @ state


class Odd(Exception):
    def __str__(self) -> str:
        raise RuntimeError


def _raises(error: BaseException) -> Any:
    def function(weights: Any, state: Any) -> Any:
        raise error

    return function


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (_raises(ZeroDivisionError("division by zero")), "it raises ZeroDivisionError: division"),
        (_raises(SystemExit(3)), "it raises SystemExit"),
        (_raises(KeyboardInterrupt()), "it raises KeyboardInterrupt"),
        (_raises(Odd()), "it raises Odd"),
        (_raises(NotImplementedError()), "not written yet"),
        (lambda weights, state: ..., "not written yet"),
        (lambda weights, state: None, "returns None"),
        (lambda weights, state: "E", "real numbers"),
        (lambda weights, state: object(), "real numbers"),
        (lambda weights, state: 1j, "real numbers"),
        (lambda weights, state: [[1], [1, 2]], "no array of numbers"),
        (lambda weights, state: np.nan, "nan"),
        (lambda weights, state: np.inf, "inf"),
        (lambda weights, state: state, "shape (4,), where () is wanted"),
        (lambda weights, state: np.random.default_rng().normal(), "not what is wanted|two answers"),
        (lambda weights, state: input(), "EOFError"),
        (lambda weights, state: np.broadcast_to(1.0, (10**13,)), "where () is wanted"),
        (dict, "2 (with N = 4)"),
        (lambda weights: 0.0, "it must accept the call energy(weights, state)"),
        (3, "give the function itself"),
        (None, "give the function itself"),
    ],
)
def test_junk_gets_a_verdict(function: Any, words: str) -> None:
    verdict = check("energy", function)
    assert not verdict.passed
    assert any(word in verdict.message for word in words.split("|"))
    assert "Traceback" not in repr(verdict)


def test_one_that_prints_is_heard_and_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    verdict = check("energy", _prints)
    assert verdict.passed
    assert "prints" in verdict.hints[0]
    assert capsys.readouterr() == ("", "")


def test_one_that_never_ends_is_stopped() -> None:
    def energy(weights: Any, state: Any) -> Any:
        while True:
            try:
                time.sleep(0.001)
            except Exception:
                continue

    before = threading.active_count()
    assert "did not come to an end within 0.2 s" in check("energy", energy, seconds=0.2).message
    assert threading.active_count() == before


def test_nothing_of_the_callers_changes() -> None:
    def energy(weights: Any, state: Any) -> Any:
        np.random.seed(3)  # noqa: NPY002
        random.seed(3)
        np.seterr(all="raise")
        warnings.simplefilter("error")
        warnings.warn("mine", stacklevel=1)

    drawn, plain, out, err = np.random.get_state()[1], random.getstate(), sys.stdout, np.geterr()  # noqa: NPY002
    filters = list(warnings.filters)
    check("energy", energy)
    assert (drawn == np.random.get_state()[1]).all()  # noqa: NPY002
    assert (random.getstate(), sys.stdout, np.geterr()) == (plain, out, err)
    assert warnings.filters == filters


def test_the_line_of_an_error_is_the_students() -> None:
    def energy(weights: Any, state: Any) -> Any:
        return np.linalg.inv(np.zeros((2, 2)))

    line = energy.__code__.co_firstlineno + 1
    assert f"Singular matrix (line {line}, with N = 4)" in check("energy", energy).message


def test_states_of_0_and_1_are_told() -> None:
    verdict = check("update_sync", lambda w, s: w @ s > 0)
    assert verdict.message == "your state has 0 in it, not only -1 and +1: states are not 0 and 1"


def test_an_unknown_exercise_is_an_error() -> None:
    with pytest.raises(HopfieldError, match="energy"):
        check("enrgy", len)


def test_a_verdict_is_text_and_html() -> None:
    verdict = check("energy", lambda weights, state: "<b>")
    assert repr(verdict).startswith("energy: not yet.")
    assert "<b>energy: ✗ not yet</b>" in verdict._repr_html_()


def test_skeletons_are_not_written_yet_and_sources_are_right() -> None:
    for name in names():
        space: dict[str, Any] = {}
        exec(f"import math\nimport numpy as np\n{get(name).skeleton()}", space)
        assert check(name, space[name]).message == "it is not written yet", name
        exec(f"import math\nimport numpy as np\n{get(name).source()}", space)
        assert check(name, space[name]), name


def test_a_mistake_that_the_cases_do_not_show_passes() -> None:
    """What the test of every mistake must see."""

    @exercise(1, lambda: {"one": (np.ones(3),)})
    def total(state: np.ndarray) -> float:
        """Sum of a state."""
        return float(state.sum())

    assert check(total, lambda state: len(state))
