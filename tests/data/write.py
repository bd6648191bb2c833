"""The files of a release, which every later one must read: ``python tests/data/write.py``.

Writes ``tests/data/VERSION``: models of every kind with what they answer to some cues, and the
results of a study with its table. Once a release; never again, for a file that this version can
read proves nothing of those that an older one wrote.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import hopfield_sim as hs
from hopfield_sim.experiment.__main__ import main

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from model_files import keys_or_neurons, models  # noqa: E402

SEEDED = (
    hs.BidirectionalMemory,
    hs.HopfieldNetwork,
    hs.DenseMemory,
    hs.KernelMemory,
    hs.TrainedDenseMemory,
)
"""Memories whose recall takes a seed."""


def expected(model: Any) -> dict[str, Any]:
    """What a model answers to five random cues."""
    rng = np.random.default_rng(7)
    if isinstance(model, hs.DenseClassifier):
        cues = rng.uniform(-1, 1, (5, model.memories_.shape[1] - len(model.classes_)))
        return {"cues": cues.tolist(), "predictions": model.predict(cues).tolist()}
    cues = rng.standard_normal((5, keys_or_neurons(model)))
    if isinstance(model, (*SEEDED, hs.GradedNetwork, hs.RestrictedHopfield)):
        cues = np.where(cues > 0, 1, -1)
    run = model.recall(cues, rng=7) if isinstance(model, SEEDED) else model.recall(cues)
    answers = {"cues": cues.tolist(), "states": run.states.reshape(5, -1).tolist()}
    if not isinstance(model, hs.KernelMemory):  # which has none
        answers["energy"] = model.energy(cues).tolist()
    return answers


if __name__ == "__main__":
    folder = HERE / hs.__version__
    folder.mkdir()
    answers = {}
    for words, model in models().items():
        name = words.replace(" ", "-")
        model.save(folder / f"{name}.npz")
        answers[name] = expected(model)
    text = json.dumps(answers, indent=0, separators=(",", ":"))
    (folder / "expected.json").write_text(text + "\n", encoding="utf-8")
    with TemporaryDirectory() as study:
        code = main(["xor", "--out", study])
        for name in ("results.sqlite", "xor.csv"):
            shutil.copy(Path(study) / name, folder)
    sys.exit(code)
