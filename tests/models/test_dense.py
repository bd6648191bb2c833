"""Dense memories: definitions, laws and numbers from elsewhere, on every backend."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError, NotStoredError
from hopfield_sim.models.dense import interactions

BACKENDS = hs.backends.available()
KINDS = [("polynomial", n) for n in (1, 2, 3, 4, 7, 64)]
KINDS += [("rectified", n) for n in (1, 2, 3, 30)]
XOR = [[-1, -1, -1], [-1, 1, 1], [1, -1, 1], [1, 1, -1]]

each_backend = pytest.mark.parametrize("backend", BACKENDS)


def f(word, order, x):
    """F in whole numbers of any size."""
    return (max(x, 0) if word == "rectified" else x) ** order


def energy_by_definition(word, order, patterns, s):
    return -sum(f(word, order, int(xi.astype(int) @ s)) for xi in np.asarray(patterns))


def all_states(n):
    return np.array(list(itertools.product((-1, 1), repeat=n)), np.int8)


@each_backend
@pytest.mark.parametrize(("word", "order"), KINDS)
def test_energy_and_gap_by_definition(backend, word, order):
    """In whole numbers: equal where they fit a float, else to its last digits."""
    for n in (1, 2, 7, 8):
        patterns, states = hs.random_patterns(5, n, rng=n), hs.random_patterns(4, n, rng=n + 1)
        memory = hs.DenseMemory(word, order, backend=backend).store(patterns)
        energies, gaps = memory.energy(states), memory.energy_gap(states)
        exact = 5 * n**order < 2**53
        for b, s in enumerate(states):
            whole = energy_by_definition(word, order, patterns, s)
            assert energies[b] == (whole if exact else pytest.approx(whole, rel=1e-14))
            largest = 0
            for i in range(n):
                flipped = s.copy()
                flipped[i] *= -1
                gap = energy_by_definition(word, order, patterns, flipped) - whole
                largest = max(largest, abs(gap))
                if exact:
                    assert gaps[b, i] == gap
                else:  # terms of the sum may be as large as F itself
                    assert gaps[b, i] == pytest.approx(gap, rel=1e-12, abs=1e-12 * abs(n**order))


@pytest.mark.parametrize("name", interactions.INTERACTIONS)
def test_what_follows_from_an_interaction(name):
    """Slopes, energies and differences against F alone."""
    F, rng, h = interactions.get(name, 3), np.random.default_rng(0), 1e-6
    x = rng.uniform(-3, 3, 20)
    np.testing.assert_allclose(F.slope(x), (F(x + h) - F(x - h)) / (2 * h), rtol=1e-6, atol=1e-6)

    up, down, along = rng.uniform(-3, 3, (3, 2, 4, 5))
    ahead, behind = (F.drive(up + step * along, down + step * along) for step in (h, -h))
    bend = (F.bend(up, down) * along).sum(axis=1)
    np.testing.assert_allclose(bend, (ahead - behind) / (2 * h), rtol=1e-6, atol=1e-6)

    patterns, states = hs.random_patterns(4, 9, rng=1), hs.random_patterns(3, 9, rng=2)
    flipped = states[:, None] * (1 - 2 * np.eye(9, dtype=np.int8))
    for energy in F.energies:
        sums = [F(s.astype(int) @ patterns.T).sum(axis=-1) for s in (states, flipped)]
        wanted, others = (-np.log(s) if energy == "log" else -s for s in sums)
        memory = hs.DenseMemory(name, energy=energy).store(patterns)
        np.testing.assert_allclose(memory.energy(states), wanted, rtol=1e-12)
        gaps = others - wanted[:, None]
        np.testing.assert_allclose(memory.energy_gap(states), gaps, rtol=1e-9, atol=1e-9)


@each_backend
@pytest.mark.parametrize("energy", ["sum", "log"])
def test_exponential_energy_and_gap_by_definition(backend, energy):
    patterns, states = hs.random_patterns(5, 9, rng=0), hs.random_patterns(4, 9, rng=1)
    memory = hs.DenseMemory("exponential", energy=energy, backend=backend).store(patterns)

    def by_definition(s):
        total = math.fsum(math.exp(int(xi.astype(int) @ s)) for xi in patterns)
        return -math.log(total) if energy == "log" else -total

    for s in states:
        assert memory.energy(s) == pytest.approx(by_definition(s), rel=1e-13)
        for i, gap in enumerate(memory.energy_gap(s)):
            flipped = s.copy()
            flipped[i] *= -1
            assert gap == pytest.approx(by_definition(flipped) - by_definition(s), rel=1e-10)


@each_backend
def test_energies_of_the_exclusive_or(backend):
    """The table of the specification, state by state."""
    states = all_states(3)
    product = states.prod(axis=1)
    on_memory = np.array([s.tolist() in XOR for s in states])
    expected = {
        ("polynomial", 1): np.zeros(8),
        ("polynomial", 2): np.full(8, -12),
        ("polynomial", 3): 24 * product,
        ("polynomial", 4): np.full(8, -84),
        ("rectified", 1): np.full(8, -3),
        ("rectified", 2): np.where(on_memory, -9, -3),
        ("rectified", 5): np.where(on_memory, -(3**5), -3),
    }
    for (word, order), energies in expected.items():
        memory = hs.DenseMemory(word, order, backend=backend).store(XOR)
        np.testing.assert_array_equal(memory.energy(states), energies)
        found = memory.recall(states, clamp=[True, True, False], rng=0).states
        solves = (found[:, 2] == -states[:, 0] * states[:, 1]).all()
        assert solves == (order >= 2 if word == "rectified" else order % 2 == 1 and order >= 3)


@pytest.mark.slow
@each_backend
@pytest.mark.parametrize("update", ["async", "sync"])
@pytest.mark.parametrize("ties", ["keep", "plus"])
def test_order_two_is_the_hebbian_network_state_by_state(backend, update, ties):
    """Same seed, same visits, same chances: T_dense = 2N T_Hopfield, E = 2N E_Hebb − PN."""
    for n, n_patterns in ((8, 4), (64, 4), (65, 9), (100, 12)):
        patterns = hs.random_patterns(n_patterns, n, rng=n)
        cues = hs.random_patterns(8, n, rng=1)
        hebb = hs.HopfieldNetwork(backend=backend).store(patterns)
        dense = hs.DenseMemory(order=2, backend=backend).store(patterns)
        expected = np.round(2 * n * hebb.energy(cues)) - n_patterns * n
        np.testing.assert_array_equal(dense.energy(cues), expected)
        np.testing.assert_allclose(dense.energy_gap(cues), 2 * n * hebb.energy_gap(cues))
        for order, heat in itertools.product(
            ("random", "sequential", "uniform"), (0.0, 0.4, [1.0, 0.5, 0.0, 0.0])
        ):
            options = {
                "update": update, "ties": ties, "order": order, "rng": 5, "max_sweeps": 9,
                "record": "states", "every": 13,
            }  # fmt: skip
            one = hebb.recall(cues, temperature=heat, **options)
            two = dense.recall(cues, temperature=np.multiply(heat, 2.0 * n), **options)
            np.testing.assert_array_equal(one.trajectory, two.trajectory)
            for name in ("states", "stop", "sweeps", "flips", "period"):
                np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


@each_backend
def test_ties_occur_and_go_where_they_are_told(backend):
    """N = 4, P = 4, all even: D is 0 at many sites, found in whole numbers."""
    patterns = hs.random_patterns(4, 4, rng=3)
    patterns[3, 0] *= -1 if (patterns < 0).sum() % 2 else 1
    states = all_states(4)
    for word, order in (("polynomial", 2), ("polynomial", 3), ("rectified", 2)):
        memory = hs.DenseMemory(word, order, backend=backend).store(patterns)
        kept, plus = (
            memory.recall(states, update="sync", ties=ties, max_sweeps=1).states
            for ties in ("keep", "plus")
        )
        ties = 0
        for s, k, p in zip(states, kept, plus, strict=True):
            for i in range(4):
                up, down = s.copy(), s.copy()
                up[i], down[i] = 1, -1
                d = energy_by_definition(word, order, patterns, down)
                d -= energy_by_definition(word, order, patterns, up)
                ties += d == 0
                assert k[i] == (np.sign(d) or s[i])
                assert p[i] == (np.sign(d) or 1)
        assert ties > 4


@pytest.mark.slow
@each_backend
@pytest.mark.parametrize(
    ("kind", "temperature"),
    [
        (("polynomial", 3, None), 60.0),
        (("rectified", 2, None), 12.0),
        (("exponential", 3, "log"), 0.8),
        (("exponential", 3, "sum"), 40.0),
    ],
)
def test_heat_bath_samples_boltzmann(backend, kind, temperature):
    n, chains = 5, 20_000
    word, order, energy = kind
    memory = hs.DenseMemory(word, order, energy=energy, backend=backend)
    memory.store(hs.random_patterns(4, n, rng=1))
    starts = np.repeat([[1, -1, 1, -1, 1]], chains, axis=0)
    run = memory.recall(starts, temperature=temperature, max_sweeps=60, rng=7)
    assert set(run.stop) == {"temperature"}
    counts = np.bincount((run.states > 0) @ (1 << np.arange(n - 1, -1, -1)), minlength=2**n)
    energies = memory.energy(all_states(n))
    weights = np.exp(-(energies - energies.min()) / temperature)
    assert 3 < weights.sum() < 29  # neither frozen nor uniform
    expected = chains * weights / weights.sum()
    chi2 = ((counts - expected) ** 2 / expected).sum()
    assert chi2 < 31 + 5 * math.sqrt(62)


@each_backend
@pytest.mark.parametrize("kind", [("polynomial", 3), ("rectified", 4), ("exponential", 3)])
def test_asynchronous_energy_never_rises(backend, kind):
    memory = hs.DenseMemory(*kind, backend=backend).store(hs.random_patterns(90, 30, rng=0))
    cues = hs.random_patterns(20, 30, rng=1)
    for order in ("random", "sequential", "uniform"):
        run = memory.recall(cues, order=order, record="energy", every=1, rng=2)
        assert run.flips.sum() > 20
        assert np.diff(run.energy, axis=0).max() <= 1e-12 * np.abs(run.energy).max()
        assert run.converged.all()
        assert (memory.energy_gap(run.states) >= 0).all()


@each_backend
def test_synchronous_cycles_of_two_are_told_and_longer_ones_are_not(backend):
    """No theorem forbids longer cycles here; one of six occurs at n = 3."""
    periods = set()
    for seed in (0, 35, 47, 53):
        memory = hs.DenseMemory(order=3, backend=backend)
        memory.store(hs.random_patterns(12, 6, rng=seed))
        found = memory.attractors(update="sync")
        periods |= set(found.period.tolist())
        run = memory.recall(found.states, update="sync", max_sweeps=60)
        of_period = {1: "fixed-point", 2: "cycle"}
        expected = [of_period.get(period, "max-sweeps") for period in found.period.tolist()]
        assert run.stop.tolist() == expected
        np.testing.assert_array_equal(run.period, np.where(found.period < 3, found.period, 0))
    assert periods == {1, 2, 3, 4, 6}


@each_backend
def test_inverses_are_memories_of_even_orders_only(backend):
    patterns = hs.random_patterns(5, 50, rng=0)
    for kind, kept in (
        (("polynomial", 2), True), (("polynomial", 4), True), (("polynomial", 3), False),
        (("rectified", 2), False), (("rectified", 4), False), (("exponential", 3), False),
    ):  # fmt: skip
        memory = hs.DenseMemory(*kind, backend=backend).store(patterns)
        run = memory.recall(patterns, rng=0)
        assert (run.states == patterns).all()
        assert (run.sweeps == 0).all()
        inverse = memory.recall(-patterns, rng=0)
        assert (inverse.states == -patterns).all() == kept


@each_backend
def test_a_step_is_a_network_with_one_hidden_layer(backend):
    """Duality: Σ_μ ξ_i F′(ξ·s) with F′ of max(x, 0)² a rectifier, where overlaps are large."""
    patterns = hs.random_patterns(8, 400, rng=0)
    cues = hs.flip(patterns, fraction=0.2, rng=1)
    memory = hs.DenseMemory("rectified", 2, backend=backend).store(patterns)
    hidden = np.maximum(cues.astype(int) @ patterns.T, 0)
    output = np.sign(hidden @ patterns.astype(int))
    agree = memory.recall(cues, update="sync", max_sweeps=1).states == output
    assert agree.mean() > 0.999  # the difference quotient of F is not quite its derivative


@each_backend
@pytest.mark.parametrize("order", [7, 20, 64])
def test_large_orders_do_not_overflow(backend, order):
    """784⁷ overflows an int64, and 784⁶⁴ every integer type."""
    patterns = hs.random_patterns(30, 784, rng=0)
    cues = hs.flip(patterns, fraction=0.3, rng=1)
    memory = hs.DenseMemory("polynomial", order, backend=backend).store(patterns)
    run = memory.recall(cues, record="energy", rng=2)
    assert (run.states == patterns).all()
    overlaps = patterns.astype(int) @ patterns.astype(int).T
    whole = [-sum(int(m) ** order for m in row) for row in overlaps]
    np.testing.assert_allclose(run.energy[-1], [float(e) for e in whole], rtol=1e-12)
    hot = memory.recall(cues[:3], temperature=1.0, max_sweeps=2, rng=3)  # cold, for such energies
    assert (hot.states == patterns[:3]).all()


@each_backend
def test_exponential_memories_of_ten_thousand_neurons(backend):
    patterns = hs.random_patterns(6, 10_000, rng=0)
    cues = hs.flip(patterns, fraction=0.3, rng=1)
    memory = hs.DenseMemory("exponential", backend=backend).store(patterns)
    run = memory.recall(cues[:2], record="energy", update="sync", rng=2)
    assert (run.states == patterns[:2]).all()
    # The pattern itself has an overlap of N, all others are e^(−N) beside it.
    np.testing.assert_array_equal(run.energy[:, 0], [-4000.0, -10_000.0])
    np.testing.assert_allclose(memory.energy_gap(patterns[0]), 2.0, rtol=1e-12)
    hot = memory.recall(patterns[0], temperature=0.05, max_sweeps=1, rng=3)
    assert hs.match(hot.states, patterns) == 0  # e^(−40) a site
    loud = hs.DenseMemory("exponential", energy="sum", backend=backend).store(patterns)
    assert (loud.recall(cues[0], update="sync", rng=2).states == patterns[0]).all()
    for ask in (loud.energy, loud.energy_gap, lambda s: loud.recall(s, record="energy")):
        with pytest.raises(InvalidInputError, match=r'exceeds every float.*energy="log"'):
            ask(cues[0])


@pytest.mark.slow
def test_polynomial_energies_may_overflow_and_say_so():
    memory = hs.DenseMemory(order=64).store(np.ones((1, 70_000), np.int8))
    with pytest.raises(InvalidInputError, match=r"exceeds every float.*lower order"):
        memory.energy(np.ones(70_000))
    assert memory.recall(np.ones(70_000), update="sync").stop == "fixed-point"


@pytest.mark.parametrize(
    ("order", "n", "n_patterns", "states"), [(2, 101, 15, 30_000), (3, 100, 502, 20_000)]
)
def test_one_step_errors_follow_the_exact_law(order, n, n_patterns, states):
    """One site of one pattern a network: independent trials, so the error is binomial."""
    p = hs.theory.one_step_error(n, n_patterns, order=order)
    wrong = trials = 0
    rng = np.random.default_rng(order)
    while trials < states:
        patterns = hs.random_patterns(n_patterns, n, rng=rng)
        memory = hs.DenseMemory(order=order).store(patterns)
        run = memory.recall(patterns[:10], update="sync", max_sweeps=1)
        wrong += int((run.states != patterns[:10]).sum())
        trials += 10 * n
    # Sites of one network are nearly independent: 4 standard errors of a binomial.
    assert abs(wrong / trials - p) < 4 * math.sqrt(p / trials)


def test_exponential_capacity_in_small():
    """N = 20, P = 1024: after one sweep from 0, 1, 2 flips so many are exact."""
    expected = {"sync": (0.99, 0.86, 0.29), "async": (0.99, 0.91, 0.60)}
    for update, fractions in expected.items():
        for count, fraction in enumerate(fractions):
            found = []
            for seed in range(5):
                patterns = hs.random_patterns(1024, 20, rng=seed)
                memory = hs.DenseMemory("exponential").store(patterns)
                cues = hs.flip(patterns, count=count, rng=seed)
                run = memory.recall(cues, update=update, max_sweeps=1, rng=seed)
                found.append((run.states == patterns).all(axis=1).mean())
            assert np.mean(found) == pytest.approx(fraction, abs=0.02)


# ------------------------------------------------------------------ verbs


@each_backend
def test_storing_adds_and_forgetting_takes_away(backend):
    patterns = hs.random_patterns(6, 40, rng=3)
    cues = hs.random_patterns(5, 40, rng=4)
    once = hs.DenseMemory(order=3, backend=backend).store(patterns)
    steps = hs.DenseMemory(order=3, backend=backend)
    assert steps.store(patterns[:2]) is steps
    steps.energy(cues)  # tables are made, and made anew for the next patterns
    steps.store(patterns[2:])
    np.testing.assert_array_equal(steps.energy(cues), once.energy(cues))
    np.testing.assert_array_equal(steps.patterns, patterns)
    assert steps.n_neurons == 40
    assert not steps.patterns.flags.writeable
    left = hs.DenseMemory(order=3, backend=backend).store(np.delete(patterns, 2, axis=0))
    np.testing.assert_array_equal(steps.forget(2).energy(cues), left.energy(cues))
    assert steps.store(patterns[:1]).energy(patterns[0]) < 2 * -(40**3) + 40**3  # twice: deeper
    assert repr(steps) == "<DenseMemory F(x) = x^3, N=40, P=6>"
    steps.clear()
    assert repr(steps) == "<DenseMemory F(x) = x^3, nothing stored>"
    for use in (
        lambda: steps.recall(cues), lambda: steps.energy(cues), lambda: steps.energy_gap(cues),
        lambda: steps.patterns, lambda: steps.n_neurons, lambda: steps.forget(0),
        lambda: steps.save("nowhere"),
    ):  # fmt: skip
        with pytest.raises(NotStoredError, match="store"):
            use()
    last = hs.DenseMemory().store([[1, -1]])
    assert repr(last.forget(0)).endswith("nothing stored>")


@each_backend
def test_single_states_images_and_records(backend):
    images = hs.random_patterns(3, 20, rng=0).reshape(3, 4, 5)
    memory = hs.DenseMemory("rectified", 3, backend=backend).store(images)
    assert memory.patterns.shape == (3, 20)
    cue = hs.flip(images[0].ravel(), count=3, rng=1).reshape(4, 5)
    assert isinstance(memory.energy(cue), float)
    assert memory.energy_gap(cue).shape == (4, 5)
    run = memory.recall(cue, record=("energy", "overlap", "states"), every=5, rng=2)
    assert run.stop == "fixed-point"
    assert (run.converged, run.period) == (True, 1)
    np.testing.assert_array_equal(run.states, images[0])
    assert run.trajectory.shape == (len(run.updates), 4, 5)
    assert run.energy.shape == run.updates.shape
    assert run.overlaps.shape == (len(run.updates), 3)
    np.testing.assert_array_equal(run.energy[-1], memory.energy(images[0]))
    assert run.overlap()[0] == 1.0
    batch = memory.recall(images, update="sync")
    assert batch.states.shape == (3, 4, 5)
    assert batch.sweeps.tolist() == [0, 0, 0]
    clamp = np.zeros((4, 5), bool)
    clamp[0] = True
    held = memory.recall(-images, clamp=clamp, rng=0)
    np.testing.assert_array_equal(held.states[:, 0], -images[:, 0])
    with pytest.raises(HopfieldError, match="record="):
        _ = batch.energy
    with pytest.raises(InvalidInputError, match="images of shape"):
        memory.store(np.ones((1, 5, 4)))


def test_the_model_comes_back_from_a_file(tmp_path):
    images = hs.random_patterns(4, 30, rng=0).reshape(4, 5, 6)
    cues = hs.random_patterns(9, 30, rng=1)
    for kind in (("polynomial", 5, "sum"), ("rectified", 2, "sum"), ("exponential", 3, "sum")):
        memory = hs.DenseMemory(*kind[:2], energy=kind[2]).store(images)
        memory.save(tmp_path / "memory.npz")
        again = hs.load(tmp_path / "memory.npz")
        assert (again.interaction, again.order) == kind[:2]
        np.testing.assert_array_equal(again.energy(cues), memory.energy(cues))
        assert again.recall(images[0], rng=0).states.shape == (5, 6)
        np.testing.assert_array_equal(
            again.recall(cues, rng=3).states, memory.recall(cues, rng=3).states
        )


def test_forged_files_are_refused(tmp_path):
    from hopfield_sim.models.base import files

    good = {
        "interaction": np.array("polynomial"), "order": np.array(3), "energy": np.array("sum"),
        "patterns": np.ones((2, 4), np.int8),
    }  # fmt: skip
    files.save(tmp_path / "good", "dense", good)
    assert hs.load(tmp_path / "good").n_neurons == 4
    for bad in (
        {"interaction": np.array("cubic")}, {"order": np.array(65)}, {"energy": np.array("log")},
        {"patterns": np.zeros((2, 4), np.int8)}, {"shape": np.array([3, 3])},
        {"shape": np.array([4])}, {"thresholds": np.zeros(4)},
    ):  # fmt: skip
        files.save(tmp_path / "bad", "dense", good | bad)
        with pytest.raises(hs.errors.ModelFileError):
            hs.load(tmp_path / "bad")


def test_words_that_make_no_memory():
    for options, said in (
        ({"interaction": "polynom"}, 'mean "polynomial"'),
        ({"order": 0}, "order must be from 1 to 64"),
        ({"order": 65}, "order must be from 1 to 64"),
        ({"energy": "lgo"}, 'mean "log"'),
        ({"energy": "log"}, 'needs interaction="exponential"'),
        ({"backend": "cyton"}, 'mean "cython"'),
    ):
        with pytest.raises(InvalidInputError, match=said):
            hs.DenseMemory(**options)
    memory = hs.DenseMemory().store(np.ones((2, 6)))
    with pytest.raises(InvalidInputError, match="did you transpose"):
        memory.recall(np.ones((6, 4)))
    with pytest.raises(InvalidInputError, match=r"index.*from 0 to 1"):
        memory.forget(2)


def test_too_many_overlaps_are_told_before_they_are_allocated(monkeypatch):
    from hopfield_sim.checks import resources

    memory = hs.DenseMemory().store(hs.random_patterns(5000, 10, rng=0))
    cues = np.ones((5000, 10), np.int8)
    monkeypatch.setattr(resources, "_available_memory", lambda: 2 * 10**8 - 1)
    for ask in (memory.recall, memory.energy, memory.energy_gap):
        with pytest.raises(hs.errors.InsufficientMemoryError, match="fewer states at a time"):
            ask(cues)


@each_backend
def test_the_coldest_and_the_hottest_temperatures(backend):
    patterns = hs.random_patterns(3, 30, rng=0)
    for kind in (("polynomial", 3), ("exponential", 3), ("polynomial", 30)):
        memory = hs.DenseMemory(*kind, backend=backend).store(patterns)
        for update in ("async", "sync"):
            cold = memory.recall(patterns, update=update, temperature=5e-324, max_sweeps=2, rng=1)
            np.testing.assert_array_equal(cold.states, patterns)
            hot = memory.recall(patterns, update=update, temperature=1e300, max_sweeps=2, rng=1)
            assert 0.2 < (hot.states == patterns).mean() < 0.8
