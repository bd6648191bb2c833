"""Files that version 0.1 wrote are read by every later one, with the same meaning.

``tests/data/models`` has a file of every kind with what that version answered to some cues;
``tests/data/results`` has the results of a study with the table that it wrote from them.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.experiment.__main__ import main

DATA = Path(__file__).parent / "data"
EXPECTED = json.loads((DATA / "models" / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.filterwarnings("ignore::UserWarning")  # advice about these cues is no matter here
@pytest.mark.parametrize("name", EXPECTED)
def test_a_model_file_means_what_it_meant(name):
    memory, expected = hs.load(DATA / "models" / f"{name}.npz"), EXPECTED[name]
    cues = np.array(expected["cues"])
    if name == "classifier":
        assert memory.predict(cues).tolist() == expected["predictions"]
        return
    deterministic = name == "restricted" or name.startswith(("modern", "distributed"))
    run = memory.recall(cues) if deterministic else memory.recall(cues, rng=7)
    states = run.states.reshape(len(cues), -1)
    np.testing.assert_allclose(states, expected["states"], rtol=1e-5, atol=1e-6)
    if "energy" in expected:
        energies = memory.energy(cues)
        np.testing.assert_allclose(energies, expected["energy"], rtol=1e-5, atol=1e-6)


def test_there_is_a_file_of_every_kind():
    kinds = {type(hs.load(path)).__name__ for path in (DATA / "models").glob("*.npz")}
    memories = {
        name
        for name in hs.__all__
        if isinstance(getattr(hs, name), type) and hasattr(getattr(hs, name), "save")
    }
    assert kinds == memories


@pytest.mark.slow
def test_results_are_read_and_no_trial_is_made_again(tmp_path, monkeypatch):
    from hopfield_sim.experiment.sweeps import trial

    shutil.copy(DATA / "results" / "results.sqlite", tmp_path)
    monkeypatch.setattr(trial, "run", lambda chunk: pytest.fail("a trial was made again"))
    assert main(["xor", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "xor.csv").read_bytes() == (DATA / "results" / "xor.csv").read_bytes()
