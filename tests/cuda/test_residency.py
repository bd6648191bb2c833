"""Arrays stay where their caller has them: NumPy's come back as NumPy's, CuPy's as CuPy's, and what
is copied in between is counted.
"""

from __future__ import annotations

import itertools
import pickle
from functools import partial

import numpy as np
import pytest
import stand_in
from stand_in import REAL

import hopfield_sim as hs
from hopfield_sim.checks import places
from hopfield_sim.errors import InsufficientMemoryError, InvalidInputError, InvalidTypeError

only_stand_in = pytest.mark.skipif(REAL, reason="it is the stand-in that counts and refuses")

RULES = {"hebbian": {}, "storkey": {"rule": "storkey"}, "theta": {"thresholds": 0.5}}


def network(name, n=66, sweeps=0, **options):
    """A network; after many sweeps Hebb's has its matrix."""
    net = hs.HopfieldNetwork(**{"backend": "cupy", **RULES[name], **options})
    net.store(hs.random_patterns(5, n, rng=1))
    if sweeps:
        assert net.weights.shape == (n, n)
    return net, hs.random_patterns(40, n, rng=2)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("sweeps", [0, 1])
@pytest.mark.parametrize("update", ["async", "sync"])
def test_recall_of_arrays_on_the_device(cupy, rule, sweeps, update):
    net, cues = network(rule, sweeps=sweeps)
    how = {"update": update, "rng": 3, "every": 33, "max_sweeps": 9}
    how["record"] = ["energy", "overlap", "states", {"sum": lambda s: s.sum(axis=1)}]
    for temperature in (0.0, 0.4):
        wanted = net.recall(cues, temperature=temperature, **how)
        there = cupy.asarray(cues)
        found = net.recall(there, temperature=temperature, **how)
        assert type(wanted.states) is type(wanted.energy) is np.ndarray
        np.testing.assert_array_equal(there.get(), cues)
        for name in ("states", "flips", "sweeps", "converged", "period", "trajectory", "overlaps"):
            array = getattr(found, name)
            assert isinstance(array, cupy.ndarray), name
            np.testing.assert_array_equal(array.get(), getattr(wanted, name), name)
        np.testing.assert_array_equal(found.recorded["sum"].get(), wanted.recorded["sum"])
        np.testing.assert_allclose(found.energy.get(), wanted.energy, rtol=0, atol=1e-12)
        np.testing.assert_array_equal(found.overlap().get(), wanted.overlap())
        np.testing.assert_array_equal(found.stop, wanted.stop)
        assert repr(found) == repr(wanted)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("sweeps", [0, 1])
def test_what_a_state_on_the_device_feels(cupy, rule, sweeps):
    net, cues = network(rule, sweeps=sweeps)
    asymmetric = hs.HopfieldNetwork.from_weights(
        np.random.default_rng(1).normal(size=(66, 66)), backend="cupy"
    )
    with pytest.warns(UserWarning, match="not symmetric"):
        asymmetric.energy(cues)
    for memory in (net, asymmetric):
        for name in ("energy", "fields", "energy_gap"):
            call = getattr(memory, name)
            for states in (cues, cues.astype(np.float32), cues[0]):
                wanted, found = call(states), call(cupy.asarray(states))
                if name == "energy" and states.ndim == 1:
                    assert type(found) is type(wanted) is float
                else:
                    assert isinstance(found, cupy.ndarray)
                    found = found.get()
                exact = rule == "hebbian" and memory is net
                np.testing.assert_allclose(found, wanted, rtol=0, atol=0 if exact else 1e-11)


def test_images_on_the_device(cupy):
    images = hs.random_patterns(3, 66, rng=1).reshape(3, 6, 11)
    net = hs.HopfieldNetwork(backend="cupy").store(images)
    assert net.recall(cupy.asarray(images)).states.shape == (3, 6, 11)
    assert net.recall(cupy.asarray(images[0])).states.shape == (6, 11)
    modern = hs.ModernHopfield(beta=1.0, backend="cupy").store(images)
    assert modern.recall(cupy.asarray(images[:2])).states.shape == (2, 6, 11)


@only_stand_in
@pytest.mark.parametrize("update", ["async", "sync"])
def test_no_state_is_copied_by_a_recall_on_the_device(cupy, update):
    net, cues = network("hebbian", sweeps=1)
    there, n_states, n = cupy.asarray(cues), *cues.shape
    net.recall(there, update=update, rng=1)
    stand_in.counts.clear()
    net.recall(there, update=update, rng=1)
    counters, limits = 32 * n_states, 2 * n  # fields fit 16 bits
    if update == "sync":  # by patterns, whose fields are counted in 32
        limits *= 2
    assert stand_in.counts.up == [8 * n_states, counters, limits, limits, counters]
    assert stand_in.counts.down == [counters]


@only_stand_in
def test_energies_on_the_device_copy_no_state(cupy):
    net, cues = network("theta", sweeps=1)
    there = cupy.asarray(cues)
    for call in (net.energy, net.fields, net.energy_gap):
        call(there)
        stand_in.counts.clear()
        call(there)
        assert stand_in.counts.up == [8 * len(cues), 32 * len(cues)]  # their numbers, and counters
        assert stand_in.counts.down == []
    stand_in.counts.clear()
    net.energy(cues)
    assert stand_in.counts.up == stand_in.counts.down == []  # the processor


DENSE = {
    "cubic": {"order": 3},
    "high": {"interaction": "rectified", "order": 30},  # sums beyond 2⁵³
    "log": {"interaction": "exponential"},
    "sum": {"interaction": "exponential", "energy": "sum"},
}


@pytest.mark.parametrize("kind", DENSE)
def test_energies_of_a_dense_memory(cupy, kind):
    """And energy gaps, to the last bit, for every kind of states that the processor takes."""
    patterns, cues = hs.random_patterns(90, 66, rng=1), hs.random_patterns(7, 66, rng=2)
    here, there = (
        hs.DenseMemory(**DENSE[kind], backend=name).store(patterns) for name in ("numpy", "cupy")
    )
    transposed = np.asfortranarray(cues)
    for states in (cues, cues.astype(np.float32), transposed, patterns):
        for name in ("energy", "energy_gap"):
            call = getattr(there, name)
            wanted, found = getattr(here, name)(states), call(cupy.asarray(states))
            assert isinstance(found, cupy.ndarray)
            np.testing.assert_array_equal(found.get(), wanted)
            np.testing.assert_array_equal(call(states), wanted)
    found = there.energy(cupy.asarray(cues[0]))
    assert (type(found), found) == (float, here.energy(cues[0]))
    given = cupy.asarray(cues)
    there.energy(given)
    np.testing.assert_array_equal(given.get(), cues)


def test_values_of_a_dense_memory(cupy):
    """Overlaps come down, and the values, whole numbers of any size, go up."""
    keys, values = hs.random_patterns(9, 66, rng=1), hs.random_patterns(9, 6, rng=2)
    cues = hs.random_patterns(7, 66, rng=3)
    here, there = (hs.DenseMemory(order=3, backend=name) for name in ("numpy", "cupy"))
    here.store(keys, values)
    there.store(cupy.asarray(keys), cupy.asarray(values))
    given, wanted = cupy.asarray(cues), here.recall_values(cues)
    np.testing.assert_array_equal(there.recall_values(given).get(), wanted)
    stand_in.counts.clear()
    np.testing.assert_array_equal(there.recall_values(cues), wanted)
    assert stand_in.counts.up == stand_in.counts.down == []  # the processor
    there.recall_values(given)
    if not REAL:
        assert stand_in.counts.down == [2 * 7 * 9]
        assert stand_in.counts.up == [8 * 7, 32 * 7, 7 * 6]
    found, wanted = there.recall(given, rng=1), here.recall(cues, rng=1)
    np.testing.assert_array_equal(found.values.get(), wanted.values)


def test_energies_of_a_dense_memory_by_hand(cupy):
    """E = −Σ m³ of exclusive or: m is 3, −1, −1, −1 at a pattern."""
    xor = np.array([[-1, -1, -1], [-1, 1, 1], [1, -1, 1], [1, 1, -1]])
    memory = hs.DenseMemory(order=3, backend="cupy").store(xor)
    assert memory.energy(cupy.asarray(xor)).get().tolist() == [-24.0] * 4
    images = hs.random_patterns(3, 66, rng=1).reshape(3, 6, 11)
    memory = hs.DenseMemory(order=2, backend="cupy").store(images)
    assert memory.energy(cupy.asarray(images)).shape == (3,)
    wrong = images.copy()
    wrong[1, 2, 3] = 0
    with pytest.raises(InvalidInputError, match=r"found 0 at \[1, 2, 3\]"):
        memory.energy(cupy.asarray(wrong))
    steep = hs.DenseMemory("exponential", energy="sum", backend="cupy")
    ones = np.ones((1, 1000))
    with pytest.raises(InvalidInputError, match="exceeds every float"):
        steep.store(ones).energy(cupy.asarray(ones))


@only_stand_in
@pytest.mark.parametrize(("n", "bytes_each"), [(66, 2), (33_000, 4)])
def test_the_copies_of_a_dense_memory_s_energies(cupy, n, bytes_each):
    """Down: an overlap for each state and pattern; up: counters, and the energies."""
    memory = hs.DenseMemory(order=2, backend="cupy").store(hs.random_patterns(30, n, rng=1))
    cues = hs.random_patterns(7, n, rng=2)
    there = cupy.asarray(cues)
    memory.energy(there)
    stand_in.counts.clear()
    memory.energy(there)
    assert stand_in.counts.down == [bytes_each * 7 * 30]
    assert stand_in.counts.up == [8 * 7, 32 * 7, 8 * 7]
    stand_in.counts.clear()
    memory.energy_gap(there)  # those and the states down, the gaps up
    assert stand_in.counts.down == [bytes_each * 7 * 30, 7 * n]
    assert stand_in.counts.up == [8 * 7, 32 * 7, 8 * 7 * n]
    stand_in.counts.clear()
    memory.energy(cues)
    assert stand_in.counts.up == stand_in.counts.down == []  # the processor


@only_stand_in
def test_energies_without_memory_on_the_device(cupy):
    memory = hs.DenseMemory(backend="cupy").store(hs.random_patterns(90, 300, rng=1))
    there = cupy.asarray(hs.random_patterns(40, 300, rng=2))
    before = stand_in.settings.allocated
    wanted = memory.energy(there).get()
    stand_in.settings.limit = stand_in.settings.allocated + 15_000
    with pytest.raises(InsufficientMemoryError, match=r"Out of memory.*fewer states"):
        memory.energy(there)
    assert stand_in.settings.allocated == before
    stand_in.settings.limit = None
    np.testing.assert_array_equal(memory.energy(there).get(), wanted)


@only_stand_in
@pytest.mark.parametrize("similarity", ["dot", "cosine", "euclidean", "manhattan"])
def test_the_copies_of_attention(cupy, similarity):
    rng = np.random.default_rng(1)
    beta = 2000.0 if similarity == "manhattan" else 20.0
    memory = hs.ModernHopfield(beta, similarity=similarity, backend="cupy")
    memory.store(rng.normal(size=(30, 12)))
    states = rng.normal(size=(7, 12))
    there = cupy.asarray(states)
    stand_in.counts.clear()
    memory.attention(there)
    assert stand_in.counts.up == [8 * 30 * 12]  # the memories, once
    stand_in.counts.clear()
    calls = [memory.attention, memory.recall]
    if similarity != "manhattan":
        calls += [memory.energy, memory.gradient]
    for call in calls:
        call(there)
    assert stand_in.counts.up == stand_in.counts.down == []
    memory.attention(states)
    assert (stand_in.counts.up, stand_in.counts.down) == ([8 * 7 * 12], [8 * 7 * 30])
    stand_in.counts.clear()
    memory.recall(states)
    assert stand_in.counts.up == [8 * 7 * 12]
    assert sum(stand_in.counts.down) == 8 * 7 * 12 + 7 * 8 + 7  # states, steps, whether converged


@only_stand_in
def test_storing_copies_nothing(cupy):
    patterns = hs.random_patterns(6, 30, rng=1)
    with hs.use_backend("cupy"):
        stand_in.counts.clear()
        hs.HopfieldNetwork().store(patterns)
        hs.ModernHopfield().store(patterns)
        hs.DenseMemory().store(patterns)
        hs.TrainedDenseMemory(4, rng=1).store(patterns, max_iter=2, advise=False)
    assert stand_in.counts.up == stand_in.counts.down == []


STORING = {
    "hebbian": lambda name: hs.HopfieldNetwork(backend=name),
    "storkey": lambda name: hs.HopfieldNetwork(rule="storkey", backend=name),
    "single": lambda name: hs.HopfieldNetwork(rule="storkey", dtype="float32", backend=name),
    "pseudoinverse": lambda name: hs.HopfieldNetwork(rule="pseudoinverse", backend=name),
    "diagonal": lambda name: hs.HopfieldNetwork(
        rule="pseudoinverse", zero_diagonal=False, backend=name
    ),
    "dense": lambda name: hs.DenseMemory(backend=name),
    "modern": lambda name: hs.ModernHopfield(backend=name),
    "distributed": lambda name: hs.DistributedMemory(50, 0.02, rng=1, backend=name),
}


@pytest.mark.parametrize("kind", STORING)
def test_patterns_on_the_device_are_stored(cupy, kind):
    """At once and one after another; they are NumPy's then, as all that a memory keeps."""
    patterns = hs.random_patterns(7, 40, rng=1)
    here, there = (STORING[kind](name) for name in ("numpy", "cupy"))
    for part in (patterns[:4], patterns[4:]):
        here.store(part)
        given = cupy.asarray(part)
        there.store(given)
        np.testing.assert_array_equal(given.get(), part)
    rounding = {"rtol": 0, "atol": 1e-5 if kind == "single" else 1e-12}
    if isinstance(there, hs.HopfieldNetwork):
        assert type(there.weights) is np.ndarray
        exact = {"rtol": 0, "atol": 0} if kind == "hebbian" else rounding
        np.testing.assert_allclose(there.weights, here.weights, **exact)
        np.testing.assert_array_equal(there.weights, there.weights.T)
    if kind != "distributed":
        np.testing.assert_array_equal(there.patterns, patterns)
        there.forget(2)
        here.forget(2)
    found, wanted = there.energy(patterns), here.energy(patterns)
    np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-10)
    wrong = patterns.astype(float)
    wrong[2, 3] = np.nan
    with pytest.raises(InvalidInputError, match=r"nan at \[2, 3\]"):
        there.store(cupy.asarray(wrong))


@pytest.mark.parametrize("n_patterns", [30, 33, 40, 90])
def test_projections_of_dependent_patterns(cupy, n_patterns):
    """Onto what they span, though the device's decomposition does not say that it failed."""
    patterns = hs.random_patterns(n_patterns, 40, rng=3)
    patterns[5], patterns[7] = patterns[6], -patterns[8]
    net = hs.HopfieldNetwork(rule="pseudoinverse", zero_diagonal=False, backend="cupy")
    net.store(cupy.asarray(patterns), advise=False)
    np.testing.assert_allclose(net.weights, np.linalg.pinv(patterns) @ patterns, atol=1e-12)


@only_stand_in
def test_the_copies_of_learning(cupy):
    """Patterns come down, a byte each; real weights are made there and come down; a matrix of whole
    numbers is counted there, from patterns that go up, and comes down in 16 bits.
    """
    patterns, n = hs.random_patterns(6, 30, rng=1), 30
    given = cupy.asarray(patterns)
    learnt = {
        "hebbian": ([], []),
        "storkey": ([8 * n * n, 8 * n, 6 * n], [8 * n * n, 8 * n]),
        "pseudoinverse": ([6 * n], [8 * n * n]),
    }
    for rule, (up, down) in learnt.items():
        net = hs.HopfieldNetwork(rule=rule, backend="cupy")
        stand_in.counts.clear()
        net.store(given, advise=False)
        assert stand_in.counts.up == up
        assert stand_in.counts.down == [6 * n, *down]
    net = hs.HopfieldNetwork(backend="cupy").store(given, advise=False)
    stand_in.counts.clear()
    assert net.weights.shape == (n, n)
    assert (stand_in.counts.up, stand_in.counts.down) == ([6 * n], [2 * n * n])


@only_stand_in
@pytest.mark.parametrize("rule", ["storkey", "pseudoinverse", "hebbian"])
def test_learning_without_memory_on_the_device(cupy, rule):
    patterns = hs.random_patterns(9, 90, rng=1)
    net = hs.HopfieldNetwork(rule=rule, backend="cupy").store(patterns[:4], advise=False)
    before = stand_in.settings.allocated
    stand_in.settings.limit = before + 7000
    with pytest.raises(InsufficientMemoryError, match=r"on the GPU: Out of memory"):
        assert net.store(patterns[4:], advise=False).weights.any()
    assert stand_in.settings.allocated == before
    stand_in.settings.limit = None
    assert len(net.patterns) == (9 if rule == "hebbian" else 4)
    if len(net.patterns) == 4:
        net.store(patterns[4:], advise=False)
    wanted = hs.HopfieldNetwork(rule=rule, backend="numpy").store(patterns, advise=False)
    np.testing.assert_allclose(net.weights, wanted.weights, rtol=0, atol=1e-12)


@only_stand_in
def test_arrays_of_a_gpu_are_refused_in_words(cupy):
    net, cues = network("hebbian")
    there, here = cupy.asarray(cues), hs.HopfieldNetwork(backend="numpy").store(cues)
    modern = hs.ModernHopfield(backend="numpy").store(cues)
    trained = hs.TrainedDenseMemory(4, rng=1).store(cues[:2], max_iter=2, advise=False)
    distributed = hs.DistributedMemory(50, 2.0, rng=1, backend="cupy").store(cues)
    on_processor = hs.DenseMemory(backend="numpy").store(cues)
    calls = [hs.ModernHopfield(backend="numpy").store, on_processor.store, here.store]
    calls += [on_processor.energy, on_processor.energy_gap, on_processor.recall]
    calls += [distributed.features, lambda states: distributed.curvature(states, cues)]
    calls += [trained.store, trained.energy, trained.recall, hs.RestrictedHopfield(4, rng=1).store]
    calls += [lambda states: hs.DenseClassifier(4, rng=1).fit(states, [0] * len(cues))]
    calls += [here.recall, here.energy, modern.recall, modern.attention, net.classify]
    for call in calls:
        with pytest.raises(InvalidTypeError, match=r"on a GPU; pass a copy.*get\(\)"):
            call(there)


def test_states_on_the_device_are_judged_there(cupy):
    net, cues = network("hebbian")
    for bad, told in ((0, r"found 0 at \[3, 5\]; for 0/1 data"), (7, r"found 7 at \[3, 5\]")):
        wrong = cues.copy()
        wrong[3, 5] = bad
        with pytest.raises(InvalidInputError, match=told):
            net.recall(cupy.asarray(wrong))
    with pytest.raises(InvalidInputError, match="did you transpose"):
        net.energy(cupy.asarray(cues.T.copy()))
    with pytest.raises(InvalidTypeError, match="complex numbers"):
        net.energy(cupy.asarray(cues.astype(complex)))
    modern = hs.ModernHopfield(backend="cupy").store(cues)
    wrong = cues.astype(np.float64)
    for bad, told in (
        (np.nan, r"finite; found nan at \[3, 5\]"),
        (1e300, r"within .*found 1e\+300"),
    ):
        wrong[3, 5] = bad
        with pytest.raises(InvalidInputError, match=told):
            modern.energy(cupy.asarray(wrong))
    observed = np.arange(66) != 5
    wrong[3, 5] = np.nan
    assert isinstance(modern.attention(cupy.asarray(wrong), observed=observed), cupy.ndarray)


# ---------------------------------------------------------------------- kinds of recalls


DILUTED = {"hebbian": {}, "storkey": {"rule": "storkey"}, "theta": {"thresholds": 0.5}}


@pytest.mark.parametrize("kind", DILUTED)
@pytest.mark.parametrize("update", ["async", "sync"])
def test_a_diluted_network_is_the_reference_s(cupy, kind, update):
    """Bits of whole numbers, sums of real ones to rounding; states stay where they are."""
    patterns, cues = hs.random_patterns(5, 66, rng=1), hs.random_patterns(4, 66, rng=2)
    here, there = (
        hs.HopfieldNetwork(connectivity=0.4, backend=name, **DILUTED[kind]).store(patterns)
        for name in ("numpy", "cupy")
    )
    given = cupy.asarray(cues)
    for temperature in (0.0, 0.4):
        how = {"update": update, "rng": 3, "max_sweeps": 3, "temperature": temperature}
        wanted = here.recall(cues, record="energy", **how)
        for states in (cues, given):
            found = there.recall(states, record="energy", **how)
            assert type(found.states) is type(found.energy) is type(states)
            arrays = [getattr(found, name) for name in ("states", "flips", "sweeps", "energy")]
            if states is given:
                arrays = [array.get() for array in arrays]
            for array, name in zip(arrays, ("states", "flips", "sweeps"), strict=False):
                np.testing.assert_array_equal(array, getattr(wanted, name))
            np.testing.assert_allclose(arrays[3], wanted.energy, rtol=0, atol=1e-12)
    for name in ("energy", "fields", "energy_gap"):
        found = getattr(there, name)(given)
        assert isinstance(found, cupy.ndarray)
        np.testing.assert_allclose(found.get(), getattr(here, name)(cues), rtol=0, atol=1e-12)


@only_stand_in
def test_no_state_of_a_diluted_network_is_copied(cupy):
    """Its weights go up once, as a matrix of which most is zero."""
    net = hs.HopfieldNetwork(connectivity=0.4, backend="cupy")
    net.store(hs.random_patterns(5, 64, rng=1))
    there = cupy.asarray(hs.random_patterns(20, 64, rng=2))
    net.recall(there, rng=1)
    stand_in.counts.clear()
    for call in (net.energy, net.fields, net.energy_gap):
        call(there)
    assert 64 * 64 not in stand_in.counts.up
    assert stand_in.counts.down == []
    stand_in.counts.clear()
    net.recall(there, rng=1)
    counters, limits = 32 * 20, 2 * 64
    assert stand_in.counts.up == [8 * 20, counters, limits, limits, counters]
    assert stand_in.counts.down == [counters]


@pytest.mark.parametrize("rule", ["covariance", "willshaw", "palimpsest", "unlearning"])
def test_rules_and_thresholds_of_the_processor_are_recalled_there(cupy, rule):
    """Sparse patterns are learnt with thresholds and fields of their own."""
    patterns, cues = hs.random_patterns(5, 40, rng=1), hs.random_patterns(9, 40, rng=2)
    here, there = (
        hs.HopfieldNetwork(rule=rule, backend=name).store(patterns, advise=False)
        for name in ("numpy", "cupy")
    )
    given = cupy.asarray(cues)
    for update in ("async", "sync"):
        wanted = here.recall(cues, update=update, rng=1, max_sweeps=9)
        found = there.recall(given, update=update, rng=1, max_sweeps=9)
        np.testing.assert_array_equal(found.states.get(), wanted.states)
    for name in ("energy", "fields", "energy_gap"):
        found = getattr(there, name)(given)
        np.testing.assert_allclose(found.get(), getattr(here, name)(cues), rtol=0, atol=1e-12)


@only_stand_in
def test_the_copies_of_a_recall_with_active_neurons(cupy):
    """The processor compares fields: states come down, and go up."""
    net, cues = network("hebbian")
    there, how = cupy.asarray(cues), {"update": "sync", "active": 20}
    stand_in.counts.clear()
    found = net.recall(there, **how)
    assert stand_in.counts.down == [cues.nbytes]
    np.testing.assert_array_equal(found.states.get(), net.recall(cues, **how).states)
    assert stand_in.counts.up == [cues.nbytes]


@pytest.mark.parametrize("kind", ["hebbian", "storkey", "dense"])
def test_clamps_fields_and_temperatures_of_each_state(cupy, kind):
    rng = np.random.default_rng(3)
    patterns, cues = hs.random_patterns(5, 34, rng=1), hs.random_patterns(3, 34, rng=2)
    here, there = (STORING[kind](name).store(patterns) for name in ("numpy", "cupy"))
    given = cupy.asarray(cues)
    hows = [{"clamp": rng.random((3, 34)) < 0.2}, {"temperature": [[0.0, 0.5, 0.5]]}]
    if kind != "dense":
        hows.append({"field": rng.integers(-2, 3, (3, 34)) / 8})
    for how in hows:
        how |= {"rng": 1, "record": "energy", "max_sweeps": 2}
        stand_in.counts.clear()
        wanted, found = here.recall(cues, **how), there.recall(given, **how)
        if kind != "dense":  # whose energies bring overlaps down
            assert set(stand_in.counts.down) == ({32 * 3} if not REAL else set())
        assert isinstance(found.states, cupy.ndarray)
        np.testing.assert_array_equal(found.states.get(), wanted.states)
        np.testing.assert_allclose(found.energy.get(), wanted.energy, rtol=0, atol=1e-11)
        for name in {"clamp", "field"} & set(how):
            with pytest.raises(InvalidTypeError, match=rf"{name} .*on a GPU; pass a copy"):
                there.recall(given, **how | {name: cupy.asarray(how[name])})


# ---------------------------------------------------------------------- modern networks


SEPARATIONS = {"sparsemax": {}, "entmax": {"alpha": 1.3}, "top-k": {"k": 3}}


@pytest.mark.parametrize("separation", SEPARATIONS)
@pytest.mark.parametrize("similarity", ["dot", "cosine", "euclidean", "manhattan"])
def test_sparse_weights_are_the_reference_s(cupy, separation, similarity):
    """To a relative 1e-11, with a value for each memory."""
    rng = np.random.default_rng(6)
    patterns, values = rng.normal(size=(60, 9)), rng.normal(size=(60, 4))
    states = patterns[:7] + 0.3 * rng.normal(size=(7, 9))
    how = {"similarity": similarity, "separation": separation, **SEPARATIONS[separation]}
    beta = 50.0 if similarity == "manhattan" else 2.0
    here, there = (hs.ModernHopfield(beta, backend=name, **how) for name in ("numpy", "cupy"))
    here.store(patterns, values)
    there.store(cupy.asarray(patterns), cupy.asarray(values))
    given = cupy.asarray(states)
    calls = ["attention", "recall_values"]
    calls += ["energy", "gradient"] if similarity != "manhattan" else []
    for name in calls:
        wanted, found = getattr(here, name)(states), getattr(there, name)(given)
        assert isinstance(found, cupy.ndarray)
        np.testing.assert_allclose(found.get(), wanted, rtol=1e-11, atol=1e-11)
    wanted, found = here.recall(states, max_steps=4), there.recall(given, max_steps=4)
    for name in ("states", "values"):
        array = getattr(found, name)
        assert isinstance(array, cupy.ndarray)
        np.testing.assert_allclose(array.get(), getattr(wanted, name), rtol=1e-9, atol=1e-9)


@only_stand_in
@pytest.mark.parametrize("separation", SEPARATIONS)
def test_the_copies_of_sparse_weights(cupy, separation):
    """Neither memories, nor states, nor scores: what comes down are candidates, 24 bytes each, and
    a bound or two for each state; up go bounds, and 24 bytes for each weight.
    """
    rng = np.random.default_rng(1)
    memory = hs.ModernHopfield(
        4.0, separation=separation, backend="cupy", **SEPARATIONS[separation]
    )
    memory.store(rng.normal(size=(300, 12)))
    there = cupy.asarray(rng.normal(size=(7, 12)))
    memory.attention(there)
    stand_in.counts.clear()
    n_weights = int((memory.attention(there).get() > 0).sum())
    *down, _ = stand_in.counts.down
    bounds = [8 * 7] * (2 if separation == "top-k" else 1)
    assert down[:-3] == bounds
    assert down[-1] == down[-2] == down[-3]
    assert 8 * n_weights <= down[-1] < 8 * 7 * 300 / 4
    assert stand_in.counts.up == [8 * 7, *3 * [8 * n_weights]]
    stand_in.counts.clear()
    memory.energy(there)
    assert stand_in.counts.down == down
    assert stand_in.counts.up == [8 * 7, 8 * 7]


@only_stand_in
def test_the_copies_of_a_similarity_of_your_own(cupy):
    """It is a function of NumPy's arrays: states and memories come down, similarities go up."""
    rng = np.random.default_rng(1)
    patterns, states = rng.normal(size=(30, 12)), rng.normal(size=(7, 12))

    def near(x, xi):
        return -np.abs(x[:, None] - xi).sum(axis=2)

    here, there = (hs.ModernHopfield(2.0, similarity=near, backend=b) for b in ("numpy", "cupy"))
    given = cupy.asarray(states)
    here.store(patterns)
    there.store(patterns).attention(given)
    stand_in.counts.clear()
    found = there.attention(given)
    assert sorted(stand_in.counts.down) == [8 * 7 * 12, 8 * 30 * 12]
    assert stand_in.counts.up == [8 * 7 * 30]
    np.testing.assert_allclose(found.get(), here.attention(states), rtol=1e-11, atol=1e-11)
    found = there.recall(given)
    np.testing.assert_allclose(found.states.get(), here.recall(states).states, atol=1e-9)


@pytest.mark.parametrize("similarity", ["dot", "cosine", "euclidean", "manhattan"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("far", [0.0, 50.0])
def test_attention_is_the_reference_s(cupy, similarity, dtype, far, monkeypatch):
    """To a relative 1e-11 in float64, 1e-4 in float32; over blocks of memories and of queries."""
    rng = np.random.default_rng(5)
    monkeypatch.setattr("hopfield_sim.backends.reference.attention._QUERIES", 16)
    patterns = (far + rng.normal(size=(1100, 9))).astype(dtype)
    states = (patterns[:40] + 0.3 * rng.normal(size=(40, 9))).astype(dtype)
    beta = 300.0 if similarity == "manhattan" else 3.0
    here, there = (
        hs.ModernHopfield(beta, similarity=similarity, backend=name).store(patterns)
        for name in ("numpy", "cupy")
    )
    bound = {"rtol": 1e-11, "atol": 1e-11} if dtype == np.float64 else {"rtol": 1e-4, "atol": 1e-4}
    for observed in (None, np.arange(9) != 4):
        for some in (states[:1], states):
            for name in ("attention", "energy", "gradient"):
                if similarity == "manhattan" and name != "attention":
                    continue
                wanted = getattr(here, name)(some, observed=observed)
                found = getattr(there, name)(some, observed=observed)
                assert type(found) is np.ndarray
                assert found.dtype == wanted.dtype
                np.testing.assert_allclose(found, wanted, **bound)
        how = {"observed": observed, "clamp": np.arange(9) == 2, "max_steps": 3, "step": 0.7}
        wanted, found = here.recall(states, **how), there.recall(cupy.asarray(states), **how)
        np.testing.assert_allclose(found.states.get(), wanted.states, **bound)


def test_a_recall_of_real_vectors_is_an_ordinary_one(cupy):
    rng = np.random.default_rng(2)
    patterns = rng.normal(size=(20, 15))
    states = patterns[:6] + 0.2 * rng.normal(size=(6, 15))
    before = states.copy()
    what = ["energy", "states", {"largest": lambda x: x.max(axis=1)}]
    runs = [
        hs.ModernHopfield(4.0, backend=name).store(patterns).recall(states, record=what)
        for name in ("numpy", "cupy")
    ]
    np.testing.assert_array_equal(states, before)
    again = pickle.loads(pickle.dumps(runs[1]))
    for name in ("states", "energy", "trajectory", "steps", "converged"):
        assert type(getattr(again, name)) is np.ndarray
        np.testing.assert_allclose(getattr(again, name), getattr(runs[0], name), rtol=1e-9)
    np.testing.assert_array_equal(again.stop, runs[0].stop)
    np.testing.assert_allclose(again.recorded["largest"], runs[0].recorded["largest"], rtol=1e-9)


def test_advice_about_states_on_the_device(cupy):
    rng = np.random.default_rng(3)
    patterns = rng.normal(size=(20, 15))
    patterns += 1.0
    patterns[7] *= 9
    here, there = (hs.ModernHopfield(1e-5, backend=b).store(patterns) for b in ("numpy", "cupy"))
    cues = patterns + 0.1 * rng.normal(size=patterns.shape)
    for memory, states in ((here, cues), (there, cues), (there, cupy.asarray(cues))):
        with pytest.warns(UserWarning, match="all 20 states ended at one mean of all 20 memories"):
            memory.recall(states)
        memory.beta = 10.0
        with pytest.warns(UserWarning, match="ended at memory 7.*its length is"):
            memory.recall(states[:6])
        memory.beta = 1e-5
    euclidean = [
        hs.ModernHopfield(similarity="euclidean", backend=b).store(patterns)
        for b in ("numpy", "cupy")
    ]
    betas = [memory.suggest_beta() for memory in euclidean]
    betas += [euclidean[0].suggest_beta(cues), euclidean[1].suggest_beta(cupy.asarray(cues))]
    np.testing.assert_allclose(betas[1::2], betas[::2], rtol=1e-9)


@only_stand_in
def test_a_recording_is_where_the_caller_s_states_are(cupy):
    """Rows of NumPy's states leave the device at once, and nothing of a run stays there."""
    dense = hs.DenseMemory(backend="cupy"), {"rng": 1}
    for memory, how in ((hs.ModernHopfield(20.0, backend="cupy"), {}), dense):
        memory.store(hs.random_patterns(5, 30, rng=1))
        cues = hs.random_patterns(4, 30, rng=2)
        memory.recall(cues, record="states", **how)
        before = stand_in.settings.allocated
        run = memory.recall(cues, record="states", **how)
        assert stand_in.settings.allocated == before
        there = memory.recall(cupy.asarray(cues), record="states", **how)
        stand_in.counts.clear()
        assert isinstance(there.trajectory, cupy.ndarray)
        assert stand_in.counts.up == stand_in.counts.down == []
        np.testing.assert_array_equal(there.trajectory.get(), run.trajectory)


@only_stand_in
def test_attention_without_memory_on_the_device(cupy):
    memory = hs.ModernHopfield(backend="cupy").store(np.eye(40))
    states = np.eye(40)
    before = stand_in.settings.allocated
    wanted = memory.attention(states)
    stand_in.settings.limit = stand_in.settings.allocated + 15_000
    with pytest.raises(InsufficientMemoryError, match=r"Out of memory.*fewer states"):
        memory.attention(states)
    assert stand_in.settings.allocated == before  # not even the memories
    stand_in.settings.limit = None
    np.testing.assert_array_equal(memory.attention(states), wanted)


def distributed(name, kernel, energy, dtype=np.float64, **options):
    """A memory of 8 patterns of 12 numbers, and 5 cues."""
    rng = np.random.default_rng(1)
    patterns = (0.3 * rng.normal(size=(8, 12))).astype(dtype)
    memory = hs.DistributedMemory(
        700, 2.0, kernel=kernel, energy=energy, rng=3, backend=name, **options
    )
    memory.quiet = True
    cues = patterns[:5] + (0.05 * rng.normal(size=(5, 12))).astype(dtype)
    return memory.store(patterns), cues


@pytest.mark.parametrize("kernel", ["sincos", "cos", "exp", "expexp"])
@pytest.mark.parametrize("energy", ["log", "plain"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_distributed_memory_is_the_reference_s(cupy, kernel, energy, dtype, monkeypatch):
    """To 1e-10 in float64, 1e-4 in float32; over blocks of directions that are kept or not."""
    monkeypatch.setattr("hopfield_sim.models.distributed.features.projection._BLOCK", 12 * 300)
    monkeypatch.setattr("hopfield_sim.backends.cuda.waves.CudaWaves.states", 2)
    here, cues = distributed("numpy", kernel, energy, dtype)
    double = dtype == np.float64 or kernel.startswith("exp")
    bound = {"rtol": 0, "atol": 1e-10 if double else 1e-4}
    for budget in (None, 0):
        there, _ = distributed("cupy", kernel, energy, dtype)
        there.directions_bytes = budget
        for name in ("energy", "gradient"):
            wanted = getattr(here, name)(cues)
            found = getattr(there, name)(cues)
            assert np.isfinite(wanted).all()
            assert (type(found), found.dtype) == (np.ndarray, wanted.dtype)
            np.testing.assert_allclose(found, wanted, **bound)
            found = getattr(there, name)(cupy.asarray(cues))
            assert isinstance(found, cupy.ndarray)
            np.testing.assert_allclose(found.get(), wanted, **bound)
        how = {"max_steps": 4, "clamp": np.arange(12) == 2, "record": ["energy", "states"]}
        wanted, found = here.recall(cues, **how), there.recall(cupy.asarray(cues), **how)
        for what in ("states", "energy", "trajectory", "steps", "converged"):
            assert isinstance(getattr(found, what), cupy.ndarray)
            np.testing.assert_allclose(getattr(found, what).get(), getattr(wanted, what), **bound)
        np.testing.assert_array_equal(found.stop, wanted.stop)
        assert type(there.energy(cupy.asarray(cues[0]))) is float


@only_stand_in
def test_the_copies_of_a_distributed_memory(cupy):
    """Directions, phases and T go up once, or directions each time where they are not kept."""
    memory, cues = distributed("cupy", "sincos", "log")
    there = cupy.asarray(cues)
    directions, phases, total = 8 * 700 * 12, 8 * 700, 8 * 2 * 700
    stand_in.counts.clear()
    memory.energy(there)
    assert sorted(stand_in.counts.up) == sorted([directions, phases, total])
    stand_in.counts.clear()
    for call in (memory.energy, memory.gradient, memory.recall):
        call(there)
    assert stand_in.counts.up == stand_in.counts.down == []
    before = stand_in.settings.allocated
    memory.directions_bytes = 0
    memory.energy(there)
    stand_in.counts.clear()
    memory.energy(there)
    assert stand_in.counts.up == [directions, phases]
    assert stand_in.counts.down == []
    assert stand_in.settings.allocated <= before


def test_warnings_of_a_distributed_memory_on_the_device(cupy):
    for kernel in ("sincos", "expexp"):
        told = []
        for name in ("numpy", "cupy"):
            memory, cues = distributed(name, kernel, "log")
            memory.quiet = False
            far = cues + 3.0
            with pytest.warns(UserWarning, match="states lie") as caught:
                memory.energy(cupy.asarray(far) if name == "cupy" else far)
            told.append([str(one.message) for one in caught])
        assert told[0] == told[1]
        with pytest.raises(InvalidInputError, match=r"beta·‖x‖² of at most .* in row 0"):
            memory.energy(cupy.asarray(1e9 * cues[:1]))
        with pytest.raises(InvalidInputError, match="step must be small enough"):
            memory.recall(cupy.asarray(cues), step=1e12)


@only_stand_in
def test_a_distributed_memory_without_memory_on_the_device(cupy):
    memory, cues = distributed("cupy", "cos", "log")
    there = cupy.asarray(cues)
    before = stand_in.settings.allocated
    stand_in.settings.limit = before + 80_000  # the directions, and not what is computed
    with pytest.raises(InsufficientMemoryError, match=r"Out of memory"):
        memory.gradient(there)
    assert stand_in.settings.allocated == before
    stand_in.settings.limit = None
    assert isinstance(memory.gradient(there), cupy.ndarray)


# ---------------------------------------------------------------------- classifiers


def classified(dtype=np.float64, **options):
    """Noisy prototypes of four classes, how to learn them, and a classifier for each backend."""
    rng = np.random.default_rng(4)
    codes = rng.integers(0, 4, 120)
    examples = rng.choice([-1.0, 1.0], (4, 30))[codes] + rng.normal(0, 0.5, (120, 30))
    how = {"n_memories": 12, "order": 4, "epochs": 4, "batch": 30, "rng": 1, "dtype": dtype}
    pair = [hs.DenseClassifier(**how | options, backend=name) for name in ("numpy", "cupy")]
    return np.clip(examples, -1, 1).astype(dtype), codes, pair


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(np.float64, 1e-11), (np.float32, 1e-3)], ids=["float64", "float32"]
)
@pytest.mark.parametrize("order", [2, 30])
def test_a_classifier_is_the_reference_s(cupy, dtype, tolerance, order):
    """Of NumPy's examples and CuPy's, learnt and answered; some at a time and all together."""
    x, codes, (here, there) = classified(dtype, order=order)
    words = np.array(["north", "east", "south", "west"])[codes]
    here.fit(x, codes, validation=(x[:20], codes[:20]))
    for given in (x, cupy.asarray(x)):
        there.fit(given, codes, validation=(x[:20], codes[:20]))
        np.testing.assert_allclose(there.memories_, here.memories_, rtol=0, atol=tolerance)
        for wanted, found in zip(here.history_, there.history_, strict=True):
            for name in ("epoch", "rate", "train_error", "validation_error"):
                assert found[name] == wanted[name]
            for name in ("cost", "temperature"):
                assert found[name] == pytest.approx(wanted[name], rel=tolerance)
        for name in ("predict", "decide", "votes", "participation"):
            wanted, found = getattr(here, name)(x), getattr(there, name)(given)
            assert type(found) is type(given)
            found = found if given is x else found.get()
            assert found.dtype == wanted.dtype
            np.testing.assert_allclose(found, wanted, rtol=100 * tolerance, atol=tolerance)
        assert there.score(given, codes) == here.score(x, codes)
        assert there.predict(given[0]) == here.predict(x[0])
    there.fit(cupy.asarray(x), words)
    found = there.predict(cupy.asarray(x))
    assert type(found) is np.ndarray  # words
    assert (found == words).mean() == there.score(x, words)


def test_images_of_bytes_and_bad_examples_on_the_device(cupy):
    rng = np.random.default_rng(5)
    images, labels = rng.integers(0, 256, (40, 4, 5)).astype(np.uint8), np.arange(40) % 2
    how = {"n_memories": 6, "epochs": 2, "rng": 1}
    here, there = (hs.DenseClassifier(**how, backend=b) for b in ("numpy", "cupy"))
    here.fit(images, labels)
    there.fit(cupy.asarray(images), labels)
    np.testing.assert_allclose(there.memories_, here.memories_, rtol=0, atol=1e-3)
    wrong = images / 127.5 - 1
    wrong[3, 1, 2] = 7.0
    with pytest.raises(InvalidInputError, match=r"\[-1, 1\]; found 7.0 at \[3, 7\]"):
        there.fit(cupy.asarray(wrong), labels)
    with pytest.raises(InvalidInputError, match="20 numbers an example"):
        there.predict(cupy.asarray(wrong[:, :, 1:]))
    with pytest.raises(InvalidTypeError, match=r"on a GPU; pass a copy.*get\(\)"):
        here.fit(cupy.asarray(images), labels)


def test_a_fit_on_the_device_goes_on_where_it_stopped(cupy, tmp_path):
    """With the examples of either, for their checksum is the same."""
    x, codes, (_, whole) = classified()
    whole.fit(cupy.asarray(x), codes)
    first, again = (classified()[2][1] for _ in range(2))
    first.epochs = 2
    first.fit(x, codes, checkpoint=tmp_path / "half.npz")
    again.fit(cupy.asarray(x), codes, checkpoint=tmp_path / "half.npz", resume=True)
    tolerance = {"rtol": 0, "atol": 1e-11}
    np.testing.assert_allclose(again.memories_, whole.memories_, **tolerance)


@only_stand_in
def test_the_copies_of_a_fit(cupy):
    """Examples come down once, for their checksum, and do not go up; a step brings up which are its
    own; an epoch brings memories and momenta up and down.
    """
    x, codes, (_, there) = classified(temperature=(0.9, 0.5))
    given, memories, numbers = cupy.asarray(x), 8 * 12 * 34, 8 * 120
    stand_in.counts.clear()
    there.fit(given, codes)
    epoch = [memories, memories, *4 * [numbers // 4]]
    assert stand_in.counts.up == [numbers, *4 * epoch, memories]  # labels, and what was learnt
    assert stand_in.counts.down == [x.nbytes, *8 * [memories]]
    stand_in.counts.clear()
    for call in (there.predict, there.decide, there.votes, there.participation):
        call(given)
    assert stand_in.counts.up == [numbers // 120 * 4]  # the classes, once
    assert stand_in.counts.down == []
    stand_in.counts.clear()
    there.predict(x)
    assert stand_in.counts.up == [x.nbytes]
    assert stand_in.counts.down == [numbers]


@only_stand_in
def test_a_fit_without_memory_on_the_device(cupy):
    x, codes, (_, there) = classified()
    before = stand_in.settings.allocated + x.nbytes
    there.fit(x, codes)
    wanted, given = there.memories_.copy(), cupy.asarray(x)
    for room in (10_000, 40_000):
        stand_in.settings.limit = stand_in.settings.allocated + room
        for call in (lambda: there.fit(given, codes), lambda: there.votes(given)):
            with pytest.raises(InsufficientMemoryError, match="Out of memory"):
                call()
        assert stand_in.settings.allocated == before
        np.testing.assert_array_equal(there.memories_, wanted)
    stand_in.settings.limit = None
    there.fit(given, codes)
    np.testing.assert_allclose(there.memories_, wanted, rtol=0, atol=1e-11)


# ---------------------------------------------------------------------- trained, restricted


RUN = ("states", "flips", "sweeps", "converged", "period", "trajectory", "overlaps", "energy")


def compared(cupy, memory, cues, **how):
    """A recall of CuPy's states, and of NumPy's: the same states, energies to a relative 1e-11."""
    how |= {"record": ["energy", "overlap", "states"]}
    wanted, found = memory.recall(cues, **how), memory.recall(cupy.asarray(cues), **how)
    assert type(wanted.states) is np.ndarray
    bound = 1e-11 * abs(wanted.energy).max()
    for name in RUN:
        array = getattr(found, name)
        assert isinstance(array, cupy.ndarray), name
        atol = bound if name == "energy" else 0
        np.testing.assert_allclose(array.get(), getattr(wanted, name), rtol=0, atol=atol)
    np.testing.assert_array_equal(found.stop, wanted.stop)


@pytest.mark.parametrize("order", [3, 20])
def test_a_trained_memory_is_the_reference_s(cupy, order):
    """Learnt from CuPy's patterns to 1e-9, in as many steps; a recall is that of NumPy's states."""
    patterns, cues = hs.random_patterns(5, 24, rng=1), hs.random_patterns(9, 24, rng=2)
    here, there = (
        hs.TrainedDenseMemory(5, order, rng=0, backend=name) for name in ("numpy", "cupy")
    )
    here.store(patterns, advise=False)
    there.store(cupy.asarray(patterns), advise=False)
    assert there.converged == here.converged == (order == 3)
    assert type(there.memories) is np.ndarray
    np.testing.assert_allclose(there.memories, here.memories, rtol=0, atol=1e-9)
    assert [row["errors"] for row in there.history] == [row["errors"] for row in here.history]
    for name in ("energy", "energy_gap"):
        wanted, found = getattr(here, name)(cues), getattr(there, name)(cupy.asarray(cues))
        assert isinstance(found, cupy.ndarray)
        np.testing.assert_allclose(found.get(), wanted, atol=1e-9 * abs(wanted).max())
    assert type(there.energy(cupy.asarray(cues[0]))) is float
    warm, held = 1e-2 * float(abs(here.energy_gap(patterns)).max()), cues > 0
    hows = itertools.product(("async", "sync"), (0.0, warm, [[0.0, *8 * [warm]]]))
    for update, temperature in hows:
        how = {"rng": 1, "max_sweeps": 2, "update": update, "temperature": temperature}
        compared(cupy, there, cues, **how)
        compared(cupy, there, cues, **how, clamp=held[0], ties="plus", order="sequential")
    compared(cupy, there, cues, rng=1, clamp=held)


@pytest.mark.parametrize("gate", [1.0, 0.4])
def test_a_restricted_network_is_the_reference_s(cupy, gate):
    patterns, cues = hs.random_patterns(5, 24, rng=1), hs.random_patterns(9, 24, rng=2)
    memory = hs.RestrictedHopfield(6, gate=gate, rng=0, backend="cupy")
    memory.store(cupy.asarray(patterns))
    assert memory.converged
    there = cupy.asarray(cues)
    for name in ("hidden", "fields", "energy"):
        wanted, found = getattr(memory, name)(cues), getattr(memory, name)(there)
        assert isinstance(found, cupy.ndarray)
        np.testing.assert_allclose(found.get(), wanted, rtol=1e-12, atol=1e-12)
    graded = np.linspace(-1, 1, 9 * 6).reshape(9, 6)
    found = memory.energy(there, hidden=graded)
    np.testing.assert_allclose(found.get(), memory.energy(cues, hidden=graded), rtol=1e-12)
    for clamp in (None, cues[0] > 0, cues > 0):
        compared(cupy, memory, cues, clamp=clamp)


@only_stand_in
def test_the_copies_of_trained_and_restricted_memories(cupy):
    """Down: which states still move, in every sweep, and counters at the end. Up: the order of
    visits and random words, 8 bytes a site and state each. No state, and no memory.
    """
    patterns, n_states, n, k = hs.random_patterns(5, 24, rng=1), 9, 24, 4
    given, there = cupy.asarray(patterns), cupy.asarray(hs.random_patterns(n_states, n, rng=2))
    memory = hs.TrainedDenseMemory(k, rng=0, backend="cupy")
    stand_in.counts.clear()
    memory.store(given, max_iter=3, advise=False)
    assert stand_in.counts.up == [patterns.nbytes, 8 * len(patterns), 8 * k * n]
    assert stand_in.counts.down == [patterns.nbytes, patterns.nbytes, 8 * k * n]
    memory.energy(there)
    stand_in.counts.clear()
    for call in (memory.energy, memory.energy_gap):
        call(there)
    assert stand_in.counts.up == stand_in.counts.down == []
    memory.recall(there, max_sweeps=1, rng=1)
    assert stand_in.counts.up == [n, 8 * n_states * n, 8 * n_states * n]  # and clamped sites
    counters = [8 * n_states, 8 * n_states, n_states]
    assert stand_in.counts.down == [8 * n_states, *counters]
    network = hs.RestrictedHopfield(6, rng=0, backend="cupy").store(patterns)
    network.energy(there)
    stand_in.counts.clear()
    for call in (network.energy, network.fields, network.hidden):
        call(there)
    assert stand_in.counts.up == stand_in.counts.down == []
    network.recall(there)
    assert (stand_in.counts.up, stand_in.counts.down) == ([], counters)


# ---------------------------------------------------------------------- memory, of all of them


def every_call(cupy):
    """Memories, each with its calls of arrays on the device, and some of NumPy's."""
    spins, cues = hs.random_patterns(5, 40, rng=1), hs.random_patterns(9, 40, rng=2)
    reals = np.random.default_rng(4).normal(size=(6, 40))
    cues_there, all_there, few_there = (cupy.asarray(x) for x in (cues, reals, reals[:2]))
    for update, temperature in (("async", 0.0), ("sync", 0.3)):
        how = {"rng": 1, "max_sweeps": 2, "record": ["energy", "states"]}
        how |= {"update": update, "temperature": temperature}
        for memory in (
            hs.HopfieldNetwork(backend="cupy").store(spins),
            hs.HopfieldNetwork(rule="storkey", backend="cupy").store(spins),
            hs.DenseMemory(order=3, backend="cupy").store(spins),
        ):
            yield lambda m=memory, h=how: m.recall(cues_there, **h).states
            yield lambda m=memory, h=how: m.recall(cues, **h).states
            for name in ("energy", "energy_gap"):
                yield partial(getattr(memory, name), cues_there)
    for similarity in ("dot", "cosine", "euclidean", "manhattan"):
        memory = hs.ModernHopfield(2.0, similarity=similarity, backend="cupy").store(reals)
        yield partial(memory.attention, all_there)
        for some in (all_there, few_there):
            yield lambda m=memory, x=some: m.recall(x, advise=False).states
        if similarity != "manhattan":
            yield partial(memory.energy, all_there)
            yield partial(memory.gradient, few_there)
    for memory, how in (
        (hs.TrainedDenseMemory(4, rng=1, backend="cupy"), {"rng": 1}),
        (hs.RestrictedHopfield(6, rng=1, backend="cupy"), {}),
    ):
        memory.store(spins, max_iter=2, advise=False)
        yield partial(memory.energy, cues_there)
        yield lambda m=memory, h=how: m.recall(cues_there, max_sweeps=1, **h).states
    memory = hs.DistributedMemory(60, 0.02, rng=1, backend="cupy").store(reals)
    memory.quiet = True
    yield partial(memory.energy, all_there)
    yield lambda: memory.recall(all_there, max_steps=2).states


@only_stand_in
def test_memory_that_is_short_by_any_amount(cupy):
    """Whichever allocation fails, nothing of the call stays allocated, and the next call works."""
    n_short = 0
    for call in every_call(cupy):
        wanted = call()
        wanted = wanted if type(wanted) is np.ndarray else wanted.get()
        places.forget()
        before = stand_in.settings.allocated
        for room in itertools.count(0, 1500):
            stand_in.settings.limit = before + room
            try:
                found = call()
                break
            except InsufficientMemoryError:
                n_short += 1
            finally:
                stand_in.settings.limit = None
            assert stand_in.settings.allocated == before
        found = found if type(found) is np.ndarray else found.get()
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12)
        places.forget()
    assert n_short > 200
