"""The classical network's verbs, on every backend."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError, NotStoredError

pytestmark = pytest.mark.parametrize("backend", hs.backends.available())


def weights_by_definition(patterns):
    n = patterns.shape[1]
    w = np.zeros((n, n))
    for i, j in itertools.product(range(n), repeat=2):
        if i != j:
            w[i, j] = sum(int(xi[i]) * int(xi[j]) for xi in patterns) / n
    return w


def energy_by_definition(w, s, theta):
    n = len(s)
    pairs = sum(w[i, j] * s[i] * s[j] for i in range(n) for j in range(n))
    return -0.5 * pairs + sum(theta[i] * s[i] for i in range(n))


def test_energy_fields_and_gap_by_definition(backend):
    rng = np.random.default_rng(0)
    theta = rng.normal(size=7)
    patterns = hs.random_patterns(4, 7, rng=1)
    states = hs.random_patterns(5, 7, rng=2)
    w_real = rng.normal(size=(7, 7))
    for net, w in [
        (
            hs.HopfieldNetwork(thresholds=theta, backend=backend).store(patterns),
            weights_by_definition(patterns),
        ),
        (
            hs.HopfieldNetwork.from_weights(w_real + w_real.T, thresholds=theta, backend=backend),
            w_real + w_real.T,
        ),
        (hs.HopfieldNetwork.from_weights(w_real, thresholds=theta, backend=backend), w_real),
    ]:
        np.testing.assert_allclose(net.weights, w, rtol=0, atol=1e-15)
        np.testing.assert_allclose(net.fields(states), states @ w.T - theta, rtol=0, atol=1e-14)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            energies = net.energy(states)
        for b, s in enumerate(states):
            assert energies[b] == pytest.approx(energy_by_definition(w, s, theta), abs=1e-13)
            gap = net.energy_gap(s)
            for i in range(7):
                flipped = s.copy()
                flipped[i] *= -1
                difference = energy_by_definition(w, flipped, theta) - energies[b]
                assert gap[i] == pytest.approx(difference, abs=1e-13)


def test_incremental_learning_is_learning_at_once(backend):
    patterns = hs.random_patterns(9, 40, rng=3)
    for rule, zero in itertools.product(("hebbian", "storkey", "pseudoinverse"), (True, False)):
        once = hs.HopfieldNetwork(rule, zero_diagonal=zero, backend=backend).store(patterns)
        steps = hs.HopfieldNetwork(rule, zero_diagonal=zero, backend=backend)
        for part in (patterns[:1], patterns[1:5], patterns[5:]):
            steps.store(part)
        np.testing.assert_allclose(steps.weights, once.weights, rtol=0, atol=1e-13)
        np.testing.assert_array_equal(steps.patterns, patterns)
        left = np.delete(patterns, 3, axis=0)
        steps.forget(3)
        fresh = hs.HopfieldNetwork(rule, zero_diagonal=zero, backend=backend).store(left)
        np.testing.assert_allclose(steps.weights, fresh.weights, rtol=0, atol=1e-13)
        np.testing.assert_array_equal(steps.patterns, left)
        if rule == "hebbian":
            np.testing.assert_array_equal(steps.weights, fresh.weights)


def test_the_same_pattern_twice_is_stored_twice(backend):
    xi = hs.random_patterns(1, 9, rng=0)
    net = hs.HopfieldNetwork(backend=backend).store(xi).store(xi)
    assert net.patterns.shape == (2, 9)
    off = ~np.eye(9, dtype=bool)
    np.testing.assert_array_equal(net.weights[off], 2 * np.outer(xi, xi)[off] / 9)


def test_forgetting_all_leaves_nothing(backend):
    net = hs.HopfieldNetwork(backend=backend).store(hs.random_patterns(2, 9, rng=0))
    net.forget(1).forget(0)
    for use in (lambda: net.recall(np.ones(9)), lambda: net.forget(0), lambda: net.weights):
        with pytest.raises(NotStoredError):
            use()
    with pytest.raises(InvalidInputError, match="index"):
        net.store(hs.random_patterns(2, 9, rng=0)).forget(2)


def test_a_callable_serves_as_a_rule(backend):
    def shouting(patterns):
        return 3.0 * patterns.T @ patterns

    xi = hs.random_patterns(2, 9, rng=0)
    net = hs.HopfieldNetwork(shouting, backend=backend).store(xi[:1]).store(xi[1:])
    np.testing.assert_array_equal(np.diag(net.weights), 0)
    kept = hs.HopfieldNetwork(shouting, zero_diagonal=False, backend=backend).store(xi)
    np.testing.assert_array_equal(kept.weights, 3.0 * xi.T.astype(int) @ xi)


def test_from_weights_keeps_its_diagonal_and_has_no_patterns(backend):
    w = np.array([[2.0, 1.0], [1.0, -3.0]])
    net = hs.HopfieldNetwork.from_weights(w, backend=backend)
    np.testing.assert_array_equal(net.weights, w)
    assert net.energy([1, 1]) == -0.5 * w.sum()
    with pytest.raises(NotStoredError, match="made from weights"):
        _ = net.patterns
    with pytest.raises(InvalidInputError, match="rule"):
        net.store([[1, -1]])
    w[0, 0] = 99
    assert net.weights[0, 0] == 2.0


def test_results_are_read_only_and_inputs_unchanged(backend):
    patterns = hs.random_patterns(3, 20, rng=0)
    cue = hs.flip(patterns, count=3, rng=1)
    before = patterns.copy(), cue.copy()
    net = hs.HopfieldNetwork(backend=backend).store(patterns)
    net.recall(cue, rng=0)
    np.testing.assert_array_equal(patterns, before[0])
    np.testing.assert_array_equal(cue, before[1])
    for array in (net.weights, net.patterns, net.thresholds):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_single_states_and_images_keep_their_shape(backend):
    images = hs.random_patterns(2, 30, rng=0).reshape(2, 5, 6)
    net = hs.HopfieldNetwork(backend=backend).store(images)
    assert net.patterns.shape == (2, 30)
    record = ("energy", "overlap", "states")
    run = net.recall(images, record=record, rng=0)
    assert run.states.shape == (2, 5, 6)
    assert run.trajectory.shape == (1, 2, 5, 6)
    flat = net.recall(images.reshape(2, 30), record=record, rng=0)
    assert flat.states.shape == (2, 30)
    one = net.recall(images[0].ravel(), record=record, rng=0)
    assert one.states.shape == (30,)
    assert one.trajectory.shape == (1, 30)
    assert one.energy.shape == (1,)
    assert one.overlaps.shape == (1, 2)
    assert one.overlap().shape == (2,)
    assert (type(one.stop), one.sweeps, one.converged, one.period) == (str, 0, True, 1)
    assert isinstance(net.energy(images[0].ravel()), float)
    assert net.fields(images).shape == (2, 5, 6)


def test_transposed_input_is_recognised(backend):
    net = hs.HopfieldNetwork(backend=backend).store(hs.random_patterns(4, 30, rng=0))
    with pytest.raises(InvalidInputError, match="did you transpose"):
        net.recall(np.ones((30, 4)))


def test_a_fixed_start_takes_no_sweep_and_the_last_sweep_is_judged(backend):
    patterns = hs.random_patterns(3, 100, rng=0)
    net = hs.HopfieldNetwork(backend=backend).store(patterns)
    cue = hs.flip(patterns[0], count=1, rng=0)
    for update in ("async", "sync"):
        run = net.recall(patterns, update=update, rng=0)
        assert (run.sweeps == 0).all()
        assert (run.flips == 0).all()
        assert run.converged.all()
        one = net.recall(cue, update=update, max_sweeps=1, rng=0)
        assert (one.stop, one.sweeps, one.flips) == ("fixed-point", 1, 1)
        none = net.recall(cue, update=update, max_sweeps=0, rng=0)
        assert (none.stop, none.sweeps) == ("max-sweeps", 0)
        rested = net.recall(patterns[0], update=update, max_sweeps=0, rng=0)
        assert (rested.stop, rested.sweeps) == ("fixed-point", 0)


def test_any_number_of_sweeps_may_be_allowed(backend):
    net = hs.HopfieldNetwork(backend=backend).store(hs.random_patterns(2, 30, rng=0))
    cue = hs.flip(net.patterns, count=5, rng=1)
    for update in ("async", "sync"):
        run = net.recall(cue, update=update, max_sweeps=10**12, record="energy", rng=0)
        assert set(run.stop) <= {"fixed-point", "cycle"}


def test_synchronous_cycle_is_told_from_a_fixed_point(backend):
    net = hs.HopfieldNetwork.from_weights([[0, -1], [-1, 0]], backend=backend)
    run = net.recall([[1, 1], [1, -1]], update="sync", max_sweeps=9, record="states", rng=0)
    assert run.stop.tolist() == ["cycle", "fixed-point"]
    assert run.period.tolist() == [2, 1]
    assert run.converged.tolist() == [False, True]
    assert run.sweeps.tolist() == [2, 0]
    assert run.trajectory[:, 0].tolist() == [[1, 1], [-1, -1], [1, 1]]


@pytest.mark.parametrize("update", ["async", "sync"])
def test_ties_keep_or_plus(backend, update):
    # The two patterns agree on the first two sites and cancel at the third: its field is always 0.
    net = hs.HopfieldNetwork(backend=backend).store([[1, 1, 1], [1, 1, -1]])
    assert net.fields([1, 1, -1])[2] == 0
    kept = net.recall([1, 1, -1], update=update, rng=0)
    assert (kept.states.tolist(), kept.stop, kept.sweeps) == ([1, 1, -1], "fixed-point", 0)
    plus = net.recall([1, 1, -1], update=update, ties="plus", rng=0)
    assert (plus.states.tolist(), plus.stop, plus.sweeps) == ([1, 1, 1], "fixed-point", 1)


def test_records_are_what_happened(backend):
    patterns = hs.random_patterns(5, 50, rng=0)
    net = hs.HopfieldNetwork(backend=backend).store(patterns)
    cues = hs.flip(patterns, count=15, rng=1)
    record = ("energy", "overlap", "states")
    for update, every in itertools.product(("async", "sync"), (None, 7, 50, 120)):
        run = net.recall(cues, update=update, record=record, every=every, rng=2)
        np.testing.assert_array_equal(run.trajectory[0], cues)
        np.testing.assert_array_equal(run.trajectory[-1], run.states)
        assert run.updates[0] == 0
        assert run.updates[-1] == 50 * run.sweeps.max()
        for t, states in enumerate(run.trajectory):
            np.testing.assert_allclose(run.energy[t], net.energy(states), rtol=0, atol=1e-12)
            np.testing.assert_array_equal(run.overlaps[t], hs.overlap(states, patterns))
    with pytest.raises(HopfieldError, match="record='energy'"):
        _ = net.recall(cues, rng=0).energy
    with pytest.raises(InvalidInputError, match="energy"):
        net.recall(cues, record="enrgy", rng=0)


def test_every_single_update_changes_at_most_one_site(backend):
    patterns = hs.random_patterns(2, 12, rng=0)
    net = hs.HopfieldNetwork(backend=backend).store(patterns)
    run = net.recall(hs.flip(patterns, count=4, rng=1), record="states", every=1, rng=0)
    assert ((run.trajectory[1:] != run.trajectory[:-1]).sum(axis=2) <= 1).all()
    np.testing.assert_array_equal(np.diff(run.updates), 1)
    np.testing.assert_array_equal(
        (run.trajectory[1:] != run.trajectory[:-1]).sum(axis=(0, 2)), run.flips
    )


def test_classification(backend):
    xi = hs.random_patterns(5, 99, rng=0)
    net = hs.HopfieldNetwork(backend=backend).store(xi)
    mixture = np.sign(xi[0] - xi[2].astype(int) + xi[4])
    five = np.sign(xi[0].astype(int) + xi[1] - xi[2] + xi[3] - xi[4])
    found = net.classify([xi[3], -xi[1], mixture, five, hs.random_patterns(1, 99, rng=9)[0]])
    assert found.kind.tolist() == ["stored", "inverse", "mixture", "mixture", "spurious"]
    assert found.patterns == [
        ((3, 1),),
        ((1, -1),),
        ((0, 1), (2, -1), (4, 1)),
        ((0, 1), (1, 1), (2, -1), (3, 1), (4, -1)),
        (),
    ]
    assert found.overlap[:4].tolist() == [1, 1, 1, 1]
    assert 0 < found.overlap[4] < 0.9
    one = net.classify(xi[3])
    assert (one.kind, one.patterns, one.overlap) == ("stored", ((3, 1),), 1.0)


def test_classification_names_what_is_nearest_within_a_tolerance(backend):
    xi = hs.random_patterns(8, 400, rng=0)
    net = hs.HopfieldNetwork(backend=backend).store(xi)
    wide = xi.astype(int)
    made = {
        "stored": ([(2, 1)], wide[2]),
        "inverse": ([(5, -1)], -wide[5]),
        "mixture": ([(0, 1), (3, -1), (6, 1)], np.sign(wide[0] - wide[3] + wide[6])),
    }
    for kind, (parts, exact) in made.items():
        for wrong in (1, 20):
            spoilt = hs.flip(exact, count=wrong, rng=wrong)
            found = net.classify(spoilt)
            assert (found.kind, found.patterns) == (kind, tuple(parts))
            assert found.overlap == 1 - 2 * wrong / 400
            assert net.classify(spoilt, within=0).kind == "spurious"
            assert net.classify(spoilt, within=wrong / 400).kind == kind
        far = hs.flip(exact, count=21, rng=3)
        assert net.classify(far).kind == "spurious"
        assert net.classify(far).overlap == 1 - 42 / 400  # with the nearest, which is not named
        assert net.classify(far, within=0.06).kind == kind
    # A mixture is not taken for one of its patterns, however much may differ.
    assert net.classify(made["mixture"][1], within=0.4).kind == "mixture"
    for wrong in (-0.1, 0.6, math.nan):
        with pytest.raises(InvalidInputError, match="within"):
            net.classify(xi, within=wrong)
    with pytest.raises(InvalidTypeError, match="within"):
        net.classify(xi, within="exactly")


def test_recall_at_a_load_of_a_tenth_is_of_what_was_stored(backend):
    """Amit, Gutfreund & Sompolinsky: m = 0.9974 at α = 0.1, so 1.3 bits of 1000 are wrong."""
    kinds, overlaps = [], []
    for seed in range(4):
        xi = hs.random_patterns(100, 1000, rng=seed)
        net = hs.HopfieldNetwork(backend=backend).store(xi)
        found = net.classify(net.recall(xi, rng=seed).states)
        kinds += found.kind.tolist()
        overlaps.append(found.overlap[found.kind == "stored"].mean())
        assert [parts for parts in found.patterns if parts][:3] == [((0, 1),), ((1, 1),), ((2, 1),)]
    assert np.mean(np.array(kinds) == "stored") > 0.97
    assert np.mean(overlaps) == pytest.approx(hs.theory.retrieval_overlap(0.1), abs=1.5e-3)


def brute_attractors(net, n, update):
    """Follow every state one update at a time in plain Python."""
    w, theta = net.weights, net.thresholds

    def step(s):
        s = list(s)
        if update == "sync":
            h = [sum(w[i, j] * s[j] for j in range(n)) - theta[i] for i in range(n)]
            return tuple(s[i] if abs(h[i]) < 1e-12 else (1 if h[i] > 0 else -1) for i in range(n))
        for i in range(n):
            h = sum(w[i, j] * s[j] for j in range(n)) - theta[i]
            if abs(h) >= 1e-12:
                s[i] = 1 if h > 0 else -1
        return tuple(s)

    basins = {}
    for start in itertools.product((-1, 1), repeat=n):
        path, s = {}, start
        while s not in path:
            path[s] = len(path)
            s = step(s)
        cycle = [state for state, t in path.items() if t >= path[s]]
        key = (min(cycle), len(cycle))
        basins[key] = basins.get(key, 0) + 1
    return basins


@pytest.mark.parametrize("update", ["async", "sync"])
def test_attractors_against_brute_force(backend, update):
    for n, p in ((6, 2), (7, 3), (8, 4)):
        net = hs.HopfieldNetwork(backend=backend).store(hs.random_patterns(p, n, rng=n))
        found = net.attractors(update=update)
        expected = brute_attractors(net, n, update)
        got = {
            (tuple(s.tolist()), int(k)): int(b)
            for s, k, b in zip(found.states, found.period, found.basin, strict=True)
        }
        assert got == expected
        assert found.basin.sum() == 2**n
        assert (np.diff(found.energy) >= 0).all()


def test_attractors_of_asymmetric_weights_include_long_cycles(backend):
    ring = np.roll(np.eye(3), 1, axis=0)  # s_i <- s_(i-1): the states rotate
    net = hs.HopfieldNetwork.from_weights(ring, backend=backend)
    found = net.attractors(update="sync")
    assert sorted(found.period.tolist()) == [1, 1, 3, 3]
    assert found.basin.sum() == 8


def test_landscape_refuses_large_networks(backend):
    net = hs.HopfieldNetwork(backend=backend).store(hs.random_patterns(1, 21, rng=0))
    with pytest.raises(InvalidInputError, match="20"):
        net.attractors()


def test_energy_of_asymmetric_weights_warns_once(backend):
    net = hs.HopfieldNetwork.from_weights([[0, 1], [-1, 0]], backend=backend)
    with pytest.warns(UserWarning, match="not symmetric"):
        net.energy([1, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net.energy([1, 1])


def test_weights_whose_energies_overflow_are_refused(backend):
    with pytest.raises(InvalidInputError, match=r"weights must be at most 6.25e\+298"):
        hs.HopfieldNetwork.from_weights(np.full((4, 4), 1e308), backend=backend)
    with pytest.raises(InvalidInputError, match="thresholds must be at most"):
        hs.HopfieldNetwork(thresholds=1e308, backend=backend).store(np.ones((1, 4)))
    net = hs.HopfieldNetwork.from_weights(np.full((4, 4), 1e298), backend=backend)
    assert net.energy(np.ones(4)) == -8e298
    assert net.recall(np.ones(4), rng=0).sweeps == 0


def test_a_failed_store_changes_nothing(backend):
    net = hs.HopfieldNetwork(backend=backend).store(hs.random_patterns(2, 9, rng=0))
    before = net.weights.copy()
    for bad in (np.zeros((1, 9)), np.ones((1, 8)), [[1, np.nan] * 4 + [1]]):
        with pytest.raises(HopfieldError):
            net.store(bad)
    np.testing.assert_array_equal(net.weights, before)
    assert net.patterns.shape == (2, 9)


def test_huge_matrices_are_refused_at_once_and_huge_networks_do_without(backend):
    pattern = np.ones((1, 1_000_000), np.int8)
    for rule in ("storkey", "pseudoinverse", "perceptron"):
        with pytest.raises(hs.errors.InsufficientMemoryError, match=r"GB wanted.*rule='hebbian'"):
            hs.HopfieldNetwork(rule, backend=backend).store(pattern)
    net = hs.HopfieldNetwork(backend=backend).store(pattern)
    cue = hs.flip(pattern[0], fraction=0.2, rng=0)
    np.testing.assert_array_equal(net.recall(cue, update="sync").states, pattern[0])
    with pytest.raises(hs.errors.InsufficientMemoryError, match=r"GB wanted.*fields"):
        _ = net.weights
