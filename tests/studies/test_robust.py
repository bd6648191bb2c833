"""Graded steps and their gradients, attacks that are attacks, and the study that uses them."""

from __future__ import annotations

import csv
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from figure_checks import assert_legible

import hopfield_sim as hs
from hopfield_sim.errors import (
    HopfieldError,
    InvalidInputError,
    InvalidTypeError,
    MissingDataError,
    NotStoredError,
)
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.studies.robust.attacks import (
    fgsm,
    gradient_of,
    pgd,
    random_signs,
    reconstruction_loss,
)
from hopfield_sim.experiment.studies.robust.corruptions import CORRUPTIONS, Attack, corrupted
from hopfield_sim.experiment.studies.robust.memories import MEMORIES, signs
from hopfield_sim.experiment.studies.robust.page import page
from hopfield_sim.experiment.studies.robust.patterns import WORDS, choose, digits
from hopfield_sim.experiment.studies.robust.ranking import tied
from hopfield_sim.experiment.studies.robust.study import STUDY
from hopfield_sim.experiment.studies.robust.trials import measure, patterns_of
from hopfield_sim.models.dense.graded import DenseStep
from hopfield_sim.models.graded import Affine, graded
from hopfield_sim.models.hopfield.graded import PairStep
from hopfield_sim.models.restricted.graded import RestrictedStep

N, P = 20, 4
XI = hs.random_patterns(P, N, rng=1)
CONFIG = STUDY(n_features=500, rng=0).config

SMALL = {
    "networks": 4,
    "n_neurons": 36,
    "n_patterns": 4,
    "digits": "drawn",
    "flips": [0.1, 0.3],
    "noise": [1.0],
    "masks": [0.5],
    "epsilons": [0.1, 0.2],
    "n_features": 300,
}


def numeric(step, x, v, h=1e-5) -> np.ndarray:
    """∂(v·f)/∂x by central differences."""
    found = np.empty_like(x)
    for i in range(x.shape[1]):
        shift = np.zeros(x.shape[1])
        shift[i] = h
        found[:, i] = ((step(x + shift) - step(x - shift)) / (2 * h) * v).sum(axis=1)
    return found


def somewhere(rng) -> np.ndarray:
    return 0.5 * XI + 0.3 * rng.normal(size=XI.shape)


# ------------------------------------------------------------------ steps and derivatives


@pytest.mark.parametrize("name", sorted(MEMORIES))
def test_gradients_of_the_loss_are_those_of_finite_differences(name) -> None:
    rng = np.random.default_rng(0)
    memory = MEMORIES[name](XI, CONFIG, 7)
    x, wanted = somewhere(rng), XI.astype(np.float64)
    exact = gradient_of(memory.step, wanted)(x)

    def loss(at):
        return reconstruction_loss(memory.step, at, wanted)[:, None]

    estimate = numeric(loss, x, np.ones((P, 1)))
    assert np.abs(exact).max() > 1e-12
    np.testing.assert_allclose(exact, estimate, rtol=1e-4, atol=1e-6 * np.abs(estimate).max())


@pytest.mark.parametrize(
    "memory",
    [
        hs.DenseMemory("polynomial", 2),
        hs.DenseMemory("polynomial", 5),
        hs.DenseMemory("rectified", 1),
        hs.DenseMemory("rectified", 2),
        hs.DenseMemory("exponential", energy="sum"),
        hs.ModernHopfield(0.1, similarity="euclidean"),
        hs.HopfieldNetwork(thresholds=0.3),
        hs.HopfieldNetwork("storkey", zero_diagonal=False),
    ],
    ids=repr,
)
def test_other_kinds_have_their_derivative_too(memory) -> None:
    rng = np.random.default_rng(1)
    memory.store(XI.astype(float) if isinstance(memory, hs.ModernHopfield) else XI)
    step, x = graded(memory), somewhere(rng)
    v = rng.normal(size=x.shape)
    exact, estimate = step.pulled(x, v), numeric(step.step, x, v)
    np.testing.assert_allclose(exact, estimate, rtol=1e-4, atol=1e-5 * np.abs(estimate).max())


@pytest.mark.parametrize(("kernel", "energy"), [("sincos", "log"), ("cos", "plain")])
def test_the_curvature_is_the_derivative_of_the_gradient(kernel, energy) -> None:
    rng = np.random.default_rng(2)
    memory = hs.DistributedMemory(700, 6.0, kernel=kernel, energy=energy, rng=0)
    memory.quiet = True
    memory.store(rng.random((3, 6)))
    x, v, h = rng.random((5, 6)), rng.normal(size=(5, 6)), 1e-5
    estimate = (memory.gradient(x + h * v) - memory.gradient(x - h * v)) / (2 * h)
    np.testing.assert_allclose(memory.curvature(x, v), estimate, rtol=1e-5, atol=1e-7)
    assert memory.curvature(x[0], v[0]).shape == (6,)
    # A Hessian is symmetric.
    full = memory.curvature(np.tile(x[0], (6, 1)), np.eye(6))
    np.testing.assert_allclose(full, full.T, atol=1e-12)


def test_the_curvature_is_zero_in_the_dead_zone_and_asks_for_what_it_needs() -> None:
    memory = hs.DistributedMemory(50, 20.0, rng=0)
    memory.quiet = True
    with pytest.raises(NotStoredError):
        memory.curvature([0.0, 0.1], [1.0, 0.0])
    memory.store([[0.0, 0.5]])
    with pytest.raises(InvalidInputError, match="directions must be as many as states, 2; got 1"):
        memory.curvature([[0.0, 0.5], [0.1, 0.5]], [[1.0, 0.0]])
    with pytest.raises(InvalidInputError, match="directions"):
        memory.curvature([0.0, 0.5], [np.nan, 0.0])
    far = np.random.default_rng(0).normal(size=(40, 2)) * 5
    dead = (memory.gradient(far) == 0).all(axis=1)
    assert dead.any()
    assert (memory.curvature(far, np.ones_like(far))[dead] == 0).all()
    other = hs.DistributedMemory(50, 1.0, kernel="exp", rng=0).store([[0.0, 0.5]])
    with pytest.raises(InvalidInputError, match="'sincos' or 'cos'; got 'exp'"):
        other.curvature([0.0, 0.5], [1.0, 0.0])


@pytest.mark.parametrize(
    "name", [name for name in sorted(MEMORIES) if name not in ("modern", "distributed")]
)
def test_signs_of_the_step_are_the_synchronous_step(name) -> None:
    """From states of ±1 the study's recall is that of the memory itself, to the last tie."""
    cues = hs.flip(np.repeat(XI, 20, axis=0), fraction=0.25, rng=3)
    memory = MEMORIES[name](XI, CONFIG, 7)
    one = MEMORIES[name](XI, CONFIG | {"max_steps": 1}, 7)
    net = {
        "restricted-rotation": lambda: _restricted("rotation", P),
        "restricted-gradient": lambda: _restricted("gradient", N),
        "dense-trained": lambda: hs.TrainedDenseMemory(P, 5, rng=7).store(XI),
    }.get(name, lambda: _plain(name))()
    how = {} if name.startswith("restricted") else {"update": "sync"}
    two = net.recall(net.recall(cues, max_sweeps=1, **how).states, max_sweeps=1, **how).states
    np.testing.assert_array_equal(one.recall(cues.astype(float)), two)
    end = net.recall(cues, **how)
    rested = end.converged
    assert rested.mean() > 0.5
    np.testing.assert_array_equal(memory.recall(cues.astype(float))[rested], end.states[rested])


def _plain(name):
    if name.startswith("dense"):
        return hs.DenseMemory(name.removeprefix("dense-"), 3).store(XI)
    return hs.HopfieldNetwork(name).store(XI)


def _restricted(method, n_hidden):
    return hs.RestrictedHopfield(n_hidden, rng=7).store(XI, method=method, rate=1 / N)


def test_steps_are_means_of_a_heat_bath() -> None:
    """f at a state of ±1 is the mean of each spin in a heat bath at its temperature."""
    net = hs.HopfieldNetwork().store(XI)
    step = graded(net)
    cue = hs.flip(XI[:1], fraction=0.3, rng=0)
    copies = np.repeat(cue, 4000, axis=0)
    run = net.recall(copies, update="sync", temperature=step.temperature, max_sweeps=1, rng=1)
    mean = run.states.mean(axis=0)
    wanted = step.step(cue.astype(float))[0]
    error = np.sqrt((1 - wanted**2) / 4000)
    assert (np.abs(mean - wanted) < 4.5 * error + 1e-3).all()
    fields = net.fields(XI)
    assert step.temperature == pytest.approx(np.abs(fields).mean() / 4)


def test_unknown_steps_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="one step of str is not known"):
        graded("memory")
    with pytest.raises(InvalidInputError, match="'cosine'"):
        graded(hs.ModernHopfield(similarity="cosine").store(XI.astype(float)))
    with pytest.raises(NotStoredError):
        graded(hs.DenseMemory())


def test_units_change_nothing_but_units() -> None:
    inner = RestrictedStep(np.random.default_rng(0).normal(size=(5, 2)), 0.7)
    same, scaled = Affine(inner, 0.0, 1.0), Affine(inner, 1.0, 0.25)
    x = np.random.default_rng(1).normal(size=(3, 5))
    np.testing.assert_array_equal(same.step(x), inner.step(x))
    np.testing.assert_allclose(scaled.outside(scaled.inside(x)), x, atol=1e-12)
    np.testing.assert_allclose(
        scaled.pulled(x, np.ones_like(x)), numeric(scaled.step, x, np.ones_like(x)), atol=1e-8
    )


# ------------------------------------------------------------------ attacks


@pytest.mark.parametrize("name", sorted(MEMORIES))
@pytest.mark.parametrize("flipped", [0.0, 0.25])
def test_an_attack_raises_the_loss_more_than_random_signs_do(name, flipped) -> None:
    epsilon = 0.02  # small, so that first order decides
    memory = MEMORIES[name](XI, CONFIG, 7)
    wanted = XI.astype(np.float64)
    x = hs.flip(XI, fraction=flipped, rng=1).astype(np.float64)
    gradient = gradient_of(memory.step, wanted)
    rng = np.random.default_rng(0)
    control = np.max(
        [
            reconstruction_loss(memory.step, random_signs(x, epsilon, rng), wanted)
            for _ in range(20)
        ],
        axis=0,
    )
    before = reconstruction_loss(memory.step, x, wanted)
    slack = 1e-9 + 1e-9 * before
    for attacked in (fgsm(gradient, x, epsilon), pgd(gradient, x, epsilon, alpha=0.005)):
        loss = reconstruction_loss(memory.step, attacked, wanted)
        assert (loss >= control - slack).all()
        assert (loss >= before - slack).all()
        assert np.abs(attacked - x).max() <= epsilon + 1e-12
        assert np.abs(attacked).max() <= 1
        if flipped:
            assert (loss > before).any()


def test_steps_of_pgd_stay_within_epsilon_and_their_own_reach() -> None:
    def away(x):
        return np.ones_like(x)

    x = np.zeros((2, 3))
    assert (pgd(away, x, 0.2, alpha=0.01, steps=10) == pytest.approx(0.1)) is True
    assert (pgd(away, x, 0.05, alpha=0.01, steps=10) == pytest.approx(0.05)) is True
    assert (fgsm(away, x, 0.2) == pytest.approx(0.2)) is True
    np.testing.assert_array_equal(fgsm(away, x + 0.9, 0.5), np.ones((2, 3)))
    np.testing.assert_array_equal(fgsm(away, x + 0.9, 0.5, box=(-2.0, 2.0)), np.full((2, 3), 1.4))
    assert (x == 0).all()  # the caller's array


def test_pgd_finds_more_than_one_step_where_the_slope_turns() -> None:
    """f(x) = −(x − 1)² from 0.5: FGSM oversteps the top, PGD stays there."""

    def slope(x):
        return -2 * (x - 1)

    def value(x):
        return -((x - 1) ** 2)

    x = np.array([[0.7]])
    wide = (-9.0, 9.0)
    far = fgsm(slope, x, 2.0, box=wide)
    near = pgd(slope, x, 2.0, alpha=0.1, steps=10, box=wide)
    assert value(near) > value(x) > value(far)


def test_below_one_no_sign_of_a_pattern_changes() -> None:
    memory = MEMORIES["hebbian"](XI, CONFIG, 0)
    gradient = gradient_of(memory.step, XI.astype(float))
    cue = hs.flip(XI, fraction=0.3, rng=0).astype(float)
    for epsilon in (0.2, 0.99):
        np.testing.assert_array_equal(signs(fgsm(gradient, cue, epsilon)), cue)


def test_the_nearest_pattern_is_out_of_reach() -> None:
    """With patterns d apart and k flips between them no change by ε moves a cue that has
    2k < (1 − ε) d to the other side: (ξ − ξ')·(x + δ) ≥ 2 (d − 2k) − 2 d ε.
    """
    patterns = hs.random_patterns(2, 60, rng=3)
    differ = np.flatnonzero(patterns[0] != patterns[1])
    d, epsilon = len(differ), 0.5
    memory = MEMORIES["modern"](patterns, CONFIG, 0)
    for k in (0, math.ceil((1 - epsilon) * d / 2) - 1, math.floor((1 - epsilon) * d / 2) + 1):
        x = patterns[:1].astype(float)
        x[0, differ[:k]] *= -1
        worst = x.copy()
        worst[0, differ] += epsilon * patterns[1, differ]
        stands = 2 * k < (1 - epsilon) * d
        assert (memory.recall(worst) == patterns[0]).all() == stands
        if stands:
            for attacked in (
                fgsm(gradient_of(memory.step, patterns[:1].astype(float)), x, epsilon),
                pgd(gradient_of(memory.step, patterns[:1].astype(float)), x, epsilon, alpha=0.1),
            ):
                np.testing.assert_array_equal(memory.recall(attacked), patterns[:1])


def test_a_blunt_step_is_attacked_where_it_does_not_matter() -> None:
    """Why f is steep: a flat tanh loses most by shrinking x, which turns no sign."""
    patterns = hs.random_patterns(12, 100, rng=0)
    memory = MEMORIES["hebbian"](patterns, CONFIG, 0)
    wanted = patterns.astype(float)
    cue = hs.flip(patterns, fraction=0.2, rng=1).astype(float)
    cold = memory.step.temperature
    shares = {}
    for factor in (1, 100):
        memory.step.temperature = factor * cold
        moved = fgsm(gradient_of(memory.step, wanted), cue, 0.2, box=(-9.0, 9.0)) - cue
        memory.step.temperature = cold
        wrong = signs(memory.step.step(cue + moved)) != patterns
        shares[factor] = wrong.mean()
    control = signs(memory.step.step(cue)) != patterns
    assert shares[1] > shares[100] > control.mean()


# ------------------------------------------------------------------ corruptions and data


def test_corruptions_do_what_their_strength_says() -> None:
    patterns = hs.random_patterns(50, 40, rng=0)
    step = graded(hs.HopfieldNetwork().store(patterns[:3]))
    attack = Attack(0.01, 10, 0.25)

    def cues(kind, strength):
        return corrupted(kind, strength, patterns, step, attack, np.random.default_rng(5))

    np.testing.assert_array_equal(cues("none", 0.0), patterns)
    assert ((cues("flip", 0.2) != patterns).sum(axis=1) == 8).all()
    assert np.std(cues("noise", 0.5) - patterns) == pytest.approx(0.5, rel=0.05)
    covered = cues("mask", 0.25)
    np.testing.assert_array_equal(covered[:, :30], patterns[:, :30])
    assert (covered[:, 30:] == -1).all()
    for kind, reach in (("random", 0.2), ("fgsm", 0.2), ("pgd", 0.1)):
        change = np.abs(cues(kind, 0.2) - patterns)
        assert change.max() == pytest.approx(reach)
        start = cues("flip", 0.25)
        assert np.abs(cues(f"flip+{kind}", 0.2) - start).max() == pytest.approx(reach)
    for kind in CORRUPTIONS:
        assert cues(kind, 0.1).shape == patterns.shape


@pytest.mark.parametrize(("steps", "epsilon"), [(10, 0.05), (10, 0.2), (4, 0.4)])
def test_by_itself_pgd_has_the_reach_of_its_epsilon(steps: int, epsilon: float) -> None:
    """Its step grows with ε; one of 0.01 came no further than 0.1 in ten steps."""
    patterns = hs.random_patterns(8, 60, rng=0)
    step = graded(hs.HopfieldNetwork().store(patterns))
    attack = Attack(None, steps, 0.25)
    cues = corrupted("pgd", epsilon, patterns, step, attack, np.random.default_rng(5))
    assert np.abs(cues - patterns).max() == pytest.approx(epsilon)
    by_hand = pgd(
        gradient_of(step, patterns.astype(float)),
        patterns.astype(float),
        epsilon,
        alpha=2.5 * epsilon / steps,
        steps=steps,
    )
    np.testing.assert_allclose(cues, by_hand)


def test_digits_come_from_what_is_there(monkeypatch) -> None:
    drawn = digits("drawn", 3)
    assert drawn.shape == (10, 256)
    assert len({row.tobytes() for row in drawn}) == 10
    source = choose()
    assert source in WORDS
    first, second = digits(source, 0), digits(source, 1)
    assert first.shape[0] == 10
    assert set(np.unique(first)) == {-1, 1}
    assert (first != second).any() or source == "drawn"

    def nowhere(source):
        raise MissingDataError(source)

    monkeypatch.setattr("hopfield_sim.experiment.studies.robust.patterns._images", nowhere)
    assert choose() in ("small", "drawn")


# ------------------------------------------------------------------ the study


@pytest.fixture(scope="module")
def result() -> hs.experiment.Result:
    return hs.experiment.robust(**SMALL, rng=0)


def rows_of(result, **wanted) -> list[dict]:
    return [row for row in result.rows if all(row[k] == v for k, v in wanted.items())]


@pytest.mark.slow
def test_the_table_has_every_point(result) -> None:
    assert list(result.rows[0]) == [
        *("data", "memory", "corruption", "strength", "networks", "states"),
        *("exact", "exact_se", "bit_accuracy", "bit_accuracy_se", "loss", "loss_se"),
    ]
    assert len(result.rows) == 2 * len(MEMORIES) * (1 + 2 + 1 + 1 + 6 * 2)
    for row in result.rows:
        assert 0 <= row["exact"] <= row["bit_accuracy"] <= 1
        assert row["networks"] == 4
        assert row["states"] == 4 * (4 if row["data"] == "random" else 10)
        assert row["loss"] >= 0
    for kind, count in (("flip", 2), ("noise", 1), ("mask", 1), ("flip+pgd", 2)):
        assert len(rows_of(result, data="random", memory="modern", corruption=kind)) == count


@pytest.mark.slow
def test_means_and_errors_are_those_of_the_sets(result) -> None:
    config = result.config
    values = [
        measure(config, {"data": "random", "memory": "hebbian", "network": t})["exact"][2]
        for t in range(4)
    ]
    row = rows_of(result, data="random", memory="hebbian", corruption="flip", strength=0.3)[0]
    assert row["exact"] == pytest.approx(np.mean(values))
    assert row["exact_se"] == pytest.approx(np.std(values, ddof=1) / 2)


def test_every_memory_gets_the_same_patterns_and_cues() -> None:
    config = STUDY(["random"], n_neurons=30, n_patterns=3, rng=5).config
    first, again = (patterns_of(config, "random", 0) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert (first != patterns_of(config, "random", 1)).any()
    cells_ = [{"data": "random", "memory": m, "network": 0} for m in ("hebbian", "modern")]
    shown = [measure(config, cell)["shown"] for cell in cells_]
    assert shown[0]["original"] == shown[1]["original"]
    from hopfield_sim.experiment.common.packing import unpack_images

    for kind in ("flip", "noise", "mask"):
        a, b = (unpack_images(one[kind]["pair"])[0] for one in shown)
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_known_orders_of_memories() -> None:
    """12 patterns of 100 bits: Hebbian below pseudo-inverse below dense and modern."""
    names = ["hebbian", "pseudoinverse", "dense-exponential", "modern"]
    found = hs.experiment.robust(
        ["random"], names, 30, flips=[0.3, 0.4], noise=[1], masks=[0.5], epsilons=[0.2], rng=1
    )

    def exact(memory, kind, strength):
        row = rows_of(found, memory=memory, corruption=kind, strength=strength)[0]
        return row["exact"], row["exact_se"]

    for kind, strength in (("flip", 0.4), ("flip+fgsm", 0.2)):
        order = [exact(memory, kind, strength) for memory in names[:3]]
        for (low, low_se), (high, high_se) in pairwise(order):
            assert high - low > 3 * math.hypot(low_se, high_se)
    # Twelve patterns are the one-step errors of Q(√(N/P)) apart from being stable.
    stored = exact("hebbian", "none", 0.0)
    assert 0.7 < stored[0] < 0.97
    for memory in names[1:]:
        assert exact(memory, "none", 0.0) == (1.0, 0.0)
        assert exact(memory, "fgsm", 0.2) == (1.0, 0.0)
    assert exact("modern", "flip", 0.3)[0] > 0.98
    # The control costs nothing that can be seen; the attack does.
    before, after = exact("hebbian", "flip+random", 0.2), exact("hebbian", "flip+fgsm", 0.2)
    assert before[0] - after[0] > 3 * math.hypot(before[1], after[1])
    assert abs(before[0] - exact("hebbian", "flip", 0.3)[0]) < 3 * before[1]


@pytest.mark.parametrize(("correlation", "hidden"), [(0.0, 12), (0.95, 24)])
def test_rotation_takes_as_few_hidden_units_as_hold_the_patterns(
    correlation: float, hidden: int
) -> None:
    """Random patterns need m = P, those that are alike 2P; a gradient silences what none needs."""
    patterns = hs.random_patterns(12, 100, correlation=correlation, rng=3)
    memory = MEMORIES["restricted-rotation"](patterns, CONFIG, 1).step
    assert isinstance(memory, RestrictedStep)
    assert memory.weights.shape[1] == hidden
    by_gradient = MEMORIES["restricted-gradient"](patterns, CONFIG, 1).step
    assert isinstance(by_gradient, RestrictedStep)
    assert by_gradient.weights.shape[1] == patterns.shape[1]
    few = MEMORIES["restricted-gradient"](patterns, {**CONFIG, "n_hidden": 7}, 1).step
    assert isinstance(few, RestrictedStep)
    assert few.weights.shape[1] == 7


@pytest.mark.slow
def test_each_memory_is_set_up_as_its_guide_says() -> None:
    """At 30 % of flips: rotation .00 with m = 50, .93 with m = P = 12; digits learnt by power 3
    come back from .43 of the cues, by 5 from .8.
    """
    how = {"flips": [0.3], "noise": [0], "masks": [0], "epsilons": [0], "rng": 0}
    rotated = hs.experiment.robust(["random"], ["restricted-rotation"], 20, **how)
    wide = hs.experiment.robust(["random"], ["restricted-rotation"], 20, n_hidden=50, **how)
    ours, theirs = (rows_of(found, corruption="flip")[0] for found in (rotated, wide))
    assert ours["exact"] > 0.75 + 3 * ours["exact_se"]
    assert theirs["exact"] < 0.03


def test_the_restricted_network_has_the_accuracy_that_is_known() -> None:
    """n = 100, m = 50, P = 10: from 10 % of flips .974 of the bits after one errorless rotation,
    .9998 after five or more; networks scatter by .02.
    """
    found = hs.experiment.robust(
        ["random"],
        ["restricted-rotation"],
        12,
        n_patterns=10,
        flips=[0.1],
        noise=[0],
        masks=[0],
        epsilons=[0],
        rng=0,
    )
    row = rows_of(found, corruption="flip")[0]
    assert row["bit_accuracy"] > 0.99
    assert rows_of(found, corruption="none")[0]["exact"] == 1.0
    for kind in ("noise", "mask", "fgsm", "pgd"):  # strengths of 0 do nothing
        assert rows_of(found, corruption=kind)[0]["exact"] == 1.0


def test_ties_are_within_twice_the_error_of_the_difference() -> None:
    assert tied({}) == []
    assert tied({"a": {0: 0.5}}) == ["a"]
    assert tied({"a": {0: 1.0, 1: 1.0}, "b": {0: 1.0, 1: 1.0}}) == ["a", "b"]
    # Always a tenth behind: small, and no chance.
    assert tied({"a": {0: 0.9, 1: 0.5}, "b": {0: 0.8, 1: 0.4}}) == ["a"]
    noisy = {"a": dict(enumerate([0.9, 0.1, 0.8])), "b": dict(enumerate([0.2, 0.9, 0.6]))}
    assert tied(noisy) == ["a", "b"]
    # 1.7 errors apart are tied, 2.6 are not.
    behind = {"a": {0: 0.5, 1: 0.4, 2: 0.3}, "b": {0: 0.3, 1: 0.3, 2: 0.3}}
    assert tied(behind) == ["a", "b"]
    assert tied(behind | {"b": {0: 0.3, 1: 0.25, 2: 0.25}}) == ["a"]
    # One network only: no error is known, so only equals are tied.
    assert tied({"a": {0: 0.9}, "b": {0: 0.8}}) == ["a"]


@pytest.mark.slow
def test_the_ranking_and_the_sentence_state_what_the_table_has(result) -> None:
    ranking = result.summary["ranking"]
    flips = [r for r in ranking if r["data"] == "random" and r["corruption"] == "flip"]
    assert len(flips) == len(MEMORIES)
    assert [r["exact"] for r in flips] == sorted((r["exact"] for r in flips), reverse=True)
    for row in flips:
        mine = rows_of(result, data="random", memory=row["memory"], corruption="flip")
        assert row["exact"] == pytest.approx(np.mean([r["exact"] for r in mine]))
    text = STUDY.sentence(result)
    assert "4 random patterns of 36 bits" in text
    assert "10 digits drawn by the package of 256 bits" in text
    assert "tied" in text
    assert "immune" in text
    drawn = digits("drawn", 0)
    alike = hs.overlap(drawn, drawn)[~np.eye(10, dtype=bool)].mean()
    assert f"any two overlap by {alike:.2f} on average" in text
    assert f"{9 * alike**2:.1f} at n = 3" in text
    assert "Of 4 random" not in text  # they are not alike


@pytest.mark.slow
def test_costs_of_an_attack_are_taken_set_by_set(result) -> None:
    costs = result.summary["costs"]
    assert len(costs) == 2 * 2 * len(MEMORIES)
    for row in costs:
        point = {"data": row["data"], "memory": row["memory"], "strength": 0.2}
        for kind in ("random", "fgsm"):
            (mine,) = rows_of(result, corruption=f"{row['start']}{kind}", **point)
            assert row[kind] == pytest.approx(mine["exact"])
            assert row[f"{kind}_loss"] == pytest.approx(mine["loss"])
        assert row["cost"] == pytest.approx(row["random"] - row["fgsm"])
        assert row["cost_se"] >= 0
    ours = [r for r in costs if r["start"] == "flip+" and r["data"] == "random"]
    assert all(r["fgsm_loss"] >= r["random_loss"] - 1e-9 for r in ours)


def test_attacks_that_may_leave_the_box_are_stronger() -> None:
    how = {"memories": ["hebbian"], "networks": 12, "flips": [0.1], "noise": [1], "masks": [0.5]}
    inside, outside = (
        hs.experiment.robust(["random"], **how, epsilons=[0.2], confined=confined, rng=0)
        for confined in (True, False)
    )
    a, b = (rows_of(one, corruption="flip+fgsm")[0] for one in (inside, outside))
    assert b["loss"] > a["loss"] + 3 * math.hypot(a["loss_se"], b["loss_se"])
    assert b["exact"] < a["exact"]
    assert rows_of(inside, corruption="flip") == rows_of(outside, corruption="flip")


@pytest.mark.slow
def test_the_same_seed_gives_the_same_table_whoever_computes() -> None:
    tiny = SMALL | {"networks": 2, "memories": ["hebbian", "distributed", "restricted-rotation"]}
    one = hs.experiment.robust(**tiny, rng=3, workers=1)
    two = hs.experiment.robust(**tiny, rng=3, workers=2)
    np.testing.assert_equal(one.rows, two.rows)
    other = hs.experiment.robust(**tiny, rng=4)
    assert [r["loss"] for r in one.rows] != [r["loss"] for r in other.rows]


# ------------------------------------------------------------------ figures and the page


@pytest.mark.slow
def test_the_map_shows_the_rows(result) -> None:
    drawn = hs.plotting.robust(result)
    assert len(drawn.axes) == 2
    panel = drawn.axes[0]
    assert len(panel.patches) == len(rows_of(result, data="random"))
    assert panel.get_title(loc="left") == "4 random patterns, N = 36 · 4 sets"
    row = rows_of(result, data="random", memory="hebbian", corruption="flip", strength=0.3)[0]
    shown = [text.get_text() for text in panel.texts]
    value = row["exact"]
    wanted = {0: "0", 1: "1"}.get(value, f"{value:.2f}"[1:])
    assert wanted in shown
    labels = [tick.get_text() for tick in panel.get_yticklabels()]
    assert labels[:2] == ["Hebbian", "Storkey"]
    assert labels[-2:] == ["restricted by rotation", "restricted by gradient"]
    assert len(labels) == len(MEMORIES)
    bits = hs.plotting.robust(result, "bit_accuracy")
    assert len(bits.axes[1].patches) == len(rows_of(result, data="digits"))


@pytest.mark.slow
def test_the_ranking_has_a_panel_a_question_with_intervals(result) -> None:
    figure = hs.plotting.robust(result, "ranking")
    titles = [panel.get_title(loc="left") for panel in figure.axes]
    kinds = list(dict.fromkeys(row["corruption"] for row in result.summary["ranking"]))
    assert len(titles) == len([kind for kind in kinds if not kind.endswith("random")])
    assert titles[:2] == ["the pattern itself", "bits flipped"]
    panel = figure.axes[titles.index("bits flipped")]
    ranked = [row for row in result.summary["ranking"] if row["corruption"] == "flip"]
    assert len(panel.containers) == len(ranked) == 2 * len(MEMORIES)
    for row, container in zip(ranked, panel.containers, strict=True):  # random, then digits
        dot, _, (bar,) = container.lines
        assert container.get_label() == f"_{row['memory']}"
        assert dot.get_xdata() == [row["exact"]]
        # By hand: the mean over strengths of each set, and its standard error over sets.
        (left, _), (right, _) = bar.get_segments()[0]
        assert right - left == pytest.approx(4 * row["exact_se"])
        assert (dot.get_markerfacecolor() != "white") == bool(row["best"])
        assert abs(dot.get_ydata()[0] - list(MEMORIES).index(row["memory"])) < 0.3
    by_hand = [
        row["exact"] for row in rows_of(result, data="random", memory="hebbian", corruption="flip")
    ]
    hebbian = next(c for c in panel.containers if c.get_label() == "_hebbian")
    assert hebbian.lines[0].get_xdata() == [pytest.approx(np.mean(by_hand))]
    assert_legible(figure)


@pytest.mark.slow
def test_figures_in_axes_of_your_own_and_bad_input(result) -> None:
    from matplotlib.figure import Figure

    own = Figure()
    axes = own.subplots(2, 1)
    assert hs.plotting.robust(result, ax=axes) is own
    with pytest.raises(InvalidInputError, match="ax must hold"):
        hs.plotting.robust(result, ax=axes[:1])
    with pytest.raises(InvalidInputError, match="measure must be one of"):
        hs.plotting.robust(result, "loss")
    with pytest.raises(HopfieldError, match="no column"):
        hs.plotting.robust([{"rule": 1}])


@pytest.mark.slow
def test_the_page_has_maps_pictures_and_who_is_best(result) -> None:
    found = page(result)
    stems = [stem for stem, _, _ in found.figures]
    assert stems == ["robust-ranking", "robust", "robust-bits", "robust-random", "robust-digits"]
    pictures = found.figures[3][2].axes[0]
    assert len(pictures.images) == len(MEMORIES) * (1 + 2 * 4)
    assert len(found.tables) == 4
    caption, table = found.tables[0]
    assert len(found.tables[2][1]) == len(MEMORIES)
    assert "tied" in caption
    assert [row["corruption"] for row in table][:2] == ["the pattern itself", "bits flipped"]
    one = hs.experiment.robust(
        **SMALL | {"n_neurons": 35, "networks": 1, "data": ["random"]}, rng=0
    )
    assert [stem for stem, _, _ in page(one).figures] == [
        "robust-ranking",
        "robust",
        "robust-bits",
    ]  # 35 is no square
    assert "nan" not in STUDY.sentence(one)


# ------------------------------------------------------------------ the command line


@pytest.mark.slow
def test_the_command_line_writes_and_resumes(tmp_path: Path, capsys, monkeypatch) -> None:
    tiny = SMALL | {"memories": ["hebbian", "modern"]}
    monkeypatch.setattr(STUDY, "small", tiny)
    out = tmp_path / "out"
    command = ["robust", "--quick", "--trials", "2", "--out", str(out)]
    assert main(command) == 0
    first = (out / "robust.csv").read_bytes()
    rows = list(csv.DictReader(first.decode().splitlines()))
    assert rows[0]["corruption"] == "none"
    # What is read back from the store is what was measured, in the same order.
    direct = hs.experiment.robust(**tiny | {"networks": 2}, rng=0)
    assert [float(row["exact"]) for row in rows] == [row["exact"] for row in direct.rows]
    for name in ("robust.png", "robust-bits.png", "robust-digits.png", "report.html"):
        assert (out / name).stat().st_size > 1000
    monkeypatch.setattr("hopfield_sim.experiment.sweeps.trial.run", None)  # nothing is left to do
    (out / "robust.csv").unlink()
    assert main(command) == 0
    assert (out / "robust.csv").read_bytes() == first
    assert main(["robust", "--rules", "hebbian", "--out", str(tmp_path)]) == 2
    assert "takes no --rules" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("data", [], InvalidInputError),
        ("data", ["faces"], InvalidInputError),
        ("data", "random", InvalidTypeError),
        ("memories", ["hebb"], InvalidInputError),
        ("networks", 0, InvalidInputError),
        ("n_neurons", 1, InvalidInputError),
        ("n_patterns", 0, InvalidInputError),
        ("digits", "cifar", InvalidInputError),
        ("flips", [1.5], InvalidInputError),
        ("noise", [-1.0], InvalidInputError),
        ("noise", [np.nan], InvalidInputError),
        ("masks", 0.5, InvalidTypeError),
        ("epsilons", [], InvalidInputError),
        ("epsilons", [2.0], InvalidInputError),
        ("alpha", -0.1, InvalidInputError),
        ("attack_steps", 0, InvalidInputError),
        ("attacked", 1.5, InvalidInputError),
        ("confined", 1, InvalidTypeError),
        ("order", 1, InvalidInputError),
        ("n_features", 0, InvalidInputError),
        ("max_steps", 0, InvalidInputError),
    ],
)
def test_bad_arguments_are_named(argument, value, error) -> None:
    with pytest.raises(error, match=argument):
        hs.experiment.robust(**{argument: value})


def test_asymmetric_weights_pull_the_other_way() -> None:
    rng = np.random.default_rng(0)
    step = PairStep(rng.normal(size=(6, 6)), rng.normal(size=6), 2.0)
    x, v = rng.normal(size=(3, 6)), rng.normal(size=(3, 6))
    np.testing.assert_allclose(step.pulled(x, v), numeric(step.step, x, v), atol=1e-8)


def test_a_dense_step_of_real_memories() -> None:
    """The same formula with memories that are not ±1, as training makes them."""
    rng = np.random.default_rng(0)
    step = DenseStep(rng.normal(size=(6, 8)), graded(hs.DenseMemory().store(XI)).interaction, 5.0)
    x, v = rng.normal(size=(3, 8)), rng.normal(size=(3, 8))
    np.testing.assert_allclose(step.pulled(x, v), numeric(step.step, x, v), atol=1e-7)
