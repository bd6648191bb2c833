"""Batches through the kernels and through the reference: the same bits, whatever the size, the
block and the schedule.
"""

from __future__ import annotations

import copy
import itertools

import numpy as np
import pytest
from stand_in import EFFORT, REAL

from hopfield_sim.backends.cuda import pairs as engine
from hopfield_sim.backends.cuda import walker
from hopfield_sim.backends.cuda.pairs import CudaPairs
from hopfield_sim.backends.protocol import (
    CYCLE,
    FIXED,
    FRESH,
    RUNNING,
    STALE,
    Dynamics,
    Factors,
    HeatBath,
    Matrix,
    StateBatch,
)
from hopfield_sim.backends.reference.pairs import Pairs
from hopfield_sim.models.hopfield import couplings

REFERENCE = Pairs()
ALL_SIZES = (
    1,
    2,
    3,
    5,
    7,
    8,
    9,
    15,
    16,
    17,
    31,
    32,
    33,
    63,
    64,
    65,
    100,
    127,
    128,
    129,
    255,
    256,
    257,
)
SIZES = ((1, 9, 33, 130), (1, 2, 7, 32, 33, 65, 257), ALL_SIZES)[EFFORT]
LARGE = ((), (400,), (1000, 3203))[EFFORT]
LOADS = ((1, 9), (2, 9), (1, 2, 3, 4, 9, 33, 70))[EFFORT]
ROUNDS = (2, 1, 3)[EFFORT]
FORMS = ("patterns", "i1 i2", "i2 i4", "f8 f8", "real f8", "real f4")
# Threads of a block, what is in shared memory.
BLOCKS = ((32, 3), (64, 2), (128, 0), (None, 3), (96, 1))


def formed(form, n, n_patterns, zero_diagonal, rng):
    """Couplings: by their patterns, integers of the types named, or real, some symmetric."""
    if form.startswith("real"):
        weights = rng.normal(size=(n, n)).astype(form.split()[1])
        return couplings.real(weights + weights.T if rng.integers(2) else weights)
    xi = rng.choice(np.array([-1, 1], np.int8), (n_patterns, n))
    learnt = couplings.factors(xi, zero_diagonal=zero_diagonal)
    if form == "patterns":
        return learnt
    weight, field = form.split()
    made = couplings.matrix(learnt, REFERENCE)
    columns, diagonal = made.columns.astype(weight), made.diagonal.astype(field)
    return Matrix(columns, diagonal, made.scale, made.reach, learnt)


def setting(form, n, n_patterns, seed):
    """A network, what sites become in it, cold and warm, and states, some near a memory."""
    rng = np.random.default_rng([n, n_patterns, seed, *form.encode()])
    known = formed(form, n, n_patterns, bool(rng.integers(2)), rng)
    theta = [np.zeros(n), rng.integers(-2, 3, n) / n, np.full(n, 0.3)][rng.integers(3)]
    clamp = [None, rng.random(n) < 0.2][rng.integers(2)]
    ties = ["keep", "plus"][rng.integers(2)]
    cold = couplings.limits(known, theta, ties, clamp)
    warm = couplings.heat_bath(known, theta, [0.2, 0.7, 2.0][rng.integers(3)], clamp)
    states = rng.choice(np.array([-1, 1], np.int8), (5, n))
    if isinstance(known, Factors):
        states[0] = known.patterns[0]
        states[1] = known.patterns[-1] * np.where(rng.random(n) < 0.15, -1, 1)
    return known, cold, warm, states, rng


def batch_of(known, states, update):
    made = REFERENCE.start(known, states.copy(), Dynamics(update, "random", 0, 1))
    made.index[:] = np.arange(len(states))[::-1] + 5  # not their rows
    return made


def same(found, wanted, exact):
    for name in ("states", "previous", "updates", "flips", "stop", "fresh"):
        if exact or name != "fresh":
            np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), name)
    same_caches(found.cache, wanted.cache, exact)


def same_caches(found, wanted, exact):
    rounding = 0 if exact else 60 * found.shape[1] * np.finfo(wanted.dtype).eps
    np.testing.assert_allclose(found, wanted, rtol=0, atol=rounding)


def walk(pairs, known, batch, rule, update, order, key, until):
    pairs.advance(known, batch, rule, Dynamics(update, order, key, 1), until)


def compare(device, form, n, n_patterns, seed, update):
    """Walks that stop here and there, cold and warm in turn; how states ended."""
    known, cold, warm, states, rng = setting(form, n, n_patterns, seed)
    key = int(rng.integers(0, 2**64, dtype=np.uint64))
    ends = []
    for rule, order in itertools.product((cold, warm), ("random", "sequential", "uniform")):
        if update == "sync" and order != "random":
            continue
        many = [n // 2, n, 3 * n + n // 3, 9 * n] if update == "async" else [0, n, 2 * n, 9 * n]
        stops = many if rng.random() < 0.4 else [9 * n]
        wanted, marks = batch_of(known, states, update), []
        for until in stops:
            walk(REFERENCE, known, wanted, rule, update, order, key, until)
            marks.append(copy.deepcopy(wanted))
        block, near = BLOCKS[rng.integers(len(BLOCKS))]
        device.block = block and min(block, -(-n // 32) * 32)
        device.place(near)
        begun = CudaPairs(device).start(known, states, Dynamics(update, order, key, 1))
        same_caches(begun.cache, REFERENCE.cache(known, states), known.exact)
        found = batch_of(known, states, update)
        for until, mark in zip(stops, marks, strict=True):
            walk(CudaPairs(device), known, found, rule, update, order, key, until)
            same(found, mark, known.exact)
        ends += wanted.stop.tolist()
    return ends


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("update", ["async", "sync"])
def test_the_reference_s_bits(device, form, update):
    ends = []
    for n, n_patterns, seed in itertools.product(SIZES, LOADS, range(ROUNDS)):
        ends += compare(device, form, n, n_patterns, seed, update)
    for n in LARGE:
        ends += compare(device, form, n, n // 20, 0, update)
    assert {RUNNING, FIXED} <= set(ends)


@pytest.mark.parametrize("form", ["patterns", "i1 i2", "real"])
@pytest.mark.parametrize("n", [2, 34, 130])
def test_a_cycle_by_hand(device, form, n):
    """One pattern without self couplings, and half of the sites up: each feels −s, and all flip."""
    known = couplings.factors(np.ones((1, n), np.int8), zero_diagonal=True)
    if form != "patterns":
        known = couplings.matrix(known, REFERENCE)
    if form == "real":
        known = couplings.real(known.columns / n)
    states = np.tile(np.array([-1, 1], np.int8), (2, n // 2))
    rule = couplings.limits(known, np.zeros(n), "keep", None)
    batch = batch_of(known, states, "sync")
    walk(CudaPairs(device), known, batch, rule, "sync", "random", 1, 50 * n)
    assert (batch.stop == CYCLE).all()
    assert (batch.updates == 2 * n).all()
    assert (batch.flips == 2 * n).all()
    np.testing.assert_array_equal(batch.states, states)
    np.testing.assert_array_equal(batch.previous, -states)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["patterns", "i1 i2"])
def test_sites_that_need_32_bits(device, form, monkeypatch):
    monkeypatch.setattr(walker, "_SHORT", 0)
    for n, seed in itertools.product((7, 33), range(ROUNDS)):
        compare(device, form, n, 3, seed, "async")


@pytest.mark.slow
@pytest.mark.parametrize("update", ["async", "sync"])
def test_launches_may_be_short(device, update, monkeypatch):
    """A long walk is split, states by states and sweep by sweep."""
    monkeypatch.setattr(walker, "_VISITS", 1)
    monkeypatch.setattr(walker, "_FAR_BYTES", 1000)
    for form in ("i1 i2", "real f8"):
        compare(device, form, 33, 9, 1, update)


def test_all_kinds_of_heat_bath_were_compared():
    kinds = set()
    for form, n, seed in itertools.product(FORMS, SIZES, range(12)):
        warm = setting(form, n, 3, seed)[2]
        assert isinstance(warm, HeatBath)
        kinds.add((form, warm.table is not None, bool(warm.clamped.any())))
    for form in FORMS[:3]:
        assert {(form, *kind) for kind in itertools.product((True, False), repeat=2)} <= kinds


@pytest.mark.parametrize("n", SIZES + LARGE)
def test_retrieval(device, n, monkeypatch):
    monkeypatch.setattr(engine, "_NETWORK_BYTES", 3 * n * n)  # in several parts
    rng = np.random.default_rng(n)
    for n_states, max_sweeps in ((1, 0), (4, 30)):
        loads = np.sort(rng.integers(1, n // 2 + 3, 3))
        flipped = rng.integers(0, n + 1, 3)
        keys = rng.integers(0, 2**64, 3, np.uint64)
        case = (n, loads, flipped, n_states, keys, max_sweeps, 1)
        wanted = REFERENCE.retrieval(*case)
        np.testing.assert_array_equal(CudaPairs(device).retrieval(*case), wanted)


@pytest.mark.parametrize("form", ["patterns", "i1 i2"])
def test_only_stale_caches_are_computed(device, form):
    known, _, _, states, _ = setting(form, 33, 9, 0)
    states = np.tile(states, (4, 1))
    batch = CudaPairs(device).start(known, states, Dynamics("async", "random", 1, 1))
    wanted = batch.cache.copy()
    batch.there["cache"] = device.zeros((len(states), batch.stride), wanted.dtype)
    batch.fresh[:3] = STALE
    CudaPairs(device)._fill(known, batch)
    assert (batch.fresh == FRESH).all()
    del batch.cache  # the copy
    wanted[3:] = 0
    np.testing.assert_array_equal(batch.cache, wanted)


def test_an_empty_batch(device):
    known, cold, _, states, _ = setting("i1 i2", 9, 2, 0)
    batch = batch_of(known, states[:0], "async")
    walk(CudaPairs(device), known, batch, cold, "async", "random", 1, 90)
    assert isinstance(batch, StateBatch)
    how = Dynamics("sync", "random", 1, 1)
    assert len(CudaPairs(device).start(known, states[:0], how).states) == 0


@pytest.mark.slow
@pytest.mark.skipif(
    REAL, reason="accesses are watched on the processor; compute-sanitizer does it on a GPU"
)
@pytest.mark.parametrize("form", ["patterns", "i1 i2", "real f8"])
def test_no_access_is_unordered_or_outside(device, form):
    """Every byte that two threads touch, one of them writing, has a barrier between."""
    import shim
    import stand_in

    stand_in.settings.flags = shim.WATCHED
    for n, update in itertools.product((33, 130), ("async", "sync")):
        for seed in range((1, 3, 12)[EFFORT]):
            compare(device, form, n, 9, seed, update)
    test_retrieval(device, 65, pytest.MonkeyPatch())
