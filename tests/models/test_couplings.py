"""Hebbian couplings in memory: as a matrix of the narrowest integers, or as the patterns alone."""

from __future__ import annotations

import itertools
import tracemalloc

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import checks
from hopfield_sim.backends.compiled import pairs as cython_backend
from hopfield_sim.backends.protocol import Dynamics, Factors, Limits, Matrix, StateBatch, packed
from hopfield_sim.backends.reference import philox as counter_rng
from hopfield_sim.backends.reference.pairs import (
    BOUNDS_REACH,
    BOUNDS_STEPS,
    probability_bounds,
    probability_words,
)
from hopfield_sim.models.hopfield import couplings

BACKENDS = hs.backends.available()
SIZES = (1, 2, 7, 8, 9, 63, 64, 65, 257)


@pytest.fixture(params=[True, False], ids=["matrix", "patterns"])
def form(request, monkeypatch):
    """Every recall takes this form of the couplings, whatever would be faster."""
    monkeypatch.setattr(couplings, "prefers_matrix", lambda *_, **__: request.param)
    return request.param


def dense_fields(patterns, states, *, zero_diagonal=True):
    """N times the fields, by the definition, in plain integers."""
    weights = patterns.T.astype(int) @ patterns
    if zero_diagonal:
        np.fill_diagonal(weights, 0)
    return states.astype(int) @ weights


def asynchronous_by_hand(weights, state, orders, ties):
    """Hopfield's dynamics, a dot product a visit: states after each sweep until nothing changes."""
    state = state.astype(int).copy()
    flips = 0
    for sweep in range(len(orders) + 1):
        fields = weights @ state
        new = np.where(fields > 0, 1, np.where(fields < 0, -1, 1 if ties == "plus" else state))
        if (new == state).all() or sweep == len(orders):
            return state, sweep, flips, bool((new == state).all())
        for site in orders[sweep]:
            field = weights[site] @ state
            wanted = 1 if field > 0 else -1 if field < 0 else 1 if ties == "plus" else state[site]
            flips += int(wanted != state[site])
            state[site] = wanted
    raise AssertionError


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("ties", ["keep", "plus"])
@pytest.mark.parametrize(("n", "n_patterns"), [(8, 4), (64, 7), (65, 12), (130, 129), (40, 300)])
def test_recall_is_the_definition_visit_by_visit(form, backend, ties, n, n_patterns):
    """Against a loop of dot products that shares nothing but the order of the visits."""
    patterns, cues = hs.random_patterns(n_patterns, n, rng=n), hs.random_patterns(6, n, rng=1)
    weights = patterns.T.astype(int) @ patterns
    np.fill_diagonal(weights, 0)
    net = hs.HopfieldNetwork(backend=backend).store(patterns)
    run = net.recall(cues, ties=ties, max_sweeps=5, rng=3)
    key, rows = checks.key(3), np.arange(len(cues))
    orders = [
        counter_rng.visit_order("random", key, rows, np.full(len(cues), sweep), n)
        for sweep in range(5)
    ]
    for row, cue in enumerate(cues):
        state, sweeps, flips, fixed = asynchronous_by_hand(
            weights, cue, [order[row] for order in orders], ties
        )
        np.testing.assert_array_equal(run.states[row], state)
        assert (run.sweeps[row], run.flips[row]) == (sweeps, flips)
        assert run.converged[row] == fixed


@pytest.mark.slow
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("zero_diagonal", [True, False])
def test_both_forms_on_every_backend_give_the_same_bits(n, zero_diagonal, monkeypatch):
    theta, clamp = np.linspace(-0.4, 0.4, n), np.arange(n) % 5 == 1
    for n_patterns, update in itertools.product((1, 4, 33, 140), ("async", "sync")):
        patterns = hs.random_patterns(n_patterns, n, rng=n)
        cues = hs.random_patterns(5, n, rng=2)
        for options, thresholds in (
            ({}, None),
            ({"ties": "plus"}, 0.25),
            ({"clamp": clamp}, theta),
            ({"temperature": 0.5}, None),
            ({"temperature": [0.8, 0.8, 0.0, 0.3], "clamp": clamp}, theta),
        ):
            runs = []
            for backend, matrix in itertools.product(BACKENDS, (True, False)):
                monkeypatch.setattr(couplings, "prefers_matrix", lambda *_, m=matrix, **__: m)
                net = hs.HopfieldNetwork(
                    zero_diagonal=zero_diagonal, thresholds=thresholds, backend=backend
                ).store(patterns)
                runs.append(
                    net.recall(
                        cues,
                        update=update,
                        max_sweeps=7,
                        rng=4,
                        record=("energy", "states"),
                        every=max(1, n // 2),
                        **options,
                    )
                )
            for run in runs[1:]:
                np.testing.assert_array_equal(run.trajectory, runs[0].trajectory)
                np.testing.assert_array_equal(run.energy, runs[0].energy)
                np.testing.assert_array_equal(run.stop, runs[0].stop)
                np.testing.assert_array_equal(run.sweeps, runs[0].sweeps)
                np.testing.assert_array_equal(run.flips, runs[0].flips)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("zero_diagonal", [True, False])
@pytest.mark.parametrize(("n", "n_patterns"), [(9, 1), (64, 65), (65, 128), (300, 500), (513, 64)])
def test_fields_energies_and_weights_are_the_definitions(backend, zero_diagonal, n, n_patterns):
    patterns, states = hs.random_patterns(n_patterns, n, rng=n), hs.random_patterns(4, n, rng=1)
    net = hs.HopfieldNetwork(zero_diagonal=zero_diagonal, backend=backend).store(patterns)
    fields = dense_fields(patterns, states, zero_diagonal=zero_diagonal)
    np.testing.assert_array_equal(net.fields(states), fields / n)
    np.testing.assert_array_equal(net.energy(states), -(states * fields).sum(axis=1) / (2 * n))
    np.testing.assert_array_equal(
        net.weights, hs.rules.hebbian(patterns, zero_diagonal=zero_diagonal)
    )
    np.testing.assert_array_equal(net.fields(states), fields / n)  # now that a matrix is there


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_states_at_all(backend):
    engine = hs.backends.get(backend).pairs
    learnt = couplings.factors(hs.random_patterns(5, 33, rng=0), zero_diagonal=True)
    for form in (learnt, couplings.matrix(learnt, engine)):
        nothing = np.empty((0, 33), np.int8)
        assert engine.fields(form, nothing).shape == (0, 33)
        cache = engine.cache(form, nothing)
        assert cache.shape == (0, form.width)
        batch = StateBatch(nothing, cache, np.empty(0, np.int64), nothing)
        rule = couplings.limits(form, np.zeros(33), "keep", None)
        for update in ("async", "sync"):
            engine.advance(form, batch, rule, Dynamics(update, "random", 0, 2), 33)
    some, none = np.arange(1, 3), np.empty(0, np.int64)
    keys = np.arange(3, dtype=np.uint64)
    assert engine.retrieval(33, none, none, 4, keys, 5, 2).shape == (3, 0, 4)
    assert engine.retrieval(33, some, some, 0, keys, 5, 2).shape == (3, 2, 0)
    assert engine.retrieval(33, some, some, 4, keys[:0], 5, 2).shape == (0, 2, 4)


# ---------------------------------------------------------------- types


def uniform(n, n_patterns):
    """All patterns +1: every coupling is P and every field (N − 1) P, the largest there can be."""
    return couplings.factors(np.ones((n_patterns, n), np.int8), zero_diagonal=True)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("n", "n_patterns", "weight", "field"),
    [
        (3, 127, "int8", "int16"),
        (3, 128, "int16", "int16"),
        (2, 32765, "int16", "int16"),
        (2, 32766, "int16", "int32"),
        (2, 32768, "int32", "int32"),
        (259, 127, "int8", "int32"),
        (258, 127, "int8", "int16"),
    ],
)
def test_types_are_the_narrowest_and_hold_at_the_edge(backend, n, n_patterns, weight, field):
    learnt = uniform(n, n_patterns)
    made = couplings.matrix(learnt, hs.backends.get(backend).pairs)
    assert made.reach == (n - 1) * n_patterns
    assert (made.columns.dtype, made.diagonal.dtype) == (weight, field)
    # From the state of the smallest fields, every flip moves them to the other end and back.
    engine = hs.backends.get(backend).pairs
    states = np.array([np.ones(n), -np.ones(n), np.where(np.arange(n) == 0, -1, 1)], np.int8)
    expected = dense_fields(learnt.patterns, states)
    for form in (made, learnt):
        np.testing.assert_array_equal(engine.fields(form, states), expected)
    theta = np.array([-1, 1]) * 2.0 * made.reach / n
    for wall, order in itertools.product(theta, ("sequential", "uniform")):
        for form in (True, False):
            net = hs.HopfieldNetwork(thresholds=wall, backend=backend).store(learnt.patterns)
            net._fastest = lambda *_, f=form, m=made, k=learnt: m if f else k
            run = net.recall(states, order=order, max_sweeps=50, rng=0)
            # A threshold beyond every field turns all spins one way.
            assert (run.states == -np.sign(wall)).all()
            assert run.converged.all()


@pytest.mark.parametrize("backend", BACKENDS)
def test_beyond_32_bits_fields_are_exact_doubles(backend, monkeypatch):
    patterns, cues = hs.random_patterns(9, 65, rng=0), hs.random_patterns(8, 65, rng=1)
    usual = [
        hs.HopfieldNetwork().store(patterns).recall(cues, update=update, rng=1, temperature=t)
        for update in ("async", "sync")
        for t in (0.0, 0.7)
    ]
    monkeypatch.setattr(couplings, "INT32_SAFE", 64)
    for matrix in (True, False):
        monkeypatch.setattr(couplings, "prefers_matrix", lambda *_, m=matrix, **__: m)
        net = hs.HopfieldNetwork(backend=backend).store(patterns)
        assert net._state.couplings.diagonal.dtype == np.float64
        wide = [
            net.recall(cues, update=update, rng=1, temperature=t)
            for update in ("async", "sync")
            for t in (0.0, 0.7)
        ]
        for run, expected in zip(wide, usual, strict=True):
            np.testing.assert_array_equal(run.states, expected.states)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_matrix_follows_what_is_stored_and_forgotten(backend):
    patterns = hs.random_patterns(150, 60, rng=0)
    patterns[:140] = patterns[0]  # couplings of up to 150: too large for a byte
    net = hs.HopfieldNetwork(backend=backend).store(patterns[:100])
    _ = net.weights
    net.store(patterns[100:])
    assert net._state.derived.matrix.columns.dtype == np.int16
    np.testing.assert_array_equal(net.weights, hs.rules.hebbian(patterns))
    for _ in range(40):
        net.forget(0)
    assert net._state.derived.matrix.columns.dtype == np.int8
    np.testing.assert_array_equal(net.weights, hs.rules.hebbian(patterns[40:]))


def test_kernels_know_which_types_go_together():
    network = pytest.importorskip("hopfield_sim.backends.kernels.network").Network
    fields = np.zeros(2, np.int16)
    with pytest.raises(TypeError, match="no kernels for uint8 weights and int16 fields"):
        network(Matrix(np.zeros((2, 2), np.uint8), fields, 1.0))
    wide = Limits(np.zeros(2, np.int32), np.zeros(2, np.int32))
    with pytest.raises(TypeError, match="limits must be int16, as the fields are; got int32"):
        network(Matrix(np.zeros((2, 2), np.int8), fields, 1.0), wide)


# ---------------------------------------------------------------- what is made when


def test_no_matrix_is_made_where_the_patterns_are_faster():
    net = hs.HopfieldNetwork().store(hs.random_patterns(40, 20_000, rng=0))
    cues = hs.flip(net.patterns[:4], fraction=0.1, rng=1)
    tracemalloc.start()
    run = net.recall(cues, rng=2)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    np.testing.assert_array_equal(run.states, net.patterns[:4])
    assert peak < 20e6  # the narrowest matrix would take 400 MB
    assert net._state.derived.matrix is None


def test_a_matrix_is_made_for_many_states_of_a_small_network():
    patterns = hs.random_patterns(10, 100, rng=0)
    net = hs.HopfieldNetwork().store(patterns)
    for _ in range(19):  # of two sweeps each: not yet 40 times as many neurons as patterns
        net.recall(patterns, rng=0)
        assert net._state.derived.matrix is None
    net.recall(patterns, rng=0)
    assert net._state.derived.matrix is not None
    net.store(patterns).clear()
    assert net._state.derived.matrix is None


def test_where_a_matrix_does_not_fit_there_is_none(monkeypatch):
    monkeypatch.setattr("hopfield_sim.checks.resources._available_memory", lambda: 2 * 10**8)
    learnt = couplings.factors(hs.random_patterns(900, 6000, rng=0), zero_diagonal=True)
    assert not couplings.prefers_matrix(
        learnt, hs.backends.get().pairs, 1000, sync=False, stochastic=False, made=False
    )
    monkeypatch.undo()
    assert couplings.prefers_matrix(
        learnt, hs.backends.get().pairs, 1000, sync=False, stochastic=False, made=True
    )


@pytest.mark.parametrize(
    ("n", "n_patterns", "matrix"),
    [(2500, 50, True), (5000, 450, False), (5000, 550, True), (10_000, 900, False)],
)
def test_patterns_are_walked_only_where_that_is_faster(n, n_patterns, matrix):
    """Measured with AVX-512, AVX2 and SSE2: the crossover is at a load of 0.1 or above."""
    learnt = couplings.Factors(np.empty((n_patterns, n), np.int8), np.zeros(n, np.int32))
    for pairs in (hs.backends.get("numpy").pairs, hs.backends.get().pairs):
        how = {"sync": False, "stochastic": False, "made": True}
        assert couplings.prefers_matrix(learnt, pairs, 1000, **how) is matrix


def test_a_hot_network_beyond_the_cache_works_by_its_patterns():
    """Measured at N = 10 000 and a load of 0.16: equal at 0.023 flips a visit, T = 0.1."""
    learnt = couplings.factors(hs.random_patterns(960, 6000, rng=0), zero_diagonal=True)

    def prefers(flips, stochastic=True):
        how = {"sync": False, "stochastic": stochastic, "made": True, "flips": flips}
        return couplings.prefers_matrix(learnt, hs.backends.get().pairs, 1000, **how)

    assert prefers(0.0)
    assert prefers(0.01)
    assert not prefers(0.15)
    assert prefers(0.15, stochastic=False)
    small = hs.HopfieldNetwork().store(hs.random_patterns(20, 200, rng=0))
    cold, hot = (small.recall(small.patterns, temperature=t, rng=1) for t in (0.1, 1.5))
    assert hot.flips.sum() > cold.flips.sum()
    flips = small._state.derived.flips
    assert flips == hot.flips.sum() / (hot.sweeps.sum() * 200)


def test_bits_are_packed_lowest_first():
    signs = np.array([[1] + [-1] * 63 + [1], [-1] * 64 + [1]], np.int8)
    assert packed(signs, 8).tolist() == [[1, 1], [0, 1]]
    assert packed(signs, 32).shape == (2, 4)
    learnt = Factors(signs, np.zeros(65, np.int32))
    assert learnt.site_bits[0, 0] == 1
    assert learnt.site_bits[64, 0] == 3


# ---------------------------------------------------------------- curves in one call


def curves_by_hand(n, counts, flipped, n_states, keys, max_sweeps):
    """What ``retrieval`` says, network by network and cue by cue, and how many fields were 0."""
    out = np.empty((len(keys), len(counts), n_states), int)
    ties = 0
    for k, key in enumerate(keys.tolist()):
        patterns = np.empty((max(counts), n), np.int8)
        for mu, block in np.ndindex(len(patterns), (n + 127) // 128):
            counter = np.array([block, 0, mu, counter_rng.PATTERN], np.uint64)
            words = counter_rng.philox(counter, key).tolist()
            for i in range(128 * block, min(n, 128 * (block + 1))):
                patterns[mu, i] = 1 if words[i // 32 % 4] >> i % 32 & 1 else -1
        for point, count in enumerate(counts.tolist()):
            targets = patterns[[s % count for s in range(n_states)]]
            cues = point * n_states + np.arange(n_states)
            starts = targets.copy()
            for row, sites in enumerate(
                counter_rng.distinct_sites(key, cues, n, int(flipped[point]))
            ):
                assert len(set(sites)) == flipped[point]
                starts[row, sites] *= -1
            ties += np.count_nonzero(dense_fields(patterns[:count], starts) == 0)
            net = hs.HopfieldNetwork().store(patterns[:count])
            run = net.recall(starts, update="sync", ties="plus", max_sweeps=max_sweeps)
            out[k, point] = (run.states.astype(int) * targets).sum(axis=1)
    return out, ties


@pytest.mark.slow
@pytest.mark.parametrize("n", SIZES)
def test_curves_in_one_call_are_recall_cue_by_cue(n, monkeypatch):
    """Whoever does it, in how many threads, and where in a network a call ends and goes on."""
    monkeypatch.setattr(cython_backend, "_SHARE", 1)
    rng = np.random.default_rng(n)
    counts = np.array([1, 4, 8, 64, *rng.integers(1, 140, 2)])
    flipped = np.append(rng.integers(0, n + 1, 5), n // 5)
    keys = rng.integers(2**64, size=5, dtype=np.uint64)
    expected, ties = curves_by_hand(n, counts, flipped, 7, keys, 6)
    assert ties > 10 or n == 1
    for budget, name, threads in itertools.product((500, 10**7), BACKENDS, (1, 2, 3)):
        monkeypatch.setattr(cython_backend, "_BUDGET", budget)
        engine = hs.backends.get(name).pairs
        found = engine.retrieval(n, counts, flipped, 7, keys, 6, threads)
        np.testing.assert_array_equal(found, expected)
    for k in range(5):  # a network is its key, whatever stands beside it
        found = engine.retrieval(n, counts, flipped, 7, keys[k : k + 1], 6, 1)
        np.testing.assert_array_equal(found[0], expected[k])


def test_where_fields_leave_32_bits_the_reference_does_it(monkeypatch):
    monkeypatch.setattr(cython_backend, "INT32_SAFE", 65 * 12 - 1)
    counts, flipped, keys = np.array([3, 12]), np.array([5, 9]), np.arange(2, dtype=np.uint64)
    expected, _ = curves_by_hand(65, counts, flipped, 4, keys, 6)
    for name in BACKENDS:
        found = hs.backends.get(name).pairs.retrieval(65, counts, flipped, 4, keys, 6, 2)
        np.testing.assert_array_equal(found, expected)


def test_networks_have_patterns_of_their_own():
    """Independent fair bits: means and overlaps between and within networks are those of chance."""
    spins = np.array([counter_rng.random_spins(key, 50, 320) for key in (1, 2, 2**63)]).astype(int)
    rows = spins.reshape(150, 320)
    assert abs(rows.mean()) < 5 / np.sqrt(rows.size)
    products = (rows @ rows.T)[np.triu_indices(150, 1)]
    assert abs((products**2).mean() / 320 - 1) < 5 * np.sqrt(2 / len(products))
    assert np.abs(products).max() < 6 * np.sqrt(320)
    columns = (rows.T @ rows)[np.triu_indices(320, 1)]
    assert abs((columns**2).mean() / 150 - 1) < 5 * np.sqrt(2 / len(columns))
    more = counter_rng.random_spins(2, 60, 320)
    np.testing.assert_array_equal(more[:50], spins[1])


@pytest.mark.parametrize("backend", BACKENDS)
def test_curves_take_the_memory_of_one_network(backend):
    engine, peaks = hs.backends.get(backend).pairs, []
    for n_networks in (1, 6):
        keys = np.arange(n_networks, dtype=np.uint64)
        tracemalloc.start()
        try:
            engine.retrieval(1000, np.array([320]), np.array([100]), 2, keys, 2, 1)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
    assert peaks[1] < peaks[0] + 20_000
    if backend == "cython":
        assert peaks[0] < 1.2 * 2 * 1024 * 320 / 8  # bits, by pattern and by site


def test_flipped_sites_are_a_uniform_choice():
    """Of 5 sites, 2: each of the 10 pairs equally often, by χ² within 5 standard deviations."""
    sites = np.sort(counter_rng.distinct_sites(1, np.arange(50_000), 5, 2), axis=1)
    _, counts = np.unique(sites @ [5, 1], return_counts=True)
    assert len(counts) == 10
    chi2 = ((counts - 5000) ** 2 / 5000).sum()
    assert chi2 < 9 + 5 * np.sqrt(2 * 9)


# ---------------------------------------------------------------- single precision


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("rule", ["storkey", "pseudoinverse"])
def test_single_precision_recalls_alike(backend, rule, tmp_path):
    patterns = hs.random_patterns(20, 200, rng=0)
    cues = hs.flip(patterns, fraction=0.15, rng=1)
    double = hs.HopfieldNetwork(rule, backend=backend).store(patterns)
    single = hs.HopfieldNetwork(rule, backend=backend, dtype="float32").store(patterns)
    assert single.weights.dtype == np.float32
    np.testing.assert_allclose(single.weights, double.weights, rtol=0, atol=1e-6)
    for options in ({}, {"update": "sync"}, {"temperature": 0.1, "max_sweeps": 5}):
        one, other = (net.recall(cues, rng=2, **options) for net in (single, double))
        assert (one.states == other.states).mean() > 0.999
        if not options.get("temperature"):
            np.testing.assert_array_equal(one.states, patterns)
    single.save(tmp_path / "single.npz")
    loaded = hs.load(tmp_path / "single.npz")
    np.testing.assert_array_equal(loaded.weights, single.weights)
    assert loaded.weights.dtype == np.float32


def test_single_precision_is_judged():
    with pytest.raises(hs.errors.InvalidInputError, match="float64 or float32; got 'int8'"):
        hs.HopfieldNetwork(dtype="int8")
    with pytest.raises(hs.errors.InvalidTypeError, match="float64 or float32"):
        hs.HopfieldNetwork(dtype="single precision")
    with pytest.raises(hs.errors.InvalidInputError, match=r"must fit float32; found 1e\+200 at"):
        hs.HopfieldNetwork.from_weights([[0, 1e200], [1e200, 0]], dtype=np.float32)


# ---------------------------------------------------------------- the heat bath's bounds


def test_probabilities_lie_within_their_bounds():
    least, most = probability_bounds()
    y = np.random.default_rng(0).uniform(-30, 30, 200_000)
    step = ((np.clip(y, -BOUNDS_REACH, BOUNDS_REACH) + BOUNDS_REACH) * BOUNDS_STEPS).astype(int)
    words = probability_words(y)
    assert (least[step] <= words).all()
    assert (words <= most[step]).all()
    # They are close enough to be of use: an exponential is wanted in less than one visit of 100.
    assert ((most - least) / 2.0**32).max() < 0.01
