"""Restricted networks: rotation against the plain algorithm, laws of energy, published numbers."""

from __future__ import annotations

import itertools
import warnings
import zipfile

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import (
    HopfieldError,
    InsufficientMemoryError,
    InvalidInputError,
    ModelFileError,
    NotStoredError,
)
from hopfield_sim.models.descent.early_stopping import Patience, train
from hopfield_sim.models.restricted.adam import Adam, slope
from hopfield_sim.models.restricted.bipartite import evaluate
from hopfield_sim.models.restricted.rotation import orthonormal, rotate
from hopfield_sim.support import blas

learns_too_little = pytest.mark.filterwarnings("ignore:not converged")  # on purpose


def plain_rotation(x, w):
    """The algorithm word by word, with an N × N singular value decomposition."""
    h = np.tanh(x @ w)
    u, _, vt = np.linalg.svd(x.T @ (h @ w.T))
    return u @ vt @ w


def random_task(n, m, n_patterns, seed):
    rng = np.random.default_rng(seed)
    return rng.choice([-1.0, 1.0], (n_patterns, n)), orthonormal(n, m, rng)


def some_memory(n=40, m=12, n_patterns=6, seed=0, **arguments):
    patterns = hs.random_patterns(n_patterns, n, rng=seed)
    return hs.RestrictedHopfield(m, rng=seed, **arguments).store(patterns), patterns


# ------------------------------------------------------------------ rotation


@pytest.mark.parametrize(
    ("n", "m", "n_patterns"), [(30, 6, 6), (30, 6, 20), (20, 20, 40), (9, 1, 1)]
)
def test_the_thin_rotation_is_the_plain_one(n, m, n_patterns):
    x, w = random_task(n, m, n_patterns, seed=n)
    for _ in range(5):
        expected, w = plain_rotation(x, w), rotate(x, w)
        np.testing.assert_allclose(w, expected, atol=1e-10)


@pytest.mark.parametrize(("n", "m", "n_patterns"), [(30, 12, 5), (20, 20, 7), (8, 7, 1)])
def test_idle_directions_move_least_and_no_pattern_sees_them(n, m, n_patterns):
    """With P < m the plain algorithm is not unique: what patterns see of W is, and what is left is
    ours to choose.
    """
    x, w = random_task(n, m, n_patterns, seed=n)
    for _ in range(4):
        expected, before, w = plain_rotation(x, w), w, rotate(x, w)
        np.testing.assert_allclose(x @ w, x @ expected, atol=1e-10)
        np.testing.assert_allclose(w.T @ w, np.eye(m), atol=1e-12)
        assert np.linalg.norm(w - before) <= np.linalg.norm(expected - before) + 1e-9


def test_no_other_rotation_brings_the_reconstruction_closer():
    x, w = random_task(12, 5, 8, seed=3)
    h, best = np.tanh(x @ w), rotate(x, w)
    rng, least = np.random.default_rng(0), np.linalg.norm(x - h @ best.T)
    for size in (1e-3, 0.1, 1.0, 10.0):
        for _ in range(50):
            other, _ = np.linalg.qr(np.eye(12) + size * rng.normal(size=(12, 12)))
            assert np.linalg.norm(x - h @ (other @ best).T) >= least


def test_the_weights_stay_orthonormal_for_ever():
    x, w = random_task(50, 20, 30, seed=0)
    for _ in range(500):
        w = rotate(x, w)
    assert np.abs(w.T @ w - np.eye(20)).max() < 1e-13


@learns_too_little
@pytest.mark.parametrize("n_patterns", [1, 8, 20, 60])
def test_every_rotation_lowers_the_energy_of_the_patterns(n_patterns):
    memory = hs.RestrictedHopfield(20, rng=1)
    patterns = hs.random_patterns(n_patterns, 50, rng=2)
    memory.store(patterns, min_iter=60, max_iter=60)
    energies = [row["energy"] for row in memory.history]
    assert len(energies) == 60
    assert np.diff(energies).max() <= 1e-11
    assert energies[0] - energies[-1] > 0.1
    kept = min(memory.history, key=lambda row: (row["errors"], row["cost"]))
    assert memory.energy(patterns).mean() == pytest.approx(kept["energy"], rel=1e-12)


def test_equal_and_opposite_patterns_do_no_harm():
    pattern = hs.random_patterns(1, 16, rng=0)
    memory = hs.RestrictedHopfield(16, rng=0).store(np.vstack([pattern, pattern, -pattern]))
    np.testing.assert_allclose(memory.weights.T @ memory.weights, np.eye(16), atol=1e-12)
    assert (memory.recall(pattern).states == pattern).all()


# ------------------------------------------------------------------ gradient


def test_the_gradient_is_the_difference_quotient():
    x, w = random_task(7, 3, 4, seed=1)

    def cost(w):
        return np.square(np.tanh(np.tanh(x @ w) @ w.T) - x).mean()

    found, step = slope(x, w), 1e-6
    for i, j in itertools.product(range(7), range(3)):
        up, down = w.copy(), w.copy()
        up[i, j] += step
        down[i, j] -= step
        assert found[i, j] == pytest.approx((cost(up) - cost(down)) / (2 * step), abs=1e-9)


def test_adam_by_its_paper():
    """The first step is the rate against the gradient; later ones by the paper's sums."""
    x, w = random_task(6, 2, 3, seed=0)
    adam, gradients = Adam(0.05), []
    for t in range(1, 6):
        gradients.append(slope(x, w))
        g = np.array(gradients)
        ages = np.arange(t - 1, -1, -1)[:, None, None]
        mean = 0.1 * (0.9**ages * g).sum(0) / (1 - 0.9**t)
        square = 0.001 * (0.999**ages * g**2).sum(0) / (1 - 0.999**t)
        expected = w - 0.05 * mean / (np.sqrt(square) + 1e-8)
        if t == 1:
            np.testing.assert_allclose(expected, w - 0.05 * np.sign(g[0]), atol=1e-6)
        w = adam(x, w)
        np.testing.assert_allclose(w, expected, atol=1e-12)


def test_gradient_learning_reproduces_and_leaves_orthonormality():
    patterns = hs.random_patterns(10, 60, rng=0)
    memory = hs.RestrictedHopfield(20, rng=0).store(patterns, method="gradient")
    assert memory.history[-1]["errors"] == 0
    assert (memory.recall(patterns).states == patterns).all()
    assert np.abs(memory.weights.T @ memory.weights - np.eye(20)).max() > 0.1
    costs = [row["cost"] for row in memory.history]
    assert costs[-1] < 0.5 * costs[0]


# ------------------------------------------------------------------ published numbers


def basins(n, m, n_patterns, networks, **learning):
    """Exact recall and bit accuracy from 10 % flips, and rotations made: one number a network."""
    exact, bits, steps = [], [], []
    with blas.limit(1):
        for seed in range(networks):
            patterns = hs.random_patterns(n_patterns, n, rng=seed)
            memory = hs.RestrictedHopfield(m, rng=seed).store(patterns, **learning)
            run = memory.recall(hs.flip(patterns, fraction=0.1, rng=seed))
            assert run.converged.all()
            assert memory.history[-1]["errors"] == 0
            exact.append((run.states == patterns).all(axis=1).mean())
            bits.append((run.states == patterns).mean())
            steps.append(len(memory.history))
    return np.array(exact), np.array(bits), np.array(steps)


def near(values, expected, least):
    """Within three standard errors of the mean, or what the last digit of the number allows."""
    error = 3 * values.std() / np.sqrt(len(values))
    return values.mean() == pytest.approx(expected, abs=max(error, least))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_patterns", "recalled", "accuracy"),
    [(10, 0.26, 0.974), (25, 0.22, 0.970), (50, 0.28, 0.971)],
)
def test_the_first_errorless_rotation_has_small_basins(n_patterns, recalled, accuracy):
    exact, bits, steps = basins(100, 50, n_patterns, 60, min_iter=1)
    assert set(steps) <= {1, 2}
    assert exact.mean() == pytest.approx(recalled, abs=0.05)
    assert 0.1 < exact.std() < 0.32  # networks scatter: one run is no evidence
    assert near(bits, accuracy, 0.0005)


def test_a_larger_network_is_no_better_then():
    exact, bits, _ = basins(200, 100, 50, 30, min_iter=1)
    assert exact.mean() == pytest.approx(0.25, abs=0.1)
    assert near(bits, 0.975, 0.0005)


@pytest.mark.slow
def test_further_rotations_enlarge_the_basins():
    twice, often = basins(100, 50, 10, 60, min_iter=2)[1], basins(100, 50, 10, 60, min_iter=5)[1]
    assert near(twice, 0.995, 0.0005)
    assert near(often, 0.9998, 0.00005)


def test_by_default_it_rotates_past_zero_error():
    exact, _, steps = basins(100, 50, 50, 10)
    assert (steps >= 20).all()
    assert exact.mean() > 0.95


def test_hidden_units_that_no_pattern_needs_let_noise_pass():
    """N = 100, P = 10: with m = P every cue of 10 % flips is put right, with m = 80 none."""
    assert basins(100, 10, 10, 10)[0].mean() > 0.95
    assert basins(100, 80, 10, 10)[0].mean() < 0.05


# ------------------------------------------------------------------ stopping


@learns_too_little
def test_training_stops_for_one_of_three_reasons():
    patterns = hs.random_patterns(40, 30, rng=0)  # too many for ten hidden units
    memory = hs.RestrictedHopfield(10, rng=0)
    costs = {}
    for patience, min_delta in ((5, 1e-3), (20, 1e-3), (5, 1e-6)):
        rows = memory.clear().store(patterns, patience=patience, min_delta=min_delta).history
        costs[patience, min_delta] = [row["cost"] for row in rows]
        best, waited = np.inf, 0
        for row in rows:
            waited = 0 if row["cost"] < best - min_delta else waited + 1
            best = row["cost"] if waited == 0 else best
            assert (waited >= patience and row["iteration"] >= 20) == (row is rows[-1])
    assert len(costs[5, 1e-3]) < len(costs[20, 1e-3])
    assert len(costs[5, 1e-3]) < len(costs[5, 1e-6])
    assert len(memory.clear().store(patterns, max_iter=3).history) == 3
    few = memory.clear().store(patterns[:2], min_iter=1)
    assert [row["errors"] for row in few.history] == [0]


def test_the_best_weights_are_kept():
    """Steps that go astray: the best of them is neither first nor last."""
    patterns = hs.random_patterns(6, 20, rng=0)
    good = hs.RestrictedHopfield(6, rng=0).store(patterns).weights
    rng = np.random.default_rng(0)
    path = [good + noise * rng.normal(size=good.shape) for noise in (1.0, 0.3, 0.0, 0.5, 2.0)]
    steps = iter(path)
    kept, history = train(
        lambda w: next(steps), lambda w: evaluate(w, patterns), good, Patience(5, 5, 9, 0.0)
    )
    assert kept is path[2]
    assert [row["iteration"] for row in history] == [1, 2, 3, 4, 5]
    row = {key: history[2][key] for key in ("errors", "cost", "energy")}
    assert row == evaluate(kept, patterns)


@learns_too_little
def test_history_counts_bits_and_squares():
    memory, patterns = some_memory(n=20, m=4, n_patterns=9)
    w, x = memory.weights, patterns.astype(float)
    output = np.tanh(np.tanh(x @ w) @ w.T)
    kept = min(memory.history, key=lambda row: (row["errors"], row["cost"]))
    assert kept["cost"] == pytest.approx(np.square(output - x).mean(), rel=1e-12)
    assert kept["errors"] == (np.sign(output) != x).sum() > 0
    memory.history[0]["errors"] = "changed"
    assert memory.history[0]["errors"] != "changed"


# ------------------------------------------------------------------ recall


def recalled(w, gate, x, clamp=None, steps=100):
    """One state by the formula, until none of its free sites is against its field."""
    x = x.astype(float)
    u = x.copy()
    free = np.ones(len(x), bool) if clamp is None else ~clamp
    for step in range(steps):
        f = np.tanh(np.tanh(x @ w) @ w.T)
        if (np.sign(f) == x)[free].all():
            return x, step
        u = gate * f + (1 - gate) * u
        x = np.where(free, np.sign(u), x)
    return x, steps


@pytest.mark.parametrize("gate", [1.0, 0.7, 0.2])
@pytest.mark.parametrize("clamped", [False, True])
def test_recall_is_the_formula(gate, clamped):
    memory, patterns = some_memory(gate=gate, n=30, m=10, n_patterns=8)
    cues = hs.flip(np.repeat(patterns, 5, axis=0), fraction=0.3, rng=1)
    clamp = np.arange(30) % 3 == 0 if clamped else None
    run = memory.recall(cues, clamp=clamp)
    lengths = set()
    for b, cue in enumerate(cues):
        expected, steps = recalled(memory.weights, gate, cue, clamp)
        np.testing.assert_array_equal(run.states[b], expected)
        assert run.sweeps[b] == steps
        lengths.add(steps)
    assert len(lengths) > 2  # rows end at different times
    assert set(run.stop) == {"fixed-point"}
    if clamped:
        assert (run.states[:, clamp] == cues[:, clamp]).all()


def test_a_small_gate_turns_the_certain_spins_first_and_rests_at_the_same_states():
    plain, patterns = some_memory()
    slow = hs.RestrictedHopfield(12, gate=0.3, rng=0).store(patterns)
    np.testing.assert_array_equal(slow.weights, plain.weights)
    cues = hs.flip(patterns, fraction=0.2, rng=0)
    run = slow.recall(cues)
    assert (run.sweeps > plain.recall(cues).sweeps).all()
    assert (plain.recall(run.states).sweeps == 0).all()  # fixed with any gate
    still = hs.RestrictedHopfield(12, gate=0.0, rng=0).store(patterns).recall(cues)
    assert still.converged.all()
    assert not still.sweeps.any()
    np.testing.assert_array_equal(still.states, cues)


def test_sweeps_flips_and_stopping():
    memory, patterns = some_memory()
    cues = hs.flip(patterns, count=6, rng=0)
    still = memory.recall(patterns)
    assert not still.sweeps.any()
    assert not still.flips.any()
    assert still.converged.all()
    none = memory.recall(cues, max_sweeps=0)
    np.testing.assert_array_equal(none.states, cues)
    assert set(none.stop) == {"max-sweeps"}
    assert memory.recall(patterns, max_sweeps=0).converged.all()
    run = memory.recall(cues, record=("states", "energy", "overlap"))
    changes = (run.trajectory[1:] != run.trajectory[:-1]).sum(axis=(0, 2))
    np.testing.assert_array_equal(run.flips, changes)
    np.testing.assert_array_equal(run.updates, 40 * np.arange(run.sweeps.max() + 1))
    np.testing.assert_array_equal(run.overlaps[-1], run.overlap())
    assert list(run.period) == [1] * 6
    first = memory.recall(cues, max_sweeps=1)
    np.testing.assert_array_equal(first.states, run.trajectory[1])


def test_a_field_of_zero_keeps_the_spin():
    """Three neurons against three: what is left of the sum is rounding, and decides nothing."""
    memory = hs.RestrictedHopfield(1, rng=0).store(np.ones((1, 6)))
    halves = np.array([s for s in itertools.product((-1, 1), repeat=6) if sum(s) == 0], np.int8)
    run = memory.recall(halves)
    np.testing.assert_array_equal(run.states, halves)
    np.testing.assert_array_equal(memory.fields(halves), 0)
    for state in halves:
        assert memory.recall(state).sweeps == 0


def test_a_state_does_not_depend_on_its_company():
    memory, patterns = some_memory(n=64, m=30, n_patterns=30)
    cues = hs.flip(patterns, fraction=0.3, rng=0)
    together = memory.recall(cues)
    for b, cue in enumerate(cues):
        alone = memory.recall(cue)
        np.testing.assert_array_equal(alone.states, together.states[b])
        assert alone.sweeps == together.sweeps[b]


# ------------------------------------------------------------------ energy


def test_the_energy_by_its_integrals():
    """∫₀^h artanh by a sum; ln 2 at the ends."""
    memory, patterns = some_memory(n=9, m=3, n_patterns=2)
    rng = np.random.default_rng(0)
    hidden = rng.uniform(-0.99, 0.99, (2, 3))
    middles = (np.arange(100_000) + 0.5) / 100_000
    integral = [[np.arctanh(h * middles).mean() * h for h in row] for row in hidden]
    ends = 9 * np.log(2)
    expected = -np.einsum("bi,ij,bj->b", patterns, memory.weights, hidden)
    expected += ends + np.sum(integral, axis=1)
    np.testing.assert_allclose(memory.energy(patterns, hidden=hidden), expected, atol=1e-8)
    full = memory.energy(patterns[0], hidden=np.ones(3))
    assert full == pytest.approx(12 * np.log(2) - (patterns[0] @ memory.weights).sum())


def test_the_energy_is_the_lowest_over_the_hidden_units():
    memory, _ = some_memory()
    states = hs.random_patterns(20, 40, rng=3)
    rest, lowest = memory.hidden(states), memory.energy(states)
    np.testing.assert_allclose(rest, np.tanh(states @ memory.weights), atol=1e-14)
    np.testing.assert_allclose(memory.energy(states, hidden=rest), lowest, atol=1e-12)
    rng = np.random.default_rng(0)
    for size in (0.01, 0.1, 1):
        other = np.clip(rest + size * rng.normal(size=rest.shape), -1, 1)
        assert (memory.energy(states, hidden=other) > lowest).all()


@learns_too_little
@pytest.mark.parametrize("gate", [1.0, 0.4])
@pytest.mark.parametrize("method", ["rotation", "gradient"])
def test_recall_never_raises_the_energy_and_always_ends(gate, method):
    patterns = hs.random_patterns(30, 50, rng=1)
    memory = hs.RestrictedHopfield(25, gate=gate, rng=1).store(patterns, method=method)
    run = memory.recall(
        hs.random_patterns(200, 50, rng=2),
        record=("energy", "states"),
        clamp=np.arange(50) < 5,
        max_sweeps=1000,
    )
    assert run.converged.all()
    turned = (run.trajectory[1:] != run.trajectory[:-1]).any(axis=2)
    falls = np.diff(run.energy, axis=0)
    assert falls[turned].max() < 0
    assert not falls[~turned].any()
    np.testing.assert_allclose(run.energy[-1], memory.energy(run.states), rtol=1e-12)


# ------------------------------------------------------------------ as a memory


@pytest.mark.parametrize("gate", [1.0, 0.5])
def test_it_is_a_memory(gate):
    hs.testing.check_memory(hs.RestrictedHopfield(20, gate=gate, rng=0))


def test_storing_again_learns_all_of_them_anew():
    patterns = hs.random_patterns(7, 30, rng=0)
    once = hs.RestrictedHopfield(9, rng=4).store(patterns)
    twice = hs.RestrictedHopfield(9, rng=4).store(patterns[:3]).store(patterns[3:])
    np.testing.assert_array_equal(twice.weights, once.weights)
    np.testing.assert_array_equal(twice.patterns, patterns)
    assert twice.history == once.history
    other = hs.RestrictedHopfield(9, rng=5).store(patterns)
    assert np.abs(other.weights - once.weights).max() > 0.1
    with pytest.raises(ValueError, match="read-only"):
        once.weights[0, 0] = 1
    with pytest.raises(InvalidInputError, match="30 neurons"):
        twice.store(np.ones((1, 31)))
    assert len(twice.patterns) == 7  # an error leaves it as it was


def test_images_come_back_as_images():
    images = hs.random_patterns(3, 35, rng=0).reshape(3, 5, 7)
    memory = hs.RestrictedHopfield(5, rng=0).store(images)
    assert memory.recall(images).states.shape == (3, 5, 7)
    assert memory.fields(images).shape == (3, 5, 7)
    assert memory.hidden(images).shape == (3, 5)
    one = memory.recall(images[0], record="states", clamp=np.zeros((5, 7), bool))
    assert one.trajectory.shape == (1, 5, 7)
    assert (one.stop, one.converged) == ("fixed-point", True)
    assert isinstance(memory.energy(images[0]), float)
    assert memory.patterns.shape == (3, 35)
    assert (memory.n_neurons, memory.n_hidden) == (35, 5)
    with pytest.raises(InvalidInputError, match=r"images of shape \(5, 7\)"):
        memory.store(images.reshape(3, 7, 5))


def test_films_and_energy_curves_are_drawn(tmp_path):
    memory, patterns = some_memory(n=36)
    run = memory.recall(
        hs.flip(patterns, fraction=0.2, rng=0), record=("states", "energy", "overlap")
    )
    assert hs.plotting.video(run, tmp_path / "recall.gif").stat().st_size > 0
    assert hs.plotting.energy(run).axes


def test_it_comes_back_from_its_file(tmp_path):
    images = hs.random_patterns(3, 35, rng=0).reshape(3, 5, 7)
    memory = hs.RestrictedHopfield(5, gate=0.8, rng=0).store(images)
    memory.save(tmp_path / "memory.npz")
    again = hs.load(tmp_path / "memory.npz")
    np.testing.assert_array_equal(again.weights, memory.weights)
    np.testing.assert_array_equal(again.patterns, memory.patterns)
    assert (again.gate, again.history, repr(again)) == (0.8, memory.history, repr(memory))
    assert again.recall(images).states.shape == (3, 5, 7)
    more = hs.random_patterns(1, 35, rng=1)
    np.testing.assert_array_equal(again.store(more).weights, memory.store(more).weights)


def test_a_file_that_contradicts_itself_is_refused(tmp_path):
    from hopfield_sim.models.base import files

    memory, _ = some_memory(n=6, m=2, n_patterns=2)
    memory.save(tmp_path / "memory.npz")
    with zipfile.ZipFile(tmp_path / "memory.npz") as archive:
        names = [name[:-4] for name in archive.namelist() if "manifest" not in name]
        members = {name: np.load(archive.open(f"{name}.npy")) for name in names}
    wrong = {
        "weights": np.full((6, 2), np.nan),
        "patterns": np.ones((2, 7), np.int8),
        "gate": np.array(2.0),
        "cost": members["cost"][:1],
        "shape": np.array([2, 2]),
    }
    for name, value in wrong.items():
        files.save(tmp_path / "wrong.npz", "restricted", {**members, name: value})
        with pytest.raises(ModelFileError):
            hs.load(tmp_path / "wrong.npz")


def test_errors_say_what_to_do():
    memory = hs.RestrictedHopfield(8)
    for ask in (memory.recall, memory.energy, memory.fields, memory.hidden):
        with pytest.raises(NotStoredError, match=r"store\(patterns\)"):
            ask(np.ones(4))
    with pytest.raises(NotStoredError):
        _ = memory.weights
    with pytest.raises(InvalidInputError, match=r"as many neurons .* 8; got 4"):
        memory.store(np.ones((1, 4)))
    with pytest.raises(InvalidInputError, match="at most max_iter = 5; got 6"):
        memory.store(np.ones((1, 9)), max_iter=5, min_iter=6)
    with pytest.raises(InvalidInputError, match='mean "rotation"'):
        memory.store(np.ones((1, 9)), method="rotate")
    memory.store(np.ones((1, 9)))
    assert "nothing stored" in repr(memory.clear())
    with pytest.raises(InvalidInputError, match=r"hidden must be \(1, 8\)"):
        memory.store(np.ones((1, 9))).energy(np.ones(9), hidden=np.ones(9))
    with pytest.raises(InvalidInputError, match=r"found 2.0 at \[1\]"):
        memory.energy(np.ones(9), hidden=[0.0, 2, 0, 0, 0, 0, 0, 0])
    with pytest.raises(HopfieldError, match="record="):
        _ = memory.recall(np.ones(9)).energy
    with pytest.raises(InsufficientMemoryError, match="fewer hidden units"):
        hs.RestrictedHopfield(10**6).store(np.ones((1, 10**6), np.int8))


def test_bits_that_stay_wrong_are_told():
    """30 random patterns of 60 neurons are too many for 15 hidden units, and not for 30."""
    patterns = hs.random_patterns(30, 60, rng=1)
    memory = hs.RestrictedHopfield(15, rng=1)
    with pytest.raises(NotStoredError):
        memory.converged  # noqa: B018
    with pytest.warns(UserWarning, match="not converged") as told:
        memory.store(patterns)
    changed = int((np.sign(memory.fields(patterns)) != patterns).sum())
    assert changed > 0
    assert f"changes {changed} of the 1800 bits of these 30 patterns" in str(told[0].message)
    assert "more hidden units than 15" in str(told[0].message)
    assert told[0].filename == __file__
    assert not memory.converged
    assert hs.RestrictedHopfield(30, rng=1).store(patterns).converged


def test_a_warning_that_is_an_error_stores_nothing(tmp_path):
    patterns = hs.random_patterns(30, 60, rng=1)
    memory = hs.RestrictedHopfield(15, rng=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="not converged"):
            memory.store(patterns)
    with pytest.raises(NotStoredError):
        memory.weights  # noqa: B018
    memory.store(patterns, advise=False).save(tmp_path / "m.npz")
    assert not hs.load(tmp_path / "m.npz").converged
