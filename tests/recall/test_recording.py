"""What a recall wrote down can be copied and sent elsewhere, and fits into memory or is refused."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import experiment
from hopfield_sim.checks import resources
from hopfield_sim.errors import HopfieldError, InsufficientMemoryError
from hopfield_sim.recall.recording import Recorder

PATTERNS = hs.random_patterns(3, 20, rng=1)
MEMORIES = {
    "hebbian": hs.HopfieldNetwork(),
    "storkey": hs.HopfieldNetwork("storkey"),
    "dense": hs.DenseMemory(),
    "exponential": hs.DenseMemory("exponential"),
    "trained": hs.TrainedDenseMemory(4, rng=1),
    "restricted": hs.RestrictedHopfield(6, rng=1),
    "graded": hs.GradedNetwork(),
    "modern": hs.ModernHopfield(),
    "distributed": hs.DistributedMemory(200, rng=1),
}
COPIES = {
    "pickle": lambda run: pickle.loads(pickle.dumps(run)),
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
}
ATTRIBUTES = ("states", "stop", "converged", "updates", "energy", "trajectory", "overlaps")


def found(run, name):
    try:
        return getattr(run, name, None)
    except HopfieldError as error:
        return str(error)


@pytest.mark.filterwarnings("ignore::UserWarning")  # advice about these cues is no matter here
@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("name", MEMORIES)
def test_results_of_recalls_can_be_copied(name, how):
    continuous = name in ("modern", "distributed")
    memory = copy.deepcopy(MEMORIES[name]).store(PATTERNS / 5.0 if continuous else PATTERNS)
    cues = memory.patterns if name != "distributed" else PATTERNS / 5.0
    words = ("energy", "states") if continuous else ("energy", "overlap", "states")
    for record in ((), *words, words):
        for run in (memory.recall(cues, record=record), memory.recall(cues[0], record=record)):
            other = COPIES[how](run)
            assert repr(other) == repr(run)
            for attribute in ATTRIBUTES:
                np.testing.assert_equal(found(other, attribute), found(run, attribute))


@pytest.mark.parametrize("how", COPIES)
def test_results_of_studies_can_be_copied(how):
    answers = [
        experiment.energy(n_neurons=100, n_patterns=2, flipped=20, workers=1),
        experiment.checkerboard(side=10, n_patterns=2, flipped=20, workers=1),
    ]
    for result in answers:
        other = COPIES[how](result)
        assert other.rows == result.rows
        assert other.config == result.config
        assert other.runs.keys() == result.runs.keys()
        for key, run in result.runs.items():
            np.testing.assert_array_equal(other.runs[key].energy, run.energy)


def test_what_was_recorded_holds_on_to_nothing_else():
    run = MEMORIES["hebbian"].store(PATTERNS).recall(PATTERNS, record="energy")
    assert run._recorder.measures == {}


def test_a_hot_recording_that_will_not_fit_is_refused_at_its_start(monkeypatch):
    """100 sweeps of 3 states of 20 neurons, one row an update: 2002 rows of 60 bytes and more."""
    monkeypatch.setattr(resources, "_SMALL", 0)
    net = hs.HopfieldNetwork().store(PATTERNS)

    def record(available):
        monkeypatch.setattr(resources, "_available_memory", lambda: available)
        return net.recall(
            PATTERNS, temperature=0.5, max_sweeps=100, record="states", every=1, rng=0
        )

    assert len(record(2**20).trajectory) == 2001
    updates = []
    monkeypatch.setattr(Recorder, "milestones", lambda self, *_: updates.append(1) or iter(()))
    with pytest.raises(InsufficientMemoryError, match=r"recording of 2002 rows.*every="):
        record(2 * 2002 * 60)
    assert not updates


def test_a_cold_recording_is_refused_as_soon_as_it_grows_too_large(monkeypatch):
    class Batch:
        updates = np.zeros(1, np.int64)

    batch, made = Batch(), []
    recorder = Recorder(1, {"states": lambda _: made.append(1) or np.zeros(10**6, np.int8)})
    recorder._checked = 10**7
    monkeypatch.setattr(resources, "_available_memory", lambda: 10**8 - 10**6 * len(made))

    def record():
        for now in range(200):
            batch.updates[:] = now
            recorder.capture(batch)

    with pytest.raises(InsufficientMemoryError, match="recording"):
        record()
    assert 40 <= len(made) <= 65  # half of what there is, since the rows are copied at the end
