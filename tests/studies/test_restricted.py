"""The study of restricted networks: its numbers are those of the memory, its page says so."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.studies.restricted.study import STUDY

SMALL = {
    "hidden": [6, 20, 40],
    "counts": [6],
    "rotations": [1, 9],
    "networks": 6,
    "n_neurons": 40,
    "fractions": [0.1, 0.25],
}


@pytest.fixture(scope="module")
def result() -> hs.experiment.Result:
    return hs.experiment.restricted(**SMALL, rng=0)


def rows_of(result, **wanted) -> list[dict]:
    return [row for row in result.rows if all(row[k] == v for k, v in wanted.items())]


@pytest.mark.parametrize(
    ("setting", "method", "rotations", "exact", "bits"),
    [
        # 60 networks, from 10 % of flips (0.02 and less): after 1, 2, 5 rotations, m = 50.
        ({"n_patterns": 10, "n_hidden": 50}, "rotation", 1, 0.25, 0.973),
        ({"n_patterns": 10, "n_hidden": 50}, "rotation", 2, 0.87, 0.996),
        ({"n_patterns": 10, "n_hidden": 50}, "rotation", 5, 0.995, 0.9998),
        ({"n_patterns": 25, "n_hidden": 50}, "gradient", 0, 0.95, None),
    ],
)
def test_numbers_that_are_known(setting, method, rotations, exact, bits) -> None:
    found = hs.experiment.restricted(
        [setting["n_hidden"]],
        [setting["n_patterns"]],
        [rotations or 1],
        [method],
        24,
        fractions=[0.1],
        rng=3,
    )
    (row,) = found.rows
    assert row["rotations"] == rotations
    assert abs(row["exact"] - exact) < 4 * np.hypot(row["exact_se"], 0.02)
    if bits is not None:
        assert row["bit_accuracy"] == pytest.approx(bits, abs=4 * row["bit_accuracy_se"] + 0.001)


def test_more_rotations_widen_basins_and_spare_units_narrow_them(result) -> None:
    assert len(result.rows) == 3 * (2 + 1) * 2
    for fraction in (0.1, 0.25):
        few, many = (
            rows_of(result, n_hidden=6, rotations=r, fraction=fraction)[0]["exact"] for r in (1, 9)
        )
        assert few < many
    at = {m: rows_of(result, n_hidden=m, rotations=9, fraction=0.25)[0] for m in (6, 20, 40)}
    assert at[6]["exact"] > at[20]["exact"] > at[40]["exact"] == 0
    assert at[40]["stable"] == 1  # where m = N, every state stays as it is
    by_gradient = rows_of(result, method="gradient", n_hidden=40, fraction=0.25)[0]
    assert by_gradient["exact"] > 0.5
    best = [r for r in result.summary["best"] if r["fraction"] == 0.25]
    assert [(r["method"], r["n_hidden"]) for r in best] == [("rotation", 6), ("gradient", 40)]


def test_the_sentence_and_the_figures_state_what_the_table_has(result) -> None:
    best = result.summary["best"][1]
    text = STUDY.sentence(result)
    assert "With 25% of 40 bits flipped" in text
    assert f"{best['exact']:.2f} ± {best['exact_se']:.2f} (m = 6, 9 rotations)" in text
    page = STUDY.page(result)
    assert [name for name, _, _ in page.figures] == ["restricted", "restricted-map"]
    curves, maps = (figure for _, _, figure in page.figures)
    assert [ax.get_title(loc="left") for ax in curves.axes] == [
        "10% of the bits flipped",
        "25% of the bits flipped",
    ]
    drawn = curves.axes[1].containers[0].lines[0].get_ydata()
    mine = rows_of(result, method="rotation", rotations=9, fraction=0.25)
    np.testing.assert_allclose(drawn, [row["exact"] for row in mine])
    assert len(maps.axes) == 2
    assert len(maps.axes[0].patches) == 3 * 2
    gradient = hs.experiment.restricted(**SMALL | {"methods": ["gradient"]}, rng=0)
    assert len(STUDY.page(gradient).figures) == 1


def test_axes_of_your_own_and_bad_input(result) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2)
    assert hs.plotting.restricted(result, ax=axes) is figure
    with pytest.raises(HopfieldError, match="n_neurons"):
        hs.plotting.restricted([{"method": "rotation"}])
    with pytest.raises(InvalidInputError, match="hidden must be at most the number of neurons, 40"):
        hs.experiment.restricted(**SMALL | {"hidden": [41]})


def test_the_command_line_writes_the_same_table(result, tmp_path: Path) -> None:
    command = ["restricted", "--hidden", "6", "20", "40", "--counts", "6", "--rotations", "1"]
    command += ["9", "--trials", "6", "--n-neurons", "40", "--fractions", "0.1", "0.25"]
    assert main([*command, "--seed", "0", "--out", str(tmp_path), "--workers", "1"]) == 0
    with (tmp_path / "restricted.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["exact"]) for row in rows] == [row["exact"] for row in result.rows]
