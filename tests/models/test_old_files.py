"""Files that a release wrote are read by every later one, with the same meaning.

``tests/data/VERSION`` has a model of every kind with what that version answered to some cues, and
the results of a study with the table that it wrote from them; ``tests/data/write.py`` writes them.
"""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from model_files import models

import hopfield_sim as hs
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.sweeps import pool

RELEASES = sorted(
    (path.parent for path in (Path(__file__).parents[1] / "data").glob("*/expected.json")),
    key=lambda folder: [int(number) for number in folder.name.split(".")],
)
MODELS = sorted(path for release in RELEASES for path in release.glob("*.npz"))


@pytest.mark.filterwarnings("ignore::UserWarning")  # advice about these cues is no matter here
@pytest.mark.parametrize("path", MODELS, ids=lambda path: f"{path.parent.name} {path.stem}")
def test_a_model_file_means_what_it_meant(path: Path) -> None:
    memory, name = hs.load(path), path.stem
    expected = json.loads((path.parent / "expected.json").read_text(encoding="utf-8"))[name]
    cues = np.array(expected["cues"])
    if name.startswith("classifier"):
        assert memory.predict(cues).tolist() == expected["predictions"]
        return
    deterministic = name.startswith(("modern", "distributed", "layered", "restricted"))
    run = memory.recall(cues) if deterministic else memory.recall(cues, rng=7)
    states = run.states.reshape(len(cues), -1)
    np.testing.assert_allclose(states, expected["states"], rtol=1e-5, atol=1e-6)
    if "energy" in expected:
        energies = memory.energy(cues)
        np.testing.assert_allclose(energies, expected["energy"], rtol=1e-5, atol=1e-6)


def test_there_is_a_file_of_every_kind() -> None:
    """No release lost a kind, and the next one will write all that there are."""
    memories = {type(memory) for memory in models().values()}
    assert memories == {f for name in hs.__all__ if hasattr(f := getattr(hs, name), "save")}
    kinds = [{type(hs.load(path)) for path in release.glob("*.npz")} for release in RELEASES]
    for earlier, later in pairwise([*kinds, memories]):
        assert earlier <= later


@pytest.mark.slow
@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_results_are_read_and_no_trial_is_made_again(
    release: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(release / "results.sqlite", tmp_path)
    # Where it is used: a module that is loaded only now would keep it.
    monkeypatch.setattr(pool, "run", lambda chunk: pytest.fail("a trial was made again"))
    assert main(["xor", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "xor.csv").read_bytes() == (release / "xor.csv").read_bytes()
