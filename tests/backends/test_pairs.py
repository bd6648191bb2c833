"""Every backend gives the reference's bits, whatever the dynamics, the split of the batch and
the threads.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.backends.compiled import pairs as cython_backend
from hopfield_sim.backends.reference import philox as counter_rng
from hopfield_sim.backends.reference.pairs import probability_words
from hopfield_sim.models.hopfield import couplings

COMPILED = [name for name in hs.backends.available() if name != "numpy"]
SIZES = (1, 2, 7, 8, 9, 63, 64, 65, 130)

needs_kernels = pytest.mark.skipif(not COMPILED, reason="the compiled kernels are not built")


def run_both(net_of, cues, **options):
    runs = [net_of(name).recall(cues, **options) for name in ["numpy", *COMPILED]]
    return runs[0], runs[1:]


def assert_same_run(run, reference):
    np.testing.assert_array_equal(run.states, reference.states)
    np.testing.assert_array_equal(run.stop, reference.stop)
    np.testing.assert_array_equal(run.sweeps, reference.sweeps)
    np.testing.assert_array_equal(run.flips, reference.flips)


@pytest.mark.parametrize(
    ("counter", "key", "expected"),
    [  # the known answers published with the algorithm
        ([0] * 4, 0, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([0xFFFFFFFF] * 4, 2**64 - 1, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
            0x299F31D0A4093822,
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_philox_known_answers(counter, key, expected):
    assert counter_rng.philox(np.array(counter, np.uint64), key).tolist() == expected


def test_random_order_is_a_uniform_permutation():
    states = np.arange(60_000)
    orders = counter_rng.visit_order("random", 5, states, np.zeros_like(states), 4)
    assert (np.sort(orders, axis=1) == np.arange(4)).all()
    codes = orders @ np.array([64, 16, 4, 1])
    _, counts = np.unique(codes, return_counts=True)
    assert len(counts) == 24
    expected = len(states) / 24
    chi2 = ((counts - expected) ** 2 / expected).sum()
    assert chi2 < 23 + 5 * np.sqrt(2 * 23)


def problem(n, n_patterns, *, seed=0, **options):
    rng = np.random.default_rng([seed, n, n_patterns])
    patterns = hs.random_patterns(n_patterns, n, rng=rng)
    cues = hs.random_patterns(9, n, rng=rng)

    def net_of(backend):
        return hs.HopfieldNetwork(backend=backend, **options).store(patterns)

    return net_of, cues


@needs_kernels
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("ties", ["keep", "plus"])
@pytest.mark.parametrize("zero_diagonal", [True, False])
def test_same_bits_at_zero_temperature(n, ties, zero_diagonal):
    for n_patterns, update, order in itertools.product(
        (1, 4, 9), ("async", "sync"), ("random", "sequential", "uniform")
    ):
        net_of, cues = problem(n, n_patterns, zero_diagonal=zero_diagonal)
        options = {"update": update, "order": order, "ties": ties, "max_sweeps": 30, "rng": 3}
        reference, runs = run_both(net_of, cues, **options)
        for run in runs:
            assert_same_run(run, reference)


@needs_kernels
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("update", ["async", "sync"])
@pytest.mark.parametrize("thresholds", [0.0, 0.25, 0.1, "uneven"])
def test_same_bits_with_heat_thresholds_and_clamps(n, update, thresholds):
    theta = np.linspace(-0.7, 0.6, n) if thresholds == "uneven" else thresholds
    clamp = np.arange(n) % 3 == 0
    for temperature, zero_diagonal in itertools.product(
        (0.0, 0.4, 2.0, [1.0, 1.0, 0.5, 0.0, 0.3, 0.0, 0.0]), (True, False)
    ):
        net_of, cues = problem(n, 4, thresholds=theta, zero_diagonal=zero_diagonal)
        options = {
            "update": update,
            "temperature": temperature,
            "clamp": clamp,
            "max_sweeps": 7,
            "rng": 8,
        }
        reference, runs = run_both(net_of, cues, **options)
        assert (reference.states[:, clamp] == cues[:, clamp]).all()
        for run in runs:
            assert_same_run(run, reference)


@needs_kernels
@pytest.mark.parametrize("update", ["async", "sync"])
@pytest.mark.parametrize("temperature", [0.0, 0.5])
@pytest.mark.parametrize("every", [None, 1, 17, 64, 100])
def test_same_records(update, temperature, every):
    net_of, cues = problem(64, 6)
    reference, runs = run_both(
        net_of, cues, update=update, temperature=temperature, max_sweeps=6,
        record=("energy", "states", "overlap"), every=every, rng=1,
    )  # fmt: skip
    for run in runs:
        np.testing.assert_array_equal(run.updates, reference.updates)
        np.testing.assert_array_equal(run.energy, reference.energy)
        np.testing.assert_array_equal(run.overlaps, reference.overlaps)
        np.testing.assert_array_equal(run.trajectory, reference.trajectory)
    plain = net_of("numpy").recall(
        cues, update=update, temperature=temperature, max_sweeps=6, rng=1
    )
    np.testing.assert_array_equal(plain.states, reference.states)
    np.testing.assert_array_equal(plain.sweeps, reference.sweeps)


@pytest.mark.parametrize("backend", hs.backends.available())
@pytest.mark.parametrize("update", ["async", "sync"])
@pytest.mark.parametrize("temperature", [0.0, 0.5])
def test_threads_and_work_budget_change_nothing(backend, update, temperature, monkeypatch):
    net_of, cues = problem(65, 7)
    options = {"update": update, "temperature": temperature, "max_sweeps": 9, "rng": 2}
    whole = net_of(backend).recall(cues, n_threads=1, **options)
    monkeypatch.setattr(cython_backend, "_SHARE", 1)
    monkeypatch.setattr(cython_backend, "_BUDGET", 50)
    for n_threads in (1, 2, 3):
        assert_same_run(net_of(backend).recall(cues, n_threads=n_threads, **options), whole)


@pytest.mark.parametrize("backend", hs.backends.available())
def test_a_state_knows_only_its_place_in_the_call(backend):
    net_of, cues = problem(65, 7)
    whole = net_of(backend).recall(cues, temperature=0.7, max_sweeps=5, rng=2)
    part = net_of(backend).recall(cues[:4], temperature=0.7, max_sweeps=5, rng=2)
    np.testing.assert_array_equal(whole.states[:4], part.states)
    # Two copies of a state in a batch are independent.
    twins = net_of(backend).recall(cues[[0, 0]], temperature=2.0, max_sweeps=5, rng=2)
    assert (twins.states[0] != twins.states[1]).any()


@needs_kernels
@pytest.mark.parametrize("rule", ["storkey", "pseudoinverse"])
@pytest.mark.parametrize("update", ["async", "sync"])
def test_real_weights_agree_away_from_ties(rule, update):
    for n in (7, 64, 65, 200):
        net_of, cues = problem(n, 5, rule=rule)
        reference, runs = run_both(net_of, cues, update=update, rng=4)
        for run in runs:
            assert_same_run(run, reference)


@needs_kernels
def test_asymmetric_weights_agree():
    rng = np.random.default_rng(1)
    weights = rng.normal(size=(40, 40))
    cues = hs.random_patterns(20, 40, rng=1)
    for update, temperature in itertools.product(("async", "sync"), (0.0, 1.0)):
        reference, runs = run_both(
            lambda name: hs.HopfieldNetwork.from_weights(weights, backend=name),
            cues, update=update, temperature=temperature, max_sweeps=20, rng=4,
        )  # fmt: skip
        for run in runs:
            assert_same_run(run, reference)


def test_use_backend_restores_what_was_before():
    before = hs.backends.get().name
    with hs.use_backend("numpy"):
        assert hs.backends.get().name == "numpy"
        with pytest.raises(hs.errors.InvalidInputError, match="numpy"), hs.use_backend("nunpy"):
            pass
    assert hs.backends.get().name == before


def test_probabilities_reach_certainty_and_are_symmetric():
    """At low temperature nothing goes uphill; P(+1 | h) + P(+1 | −h) = 1 to the last of 32 bits."""
    y = np.linspace(-60, 60, 2001)
    chances = probability_words(y).astype(object)
    assert set(chances + chances[::-1]) <= {2**32, 2**32 + 1}
    assert chances[0] == 0
    assert chances[-1] == 2**32
    np.testing.assert_allclose(chances.astype(float), 2**32 / (1 + np.exp(-y)), rtol=0, atol=0.51)
    net = hs.HopfieldNetwork().store(hs.random_patterns(1, 200, rng=0))
    bath = couplings.heat_bath(net._state.couplings, np.zeros(200), 0.01, None)
    assert (bath.table[0], bath.table[-1]) == (0, 2**32)


@pytest.mark.parametrize("name", hs.backends.available())
@pytest.mark.parametrize("update", ["async", "sync"])
def test_fields_far_above_the_temperature_are_certain(name, update):
    """2h/T beyond all numbers, whatever ``np.seterr`` says of it."""
    net = hs.HopfieldNetwork.from_weights([[0.0, 1e200], [1e200, 0.0]], backend=name)
    with np.errstate(all="raise"):
        run = net.recall([[1, 1], [-1, -1]], temperature=1e-200, max_sweeps=3, update=update, rng=1)
    assert run.states.tolist() == [[1, 1], [-1, -1]]
