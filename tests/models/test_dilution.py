"""Diluted networks: couplings that a graph keeps, and sparse weights, against dense matrices, laws
and every backend.
"""

from __future__ import annotations

import itertools
import re
import tracemalloc

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.backends.protocol import Sparse
from hopfield_sim.errors import HopfieldError, InsufficientMemoryError, InvalidInputError

BACKENDS = [name for name in hs.backends.available() if name != "cupy"]
KINDS = ("fixed", "independent", "symmetric")
SIZES = (1, 2, 9, 64, 130)


def mask_of(graph: hs.Graph) -> np.ndarray:
    """Where the graph has couplings, (N, N), row by row."""
    mask = np.zeros((graph.n_neurons, graph.n_neurons), bool)
    for site, inputs in enumerate(np.split(graph.inputs, graph.starts[1:-1])):
        mask[site, inputs] = True
    return mask


def problem(n: int, kind: str, seed: int = 0) -> tuple[hs.Graph, np.ndarray, np.ndarray]:
    graph = hs.random_graph(n, min(n - 1, 7), kind=kind, rng=seed)
    return graph, hs.random_patterns(4, n, rng=[seed, n]), hs.random_patterns(6, n, rng=seed + 1)


@pytest.fixture(autouse=True)
def seeded_lists(monkeypatch):
    """Patterns of several seeds at once."""
    draw = hs.random_patterns

    def drawn(*sizes, rng, **options):
        return draw(*sizes, rng=np.random.default_rng(rng), **options)

    monkeypatch.setattr(hs, "random_patterns", drawn)


def same_runs(a, b):
    np.testing.assert_array_equal(a.states, b.states)
    np.testing.assert_array_equal(a.stop, b.stop)
    np.testing.assert_array_equal(a.flips, b.flips)
    np.testing.assert_array_equal(a.sweeps, b.sweeps)


WALKS = [
    {"update": update, "order": order, "ties": ties, "temperature": temperature}
    for update, order, ties, temperature in itertools.product(
        ("async", "sync"), ("random", "sequential", "uniform"), ("keep", "plus"), (0, 0.3)
    )
    if update == "async" or order == "random"
] + [{"temperature": [0.5, 0.2, 0.0, 0.0]}, {"temperature": [[0.0, 0.2, 1, 1, 0.2, 0]]}]


# ------------------------------------------------------------------ what it computes


@pytest.mark.filterwarnings("ignore:these weights are not symmetric")
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", SIZES)
def test_a_diluted_network_is_the_dense_one_with_zeros(n, kind, backend):
    graph, patterns, cues = problem(n, kind)
    net = hs.HopfieldNetwork(connectivity=graph, backend=backend).store(patterns)
    weights = np.where(mask_of(graph), patterns.T.astype(float) @ patterns / n, 0)
    np.testing.assert_array_equal(net.weights, weights)
    np.testing.assert_allclose(net.fields(cues), cues @ weights.T, atol=1e-12)
    energies = -0.5 * np.einsum("bi,ij,bj->b", cues, weights, cues)
    np.testing.assert_allclose(net.energy(cues), energies, atol=1e-12)
    gap = net.energy_gap(cues)
    for site in {0, n // 2, n - 1}:
        flipped = cues.copy()
        flipped[:, site] *= -1
        np.testing.assert_allclose(gap[:, site], net.energy(flipped) - net.energy(cues), atol=1e-12)
    assert net.graph is not None
    np.testing.assert_array_equal(mask_of(net.graph), mask_of(graph))


@pytest.mark.parametrize("walk", WALKS, ids=str)
def test_every_walk_is_that_of_the_dense_network(walk):
    for n in (9, 33):
        graph, patterns, cues = problem(n, "fixed")
        theta, clamp = np.linspace(-0.1, 0.1, n).round(2), np.arange(n) % 5 == 0
        weights = np.where(mask_of(graph), patterns.T.astype(float) @ patterns / n, 0)
        for options, recall in (({}, {}), ({"thresholds": theta}, {"clamp": clamp})):
            dense = hs.HopfieldNetwork.from_weights(weights, backend="numpy", **options)
            expected = dense.recall(cues, rng=3, max_sweeps=5, **walk, **recall)
            for backend in BACKENDS:
                for net in (
                    hs.HopfieldNetwork(connectivity=graph, backend=backend, **options).store(
                        patterns
                    ),
                    hs.HopfieldNetwork.from_weights(
                        hs.HopfieldNetwork(connectivity=graph).store(patterns).graph,
                        backend=backend,
                        **options,
                    ),
                ):
                    for n_threads in (1, 3):
                        run = net.recall(
                            cues, rng=3, max_sweeps=5, n_threads=n_threads, **walk, **recall
                        )
                        same_runs(run, expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("update", ["async", "sync"])
def test_real_weights_give_the_same_bits_everywhere(update, dtype):
    source = np.random.default_rng(1)
    graph = hs.random_graph(70, 9, kind="symmetric", rng=1)
    half = np.triu(source.normal(size=(70, 70)))
    weights = (half + half.T)[mask_of(graph)]
    graph = hs.Graph(graph.starts, graph.inputs, weights)
    cues = hs.random_patterns(40, 70, rng=2)
    fields, runs = [], []
    for backend in BACKENDS:
        net = hs.HopfieldNetwork.from_weights(graph, backend=backend, dtype=dtype)
        fields.append(net.fields(cues))
        runs.append(net.recall(cues, update=update, rng=1, record="energy"))
        if update == "async":
            assert runs[-1].converged.all()
            assert (np.diff(runs[-1].energy, axis=0) <= 1e-5).all()
    for other, run in zip(fields, runs, strict=True):
        np.testing.assert_array_equal(other, fields[0])
        same_runs(run, runs[0])


@pytest.mark.parametrize("backend", BACKENDS)
def test_self_couplings_are_kept_only_where_asked(backend):
    patterns = hs.random_patterns(3, 20, rng=0)
    full = np.ones((20, 20), bool)
    for zero_diagonal in (True, False):
        classical = hs.HopfieldNetwork(zero_diagonal=zero_diagonal).store(patterns)
        net = hs.HopfieldNetwork(connectivity=full, zero_diagonal=zero_diagonal, backend=backend)
        net.store(patterns[:1]).store(patterns[1:])
        np.testing.assert_array_equal(net.weights, classical.weights)
        cues = hs.random_patterns(9, 20, rng=1)
        for walk in ({}, {"update": "sync"}, {"temperature": 0.4}):
            run = net.recall(cues, rng=2, max_sweeps=5, **walk)
            same_runs(run, classical.recall(cues, rng=2, max_sweeps=5, **walk))
        same_runs(net.forget(1).recall(cues, rng=4), classical.forget(1).recall(cues, rng=4))


@pytest.mark.parametrize("rule", hs.rules.RULES)
def test_other_rules_lose_the_couplings_that_are_not_kept(rule):
    graph, patterns, _ = problem(64, "fixed")
    net = hs.HopfieldNetwork(rule, connectivity=graph).store(patterns[:2]).store(patterns[2:])
    expected = np.where(mask_of(graph), hs.rules.get(rule)(patterns), 0)
    np.testing.assert_allclose(net.weights, expected, atol=1e-15)
    assert isinstance(net._known(), Sparse)
    left = np.where(mask_of(graph), hs.rules.get(rule)(patterns[1:]), 0)
    np.testing.assert_allclose(net.forget(0).weights, left, atol=1e-15)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("n_patterns", [1, 127, 128, 200])
def test_many_patterns_need_wider_integers_and_are_exact(n_patterns, backend):
    patterns = hs.random_patterns(n_patterns, 40, rng=1)
    patterns[:, :2] = 1
    graph = hs.random_graph(40, 39, rng=0)
    net = hs.HopfieldNetwork(connectivity=graph, backend=backend).store(patterns, advise=False)
    np.testing.assert_array_equal(net.weights, hs.rules.hebbian(patterns))
    same_runs(
        net.recall(patterns, rng=1), hs.HopfieldNetwork().store(patterns).recall(patterns, rng=1)
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_fields_beyond_32_bits_do_not_overflow(backend, monkeypatch):
    from hopfield_sim.models.hopfield import couplings

    monkeypatch.setattr(couplings, "INT32_SAFE", 100)
    graph, patterns, cues = problem(64, "fixed")
    net = hs.HopfieldNetwork(connectivity=graph, backend=backend).store(np.tile(patterns, (8, 1)))
    known = net._known()
    assert known.values.dtype == known.diagonal.dtype == np.float64
    assert known.exact
    plain = hs.HopfieldNetwork(connectivity=graph).store(patterns)
    same_runs(net.recall(cues, rng=1), plain.recall(cues, rng=1))


def test_no_couplings_at_all_leave_every_state_alone():
    for backend in BACKENDS:
        net = hs.HopfieldNetwork(connectivity=hs.random_graph(9, 0), backend=backend)
        net.store(hs.random_patterns(2, 9, rng=1))
        run = net.recall(hs.random_patterns(3, 9, rng=2))
        assert run.converged.all()
        assert not run.flips.any()
        assert not net.weights.any()


def test_asymmetric_dilution_says_what_its_energy_means():
    graph, patterns, cues = problem(64, "fixed")
    assert not graph.is_symmetric
    net = hs.HopfieldNetwork(connectivity=graph).store(patterns)
    with pytest.warns(UserWarning, match="not symmetric: the energy is defined, but"):
        net.energy(cues)
    symmetric, patterns, cues = problem(64, "symmetric")
    run = (
        hs.HopfieldNetwork(connectivity=symmetric)
        .store(patterns)
        .recall(cues, record="energy", every=1)
    )
    assert (np.diff(run.energy, axis=0) <= 0).all()


# ------------------------------------------------------------------ laws


@pytest.mark.parametrize(("n_patterns", "expected"), [(12, 0.9495), (20, 0.8631), (28, 0.7878)])
@pytest.mark.parametrize("kind", ["fixed"])
def test_the_first_step_is_exact(kind, n_patterns, expected):
    found = []
    for seed in range(5):
        graph = hs.random_graph(4000, 40, kind=kind, rng=seed)
        patterns = hs.random_patterns(n_patterns, 4000, rng=[7, seed])
        net = hs.HopfieldNetwork(connectivity=graph).store(patterns)
        run = net.recall(patterns, update="sync", max_sweeps=1)
        found.append(np.einsum("bi,bi->b", run.states.astype(int), patterns).mean() / 4000)
    error = np.std(found, ddof=1) / np.sqrt(len(found))
    assert error < 0.002
    assert np.mean(found) == pytest.approx(expected, abs=4 * max(error, 0.0005))


@pytest.mark.slow
def test_later_steps_follow_the_map_where_nothing_comes_back():
    theory = pytest.importorskip("scipy") and hs.theory
    law = [0.4]
    for _ in range(3):
        law.append(theory.diluted_step(law[-1], 11, 3))  # no ties: 11 * 3 is odd
    found = np.empty((4, 3))
    for seed in range(4):
        net = hs.HopfieldNetwork(connectivity=hs.random_graph(40_000, 11, rng=seed))
        patterns = hs.random_patterns(3, 40_000, rng=[8, seed])
        cue = hs.flip(patterns[0], fraction=0.3, rng=seed)
        run = net.store(patterns).recall(cue, update="sync", max_sweeps=3, record="overlap")
        found[seed] = run.overlaps[1:, 0]
    error = found.std(axis=0, ddof=1) / 2
    assert (np.abs(found.mean(axis=0) - law[1:]) < 5 * np.maximum(error, 0.0015)).all()


@pytest.mark.slow
@pytest.mark.parametrize("n_patterns", [7, 11])
def test_networks_end_where_the_map_ends(n_patterns):
    theory = pytest.importorskip("scipy") and hs.theory
    law = 1.0
    for _ in range(200):
        law = theory.diluted_step(law, 21, n_patterns)
    graph, patterns = hs.random_graph(150_000, 21, rng=1), hs.random_patterns(11, 150_000, rng=2)
    net = hs.HopfieldNetwork(connectivity=graph).store(patterns[:n_patterns])
    run = net.recall(patterns[:2], update="sync", max_sweeps=20)
    found = np.einsum("bi,bi->b", run.states.astype(int), patterns[:2]) / 150_000
    assert found.mean() == pytest.approx(law, abs=0.012)


# ------------------------------------------------------------------ graphs


@pytest.mark.parametrize(
    ("n", "count"), [(1, 0), (2, 1), (9, 4), (9, 5), (9, 8), (50, 3), (300, 280)]
)
def test_fixed_graphs_have_that_many_other_inputs(n, count):
    graph = hs.random_graph(n, count, rng=1)
    mask = mask_of(graph)
    assert (mask.sum(axis=1) == count).all()
    assert not mask.diagonal().any()
    assert (graph.n_inputs == count).all()


@pytest.mark.parametrize(("n", "count"), [(7, 2), (7, 5)])
def test_all_sets_of_inputs_are_equally_likely(n, count):
    draws = 4000
    total = np.zeros((n, n))
    both = 0
    for seed in range(draws // n):
        mask = mask_of(hs.random_graph(n, count, rng=seed))
        total += mask
        both += sum(mask[i, (i + 1) % n] & mask[i, (i + 2) % n] for i in range(n))
    rounds = draws // n
    chance = count / (n - 1)
    spread = np.sqrt(rounds * chance * (1 - chance))
    assert (np.abs(total - rounds * chance)[~np.eye(n, dtype=bool)] < 4.5 * spread).all()
    pair = count * (count - 1) / ((n - 1) * (n - 2))
    assert abs(both - rounds * n * pair) < 4 * np.sqrt(rounds * n * pair * (1 - pair))


@pytest.mark.parametrize("kind", ["independent", "symmetric"])
def test_couplings_are_kept_with_one_probability(kind):
    n, count, rounds = 40, 6.5, 300
    total = np.zeros((n, n))
    for seed in range(rounds):
        graph = hs.random_graph(n, count, kind=kind, rng=seed)
        assert graph.is_symmetric == (kind == "symmetric")
        total += mask_of(graph)
    chance, off = count / (n - 1), ~np.eye(n, dtype=bool)
    assert not total.diagonal().any()
    spread = np.sqrt(rounds * chance * (1 - chance))
    assert (np.abs(total[off] - rounds * chance) < 5 * spread).all()
    assert abs(total[off].mean() - rounds * chance) < 5 * spread / n
    assert mask_of(hs.random_graph(n, n - 1, kind=kind)).sum() == n * (n - 1)
    assert not mask_of(hs.random_graph(n, 0, kind=kind)).any()


def test_a_million_neurons_need_no_matrix():
    tracemalloc.start()
    net = hs.HopfieldNetwork(connectivity=hs.random_graph(10**5, 20, rng=1))
    patterns = hs.random_patterns(3, 10**5, rng=1)
    run = net.store(patterns).recall(hs.flip(patterns[0], fraction=0.1, rng=1), rng=1)
    assert tracemalloc.get_traced_memory()[1] < 200e6
    tracemalloc.stop()
    assert run.overlap()[0] > 0.97


def test_weights_with_zeros_that_do_not_fit_are_refused(monkeypatch):
    net = hs.HopfieldNetwork(connectivity=hs.random_graph(3000, 2, rng=1))
    net.store(hs.random_patterns(2, 3000, rng=1))
    monkeypatch.setattr("hopfield_sim.checks.resources._available_memory", lambda: 10**7)
    with pytest.raises(InsufficientMemoryError, match=r"with their zeros.*use graph"):
        _ = net.weights


# ------------------------------------------------------------------ SciPy, files, bad input


def sparse_forms(weights):
    sparse = pytest.importorskip("scipy.sparse")
    forms = itertools.product(
        ("csr", "csc", "coo", "lil", "dok", "dia", "bsr"), ("matrix", "array")
    )
    return [getattr(sparse, "_".join(form))(weights) for form in forms]


def test_sparse_weights_of_scipy_are_accepted_in_every_form():
    source = np.random.default_rng(3)
    weights = np.where(source.random((30, 30)) < 0.2, source.normal(size=(30, 30)), 0)
    cues = hs.random_patterns(9, 30, rng=1)
    dense = hs.HopfieldNetwork.from_weights(weights, thresholds=0.1)
    for matrix in sparse_forms(weights):
        before = matrix.copy()
        net = hs.HopfieldNetwork.from_weights(matrix, thresholds=0.1)
        np.testing.assert_array_equal(net.weights, weights)
        same_runs(net.recall(cues, rng=1), dense.recall(cues, rng=1))
        assert (before != matrix).nnz == 0
        diluted = hs.HopfieldNetwork(connectivity=matrix, zero_diagonal=False).store(cues)
        kept = np.where(weights, hs.rules.hebbian(cues, zero_diagonal=False), 0)
        np.testing.assert_array_equal(diluted.weights, kept)


def test_sparse_weights_are_made_sound():
    sparse = pytest.importorskip("scipy.sparse")
    places = ([0, 0, 1, 1, 0], [1, 1, 0, 1, 0])
    doubled = sparse.coo_array((np.array([100, 100, 50, 0, 3], np.int8), places), shape=(2, 2))
    net = hs.HopfieldNetwork.from_weights(doubled)
    assert net.weights.tolist() == [[3, 200], [50, 0]]
    assert net.graph.inputs.tolist() == [0, 1, 0]
    unsorted = sparse.csr_array((np.ones(2), [1, 0], [0, 2, 2]), shape=(2, 2))
    assert hs.HopfieldNetwork.from_weights(unsorted).weights.tolist() == [[1, 1], [0, 0]]
    assert unsorted.indices.tolist() == [1, 0]
    back = sparse.csr_array((net.graph.weights, net.graph.inputs, net.graph.starts))
    np.testing.assert_array_equal(back.toarray(), net.weights)


def broken_scipy():
    sparse = pytest.importorskip("scipy.sparse")
    bad = sparse.csr_array(np.eye(3))
    bad.indices[1] = 70000
    return bad


def scipy_of(array):
    return pytest.importorskip("scipy.sparse").csr_array(array)


RING = hs.Graph([0, 2, 4, 6], [1, 2, 0, 2, 0, 1])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: hs.Graph([0, 1], [1]), "inputs must be from 0 to N - 1 = 0; found 1"),
        (lambda: hs.Graph([0, 1], [-1]), "inputs must be from 0"),
        (lambda: hs.Graph([1, 1], [0]), "starts must rise from 0"),
        (lambda: hs.Graph([0, 2, 1], [0]), "starts must rise from 0"),
        (lambda: hs.Graph([0, 3, 2], [0, 1]), "starts must rise from 0"),
        (lambda: hs.Graph([0], []), r"starts must be \(N \+ 1,\)"),
        (lambda: hs.Graph([], []), r"starts must be \(N \+ 1,\)"),
        (lambda: hs.Graph([[0, 1]], [0]), "starts must have one axis"),
        (lambda: hs.Graph([0.0, 1.0], [0]), "starts must be integers"),
        (lambda: hs.Graph("ab", [0]), "starts"),
        (lambda: hs.Graph([0, 2, 2], [1, 1]), "inputs must ascend in each row"),
        (lambda: hs.Graph([0, 2, 2], [1, 0]), "inputs must ascend in each row"),
        (lambda: hs.Graph([0, 1], [0], [1, 2]), r"weights must be \(1,\)"),
        (lambda: hs.Graph([0, 1], [0], [np.nan]), "weights must be finite"),
        (lambda: hs.HopfieldNetwork(connectivity="ring"), "connectivity"),
        (lambda: hs.HopfieldNetwork(connectivity=0), "connectivity must be above 0"),
        (lambda: hs.HopfieldNetwork(connectivity=1.5), "connectivity.*from 0 to 1"),
        (lambda: hs.HopfieldNetwork(connectivity=-0.1), "connectivity.*from 0 to 1"),
        (lambda: hs.HopfieldNetwork(connectivity=np.nan), "connectivity must be finite"),
        (lambda: hs.HopfieldNetwork(connectivity=True), "connectivity must be a real number"),
        (
            lambda: hs.HopfieldNetwork(connectivity=[[1, 0]]),
            "connectivity must be a Graph or a square matrix",
        ),
        (lambda: hs.HopfieldNetwork(connectivity=[[np.nan]]), "connectivity must be finite"),
        (lambda: hs.HopfieldNetwork(connectivity=RING).store([[1, -1]]), "shape"),
        (lambda: hs.HopfieldNetwork(connectivity=RING, thresholds=[1, 2]), r"thresholds.*\(3,\)"),
        (lambda: hs.HopfieldNetwork.from_weights(RING), "Graph with weights"),
        (lambda: hs.HopfieldNetwork.from_weights(scipy_of(np.ones((2, 3)))), "square matrix"),
        (lambda: hs.HopfieldNetwork.from_weights(scipy_of([[np.inf]])), "must be finite"),
        (lambda: hs.HopfieldNetwork.from_weights(scipy_of([[1j]])), "complex"),
        (lambda: hs.HopfieldNetwork.from_weights(scipy_of([[1e308, 1e308]] * 2)), "at most"),
        (lambda: hs.HopfieldNetwork.from_weights(scipy_of([[1e39]]), dtype="f4"), "float32"),
        (lambda: hs.HopfieldNetwork.from_weights(broken_scipy()), "weights"),
        (lambda: hs.overlap(scipy_of(np.eye(3)), np.ones((1, 3))), "sparse one; pass its .toarray"),
        (lambda: hs.random_graph(0, 0), "n_neurons"),
        (lambda: hs.random_graph(5, 5), "n_inputs.*from 0 to 4"),
        (lambda: hs.random_graph(5, 2.5), "n_inputs must be an integer"),
        (lambda: hs.random_graph(5, -1, kind="symmetric"), "n_inputs"),
        (lambda: hs.random_graph(5, 2, kind="symmetrc"), 'mean "symmetric"'),
        (lambda: hs.random_graph(10**8, 10**7), "not enough memory for a graph"),
    ],
)
def test_what_is_wrong_with_a_graph_is_told(call, words):
    with pytest.raises(HopfieldError) as caught:
        call()
    assert re.search(words, str(caught.value)), str(caught.value)


def test_arrays_of_a_caller_are_neither_changed_nor_kept():
    starts, inputs, weights = np.array([0, 1, 2]), np.array([1, 0]), np.array([1.0, 2.0])
    graph = hs.Graph(starts, inputs, weights)
    net = hs.HopfieldNetwork.from_weights(graph)
    starts[:], inputs[:], weights[:] = 9, 9, 9
    assert graph.inputs.tolist() == [1, 0]
    assert net.weights.tolist() == [[0, 1], [2, 0]]
    with pytest.raises(ValueError, match="read-only"):
        graph.inputs[0] = 0
    with pytest.raises(AttributeError):
        graph.inputs = np.array([9, 9])
    assert not any(array.flags.writeable for array in (net.weights, net.graph.weights))


@pytest.mark.parametrize("rule", ["hebbian", "storkey", "pseudoinverse"])
@pytest.mark.parametrize("zero_diagonal", [True, False])
def test_a_diluted_network_comes_back_and_goes_on_learning(tmp_path, rule, zero_diagonal):
    graph, patterns, cues = problem(30, "independent")
    net = hs.HopfieldNetwork(rule, connectivity=graph, zero_diagonal=zero_diagonal).store(
        patterns[:3]
    )
    net.save(tmp_path / "net")
    again = hs.load(tmp_path / "net")
    for _ in range(2):
        np.testing.assert_array_equal(again.weights, net.weights)
        same_runs(again.recall(cues, rng=1), net.recall(cues, rng=1))
        again.store(patterns[3:])
        net.store(patterns[3:])
    assert again.rule == rule
    with pytest.raises(InvalidInputError, match="shape"):
        again.clear().store([[1, -1]])


@pytest.mark.parametrize("rule", sorted(hs.rules.RULES))
def test_a_fraction_of_the_couplings_is_kept(rule, tmp_path):
    patterns = hs.random_patterns(4, 80, activity=0.4, rng=5)
    graph = hs.random_graph(80, 0.3 * 79, kind="symmetric", rng=0)
    net = hs.HopfieldNetwork(rule, connectivity=0.3)
    assert net.graph is None
    net.store(patterns[:3], advise=False)
    other = hs.HopfieldNetwork(rule, connectivity=graph).store(patterns[:3], advise=False)
    np.testing.assert_array_equal(net.weights, other.weights)
    np.testing.assert_array_equal(net.thresholds, other.thresholds)
    net.save(tmp_path / "net")
    for one in (net, hs.load(tmp_path / "net")):
        one.store(patterns[3:], advise=False).forget(0)
        left = hs.HopfieldNetwork(rule, connectivity=graph).store(patterns[1:], advise=False)
        np.testing.assert_array_equal(one.weights, left.weights)
        one.clear().store(hs.random_patterns(2, 9, activity=0.4, rng=1), advise=False)  # another N
        assert one.graph.n_neurons == 9


def test_how_many_couplings_a_fraction_keeps():
    for fraction in (0.02, 0.5, 1):
        net = hs.HopfieldNetwork(connectivity=fraction).store(hs.random_patterns(2, 500, rng=1))
        pairs = 500 * 499 / 2
        assert net.graph.is_symmetric
        error = 4 * np.sqrt(fraction * (1 - fraction) / pairs)
        assert abs(len(net.graph.inputs) / (2 * pairs) - fraction) <= error
    for zero_diagonal in (True, False):
        patterns = hs.random_patterns(2, 40, rng=2)
        net = hs.HopfieldNetwork(connectivity=1.0, zero_diagonal=zero_diagonal).store(patterns)
        whole = hs.HopfieldNetwork(zero_diagonal=zero_diagonal).store(patterns)
        np.testing.assert_array_equal(net.weights, whole.weights)
    assert hs.HopfieldNetwork(connectivity=0.5).store([[1]]).weights.tolist() == [[0.0]]


def test_sparse_weights_come_back(tmp_path):
    graph = hs.Graph([0, 1, 2], [1, 0], [0.1, -0.2])
    for dtype in ("float32", "float64"):
        hs.HopfieldNetwork.from_weights(graph, dtype=dtype).save(tmp_path / "net")
        again = hs.load(tmp_path / "net")
        assert isinstance(again._known(), Sparse)
        assert again.weights.dtype == dtype
        np.testing.assert_allclose(again.weights, [[0, 0.1], [-0.2, 0]], rtol=1e-7)
        assert again.rule is None
