"""Dense memories on every backend: the reference's bits, and no step uphill."""

from __future__ import annotations

import collections
import decimal
import functools
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.backends.compiled import dense as cython_dense
from hopfield_sim.backends.reference.dense import differences, read_tables
from hopfield_sim.models.dense import interactions

COMPILED = [name for name in hs.backends.available() if name != "numpy"]
SIZES = (1, 2, 7, 8, 9, 63, 64, 65)
EXACT = [
    ("polynomial", 1),
    ("polynomial", 2),
    ("polynomial", 3),
    ("rectified", 3),
]
ROUNDED = [("polynomial", 20), ("polynomial", 64), ("rectified", 30), ("exponential", 3)]

needs_kernels = pytest.mark.skipif(not COMPILED, reason="the compiled kernels are not built")


def assert_same_run(run, reference):
    for name in ("states", "stop", "sweeps", "flips", "updates", "energy", "trajectory"):
        np.testing.assert_array_equal(getattr(run, name), getattr(reference, name))


def run_all(kind, patterns, cues, **options):
    """The reference's run, and that of every other backend with other threads."""
    runs = []
    for threads, name in enumerate(["numpy", *COMPILED], start=1):
        memory = hs.DenseMemory(*kind, backend=name).store(patterns)
        runs.append(
            memory.recall(
                cues, n_threads=threads, rng=3, max_sweeps=5, every=7,
                record=("energy", "states"), **options,
            )
        )  # fmt: skip
    return runs[0], runs[1:]


@pytest.mark.slow
@needs_kernels
@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("update", ["async", "sync"])
@pytest.mark.parametrize("heat", ["cold", "warm", "cooled"])
def test_same_bits(n, update, heat):
    """Interactions × numbers of patterns × ties × clamps, at zero and other temperatures."""
    clamp = np.arange(n) % 3 == 0
    counts = (9, 70) if n in (8, 64) else (4,)
    for kind, n_patterns in itertools.product(EXACT + ROUNDED, counts):
        patterns = hs.random_patterns(n_patterns, n, rng=100 * n + n_patterns)
        cues = hs.random_patterns(6, n, rng=n)
        # A temperature at which some sites follow D and others do not.
        scale = {"exponential": 1.0}.get(kind[0], float(max(n, 2)) ** (kind[1] / 2))
        options = {
            "cold": {"ties": "plus" if n_patterns == 9 else "keep"},
            "warm": {"temperature": scale},
            "cooled": {"temperature": [scale, scale, 0.0, scale / 4, 0.0]},
        }[heat]
        for held in (None, clamp):
            reference, runs = run_all(kind, patterns, cues, update=update, clamp=held, **options)
            if held is not None:
                np.testing.assert_array_equal(reference.states[:, held], cues[:, held])
            for run in runs:
                assert_same_run(run, reference)


@needs_kernels
@pytest.mark.parametrize("order", ["sequential", "uniform"])
def test_same_bits_in_every_order(order):
    for kind, n in itertools.product((EXACT[2], ROUNDED[3]), (8, 65)):
        patterns, cues = hs.random_patterns(30, n, rng=n), hs.random_patterns(9, n, rng=1)
        reference, runs = run_all(kind, patterns, cues, order=order)
        for run in runs:
            assert_same_run(run, reference)


@needs_kernels
@pytest.mark.parametrize("n_patterns", [511, 512, 513, 1030])
def test_same_bits_around_a_block_of_signs(n_patterns):
    """The kernels take 512 patterns at a time, and what is left over one by one."""
    patterns, cues = hs.random_patterns(n_patterns, 24, rng=0), hs.random_patterns(4, 24, rng=1)
    for kind, update in itertools.product((EXACT[2], ROUNDED[0]), ("async", "sync")):
        reference, runs = run_all(kind, patterns, cues, update=update)
        assert reference.flips.sum() > 4
        for run in runs:
            assert_same_run(run, reference)


@needs_kernels
@pytest.mark.parametrize("update", ["async", "sync"])
def test_same_bits_where_sums_outgrow_32_bits_on_the_way(update):
    """Far from all patterns slopes are added as 32-bit integers, near one they do not fit."""
    patterns = hs.random_patterns(100, 65, rng=0)
    cues = hs.flip(patterns[:6], count=14, rng=1)
    kind = interactions.get("polynomial", 6)
    memories, _ = kind.memories(patterns)
    assert memories.narrow_columns is not None

    def size(states):
        return np.abs(read_tables(memories, states.astype(int) @ patterns.T).slope).sum(axis=1)

    assert size(cues).max() < 2**31 < size(patterns[:6]).min()
    reference, runs = run_all(("polynomial", 6), patterns, cues, update=update)
    np.testing.assert_array_equal(reference.states, patterns[:6])
    for run in runs:
        assert_same_run(run, reference)


def test_only_whole_slopes_are_added_as_integers():
    patterns = hs.random_patterns(3, 9, rng=0)
    for kind, narrow in (
        (("polynomial", 3), True), (("rectified", 4), False), (("exponential", 1), False),
        (("polynomial", 60), False),
    ):  # fmt: skip
        memories, _ = interactions.get(*kind).memories(patterns)
        assert (memories.narrow_columns is not None) == narrow
        even, _ = interactions.get("rectified", 4).memories(patterns[:, :8])
    assert even.narrow_columns is not None


def test_a_slope_or_a_bend_beyond_32_bits_is_marked_as_too_large():
    memories, _ = interactions.get("polynomial", 6).memories(hs.random_patterns(3, 65, rng=0))
    slope, bend = memories.pairs.astype(np.int32), memories.pairs >> 32
    large = slope == -(2**31)
    assert 0 < large.sum() < large.size
    np.testing.assert_array_equal(
        large, np.maximum(np.abs(memories.slope), np.abs(memories.bend)) > 2**31 - 1
    )
    np.testing.assert_array_equal(slope[~large], memories.slope[~large])
    np.testing.assert_array_equal(bend, np.where(large, 0, memories.bend))


@pytest.mark.parametrize("backend", hs.backends.available())
@pytest.mark.parametrize("update", ["async", "sync"])
@pytest.mark.parametrize("temperature", [0.0, 300.0])
def test_threads_and_work_budget_change_nothing(backend, update, temperature, monkeypatch):
    patterns, cues = hs.random_patterns(60, 33, rng=0), hs.random_patterns(9, 33, rng=1)
    memory = hs.DenseMemory(order=3, backend=backend).store(patterns)
    options = {
        "update": update, "temperature": temperature, "max_sweeps": 9, "rng": 2,
        "record": ("energy", "states"), "every": 50,
    }  # fmt: skip
    whole = memory.recall(cues, n_threads=1, **options)
    monkeypatch.setattr(cython_dense, "_SHARE", 1)
    monkeypatch.setattr(cython_dense, "_BUDGET", 1)  # stops within sweeps, steps and looks
    for n_threads in (1, 2, 3):
        assert_same_run(memory.recall(cues, n_threads=n_threads, **options), whole)


@needs_kernels
def test_overlaps_of_every_width():
    for n, n_patterns in itertools.product((1, 15, 191, 192, 193, 600), (1, 8, 9)):
        patterns, states = hs.random_patterns(n_patterns, n, rng=n), hs.random_patterns(3, n, rng=1)
        expected = states.astype(int) @ patterns.T.astype(int)
        memories, _ = interactions.get("polynomial", 3).memories(patterns)
        for name in hs.backends.available():
            found = hs.backends.get(name).dense.overlaps(memories, states)
            np.testing.assert_array_equal(found, expected)


# ------------------------------------------------------------------ tables


def power(word, order, x):
    return (max(x, 0) if word == "rectified" else x) ** order


def sign(number):
    return (number > 0) - (number < 0)


@functools.cache
def exponential(x):
    with decimal.localcontext(prec=200):
        return decimal.Decimal(x).exp()


def energy_rises(word, order, overlaps, site_of_patterns, spin):
    """The sign of E(site flipped) − E, of whole numbers, or of sums of e^m to 200 digits: powers of
    e sum up to 0 only where all of them cancel.
    """
    moved = overlaps - 2 * int(spin) * site_of_patterns
    counts = collections.Counter(overlaps.tolist())
    counts.subtract(moved.tolist())
    if word != "exponential":
        return sign(sum(count * power(word, order, m) for m, count in counts.items()))
    with decimal.localcontext(prec=200):
        return sign(sum(count * exponential(m) for m, count in counts.items() if count))


@pytest.mark.parametrize("word", ["polynomial", "rectified"])
@pytest.mark.parametrize("order", [1, 2, 3, 4, 5, 7, 20, 64])
def test_differences_from_tables_against_whole_numbers(word, order):
    rng = np.random.default_rng(order)
    for n in (1, 2, 3, 4, 7, 50):
        patterns, states = hs.random_patterns(3, n, rng=rng), hs.random_patterns(2, n, rng=rng)
        memories, log_unit = interactions.get(word, order).memories(patterns)
        overlaps = states.astype(int) @ patterns.T.astype(int)
        found = differences(memories, read_tables(memories, overlaps), states)
        unit = 2 ** round(log_unit / math.log(2))
        assert unit == 1 or unit <= n**order < 2 * unit
        for b, i in itertools.product(range(2), range(n)):
            terms = []
            for xi, m in zip(patterns[:, i].tolist(), overlaps[b].tolist(), strict=True):
                r = m - xi * int(states[b, i])
                terms.append(power(word, order, r + xi) - power(word, order, r - xi))
            d, exact = Fraction(found[b, i]) * unit, sum(terms)
            assert sign(d) == sign(exact)
            if memories.whole is None:
                assert d == exact
            else:
                assert abs(d - exact) <= 3e-12 * abs(exact)  # (P + 8) √P 2⁻⁴³


@pytest.mark.slow
@pytest.mark.parametrize("backend", hs.backends.available())
@pytest.mark.parametrize(
    ("word", "order", "n", "n_patterns", "draws"),
    [
        ("polynomial", 3, 9, 5, 20),  # exact in floats
        ("polynomial", 6, 200, 200, 4),  # differences are, energies are not
        ("polynomial", 20, 40, 5, 40),
        ("polynomial", 33, 7, 4, 60),
        ("polynomial", 40, 12, 8, 40),
        ("polynomial", 64, 15, 3, 60),
        ("polynomial", 63, 65, 600, 6),  # more than a block of patterns
        ("rectified", 20, 9, 6, 40),
        ("rectified", 33, 7, 4, 60),
        ("rectified", 40, 12, 8, 40),
        ("rectified", 64, 15, 3, 60),
        ("exponential", 3, 60, 30, 20),
        ("exponential", 3, 140, 3, 20),
    ],
)
def test_a_tie_is_a_difference_of_zero(word, order, n, n_patterns, draws, backend):
    """Against whole numbers. Every other state is near two patterns that differ at one site, where
    they cancel and leave the decision to what is smaller than their rounding.
    """
    rng = np.random.default_rng(order + n)
    uncertain = 0
    for draw in range(draws):
        patterns = hs.random_patterns(n_patterns, n, rng=rng)
        state = hs.random_patterns(1, n, rng=rng)[0]
        if draw % 2:
            patterns[1] = patterns[0]
            patterns[1, rng.integers(n)] *= -1
            state = hs.flip(patterns[0], count=n // 7, rng=rng)
        memory = hs.DenseMemory(word, order, backend=backend).store(patterns)
        memories = memory._tables[0]
        xi, s = patterns.astype(int), state.astype(int)
        rises = np.array([energy_rises(word, order, xi @ s, xi[:, i], s[i]) for i in range(n)])
        np.testing.assert_array_equal(np.sign(memory.energy_gap(s)), rises)

        flipped = s * (1 - 2 * np.eye(n, dtype=int))
        change = memory.energy(flipped) - memory.energy(s)
        room = 0.0 if word != "exponential" else 1e-15 * abs(memory.energy(s))
        assert (change[rises < 0] <= room).all()
        assert (change[rises > 0] >= -room).all()
        assert (abs(change[rises == 0]) <= room).all()
        uncertain += ((rises != 0) & (abs(change) <= 1e-14 * abs(memory.energy(s)))).sum()

        for ties, at_ties in (("keep", s), ("plus", np.ones(n, int))):
            wanted = np.where(rises == 0, at_ties, np.where(rises > 0, s, -s))
            step = memory.recall(s, update="sync", ties=ties, max_sweeps=1)
            np.testing.assert_array_equal(step.states, wanted)
            sweep = memory.recall(s, order="sequential", ties=ties, max_sweeps=1)
            np.testing.assert_array_equal(
                sweep.states, visited(word, order, xi, s.copy(), ties == "plus")
            )
        for cold in (1e-250, [1e-250], [0.0]):
            step = memory.recall(s, update="sync", temperature=cold, max_sweeps=1, rng=draw)
            at_ties = step.states if cold != [0.0] else s  # left to chance
            wanted = np.where(rises == 0, at_ties, np.where(rises > 0, s, -s))
            np.testing.assert_array_equal(step.states, wanted)
    assert uncertain > 0 or memories.whole is None


def visited(word, order, xi, s, ties_up):
    """One sweep from the first site to the last, in whole numbers."""
    for i in range(len(s)):
        rises = energy_rises(word, order, xi @ s, xi[:, i], s[i])
        if rises < 0 or (rises == 0 and ties_up and s[i] < 0):
            s[i] *= -1
    return s


@pytest.mark.slow
@pytest.mark.parametrize("backend", hs.backends.available())
@pytest.mark.parametrize(
    ("word", "order", "n", "n_patterns"),
    [
        ("polynomial", 33, 3, 1),
        ("polynomial", 41, 25, 1),
        ("rectified", 64, 20, 1),
        ("rectified", 64, 25, 3),
        ("polynomial", 64, 101, 2),
        ("rectified", 33, 40, 600),  # more than a block of patterns
        ("exponential", 3, 40, 5),
    ],
)
def test_gaps_are_differences_of_energies_and_no_neuron_goes_up(
    word, order, n, n_patterns, backend
):
    """At small overlaps F(m+2) is up to 3⁴¹ times F(m), and nothing that a spin may do if it
    agrees with its patterns.
    """
    rng = np.random.default_rng(order)
    for seed in range(30):
        states = hs.random_patterns(1, n, rng=rng)
        memory = hs.DenseMemory(word, order, backend=backend)
        memory.store(hs.random_patterns(n_patterns, n, rng=seed))
        flipped = np.repeat(states, n, axis=0) * (1 - 2 * np.eye(n, dtype=np.int8))
        before, after = memory.energy(states[0]), memory.energy(flipped)
        larger = np.maximum(abs(before), np.abs(after))
        assert (np.abs(memory.energy_gap(states[0]) - (after - before)) <= 1e-9 * larger).all()
        step = {"update": "sync", "max_sweeps": 1}
        for how in ({"ties": "plus"}, {"ties": "keep"}, {"temperature": 1e-300, "rng": seed}):
            if "temperature" in how and ((after == before) | (word == "exponential")).any():
                continue  # a tie is left to chance
            turned = memory.recall(states, **step, **how).states[0] != states[0]
            assert not (turned & (after > before)).any()
        energies = memory.recall(
            states, ties="plus", record="energy", every=1, rng=seed
        ).energy.ravel()
        assert (np.diff(energies) <= 1e-14 * np.abs(energies).max()).all()


def test_sums_are_exact_as_far_as_integers_go():
    """P·2n·N^{n−1} < 2⁵³ is enough; P differences of the largest overlap is what counts."""
    for word, order, n in itertools.product(
        ("polynomial", "rectified"), (1, 2, 3, 4, 6), (9, 1000)
    ):
        kind = interactions.get(word, order)
        halves = 2 if word == "rectified" and n % 2 else 1
        bound = 2**53 // (halves * (n**order - (n - 2) ** order))
        if bound:
            assert interactions.sums_exactly(kind.whole(n)[0], bound - 1)
        assert not interactions.sums_exactly(kind.whole(n)[0], bound + 1)
        assert 2**53 // (2 * order * n ** (order - 1)) <= bound * halves
    found, _ = interactions.get("exponential", 2).memories(hs.random_patterns(1, 4, rng=0))
    assert found.whole is not None


@pytest.mark.parametrize("backend", hs.backends.available())
def test_ties_beyond_exact_sums_are_ties_still(backend):
    """Odd powers of opposite patterns cancel, also where a float no longer counts them."""
    n = 40
    xi = hs.random_patterns(1, n, rng=0)[0]
    patterns = np.array([xi, -xi, xi, -xi])
    state = xi.copy()
    state[: n // 2] *= -1  # overlaps 0
    for order in (21, 33, 63):
        memory = hs.DenseMemory("polynomial", order, backend=backend).store(patterns)
        assert interactions.get("polynomial", order).memories(patterns)[0].whole is not None
        kept = memory.recall(state, update="sync", max_sweeps=1)
        plus = memory.recall(state, update="sync", max_sweeps=1, ties="plus")
        np.testing.assert_array_equal(kept.states, state)
        np.testing.assert_array_equal(plus.states, np.ones(n))
