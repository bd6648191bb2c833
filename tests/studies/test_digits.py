"""The study of digits: which images it finds, what its table says, and its figures."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from anything import ANYTHING
from figure_checks import assert_legible, drawn
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from properties import given, settings

import hopfield_sim as hs
from hopfield_sim import datasets
from hopfield_sim.datasets.dataset import dataset
from hopfield_sim.errors import (
    DatasetFormatError,
    HopfieldError,
    InvalidInputError,
    InvalidTypeError,
    MissingDataError,
    MissingDependencyError,
)
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.common.files import provenance
from hopfield_sim.experiment.studies.digits import data as digits_data
from hopfield_sim.experiment.studies.digits.recipes import recipe
from hopfield_sim.experiment.studies.digits.study import STUDY
from hopfield_sim.experiment.sweeps.study import generator
from hopfield_sim.plotting import digits as draw

MNIST = Path(os.environ.get("HOPFIELD_DATA", "/nowhere")) / "train-images-idx3-ubyte.gz"
needs_mnist = pytest.mark.skipif(not MNIST.is_file(), reason="needs MNIST in $HOPFIELD_DATA")
needs_sklearn = pytest.mark.skipif(
    find_spec("sklearn") is None, reason="needs the extra data: scikit-learn"
)


def made(count: int = 1000) -> hs.datasets.Dataset:
    """Ten glyphs of 8 × 8, each moved, faded and covered with noise."""
    rng = np.random.default_rng(0)
    labels = np.arange(count) % 10
    images = (hs.glyphs("0123456789", size=8).reshape(10, 8, 8)[labels] > 0) * 200.0
    images = np.stack([np.roll(image, rng.integers(-1, 2), axis=1) for image in images])
    images = images * rng.uniform(0.5, 1, (count, 1, 1)) + rng.normal(0, 25, images.shape)
    parts = images.clip(0, 255).astype(np.uint8), labels
    train, test = ((part[:800] for part in parts), (part[800:] for part in parts))
    return dataset("digits", tuple(train), tuple(test), names=tuple("0123456789"))


@contextmanager
def machine_with_only_these() -> Iterator[None]:
    """What is made here are scikit-learn's digits, and there is nothing else."""
    digits_data.load.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "digits", made)
        patch.setattr(datasets, "mnist", absent("MNIST"))
        patch.setattr(datasets, "fashion_mnist", absent("Fashion-MNIST"))
        yield
    digits_data.load.cache_clear()


@pytest.fixture
def only_made() -> Iterator[None]:
    with machine_with_only_these():
        yield


def absent(name: str) -> Any:
    def look(path: Any = None) -> Any:
        raise MissingDataError(f"{name} is not here")

    return look


ARGUMENTS: dict[str, Any] = {"orders": [2, 12], "networks": 2, "epochs": 25, "n_memories": 40}


@pytest.fixture(scope="module")
def result() -> hs.experiment.Result:
    with machine_with_only_these():
        return hs.experiment.digits(**ARGUMENTS, rng=0)


def network(result: Any, cell: int, trial: int) -> tuple[hs.DenseClassifier, digits_data.Split]:
    """The same training again, by the public class alone."""
    config = result.config
    part = digits_data.split(made(), config["images"], 0)
    how = dict(config["recipes"][cell])
    how["temperature"] = tuple(how["temperature"])
    key = int(generator("digits", 0, cell, trial).integers(2**63))
    classifier = hs.DenseClassifier(40, config["orders"][cell], epochs=25, **how, rng=key)
    return classifier.fit(part.images, part.labels), part


# ------------------------------------------------------------------ what the table says


@pytest.mark.slow
def test_the_table_is_what_networks_trained_by_hand_give(result) -> None:
    errors, taking = [], []
    for trial in range(2):
        classifier, part = network(result, 1, trial)
        errors.append(1 - classifier.score(part.test_images, part.test_labels))
        taking.append(classifier.participation(part.test_images).mean())
    rows = [row for row in result.rows if row["order"] == 12]
    assert [row["epoch"] for row in rows] == list(range(1, 26))
    assert rows[-1]["test_error"] == pytest.approx(np.mean(errors))
    assert rows[-1]["test_error_se"] == pytest.approx(np.std(errors, ddof=1) / math.sqrt(2))
    assert rows[-1]["memories"] == pytest.approx(np.mean(taking))
    assert all(math.isnan(row["memories"]) for row in rows[:-1])
    assert rows[-1]["networks"] == 2
    assert [rows[0]["temperature"], rows[-1]["temperature"]] == recipe("digits", 12, 25, 603)[
        "temperature"
    ]


def test_it_learns(result) -> None:
    for row in result.summary["orders"]:
        assert row["test_error"] < 0.06
        assert row["train_error"] < 0.06
    assert len(result.rows) == 50


def test_pictures_are_the_first_networks(result) -> None:
    classifier, part = network(result, 0, 0)
    shown = result.summary["memories"][2]
    assert shown.shape == (40, 8, 8)
    np.testing.assert_allclose(
        shown.reshape(40, 64), classifier.memories_[:, :64], atol=0.51 / 127.5
    )
    quantiles = result.summary["participation"][2]
    taking = classifier.participation(part.test_images)
    assert quantiles[0] == pytest.approx(taking.min())
    assert quantiles[50] == pytest.approx(np.median(taking))


@pytest.mark.parametrize(("cell", "order"), [(0, 2), (1, 12)])
def test_shares_of_a_decision_by_definition(result, cell: int, order: int) -> None:
    """F(h⁺) − F(h⁻) of each memory in integers' own arithmetic: Python's, which has no overflow."""
    classifier, part = network(result, cell, 0)
    xi = classifier.memories_.astype(float).tolist()
    for found in result.summary["decisions"][order]:
        image = (found["image"].ravel()).tolist()
        where = [i for i, one in enumerate(part.test_images) if np.allclose(
            one / 127.5 - 1, found["image"], atol=1e-9)]  # fmt: skip
        assert str(part.test_labels[where[0]]) == found["label"]
        winner = int(found["winner"])
        votes = []
        for memory in xi:
            seen = sum(m * v for m, v in zip(memory[:64], image, strict=True))
            low = seen - sum(memory[64:])
            votes.append(max(low + 2 * memory[64 + winner], 0) ** order - max(low, 0) ** order)
        total = sum(map(abs, votes))
        best = sorted(range(40), key=lambda k: -abs(votes[k]))[:5]
        assert found["voters"] == best
        np.testing.assert_allclose(found["shares"], [votes[k] / total for k in best], rtol=1e-4)
        np.testing.assert_array_equal(
            found["images"][0], result.summary["memories"][order][best[0]]
        )
    labels = [found["label"] for found in result.summary["decisions"][order]]
    assert len(set(labels)) == 3


def test_votes_are_what_decide_takes_the_tanh_of(result) -> None:
    classifier, part = network(result, 0, 0)
    votes = classifier.votes(part.test_images)
    np.testing.assert_allclose(np.tanh(votes), classifier.decide(part.test_images), atol=1e-12)
    one = classifier.votes(part.test_images[3])
    np.testing.assert_allclose(one, votes[3], rtol=1e-3, atol=1e-3)  # float32, another product


def test_from_features_to_prototypes(result) -> None:
    """With n = 12 a few memories decide, and the one that decides looks like the image."""
    low, high = result.summary["orders"]
    assert low["memories"] > 2 * high["memories"]
    alike = {}
    for order, decisions in result.summary["decisions"].items():
        alike[order] = [
            np.corrcoef(found["image"].ravel(), found["images"][np.argmax(found["shares"])].ravel())
            for found in decisions
        ]
    assert min(a[0, 1] for a in alike[12]) > max(a[0, 1] for a in alike[2])


def test_workers_change_nothing(result, only_made) -> None:
    again = hs.experiment.digits(**ARGUMENTS, workers=1, rng=0)
    for one, other in zip(result.rows, again.rows, strict=True):
        assert {k: v for k, v in one.items() if v == v} == {
            k: v for k, v in other.items() if v == v
        }


def test_the_sentence_has_the_numbers_and_says_what_was_learnt_from(result) -> None:
    text = STUDY.sentence(result)
    assert "40 memories learnt from 603 images of scikit-learn's digits of 8 × 8." in text
    for row in result.summary["orders"]:
        assert f"{100 * row['test_error']:.1f} % with n = {row['order']}" in text
        assert f"({row['memories']:.1f}" in text
    assert "From features to prototypes" in text
    alike = [row | {"memories": 5.0} for row in result.summary["orders"]]
    same = hs.experiment.Result("digits", result.rows, result.config, {"orders": alike})
    assert "From features" not in STUDY.sentence(same)


# ------------------------------------------------------------------ which images


def test_the_first_set_that_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {name: made() for name in ("mnist", "fashion_mnist", "digits")}
    for name, found in seen.items():
        monkeypatch.setattr(datasets, name, lambda path=None, found=found: found)
    assert digits_data.find(()) == (seen["mnist"], None)
    assert digits_data.find((), "fashion_mnist")[0] is seen["fashion_mnist"]
    monkeypatch.setattr(datasets, "mnist", absent("MNIST"))
    assert digits_data.find(())[0] is seen["fashion_mnist"]
    monkeypatch.setattr(datasets, "fashion_mnist", absent("Fashion-MNIST"))
    assert digits_data.find(())[0] is seen["digits"]


def test_a_damaged_set_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(path: Any = None) -> Any:
        raise DatasetFormatError("MNIST is damaged")

    monkeypatch.setattr(datasets, "mnist", damaged)
    with pytest.raises(DatasetFormatError):
        digits_data.find(())
    monkeypatch.setattr(datasets, "fashion_mnist", lambda path=None: made())
    assert digits_data.find(["folder"])[1] == os.path.abspath("folder")
    monkeypatch.setattr(datasets, "fashion_mnist", damaged)
    for data in ("auto", "mnist"):
        with pytest.raises(DatasetFormatError):
            digits_data.find("folder", data)


def test_nothing_to_learn_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> Any:
        raise MissingDependencyError("no scikit-learn")

    monkeypatch.setattr(datasets, "digits", missing)
    monkeypatch.setattr(datasets, "fashion_mnist", absent("Fashion-MNIST"))
    monkeypatch.setenv("HOPFIELD_DATA", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert main(["digits", "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert "error: no images to learn from are here." in said
    assert "pip install 'hopfield_sim[data]'" in said
    assert "MNIST is not here: train-images-idx3-ubyte" in said
    assert "--file" in said
    assert main(["--help"]) == 0  # which works all the same, and so does that of the study
    assert main(["digits", "--help"]) == 0
    assert "--file PATH" in capsys.readouterr().out
    assert main(["digits", "--file", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    assert "MNIST is not here" in capsys.readouterr().err


def test_a_split_is_the_same_for_all_and_shares_no_image(only_made) -> None:
    part, again = (digits_data.split(made(), 300, 7) for _ in range(2))
    np.testing.assert_array_equal(part.images, again.images)
    assert len(part.images) == len(part.labels) == 300
    assert len(part.test_images) == 397
    both = {image.tobytes() for image in part.images} & {i.tobytes() for i in part.test_images}
    assert not both
    assert digits_data.split(made(), 300, 8).images[0].tobytes() != part.images[0].tobytes()
    other = dataset("mnist", (made().train_images, made().train_labels), (made().test_images, None))
    whole = digits_data.split(other, 800, 0)
    assert whole.images is other.train_images
    some = digits_data.split(other, 100, 0)
    assert len(some.images) == 100
    assert some.test_images is other.test_images


# ------------------------------------------------------------------ recipes


def test_between_known_powers_recipes_lie_between() -> None:
    three, eight, twenty = (recipe("mnist", n, 40, 60000) for n in (3, 8, 20))
    for low, middle, high in zip(*(r["temperature"] for r in (three, eight, twenty)), strict=True):
        assert low < middle < high
    assert three["cost"] == eight["cost"] == 4
    assert twenty["cost"] == 10
    assert recipe("mnist", 64, 40, 60000)["temperature"] == [0.9, 0.64]
    assert recipe("digits", 2, 60, 1400)["batch"] == 28
    assert three["rate"] * three["damp"] ** 40 == pytest.approx(0.05 * three["rate"], rel=1e-3)


def test_full_learns_for_two_hundred_epochs(monkeypatch: pytest.MonkeyPatch) -> None:
    train = (np.zeros((6000, 28, 28), np.uint8), np.arange(6000) % 10)
    known = dataset("mnist", train, (train[0][:10], train[1][:10]))
    monkeypatch.setattr(datasets, "mnist", lambda path=None: known)
    config = STUDY(**STUDY.large, rng=0).config
    assert config["epochs"] == 200
    assert config["images"] == 6000
    assert config["n_memories"] == 100


# ------------------------------------------------------------------ the command line


@pytest.mark.slow
def test_the_command_line_says_which_images_and_resumes(
    only_made, tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch
) -> None:

    small = {"orders": [2, 12], "epochs": 3, "n_memories": 5}
    monkeypatch.setattr(STUDY, "small", small)
    words = ["digits", "--quick", "--trials", "2", "--out", str(tmp_path)]
    assert main(words) == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "5 memories learnt from 603 images of scikit-learn" in page
    first = (tmp_path / "digits.csv").read_bytes()
    rows = list(csv.DictReader(first.decode().splitlines()))
    assert list(rows[0])[:3] == ["order", "epoch", "networks"]
    assert {"train_error", "test_error", "test_error_se", "memories"} <= set(rows[0])
    for name in ("digits.png", "digits-participation.png", "digits-decisions.png"):
        assert (tmp_path / name).stat().st_size > 1000
    (tmp_path / "digits.csv").unlink()
    monkeypatch.setattr("hopfield_sim.experiment.sweeps.trial.run", None)  # nothing is left to do
    assert main(words) == 0
    assert (tmp_path / "digits.csv").read_bytes() == first
    capsys.readouterr()
    assert main(["digits", "--sizes", "10", "--out", str(tmp_path)]) == 2
    assert "digits takes no --sizes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("orders", 3, InvalidTypeError),
        ("orders", [1], InvalidInputError),
        ("orders", [65], InvalidInputError),
        ("orders", [], InvalidInputError),
        ("orders", [2.5], InvalidTypeError),
        ("networks", 0, InvalidInputError),
        ("n_memories", 1, InvalidInputError),
        ("images", 99, InvalidInputError),
        ("epochs", 0, InvalidInputError),
        ("epochs", "ten", InvalidTypeError),
        ("data", "minst", InvalidInputError),
        ("full", 1, InvalidTypeError),
        ("files", ["a", "b"], InvalidInputError),
        ("backend", "gpu", InvalidInputError),
    ],
)
def test_bad_arguments_are_named(only_made, argument: str, value: Any, error: Any) -> None:
    with pytest.raises(error, match=argument):
        hs.experiment.digits(**{argument: value})


TINY = made()
TAKERS = {
    **{
        name: lambda x, name=name: STUDY(**{name: x})
        for name in (
            "files",
            "orders",
            "networks",
            "data",
            "n_memories",
            "images",
            "epochs",
            "full",
        )
    },
    "figure": lambda x: draw([{"order": 2, "epoch": 1, "train_error": 0, "test_error": 0}], x),
    "rows": draw,
}


@settings(max_examples=100)
@given(value=ANYTHING)
def test_nothing_crashes_whatever_comes_in(value: Any) -> None:
    with machine_with_only_these(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(datasets, "digits", lambda: TINY)
        for name, function in TAKERS.items():
            try:
                function(value)
            except HopfieldError as error:
                said = str(error)
            except Exception as error:
                raise AssertionError(f"{name} raised {error!r}") from error
            else:
                continue
            assert len(said) > 10, name


def test_the_small_digits_have_no_folder(only_made, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="take no files"):
        hs.experiment.digits(tmp_path, data="digits")


# ------------------------------------------------------------------ figures


def test_memories_are_drawn_in_red_and_blue_beside_their_errors(result) -> None:
    figure = draw(result)
    assert_legible(figure)
    tiles, curves = figure.axes[0], figure.axes[2]
    assert tiles.get_title(loc="left") == "n = 2"
    assert len(tiles.images) == 36
    memories = result.summary["memories"][2]
    for image, memory in zip(tiles.images, memories, strict=False):
        np.testing.assert_array_equal(image.get_array(), memory)
        assert (image.norm.vmin, image.norm.vmax) == (-1, 1)
    red, blue = (np.array(tiles.images[0].cmap(end)[:3]) for end in (1.0, 0.0))
    assert red.argmax() == 0
    assert blue.argmax() == 2
    assert min(tiles.images[0].cmap(0.5)[:3]) > 0.95
    for label, name in (("training", "train_error"), ("test", "test_error")):
        x, y = drawn(curves, label)
        rows = [row for row in result.rows if row["order"] == 2]
        assert x == [row["epoch"] for row in rows]
        assert y == [row[name] for row in rows]
    assert curves.get_yscale() == "log"


def test_class_neurons_are_small_bars_below_their_memory(result) -> None:
    classifier, part = network(result, 0, 0)
    order = result.config["orders"][0]
    classes = classifier.memories_[:, part.images[0].size :]
    np.testing.assert_allclose(result.summary["classes"][order], classes, atol=1 / 255)
    figure = draw(result)
    tiles = figure.axes[0]
    bars = [group for group in tiles.collections if isinstance(group, PolyCollection)]
    assert len(bars) == len(tiles.images)
    for group, neurons, image in zip(bars, classes, tiles.images, strict=False):
        left, right, bottom, _ = image.get_extent()
        corners = np.array([path.vertices[:4] for path in group.get_paths()])
        assert len(corners) == 10
        heights = corners[:, 0, 1] - corners[:, 2, 1]  # the axis points down
        longest = np.abs(neurons).argmax()
        share = heights / heights[longest]
        np.testing.assert_allclose(share, neurons / neurons[longest], atol=0.02)
        assert np.sign(heights[longest]) == np.sign(neurons[longest])
        assert (corners[..., 1] > bottom).all()  # below the image
        assert left <= corners[..., 0].min() <= corners[..., 0].max() <= right
    older = SimpleNamespace(
        rows=result.rows, summary={k: v for k, v in result.summary.items() if k != "classes"}
    )
    assert not draw(older).axes[0].collections  # results without them are drawn too


def test_how_many_decide_is_drawn_with_its_spread(result) -> None:
    figure = draw(result, "participation")
    assert_legible(figure)
    left, right = figure.axes
    for place, order in enumerate((2, 12)):
        quantiles = result.summary["participation"][order]
        at = [line for line in left.lines if set(line.get_xdata()) == {place}]
        assert [list(line.get_ydata()) for line in at] == [
            [quantiles[5], quantiles[95]],
            [quantiles[25], quantiles[75]],
            [quantiles[50]],
        ]
    heights = [float(line.get_ydata()[0]) for line in right.lines]
    assert result.summary["orders"][1]["test_error"] in heights


def test_decisions_are_drawn_with_shares(result) -> None:
    figure = draw(result, "decisions")
    assert_legible(figure)
    panel = figure.axes[0]
    assert len(panel.images) == 2 * 3 * 6
    words = [text.get_text() for text in panel.texts]
    first = result.summary["decisions"][2][0]
    assert f"→ {first['winner']}" in words
    assert f"{round(100 * first['shares'][0])} %".replace("-", "−") in words
    assert "n = 12" in words


def test_long_names_of_classes_keep_to_their_image(result) -> None:
    decisions = {
        order: [found | {"winner": "ankle boot", "label": "T-shirt/top"} for found in row]
        for order, row in result.summary["decisions"].items()
    }
    summary = result.summary | {"decisions": decisions}
    renamed = hs.experiment.Result("digits", result.rows, result.config, summary)
    assert_legible(draw(renamed, "decisions"))


@pytest.mark.parametrize("figure", ["memories", "participation", "decisions"])
def test_axes_of_your_own(result, figure: str) -> None:
    count = {"memories": 4, "participation": 2, "decisions": 1}[figure]
    own = Figure()
    axes = own.subplots(1, count, squeeze=False)
    assert draw(result, figure, ax=axes) is own
    with pytest.raises(HopfieldError):
        draw(result, figure, ax=list(axes.ravel()) * 2)


def test_figures_need_their_rows_and_their_part(result) -> None:
    with pytest.raises(InvalidInputError, match='did you mean "memories"'):
        draw(result, "memory")
    with pytest.raises(InvalidInputError, match="no 'memories' in its summary"):
        draw(result.rows)
    with pytest.raises(InvalidInputError, match="no column 'order'"):
        draw([{"epoch": 1}])


def test_the_page(result) -> None:
    pages = STUDY.page(result)
    assert [stem for stem, _, _ in pages.figures] == [
        "digits", "digits-participation", "digits-decisions",
    ]  # fmt: skip
    assert all(isinstance(figure, Figure) for _, _, figure in pages.figures)
    (_, table) = pages.tables[0]
    assert [row["n"] for row in table] == [2, 12]
    assert table[0]["wrong in the test"] == (
        f"{100 * result.summary['orders'][0]['test_error']:.1f} %"
    )


# ------------------------------------------------------------------ real images


@pytest.mark.slow
@needs_sklearn
def test_small_digits_reach_what_is_expected() -> None:
    """1400 of 8 × 8 pixels, K = 50, 60 epochs: 2.5 % of 397 wrong at n = 2, 1.8 % at 3, ± 1.5 %."""
    digits_data.load.cache_clear()
    result = hs.experiment.digits(data="digits", orders=[2, 3], networks=1, rng=0)
    assert result.summary["source"] == "digits"
    assert result.config["images"] == 1400
    for row, expected in zip(result.summary["orders"], (0.025, 0.018), strict=True):
        assert row["test_error"] == pytest.approx(expected, abs=0.015)


@pytest.mark.slow
@needs_mnist
def test_mnist_shows_the_transition() -> None:
    """A twelfth of MNIST, 30 epochs: errors of 8 to 9 % with seeds 0 to 2, ratios of 3.8 to 4.7."""
    digits_data.load.cache_clear()
    result = hs.experiment.digits(
        MNIST.parent, orders=[3, 30], images=5000, epochs=30, n_memories=60, rng=0
    )
    digits_data.load.cache_clear()
    assert result.summary["title"] == "MNIST"
    assert result.config["path"] == str(MNIST.parent)
    low, high = result.summary["orders"]
    assert max(low["test_error"], high["test_error"]) < 0.1
    assert low["memories"] > 3 * high["memories"]


def test_a_collapse_is_said(only_made) -> None:
    """One network of two whose steps are far too large, by the count of what it leaves."""
    study = STUDY(orders=[20], networks=2, epochs=2, rng=0)
    good = study.trial({"order": 20}, np.random.default_rng(0))
    assert not good["collapsed"]
    study.config["recipes"][0]["rate"] = 1.0
    with pytest.warns(UserWarning, match="learning has collapsed"):
        bad = study.trial({"order": 20}, np.random.default_rng(0))
    assert bad["collapsed"]
    STUDY.page(study.gather([[bad]]))  # drawn without a warning, though nobody decides
    old = {name: value for name, value in good.items() if name != "collapsed"}  # of a folder
    text = STUDY.sentence(study.gather([[good, bad]]))
    assert "Collapsed: 1 with n = 20 (of 2 networks each)" in text
    assert "Collapsed" not in STUDY.sentence(study.gather([[good, old]]))
    data = f"Data, by SHA-256: scikit-learn's digits of 8 × 8 {made().sha256[:12]}."
    assert provenance(study.config) == data
