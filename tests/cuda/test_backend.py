"""The backend as its users meet it: how it is found, or why not; what is copied; memory."""

from __future__ import annotations

import pickle
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import stand_in
from stand_in import REAL

import hopfield_sim as hs
from hopfield_sim import backends
from hopfield_sim.backends.cuda import source
from hopfield_sim.backends.cuda.device import Device
from hopfield_sim.errors import InsufficientMemoryError, MissingDependencyError

PACKAGE = Path(hs.__file__).parent
only_stand_in = pytest.mark.skipif(REAL, reason="it is the stand-in that counts and refuses")


def network(n=200, n_patterns=10, **options):
    net = hs.HopfieldNetwork(backend="cupy", **options)
    net.store(hs.random_patterns(n_patterns, n, rng=1))
    assert net.weights.shape == (n, n)  # so it has the matrix
    return net, hs.random_patterns(40, n, rng=2)


# ---------------------------------------------------------------------- finding it


def test_it_is_found_and_never_chosen(cupy):
    assert backends.available()[-1] == "cupy"
    assert backends.describe()["cupy"] == "available"
    assert backends.get().name != "cupy"
    with hs.use_backend("cupy") as backend:
        assert backends.get().name == backend.name == "cupy"


def test_doctor_says_which_device_it_is(cupy, capsys):
    from hopfield_sim.experiment.__main__ import main

    assert main(["doctor"]) == 0
    line = next(line for line in capsys.readouterr().out.splitlines() if "  cupy " in line)
    assert re.fullmatch(r"  cupy +available, .+, driver for CUDA \d+\.\d+, CuPy .+", line)
    if not REAL:
        assert line.endswith("available, no GPU, driver for CUDA 13.2, CuPy stand-in")


def test_without_cupy(cupy, monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    backends._loaded.cache_clear()
    with pytest.raises(MissingDependencyError, match=r"CuPy.*pip install .*gpu-cuda13.*gpu-cuda12"):
        backends.get("cupy")
    assert "cupy" not in backends.available()
    assert "CuPy" in backends.describe()["cupy"]


@only_stand_in
@pytest.mark.parametrize(
    ("devices", "told"),
    [
        ("cudaErrorInsufficientDriver: CUDA driver version is insufficient", "no driver.*580.*525"),
        ("cudaErrorNoDevice: no CUDA-capable device is detected", "no GPU.*CUDA_VISIBLE_DEVICES"),
        (0, "no GPU.*nvidia-smi"),
    ],
)
def test_without_a_driver_or_a_device(cupy, devices, told):
    stand_in.settings.devices = devices
    backends._loaded.cache_clear()
    with pytest.raises(
        MissingDependencyError, match=rf"'cupy' was asked for, but CUDA finds {told}"
    ):
        hs.HopfieldNetwork(backend="cupy")
    assert "cupy" not in backends.available()


def test_the_rest_of_the_house_does_not_know_it():
    named = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\bcupy\b", path.read_text(encoding="utf-8"))
    }
    assert {name for name in named if not name.startswith("backends/cuda/")} == {
        "backends/__init__.py",  # its line in the table
        "checks/words.py",  # "did you mean"
    }


# ---------------------------------------------------------------------- recall


@pytest.mark.parametrize("update", ["async", "sync"])
@pytest.mark.parametrize("temperature", [0.0, 0.5, [1.0, 0.5, 0.0, 0.0]])
@pytest.mark.parametrize("rule", ["hebbian", "storkey", "pseudoinverse"])
def test_recall_is_the_reference_s(cupy, update, temperature, rule):
    net, cues = network(66, 5, rule=rule)
    runs = []
    for name in ("numpy", "cupy"):
        with hs.use_backend(name):
            same = hs.HopfieldNetwork(rule=rule).store(net.patterns)
            runs.append(
                same.recall(
                    cues, update=update, temperature=temperature, max_sweeps=12, rng=3,
                    record=["energy", "overlap", "states"], every=33,
                )
            )  # fmt: skip
    for name in ("states", "stop", "sweeps", "flips", "updates", "overlaps", "trajectory"):
        np.testing.assert_array_equal(getattr(runs[0], name), getattr(runs[1], name), name)
    np.testing.assert_allclose(runs[0].energy, runs[1].energy, rtol=0, atol=1e-12)


def test_a_result_is_an_ordinary_one(cupy):
    net, cues = network()
    before = cues.copy()
    run = net.recall(cues, rng=1)
    assert type(run.states) is np.ndarray
    np.testing.assert_array_equal(cues, before)
    again = pickle.loads(pickle.dumps(run))
    np.testing.assert_array_equal(again.states, run.states)
    assert type(again._batch) is type(hs.HopfieldNetwork().store(cues).recall(cues)._batch)


@only_stand_in
@pytest.mark.parametrize("update", ["async", "sync"])
def test_nothing_is_copied_that_need_not_be(cupy, update):
    net, cues = network()
    n_states, n = cues.shape
    net.recall(cues, update=update, rng=1)
    stand_in.counts.clear()
    net.recall(cues, update=update, rng=1)
    counters, limits = 32 * n_states, (2 if update == "async" else 4) * n
    states = n_states * n
    assert stand_in.counts.up == [states, 8 * n_states, counters, limits, limits, counters]
    assert stand_in.counts.down == [counters, states]
    assert (
        stand_in.counts.launches
        == ["caches", f"{update}hronous_limits".replace("async", "asyn").replace("sync", "syn", 1)]
        or len(stand_in.counts.launches) == 2
    )


@only_stand_in
def test_couplings_leave_the_device_with_their_network(cupy):
    net, cues = network()
    before = stand_in.settings.allocated
    net.recall(cues, rng=1)
    assert stand_in.settings.allocated == before + 200 * 208  # the columns, padded
    del net
    assert stand_in.settings.allocated == before


@only_stand_in
def test_without_memory_on_the_device(cupy):
    net, cues = network()
    before = stand_in.settings.allocated
    wanted = net.recall(cues, rng=1)
    stand_in.settings.limit = stand_in.settings.allocated + 5000
    with pytest.raises(InsufficientMemoryError, match=r"on the GPU: Out of memory.*fewer states"):
        net.recall(cues, rng=1)
    assert stand_in.settings.allocated == before
    stand_in.settings.limit = None
    np.testing.assert_array_equal(net.recall(cues, rng=1).states, wanted.states)


@pytest.mark.parametrize("update", ["async", "sync"])
def test_clamped_sites_and_fields_of_each_state(cupy, update):
    rng = np.random.default_rng(0)
    patterns = hs.random_patterns(4, 30, rng=1)
    cues = hs.flip(patterns, fraction=0.2, rng=2)
    own = {"clamp": rng.random(cues.shape) < 0.3, "field": rng.normal(size=cues.shape).round(1)}
    how = {"update": update, "temperature": [[0.0, 0.2, 0.2, 0.9]], "max_sweeps": 4, "rng": 3}
    runs = [
        hs.HopfieldNetwork(backend=backend)
        .store(patterns)
        .recall(cues, record="energy", **own, **how)
        for backend in ("numpy", "cupy")
    ]
    np.testing.assert_array_equal(*(run.states for run in runs))
    np.testing.assert_allclose(*(run.energy for run in runs), rtol=1e-12)


def l1(states, memories):
    return 1 / (1 + np.abs(states[:, None] - memories).sum(axis=2))


def quarter(x):
    return x**3 / 4


def test_interactions_and_similarities_of_your_own(cupy):
    """Functions of NumPy's arrays: F is a table on the device, a similarity is computed here."""
    patterns = hs.random_patterns(9, 20, rng=0)
    cues = hs.flip(patterns, fraction=0.1, rng=1)
    runs = [
        hs.DenseMemory(f, backend=backend).store(patterns).recall(cues, temperature=t, rng=2)
        for f, backend, t in ((quarter, "cupy", 10.0), ("polynomial", "numpy", 40.0))
    ]
    assert np.array_equal(*(run.states for run in runs))
    for some in (cues, cues[:1]):
        own, known = (
            hs.ModernHopfield(90.0, similarity=similarity, backend=backend).store(patterns)
            for similarity, backend in ((l1, "cupy"), ("manhattan", "numpy"))
        )
        ends = (memory.recall(some, max_steps=1, advise=False).states for memory in (own, known))
        np.testing.assert_allclose(*ends, rtol=0, atol=1e-12)
        assert own.attention(some) == pytest.approx(known.attention(some), abs=1e-12)


def test_other_memories_are_computed_by_the_reference(cupy):
    patterns = hs.random_patterns(4, 30, rng=1)
    memories = [hs.DistributedMemory(50, 2.0, rng=1, backend=b) for b in ("numpy", "cupy")]
    found = [memory.store(patterns.astype(float)).features(patterns[:2]) for memory in memories]
    np.testing.assert_array_equal(*found)
    np.testing.assert_array_equal(*(memory.memory for memory in memories))
    runs = []
    for b in ("numpy", "cupy"):
        with hs.use_backend(b):
            trained = hs.TrainedDenseMemory(4, rng=1)
            trained.store(patterns, max_iter=2, advise=False)
            runs.append(trained.recall(patterns, rng=1).states)
    np.testing.assert_array_equal(*runs)


# ---------------------------------------------------------------------- how it is launched


@pytest.mark.parametrize(
    ("n", "n_states", "threads", "near"),
    [  # the fastest of those that a prototype was measured with on an H100
        (1000, 1, 256, 2),
        (1000, 100, 256, 2),
        (1000, 1000, 128, 2),
        (1000, 10_000, 64, 2),
        (3200, 100, 256, 2),
        (3200, 1000, 128, 1),
        (3200, 10_000, 128, 1),
        (10_000, 100, 256, 2),
        (10_000, 1000, 256, 1),
    ],
)
@only_stand_in
def test_blocks_and_places_are_those_that_were_fastest(cupy, n, n_states, threads, near):
    device = Device(cupy)
    assert device.threads(n, n_states) == threads
    everything = 512 + -(-n // 16) * 16 * (2 + 1 + 4 + 2 + 2)
    assert device.holds(everything, n_states) == (near == 2)


@only_stand_in
def test_the_benchmark_runs(cupy, capsys):
    from benchmarks import gpu

    tables = ((33, 40, 3),), ((20, 50),), ((12, 40, 3),), ((4, 3, 60),)
    diagram = 90, (0.02, 0.4), (0.0, 0.2), 5
    tiles = replace(hs.datasets.tiles(n_tiles=40), train_labels=np.arange(40, dtype=np.uint8) % 2)
    tiles = replace(tiles, test_images=tiles.train_images, test_labels=tiles.train_labels)
    gpu.main((60,), (1, 3), 1 << 12, *tables, diagram, (4, 3, 2), lambda: tiles)
    table = capsys.readouterr().out.splitlines()
    assert table[-1].startswith("tiles, K = 4, order 3, 2 epochs: ")
    at_low_load, at_high_load = (line.split(" | ")[1:] for line in table[-4:-2])
    assert at_low_load == ["1.00", "1.00 |"]
    assert at_high_load[1] == "0.00 |"
    assert any(line.startswith("| 12 | 40 | 3 | ") for line in table)
    assert any(line.startswith("| 4 | 3 | 60 | ") for line in table)
    assert "no GPU" in table[0]
    rows = [line.split(" | ") for line in table if line[:3] in ("| 6", "| 3", "| 2")]
    assert [row[:2] for row in rows[:2]] == [["| 60", "1"], ["| 60", "3"]]
    assert [row[:4] for row in rows[2:4]] == [["| 33", "40", "3", "1"], ["| 33", "40", "3", "3"]]
    assert [row[:3] for row in rows[4:]] == [["| 20", "50", "1"], ["| 20", "50", "3"]]


def test_a_text_is_whole(cupy):
    """No include is left for a compiler that has no folder to look into."""
    for name in ("asynchronous", "synchronous", "caches", "retrieval", "attention"):
        text = source.text(name, FIELD=np.int32, CACHE=np.int32)
        assert "#include" not in text
        assert text.count("struct Progress {") == 1
    assert "#define FIELD double" in source.text("rules", FIELD=np.float64)


@pytest.mark.skipif(not REAL, reason="CuPy itself is asked")
def test_the_stand_in_has_nothing_that_cupy_lacks(cupy):
    assert [name for name in vars(stand_in.module()) if not hasattr(cupy, name)] == []
    public = [name for name in vars(stand_in.ndarray) if not name.startswith("_")]
    assert [name for name in public if not hasattr(cupy.ndarray, name)] == []


# ---------------------------------------------------------------------- sparse couplings


@pytest.mark.parametrize("update", ["async", "sync"])
@pytest.mark.parametrize("temperature", [0.0, 0.1])
def test_diluted_networks_are_followed_by_the_processor(cupy, update, temperature):
    graph = hs.random_graph(60, 9, kind="symmetric", rng=0)
    patterns, cues = hs.random_patterns(4, 60, rng=1), hs.random_patterns(9, 60, rng=2)
    net = hs.HopfieldNetwork(connectivity=graph, backend="cupy").store(cupy.asarray(patterns))
    own = hs.HopfieldNetwork(connectivity=graph, backend="numpy").store(patterns)
    options = {"update": update, "temperature": temperature, "max_sweeps": 8, "rng": 3}
    expected = own.recall(cues, record="energy", **options)
    for states in (cues, cupy.asarray(cues)):
        run = net.recall(states, record="energy", **options)
        place = cupy if states is not cues else np
        assert isinstance(run.states, place.ndarray)
        for found, wanted in (
            (run.states, expected.states),
            (run.energy, expected.energy),
            (net.fields(states), own.fields(cues)),
            (net.energy(states), own.energy(cues)),
            (net.energy_gap(states), own.energy_gap(cues)),
        ):
            found = found if isinstance(found, np.ndarray) else found.get()
            np.testing.assert_array_equal(found, wanted)


@pytest.mark.filterwarnings("ignore:these weights are not symmetric")
def test_gaps_of_asymmetric_dilution_on_the_device(cupy):
    graph, cues = hs.random_graph(60, 9, rng=0), hs.random_patterns(9, 60, rng=2)
    nets = [
        hs.HopfieldNetwork(connectivity=graph, backend=backend).store(cues[:3])
        for backend in ("cupy", "numpy")
    ]
    found = nets[0].energy_gap(cupy.asarray(cues)).get()
    np.testing.assert_array_equal(found, nets[1].energy_gap(cues))
