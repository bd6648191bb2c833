"""The studies: their numbers against the course's tables, their tables, their words."""

from __future__ import annotations

import csv
import dataclasses
import math
import sys
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from figure_checks import assert_legible, drawn

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError
from hopfield_sim.experiment import Result
from hopfield_sim.experiment.common import packing as film
from hopfield_sim.experiment.common import probe
from hopfield_sim.experiment.studies.capacity.study import STUDY as CAPACITY
from hopfield_sim.experiment.studies.capacity.study import loads
from hopfield_sim.experiment.studies.checkerboard.study import STUDY as CHECKERBOARD
from hopfield_sim.experiment.studies.energy.study import STUDY as ENERGY
from hopfield_sim.experiment.studies.image import posters as pictures
from hopfield_sim.experiment.studies.image.study import STUDY as IMAGE
from hopfield_sim.experiment.studies.robustness.study import STUDY as ROBUSTNESS
from hopfield_sim.experiment.sweeps.result import mean_and_error
from hopfield_sim.experiment.sweeps.study import generator

BAND = 0.07
# Fractions that many trials give (BIO-210's study: 20 % distinct flips, synchronous, ties to +1).
CAPACITIES = {
    ("hebbian", 10): (1, 1, 1, 0.80, 0.82, 0.81, 0.46, 0.46, 0.47, 0.20),
    ("storkey", 10): (0.89, 0.80, 0.80, 0.59, 0.41, 0.30, 0.29, 0.22, 0.14, 0.12),
    ("hebbian", 34): (1, 0.99, 0.92, 0.92, 0.81, 0.65, 0.47, 0.31, 0.32, 0.20),
    ("storkey", 34): (0.95, 0.87, 0.74, 0.56, 0.42, 0.21, 0.12, 0.09, 0.06, 0.03),
    ("hebbian", 116): (1, 0.98, 0.96, 0.88, 0.75, 0.57, 0.39, 0.22, 0.13, 0.06),
    ("storkey", 116): (1, 0.95, 0.77, 0.47, 0.22, 0.06, 0.02, 0.01, 0, 0),
}
DEATHS = {
    "hebbian": {10: 0.21, 18: 0.32, 34: 0.37, 63: 0.42, 116: 0.47, 215: 0.47, 397: 0.47},
    "storkey": {10: 0.26, 18: 0.37, 34: 0.37, 63: 0.42, 116: 0.47, 215: 0.47, 397: 0.47},
}
COLUMNS = {
    "capacity": "rule,n_neurons,n_patterns,load,flipped,networks,states,retrieved,retrieved_se,"
    "overlap,overlap_se",
    "robustness": "rule,n_neurons,n_patterns,flipped,fraction,networks,retrieved,retrieved_se",
    "energy": "rule,update,updates,energy,overlap",
    "checkerboard": "rule,update,updates,energy,overlap,wrong",
    "image": "image,rule,hidden_fraction,overlap,retrieved",
}


@pytest.fixture(scope="module")
def capacities() -> Result:
    return hs.experiment.capacity([10, 34, 116], networks=90, states=50, rng=1)


@pytest.fixture(scope="module")
def robustnesses() -> Result:
    return hs.experiment.robustness(list(DEATHS["hebbian"]), networks=30, rng=1)


@pytest.fixture(scope="module")
def energies() -> Result:
    return hs.experiment.energy(400, networks=3, n_patterns=4, flipped=160, rng=1)


@pytest.fixture(scope="module")
def boards() -> Result:
    return hs.experiment.checkerboard(networks=2, side=20, n_patterns=8, flipped=160, rng=1)


@pytest.fixture(scope="module")
def images() -> Result:
    return hs.experiment.image(rules=["hebbian"], rng=1)


def curve(result: Result, rule: str, n: int, column: str = "retrieved") -> list[Any]:
    return [r[column] for r in result.rows if (r["rule"], r["n_neurons"]) == (rule, n)]


# --------------------------------------------------------------------------- capacity


@pytest.mark.parametrize(
    ("rule", "n", "expected"),
    [
        ("hebbian", 10, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4]),
        ("storkey", 10, [2, 3, 3, 4, 5, 6, 6, 7, 8, 9]),
        ("hebbian", 2500, [79, 106, 133, 159, 186, 213, 239, 266, 292, 319]),
        ("storkey", 2500, [315, 421, 526, 631, 737, 842, 947, 1053, 1158, 1263]),
        ("hebbian", 3, [1, 1, 1, 1, 1, 1, 2, 2, 2, 2]),  # never 0
        ("pseudoinverse", 80, [10, 13, 16, 20, 23, 26, 30, 33, 36, 40]),
    ],
)
def test_the_loads_are_the_courses(rule: str, n: int, expected: list[int]) -> None:
    assert loads(rule, n).tolist() == expected


def test_a_curve_has_as_many_points_as_you_want() -> None:
    result = hs.experiment.capacity([116], networks=2, loads=16, states=3, rng=0)
    for rule, c in (("hebbian", 12.2012), ("storkey", 37.6220)):
        expected = [int(c * (0.5 + 1.5 * k / 15)) for k in range(16)]
        assert curve(result, rule, 116, "n_patterns") == expected
    assert result.config["loads"] == 16


@pytest.mark.slow
@pytest.mark.parametrize(("rule", "n"), CAPACITIES)
def test_capacity_is_that_of_many_trials(capacities: Result, rule: str, n: int) -> None:
    found = curve(capacities, rule, n)
    errors = curve(capacities, rule, n, "retrieved_se")
    assert max(errors) < BAND / 2.5
    np.testing.assert_allclose(found, CAPACITIES[rule, n], atol=BAND)


@pytest.mark.slow
def test_the_table_would_show_another_convention(monkeypatch: pytest.MonkeyPatch) -> None:
    # Storkey's rule without its diagonal is known to give .81 .49 .49 .31 at N = 10.
    def without_diagonal(rule: str, config: dict[str, Any]) -> hs.HopfieldNetwork:
        return hs.HopfieldNetwork(rule, backend=config["backend"])

    monkeypatch.setattr(probe, "network", without_diagonal)
    result = hs.experiment.capacity([10], ["storkey"], 90, states=50, rng=1)
    found = curve(result, "storkey", 10)
    np.testing.assert_allclose(found[:4], [0.81, 0.49, 0.49, 0.31], atol=BAND)
    assert np.abs(np.subtract(found, CAPACITIES["storkey", 10])).max() > 3 * BAND


@pytest.mark.slow
def test_capacity_is_where_nine_of_ten_are_retrieved(capacities: Result) -> None:
    for row in capacities.summary["capacity"]:
        t = curve(capacities, row["rule"], row["n_neurons"], "n_patterns")
        f = curve(capacities, row["rule"], row["n_neurons"])
        below = next(k for k, value in enumerate(f) if value < 0.9)
        if below == 0:
            assert math.isnan(row["capacity"])
            assert row["high"] == t[0]
        else:
            assert t[below - 1] <= row["capacity"] <= t[below]
            if row["n_neurons"] > 10:  # else close to the first load, and some resample beyond it
                assert 0 < row["capacity_se"] < 0.5
    expected = {(r["rule"], r["n_neurons"]): r["expected"] for r in capacities.summary["capacity"]}
    assert expected["hebbian", 116] == pytest.approx(116 / (2 * math.log(116)))
    assert expected["storkey", 116] == pytest.approx(116 / math.sqrt(2 * math.log(116)))


@pytest.mark.slow
def test_overlaps_agree_with_what_was_retrieved(capacities: Result) -> None:
    for row in capacities.rows:
        assert row["retrieved"] <= 1
        # Whatever was not retrieved differs in one bit at least: overlap <= 1 - 2/N.
        n, missed = row["n_neurons"], 1 - float(row["retrieved"])
        assert float(row["overlap"]) <= 1 - missed * 2 / float(n) + 1e-12
        assert row["flipped"] == int(0.2 * float(n))
        assert row["load"] == row["n_patterns"] / n  # type: ignore[operator]


def test_perfect_cues_are_retrieved_as_often_as_patterns_are_stable() -> None:
    # One pattern, no flips: nothing can go wrong; all flipped: the inverse, never the pattern.
    for flipped, expected in ((0.0, 1.0), (1.0, 0.0)):
        result = hs.experiment.capacity([9], ["hebbian"], 3, flipped=flipped, rng=0)
        assert curve(result, "hebbian", 9)[:3] == [expected] * 3


# --------------------------------------------------------------------------- robustness


@pytest.mark.slow
@pytest.mark.parametrize("rule", DEATHS)
def test_recall_dies_where_the_course_says(robustnesses: Result, rule: str) -> None:
    step = 1 / 19
    found = {r["n_neurons"]: r["death"] for r in robustnesses.summary["death"] if r["rule"] == rule}
    for n, expected in DEATHS[rule].items():
        assert abs(found[n] - expected) < 1.15 * step, n


@pytest.mark.slow
def test_beyond_one_half_everything_is_lost(robustnesses: Result) -> None:
    for row in robustnesses.rows:
        assert row["flipped"] == math.floor(row["fraction"] * row["n_neurons"] + 1e-9)  # type: ignore[operator]
        if float(row["fraction"]) > 0.6 and int(row["n_neurons"]) > 30:
            assert row["retrieved"] == 0
        if row["fraction"] == 0 and int(row["n_neurons"]) > 30:
            assert row["retrieved"] == 1


# --------------------------------------------------------------------------- energy, checkerboard


def test_energies_are_those_of_the_definition() -> None:
    result = hs.experiment.energy(60, ["hebbian"], 1, n_patterns=3, flipped=12, rng=5)
    # The trial's own patterns and cue, drawn again; W and E written out.
    rng = generator("energy", 5, cell=0, trial=0)
    patterns = hs.random_patterns(3, 60, rng=rng).astype(float)
    cue = hs.flip(patterns[0], count=12, rng=rng).astype(float)
    weights = (patterns.T @ patterns - 3 * np.eye(60)) / 60
    for update in ("sync", "async"):
        rows = [row for row in result.rows if row["update"] == update]
        run = result.runs[f"hebbian/{update}"]
        assert run.updates.tolist() == [row["updates"] for row in rows]
        assert rows[0]["updates"] == 0
        assert rows[0]["overlap"] == pytest.approx(1 - 2 * 12 / 60)
        assert rows[0]["energy"] == pytest.approx(-cue @ weights @ cue / 2)
        assert rows[-1]["energy"] == pytest.approx(-run.states @ weights @ run.states / 2)
        assert rows[-1]["overlap"] == pytest.approx(run.states @ patterns[0] / 60)


def test_asynchronous_energy_never_rises(energies: Result, boards: Result) -> None:
    for result in (energies, boards):
        for row in result.summary["runs"]:
            if row["update"] == "async":
                assert row["rises"] == 0
                assert row["networks"] == result.config["networks"]
        for rule in ("hebbian", "storkey"):
            curve = result.runs[f"{rule}/async"].energy
            assert (np.diff(curve) <= 1e-9).all()
            assert curve[-1] < curve[0]


def test_the_patterns_are_found(energies: Result) -> None:
    assert [row["retrieved"] for row in energies.summary["runs"]] == [3] * 4
    last = {(r["rule"], r["update"]): r for r in energies.rows}
    assert [row["overlap"] for row in last.values()] == [1.0] * 4
    first = [row for row in energies.rows if row["updates"] == 0]
    assert [row["overlap"] for row in first] == [pytest.approx(0.2)] * 4
    # All four start from the same cue, and each rule has its energy there.
    assert first[0]["energy"] == first[1]["energy"] != first[2]["energy"] == first[3]["energy"]


def test_the_board_comes_back(boards: Result) -> None:
    board = hs.checkerboard(20, 5)
    for name, run in boards.runs.items():
        rows = [r for r in boards.rows if f"{r['rule']}/{r['update']}" == name]
        assert (rows[0]["wrong"], rows[-1]["wrong"]) == (160, 0)
        np.testing.assert_array_equal(run.trajectory[-1], board)
        np.testing.assert_array_equal(run.states, board)
        assert [r["wrong"] for r in rows] == (run.trajectory != board).sum(axis=1).tolist()
        assert any((pattern == board).all() for pattern in run.patterns)
        assert run.shape == (20, 20)
        assert run.converged
        # Overlaps are worked out again from the film: that with the board ends at 1.
        assert run.overlaps[-1].max() == 1.0


def test_frames_of_the_board_count_its_wrong_pixels(boards: Result) -> None:
    (_, _, figure), _ = CHECKERBOARD.page(boards).figures
    words = [text.get_text() for text in figure.axes[0].texts]
    assert words.count("cue, 160 wrong") == 4
    assert "Hebbian,\nsynchronous" in words
    run = boards.runs["hebbian/sync"]
    steps = [word for word in words if word.startswith("step ")]
    wrong = (run.trajectory != hs.checkerboard(20, 5)).sum(axis=1)
    first = [f"step {k}, {wrong[k]} wrong" for k in range(1, len(wrong)) if wrong[k - 1]]
    assert steps[: len(first)] == first
    assert sum(word.startswith("sweep ") and word.endswith(", 0 wrong") for word in words) == 2
    title = figure.legends[0].get_title().get_text()
    for part in ("20×20 checkerboard", "N = 400, P = 8", "160 bits flipped"):
        assert part in title
    image = np.asarray(figure.axes[0].images[0].get_array())  # the cue: wrong pixels have a colour
    assert (image[..., 0] != image[..., 2]).sum() == 160
    assert_legible(figure)


def test_energies_of_all_networks_and_their_mean(energies: Result) -> None:
    stem, _, figure = ENERGY.page(energies).figures[0]
    assert stem == "energy"
    curves = energies.summary["curves"]["storkey/async"]
    assert len(curves) == 3
    assert energies.runs["storkey/async"].energy.tolist() == curves[0]["energy"]
    panel = figure.axes[1]
    faint = [line for line in panel.lines if line.get_label() == "_each async"]
    assert len(faint) == 3
    times, mean = drawn(panel, "asynchronous, final overlap 1.000")
    assert max(times) == max(curve["updates"][-1] for curve in curves) / 400
    # Half a sweep from the start all networks were recorded; at the end they are at rest.
    half = times.index(0.5)
    by_hand = [curve["energy"][curve["updates"].index(200)] for curve in curves]
    assert mean[half] == pytest.approx(np.mean(by_hand))
    assert mean[-1] == pytest.approx(np.mean([curve["energy"][-1] for curve in curves]))
    assert figure.axes[0].get_ylim() == figure.axes[1].get_ylim()
    assert len({ax.get_xlim() for ax in figure.axes}) == 1
    assert "3 networks" in figure.legends[0].get_title().get_text()
    assert_legible(figure)


# --------------------------------------------------------------------------- images


def test_the_posters_are_distinct_balanced_and_nearly_orthogonal() -> None:
    drawn = np.stack([pictures.draw(name).ravel() for name in pictures.NAMES]).astype(float)
    assert drawn.shape == (6, 10_000)
    assert set(np.unique(drawn)) == {-1.0, 1.0}
    overlaps = drawn @ drawn.T / drawn.shape[1]
    assert np.abs(overlaps - np.eye(6)).max() < 0.05
    assert np.abs(drawn.mean(axis=1)).max() < 0.02


def test_memories_that_differ_stand_beside_the_rules_unless_rules_are_given() -> None:
    every = IMAGE()
    assert every.config["rules"] == ["hebbian", "storkey", "pseudoinverse"]
    assert every.config["memories"] == ["dense-exponential", "modern"]
    assert IMAGE(memories=["modern"]).config["memories"] == ["modern"]
    assert IMAGE(rules=["hebbian"]).config["memories"] is None


def test_all_posters_come_back_from_a_quarter(images: Result) -> None:
    assert [row["image"] for row in images.rows] == list(pictures.NAMES)
    assert [row["retrieved"] for row in images.rows] == [1] * 6
    assert {row["hidden_fraction"] for row in images.rows} == {0.75}
    film = images.runs["hebbian"].trajectory
    assert film.shape[1:] == (6, 10_000)
    cue = film[0].reshape(6, 100, 100)
    assert (cue[:, 50:] == -1).all()
    assert (cue[:, :, 50:] == -1).all()
    np.testing.assert_array_equal(cue[0, :50, :50], pictures.draw("heart")[:50, :50])


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    rng = np.random.default_rng(0)
    paths = [tmp_path / "a.png", tmp_path / "b.png", tmp_path / "sub" / "a.png"]
    paths[2].parent.mkdir()
    for path in paths:
        iio.imwrite(path, rng.integers(0, 256, (40, 60), dtype=np.uint8))
    return paths


def test_your_own_images(photos: list[Path]) -> None:
    result = hs.experiment.image(photos, ["hebbian"], rng=0)
    assert [row["image"] for row in result.rows] == ["a-1", "b", "a-3"]
    assert [row["retrieved"] for row in result.rows] == [1, 1, 1]
    stored = film.unpack_states(result.config["own"])
    np.testing.assert_array_equal(stored[1], hs.from_image(photos[1], (100, 100)))
    one = hs.experiment.image(photos[0], ["hebbian"], rng=0)
    assert [row["image"] for row in one.rows] == ["a"]


@pytest.fixture
def light(tmp_path: Path) -> list[Path]:
    """Four photographs with white grounds, as people take them: a dark shape in the middle."""
    y, x = np.mgrid[-1:1:100j, -1:1:100j]
    shapes = {
        "disc": x**2 + y**2 < 0.15,
        "cross": (np.abs(x) < 0.08) | (np.abs(y) < 0.08),
        "ring": np.abs(np.hypot(x, y) - 0.6) < 0.07,
        "slope": np.abs(x - y) < 0.15,
    }
    paths = []
    for name, dark in shapes.items():
        paths.append(tmp_path / f"{name}.png")
        iio.imwrite(paths[-1], np.where(dark, 20, 240).astype(np.uint8))
    return paths


def test_light_pictures_come_back_from_random_pixels_by_memories_that_tell_them_apart(
    light: list[Path],
) -> None:
    def kept(**how: Any) -> tuple[dict[str, int], Result]:
        memories = ["dense-exponential", "modern"]
        result = hs.experiment.image(light, ["hebbian"], memories=memories, **how)
        names = dict.fromkeys(row["rule"] for row in result.rows)
        return {
            name: sum(row["retrieved"] for row in result.rows if row["rule"] == name)
            for name in names
        }, result

    black, result = kept(rng=0)
    assert black["hebbian"] == 0
    text = IMAGE.sentence(result)
    assert "0 of 4 by the Hebbian rule" in text
    assert "by the dense exponential memory" in text
    assert "--fill random" in text
    assert "--rules pseudoinverse --memories dense-exponential modern" in text
    random, result = kept(fill="random", rng=0)
    assert random["hebbian"] == 0
    assert random["dense-exponential"] == random["modern"] == 4
    assert "covered by random pixels" in IMAGE.sentence(result)
    assert "--fill random" not in IMAGE.sentence(result)
    cues = result.runs["modern"].trajectory[0]
    np.testing.assert_array_equal(cues, result.runs["hebbian"].trajectory[0])
    hidden = cues.reshape(4, 100, 100)[:, 50:]
    assert abs(hidden.mean()) < 5 / math.sqrt(hidden.size)
    pages = IMAGE.page(result)
    assert len(pages.figures) == 1
    stem, words, racing, _ = pages.videos[-1]
    assert (stem, words) == ("image-race", "disc, from one cue")
    assert list(racing) == ["Hebbian", "dense exponential", "modern"]


def test_a_clamped_corner_never_changes(light: list[Path]) -> None:
    result = hs.experiment.image(light, ["hebbian"], memories=["modern"], clamp=True, rng=0)
    corner = np.s_[..., :50, :50]
    for run in result.runs.values():
        film = run.trajectory.reshape(-1, 4, 100, 100)
        np.testing.assert_array_equal(
            film[corner], np.broadcast_to(film[0][corner], film[corner].shape)
        )
    assert "the rest clamped" in IMAGE.sentence(result)
    free = hs.experiment.image(light, ["hebbian"], rng=0).runs["hebbian"].trajectory
    free = free.reshape(-1, 4, 100, 100)
    assert (free[-1][corner] != free[0][corner]).any()


def test_the_same_image_twice_is_an_error(photos: list[Path]) -> None:
    with pytest.raises(InvalidInputError, match="distinct images"):
        hs.experiment.image([photos[0], photos[0]])


# --------------------------------------------------------------------------- all studies

SMALL: dict[str, dict[str, Any]] = {
    "capacity": {"sizes": [9, 12], "networks": 3, "states": 4},
    "robustness": {"sizes": [9, 12], "networks": 3, "states": 4},
    "energy": {"n_neurons": 30, "networks": 3, "n_patterns": 2, "flipped": 5},
    "checkerboard": {"side": 6, "square": 2, "networks": 3, "n_patterns": 2, "flipped": 5},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_results_depend_on_the_seed_alone(name: str) -> None:
    study = getattr(hs.experiment, name)
    first = study(**SMALL[name], rng=0, workers=1)
    assert first.config["seed"] == 0
    assert study(**SMALL[name], rng=0, workers=3).rows == first.rows
    assert study(**SMALL[name], rng=np.int64(0), backend="numpy").rows == first.rows
    assert study(**SMALL[name], rng=1).rows != first.rows
    drawn = study(**SMALL[name], rng=np.random.default_rng(3))
    assert study(**SMALL[name], rng=drawn.config["seed"]).rows == drawn.rows


@pytest.mark.parametrize("name", SMALL)
def test_one_network_has_no_standard_error_and_says_so(name: str) -> None:
    result = getattr(hs.experiment, name)(**SMALL[name] | {"networks": 1}, rng=0)
    for row in result.rows:
        assert math.isnan(row.get("retrieved_se", math.nan))


@pytest.mark.slow
@pytest.mark.parametrize("name", COLUMNS)
def test_tables_have_the_published_columns(
    name: str,
    tmp_path: Path,
    capacities: Result,
    robustnesses: Result,
    energies: Result,
    boards: Result,
    images: Result,
) -> None:
    result = {r.name: r for r in (capacities, robustnesses, energies, boards, images)}[name]
    path = result.to_csv(tmp_path / "table.csv")
    text = path.read_bytes()
    assert text.split(b"\n")[0].decode() == COLUMNS[name]
    assert b"\r" not in text
    with path.open(newline="") as file:
        back = list(csv.DictReader(file))
    assert len(back) == len(result.rows)
    for read, row in zip(back, result.rows, strict=True):
        for column, value in row.items():
            assert type(value) in (str, int, float)
            assert type(value)(read[column]) == value or read[column] == "nan"
    assert [p.name for p in tmp_path.iterdir()] == ["table.csv"]


BAD: list[tuple[str, dict[str, Any], type[HopfieldError], str]] = [
    ("capacity", {"sizes": []}, InvalidInputError, "sizes must not be empty"),
    ("capacity", {"sizes": [2] * 10**6}, InvalidInputError, "sizes must hold at most 100000"),
    ("robustness", {"fractions": [2.0] * 10**6}, InvalidInputError, "fractions must hold at most"),
    ("capacity", {"sizes": 10}, InvalidTypeError, "sizes must be a list"),
    ("capacity", {"sizes": "10"}, InvalidTypeError, "sizes must be a list"),
    ("capacity", {"sizes": [2]}, InvalidInputError, "sizes must be 3 or more"),
    ("capacity", {"sizes": [10.0]}, InvalidTypeError, "sizes must be an integer"),
    ("capacity", {"rules": ["hebb"]}, InvalidInputError, 'did you mean "hebbian"'),
    ("capacity", {"networks": 0}, InvalidInputError, "networks must be 1 or more"),
    ("capacity", {"loads": 1}, InvalidInputError, "loads must be 2 or more"),
    ("capacity", {"loads": [4]}, InvalidTypeError, "loads must be an integer"),
    ("capacity", {"states": 0}, InvalidInputError, "states"),
    ("capacity", {"flipped": 1.5}, InvalidInputError, "flipped"),
    ("capacity", {"max_sweeps": 0}, InvalidInputError, "max_sweeps"),
    ("capacity", {"backend": "fortran"}, InvalidInputError, "backend"),
    ("capacity", {"workers": 0}, InvalidInputError, "workers"),
    ("capacity", {"rng": -1}, InvalidInputError, "rng"),
    ("capacity", {"rng": "zero"}, InvalidTypeError, "rng"),
    ("robustness", {"fractions": [0.5, 2]}, InvalidInputError, "fractions must be from 0 to 1"),
    ("robustness", {"n_patterns": 0}, InvalidInputError, "n_patterns"),
    ("energy", {"flipped": 2501}, InvalidInputError, "flipped must be 2500 or less"),
    ("checkerboard", {"side": 5, "square": 6}, InvalidInputError, "square must be at most side"),
    ("image", {"files": ["no-such.png"]}, InvalidInputError, "no-such.png"),
]


@pytest.mark.parametrize(("name", "wrong", "kind", "words"), BAD)
def test_bad_arguments(
    name: str, wrong: dict[str, Any], kind: type[HopfieldError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        getattr(hs.experiment, name)(**wrong)


# --------------------------------------------------------------------------- words and results


@pytest.mark.slow
def test_sentences_say_what_the_numbers_say(
    capacities: Result, robustnesses: Result, energies: Result, boards: Result, images: Result
) -> None:
    text = CAPACITY.sentence(capacities)
    held = {
        r["rule"]: r["capacity"] for r in capacities.summary["capacity"] if r["n_neurons"] == 116
    }
    assert "a network of 116 neurons gives back 90% of its patterns" in text
    assert f"{held['hebbian']:.1f} ± 0." in text
    assert "with the Hebbian rule (theory: 12)" in text
    assert f"{held['storkey']:.1f}" in text
    assert "with the Storkey rule (theory: 38)" in text
    assert f"{held['storkey'] / held['hebbian']:.1f} times as many" in text
    words = "Hebbian: between 16% and 21% at N = 10 and between 42% and 47% at N = 397"
    assert words in ROBUSTNESS.sentence(robustnesses)
    assert "Hebbian, synchronous: 3 of 3 in" in ENERGY.sentence(energies)
    assert "in none of 6 asynchronous runs" in ENERGY.sentence(energies)
    assert "A 20×20 checkerboard, stored among 7 random patterns" in CHECKERBOARD.sentence(boards)
    assert "6 of 6 by the Hebbian rule." in IMAGE.sentence(images)


def test_sentences_do_not_claim_what_did_not_happen(energies: Result, images: Result) -> None:
    rows = [dict(row) for row in images.rows]
    rows[2] |= {"retrieved": 0, "overlap": 0.25}
    summary = {"covered": 0.75, "likeness": 0.4}
    text = IMAGE.sentence(dataclasses.replace(images, rows=rows, summary=summary))
    assert "5 of 6 by the Hebbian rule (overlaps of the others: house 0.25)" in text
    assert "by 0.40, more than the 25% that a cue shows: such pictures are mixed up." in text
    assert "mixed up" not in IMAGE.sentence(dataclasses.replace(images, summary=summary))
    runs = [row | {"retrieved": 1, "rises": 2} for row in energies.summary["runs"]]
    text = ENERGY.sentence(dataclasses.replace(energies, summary={"runs": runs}))
    assert "synchronous: 1 of 3" in text
    assert "in 4 of 6 asynchronous runs" in text


def test_sentences_of_studies_that_found_nothing() -> None:
    weak = hs.experiment.robustness([9], ["hebbian"], 1, fractions=[0], rng=0)
    assert math.isnan(weak.summary["death"][0]["death"])
    assert "none that was tried" in ROBUSTNESS.sentence(weak)
    lost = hs.experiment.capacity([9], ["pseudoinverse"], 1, flipped=1.0, rng=0)
    assert math.isnan(lost.summary["capacity"][0]["capacity"])
    assert "fewer than 1 with the pseudo-inverse rule" in CAPACITY.sentence(lost)
    assert "theory" not in CAPACITY.sentence(lost)


@pytest.mark.parametrize("study", [CAPACITY, ROBUSTNESS, ENERGY, CHECKERBOARD, IMAGE])
def test_cells_whose_trials_all_failed_leave_gaps_and_no_error(study: Any) -> None:
    empty = study(rng=0)
    result = empty.gather([[] for _ in empty.cells()])
    assert study.sentence(result)
    for row in result.rows:
        assert row["networks"] == 0
        assert math.isnan(row["retrieved"])


def test_mean_and_error_are_numpys() -> None:
    values = np.random.default_rng(0).random(7).tolist()
    mean, error = mean_and_error(values)
    assert mean == pytest.approx(np.mean(values))
    assert error == pytest.approx(np.std(values, ddof=1) / math.sqrt(7))
    assert math.isnan(mean_and_error([])[0])


def test_a_result_shows_its_columns_and_writes_only_where_it_can(tmp_path: Path) -> None:
    result = Result("demo", [{"rule": "hebbian", "load": 0.1}], {})
    assert repr(result) == "<Result of demo: 1 rows; columns: rule, load>"
    assert repr(Result("demo", [], {})) == "<Result of demo: 0 rows; columns: none>"
    with pytest.raises(hs.errors.ResultsDirError, match="cannot write"):
        result.to_csv(tmp_path / "no" / "folder.csv")
    assert Result("demo", [], {}).to_csv(tmp_path / "empty.csv").read_text() == ""


@pytest.mark.parametrize("package", ["pandas", "xarray"])
def test_tables_without_their_package_say_what_to_install(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "xarray", None)
    result = Result("demo", [{"rule": "hebbian"}], {})
    method = result.to_dataframe if package == "pandas" else result.to_xarray
    with pytest.raises(hs.errors.MissingDependencyError, match=r"hopfield_sim\[xarray\]"):
        method()


@pytest.mark.parametrize("method", ["to_parquet", "to_hdf"])
def test_files_of_pandas_say_what_to_install_and_leave_nothing(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in ("pyarrow", "tables"):
        monkeypatch.setitem(sys.modules, package, None)
    result = Result("demo", [{"rule": "hebbian"}], {})
    with pytest.raises(hs.errors.MissingDependencyError, match=r"hopfield_sim\[files\]"):
        getattr(result, method)(tmp_path / "table")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("method", "package"), [("to_parquet", "pyarrow"), ("to_hdf", "tables")])
def test_files_of_pandas_hold_every_digit(method: str, package: str, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="needs the extra 'files'")
    pytest.importorskip(package, reason="needs the extra 'files'")
    rows = [
        {"rule": "hebbian", "n": 3, "load": 0.1 + 0.2},
        {"rule": "storkey", "n": 4, "load": math.nan},
    ]
    result = Result("demo", rows, {})
    path = getattr(result, method)(tmp_path / "table.file")
    back = getattr(pandas, method.replace("to_", "read_"))(path)
    pandas.testing.assert_frame_equal(back, result.to_dataframe(), check_exact=True)
    with pytest.raises(hs.errors.ResultsDirError, match="no folder"):
        getattr(result, method)(tmp_path / "no" / "table")
    with pytest.raises(hs.errors.InvalidTypeError):
        getattr(result, method)(3)


def test_markdown_has_aligned_columns_and_escapes_bars() -> None:
    rows = [{"rule": "a|b", "load": 0.138, "n": 5}, {"rule": "c", "load": math.nan, "n": -12}]
    assert Result("demo", rows, {}).to_markdown().splitlines() == [
        "| rule |  load |   n |",
        "|:-----|------:|----:|",
        "| a\\|b | 0.138 |   5 |",
        "| c    |     – | −12 |",
    ]
    assert Result("demo", [], {}).to_markdown() == ""


@pytest.mark.slow
def test_to_dataframe_and_to_xarray(capacities: Result) -> None:
    pytest.importorskip("xarray", reason="needs the extra 'xarray'")
    assert len(capacities.to_dataframe()) == len(capacities.rows)
    dataset = capacities.to_xarray()
    assert dict(dataset.sizes) == {"rule": 2, "n_neurons": 3, "load_index": 10}
    found = dataset.retrieved.sel(rule="storkey", n_neurons=34).values.tolist()
    assert found == curve(capacities, "storkey", 34)
    assert dict(Result("demo", [{"x": 1}, {"x": 2}], {}).to_xarray().sizes) == {"row": 2}


@pytest.mark.parametrize(
    ("name", "setting", "words"),
    [(name, "rng", "can be written down") for name in ("xor", "robust", "modern", "capacity")]
    + [("capacity", "max_sweeps", "1000000000 or less"), ("robust", "max_steps", "or less")]
    + [("distributed", "queries", "must be 1000000000 or less")]
    + [("capacity", setting, "must be 1000000000 or less") for setting in ("networks", "states")],
)
def test_a_setting_of_thousands_of_digits_is_refused(name: str, setting: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        getattr(hs.experiment, name)(**{setting: 1 << 20_000})
