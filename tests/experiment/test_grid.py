"""Sweeps of a function over a grid: rows, seeds, workers, resumption, errors."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import (
    HopfieldError,
    InvalidInputError,
    InvalidTypeError,
    ResultsDirError,
)
from hopfield_sim.experiment import Store, sweep
from hopfield_sim.experiment.studies.capacity.study import Capacity

CALLS: list[tuple[float, str]] = []
BROKEN: set[float] = set()


def measure(load: float, word: str, rng: np.random.Generator) -> dict[str, float]:
    """Something with a known mean."""
    CALLS.append((load, word))
    if load in BROKEN:
        raise RuntimeError("told to fail")
    return {"twice": 2 * load, "drawn": float(rng.random()) + len(word)}


def number(load: float, rng: np.random.Generator) -> float:
    return load


def nonsense(load: float, rng: np.random.Generator) -> str:
    return "no number"


GRID: dict[str, Any] = {"load": np.array([0.1, 0.2]), "word": ["a", "bcd"]}


def test_a_row_for_each_point() -> None:
    result = sweep(measure, GRID, trials=50, rng=3)
    assert [(row["load"], row["word"]) for row in result.rows] == [
        (0.1, "a"),
        (0.1, "bcd"),
        (0.2, "a"),
        (0.2, "bcd"),
    ]
    for row in result.rows:
        assert row["trials"] == 50
        assert (row["twice"], row["twice_se"]) == pytest.approx((2 * row["load"], 0))
        assert row["drawn_se"] == pytest.approx(1 / np.sqrt(12 * 50), rel=0.4)
        assert abs(row["drawn"] - 0.5 - len(row["word"])) < 5 * row["drawn_se"]
    assert len({row["drawn"] for row in result.rows}) == 4
    assert list(result.config["sources"]) == [f"{__name__}:measure"]


def test_results_follow_from_the_seed_alone() -> None:
    rows = sweep(measure, GRID, trials=4, rng=3, workers=1).rows
    assert sweep(measure, GRID, trials=4, rng=3, workers=3).rows == rows
    with ThreadPoolExecutor(2) as pool:
        assert sweep(f"{__name__}:measure", GRID, trials=4, rng=3, executor=pool).rows == rows
    assert sweep(measure, GRID, trials=4, rng=4).rows != rows
    assert sweep(number, {"load": [1, 2]}, trials=2).rows[1]["value"] == 2.0
    assert sweep(nothing_asked, trials=2).rows == [{"trials": 2, "value": 1.0, "value_se": 0.0}]


def nothing_asked(rng: np.random.Generator) -> float:
    return 1.0


@pytest.mark.slow
def test_a_sweep_continues_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "sweep.sqlite"
    whole = sweep(measure, GRID, trials=3, rng=1).rows
    BROKEN.add(0.2)
    with pytest.raises(HopfieldError, match="6 trials failed, the first with RuntimeError"):
        sweep(measure, GRID, trials=3, store=path, rng=1)
    BROKEN.clear()
    CALLS.clear()
    assert sweep(measure, GRID, trials=3, store=str(path), rng=1).rows == whole
    assert {load for load, _ in CALLS} == {0.2}
    CALLS.clear()
    with Store(path) as store:
        assert sweep(measure, GRID, trials=3, store=store, rng=1).rows == whole
    assert CALLS == []
    with pytest.raises(ResultsDirError):
        sweep(measure, GRID, trials=3, store=path, rng=2)


def test_a_function_that_was_changed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("notebook_of_mine")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    how = {"trials": 1, "store": tmp_path / "sweep.sqlite", "rng": 1}
    exec("def scaled(x, rng):\n    return x", vars(module))
    sweep(module.scaled, {"x": [1]}, **how)
    exec("def scaled(x, rng):\n    return 2 * x", vars(module))  # a cell is changed and run again
    said = "the code of notebook_of_mine:scaled is not the same. Use another file"
    with pytest.raises(ResultsDirError, match=said):
        sweep(module.scaled, {"x": [1]}, **how)


def test_a_study_keeps_its_trials_too(tmp_path: Path) -> None:
    study = Capacity(sizes=[12], rules=["hebbian"], networks=3, rng=0)
    path = tmp_path / "capacity.sqlite"
    first = sweep(study, store=path).rows
    assert first == sweep(study, store=path).rows
    assert first == hs.experiment.capacity([12], ["hebbian"], 3, rng=0).rows
    with pytest.raises(InvalidInputError, match="its own grid"):
        sweep(study, {"load": [1]})


def test_what_is_no_sweep() -> None:
    said = "function must be a function of the grid's arguments and rng that workers can import"
    with pytest.raises(InvalidInputError, match=said):
        sweep(lambda load, rng: load, {"load": [1]})
    with pytest.raises(InvalidInputError, match="module:function"):
        sweep("hebbian", {"load": [1]})
    with pytest.raises(HopfieldError, match="must return a number"):
        sweep(nonsense, {"load": [1]}, trials=1)
    for grid, error in (
        ({"load": []}, InvalidInputError),
        ({"rng": [1]}, InvalidInputError),
        ({"load": 3}, InvalidTypeError),
        ({"load": [np.ones(3)]}, InvalidTypeError),
        ([1, 2], InvalidTypeError),
    ):
        with pytest.raises(error):
            sweep(number, grid)
