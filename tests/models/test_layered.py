"""Networks of layers: the energy is the sum of its parts; other networks are special cases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import InvalidInputError, InvalidTypeError, ModelFileError
from hopfield_sim.models.base import files

SEEDS = range(3)


def hidden(lagrangian: str, **parameters) -> hs.Layer:
    return hs.Layer(lagrangian, tau=0, **parameters)


def cues(patterns: np.ndarray, count: int, seed: int) -> np.ndarray:
    return hs.flip(np.repeat(patterns, 5, axis=0), count=count, rng=seed)


# ------------------------------------------------------------------ special cases


@pytest.mark.parametrize("seed", SEEDS)
def test_signs_with_weights_are_the_classical_network(seed: int) -> None:
    patterns = hs.random_patterns(5, 60, rng=seed)  # P odd, N even: no field is zero
    classical = hs.HopfieldNetwork().store(patterns)
    net = hs.EnergyNetwork({"spins": "sign"}, {"spins": classical.weights})
    states = cues(patterns, 12, seed)
    np.testing.assert_allclose(net.energy(states), classical.energy(states), atol=1e-12)
    expected = classical.recall(states, update="sync", record="energy")
    falls = (np.diff(expected.energy, axis=0) <= 1e-12).all(axis=0) & expected.converged
    assert falls.mean() > 0.9
    run = net.recall(states, step=1.0)
    assert np.array_equal(run.activities["spins"][falls], expected.states[falls])


@pytest.mark.parametrize("seed", SEEDS)
def test_where_synchronous_updates_cycle_the_energy_falls_to_a_fixed_point(seed: int) -> None:
    weights = -np.ones((6, 6)) + np.eye(6)  # all neurons differ: synchronously a 2-cycle
    start = np.full(6, 1.0) + 0.1 * np.random.default_rng(seed).normal(size=6)
    classical = hs.HopfieldNetwork.from_weights(weights)
    assert classical.recall(np.sign(start), update="sync").stop == "cycle"
    run = hs.EnergyNetwork({"spins": "sign"}, {"spins": weights}).recall(
        start, step=0.5, record="energy"
    )
    assert (np.diff(run.energy) <= 1e-12).all()
    end = run.activities["spins"]
    assert abs(end.sum()) == 0  # three up, three down: the lowest states
    assert run.energy[-1] == classical.energy(end) == -3.0
    assert classical.recall(end, update="sync").sweeps == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("order", [3, 4])
def test_rectified_powers_are_the_dense_memory(order: int, seed: int) -> None:
    patterns = hs.random_patterns(80, 60, rng=seed)
    dense = hs.DenseMemory("rectified", order).store(patterns)
    net = hs.EnergyNetwork(
        {"spins": "sign", "memories": hidden("relu", power=order)},
        {("memories", "spins"): patterns},
    )
    states = hs.flip(patterns, count=8, rng=seed)
    np.testing.assert_allclose(order * net.energy(states), dense.energy(states), rtol=1e-12)
    run = net.recall(states, step=1.0, record="energy")
    expected = dense.recall(states, update="sync")
    assert expected.converged.mean() > 0.95
    same = (run.activities["spins"] == expected.states).all(axis=1)
    assert same[expected.converged].all()
    assert (np.diff(run.energy, axis=0) <= 1e-9).all()


@pytest.mark.parametrize("step", [1.0, 0.3])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_softmax_is_the_modern_network(seed: int, step: float) -> None:
    draws = np.random.default_rng(seed)
    memories = draws.normal(size=(20, 30))
    states = memories + 0.5 * draws.normal(size=memories.shape)
    modern = hs.ModernHopfield(2.0).store(memories)
    net = hs.EnergyNetwork(["identity", hidden("softmax", beta=2.0)], [memories.T])
    expected, run = modern.recall(states, step=step), net.recall(states, step=step)
    np.testing.assert_allclose(run.states, expected.states, atol=1e-13)
    assert np.array_equal(run.steps, expected.steps)
    np.testing.assert_allclose(run.activities["1"], modern.attention(run.states), atol=1e-13)
    assert np.ptp(net.energy(states) - modern.energy(states)) < 1e-12  # they differ by a constant


@pytest.mark.parametrize("seed", SEEDS)
def test_tanh_below_signs_is_the_restricted_network(seed: int) -> None:
    patterns = hs.random_patterns(5, 60, rng=seed)
    restricted = hs.RestrictedHopfield(20, rng=seed).store(patterns)
    net = hs.EnergyNetwork(
        {"spins": "sign", "hidden": hidden("tanh")}, {("spins", "hidden"): restricted.weights}
    )
    states = cues(patterns, 10, seed)
    run, expected = net.recall(states, step=1.0), restricted.recall(states)
    assert expected.converged.all()
    assert np.array_equal(run.activities["spins"], expected.states)


@pytest.mark.parametrize("seed", SEEDS)
def test_tanh_with_weights_is_the_graded_network(seed: int) -> None:
    patterns = hs.random_patterns(4, 40, rng=seed)
    graded = hs.GradedNetwork(beta=3.0).store(patterns)
    weights = hs.HopfieldNetwork().store(patterns).weights
    net = hs.EnergyNetwork({"cells": hs.Layer("tanh", beta=3.0)}, {"cells": weights})
    expected = graded.recall(0.9 * hs.flip(patterns, count=4, rng=seed))
    np.testing.assert_allclose(
        net.energy(expected.potentials), graded.energy(expected.potentials), atol=1e-12
    )
    start = np.arctanh(0.9 * hs.flip(patterns, count=4, rng=seed)) / 3.0
    run = net.recall(start, tol=1e-12, max_steps=5000)
    np.testing.assert_allclose(run.activities["cells"], expected.states, atol=1e-7)


# ------------------------------------------------------------------ what holds for all


NETWORKS = {
    "two slow layers": lambda r: hs.EnergyNetwork(
        {"a": hs.Layer("identity", bias=0.3), "b": hs.Layer("tanh", tau=2.0, beta=1.5)},
        {("a", "b"): r.normal(size=(7, 5)) / 3},
    ),
    "three layers": lambda r: hs.EnergyNetwork(
        ["tanh", hs.Layer("relu", power=2), hs.Layer("softmax", tau=0, beta=2.0)],
        [r.normal(size=(7, 5)) / 4, r.normal(size=(5, 6)) / 4],
    ),
    "frustrated spins": lambda r: hs.EnergyNetwork(
        {"s": "sign"}, {"s": (lambda w: w + w.T - 2 * np.diag(np.diag(w)))(r.normal(size=(7, 7)))}
    ),
    "convolution": lambda r: hs.EnergyNetwork(
        {"image": hs.Layer("tanh", (6, 5)), "maps": hidden("softmax", axis=0, beta=2.0)},
        {("image", "maps"): hs.Convolution(r.normal(size=(4, 3, 2)), stride=2)},
    ),
    "channels": lambda r: hs.EnergyNetwork(
        {"image": hs.Layer("tanh", (2, 6, 5)), "maps": hs.Layer("tanh", bias=-0.1)},
        {("image", "maps"): hs.Convolution(r.normal(size=(4, 2, 3, 3)) / 5)},
    ),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_energy_never_rises_and_gradients_are_its_own(name: str, seed: int) -> None:
    draws = np.random.default_rng(seed)
    net = NETWORKS[name](draws)
    shape = next(iter(net._layers.values())).shape
    states = 2 * draws.normal(size=(6, *shape))
    before = states.copy()
    assert net.check_gradient(rng=seed) < 1e-5
    run = net.recall(states, step=1.0, record=["energy", "states"], max_steps=300)
    assert np.array_equal(states, before)
    assert (np.diff(run.energy, axis=0) <= 1e-9 * (1 + abs(run.energy[1:]))).all()
    np.testing.assert_allclose(run.energy[0], net.energy(states))
    assert run.trajectory.shape == (*run.energy.shape, *shape)
    np.testing.assert_allclose(run.trajectory[-1], run.states)
    alone = net.recall(states[0], step=1.0, max_steps=300)
    np.testing.assert_allclose(alone.states, run.states[0], atol=1e-12)
    assert isinstance(alone.stop, str)
    assert isinstance(net.energy(states[0]), float)


def test_at_rest_each_layer_has_its_bias_and_what_it_gets() -> None:
    weights = np.random.default_rng(0).normal(size=(7, 5)) / 3
    net = hs.EnergyNetwork(
        {"a": hs.Layer("identity", bias=0.3), "b": hs.Layer("tanh", tau=2.0, beta=1.5, bias=-0.2)},
        {("a", "b"): weights},
    )
    run = net.recall(np.ones((2, 7)), step=1.0, tol=1e-12)
    assert run.converged.all()
    a, b = run.activities["a"], run.activities["b"]
    np.testing.assert_allclose(run.potentials["a"], 0.3 + b @ weights.T, atol=1e-9)
    np.testing.assert_allclose(run.potentials["b"], -0.2 + a @ weights, atol=1e-9)


def test_a_convolution_is_its_dense_matrix() -> None:
    draws = np.random.default_rng(0)
    synapse = hs.Convolution(draws.normal(size=(3, 2, 2, 3)), stride=2)
    image, maps = draws.normal(size=(4, 2, 6, 7)), draws.normal(size=(4, 3, 3, 3))
    assert synapse.maps_of((2, 6, 7)) == (3, 3, 3)
    units = np.eye(2 * 6 * 7).reshape(-1, 2, 6, 7)
    matrix = synapse.inputs(units, np.zeros((84, 3, 3, 3)))[1].reshape(84, 27)
    by_image, by_maps = synapse.inputs(image, maps)
    np.testing.assert_allclose(by_maps.reshape(4, -1), image.reshape(4, -1) @ matrix)
    np.testing.assert_allclose(by_image.reshape(4, -1), maps.reshape(4, -1) @ matrix.T)
    kernel = synapse.kernels[1]
    assert by_maps[2, 1, 0, 2] == pytest.approx((image[2, :, 0:2, 4:7] * kernel).sum())


def test_clamped_units_stay_and_others_follow_them() -> None:
    memories = np.array([[1.0, 1, -1, -1], [1, -1, 1, -1]])
    net = hs.EnergyNetwork(["identity", hidden("softmax", beta=4.0)], [memories.T])
    held = np.array([True, True, False, False])
    run = net.recall([[1.0, -1, 0, 0]], step=1.0, clamp=held)
    np.testing.assert_allclose(run.states, [[1, -1, 1, -1]], atol=1e-3)
    assert np.array_equal(run.states[:, held], [[1, -1]])
    two = hs.EnergyNetwork(["identity", "tanh"], [np.ones((2, 3))])
    run = two.recall({"0": [0.5, 0.5], "1": [1.0, -1.0, 0.0]}, clamp={"1": [True, True, False]})
    assert run.potentials["1"][:2].tolist() == [1.0, -1.0]


def test_layers_may_start_anywhere_or_at_their_bias() -> None:
    net = hs.EnergyNetwork(["identity", hs.Layer("tanh", bias=0.25)], [np.ones((2, 3))])
    run = net.recall([[0.1, 0.2]], max_steps=0)
    assert run.potentials["1"].tolist() == [[0.25, 0.25, 0.25]]
    assert run.stop[0] == "max-steps"
    run = net.recall({"0": [[0.1, 0.2]], "1": [[1.0, 2.0, 3.0]]}, max_steps=0)
    assert run.potentials["1"].tolist() == [[1.0, 2.0, 3.0]]
    assert net.layers == ("0", "1")
    assert net.n_neurons == 2
    assert repr(net) == "<EnergyNetwork 0: identity (2,), 1: tanh (3,); 1 synapses>"


# ------------------------------------------------------------------ parts of one's own


class Cubic(hs.Lagrangian):
    """L = Σ |x|³ / 3."""

    def value(self, x):
        return (abs(x) ** 3 / 3).sum(axis=1)

    def activation(self, x):
        return x * abs(x)


class Many(hs.Synapse):
    """E = −Σ_μ (ξ·g)⁴: more than two neurons in each term."""

    def __init__(self, patterns, factor=4.0):
        self.patterns, self.factor = patterns, factor

    def energy(self, g):
        return -((g @ self.patterns.T) ** 4).sum(axis=1)

    def inputs(self, g):
        return (self.factor * (g @ self.patterns.T) ** 3 @ self.patterns,)


def test_parts_of_ones_own_are_checked_at_once() -> None:
    patterns = np.array([[1.0, 1, -1, -1, 1, -1]]) / 6
    net = hs.EnergyNetwork({"s": hs.Layer("tanh", 6)}, {"s": Many(patterns)})
    run = net.recall(3 * patterns[0], record="energy")
    assert (np.diff(run.energy) <= 0).all()
    hs.EnergyNetwork({"s": hs.Layer(Cubic(), 6)}, {"s": Many(patterns)})
    with pytest.raises(InvalidInputError, match=r"input of layer 's' .* not the gradient"):
        hs.EnergyNetwork({"s": hs.Layer("tanh", 6)}, {"s": Many(patterns * 6, factor=3.0)})


def test_faults_of_lagrangians_are_named() -> None:
    class Double(Cubic):
        def activation(self, x):
            return 2 * x * abs(x)

    class Bump(hs.Lagrangian):
        def value(self, x):
            return np.cos(x).sum(axis=1)

        def activation(self, x):
            return -np.sin(x)

    with pytest.raises(InvalidInputError, match="activity of layer 'a' is not the gradient"):
        hs.EnergyNetwork({"a": hs.Layer(Double(), 3)}, {})
    with pytest.raises(InvalidInputError, match="layer 'a' is not convex"):
        hs.EnergyNetwork({"a": hs.Layer(Bump(), 30)}, {})


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: hs.EnergyNetwork([], []), "layers must be a dict"),
        (lambda: hs.EnergyNetwork(["linear"], []), 'lagrangian must be one of "identity"'),
        (lambda: hs.EnergyNetwork(["identity"], []), "needs a shape"),
        (lambda: hs.EnergyNetwork(["identity", "tanh"], []), "a list of 1, one between"),
        (lambda: hs.EnergyNetwork(["identity"], {"0": np.ones((2, 3))}), "must be symmetric"),
        (lambda: hs.EnergyNetwork([hs.Layer("tanh", 4), "tanh"], [np.ones((3, 2))]), "3 units"),
        (lambda: hs.EnergyNetwork({"a": "tanh"}, {("a", "b"): np.ones((2, 2))}), "end of a syn"),
        (lambda: hs.EnergyNetwork([hs.Layer("tanh", tau=0)], {"0": np.eye(2)}), "first layer"),
        (
            lambda: hs.EnergyNetwork(
                ["tanh", hidden("tanh"), hidden("tanh")], [np.eye(2), np.eye(2)]
            ),
            "would depend on each other",
        ),
        (lambda: hs.Layer("identity", beta=2.0), "no beta="),
        (lambda: hs.Layer("tanh", beta=-1.0), "beta must be"),
        (lambda: hs.Layer("tanh", 3, tau=-1.0), "tau must be"),
        (lambda: hs.EnergyNetwork([hs.Layer("tanh", 3, bias=[1, 2])], []), "bias of layer '0'"),
        (lambda: hs.EnergyNetwork([hs.Layer("softmax", 3, axis=1)], []), "no axis 1"),
        (lambda: hs.Convolution(np.ones((2, 2))), r"kernels must be \(K, h, w\)"),
        (
            lambda: hs.EnergyNetwork(
                [hs.Layer("tanh", (2, 2)), "tanh"], [hs.Convolution(np.ones((1, 3, 3)))]
            ),
            "as large as the kernels",
        ),
    ],
)
def test_parts_that_do_not_fit_are_refused(make, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        make()


def test_energies_out_of_range_are_refused_and_never_entered() -> None:
    net = hs.EnergyNetwork([hs.Layer("relu", 2, power=300.0)], {"0": 1e3 * np.eye(2)})
    with pytest.raises(InvalidInputError, match="out of the range of floats"):
        net.energy([1e4, 1.0])
    run = net.recall([0.5, 0.5], step=1.0, max_steps=50)
    assert np.isfinite(run.states).all()


def test_arguments_of_recall_that_make_no_sense() -> None:
    net = hs.EnergyNetwork([hs.Layer("identity", tau=0.5), hidden("softmax")], [np.eye(2)])
    for options, words in (
        ({"step": 1.0}, "step must be"),
        ({"step": 0.0}, "step must be"),
        ({"max_steps": -1}, "max_steps must be"),
        ({"clamp": [True]}, "clamp"),
        ({"clamp": {"1": [True, True]}}, "a layer of clamp"),
        ({"record": "overlap"}, "record must be one of"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            net.recall([0.0, 0.0], **options)
    with pytest.raises(InvalidInputError, match="states"):
        net.recall([0.0, 0.0, 0.0])
    with pytest.raises(InvalidInputError, match="as many"):
        hs.EnergyNetwork(["tanh", "tanh"], [np.eye(2)]).energy({"0": [[0, 0]], "1": [0, 0]})
    with pytest.raises(InvalidTypeError):
        hs.Layer(3)


FILED: dict[str, Callable[[], hs.EnergyNetwork]] = {
    "alone": lambda: hs.EnergyNetwork([hs.Layer("tanh", 5, bias=np.arange(5.0), beta=3.0)], []),
    "within": lambda: hs.EnergyNetwork({"a": "sign"}, {"a": np.ones((5, 5))}),
    "chain": lambda: hs.EnergyNetwork(
        [hs.Layer("identity", tau=2.0), "softmax", hs.Layer("relu", tau=0, power=4.0)],
        [np.arange(15.0).reshape(5, 3), np.eye(3)],
    ),
    "two synapses of two layers": lambda: hs.EnergyNetwork(
        {"a": hs.Layer(), "b": hs.Layer("tanh", tau=0)},
        {("b", "a"): np.arange(10.0).reshape(2, 5), "a": np.eye(5)},
    ),
    "colours": lambda: hs.EnergyNetwork(
        {"image": hs.Layer("identity", (2, 5, 6)), "maps": hs.Layer("softmax", axis=0, tau=0)},
        {("image", "maps"): hs.Convolution(np.arange(24.0).reshape(3, 2, 2, 2) / 24, stride=3)},
    ),
}


@pytest.mark.parametrize("name", FILED)
def test_networks_of_the_packages_parts_come_back(name: str, tmp_path: Path) -> None:
    net = FILED[name]()
    net.save(tmp_path / "net.npz")
    again = hs.load(tmp_path / "net.npz")
    assert repr(again) == repr(net)
    first = net._layers[net.layers[0]].shape
    cues = np.random.default_rng(0).normal(size=(4, *first))
    np.testing.assert_array_equal(again.energy(cues), net.energy(cues))
    mine, theirs = (one.recall(cues, step=0.5, max_steps=20) for one in (again, net))
    for layer in net.layers:
        np.testing.assert_array_equal(mine.potentials[layer], theirs.potentials[layer])
        np.testing.assert_array_equal(mine.activities[layer], theirs.activities[layer])
    again.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "net.npz").read_bytes()


def test_networks_with_parts_of_a_user_are_not_saved(tmp_path: Path) -> None:
    path = tmp_path / "net.npz"
    patterns = np.random.default_rng(0).normal(size=(2, 6))
    with pytest.raises(InvalidInputError, match="synapse between 's' is one of your own, Many"):
        hs.EnergyNetwork({"s": hs.Layer("tanh", 6)}, {"s": Many(patterns)}).save(path)
    with pytest.raises(InvalidInputError, match="layer 's' has a Lagrangian of your own, Cubic"):
        hs.EnergyNetwork({"s": hs.Layer(Cubic(), 6)}, {}).save(path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("names", ["a", "a"]),
        ("lagrangians", ["identity", "linear"]),
        ("parameters", [[-1.0, np.nan, np.nan], [np.nan, np.nan, np.nan]]),
        ("tau", [0.0, 1.0]),
        ("axes", [1, 2]),
        ("lengths", [5, 3]),
        ("bias", [np.inf] * 7),
        ("ends", [[1, 0], [0, 7]]),
        ("ends", [[1, 0], [1, 0]]),
        ("ends", [[1, 0], [-3, -1]]),
        ("strides", [1, 0]),
        ("sides", [[2, 5, -1, -1], [5, 4, -1, -1]]),
        ("sides", [[2, 5, -1, -1], [0, 5, -1, -1]]),
        ("weights", [np.nan] * 35),
    ],
)
def test_arrays_that_make_no_network_are_refused(member: str, value: Any, tmp_path: Path) -> None:
    net = FILED["two synapses of two layers"]()
    arrays = net._file.arrays(net)
    arrays[member] = np.array(value, arrays[member].dtype)
    files.save(tmp_path / "net.npz", "layered", arrays)
    with pytest.raises(ModelFileError):
        hs.load(tmp_path / "net.npz")
