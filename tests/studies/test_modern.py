"""The studies of modern Hopfield networks: their tables, sentences, figures and pages."""

from __future__ import annotations

import math
import os
from pathlib import Path

import numpy as np
import pytest
from figure_checks import assert_legible, drawn
from matplotlib.figure import Figure

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.studies.images.study import STUDY as IMAGES
from hopfield_sim.experiment.studies.modern.study import STUDY as MODERN
from hopfield_sim.plotting import colour_images, modern, theory_lines

DATA = Path(os.environ.get("HOPFIELD_DATA", "/nowhere")) / "cifar10_sample.npz"


@pytest.fixture(scope="module")
def spheres():
    return hs.experiment.modern(
        sizes=[6, 10],
        networks=3,
        n_neurons=40,
        n_patterns=30,
        counts=[10, 100, 1000],
        noises=[0.0, 1.0, 3.0],
        noise_betas=[1.0],
        queries=60,
        rng=0,
    )


@pytest.fixture(scope="module")
def pictures():
    return hs.experiment.images(counts=[6, 12], curve=[3, 12], blended=6, rng=0)


def part(result, name, **wanted):
    rows = [row for row in result.rows if row["part"] == name]
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def test_weights_are_those_of_theory(spheres):
    """By Jensen the mean weight is not below 1/(1 + mean sum), up to the noise of 3 networks."""
    rows = part(spheres, "beta") + part(spheres, "patterns")
    for row in rows:
        slack = 4 * row["weight_se"] + 1e-3
        assert -slack < row["weight"] - row["weight_theory"] < slack + 0.03
    ends = part(spheres, "beta")
    assert ends[0]["memories"] == pytest.approx(30, rel=0.01)
    assert ends[-1]["memories"] == pytest.approx(1, abs=0.01)
    assert ends[-1]["retrieved"] == 1.0


def test_clusters_are_plateaus(spheres):
    memories = [row["memories"] for row in part(spheres, "metastable")]
    assert memories[0] == pytest.approx(40, rel=0.01)
    assert memories[-1] == pytest.approx(1, abs=0.05)
    assert min(abs(m - 8) for m in memories) < 0.3


def test_noise_is_survived_as_often_as_the_pattern_is_nearest(spheres):
    for row in part(spheres, "noise"):
        error = math.sqrt(0.25 / 180)  # 180 cues
        assert abs(row["retrieved"] - row["retrieved_theory"]) < 4 * error


def test_more_dimensions_hold_more(spheres):
    low, high = (part(spheres, "patterns", n_neurons=d, n_patterns=100)[0] for d in (6, 10))
    assert high["weight"] > low["weight"] + 0.2


def test_the_sentence_has_the_numbers(spheres):
    text = MODERN.sentence(spheres)
    for row in part(spheres, "beta"):
        if row["retrieved"] >= 0.99:
            assert f"from β = {row['beta']:.2g} on at its own memory" in text
            break
    assert "clusters of 8" in text
    low, high = spheres.summary["half"]
    assert low["theory"] == pytest.approx(1 + 1 / (1 / hs.theory.modern_weight(1.0, 1.0, 6, 2) - 1))
    for half in (low, high):
        # Jensen: the mean weight, and with it the number, lies somewhat above the theory's.
        assert -4 * half["half_se"] < half["half"] - half["theory"] < 0.1 * half["theory"]
    assert f"at d = 6 (theory: {low['theory']:.0f})" in text
    assert f"{(high['half'] / low['half']) ** 0.25:.2f} as measured (d = 6 to 10)" in text
    assert f"{(high['theory'] / low['theory']) ** 0.25:.2f} by theory (d = 6 to 10)" in text


def test_what_the_grid_does_not_reach_is_not_said_to_be_measured():
    result = hs.experiment.modern(
        [6, 8, 30], 2, counts=[3, 30, 300], betas=[1.0], noises=[0.0], noise_betas=[1.0], rng=0
    )
    assert math.isnan(result.summary["half"][-1]["half"])
    text = MODERN.sentence(result)
    assert "beyond those stored at d = 30 (theory: " in text
    assert "as measured (d = 6 to 8) and" in text
    assert "by theory (d = 6 to 30)" in text


@pytest.mark.parametrize("figure", ["beta", "metastable", "noise", "patterns"])
def test_modern_figures_draw_the_rows(spheres, figure):
    drawn = modern(spheres, figure)
    assert isinstance(drawn, Figure)
    row = part(spheres, figure)[0]
    measure = {"noise": "retrieved", "patterns": "weight"}.get(figure, "memories")
    heights = np.concatenate([line.get_ydata() for line in drawn.axes[0].lines])
    assert np.isclose(heights.astype(float), row[measure]).any()
    with pytest.raises(HopfieldError, match="part"):
        modern([row | {"part": "other"}], figure)


def test_the_figure_against_beta_shows_the_change_its_regimes_and_the_bound():
    result = hs.experiment.modern([6], 2, counts=[10], noises=[0.0], queries=60, rng=0)
    rows = part(result, "beta")
    assert sum(0.02 < row["retrieved"] < 0.98 for row in rows) >= 3
    figure = modern(result, "beta")
    left = figure.axes[0]
    (bound, _), _ = drawn(left, "_bound")
    # Theorem 3 by hand: P = √p c^((d−1)/4) = 100 at d = 64 with K = 1.
    log_y = 2 / 63 * (1 + math.log(2 * bound * 0.001 * 63)) + math.log(2 * bound / 5)
    lambertw = pytest.importorskip("scipy.special").lambertw
    base = 2 * bound / 5 / lambertw(math.exp(log_y)).real
    assert math.sqrt(0.001) * base ** (63 / 4) == pytest.approx(100, rel=0.05)
    assert base > (2 / math.sqrt(0.001)) ** (4 / 63)
    assert "β ≥ 2.1" in figure.legends[0].get_texts()[1].get_text()
    assert [text.get_text().split("\n")[0] for text in left.texts] == [
        "mean of all", "shaded: some cues end at", "single memory",
    ]  # fmt: skip
    (shade,) = left.patches
    mixed = [row["beta"] for row in rows if row["memories"] > 90]
    single = [row["beta"] for row in rows if row["retrieved"] >= 0.99]
    assert (shade.get_x(), shade.get_x() + shade.get_width()) == (
        max(mixed), pytest.approx(min(single)),
    )  # fmt: skip
    assert_legible(figure)
    assert theory_lines.modern_bound(4, 10**6, 1e-9) is None  # beyond every β


def test_curves_of_the_same_values_stand_side_by_side(spheres):
    rows = part(spheres, "noise")
    twins = rows + [row | {"beta": 2.0} for row in rows]
    figure = modern(twins, "noise")
    bars = [figure.axes[0].containers[k].lines[0] for k in range(2)]
    assert bars[0].get_marker() != bars[1].get_marker()
    for line in bars:
        np.testing.assert_array_equal(line.get_xdata(), [0.0, 1.0, 3.0])
    places = [line.get_transform().transform((1.0, 0.5)) for line in bars]
    assert places[1][0] - places[0][0] == pytest.approx(4 / 72 * figure.dpi)
    assert places[1][1] == places[0][1]
    assert_legible(figure)


def test_plateaus_are_named(spheres):
    figure = modern(spheres, "metastable")
    named = {text.get_text(): text.xy[1] for text in figure.axes[0].texts}
    assert named == {
        "mean of all 40": 40, "mean of a cluster of 8: metastable": 8, "single memory": 1,
    }  # fmt: skip
    assert_legible(figure)


def test_pictures_by_hand(pictures):
    """The table against a few lines of NumPy: the grey cue, Euclidean, the largest β."""
    images = hs.datasets.tiles(n_tiles=12).train_images.reshape(12, -1).astype(float)
    cue = images.copy()
    cue[:, 1536:] = 127.5
    distance = ((cue[:, None] - images) ** 2).sum(axis=2)
    place = distance.argmin(axis=1)
    row = part(pictures, "colour", memory="euclidean", cue="grey", n_patterns=12, beta=1e-3)[0]
    assert row["right"] == pytest.approx((place == np.arange(12)).mean())
    mse = ((images[place] - images) ** 2).mean(axis=1)
    assert row["mse"] == pytest.approx(mse.mean(), rel=1e-6)
    assert row["mse_se"] == pytest.approx(mse.std(ddof=1) / math.sqrt(12), rel=1e-6)
    assert row["recalled"] == row["right"]
    assert row["images"] == 12


def test_right_does_not_depend_on_beta_and_recalled_does(pictures):
    for memory in ("cosine", "euclidean", "manhattan"):
        rows = part(pictures, "colour", memory=memory, cue="noise-10", n_patterns=12)
        assert len(rows) == 7
        assert {row["right"] for row in rows} == {1.0}
        assert rows[0]["recalled"] == 0.0
        assert rows[-1]["recalled"] == 1.0
    longest = pictures.summary["winners"][12]["noise-10"]
    assert longest["rank"] == 1


def test_blends_go_from_the_mean_to_the_picture(pictures):
    rows = part(pictures, "blend")
    xi = hs.datasets.tiles(n_tiles=12).train_images[::2].reshape(6, -1).astype(float)
    assert rows[0]["mse"] == pytest.approx(((xi - xi.mean(axis=0)) ** 2).mean(), rel=0.02)
    assert rows[-1]["mse"] < 1e-9


def test_black_and_white_beside_it(pictures):
    flipped = part(pictures, "binary", cue="flipped", n_patterns=12)
    found = {row["memory"]: row["recalled"] for row in flipped}
    assert found["pseudoinverse"] == found["dense"] == 1.0
    assert found["hebbian"] < 0.5


def test_the_sentence_says_why_the_dot_product_fails(pictures):
    text = IMAGES.sentence(pictures)
    winner = pictures.summary["winners"][12]["noise-10"]
    assert f"{winner['share']:.0%} of the cues go to picture {winner['image']}, the longest" in text
    assert "leaving out what is unknown does" in text
    row = part(pictures, "colour", memory="manhattan", cue="black", n_patterns=12)[0]
    assert f"manhattan {row['right']:.2f}" in text


@pytest.mark.parametrize("figure", ["patterns", "beta", "blend", "binary"])
def test_picture_figures_draw(pictures, figure):
    drawn = colour_images(pictures, figure)
    assert isinstance(drawn, Figure)
    assert all(panel.lines for panel in drawn.axes)
    with pytest.raises(HopfieldError):
        colour_images([{"part": "colour"}], figure)


@pytest.mark.slow
def test_the_page_has_pictures_curves_and_a_film(pictures, spheres):
    pages = IMAGES.page(pictures)
    stems = [stem for stem, _, _ in pages.figures]
    assert {"images-recalled-grey", "images-beta", "images-binary", "images-blends"} <= set(stems)
    (_, _, run, _) = pages.videos[0]
    assert run.trajectory.shape[1:] == (1, 3072)
    assert (np.diff(run.energy[:, 0]) <= 1e-9).all()
    assert pages.tables[0][1][2]["cue"] == "lower half grey"
    assert len(MODERN.page(spheres).figures) == 4


@pytest.mark.slow
def test_own_pictures_and_the_command_line(tmp_path, capsys):
    import imageio.v3 as iio

    folder = tmp_path / "mine"
    folder.mkdir()
    for k, tile in enumerate(hs.datasets.tiles(n_tiles=5).train_images):
        iio.imwrite(folder / f"{k}.png", tile)
    out = tmp_path / "out"
    words = ["images", "--quick", "--file", str(folder), "--out", str(out)]
    assert main(words) == 0
    assert (out / "images.csv").is_file()
    assert (out / "images-film.gif").is_file()
    assert "5 pictures" in (out / "report.html").read_text(encoding="utf-8")
    first = (out / "images.csv").read_bytes()
    assert main(words) == 0  # everything is there already
    assert (out / "images.csv").read_bytes() == first
    with pytest.raises(
        InvalidInputError, match="networks must be at most 1, or sets of 5 out of 5"
    ):
        hs.experiment.images(folder, 2, counts=[5], curve=[5])
    capsys.readouterr()
    assert main(["modern", "--sizes", "1", "--out", str(out)]) != 0
    assert "sizes must be 2 or more" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"files": ["a", "b"]}, "one folder of pictures"),
        ({"similarities": ["dott"]}, 'did you mean "dot"'),
        ({"betas": {"dot": [1.0]}}, "betas must have β for 'cosine'"),
        ({"betas": {"dot": [0.0]}, "similarities": ["dot"]}, "greater than 0"),
        ({"counts": [1]}, "counts must be 2 or more"),
        ({"blended": 1}, "blended"),
        ({"tolerance": -1}, "tolerance"),
    ],
)
def test_bad_arguments(arguments, words):
    with pytest.raises(InvalidInputError, match=words):
        hs.experiment.images(**arguments)


@pytest.mark.skipif(not DATA.is_file(), reason="needs $HOPFIELD_DATA/cifar10_sample.npz")
def test_natural_images_give_the_expected_table():
    """Given with the task, ± .1; and 26 and 86 % of the outputs are the picture by Manhattan."""
    result = hs.experiment.images([DATA], counts=[100], curve=[100], rng=0)
    expected = {
        "grey": (0.01, 0.80, 0.66, 0.87),
        "black": (0.01, 0.06, 0.12, 0.37),
        "noise-10": (0.01, 1.0, 1.0, 1.0),
        "observed": (0.01, 1.0, 1.0, 1.0),
    }
    for cue, fractions in expected.items():
        for memory, fraction in zip(
            ("dot", "cosine", "euclidean", "manhattan"), fractions, strict=True
        ):
            rows = part(result, "colour", cue=cue, memory=memory)
            assert {row["right"] for row in rows} == {rows[0]["right"]}
            assert rows[0]["right"] == pytest.approx(fraction, abs=0.1)
    for beta, fraction in ((1e6, 0.26), (1e8, 0.86)):
        (row,) = part(result, "colour", cue="grey", memory="manhattan", beta=beta)
        assert row["recalled"] == pytest.approx(fraction, abs=0.1)
