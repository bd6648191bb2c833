"""A distributed memory is the exact one up to errors that theory and the literature know."""

from __future__ import annotations

import tracemalloc
import warnings
from dataclasses import replace

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import backends
from hopfield_sim.backends.reference.waves import Waves
from hopfield_sim.errors import (
    HopfieldError,
    InsufficientMemoryError,
    InvalidInputError,
    InvalidTypeError,
    ModelFileError,
    NotStoredError,
)
from hopfield_sim.models.distributed import file as summed_file
from hopfield_sim.models.distributed.features import Projection, projection

KERNELS = ["sincos", "cos", "exp", "expexp"]
ENERGIES = ["log", "plain"]


def binary(count: int, n: int, seed: int) -> np.ndarray:
    """Random patterns in {0, 1/√D}."""
    return (np.random.default_rng(seed).random((count, n)) < 0.5) / np.sqrt(n)


def flipped(patterns: np.ndarray, share: float, seed: int) -> np.ndarray:
    """So many of the coordinates of each changed from one value to the other."""
    rng = np.random.default_rng(seed)
    out, n = patterns.copy(), patterns.shape[1]
    for row in out:
        sites = rng.choice(n, round(share * n), replace=False)
        row[sites] = 1 / np.sqrt(n) - row[sites]
    return out


def exact(states: np.ndarray, patterns: np.ndarray, beta: float) -> tuple[np.ndarray, np.ndarray]:
    """Energy and gradient of the memory that keeps its patterns, straight from the formulas."""
    squares = np.array([((state - patterns) ** 2).sum(axis=1) for state in states])
    weights = np.exp(-beta / 2 * squares)
    energy = -np.log(weights.sum(axis=1)) / beta
    return energy, states - weights @ patterns / weights.sum(axis=1, keepdims=True)


def directions(memory: hs.DistributedMemory) -> tuple[np.ndarray, np.ndarray]:
    """S and b of a memory."""
    blocks = list(memory._drawn.blocks())
    return (
        np.concatenate([block.directions for block in blocks]),
        np.concatenate([block.phases for block in blocks]),
    )


# ------------------------------------------------------------------ the formulas


@pytest.mark.parametrize("kernel", KERNELS)
def test_features_are_those_of_the_table(kernel) -> None:
    n_features, beta, x = 40, 7.0, binary(5, 9, 0) + 0.01
    memory = hs.DistributedMemory(n_features, beta, kernel=kernel, rng=0).store(x[:2])
    s, b = directions(memory)
    h = np.sqrt(beta) * x @ s.T
    damped = beta * (x**2).sum(axis=1, keepdims=True)
    wanted = {
        "sincos": np.hstack([np.cos(h), np.sin(h)]) / np.sqrt(n_features),
        "cos": np.cos(h + b) * np.sqrt(2 / n_features),
        "exp": np.exp(h - damped) / np.sqrt(n_features),
        "expexp": np.hstack([np.exp(h - damped), np.exp(-h - damped)]) / np.sqrt(2 * n_features),
    }[kernel]
    np.testing.assert_allclose(memory.features(x), wanted, rtol=1e-11)
    np.testing.assert_allclose(memory.memory, wanted[:2].sum(axis=0), rtol=1e-11, atol=1e-15)
    assert memory.features(x[0]).shape == memory.memory.shape


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("energy", ENERGIES)
def test_energy_and_gradient(kernel, energy, monkeypatch) -> None:
    monkeypatch.setattr(projection, "_BLOCK", 200)  # 14 blocks
    beta, patterns = 3.0, binary(5, 9, 0)
    memory = hs.DistributedMemory(300, beta, kernel=kernel, energy=energy, rng=0).store(patterns)
    quiet(memory)
    x = flipped(patterns, 0.2, 1)
    product = memory.features(x) @ memory.memory
    wanted = -np.log(product) / beta if energy == "log" else -product / beta
    np.testing.assert_allclose(memory.energy(x), wanted, rtol=1e-11)
    small = 1e-5
    slopes = [
        (memory.energy(x + small * unit) - memory.energy(x - small * unit)) / (2 * small)
        for unit in np.eye(9)
    ]
    np.testing.assert_allclose(memory.gradient(x), np.transpose(slopes), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("kernel", KERNELS)
def test_features_need_no_patterns_and_their_products_are_the_kernel(kernel) -> None:
    memory = hs.DistributedMemory(20_000, 2.0, kernel=kernel, rng=0)
    np.testing.assert_array_equal(memory.memory, np.zeros_like(memory.features(np.zeros(6))))
    x = 0.3 * np.random.default_rng(0).random((5, 6))
    found = memory.features(x)
    k = np.exp(-((x[:, None] - x) ** 2).sum(axis=2))
    variance = [hs.theory.feature_variance(x, [y], 2.0, kernel) for y in x]
    assert (np.abs(found @ found.T - k) < 4 * np.sqrt(np.transpose(variance) / 20_000) + 1e-9).all()
    np.testing.assert_array_equal(memory.store(x).features(x), found)
    assert memory.clear().features(x[0, :4]).shape == memory.memory.shape


# ------------------------------------------------------------------ numbers of the literature


@pytest.mark.slow
@pytest.mark.parametrize(
    ("beta", "n_features", "energies", "slope"),
    [
        (10, 1000, (0.0052, 0.0055, 0.0060), 0.0186),
        (10, 5000, (0.0023, 0.0024, 0.0024), 0.0083),
        (30, 5000, (0.0053, 0.016, 0.058), None),
    ],
)
def test_errors_are_those_that_are_known(beta, n_features, energies, slope) -> None:
    """500 random binary memories of 100 numbers: mean |ΔE| at them, near (10 % flipped), random."""
    patterns = binary(500, 100, 0)
    queries = (patterns, flipped(patterns, 0.1, 1), binary(500, 100, 2))
    wanted = [exact(x, patterns, beta) for x in queries]
    errors, slopes = [], []
    for seed in range(6):
        memory = hs.DistributedMemory(n_features, beta, rng=seed)
        memory.store(patterns.astype(np.float32))
        quiet(memory)
        for x, (energy, _) in zip(queries, wanted, strict=True):
            errors.append(np.abs(memory.energy(x) - energy).mean())
        slopes.append(np.abs(memory.gradient(x) - wanted[-1][1]).mean())
    found = np.array(errors).reshape(6, 3)
    # The mean of six projections; the reference is one, so its spread comes on top.
    spread = np.sqrt(found.var(axis=0, ddof=1) * (1 + 1 / 6))
    assert (np.abs(found.mean(axis=0) - energies) < 3 * spread + 0.5e-4).all()
    assert (spread < 0.25 * np.array(energies)).all()  # else this would say nothing
    if slope is not None:
        assert np.mean(slopes) == pytest.approx(slope, rel=0.06)


def quiet(memory: hs.DistributedMemory) -> None:
    memory.quiet = True


@pytest.mark.slow
def test_errors_fall_as_one_over_the_root_of_y() -> None:
    patterns = binary(50, 40, 0)
    energy, gradient = exact(patterns, patterns, 20.0)

    def errors(n_features: int) -> list[float]:
        found = []
        for seed in range(8):
            memory = hs.DistributedMemory(n_features, 20.0, rng=seed).store(patterns)
            found.append(
                [
                    np.abs(memory.energy(patterns) - energy).mean(),
                    np.abs(memory.gradient(patterns) - gradient).mean(),
                ]
            )
        return list(np.mean(found, axis=0))

    few, many = errors(500), errors(8000)
    assert np.divide(few, many) == pytest.approx([4.0, 4.0], rel=0.2)


def test_kernels_rank_as_their_variances_do() -> None:
    patterns = binary(20, 16, 0)
    energy, _ = exact(patterns, patterns, 4.0)

    def error(kernel: str) -> float:
        found = []
        for seed in range(10):
            memory = hs.DistributedMemory(1000, 4.0, kernel=kernel, rng=seed).store(patterns)
            quiet(memory)
            found.append(np.abs(memory.energy(patterns) - energy).mean())
        return float(np.mean(found))

    sincos, cos, exp, expexp = (error(kernel) for kernel in KERNELS)
    assert sincos < cos < 0.5 * expexp
    assert expexp < 1.1 * exp


# ------------------------------------------------------------------ storing is adding


@pytest.mark.parametrize("kernel", KERNELS)
def test_storing_adds_and_forgetting_subtracts(kernel) -> None:
    a, b = binary(4, 12, 0), binary(3, 12, 1)

    def stored(*parts: np.ndarray) -> hs.DistributedMemory:
        memory = hs.DistributedMemory(200, 5.0, kernel=kernel, rng=3)
        for part in parts:
            assert memory.store(part) is memory
        return memory

    together, apart = stored(np.vstack([a, b])), stored(a, b)
    largest = np.abs(together.memory).max()
    np.testing.assert_allclose(apart.memory, together.memory, atol=1e-13 * largest)
    assert apart.forget(a) is apart
    np.testing.assert_allclose(apart.memory, stored(b).memory, atol=1e-12 * largest)
    assert (apart.n_patterns, apart.n_neurons, apart.n_features) == (3, 12, 200)
    twice = stored(a, a)
    np.testing.assert_allclose(twice.memory, 2 * stored(a).memory, atol=1e-13 * largest)
    assert len(together.memory) == len(twice.memory)  # whatever is stored
    apart.forget(b)
    with pytest.raises(NotStoredError, match="store"):
        apart.energy(a)
    apart.store(binary(2, 30, 0))  # after the last one is gone, other lengths may come
    assert apart.n_neurons == 30


def test_the_memory_cannot_be_written_to_and_patterns_stay_as_they_are() -> None:
    patterns = binary(3, 8, 0)
    before = patterns.copy()
    memory = hs.DistributedMemory(50, rng=0).store(patterns)
    memory.recall(patterns)
    np.testing.assert_array_equal(patterns, before)
    with pytest.raises(ValueError, match="read-only"):
        memory.memory[0] = 1


# ------------------------------------------------------------------ the same whoever computes


def test_blocks_threads_and_what_is_kept_change_nothing(monkeypatch) -> None:
    monkeypatch.setattr(projection, "_BLOCK", 1000)  # several blocks
    patterns, states = binary(6, 30, 0), binary(7, 30, 1)

    def everything(**options) -> list[np.ndarray]:
        memory = hs.DistributedMemory(500, 8.0, rng=5, **options).store(patterns)
        return [
            memory.memory,
            memory.energy(states),
            memory.gradient(states),
            memory.features(states),
            memory.gradient(states),
        ]

    wanted = everything()
    assert len(list(Projection(0, 500, 30).blocks())) == 16
    for kept in (0, 1 << 28):
        for threads in (1, 2, 5):
            monkeypatch.setattr(projection, "_KEPT", kept)
            monkeypatch.setattr(backends, "threads", lambda wish, n=threads: n)
            for one, other in zip(everything(), wanted, strict=True):
                np.testing.assert_array_equal(one, other)
    monkeypatch.setattr(Waves, "scratch", 100)  # three states at a time
    for one, other in zip(everything(), wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
    for name in backends.available():
        for one, other in zip(everything(backend=name), wanted, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_more_features_begin_with_the_same_ones_and_blocks_are_independent(monkeypatch) -> None:
    monkeypatch.setattr(projection, "_BLOCK", 64)
    for orthogonal in (False, True):
        few, many = (
            np.concatenate([b.directions for b in Projection(7, n, 8, orthogonal).blocks()])
            for n in (21, 50)
        )
        np.testing.assert_allclose(few, many[:21], rtol=0, atol=1e-12)
        assert np.abs(np.corrcoef(many) - np.eye(50)).max() < 0.999
    other = Projection(8, 21, 8).block(0).directions
    assert np.abs(other - Projection(7, 21, 8).block(0).directions).min() > 0


def test_directions_are_normal_and_phases_uniform() -> None:
    block = Projection(0, 20000, 10).block(0)
    n = block.directions.size
    assert abs(block.directions.mean()) < 4 / np.sqrt(n)
    assert abs(block.directions.var() - 1) < 4 * np.sqrt(2 / n)
    assert abs((block.directions**4).mean() - 3) < 4 * np.sqrt(96 / n)
    assert abs(np.exp(1j * block.phases).mean()) < 4 / np.sqrt(len(block.phases))
    assert 0 <= block.phases.min() < block.phases.max() < 2 * np.pi


def test_orthogonal_directions_have_gaussian_lengths_and_smaller_errors() -> None:
    drawn = Projection(0, 4000, 20, orthogonal=True).block(0).directions
    for start in (0, 20, 3980):
        group = drawn[start : start + 20]
        gram = group @ group.T
        np.testing.assert_allclose(gram, np.diag(np.diagonal(gram)), atol=1e-12)
    squares = (drawn**2).sum(axis=1)  # chi-squared of 20 degrees: mean 20, variance 40
    assert abs(squares.mean() - 20) < 4 * np.sqrt(40 / 4000)
    assert abs(squares.var() - 40) < 4 * 40 * np.sqrt((2 + 12 / 20) / 4000)
    assert abs(drawn.mean()) < 4 / np.sqrt(drawn.size)

    patterns = binary(2, 20, 0) / 2

    def error(orthogonal: bool) -> float:
        found = []
        for seed in range(100):
            memory = hs.DistributedMemory(40, 10.0, orthogonal=orthogonal, rng=seed)
            memory.store(patterns)
            found.append(memory.energy(patterns) - exact(patterns, patterns, 10.0)[0])
        return float(np.square(found).mean())

    # By theory 1/3 of it here: what is near is compared along D directions that share nothing.
    assert error(True) < 0.7 * error(False)


def test_memory_does_not_grow_with_the_directions(monkeypatch) -> None:
    """S has 96 MB here; T, the states and a few blocks of 8 MB are all that is held."""
    monkeypatch.setattr(projection, "_KEPT", 1 << 24)
    n_features, n = 12_000, 1000
    patterns = binary(3, n, 0)
    tracemalloc.start()
    memory = hs.DistributedMemory(n_features, 5.0, rng=0).store(patterns)
    gradient = memory.gradient(patterns)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    blocks = backends.threads(None) + 3
    assert peak < 8.5e6 * blocks + 50 * n_features + 1e6
    assert peak < 8 * n_features * n / 2
    assert np.abs(gradient - exact(patterns, patterns, 5.0)[1]).max() < 0.05


@pytest.mark.slow
def test_float32_gives_the_same_to_its_precision() -> None:
    patterns, states = binary(20, 50, 0), flipped(binary(20, 50, 0), 0.1, 1)
    double = hs.DistributedMemory(2000, 10.0, rng=0).store(patterns)
    single = hs.DistributedMemory(2000, 10.0, rng=0).store(patterns.astype(np.float32))
    assert single.features(states).dtype == np.float32
    assert single.gradient(states).dtype == np.float32
    assert single.energy(states).dtype == np.float64
    assert single.recall(states).states.dtype == np.float32
    np.testing.assert_allclose(single.energy(states), double.energy(states), atol=2e-6)
    np.testing.assert_allclose(single.gradient(states), double.gradient(states), atol=2e-5)


# ------------------------------------------------------------------ recall


def test_recall_finds_what_the_exact_memory_finds() -> None:
    beta, patterns = 30.0, binary(20, 60, 0)
    memory = hs.DistributedMemory(20000, beta, rng=0).store(patterns.astype(np.float32))
    cues = flipped(patterns, 0.1, 1)
    run = memory.recall(cues, tol=1e-5, record=("energy", "states"), every=10)
    assert run.converged.all()
    assert (run.energy[1:] <= run.energy[:-1] + 1e-6).all()
    x = cues.copy()
    for _ in range(400):
        x -= 0.1 * exact(x, patterns, beta)[1]
    assert np.abs(run.states - x).max() < 0.2 / np.sqrt(60)
    nearest = ((run.states[:, None] - patterns) ** 2).sum(axis=2).argmin(axis=1)
    assert nearest.tolist() == list(range(20))
    assert run.trajectory.shape == (len(run.updates), 20, 60)
    first = cues[0] - 0.1 * memory.gradient(cues[0])
    np.testing.assert_allclose(
        memory.recall(cues[0], max_steps=1).states, first, rtol=1e-4, atol=1e-6
    )


def test_clamped_coordinates_stay_and_single_states_and_images_come_back() -> None:
    images = binary(4, 48, 0).reshape(4, 4, 4, 3)
    memory = hs.DistributedMemory(5000, 20.0, rng=0).store(images)
    cue = images[1].copy()
    known = np.zeros((4, 4, 3), bool)
    known[:2] = True
    cue[2:] = 0.5 / np.sqrt(48)
    run = memory.recall(cue, clamp=known, observed=np.ones(48, bool))
    assert run.states.shape == (4, 4, 3)
    np.testing.assert_array_equal(run.states[:2], images[1, :2])
    assert np.abs(run.states - images[1]).max() < 0.25 / np.sqrt(48)
    assert isinstance(run.stop, str)
    assert isinstance(memory.energy(cue), float)
    assert memory.gradient(images).shape == images.shape
    assert memory.features(images).shape == (4, 10000)
    flat = memory.recall(cue.ravel(), clamp=known.ravel())
    np.testing.assert_array_equal(flat.states, run.states.ravel())


def test_coordinates_cannot_be_left_out() -> None:
    memory = hs.DistributedMemory(50, rng=0).store(binary(2, 6, 0))
    with pytest.raises(InvalidInputError, match=r"summed over all coordinates.*clamp=.*euclidean"):
        memory.recall(np.zeros(6), observed=np.arange(6) < 3)


# ------------------------------------------------------------------ where nothing can be relied on


def test_the_dead_zone_is_flat_and_told_once() -> None:
    patterns = binary(3, 20, 0)
    memory = hs.DistributedMemory(100, 50.0, rng=0).store(patterns)
    quiet(memory)
    far = np.random.default_rng(0).normal(size=(50, 20))
    dead = memory.features(far) @ memory.memory <= 1e-5
    assert 10 < dead.sum() < 40
    np.testing.assert_allclose(memory.energy(far)[dead], -np.log(1e-5) / 50.0, rtol=1e-12)
    assert (memory.gradient(far)[dead] == 0).all()
    assert (np.abs(memory.gradient(far)[~dead]).max(axis=1) > 0).all()

    memory.quiet = False
    for ask in (memory.energy, memory.gradient, memory.recall):
        memory._told = {"lost", "noise"}
        with pytest.warns(UserWarning, match="dead zone.*ε = 1e-05.*flat") as told:
            ask(far)
        assert str(told[0].message).split()[0].isdecimal()
        assert told[0].filename == __file__
        ask(far)  # once is enough: a second warning would be an error here
    run = memory.recall(far[dead])  # told already
    assert run.converged.all()
    np.testing.assert_array_equal(run.states, far[dead])


def test_too_few_features_are_told_once() -> None:
    """At a distance r with exp(−βr²/2) = 0.01, Y ≳ 5·50·10⁴ would do."""
    patterns = binary(50, 100, 0)
    few = hs.DistributedMemory(500, 60.0, rng=0).store(patterns)
    distant = patterns[:5] + np.sqrt(2 * np.log(100) / 60.0) * np.eye(100)[:5]
    few._told = {"dead"}
    with pytest.warns(UserWarning, match=r"no larger than its own error.*Y = 500.*5·P·exp") as told:
        few.energy(distant)
    assert told[0].filename == __file__
    few.energy(distant)
    enough = hs.DistributedMemory(20000, 60.0, rng=0).store(patterns)
    enough.energy(patterns)  # no warning: at the memories themselves 20 000 are plenty
    for kernel in ("exp", "expexp"):
        memory = hs.DistributedMemory(500, 60.0, kernel=kernel, rng=0).store(patterns)
        with pytest.warns(UserWarning, match="own error"):
            memory.energy(patterns)
        mild = hs.DistributedMemory(500, 1.0, kernel=kernel, rng=0).store(patterns)
        mild.energy(patterns)


@pytest.mark.parametrize("kernel", ["exp", "expexp"])
def test_large_exponents_neither_overflow_nor_vanish(kernel, monkeypatch) -> None:
    """exp(−β‖x‖²) of either side is e⁻⁵⁰⁰, of both too small for a float; the energy is not."""
    monkeypatch.setattr(projection, "_BLOCK", 1000)  # 14 blocks
    patterns = 0.9 * binary(3, 64, 0)
    beta = 500 / float((patterns**2).sum(axis=1).max())
    memory = hs.DistributedMemory(200, beta, kernel=kernel, rng=0).store(patterns)
    quiet(memory)
    s, _ = directions(memory)
    h = np.sqrt(beta) * patterns @ s.T - beta * (patterns**2).sum(axis=1, keepdims=True)
    other = -np.sqrt(beta) * patterns @ s.T - beta * (patterns**2).sum(axis=1, keepdims=True)
    terms = h[:, None] + np.log(np.exp(h).sum(axis=0))
    if kernel == "expexp":
        terms = np.concatenate([terms, other[:, None] + np.log(np.exp(other).sum(axis=0))], axis=1)
    logs = np.logaddexp.reduce(terms.reshape(3, -1), axis=1)
    logs -= np.log(200 if kernel == "exp" else 400)
    assert (logs < -745).any()  # so that it would vanish
    np.testing.assert_allclose(memory.energy(patterns), -logs / beta, rtol=1e-9)
    assert np.isfinite(memory.gradient(patterns)).all()


def test_exponentials_that_vanish_altogether_are_told() -> None:
    memory = hs.DistributedMemory(50, 5000.0, kernel="exp", rng=0).store(np.ones((1, 4)))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert memory.energy(np.ones(4)) == np.inf
        assert (memory.gradient(np.ones(4)) == 0).all()
    assert "dead zone" in str(told[0].message)


# ------------------------------------------------------------------ files


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_memory_comes_back_and_goes_on_learning(tmp_path, kernel) -> None:
    images = binary(5, 12, 0).reshape(5, 3, 4).astype(np.float32)
    memory = hs.DistributedMemory(
        300, 2.5, kernel=kernel, energy="plain", orthogonal=True, rng=np.random.default_rng(3)
    )
    memory.store(images[:3]).save(tmp_path / "memory.npz")
    again = hs.load(tmp_path / "memory.npz")
    for one in (memory, again):
        quiet(one)
        one.store(images[3:]).forget(images[:1])
    np.testing.assert_array_equal(again.memory, memory.memory)
    np.testing.assert_array_equal(again.recall(images).states, memory.recall(images).states)
    wanted = np.float64 if "exp" in kernel else np.float32  # float32 is too small for e^-100
    assert again.recall(images).states.dtype == wanted
    assert (again.kernel, again.beta, again.n_patterns) == (kernel, 2.5, 4)


def test_a_file_whose_directions_cannot_be_drawn_again_is_refused(tmp_path, monkeypatch) -> None:
    path = tmp_path / "memory.npz"
    memory = hs.DistributedMemory(300, rng=0).store(binary(2, 12, 0))
    memory.save(path)
    with np.load(path) as members:
        assert members["memory"].shape == (600,)
        assert "directions" not in members
    real = Projection.block
    monkeypatch.setattr(
        Projection,
        "block",
        lambda self, number: real(self, number)._replace(
            directions=real(self, number).directions[:, ::-1]
        ),
    )
    with pytest.raises(ModelFileError, match="another version of numpy"):
        hs.load(path)
    monkeypatch.undo()
    for changes, beta, message in [
        ({"memory": np.ones((1, 300))}, 1.0, "do not make 2 parts"),
        ({"memory": np.full((2, 300), np.nan)}, 1.0, "do not make 2 parts"),
        ({"shape": (5, 5)}, 1.0, "do not have 12 sites"),
        ({"n_patterns": 0}, 1.0, "n_patterns"),
        ({}, -1.0, "beta"),
    ]:
        spoilt = hs.DistributedMemory(300, rng=0).store(binary(2, 12, 0))
        spoilt._state = spoilt._state._replace(**changes)
        spoilt._recipe = replace(spoilt._recipe, beta=beta)
        spoilt.save(path)
        with pytest.raises(ModelFileError, match=message):
            hs.load(path)


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((0,), {}, InvalidInputError, "n_features must be from 1"),
        ((2.0,), {}, InvalidTypeError, "n_features must be an integer"),
        ((10, 0), {}, InvalidInputError, "beta must be 1e-30 or more; got 0"),
        ((10, -1.0), {}, InvalidInputError, "beta must be 0"),
        ((10, np.nan), {}, InvalidInputError, "beta must be finite"),
        ((10, "warm"), {}, InvalidTypeError, "beta must be a real number"),
        ((10,), {"kernel": "sinecos"}, InvalidInputError, 'did you mean "sincos"'),
        ((10,), {"energy": "sum"}, InvalidInputError, "energy must be one of"),
        ((10,), {"orthogonal": 1}, InvalidTypeError, "orthogonal must be True or False"),
        ((10,), {"rng": -1}, InvalidInputError, "rng must be a seed"),
        ((10,), {"backend": "numpi"}, InvalidInputError, 'did you mean "numpy"'),
    ],
)
def test_bad_words(arguments, options, error, words) -> None:
    with pytest.raises(error, match=words):
        hs.DistributedMemory(*arguments, **options)


def test_bad_arrays_and_numbers() -> None:
    memory = hs.DistributedMemory(50, rng=0)
    for ask in (memory.energy, memory.gradient, memory.recall, memory.forget):
        with pytest.raises(NotStoredError, match="call store"):
            ask(np.zeros(4))
    with pytest.raises(NotStoredError, match="call store"):
        memory.save("nowhere.npz")
    with pytest.raises(NotStoredError):
        _ = memory.n_neurons
    with pytest.raises(InvalidInputError, match="at least one state"):
        memory.features(np.zeros((0, 4)))
    with pytest.raises(InvalidInputError, match=r"finite; found nan at \[0, 1\]"):
        memory.store([[0.0, np.nan]])
    with pytest.raises(InvalidTypeError, match="complex"):
        memory.store(np.ones((2, 2), complex))
    memory.store(np.eye(3, 4))
    with pytest.raises(InvalidInputError, match="4 numbers a row"):
        memory.store(np.eye(3))
    with pytest.raises(InvalidInputError, match="did you transpose"):
        memory.energy(np.zeros((4, 3)))
    with pytest.raises(InvalidInputError, match="among the 3 stored; got 4"):
        memory.forget(np.zeros((4, 4)))
    with pytest.raises(InvalidTypeError, match="clamp must be boolean"):
        memory.recall(np.zeros(4), clamp=[0, 1, 0, 1])
    with pytest.raises(InvalidInputError, match=r"observed must be \(4,\)"):
        memory.recall(np.zeros(4), observed=[True])
    for word, value in [("step", -0.1), ("tol", -1.0), ("max_steps", -1), ("every", 0)]:
        with pytest.raises(InvalidInputError, match=word):
            memory.recall(np.zeros(4), record="energy", **{word: value})
    with pytest.raises(InvalidInputError, match="record"):
        memory.recall(np.zeros(4), record="overlap")
    images = hs.DistributedMemory(50, rng=0).store(np.zeros((2, 2, 3)))
    with pytest.raises(InvalidInputError, match=r"images of shape \(2, 3\) like those stored"):
        images.store(np.zeros((2, 3, 2)))


@pytest.mark.parametrize("kernel", KERNELS)
def test_numbers_too_large_for_their_waves_are_refused(kernel) -> None:
    memory = hs.DistributedMemory(20, 1e4, kernel=kernel, rng=0)
    with pytest.raises(InvalidInputError, match=r"patterns must have beta·‖x‖² of at most 1e\+12"):
        memory.store(1e5 * np.eye(2))
    memory.store(1e4 * np.eye(2))
    memory.quiet = True
    x = np.array([[0.0, 0.5e4], [1e4, 0.0]])
    assert np.isfinite(memory.gradient(x)).all()
    assert np.isfinite(memory.recall(x, max_steps=3, step=0.0).states).all()
    for ask in (memory.energy, memory.forget, memory.recall):
        with pytest.raises(InvalidInputError, match=r"found 1e\+14 in row 1; scale them"):
            ask([[0.0, 0.0], [1e5, 0.0]])
    if kernel in ("sincos", "cos"):
        with pytest.raises(InvalidInputError, match=r"at most 1e\+07 in float32"):
            memory.clear().store(np.full((1, 2), 1e3, np.float32))


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_step_that_is_too_large_is_told(kernel) -> None:
    patterns = binary(3, 8, 0)
    memory = hs.DistributedMemory(50, 10.0, kernel=kernel, rng=0).store(patterns)
    memory.quiet = True
    for step in (1e20, 1e308):
        with pytest.raises(InvalidInputError, match=r"step must be small enough.*try 0\.1"):
            memory.recall(patterns + 0.1, step=step)


def test_it_says_what_it_is() -> None:
    memory = hs.DistributedMemory(50, 2.0, kernel="cos", rng=0)
    words = "<DistributedMemory Y=50, beta=2, kernel='cos', energy='log'"
    assert repr(memory) == f"{words}, nothing stored>"
    assert repr(memory.store(np.eye(3))) == f"{words}, N=3, P=3>"


def test_it_keeps_what_all_memories_promise() -> None:
    memory = hs.DistributedMemory(5000, 20.0, rng=0)
    memory.quiet = True  # patterns of ±1 are far from each other
    hs.testing.check_memory(memory)


def test_what_does_not_fit_is_refused_at_once() -> None:
    with pytest.raises(InsufficientMemoryError, match=r"memory of .* numbers.*fewer features"):
        hs.DistributedMemory(2**40, rng=0).store(np.eye(3))
    with pytest.raises(InsufficientMemoryError, match="orthogonal=False"):
        hs.DistributedMemory(10, orthogonal=True, rng=0).store(np.ones((1, 10**6)))
    memory = hs.DistributedMemory(10**5, rng=0).store(np.eye(1))
    with pytest.raises(InsufficientMemoryError, match="features of 10000000 states"):
        memory.features(np.zeros((10**7, 1)))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(
    ("n", "n_features", "orthogonal"), [(3, 1, True), (5, 7, False), (300, 2000, True)]
)
def test_a_block_starts_with_what_its_first_row_has(n, n_features, orthogonal, dtype) -> None:
    drawn = Projection(3, n_features, n, orthogonal, np.dtype(dtype))
    for number in {0, (n_features - 1) // drawn.block_rows}:
        whole = drawn.block(number).directions[0, :4]
        np.testing.assert_allclose(drawn.start(number, 4), whole, rtol=1e-6)


@pytest.mark.parametrize("orthogonal", [False, True])
def test_a_file_of_very_many_neurons_is_judged_by_the_first_rows(
    tmp_path, monkeypatch, orthogonal
) -> None:
    path = tmp_path / "memory.npz"
    memory = hs.DistributedMemory(40, orthogonal=orthogonal, rng=0).store(binary(2, 12, 0))
    memory.save(path)
    monkeypatch.setattr(summed_file, "_CHEAP", 0)
    np.testing.assert_array_equal(hs.load(path).memory, memory.memory)
    start = Projection.start
    monkeypatch.setattr(Projection, "start", lambda *given: 1.001 * start(*given))
    with pytest.raises(ModelFileError, match="another version of numpy"):
        hs.load(path)


# ------------------------------------------------------------------ noise, advice, budget


def widths_off(memory: hs.DistributedMemory, xi: np.ndarray, cues: np.ndarray) -> np.ndarray:
    """Distances of ends from those of the exact memory, in widths of a well, 1/√β."""
    beta = memory.beta
    exact = hs.ModernHopfield(beta, similarity="euclidean").store(xi)
    wanted = exact.recall(cues, advise=False).states
    ends = memory.recall(cues, tol=1e-4, step=0.3, max_steps=1000).states
    return np.linalg.norm(ends - wanted, axis=1) * np.sqrt(beta)


def test_recall_that_noise_leads_astray_says_so_and_the_advice_mends_it() -> None:
    xi = binary(8, 48, 0)
    cues = flipped(xi, 0.15, 1)
    few = hs.DistributedMemory(2000, 40.0, rng=0).store(xi)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        off = widths_off(few, xi, cues)
    said = " ".join(str(one.message) for one in caught)
    assert "of 8 states ended where the noise of the gradient" in said
    assert "D = 48 numbers Y = 2000 features are too few" in said
    assert (off > 1).sum() >= 2
    enough = few.suggest_features(xi, cues)
    many = hs.DistributedMemory(enough, 40.0, rng=0).store(xi)
    off = widths_off(many, xi, cues)  # without a warning
    assert (off < 0.5).mean() >= 0.9
    assert few.suggest_features(xi, error=0.5) == pytest.approx(few.suggest_features(xi) / 4, abs=1)


def test_the_noise_of_the_gradient_moves_ends_as_far_as_the_advice_says() -> None:
    """At Y = suggest_features(error=e) ends are about e widths off, over several seeds."""
    xi = binary(8, 48, 0)
    count = hs.DistributedMemory(1, 60.0).suggest_features(xi, error=0.3)
    memories = [hs.DistributedMemory(count, 60.0, rng=seed).store(xi) for seed in range(4)]
    off = np.concatenate([widths_off(memory, xi, xi) for memory in memories])
    assert 0.2 < np.sqrt((off**2).mean()) < 0.4


def test_advice_on_beta_is_that_of_the_exact_memory() -> None:
    xi = binary(9, 30, 0)
    exact = hs.ModernHopfield(similarity="euclidean").store(xi)
    memory = hs.DistributedMemory(5)
    assert memory.suggest_beta(xi) == exact.suggest_beta()
    cues = flipped(xi, 0.1, 1)
    assert memory.suggest_beta(xi, cues, weight=0.8) == exact.suggest_beta(cues, weight=0.8)
    with pytest.raises(InvalidInputError, match="waves"):
        hs.DistributedMemory(5, kernel="exp").suggest_features(xi)
    with pytest.raises(InvalidInputError, match="too large for these cues"):
        hs.DistributedMemory(5, 400.0).suggest_features(xi, flipped(xi, 0.4, 1))
    for bad in (0, -1, np.nan, "x"):
        with pytest.raises(HopfieldError, match="error"):
            memory.suggest_features(xi, error=bad)


def test_the_budget_says_whether_directions_are_drawn_again(monkeypatch) -> None:
    drawn: list[int] = []

    def counted(self, number, made=projection.Projection.block):
        drawn.append(number)
        return made(self, number)

    monkeypatch.setattr(projection.Projection, "block", counted)
    xi = binary(3, 20, 0)
    memory = hs.DistributedMemory(500, 10.0, rng=0)
    assert memory.directions_bytes is None
    memory.store(xi)
    first = memory.energy(xi)
    assert drawn == [0]
    memory.directions_bytes = 500 * 20 * 8 - 1
    np.testing.assert_array_equal(memory.energy(xi), first)
    np.testing.assert_array_equal(memory.energy(xi), first)
    assert len(drawn) == 3
    memory.directions_bytes = 500 * 20 * 8
    for _ in range(3):
        np.testing.assert_array_equal(memory.energy(xi), first)
    assert len(drawn) == 4
    memory.clear()
    assert memory.store(xi).directions_bytes == 500 * 20 * 8
    for bad in (-1, 1.5, "1"):
        with pytest.raises(HopfieldError, match="directions_bytes"):
            memory.directions_bytes = bad
