"""Interactions and similarities of a user in every study that has them, as the package's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.studies import registry


def power(x, order):
    return np.maximum(x, 0) ** order


def l1(states, memories):
    return 1 / (1 + np.abs(states[:, None] - memories).sum(axis=2))


def downhill(x):
    return -(x**2)


SMALL: dict[str, tuple[str, Any, str, dict[str, Any]]] = {
    "phase, order": (
        "phase", power, "rectified",
        {"against": "order", "field": "interaction", "sizes": [30], "orders": [2, 3],
         "loads": [0.05], "networks": 2, "sweeps": 5},
    ),
    "phase, beta": (
        "phase", l1, "manhattan",
        {"against": "beta", "field": "similarity", "sizes": [30], "betas": [1e4, 1e5],
         "loads": [0.1], "networks": 2, "sweeps": 5},
    ),
    "basins, dense": (
        "basins", power, "rectified",
        {"field": "interaction", "n_neurons": 40, "loads": [0.1], "networks": 2, "cues": 5},
    ),
    "basins, modern": (
        "basins", l1, "manhattan",
        {"field": "similarity", "n_neurons": 40, "loads": [0.1], "networks": 2, "cues": 5},
    ),
    "alpha_c": (
        "alpha_c", power, "rectified",
        {"field": "interaction", "order": 3, "sizes": [15, 20], "networks": 2},
    ),
    "xor": ("xor", [power], ["rectified"], {"field": "interactions", "orders": [2, 3]}),
    "images": (
        "images", [l1], ["manhattan"],
        {"field": "similarities", "counts": [4], "curve": [2], "blended": 2},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SMALL)
def test_a_function_of_your_own_measures_what_the_same_of_the_package_does(name: str) -> None:
    study, mine, theirs, settings = SMALL[name]
    field = settings["field"]
    settings = {key: value for key, value in settings.items() if key != "field"} | {"rng": 1}
    ask = getattr(hs.experiment, study)
    rows, texts = [], []
    for one in (mine, theirs):
        betas = {}
        if study == "images":
            betas = {"betas": {one[0]: [1e4, 1e7]}}
        result = ask(**settings, **betas, **{field: one})
        rows.append([[v for v in row.values() if not isinstance(v, str)] for row in result.rows])
        texts.append(registry.STUDIES[study].sentence(result))
        assert registry.STUDIES[study].page(result).figures
        assert ("sources" in result.config) == (one is mine)
        plt.close("all")
    assert np.array(rows[0], float) == pytest.approx(np.array(rows[1], float), nan_ok=True)
    word = (mine[0] if isinstance(mine, list) else mine).__name__
    assert word in texts[0]
    assert "nan" not in texts[0]


def test_a_lambda_is_none_that_workers_can_import() -> None:
    with pytest.raises(InvalidInputError, match="interactions must be functions of overlaps"):
        hs.experiment.xor(interactions=[lambda x: x**3])
    with pytest.raises(InvalidInputError, match="similarity must be functions of states"):
        hs.experiment.phase(against="beta", similarity=lambda x, m: x @ m.T)
    with pytest.raises(InvalidInputError, match='did you mean "rectified"'):
        hs.experiment.basins(interaction="relu")


def test_a_broken_promise_is_a_warning_in_words() -> None:
    with pytest.warns(UserWarning, match="downhill: F must be largest at the largest overlap"):
        result = hs.experiment.xor([2], [downhill])
    assert [row["solves"] for row in result.summary["solves"]] == [0]


def test_on_the_command_line(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine_words.py").write_text("def fourth(x):\n    return x**4\n")
    words = ["xor", "--orders", "3", "--interactions", "mine_words:fourth", "--out", "here"]
    assert main([*words, "--workers", "1"]) == 0
    report = (tmp_path / "here" / "report.html").read_text("utf-8")
    assert "mine_words:fourth" in report
    assert "Fourth powers n = none solve it" in report
    assert "fourth" in capsys.readouterr().out
