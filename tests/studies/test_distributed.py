"""The distributed study: its table, its sentence, its figures, and what the command line does."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from figure_checks import assert_legible
from figure_checks import drawn as curve
from PIL import Image

import hopfield_sim as hs
from hopfield_sim.errors import (
    HopfieldError,
    InvalidInputError,
    InvalidTypeError,
    MissingDataError,
)
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.cli import driver
from hopfield_sim.experiment.cli.options import parse
from hopfield_sim.experiment.common.files import provenance
from hopfield_sim.experiment.common.packing import pack_images, unpack_images
from hopfield_sim.experiment.studies.distributed import pictures
from hopfield_sim.experiment.studies.distributed.page import page
from hopfield_sim.experiment.studies.distributed.pictures import images_of
from hopfield_sim.experiment.studies.distributed.study import FULL, QUICK, STUDY
from hopfield_sim.plotting.studies.distributed import approximation

SMALL = {
    "sizes": [30],
    "networks": 3,
    "n_patterns": 40,
    "betas": [5, 20],
    "n_features": [300, 1200],
    "counts": [10, 40],
    "count_features": 600,
    "kernel_sizes": [16],
    "kernel_betas": [1, 10, 600],
    "kernel_features": [500],
    "image_size": 8,
    "image_betas": [40, 80],
    "image_features": [500, 2000],
    "queries": 20,
    "data": "tiles",  # on every machine the same
}


@pytest.fixture(scope="module")
def result() -> hs.experiment.Result:
    return hs.experiment.distributed(**SMALL, rng=0)


def rows_of(result, **wanted) -> list[dict]:
    return [row for row in result.rows if all(row[k] == v for k, v in wanted.items())]


@pytest.mark.slow
def test_the_table_has_every_point(result) -> None:
    counts = {
        "trajectories": 1,
        "compression": 1,
        "approximation": 2 * 2 * 3,
        "images": 2 * 2,
        "patterns": 2 * 2 * 3,
        "kernels": 3 * 4 * 2,
    }
    assert {row["part"]: len(rows_of(result, part=row["part"])) for row in result.rows} == counts
    for row in result.rows:
        assert row["energy_error"] >= 0
        assert row["gradient_error"] >= 0
        assert row["networks"] == (1 if row["at"] == "hidden" else 3)
        assert row["n_features"] > 0
        assert 0 <= row["retrieved"] <= 1 or math.isnan(row["retrieved"])
    assert len({tuple(row) for row in result.rows}) == 1


@pytest.mark.slow
def test_the_errors_are_those_that_theory_predicts(result) -> None:
    rows = [r for r in result.rows if math.isfinite(r["energy_theory"]) and r["part"] != "kernels"]
    assert len(rows) >= 18
    ratios = [r["energy_error"] / r["energy_theory"] for r in rows]
    # Queries of a network share its directions, so three networks leave some 30 % of spread.
    assert np.median(ratios) == pytest.approx(1.0, abs=0.25)
    few, many = (
        np.mean([r["energy_error"] for r in rows_of(result, part="approximation", n_features=y)])
        for y in (300, 1200)
    )
    assert 1.3 < few / many < 3.0


def test_kernels_rank_as_they_should(result) -> None:
    for beta in (1.0, 10.0, 600.0):
        sincos, cos, exp, expexp = (
            rows_of(result, kernel=kernel, part="kernels", energy="log", beta=beta)[0][
                "energy_error"
            ]
            for kernel in ("sincos", "cos", "exp", "expexp")
        )
        assert sincos < cos
        if beta > 1:
            assert cos < 0.5 * min(exp, expexp)
    plain = rows_of(result, kernel="sincos", part="kernels", energy="plain", beta=600.0)[0]
    assert plain["energy_error"] < 1e-3  # of 1/600 each


def test_images_need_more_features_for_larger_beta(result) -> None:
    def off(beta: float, count: int) -> float:
        return rows_of(result, part="images", beta=beta, n_features=count)[0]["state_error"]

    assert off(40.0, 2000) < off(40.0, 500)
    assert off(80.0, 2000) < off(80.0, 500)
    compression = result.summary["compression"]
    assert compression["numbers"] == 2 * 2000
    assert compression["pixels"] == 20 * 3 * 64


def test_the_sentence_states_numbers_of_the_table(result) -> None:
    text = STUDY.sentence(result)
    assert "The memory of 20 images holds 4000 numbers in place of 3840 pixels, 1.04 times" in text
    assert "before 21 images" in text
    assert "from Y = 300 to 1200" in text
    assert "sincos" in text.split("geometric mean")[1][:40]
    rows = rows_of(result, part="approximation", at="memory")
    slopes = []
    for beta in (5.0, 20.0):
        few, many = (
            r["energy_error"]
            for y in (300, 1200)
            for r in rows
            if (r["beta"], r["n_features"]) == (beta, y)
        )
        slopes.append(math.log(many / few) / math.log(4))
    assert f"Y^({np.mean(slopes):.2f})" in text


def test_photographs_are_taken_where_they_are_and_the_text_follows_the_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    photographs = rng.integers(0, 256, (40, 32, 32, 3)).astype(np.uint8)
    photographs[1] = photographs[0]  # a copy is left out
    made = SimpleNamespace(train_images=photographs, sha256="0123456789abcdef")

    def missing() -> None:
        raise MissingDataError("none here")

    pictures._photographs.cache_clear()
    monkeypatch.setattr(hs.datasets, "cifar10", lambda: made)
    config = STUDY(data="auto", image_size=16).config
    assert (config["data"], config["origin"]) == ("cifar10", {"CIFAR-10": made.sha256})
    flat = images_of(config, 20)
    assert flat.shape == (20, 768)
    by_hand = photographs[2].reshape(16, 2, 16, 2, 3).mean(axis=(1, 3)) / 255
    np.testing.assert_allclose(
        flat[1].reshape(16, 16, 3) * math.sqrt(768), by_hand, atol=0.51 / 255
    )
    pictures._photographs.cache_clear()
    few = SimpleNamespace(train_images=photographs[:20], sha256="")  # two are the same
    monkeypatch.setattr(hs.datasets, "cifar10", lambda: few)
    assert STUDY(data="auto").config["data"] == "tiles"
    with pytest.raises(MissingDataError, match="20 different photographs are needed; found 19"):
        STUDY(data="cifar10")
    monkeypatch.setattr(hs.datasets, "cifar10", missing)
    assert STUDY(data="auto").config["data"] == "tiles"
    with pytest.raises(MissingDataError):
        STUDY(data="cifar10")


def test_a_blend_is_called_one(result) -> None:
    packed = result.summary["compression"]
    originals, exact, cues = (
        unpack_images(packed["images"][name]) / 255.0 for name in ("originals", "exact", "cues")
    )
    given = (cues == originals).all(axis=-1).mean()
    assert given == pytest.approx(0.6, abs=0.02)  # whole pixels
    # The five that are shown, against all twenty.
    shown = np.sqrt(((exact - originals)[cues != originals] ** 2).mean())
    assert packed["exact_off"] == pytest.approx(shown, abs=0.05)
    text = STUDY.sentence(result)
    assert f"exact memory: {packed['exact_off']:.2f}" in text
    assert ("recalls a blend" in text) == (packed["exact_off"] > 0.05)
    title = page(result).figures[1][2].legends[0].get_title().get_text().replace("\n", " ")
    assert f"exact {packed['exact_off']:.2f}" in title


@pytest.mark.slow
def test_the_same_seed_gives_the_same_table_whoever_computes(result) -> None:
    tiny = SMALL | {"networks": 1, "kernel_betas": [1], "image_betas": [40], "counts": [10]}
    one = hs.experiment.distributed(**tiny, rng=3, workers=1)
    two = hs.experiment.distributed(**tiny, rng=3, workers=2)
    np.testing.assert_equal(one.rows, two.rows)
    other = hs.experiment.distributed(**tiny, rng=4)
    assert one.rows[2]["energy_error"] != other.rows[2]["energy_error"]


def test_images_go_into_text_and_back() -> None:
    images = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 3), dtype=np.uint8)
    np.testing.assert_array_equal(unpack_images(pack_images(images)), images)
    memories = images_of({"image_size": 8, "seed": 0}, 5)
    assert memories.shape == (5, 192)
    squares = ((memories[:, None] - memories) ** 2).sum(axis=2)
    assert 0 < squares.max() <= 1  # as the scale promises


# ------------------------------------------------------------------ figures


@pytest.mark.parametrize("figure", ["approximation", "patterns", "kernels", "images"])
def test_figures_show_the_rows(result, figure) -> None:
    drawn = hs.plotting.distributed(result, figure)
    panels = drawn.axes
    x, y = {
        "approximation": ("n_features", "energy_error"),
        "patterns": ("n_patterns", "energy_error"),
        "kernels": ("beta", "energy_error"),
        "images": ("n_features", "state_error"),
    }[figure]
    first = rows_of(result, part=figure)[0]
    same = {k: first[k] for k in ("kernel", "energy", "at", "n_neurons") if figure != "images"}
    if figure != "kernels":
        same["beta"] = first["beta"]
    rows = sorted(rows_of(result, part=figure, **same), key=lambda row: row[x])
    curves = [line.get_xydata().tolist() for line in panels[0].lines]
    assert [[row[x], row[y]] for row in rows] in curves
    assert len(panels) == {"approximation": 9, "patterns": 6, "kernels": 2, "images": 2}[figure]
    assert panels[-1].get_xlabel()
    words = drawn.legends[0].get_title().get_text()
    assert "random binary memories" in words or "colour images" in words


def test_theory_is_drawn_over_the_data(result) -> None:
    rows = rows_of(result, part="approximation", n_neurons=30)
    drawn = approximation(rows, 30)
    dashed = [line for line in drawn.axes[0].lines if line.get_linestyle() == "--"]
    wanted = rows_of(result, part="approximation", at="memory", beta=5.0)
    assert dashed[0].get_ydata().tolist() == [row["energy_theory"] for row in wanted]


def test_points_where_descent_does_not_work_are_hollow() -> None:
    row = {"part": "approximation", "kernel": "sincos", "energy": "log", "at": "near"}
    row |= {
        "n_neurons": 30,
        "n_patterns": 9,
        "beta": 20.0,
        "networks": 1,
        "energy_theory": math.nan,
    }
    points = [(400, 0.06, 0.1), (1600, 0.04, 0.3), (6400, 0.01, 0.1)]  # 1/β is 0.05
    rows = [
        row | {"n_features": y, "energy_error": e, "gradient_error": 2 * e, "state_error": bits}
        for y, e, bits in points
    ]
    rows = [one | {"at": at} for at in ("memory", "near", "random") for one in rows]
    figure = approximation(rows, 30)
    energy, gradient, state = figure.axes[::3]
    assert curve(energy, "_lost") == ([400], [0.06])
    assert curve(state, "_lost") == ([400], [0.1])
    failed = {"energy_error": math.nan, "gradient_error": math.nan, "state_error": math.nan}
    approximation([one | failed for one in rows], 30)  # no error where all trials failed
    line = next(line for line in state.lines if line.get_label() == "_lost")
    assert line.get_markerfacecolor() == "white"
    assert curve(state, "_chance")[1] == [0.5, 0.5]
    for panel in (energy, gradient):
        (left, right), (high, low) = curve(panel, "_guide")
        assert math.log(low / high) / math.log(right / left) == pytest.approx(-0.5)
    assert "Hollow" in figure.legends[0].get_title().get_text()
    assert_legible(figure)
    fine = approximation([one | {"energy_error": 0.001} for one in rows], 30)
    assert "Hollow" not in fine.legends[0].get_title().get_text()


def test_figures_in_axes_of_your_own_and_bad_input(result) -> None:
    from matplotlib.figure import Figure

    for figure, count in [("patterns", 6), ("kernels", 2), ("images", 2)]:
        own = Figure()
        axes = own.subplots(1, count)
        assert hs.plotting.distributed(result, figure, ax=axes) is own
        with pytest.raises(InvalidInputError, match="ax must hold"):
            hs.plotting.distributed(result, figure, ax=axes[:1])
    with pytest.raises(InvalidInputError, match="figure must be one of"):
        hs.plotting.distributed(result, "pictures")
    with pytest.raises(InvalidInputError, match="no rows of the part"):
        hs.plotting.distributed(rows_of(result, part="images"), "kernels")
    with pytest.raises(HopfieldError, match="no column"):
        hs.plotting.distributed([{"rule": 1}])


def test_the_page_has_all_six_figures(result) -> None:
    found = page(result)
    assert [stem for stem, _, _ in found.figures] == [
        "distributed-trajectories",
        "distributed-compression",
        "distributed-approximation-30",
        "distributed-images",
        "distributed-images-recalled",
        "distributed-patterns",
        "distributed-kernels",
    ]
    (caption, table) = found.tables[0]
    assert "pixels" in caption
    assert [row["T / pixels"] for row in table] == [round(4000 / 768, 2), round(4000 / 3840, 2)]
    panel = found.figures[0][2].axes[0]
    energies = np.array(result.summary["trajectories"]["curves"]["exact"]["energy"])
    np.testing.assert_array_equal(panel.lines[0].get_ydata(), energies[:, 0])
    assert len(panel.lines) == 8  # four images in two memories
    # Nearly the same curves: by the end they differ by less than a tenth of the way down.
    other = np.array(result.summary["trajectories"]["curves"]["distributed"]["energy"])
    assert np.abs(other[-1] - energies[-1]).max() < 0.2 * np.abs(energies[0] - energies[-1]).max()


# ------------------------------------------------------------------ the command line


@pytest.mark.slow
def test_the_command_line_writes_and_resumes(tmp_path: Path, capsys, monkeypatch) -> None:
    tiny = SMALL | {"networks": 1, "kernel_betas": [1], "image_betas": [40], "counts": [10]}
    monkeypatch.setattr(STUDY, "small", tiny)
    out = tmp_path / "out"
    command = ["distributed", "--quick", "--out", str(out)]
    assert main(command) == 0
    first = (out / "distributed.csv").read_bytes()
    rows = list(csv.DictReader(first.decode().splitlines()))
    assert rows[0]["part"] == "trajectories"
    for name in ("distributed-kernels.png", "report.html", "distributed-approximation-30.png"):
        assert (out / name).stat().st_size > 1000
    monkeypatch.setattr("hopfield_sim.experiment.sweeps.trial.run", None)  # nothing is left to do
    (out / "distributed.csv").unlink()
    assert main(command) == 0
    assert (out / "distributed.csv").read_bytes() == first
    capsys.readouterr()


def test_full_is_the_papers_size_and_only_where_there_is_one(capsys, tmp_path) -> None:
    options = parse(["distributed", "--full"])
    config = driver._configure(STUDY, options).config
    assert config["n_features"][-1] == 500_000
    assert config["image_size"] == 64
    assert config == STUDY(**FULL, rng=0).config
    work = [
        np.prod([sum(size["n_features"]), sum(size["image_features"])]) for size in (FULL, QUICK)
    ]
    assert work[0] > 1000 * work[1]
    assert main(["distributed", "--full", "--quick", "--out", str(tmp_path)]) == 2
    assert "exclude each other" in capsys.readouterr().err
    assert main(["capacity", "--full", "--out", str(tmp_path)]) == 2
    assert (
        "capacity takes no --full; it is for alpha-c, digits, distributed, phase"
        in capsys.readouterr().err
    )
    assert main(["distributed", "--rules", "hebbian", "--out", str(tmp_path)]) == 2
    assert "takes no --rules" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("sizes", 30, InvalidTypeError),
        ("sizes", [1], InvalidInputError),
        ("networks", 0, InvalidInputError),
        ("n_patterns", 0, InvalidInputError),
        ("betas", [0.0], InvalidInputError),
        ("betas", [], InvalidInputError),
        ("n_features", [0], InvalidInputError),
        ("counts", [1.5], InvalidTypeError),
        ("kernel_betas", [-1], InvalidInputError),
        ("image_size", 4, InvalidInputError),
        ("queries", 0, InvalidInputError),
    ],
)
def test_bad_arguments_are_named(argument, value, error) -> None:
    with pytest.raises(error, match=argument):
        hs.experiment.distributed(**{argument: value})


def test_pictures_of_ones_own(tmp_path: Path) -> None:
    """The central squares of the files, however many there are, up to twenty."""
    for k in range(3):
        pixels = np.random.default_rng(k).integers(0, 256, (24, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{k}.png")
    study = STUDY(files=[tmp_path], image_size=8)
    assert study.config["data"] == "files"
    counts = {c.values["part"]: c.values.get("n_patterns") for c in study.cells()}
    assert [counts[part] for part in ("trajectories", "compression", "images")] == [3, 3, 3]
    stored = images_of(study.config, 3).reshape(3, 8, 8, 3) * 255 * np.sqrt(8 * 8 * 3)
    pixels = np.array(Image.open(tmp_path / "1.png"))[:, 3:27].astype(float)
    wanted = pixels.reshape(8, 3, 8, 3, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(stored[1], np.rint(wanted), atol=0.01)
    assert provenance(study.config).startswith("Data, by SHA-256: ")
    Image.open(tmp_path / "1.png").save(tmp_path / "2.png")
    with pytest.raises(InvalidInputError, match="at least two different pictures; got 3, 2"):
        STUDY(files=[tmp_path], image_size=8)
