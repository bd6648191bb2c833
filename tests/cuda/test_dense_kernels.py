"""Kernels of dense memories against the reference, batch by batch."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import test_kernels as pairs
from stand_in import EFFORT, REAL

import hopfield_sim as hs
from hopfield_sim.backends.cuda import walker
from hopfield_sim.backends.cuda.dense import CudaDense
from hopfield_sim.backends.dense_protocol import DenseHeatBath, Descent
from hopfield_sim.backends.protocol import FIXED, RUNNING, Dynamics
from hopfield_sim.backends.reference.dense import Dense, differences, read_tables
from hopfield_sim.models.dense import interactions

REFERENCE = Dense()
FORMS = {  # interaction, order, and whether sums of D are exact in doubles
    "cubic": ("polynomial", 3, True),
    "rectified": ("rectified", 4, True),
    "high": ("polynomial", 30, False),
    "highest": ("rectified", 63, False),
    "exponential": ("exponential", 3, False),
}
SIZES = ((1, 33), (2, 7, 32, 65, 257), pairs.ALL_SIZES)[EFFORT]
LARGE = ((), (300,), (1000,))[EFFORT]
LOADS = ((1, 40), (1, 40), (1, 2, 3, 31, 32, 33, 100, 257))[EFFORT]
ROUNDS = (1, 1, 2)[EFFORT]
BLOCKS = ((32, True), (64, True), (128, False), (None, True), (96, False))


def setting(form, n, n_patterns, seed):
    """Memories, what sites become, cold and warm, and states, some near a memory or between two."""
    rng = np.random.default_rng([n, n_patterns, seed, *form.encode()])
    kind = interactions.get(*FORMS[form][:2])
    xi = rng.choice(np.array([-1, 1], np.int8), (n_patterns, n))
    if rng.integers(2):  # twins, so that there are ties
        xi[1::2] = -xi[: n_patterns // 2] if form == "high" else xi[: n_patterns // 2]
    memories, log_unit = kind.memories(xi)
    clamped = (rng.random(n) < 0.2 * rng.integers(2)).astype(np.uint8)
    cold = Descent(bool(rng.integers(2)), clamped)
    # D of a state is about the largest step of F
    scale = float(
        np.abs(
            differences(
                memories, read_tables(memories, REFERENCE.overlaps(memories, xi[:1])), xi[:1]
            )
        ).max()
    )
    temperature = max(scale, 1e-3) * float(rng.choice([0.3, 1.0]))
    logarithmic = form == "exponential" and bool(rng.integers(2))
    if form == "exponential":
        temperature, log_gain = 1.5, log_unit - np.log(1.5)
    else:
        log_gain = -np.log(temperature)
    warm = DenseHeatBath(temperature, float(log_gain), logarithmic, clamped)
    states = rng.choice(np.array([-1, 1], np.int8), (5, n))
    states[0] = xi[0]
    states[1] = xi[-1] * np.where(rng.random(n) < 0.15, -1, 1)
    states[2] = np.where(xi[0] == xi[-1], xi[0], states[2])
    return memories, cold, warm, states, rng


def batch_of(memories, states, how):
    made = REFERENCE.start(memories, states.copy(), how)
    made.index[:] = np.arange(len(states))[::-1] + 5  # not their rows
    return made


def compare(device, form, n, n_patterns, seed, update):
    """Walks that stop here and there, cold and warm; how states ended."""
    memories, cold, warm, states, rng = setting(form, n, n_patterns, seed)
    key, ends = int(rng.integers(0, 2**64, dtype=np.uint64)), []
    for rule, order in itertools.product((cold, warm), ("random", "sequential", "uniform")):
        if update == "sync" and order != "random":
            continue
        how = Dynamics(update, order, key, 1)
        last = 9 * n if rule is cold else 3 * n
        many = [n // 2, n, 2 * n + n // 3, last] if update == "async" else [0, n, 2 * n, last]
        stops = many if rng.random() < 0.4 else [last]
        wanted, found = (batch_of(memories, states, how) for _ in range(2))
        block, near = BLOCKS[rng.integers(len(BLOCKS))]
        device.block = block
        device.place(3 if near else 2)
        for until in stops:
            REFERENCE.advance(memories, wanted, rule, how, until)
            CudaDense(device).advance(memories, found, rule, how, until)
            for name in ("states", "previous", "updates", "flips", "stop", "cache"):
                np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), name)
        ends += wanted.stop.tolist()
    return ends


def test_which_sums_are_exact():
    for form, (_, _, exact) in FORMS.items():
        assert (setting(form, 130, 40, 0)[0].whole is None) == exact, form


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("update", ["async", "sync"])
def test_the_reference_s_bits(device, form, update):
    ends = []
    for n, n_patterns, seed in itertools.product(SIZES, LOADS, range(ROUNDS)):
        ends += compare(device, form, n, n_patterns, seed, update)
    for n in LARGE:
        ends += compare(device, form, n, n // 2, 1, update)
    assert {RUNNING, FIXED} <= set(ends)


def test_a_tie_by_hand(device):
    """x³ of a pattern and its inverse sum up to nothing: every D is 0, and nothing moves, or all
    go up. With e^x both pull alike at a state between them.
    """
    for form, order in (("polynomial", 31), ("polynomial", 3)):
        xi = np.ones((2, 34), np.int8)
        xi[1] = -1
        memories, _ = interactions.get(form, order).memories(xi)
        states = np.random.default_rng(1).choice(np.array([-1, 1], np.int8), (3, 34))
        for ties_up in (False, True):
            how = Dynamics("async", "sequential", 1, 1)
            batch = batch_of(memories, states, how)
            rule = Descent(ties_up, np.zeros(34, np.uint8))
            CudaDense(device).advance(memories, batch, rule, how, 900)
            np.testing.assert_array_equal(batch.states, np.ones_like(states) if ties_up else states)
            assert (batch.stop == FIXED).all()


def test_the_least_digit_decides(device):
    """F(x) = 2^200 + x: all but the last bit of 8 limbs cancel."""
    memories, _ = interactions.get("polynomial", 3).memories(np.ones((1, 5), np.int8))
    whole = np.array([2**200 + x for x in range(-5, 6)], object)
    zeros = np.zeros(11)
    for sign in (1, -1):
        doubtful = type(memories)(memories.patterns, zeros, zeros, False, sign * whole, 0)
        states = np.array([[1, -1, 1, -1, 1]], np.int8)
        batch = batch_of(doubtful, states, Dynamics("sync", "random", 1, 1))
        rule = Descent(False, np.zeros(5, np.uint8))
        CudaDense(device).advance(doubtful, batch, rule, Dynamics("sync", "random", 1, 1), 5)
        np.testing.assert_array_equal(batch.states, [[sign] * 5])


@pytest.mark.slow
def test_launches_may_be_short(device, monkeypatch):
    monkeypatch.setattr(walker, "_VISITS", 1)
    monkeypatch.setattr(walker, "_FAR_BYTES", 1000)
    for update in ("async", "sync"):
        compare(device, "high", 33, 9, 1, update)


@pytest.mark.parametrize("kind", ["polynomial", "exponential"])
@pytest.mark.parametrize("update", ["async", "sync"])
def test_a_memory_s_recall(cupy, kind, update):
    patterns = hs.random_patterns(30, 33, rng=1)
    cues = hs.random_patterns(20, 33, rng=2)
    runs = []
    for name in ("numpy", "cupy"):
        memory = hs.DenseMemory(kind, backend=name).store(patterns)
        how = {"record": ["energy", "overlap"], "every": 11, "rng": 3, "max_sweeps": 6}
        runs.append(memory.recall(cues, update=update, **how))
        runs.append(memory.recall(cues, update=update, temperature=[2.0, 1.0, 0.0], **how))
    there = memory.recall(cupy.asarray(cues), update=update, **how)
    assert isinstance(there.states, cupy.ndarray)
    np.testing.assert_array_equal(there.states.get(), runs[0].states)
    np.testing.assert_array_equal(there.energy.get(), runs[0].energy)
    for wanted, found in zip(runs[:2], runs[2:], strict=True):
        for what in ("states", "stop", "flips", "energy", "overlaps"):
            assert type(getattr(found, what)) is np.ndarray
            np.testing.assert_array_equal(getattr(found, what), getattr(wanted, what), what)


@pytest.mark.slow
@pytest.mark.skipif(
    REAL, reason="accesses are watched on the processor; compute-sanitizer does it on a GPU"
)
@pytest.mark.parametrize("form", ["cubic", "high", "exponential"])
def test_no_access_is_unordered_or_outside(device, form):
    import shim
    import stand_in

    stand_in.settings.flags = shim.WATCHED
    for update in ("async", "sync"):
        for seed in range((1, 2, 6)[EFFORT]):
            compare(device, form, 33, 40, seed, update)
