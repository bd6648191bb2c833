"""The studies xor and dense: numbers from the specification and from theory, and their pictures."""

from __future__ import annotations

import csv
import importlib
import math
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from figure_checks import assert_legible, drawn, words_of
from matplotlib.colors import to_rgba

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.plotting import style, theory_lines

STUDY = importlib.import_module("hopfield_sim.experiment.studies.dense.study")


@pytest.fixture(scope="module")
def xor() -> hs.experiment.Result:
    return hs.experiment.xor()


@pytest.fixture(scope="module")
def dense() -> hs.experiment.Result:
    return hs.experiment.dense([40], [2, 3], 60, exponential_sizes=[12], rng=1)


def test_xor_has_the_energies_of_the_specification(xor: hs.experiment.Result) -> None:
    assert len(xor.rows) == 2 * 5 * 8
    assert list(xor.rows[0]) == [
        "interaction", "order", "x", "y", "z", "energy", "memory", "solves",
    ]  # fmt: skip
    for row in xor.rows:
        word, n = row["interaction"], int(row["order"])
        product = int(row["x"]) * int(row["y"]) * int(row["z"])
        assert row["memory"] == (product == -1)
        if word == "polynomial":
            # Overlaps are 3, −1, −1, −1 on a memory and −3, 1, 1, 1 elsewhere.
            expected = -(3**n + 3 * (-1) ** n) if product < 0 else -((-3) ** n + 3)
            solves = n % 2 == 1 and n > 1
        else:
            expected = -(3**n) if product < 0 else -3
            solves = n > 1
        assert row["energy"] == expected
        assert row["solves"] == solves
    by_order = {r["order"]: r["energy"] for r in xor.rows if r["interaction"] == "polynomial"}
    assert (by_order[1], by_order[2], by_order[3], by_order[4]) == (0, -12, 24, -84)


def test_xor_in_words_and_as_a_picture(xor: hs.experiment.Result) -> None:
    words = importlib.import_module("hopfield_sim.experiment.studies.xor.study").STUDY.sentence(xor)
    assert words.startswith("Polynomial powers n = 3 and 5 solve it, n = 1, 2 and 4 do not")
    assert "rectified powers n = 2, 3, 4 and 5 solve it, n = 1 do not" in words
    figure = hs.plotting.xor(xor)
    assert [panel.get_title(loc="left") for panel in figure.axes] == [
        "F(x) = xⁿ", "F(x) = max(x, 0)ⁿ",
    ]  # fmt: skip
    for panel, verdicts in zip(figure.axes, ("nnyny", "nyyyy"), strict=True):
        texts = [text.get_text() for text in panel.texts]
        assert "".join(text[0] for text in texts if text in ("yes", "no")) == verdicts
        assert len(texts) == 5 * 9
        ticks = [label.get_text() for label in panel.get_xticklabels()]
        assert ticks[8:] == ["x\ny\nz", "solves"]
        signs = [[{"−": -1, "+": 1}[sign] for sign in tick.split("\n")] for tick in ticks[:8]]
        assert sorted(map(tuple, signs)) == sorted(product((-1, 1), repeat=3))  # the truth table
        frames = {p.get_x() for p in panel.patches if p.get_edgecolor() == to_rgba(style.INK)}
        memories = {k for k, (x, y, z) in enumerate(signs) if (z > 0) == ((x > 0) != (y > 0))}
        assert {int(x) for x in frames} == memories
    key = figure.legends[0]
    assert key.get_title().get_text().startswith("Exclusive or, z = x ⊕ y")
    assert [text.get_text() for text in key.get_texts()] == [
        "lower energy", "higher energy", "all equal: z undecided", "memory, z = x ⊕ y",
    ]  # fmt: skip
    assert_legible(figure)
    assert_legible(hs.plotting.xor([r for r in xor.rows if r["interaction"] == "polynomial"]))
    with pytest.raises(InvalidInputError, match="nothing to draw"):
        hs.plotting.xor([])


@pytest.mark.slow
def test_dense_errors_follow_the_exact_law(dense: hs.experiment.Result) -> None:
    at_rest = [row for row in dense.rows if row["update"] == "sync" and row["flipped"] == 0]
    assert len(at_rest) == 15
    for row in at_rest:
        trials = 60 * int(row["states"]) * int(row["n_neurons"])
        law = float(row["theory"])
        # Bits of one network are nearly independent.
        error = math.sqrt(max(law, 1 / trials) / trials)
        assert abs(float(row["error"]) - law) < 5 * error + 1 / trials
    powers = [row for row in at_rest if row["order"]]
    for row in powers:
        exponent = int(row["order"]) - 1
        assert row["load"] == int(row["n_patterns"]) / 40**exponent
    law = hs.theory.one_step_error(40, 80, order=3)
    assert [r["theory"] for r in powers if r["order"] == 3 and r["n_patterns"] == 80] == [law]


@pytest.mark.slow
def test_dense_capacities_and_words(dense: hs.experiment.Result) -> None:
    found = {row["order"]: row for row in dense.summary["capacity"]}
    for order, row in found.items():
        assert row["gaussian"] == pytest.approx(
            {2: 0.1507, 3: 0.0502}[order] * 40 ** (order - 1), rel=2e-3
        )
        assert abs(row["capacity"] - row["theory"]) < 4 * row["capacity_se"]
        p = range(1, 2000)
        exact = next(k for k in p if hs.theory.one_step_error(40, k, order=order) >= 0.005)
        assert row["theory"] == pytest.approx(exact, abs=1, rel=0.01)
    words = STUDY.STUDY.sentence(dense)
    assert f"exact law: {found[3]['theory']:.3g}" in words
    assert "12 neurons hold 2^(N/2) = 64 patterns" in words
    assert math.isnan(STUDY._crossing([1, 2], [[0.1, 0.2]], 1e-3)[0])


@pytest.mark.slow
def test_exponential_memories_and_spoilt_cues(dense: hs.experiment.Result) -> None:
    asked = [
        (row["flipped"], row["update"])
        for row in dense.rows
        if row["order"] == 0 and row["n_patterns"] == 64
    ]
    assert asked == [
        (0, "sync"), (1, "sync"), (2, "sync"), (0, "async"), (1, "async"), (2, "async"),
    ]  # fmt: skip
    rows = [row for row in dense.rows if row["order"] == 0 and row["n_patterns"] == 64]
    retrieved = [float(row["retrieved"]) for row in rows]
    assert retrieved[0] == retrieved[3] > retrieved[4] > retrieved[5] > 0  # fewer, the more spoilt
    assert retrieved[5] > retrieved[2]  # a sweep mends what a step does not
    assert all(math.isnan(float(row["theory"])) for row in rows[1:])


@pytest.mark.slow
def test_the_figure_has_theory_over_the_data(dense: hs.experiment.Result) -> None:
    figure = hs.plotting.dense(dense)
    titles = [panel.get_title(loc="left") for panel in figure.axes]
    assert titles == [
        "F(x) = x²",
        "F(x) = x³",
        "F(x) = exp(x)",
        "exp(x), N = 12, P = 64",
        "Capacity",
    ]
    cubic = figure.axes[1]
    labels = {line.get_label(): line for line in cubic.lines}
    rows = [row for row in dense.rows if row["order"] == 3]
    loads, law = labels["_law 40"].get_data()
    assert len(loads) > 50
    for row in rows:  # a smooth curve through the exact values
        assert law[np.abs(loads - row["load"]).argmin()] == pytest.approx(row["theory"], rel=1e-6)
    assert "0.5%: full" in [text.get_text() for text in cubic.texts]
    assert_legible(figure)
    limit = labels["limit N → ∞"]
    np.testing.assert_allclose(
        limit.get_ydata()[[0, -1]], [rows[0]["gaussian"], rows[-1]["gaussian"]], rtol=1e-3
    )
    assert "limit, 0.05024 N²" in [line.get_label() for line in figure.axes[-1].lines]
    given = figure.subplots(1, 5)
    assert hs.plotting.dense(dense, ax=given) is figure
    with pytest.raises(HopfieldError, match="column"):
        hs.plotting.dense([{"order": 3}])


def test_points_without_an_error_are_upper_limits() -> None:
    row = {
        "interaction": "polynomial",
        "order": 3,
        "n_neurons": 100,
        "flipped": 0,
        "update": "sync",
    }
    row |= {"retrieved": 1.0, "retrieved_se": 0.0, "error_se": 0.0}
    row |= {"networks": 20, "states": 50}
    points = [(100, 0.0), (300, 0.0), (800, 2e-3)]
    laws = [float(hs.theory.one_step_error(100, p, order=3)) for p, _ in points]
    rows = [
        row | {"n_patterns": p, "load": p / 1e4, "error": error, "theory": law, "gaussian": law}
        for (p, error), law in zip(points, laws, strict=True)
    ]
    figure = hs.plotting.dense(rows)
    (panel,) = figure.axes
    assert drawn(panel, "_none 100") == ([0.01, 0.03], [3e-5, 3e-5])  # 3 in 20 · 50 · 100 bits
    assert drawn(panel, "N = 100") == ([0.08], [2e-3])
    assert "none found, 95 % limit" in [t.get_text() for t in panel.get_legend().get_texts()]
    ticks = [text for text, _ in words_of(figure)]
    assert {"10⁻⁴", "10⁻³", "10⁻²"} <= set(ticks)
    # Between the points the curve is the law too: at 500 patterns, to a few per cent.
    counts, errors = theory_lines.smooth_errors(np.array([p for p, _ in points]), np.array(laws))
    between = np.exp(np.interp(500, counts, np.log(errors)))
    assert between == pytest.approx(hs.theory.one_step_error(100, 500, order=3), rel=0.1)
    assert_legible(figure)


def test_the_limit_of_high_powers_is_drawn_too() -> None:
    loads = np.array([0.001, 0.002])
    expected = [0.5 * math.erfc(math.sqrt(1 / (105 * x)) / math.sqrt(2)) for x in loads]
    np.testing.assert_allclose(theory_lines.dense_limit(loads, 5), expected, rtol=1e-2)


def test_wrong_questions() -> None:
    for ask, said in (
        (lambda: hs.experiment.dense(orders=[7]), "orders must be from 2 to 6"),
        (lambda: hs.experiment.dense(sizes=[3]), "sizes must be 4 or more"),
        (
            lambda: hs.experiment.dense(exponential_sizes=[31]),
            "exponential_sizes must be from 2 to 30",
        ),
        (lambda: hs.experiment.dense(states=0), "states"),
        (lambda: hs.experiment.dense([3000], [4]), "not enough memory"),
        (lambda: hs.experiment.xor(orders=[0]), "orders must be from 1 to 64"),
        (lambda: hs.experiment.xor(interactions=["exp"]), "interactions must be one of"),
    ):
        with pytest.raises(HopfieldError, match=said):
            ask()


@pytest.mark.slow
def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = str(tmp_path / "out")
    assert main(["xor", "--out", out]) == 0
    assert main(["dense", "--out", out, "--sizes", "20", "--trials", "2", "--quick"]) == 0
    with (tmp_path / "out" / "dense.csv").open() as file:
        table = list(csv.DictReader(file))
    assert {row["n_neurons"] for row in table if row["order"] == "3"} == {"20"}
    assert {row["networks"] for row in table} == {"2"}
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Exclusive or" in page
    assert "Dense memories" in page
    assert {path.suffix for path in (tmp_path / "out").iterdir()} >= {".csv", ".png", ".html"}
    # Another configuration does not fit the folder.
    assert main(["dense", "--out", out, "--trials", "3", "--quick"]) == 2
    assert main(["xor", "--out", out, "--trials", "3"]) == 2
    assert "xor takes no --trials" in capsys.readouterr().err


def test_videos_and_energy_curves_of_dense_recalls(tmp_path: Path) -> None:
    images = hs.glyphs("AB", 10).reshape(2, 10, 10)
    memory = hs.DenseMemory("rectified", 4).store(images)
    cue = hs.flip(images.reshape(2, -1), fraction=0.2, rng=0).reshape(images.shape)
    run = memory.recall(cue, record=("energy", "overlap", "states"), every=10, rng=1)
    assert (run.states == images).all()
    film = hs.plotting.video(run, tmp_path / "letters.gif", state=1)
    assert film.stat().st_size > 1000
    assert film.read_bytes()[:3] == b"GIF"
    figure = hs.plotting.energy(run)
    assert figure.axes[0].get_title(loc="left") == "N = 100, P = 2"
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), run.energy[:, 0])
