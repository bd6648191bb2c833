"""The course's functions and classes: the handout's values, lists and meanings, to the letter."""

from __future__ import annotations

import inspect
import itertools
import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import imageio.v3 as iio
import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from numpy.typing import NDArray

import hopfield_sim as hs
from hopfield_sim import course
from hopfield_sim.course import trials
from hopfield_sim.errors import (
    HopfieldError,
    InsufficientMemoryError,
    InvalidInputError,
    InvalidTypeError,
    MissingDependencyError,
    ResultsDirError,
)

PATTERNS = np.array([[1, 1, -1, -1], [1, 1, -1, 1], [-1, 1, -1, 1]])
THIRD = 1 / 3
HEBBIAN = [
    [0, THIRD, -THIRD, -THIRD],
    [THIRD, 0, -1, THIRD],
    [-THIRD, -1, 0, -THIRD],
    [-THIRD, THIRD, -THIRD, 0],
]
STORKEY = [
    [1.125, 0.25, -0.25, -0.5],
    [0.25, 0.625, -1, 0.25],
    [-0.25, -1, 0.625, -0.25],
    [-0.5, 0.25, -0.25, 1.125],
]


def lists(history: list[NDArray[Any]]) -> list[Any]:
    return [state.tolist() for state in history]


# ------------------------------------------------------------------ a drop-in

SIGNATURES = {
    "generate_patterns": "num_patterns, pattern_size, *, rng=None",
    "create_checkerboard": "n=50",
    "perturb_pattern": "pattern, num_perturb, *, rng=None",
    "pattern_match": "memorized_patterns, pattern",
    "hebbian_weights": "patterns",
    "storkey_weights": "patterns",
    "update": "state, weights",
    "update_async": "state, weights, *, rng=None",
    "dynamics": "state, weights, max_iter",
    "dynamics_async": "state, weights, max_iter, convergence_num_iter, *, rng=None",
    "energy": "state, weights",
    "save_video": "state_list, out_path",
    "experiment": "size, num_patterns, weight_rule, num_perturb, num_trials=10, max_iter=100, *, "
    "rng=None",
    "HopfieldNetwork": "patterns, rule='hebbian'",
    "HopfieldNetwork.hebbian_weights": "self, patterns",
    "HopfieldNetwork.storkey_weights": "self, patterns",
    "HopfieldNetwork.update": "self, state",
    "HopfieldNetwork.update_async": "self, state, *, rng=None",
    "HopfieldNetwork.dynamics": "self, state, saver, max_iter=20",
    "HopfieldNetwork.dynamics_async": "self, state, saver, max_iter=1000, "
    "convergence_num_iter=100, skip=10, *, rng=None",
    "DataSaver": "",
    "DataSaver.reset": "self",
    "DataSaver.store_iter": "self, state, weights",
    "DataSaver.compute_energy": "self, state, weights",
    "DataSaver.get_data": "self",
    "DataSaver.save_video": "self, out_path, img_shape",
    "DataSaver.plot_energy": "self, filename=None",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_names_and_arguments_are_the_handouts(name: str) -> None:
    found: Any = course
    for part in name.split("."):
        found = getattr(found, part)
    bare = [
        parameter.replace(annotation=parameter.empty)
        for parameter in inspect.signature(found).parameters.values()
    ]
    assert str(inspect.Signature(bare)) == f"({SIGNATURES[name]})"


def test_a_star_import_brings_the_handout_and_nothing_else() -> None:
    names: dict[str, Any] = {}
    exec("from hopfield_sim.course import *", names)
    assert set(names) - {"__builtins__"} == {n for n in SIGNATURES if "." not in n}


def test_sums_of_generated_patterns_do_not_overflow() -> None:
    """A notebook that multiplies patterns itself must get numbers, not bytes."""
    patterns = course.generate_patterns(300, 2, rng=1)
    assert patterns.dtype == np.int64
    assert (np.diagonal(patterns.T @ patterns) == 300).all()


# ------------------------------------------------------------------ patterns


def test_generated_patterns_are_fair_coins() -> None:
    patterns = course.generate_patterns(400, 250, rng=1)
    assert patterns.shape == (400, 250)
    assert set(np.unique(patterns)) == {-1, 1}
    assert abs(patterns.mean()) < 4 / math.sqrt(patterns.size)
    assert (course.generate_patterns(3, 4, rng=5) == course.generate_patterns(3, 4, rng=5)).all()
    assert (course.generate_patterns(3, 99) != course.generate_patterns(3, 99)).any()


def test_the_checkerboard_is_the_handouts() -> None:
    board = course.create_checkerboard()
    assert board.shape == (50, 50)
    white, black = [1] * 5, [-1] * 5
    assert (board[:5] == (white + black) * 5).all()
    assert (board[5:10] == (black + white) * 5).all()
    assert (board[10:] == board[:-10]).all()
    assert course.create_checkerboard(7)[6].tolist() == [*black, 1, 1]


@pytest.mark.parametrize("num_perturb", [0, 1, 10, 49, 50])
def test_exactly_so_many_distinct_elements_are_flipped(num_perturb: int) -> None:
    pattern = course.generate_patterns(1, 50, rng=1)[0]
    for seed in range(20):
        perturbed = course.perturb_pattern(pattern, num_perturb, rng=seed)
        assert (perturbed != pattern).sum() == num_perturb
        assert (abs(perturbed) == 1).all()


def test_every_element_is_flipped_equally_often() -> None:
    source, flips = np.random.default_rng(1), np.zeros(10)
    for _ in range(2000):
        flips += course.perturb_pattern(np.ones(10), 3, rng=source) < 0
    # Each count is binomial (2000, 0.3), of standard deviation 20.5.
    assert abs(flips - 600).max() < 4 * math.sqrt(2000 * 0.3 * 0.7)


def test_perturbing_keeps_shape_and_type() -> None:
    assert course.perturb_pattern(np.ones(50), 20).tolist().count(-1.0) == 20
    assert course.perturb_pattern(np.ones((1, 6), np.int8), 6).tolist() == [[-1] * 6]
    assert course.perturb_pattern(np.ones(4, np.uint8), 4).tolist() == [-1] * 4


def test_matching() -> None:
    assert course.pattern_match(PATTERNS, PATTERNS[2]) == 2
    assert course.pattern_match(PATTERNS, -PATTERNS[2]) is None
    assert course.pattern_match([[1, -1], [1, -1]], [1, -1]) == 0
    assert course.pattern_match(PATTERNS, PATTERNS[1:2]) == 1
    assert course.pattern_match([[1, 2]], [1, 2.0]) == 0


# ------------------------------------------------------------------ weights


def test_hebbian_weights_of_the_handout() -> None:
    np.testing.assert_array_equal(course.hebbian_weights(PATTERNS.tolist()), HEBBIAN)


def test_storkey_weights_of_the_handout() -> None:
    np.testing.assert_allclose(course.storkey_weights(PATTERNS), STORKEY, rtol=0, atol=1e-15)


@pytest.mark.parametrize(("m", "n"), [(3, 7), (7, 25), (7, 43), (6, 47)])
def test_hebbian_weights_are_rounded_once(m: int, n: int) -> None:
    patterns = course.generate_patterns(m, n, rng=1)
    whole = patterns.T @ patterns
    np.fill_diagonal(whole, 0)
    np.testing.assert_array_equal(course.hebbian_weights(patterns), whole / m)


def test_storkey_weights_follow_the_handouts_formula() -> None:
    n = 6
    patterns = course.generate_patterns(4, n, rng=3)
    weights = np.zeros((n, n))
    for p in patterns:
        h = np.array(
            [
                [sum(weights[i, k] * p[k] for k in range(n) if k not in (i, j)) for j in range(n)]
                for i in range(n)
            ]
        )
        weights = weights + (np.outer(p, p) - p[:, None] * h.T - p[None, :] * h) / n
    np.testing.assert_allclose(course.storkey_weights(patterns), weights, rtol=0, atol=1e-14)


# ------------------------------------------------------------------ energy and single updates


def test_energy_of_the_handout() -> None:
    found = course.energy([[2, 5]], np.ones((2, 2)))
    assert (found, type(found)) == (-24.5, float)
    assert course.energy([1, -1, 1], np.diag([2, 4, 6])) == -6
    assert math.copysign(1, course.energy([1, 1], np.zeros((2, 2)))) == 1  # not "-0.0"


def test_updates_accept_any_numbers_and_keep_shape_and_type() -> None:
    ones = np.ones((4, 4))
    assert course.update([1, 8, 0, 9], ones).tolist() == [1, 1, 1, 1]
    assert course.update([[1, -8, 0, 0]], ones).tolist() == [[-1, -1, -1, -1]]
    for kind in (np.int8, np.int64, np.float32):
        assert course.update(np.array([-3, 1, 1, 0], kind), ones).dtype == kind
    assert course.update(np.array([1, 0], np.uint8), [[0, -1], [-1, 0]]).tolist() == [1, -1]
    changed = course.update_async([[5, 5, 5, 5]], -ones, rng=1)
    assert sorted(changed[0].tolist()) == [-1, 5, 5, 5]


def test_a_field_of_zero_gives_plus_one() -> None:
    assert course.update([-1, -1, -1], np.zeros((3, 3))).tolist() == [1, 1, 1]
    assert course.update_async([-1], [[0.0]]).tolist() == [1]


@pytest.mark.parametrize("m", [3, 6, 7])
def test_fields_that_are_zero_but_for_rounding_give_plus_one(m: int) -> None:
    """Against whole numbers, for every state of a network of eleven neurons."""
    n = 11
    patterns = course.generate_patterns(m, n, rng=m)
    whole = patterns.T @ patterns
    np.fill_diagonal(whole, 0)
    weights = course.hebbian_weights(patterns)
    states = np.array(np.meshgrid(*[[-1, 1]] * n)).reshape(n, -1).T
    exact = np.where(states @ whole >= 0, 1, -1)
    naive = np.array([np.where(weights @ s >= 0, 1, -1) for s in states])
    assert (naive != exact).any()  # otherwise this would prove nothing
    found = np.array([course.update(s, weights) for s in states])
    np.testing.assert_array_equal(found, exact)
    wrong = states[(naive != exact).any(axis=1)]
    for seed, state in enumerate(wrong[:40]):
        after = course.update_async(state, weights, rng=seed)
        site = np.random.Generator(np.random.PCG64(hs.checks.key(seed))).integers(n)
        assert after[site] == np.where(state @ whole >= 0, 1, -1)[site]
        assert (np.delete(after, site) == np.delete(state, site)).all()
    for state in wrong[:5]:
        history = course.dynamics_async(state, weights, 200, 60, rng=2)
        for before, after in itertools.pairwise(history):
            moved = np.flatnonzero(before != after)
            assert all(after[i] == np.where(before @ whole >= 0, 1, -1)[i] for i in moved)
        assert (np.where(history[-1] @ whole >= 0, 1, -1) == history[-1]).all()


def test_a_giant_at_the_start_does_not_blur_what_follows() -> None:
    """What counts as zero must shrink with the state: here 1e20 would hide fields of 1."""
    weights = np.array([[0.0, -1.0], [-1.0, 0.0]])
    assert lists(course.dynamics([1e20, 1], weights, 9)) == [[1e20, 1], [1, -1], [1, -1]]
    history = course.dynamics_async([1e20, 1], weights, 100, 20, rng=1)
    assert sorted(history[-1].tolist()) == [-1, 1]


def test_each_neuron_is_chosen_equally_often() -> None:
    """With W = −1 every neuron that is chosen flips, so the choice can be seen."""
    n, steps = 8, 8000
    history = np.array(course.dynamics_async(np.ones(n, int), -np.eye(n), steps, 5, rng=1))
    assert len(history) == steps + 1
    moved = history[1:] != history[:-1]
    assert (moved.sum(axis=1) == 1).all()
    sites = moved.argmax(axis=1)
    spread = math.sqrt(steps / n * (1 - 1 / n))
    assert abs(np.bincount(sites) - steps / n).max() < 4 * spread
    again = (sites[1:] == sites[:-1]).mean()  # picks are independent: 1 in n is the same again
    assert abs(again - 1 / n) < 4 * math.sqrt(1 / n * (1 - 1 / n) / steps)
    source = np.random.default_rng(2)
    single = [course.update_async(np.ones(n), -np.eye(n), rng=source) for _ in range(steps)]
    assert abs((np.array(single) < 0).sum(axis=0) - steps / n).max() < 4 * spread


# ------------------------------------------------------------------ dynamics


def test_dynamics_of_the_handout() -> None:
    history = course.dynamics([1, 8, 0, 9], np.ones((4, 4)), 10)
    assert lists(history) == [[1, 8, 0, 9], [1, 1, 1, 1], [1, 1, 1, 1]]


def test_dynamics_lists_every_state_and_stops_at_max_iter() -> None:
    ones = np.ones((4, 4))
    assert lists(course.dynamics([1, 1, 1, 1], ones, 10)) == [[1] * 4, [1] * 4]
    assert lists(course.dynamics([[1, 8, 0, 9]], ones, 1)) == [[[1, 8, 0, 9]], [[1] * 4]]
    assert lists(course.dynamics([1, 8, 0, 9], ones, 0)) == [[1, 8, 0, 9]]


@pytest.mark.parametrize("max_iter", [1, 2, 5, 6])
def test_a_cycle_of_two_runs_to_max_iter(max_iter: int) -> None:
    history = course.dynamics([1, -1], [[0, 1], [1, 0]], max_iter)
    assert lists(history) == [[[1, -1], [-1, 1]][t % 2] for t in range(max_iter + 1)]


def test_synchronous_energy_can_rise() -> None:
    saver = course.DataSaver()
    net = course.HopfieldNetwork([[1, -1]])
    net.dynamics([1, -1], saver)
    assert saver.get_data()["energy"] == [-1, -1]
    saver.reset()
    net.w = -np.array([[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]])  # a ring of four
    net.dynamics([1, 1, -1, -1], saver, max_iter=2)
    assert lists(saver.get_data()["state"]) == [[1, 1, -1, -1], [1] * 4, [-1] * 4]
    assert saver.get_data()["energy"] == [0, 4, 4]


def test_states_of_a_history_are_independent() -> None:
    history = course.dynamics_async([1, 1], np.ones((2, 2)), 5, 5, rng=1)
    history[1][:] = 7
    assert lists(history) == [[1, 1], [7, 7], *[[1, 1]] * 4]


def test_asynchronous_lists_exactly() -> None:
    assert lists(course.dynamics_async([-1], [[0]], 100, 3)) == [[-1], [1], [1], [1], [1]]
    flips = [[1], [-1], [1], [-1], [1]]
    assert lists(course.dynamics_async([1], [[-1]], 4, 1)) == flips
    assert lists(course.dynamics_async([1], [[1]], 0, 1)) == [[1]]
    assert lists(course.dynamics_async([[9]], [[1]], 9, 2)) == [[[9]], [[1]], [[1]], [[1]]]


@pytest.mark.parametrize("patience", [1, 2, 5, 9])
def test_unchanged_steps_count_in_a_row(patience: int) -> None:
    """The first neuron flips whenever it is chosen, the second never does."""
    for seed in range(10):
        history = course.dynamics_async([1, 1], np.diag([-1, 1]), 10_000, patience, rng=seed)
        same = [bool((a == b).all()) for a, b in itertools.pairwise(history)]
        words = "".join("x" if one else " " for one in same).split(" ")
        assert len(words[-1]) == patience
        assert max(map(len, words[:-1]), default=0) < patience


def test_asynchronous_steps_change_at_most_one_neuron_by_its_field() -> None:
    patterns = course.generate_patterns(6, 40, rng=1)
    weights = course.storkey_weights(patterns)
    cue = course.perturb_pattern(patterns[0], 15, rng=2)
    history = course.dynamics_async(cue, weights, 1000, 400, rng=3)
    energies = [course.energy(s, weights) for s in history]
    assert (history[0] == cue).all()
    for before, after in itertools.pairwise(history):
        moved = np.flatnonzero(before != after)
        assert len(moved) <= 1
        assert all(np.sign(weights[i] @ before) == after[i] for i in moved)
    assert (np.diff(energies) <= 1e-12).all()
    assert (course.update(history[-1], weights) == history[-1]).all()


# ------------------------------------------------------------------ the checkerboard


@pytest.fixture(scope="module")
def memories() -> NDArray[Any]:
    """The board among 49 others; one byte a neuron, as histories have the type of their start."""
    board = hs.checkerboard(50, 5)
    return np.concatenate([[board], course.generate_patterns(49, 2500, rng=1)]).astype(np.int8)


@pytest.fixture(scope="module", params=["hebbian", "storkey"])
def network(request: pytest.FixtureRequest, memories: NDArray[Any]) -> Any:
    return course.HopfieldNetwork(memories, request.param)


def test_the_checkerboard_comes_back_synchronously(network: Any, memories: NDArray[Any]) -> None:
    cue = course.perturb_pattern(memories[0], 1000, rng=2)
    assert (cue != memories[0]).sum() == 1000
    history = course.dynamics(cue, network.w, 20)
    assert course.pattern_match(memories, history[-1]) == 0
    assert (history[-1] == history[-2]).all()
    assert len(history) <= 8


@pytest.mark.slow
def test_the_checkerboard_comes_back_asynchronously(network: Any, memories: NDArray[Any]) -> None:
    """And a count of unchanged steps that is not in a row stops some ten bits short of it."""
    cue, patience = course.perturb_pattern(memories[0], 1000, rng=2), 10_000
    history = np.array(course.dynamics_async(cue, network.w, 60_000, patience, rng=3))
    assert course.pattern_match(memories, history[-1]) == 0
    same = (history[1:] == history[:-1]).all(axis=1)
    assert len(same) < 60_000
    assert same[-patience:].all()
    assert not same[-patience - 1]
    cumulative = int(np.flatnonzero(np.cumsum(same) == patience)[0]) + 1
    # After 11 000 picks a neuron was never chosen with probability e^(−4.4): 12 of the 1000.
    assert 2 <= (history[cumulative] != memories[0]).sum() <= 30


# ------------------------------------------------------------------ the classes


def test_the_network_has_its_weights_under_two_names() -> None:
    net = course.HopfieldNetwork(PATTERNS)
    assert net.w is net.weights
    np.testing.assert_array_equal(net.w, HEBBIAN)
    np.testing.assert_array_equal(course.HopfieldNetwork(PATTERNS, "storkey").w, STORKEY)
    np.testing.assert_array_equal(net.storkey_weights(PATTERNS), STORKEY)
    np.testing.assert_array_equal(net.hebbian_weights(PATTERNS), HEBBIAN)
    net.weights = np.ones((4, 4))
    assert net.w is net.weights
    assert net.update([1, 8, 0, 9]).tolist() == [1, 1, 1, 1]
    assert net.update_async(np.ones(4), rng=1).tolist() == [1, 1, 1, 1]


def test_the_saver_gets_the_list_of_dynamics() -> None:
    net, saver = course.HopfieldNetwork(PATTERNS), course.DataSaver()
    assert net.dynamics([1, 8, 0, 9], saver) is None
    data = saver.get_data()
    assert set(data) == {"state", "energy"}
    assert lists(data["state"]) == lists(course.dynamics([1, 8, 0, 9], net.w, 20))
    assert data["energy"] == pytest.approx([course.energy(s, net.w) for s in data["state"]])


@pytest.mark.parametrize(
    ("max_iter", "stored"),
    [(0, [0]), (9, [0, 9]), (10, [0, 10]), (25, [0, 10, 20, 25]), (30, [0, 10, 20, 30])],
)
def test_one_state_every_skip_and_the_final_one_once(max_iter: int, stored: list[int]) -> None:
    n = 12
    net, saver = course.HopfieldNetwork(np.ones((1, n), int)), course.DataSaver()
    net.w = -np.eye(n)  # every step changes one neuron, so that no two states in a row are equal
    assert net.dynamics_async(np.ones(n, int), saver, max_iter, rng=4) is None
    history = course.dynamics_async(np.ones(n, int), net.w, max_iter, 100, rng=4)
    assert lists(saver.get_data()["state"]) == [history[t].tolist() for t in stored]
    assert saver.get_data()["energy"] == [n / 2] * len(stored)


@pytest.mark.parametrize("symmetric", [True, False])
def test_energies_kept_up_to_date_are_those_of_the_formula(symmetric: bool) -> None:
    rng = np.random.default_rng(1)
    net, saver = course.HopfieldNetwork(course.generate_patterns(4, 60, rng=1)), course.DataSaver()
    net.w = rng.normal(size=(60, 60))
    if symmetric:
        net.w = net.w + net.w.T
    start = rng.normal(size=60) * 3
    net.dynamics_async(start, saver, max_iter=900, skip=7, rng=2)
    data = saver.get_data()
    assert (data["state"][0] == start).all()
    assert data["energy"] == pytest.approx(
        [course.energy(s, net.w) for s in data["state"]], rel=1e-9, abs=1e-9
    )


def test_asynchronous_energy_never_rises_for_hebbian_weights() -> None:
    patterns = course.generate_patterns(10, 100, rng=1)
    net, saver = course.HopfieldNetwork(patterns), course.DataSaver()
    net.dynamics_async(course.perturb_pattern(patterns[0], 40, rng=1), saver, 2000, 800, 1, rng=1)
    assert (np.diff(saver.get_data()["energy"]) <= 1e-12).all()


def test_a_saver_keeps_adding_until_it_is_reset() -> None:
    net, saver = course.HopfieldNetwork(PATTERNS), course.DataSaver()
    net.dynamics(PATTERNS[1], saver)
    net.dynamics(PATTERNS[1], saver)
    assert lists(saver.get_data()["state"]) == [PATTERNS[1].tolist()] * 4
    saver.get_data()["state"].clear()
    assert len(saver.get_data()["energy"]) == len(saver.get_data()["state"]) == 4
    saver.reset()
    assert saver.get_data() == {"state": [], "energy": []}


def test_what_was_stored_is_an_attribute() -> None:
    given = PATTERNS.copy()
    net, saver = course.HopfieldNetwork(given, "storkey"), course.DataSaver()
    given[:] = 1
    assert net.rule == "storkey"
    assert course.HopfieldNetwork(PATTERNS).rule == "hebbian"
    np.testing.assert_array_equal(net.patterns, PATTERNS)
    net.dynamics(PATTERNS[1], saver)
    assert saver.data["energy"] == saver.get_data()["energy"]
    assert lists(saver.data["state"]) == [PATTERNS[1].tolist()] * 2
    saver.reset()
    assert saver.data == {"state": [], "energy": []}


def test_a_stored_state_is_a_copy() -> None:
    saver, state = course.DataSaver(), np.array([2, 5])
    saver.store_iter(state, np.ones((2, 2)))
    state[:] = 0
    assert saver.compute_energy([2, 5], np.ones((2, 2))) == -24.5
    assert lists(saver.get_data()["state"]) == [[2, 5]]
    assert saver.get_data()["energy"] == [-24.5]


def test_a_saver_of_ones_own_is_called_as_the_handout_says() -> None:
    class Counting(course.DataSaver):
        def compute_energy(self, state: Any, weights: Any) -> float:
            return float(np.sum(state))

    class Foreign:
        calls: list[tuple[Any, Any]] = []  # noqa: RUF012 (one test, one instance)

        def store_iter(self, state: Any, weights: Any) -> None:
            self.calls.append((state.tolist(), weights))

    net, own, foreign = course.HopfieldNetwork(PATTERNS), Counting(), Foreign()
    net.dynamics(PATTERNS[1], own)
    assert own.get_data()["energy"] == [2, 2]
    net.dynamics(PATTERNS[1], foreign)
    assert [state for state, _ in foreign.calls] == [PATTERNS[1].tolist()] * 2
    assert all(weights is net.w for _, weights in foreign.calls)


# ------------------------------------------------------------------ figures and videos


@pytest.fixture
def saver() -> Any:
    patterns = course.generate_patterns(2, 24, rng=1)
    net, filled = course.HopfieldNetwork(patterns), course.DataSaver()
    net.dynamics_async(course.perturb_pattern(patterns[0], 9, rng=1), filled, skip=5, rng=1)
    return filled


def test_the_energy_is_plotted(saver: Any, tmp_path: Path) -> None:
    saver.plot_energy(tmp_path / "energy.png")
    assert iio.imread(tmp_path / "energy.png").std() > 5
    saver.plot_energy(filename=str(tmp_path / "energy.pdf"))
    assert (tmp_path / "energy.pdf").read_bytes().startswith(b"%PDF")
    assert pyplot.get_fignums() == []
    assert saver.plot_energy() is None
    axes = pyplot.gcf().axes[0]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), saver.get_data()["energy"])
    states, steps = saver.get_data()["state"], axes.lines[0].get_xdata()
    np.testing.assert_array_equal(steps[:-1], 5 * np.arange(len(states) - 1))  # the skip counts
    assert 0 < steps[-1] - steps[-2] <= 5
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("updates of one neuron", "energy E")
    assert axes.get_title("left") == "Hebbian, asynchronous · N = 24, P = 2"
    pyplot.close("all")


def test_energies_of_no_one_run_are_plotted_in_order(saver: Any) -> None:
    patterns = course.generate_patterns(3, 24, rng=2)
    net, own = course.HopfieldNetwork(patterns, "storkey"), course.DataSaver()

    def drawn(of: Any) -> Any:
        of.plot_energy()
        return pyplot.gcf().axes[0]

    net.dynamics(course.perturb_pattern(patterns[0], 6, rng=1), own)
    axes = drawn(own)
    assert axes.get_xlabel() == "updates of all neurons"
    assert axes.get_title("left") == "Storkey, synchronous · N = 24, P = 3"
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), range(len(own.data["state"])))
    assert all(tick == round(tick) for tick in axes.get_xticks())
    own.store_iter(patterns[0], net.w)
    net.dynamics(patterns[1], saver)  # a second run into the same saver
    for mixed in (own, saver):
        axes = drawn(mixed)
        assert (axes.get_xlabel(), axes.get_title("left")) == ("stored state", "N = 24")
        np.testing.assert_array_equal(axes.lines[0].get_xdata(), range(len(mixed.data["state"])))
    own.reset()
    own.store_iter(patterns[0], net.w)
    assert drawn(own).get_xlabel() == "stored state"
    pyplot.close("all")


def test_the_saver_films_its_states(saver: Any, tmp_path: Path) -> None:
    saver.save_video(tmp_path / "film.gif", (4, 6))
    frames = iio.imread(tmp_path / "film.gif", index=None)
    states = np.array(saver.get_data()["state"]).reshape(-1, 4, 6)
    distinct = [states[0]] + [b for a, b in itertools.pairwise(states) if (a != b).any()]
    assert len(frames) == len(distinct)
    height, width = frames.shape[1:3]
    scale = round(320 / 6)
    rows = (height - 4 * scale) // 2 + scale * np.arange(4) + scale // 2
    columns = (width - 6 * scale) // 2 + scale * np.arange(6) + scale // 2
    for frame, state in zip(frames, distinct, strict=True):
        middle = frame[np.ix_(rows, columns)][..., 0]
        np.testing.assert_array_equal(middle, np.where(state > 0, 255, 0))


def test_a_video_of_one_state(tmp_path: Path) -> None:
    course.save_video([[[1, -1], [0, 8]]], str(tmp_path / "one.gif"))
    assert iio.imread(tmp_path / "one.gif", index=None).shape[0] == 1


def test_an_mp4_without_the_extra_says_what_to_install(
    saver: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"pip install hopfield_sim\[video\]"):
        saver.save_video(tmp_path / "film.mp4", (4, 6))
    assert list(tmp_path.iterdir()) == []


def test_an_mp4_with_the_extra(saver: Any, tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    saver.save_video(tmp_path / "film.mp4", (4, 6))
    assert (tmp_path / "film.mp4").stat().st_size > 500


# ------------------------------------------------------------------ the experiment


def test_the_experiment_says_what_it_did() -> None:
    found = course.experiment(50, 2, "storkey", 5, num_trials=4, rng=1)
    assert found == {
        "network_size": 50,
        "weight_rule": "storkey",
        "num_patterns": 2,
        "num_perturb": 5,
        "match_frac": 1.0,
    }
    several = course.experiment(50, np.array([30, 2, 2]), "hebbian", 5, 4, 50, rng=1)
    assert several["num_patterns"] == [30, 2, 2]
    assert several["match_frac"] == [0.0, 1.0, 1.0]
    assert course.experiment(50, 4, "hebbian", 20, rng=3) == course.experiment(
        50, 4, "hebbian", 20, rng=3
    )


def test_the_experiment_fills_two_lists_as_the_project_does() -> None:
    """A published student project passes them before num_trials, and gets lists throughout."""
    good, bad = [1], []
    found = course.experiment(50, [30, 2, 3], "hebbian", 5, good, bad, 4, rng=1)
    plain = course.experiment(50, [30, 2, 3], "hebbian", 5, 4, rng=1)
    assert (good, bad) == ([1, 2, 3], [30])
    assert found == plain | {"network_size": [50], "weight_rule": ["hebbian"], "num_perturb": [5]}
    named = {"successful_t_values": good, "unsuccessful_t_values": bad, "num_trials": 4, "rng": 1}
    assert course.experiment(50, [30, 2, 3], "hebbian", 5, **named) == found
    assert (good, bad) == ([1, 2, 3, 2, 3], [30, 30])


# What many trials give at a fifth of the bits flipped, for the loads of the course.
LOADS = {
    ("hebbian", 10): ([1, 2, 3, 4], [1, 0.81, 0.46, 0.20]),
    ("storkey", 10): ([2, 3, 4, 5], [0.89, 0.80, 0.59, 0.41]),
    ("hebbian", 34): ([2, 4, 6, 9], [1, 0.92, 0.65, 0.20]),
    ("storkey", 34): ([6, 10, 14], [0.95, 0.74, 0.42]),
}


@pytest.mark.slow
@pytest.mark.parametrize(("rule", "size"), LOADS)
def test_the_experiment_gives_the_courses_numbers(rule: str, size: int) -> None:
    loads, expected = LOADS[rule, size]
    found = course.experiment(size, loads, rule, size // 5, num_trials=600, rng=1)["match_frac"]
    # Four standard errors of 600 networks are at most 0.08; the table itself is ± 0.01.
    assert found == pytest.approx(expected, abs=0.09)


@pytest.mark.parametrize("rule", ["hebbian", "storkey"])
def test_the_experiment_ends_where_dynamics_does(rule: str) -> None:
    """Also in cycles of two, whose last state depends on whether max_iter is even."""
    source, cycles = np.random.default_rng(1), 0
    for _ in range(60):
        patterns = course.generate_patterns(5, 12, rng=source)
        net = hs.HopfieldNetwork(rule, zero_diagonal=rule == "hebbian").store(patterns)
        weights = course.HopfieldNetwork(patterns, rule).w
        if rule == "storkey":  # whose cycles are too rare to meet
            net, weights = hs.HopfieldNetwork.from_weights(-weights), -weights
        cue = course.perturb_pattern(patterns[0], 4, rng=source)
        for max_iter in (6, 7):
            history = course.dynamics(cue, weights, max_iter)
            cycles += int((history[-1] != history[-2]).any())
            end = trials._end(net, cue.astype(np.int8), max_iter)
            np.testing.assert_array_equal(end, history[-1])
    assert cycles > 10


# ------------------------------------------------------------------ bad input

W = np.ones((4, 4))
S = [1, 1, 1, 1]
NAN = np.array([[0.0, 1.0], [math.nan, 0.0]])


def network_run(**arguments: Any) -> None:
    course.HopfieldNetwork(PATTERNS).dynamics_async(S, course.DataSaver(), **arguments)


BAD: list[tuple[Callable[[], Any], type[HopfieldError], str]] = [
    (lambda: course.generate_patterns(0, 4), InvalidInputError, "num_patterns must be 1 or more"),
    (lambda: course.generate_patterns(1, 2.5), InvalidTypeError, "pattern_size must be an int"),
    (lambda: course.generate_patterns(1, 2, rng="x"), InvalidTypeError, "rng must be"),
    (lambda: course.create_checkerboard(0), InvalidInputError, "n must be 1 or more; got 0"),
    (lambda: course.perturb_pattern(S, 5), InvalidInputError, "num_perturb must be from 0 to 4"),
    (lambda: course.perturb_pattern(S, 0.2), InvalidTypeError, "num_perturb must be an integer"),
    (lambda: course.perturb_pattern("abc", 1), InvalidTypeError, "pattern must be an array"),
    (lambda: course.perturb_pattern([], 0), InvalidInputError, "pattern must hold at least one"),
    (lambda: course.pattern_match(S, S), InvalidInputError, "memorized_patterns must be"),
    (lambda: course.pattern_match(PATTERNS, [1]), InvalidInputError, "pattern must have 4"),
    (lambda: course.hebbian_weights([[1, 0]]), InvalidInputError, "found 0 at [0, 1]"),
    (lambda: course.hebbian_weights(S), InvalidInputError, "patterns must be (P, N)"),
    (lambda: course.storkey_weights([[1, 2]]), InvalidInputError, "found 2 at [0, 1]"),
    (lambda: course.update(W, S), InvalidInputError, "order of arguments is (state, weights)"),
    (lambda: course.update([1, 1], W), InvalidInputError, "each of the 4 neurons"),
    (lambda: course.update([1, math.inf], NAN), InvalidInputError, "state must be finite"),
    (lambda: course.update([1, 1j], NAN), InvalidTypeError, "complex"),
    (lambda: course.update([1, 1], NAN), InvalidInputError, "weights must be finite; found nan"),
    (lambda: course.energy([1, 1], NAN), InvalidInputError, "found nan at [1, 0]"),
    (lambda: course.energy([1, 1], -np.inf * W[:2, :2]), InvalidInputError, "must be finite"),
    (lambda: course.energy([1e200] * 4, W * 1e200), InvalidInputError, "scale them down"),
    (lambda: course.update_async([1], [[math.nan]]), InvalidInputError, "found nan at [0, 0]"),
    (lambda: course.dynamics([1, 1], NAN, 3), InvalidInputError, "found nan at [1, 0]"),
    (lambda: course.dynamics(S, W, -1), InvalidInputError, "max_iter must be 0 or more"),
    (lambda: course.dynamics_async([1, 1], NAN, 3, 3), InvalidInputError, "found nan"),
    (lambda: course.dynamics_async(S, W, 5, 0), InvalidInputError, "convergence_num_iter must"),
    (lambda: course.dynamics_async(S, W, 1.5, 1), InvalidTypeError, "max_iter must be an integer"),
    (lambda: course.HopfieldNetwork(PATTERNS, "hebian"), InvalidInputError, 'mean "hebbian"?'),
    (lambda: course.HopfieldNetwork(PATTERNS, "perceptron"), InvalidInputError, "rule must be one"),
    (lambda: course.HopfieldNetwork(PATTERNS, None), InvalidTypeError, "rule must be one"),
    (lambda: network_run(skip=0), InvalidInputError, "skip must be 1 or more"),
    (lambda: network_run(max_iter=None), InvalidTypeError, "max_iter must be an integer"),
    (
        lambda: course.HopfieldNetwork(PATTERNS).dynamics(S, None),
        InvalidTypeError,
        "saver must be a DataSaver",
    ),
    (lambda: course.DataSaver().plot_energy(), HopfieldError, "holds no states"),
    (lambda: course.DataSaver().save_video("a.gif", (2, 2)), HopfieldError, "holds no states"),
    (lambda: course.save_video([], "a.gif"), InvalidInputError, "at least one state"),
    (lambda: course.save_video(3, "a.gif"), InvalidInputError, "at least one state"),
    (lambda: course.save_video([S], "a.gif"), InvalidInputError, "use state.reshape(H, W)"),
    (lambda: course.save_video([W, W[:2]], "a.gif"), InvalidInputError, "(2, 4) at [1]"),
    (
        lambda: course.save_video([W], "a.avi"),
        InvalidInputError,
        "out_path must end with .gif or .mp4",
    ),
    (lambda: course.save_video([W], 3), InvalidTypeError, "out_path must be a str"),
    (
        lambda: course.save_video([W], "no/where.gif"),
        ResultsDirError,
        "out_path: there is no folder",
    ),
    (lambda: course.experiment(10, 2, "hebb", 2), InvalidInputError, "weight_rule must be one of"),
    (lambda: course.experiment(10, 2, "hebbian", 11), InvalidInputError, "num_perturb must be"),
    (lambda: course.experiment(10, [], "hebbian", 1), InvalidTypeError, "num_patterns must be"),
    (lambda: course.experiment(10, [1, 0], "hebbian", 1), InvalidInputError, "num_patterns must"),
    (lambda: course.experiment(0, 1, "hebbian", 0), InvalidInputError, "size must be 1 or more"),
    (lambda: course.experiment(5, 1, "hebbian", 0, 0), InvalidInputError, "num_trials must be"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_input_is_named(call: Callable[[], Any], error: type, message: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)


@pytest.mark.parametrize("shape", [(5, 5), 7, None])
def test_a_shape_that_does_not_fit_is_named(saver: Any, tmp_path: Path, shape: Any) -> None:
    with pytest.raises(InvalidInputError, match="height × width = 24"):
        saver.save_video(tmp_path / "film.gif", shape)


def test_a_figure_that_cannot_be_written_is_named(saver: Any, tmp_path: Path) -> None:
    with pytest.raises(ResultsDirError, match="cannot write"):
        saver.plot_energy(tmp_path / "nowhere" / "energy.png")
    with pytest.raises(InvalidInputError, match="filename must be"):
        saver.plot_energy(tmp_path / "energy.xyz")


def test_a_history_that_outgrows_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hopfield_sim.checks.resources._available_memory", lambda: 10**6)
    with pytest.raises(InsufficientMemoryError, match="one state every `skip`"):
        course.dynamics_async(np.ones(2000), np.ones((2000, 2000)), 5000, 5000)


SWAP = np.array([[0, 0.5], [0.5, 0]])  # two neurons that copy each other alternate for ever
LONG = 10**6


@pytest.mark.parametrize(
    "call",
    [
        lambda: course.dynamics_async(np.ones(2), SWAP, LONG + 1, LONG),
        lambda: course.dynamics(np.array([1, -1]), SWAP, LONG),
        lambda: _network(SWAP).dynamics([1, -1], course.DataSaver(), LONG),
        lambda: _network(SWAP).dynamics_async(
            [1, 1], course.DataSaver(), 9 * LONG, 9 * LONG, skip=9
        ),
    ],
)
def test_a_history_that_is_sure_to_outgrow_the_memory_is_refused_at_once(
    call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Chunks of the history would fit, as the memory never shrinks here; the whole would not."""
    monkeypatch.setattr("hopfield_sim.checks.resources._available_memory", lambda: 10**8)
    with pytest.raises(InsufficientMemoryError, match="make fewer steps"):
        call()


HUGE = np.ones(10**4)
REPEATED = [
    np.broadcast_to(1.0, (10**4, 10**4)),
    np.lib.stride_tricks.sliding_window_view(np.ones(2 * 10**4 - 1), 10**4),
]


@pytest.mark.parametrize("weights", REPEATED)
@pytest.mark.parametrize(
    "call",
    [
        lambda w: course.energy(HUGE, w),
        lambda w: course.update(HUGE, w),
        lambda w: course.dynamics(HUGE, w, 1),
        lambda w: course.dynamics_async(HUGE, w, 1, 1),
        lambda w: course.DataSaver().store_iter(HUGE, w),
        lambda w: hs.HopfieldNetwork.from_weights(w),
        lambda w: hs.plotting.weights(w),
    ],
)
def test_weights_that_only_a_view_can_hold_are_refused(
    call: Any, weights: NDArray[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hopfield_sim.checks.resources._available_memory", lambda: 5 * 10**8)
    course.update_async(HUGE, weights)  # reads one row
    with pytest.raises(InsufficientMemoryError, match="weights of shape"):
        call(weights)


def test_only_states_that_are_kept_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hopfield_sim.checks.resources._available_memory", lambda: 10**8)
    course.dynamics_async(np.ones(2), SWAP, LONG, 50)
    course.dynamics(np.ones(2), SWAP, LONG)
    saver = course.DataSaver()
    with pytest.raises(_Enough):
        _network(SWAP).dynamics([1, -1], _Passing(), LONG)
    _network(SWAP).dynamics_async([1, 1], saver, LONG, 1000, skip=LONG)
    assert len(saver.get_data()["state"]) == 2


class _Enough(Exception):
    """A saver has seen all that it wanted."""


class _Passing(course.DataSaver):
    """A saver that keeps no states."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = 0

    def store_iter(self, state: Any, weights: Any) -> None:
        self.seen += 1
        if self.seen == 10:
            raise _Enough


def _network(weights: Any) -> course.HopfieldNetwork:
    net = course.HopfieldNetwork([[1] * len(weights)])
    net.weights = weights
    return net


def test_no_argument_is_changed() -> None:
    patterns, weights = PATTERNS.copy(), np.array(STORKEY)
    state, images = np.array([1, 8, 0, 9]), [np.ones((2, 2), int)]
    before = [array.copy() for array in (patterns, weights, state)]
    course.perturb_pattern(patterns[0], 3)
    course.pattern_match(patterns, state)
    course.hebbian_weights(patterns)
    course.storkey_weights(patterns)
    course.update(state, weights)
    course.update_async(state, weights)
    course.energy(state, weights)
    for history in (
        course.dynamics(state, weights, 5),
        course.dynamics_async(state, weights, 50, 20),
    ):
        for one in history:
            one[:] = 3
    net, saver = course.HopfieldNetwork(patterns), course.DataSaver()
    net.dynamics(state, saver)
    net.dynamics_async(state, saver)
    saver.store_iter(state, weights)
    for one in saver.get_data()["state"]:
        one[:] = 3
    assert images[0].tolist() == [[1, 1], [1, 1]]
    for array, old in zip((patterns, weights, state), before, strict=True):
        np.testing.assert_array_equal(array, old)


# ------------------------------------------------------------------ the notebook

NOTEBOOK = Path(__file__).parents[2] / "examples" / "course.ipynb"


def test_the_notebook_is_stored_without_what_it_prints() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    assert NOTEBOOK.stat().st_size < 300_000


@pytest.mark.slow
def test_the_notebook_runs_and_says_what_its_text_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[str] = []
    display = ModuleType("IPython.display")
    vars(display)["HTML"] = shown.append  # notebooks bring IPython; tests have none
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    names: dict[str, Any] = {}
    with matplotlib.rc_context():
        for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                exec("".join(cell["source"]), names)
        figures = len(pyplot.get_fignums())
        pyplot.close("all")
    assert figures == 6
    assert len(shown) == 2
    assert all("data:image/gif;base64," in html for html in shown)
    said = capsys.readouterr().out
    assert "the end is pattern None" not in said
    assert said.count("the end is pattern 3") == 2
    assert said.count("the end is pattern 0") == 1
    assert said.count("synchronous: pattern 3") == 4
    assert said.count("its energy rose in 0 steps") == 2
    assert "80 of 80 patterns" in said  # Storkey's; Hebb's are about 80 %
    assert 55 <= int(said.split(" of 80 patterns")[0].split()[-1]) <= 75
    assert "[ 1 -1  1 -1] E = -4.0" in said or "[-1  1 -1  1] E = -4.0" in said
