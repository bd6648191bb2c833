"""Clamped sites and external fields of each state."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import InvalidInputError, InvalidTypeError

BACKENDS = [name for name in hs.backends.available() if name in ("numpy", "cython")]
N, P, B = 40, 4, 5
PATTERNS = hs.random_patterns(P, N, rng=0)
CUES = hs.flip(PATTERNS[np.arange(B) % P], fraction=0.2, rng=1)
RNG = np.random.default_rng(2)
MASKS = RNG.random((B, N)) < 0.3
MASKS[3] = MASKS[1]
FIELDS = RNG.normal(size=(B, N))
FIELDS[3] = FIELDS[1]
FIELDS[4] = np.round(FIELDS[4] * N) / N  # whole numbers in the engine's units, which are tabulated

MEMORIES: dict[str, Any] = {
    "hebbian": lambda backend: hs.HopfieldNetwork(backend=backend),
    "thresholds": lambda backend: hs.HopfieldNetwork(thresholds=0.1, backend=backend),
    "pseudoinverse": lambda backend: hs.HopfieldNetwork("pseudoinverse", backend=backend),
    "float32": lambda backend: hs.HopfieldNetwork("storkey", dtype=np.float32, backend=backend),
    "dense": lambda backend: hs.DenseMemory(backend=backend),
    "exponential": lambda backend: hs.DenseMemory("exponential", backend=backend),
    "trained": lambda backend: hs.TrainedDenseMemory(P, rng=0),  # one engine for all
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("update", ["async", "sync"])
@pytest.mark.parametrize(
    ("name", "temperature"),
    [
        *(("hebbian", t) for t in (0.0, 0.4, np.linspace(0.0, 1.0, B)[None])),
        *((name, t) for name in ("thresholds", "pseudoinverse", "float32") for t in (0.0, 0.4)),
        *(("dense", 0.0), ("dense", 600.0), ("exponential", 1.0), ("trained", 0.1)),
    ],
)
def test_each_state_is_that_of_a_batch_with_its_own(backend, update, name, temperature):
    memory = MEMORIES[name](backend)
    memory.store(PATTERNS, advise=False)
    how: dict[str, Any] = {"temperature": temperature, "update": update, "max_sweeps": 2, "rng": 3}
    near = 1e-6 if name == "float32" else 1e-12
    pushes = [{}] if name in ("dense", "exponential", "trained") else [{}, {"field": FIELDS}]
    for push, clamp in product(pushes, ({"clamp": MASKS}, {})):
        run = memory.recall(CUES, record="energy", **push, **clamp, **how)
        for row in range(B):
            mine = {word: value[row] for word, value in (push | clamp).items()}
            alone = memory.recall(CUES, record="energy", **mine, **how)
            assert np.array_equal(run.states[row], alone.states[row])
            last = np.minimum(np.arange(len(run.energy)), len(alone.energy) - 1)
            assert run.energy[:, row] == pytest.approx(alone.energy[last, row], rel=near)
            for word in ("stop", "sweeps", "flips"):
                assert getattr(run, word)[row] == getattr(alone, word)[row]
        if clamp:
            assert np.array_equal(run.states[MASKS], CUES[MASKS])


@pytest.mark.parametrize("backend", BACKENDS)
def test_free_spins_follow_the_tanh_of_their_field(backend):
    """Without couplings ⟨s_i⟩ = tanh(h_i/T)."""
    net = hs.HopfieldNetwork.from_weights(np.zeros((50, 50)), backend=backend)
    fields, n, t = np.array([-0.7, 0.0, 0.3, 1.1]), 400, 0.8
    each = np.repeat(fields, n)[:, None] * np.ones(50)
    states = np.ones((len(each), 50), np.int8)
    for update in ("async", "sync"):
        run = net.recall(states, field=each, temperature=t, max_sweeps=1, update=update, rng=0)
        found = run.states.reshape(len(fields), -1).mean(axis=1)
        expected = np.tanh(fields / t)
        error = np.sqrt((1 - expected**2) / (50 * n))
        assert (np.abs(found - expected) < 4 * error).all()
    cold = net.recall(states, field=each, rng=0).states
    assert (cold[each < 0] == -1).all()
    assert (cold[each >= 0] == 1).all()  # no field: it stays


@pytest.mark.parametrize("rule", ["hebbian", "pseudoinverse"])
def test_the_energy_has_the_field_and_never_rises(rule):
    net = hs.HopfieldNetwork(rule).store(PATTERNS)
    for field in (0.7, FIELDS[0], FIELDS):
        run = net.recall(CUES, field=field, record=["energy", "states"], every=1, rng=4)
        s = run.trajectory.astype(float)
        expected = -0.5 * np.einsum("tbi,ij,tbj->tb", s, net.weights, s) - (s * field).sum(axis=2)
        assert run.energy == pytest.approx(expected, abs=1e-9)
        assert (np.diff(run.energy, axis=0) <= 1e-9).all()
    assert run.converged.all()
    same = net.recall(CUES, field=-0.2, rng=4).states
    theta = hs.HopfieldNetwork(rule, thresholds=0.2).store(PATTERNS)
    assert np.array_equal(same, theta.recall(CUES, rng=4).states)


def test_ten_sweeps_and_ten_are_twenty():
    net = hs.HopfieldNetwork().store(PATTERNS)
    how: dict[str, Any] = {"clamp": MASKS, "field": FIELDS, "temperature": 0.5, "rng": 5}
    whole = net.recall(CUES, max_sweeps=20, **how)
    half = net.recall(CUES, max_sweeps=10, **how)
    rest = net.recall(half.states, max_sweeps=10, start_sweep=10, **how)
    assert np.array_equal(rest.states, whole.states)


def test_images_and_single_states():
    net = hs.HopfieldNetwork().store(PATTERNS.reshape(P, 5, 8))
    images, masks, fields = (a.reshape(B, 5, 8) for a in (CUES, MASKS, FIELDS))
    run = net.recall(images, clamp=masks, field=fields, rng=6)
    flat = net.recall(CUES, clamp=MASKS, field=FIELDS, rng=6)
    assert np.array_equal(run.states.reshape(B, N), flat.states.reshape(B, N))
    one = net.recall(CUES[0], clamp=MASKS[:1], field=FIELDS[:1], rng=6)
    assert np.array_equal(one.states.ravel(), flat.states[0].ravel())


def test_clamped_sites_of_each_state_of_other_memories():
    gated = hs.RestrictedHopfield(P, rng=0)
    gated.store(PATTERNS)
    patterns = PATTERNS.astype(float)
    memories = [
        gated,
        hs.ModernHopfield(0.1).store(patterns),
        hs.DistributedMemory(4000, 0.05, rng=0).store(patterns),
    ]
    for memory in memories:
        how = {} if memory is gated else {"max_steps": 3}
        if isinstance(memory, hs.DistributedMemory):
            memory.quiet, how["step"] = True, 0.1
        elif memory is not gated:
            how["advise"] = False
        run = memory.recall(CUES, clamp=MASKS, **how)
        assert np.array_equal(run.states[MASKS], CUES[MASKS])
        for row in range(B):
            alone = memory.recall(CUES, clamp=MASKS[row], **how)
            assert run.states[row] == pytest.approx(alone.states[row], abs=1e-12)
    modern, observed = memories[1], np.arange(N) < 30
    cues = CUES.astype(float)
    cues[:, ~observed] = np.where(MASKS[:, ~observed], cues[:, ~observed], np.nan)
    run = modern.recall(cues, observed=observed, clamp=MASKS, max_steps=3, advise=False)
    assert np.isfinite(run.states).all()
    assert np.array_equal(run.states[MASKS], cues[MASKS])
    one = modern.recall(cues[0], observed=observed, clamp=MASKS[:1], max_steps=3, advise=False)
    assert one.states == pytest.approx(run.states[0], abs=1e-12)


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ({"clamp": MASKS[:3]}, InvalidInputError, r"\(40,\), one entry a neuron, or \(5, 40\), a"),
        ({"clamp": MASKS.astype(int)}, InvalidTypeError, "clamp must be boolean"),
        ({"field": FIELDS[:, :3]}, InvalidInputError, r"field must be \(40,\).*got shape \(5, 3\)"),
        ({"field": np.full(N, np.nan)}, InvalidInputError, "field must be finite"),
        ({"field": "strong"}, InvalidTypeError, "field must be an array of real numbers"),
    ],
)
def test_what_is_refused(how, error, said):
    with pytest.raises(error, match=said):
        hs.HopfieldNetwork().store(PATTERNS).recall(CUES, **how)


def test_memories_without_local_fields_say_so():
    for memory in (hs.DenseMemory(), hs.TrainedDenseMemory(P, rng=0)):
        memory.store(PATTERNS)
        with pytest.raises(InvalidInputError, match="field is for networks with pair couplings"):
            memory.recall(CUES, field=0.5)
