"""States as images: the pixels drawn are the states, in their place, with their words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from figure_checks import assert_legible
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import hopfield_sim as hs
from hopfield_sim import plotting
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError


def images_of(figure: Figure) -> list[np.ndarray]:
    return [np.asarray(image.get_array()) for image in figure.axes[0].images]


def corners(figure: Figure) -> list[tuple[float, float]]:
    """Left and top of every image."""
    return [(left, top) for left, _, _, top in (i.get_extent() for i in figure.axes[0].images)]


def words_of(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_states_are_drawn_one_image_each_in_reading_order() -> None:
    states = np.random.default_rng(0).choice([-1, 1], (7, 12))
    figure = plotting.states(states, (3, 4), columns=3)
    for image, state in zip(images_of(figure), states, strict=True):
        np.testing.assert_array_equal(image, state.reshape(3, 4))
    places = corners(figure)
    assert places == sorted(places, key=lambda place: (place[1], place[0]))
    assert len({left for left, _ in places}) == 3
    image = figure.axes[0].images[0]
    assert (image.norm.vmin, image.norm.vmax) == (-1, 1)  # the same grey in every image
    assert image.cmap(1.0)[:3] == (1, 1, 1)  # +1 is white
    assert image.get_interpolation() == "nearest"


def test_pixels_are_where_they_belong() -> None:
    figure = plotting.states(hs.checkerboard(10, 5))
    panel = figure.axes[0]
    pixels = rendered(figure)
    for u, v, bright in ((0.25, 0.25, True), (0.75, 0.25, False), (0.75, 0.75, True)):
        x, y = panel.transData.transform((u, v))
        assert (pixels[pixels.shape[0] - 1 - round(y), round(x), 0] > 128) == bright


def rendered(figure: Figure) -> np.ndarray:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


@pytest.mark.parametrize(
    ("states", "shape", "expected"),
    [
        (np.ones(9), None, (3, 3)),
        (np.ones((2, 9)), None, (3, 3)),
        (np.ones((2, 3, 4)), None, (3, 4)),
        (np.ones(12), (4, 3), (4, 3)),
        ([1, -1, -1, 1], None, (2, 2)),
        (np.linspace(-1, 1, 4), (1, 4), (1, 4)),
    ],
)
def test_shapes(states: Any, shape: Any, expected: tuple[int, int]) -> None:
    assert {image.shape for image in images_of(plotting.states(states, shape))} == {expected}


@pytest.mark.parametrize(("count", "columns"), [(1, None), (26, None), (5, 2), (3, 30)])
def test_captions_are_legible(count: int, columns: int | None) -> None:
    letters = hs.glyphs("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:count], 10)
    words = [f"m = {k / 26:.2f}\nsweep {k}" for k in range(count)]
    figure = plotting.states(letters, (10, 10), captions=words, columns=columns)
    assert words_of(figure) == words
    assert_legible(figure)


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({"states": np.ones((2, 12)), "shape": (3, 5)}, InvalidInputError, "height × width = 12"),
        ({"states": np.ones((2, 12))}, InvalidInputError, "shape is needed"),
        ({"states": np.ones((2, 12)), "shape": 3}, InvalidInputError, "two whole numbers"),
        ({"states": np.ones((2, 12)), "shape": (3.5, 4)}, InvalidTypeError, r"shape\[0\]"),
        ({"states": np.ones((2, 12)), "shape": (-3, -4)}, InvalidInputError, r"shape\[0\]"),
        ({"states": np.ones((0, 9))}, InvalidInputError, "not empty"),
        ({"states": np.ones((1, 1, 2, 2))}, InvalidInputError, r"\(1, 1, 2, 2\)"),
        ({"states": np.array([[1, np.nan, 1, 1]])}, InvalidInputError, r"nan at \[0, 1\]"),
        ({"states": ["a", "b"]}, InvalidTypeError, "states"),
        ({"states": np.ones((2, 9)), "captions": ["one"]}, InvalidInputError, "captions"),
        ({"states": np.ones((2, 9)), "columns": 0}, InvalidInputError, "columns"),
    ],
)
def test_states_that_cannot_be_drawn(kwargs: Any, error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        plotting.states(**kwargs)


def test_states_are_not_changed() -> None:
    states = hs.random_patterns(3, 16, rng=0)
    before = states.copy()
    plotting.states(states)
    np.testing.assert_array_equal(states, before)


def test_greys_and_colours_fill_their_range() -> None:
    greys = np.array([[0.0, 51.0, 204.0, 255.0]])
    (image,) = images_of(plotting.states(greys))
    np.testing.assert_allclose(image, [[-1.0, -0.6], [0.6, 1.0]])
    (image,) = images_of(plotting.states(greys, vmin=-255))
    np.testing.assert_allclose(image.ravel(), [0.0, 0.2, 0.8, 1.0])
    (image,) = images_of(plotting.states([[0.0, 0.5, 1.0, 1.0]]))  # states: 0 stays grey
    np.testing.assert_array_equal(image.ravel(), [0.0, 0.5, 1.0, 1.0])
    colours = np.random.default_rng(0).integers(0, 256, (3, 4, 5, 3)).astype(np.uint8)
    colours[0, 0, 0] = 0, 128, 255
    for states, shape in ((colours, None), (colours.reshape(3, -1), (4, 5, 3))):
        for image, colour in zip(images_of(plotting.states(states, shape)), colours, strict=True):
            np.testing.assert_allclose(image, colour / 255)
    with pytest.raises(InvalidInputError, match="vmin must be less than vmax; found 3 and 2"):
        plotting.states(greys, vmin=3, vmax=2)
    with pytest.raises(InvalidInputError, match="two whole numbers"):
        plotting.states(np.ones(10), (1, 3, 3))


def test_original_cue_and_recalled_in_one_call() -> None:
    originals = hs.random_patterns(3, 16, rng=0)
    cues = hs.flip(originals, count=3, rng=1)
    ends = hs.flip(originals, count=1, rng=2)
    figure = plotting.states(ends, (4, 4), cues=cues, reference=originals, columns=2)
    drawn = images_of(figure)
    assert len(drawn) == 9  # a row of two columns and one of one, three images in each
    np.testing.assert_array_equal(drawn[0].ravel(), originals[0])
    np.testing.assert_array_equal(drawn[6].ravel(), originals[2])
    words = words_of(figure)
    for name in ("original", "cue", "recalled"):
        assert words.count(name) == 2
    assert (words.count("3 wrong"), words.count("1 wrong")) == (3, 3)
    wrong = drawn[2].reshape(16, -1)[cues[0] != originals[0]]
    assert (wrong[:, 0] > wrong[:, 2]).all()  # in orange
    assert_legible(figure)
    alone = plotting.states(ends, cues=cues, captions=["a", "b", "c"])
    assert words_of(alone) == ["cue", "a", "b", "c", "recalled"]
    with pytest.raises(InvalidInputError, match="cues must be one state of 16 neurons or 3"):
        plotting.states(ends, cues=cues[:2])


def test_wrong_pixels_of_greys_and_colours_are_framed() -> None:
    originals = np.zeros((2, 2, 3, 3), np.uint8)
    states = originals.copy()
    states[0, 1, 2, 1] = 255  # one channel of the pixel in the second row and third column
    states[1, 0, 0, 0] = 100  # by less than half of the range
    figure = plotting.states(states, reference=originals)
    assert words_of(figure) == ["1 wrong", "0 wrong"]
    first, second = figure.axes[0].collections
    (square,) = first.get_segments()
    (left, right), (low, high) = figure.axes[0].images[0].get_extent()[:2], square[[0, 2]]
    wide, top = right - left, figure.axes[0].images[0].get_extent()[3]
    np.testing.assert_allclose(low, (left + wide * 2 / 3, top + wide / 3))
    np.testing.assert_allclose(high, (right, top + wide * 2 / 3))
    assert second.get_segments() == []


# --- image recall --------------------------------------------------------------------------------

SHAPE = (8, 8)


@pytest.fixture(scope="module")
def patterns() -> np.ndarray:
    return hs.random_patterns(3, 64, rng=5)


def recalls(patterns: np.ndarray, rules: tuple[str, ...]) -> dict[str, Any]:
    cues = hs.mask(patterns, np.arange(64) < 32)
    runs = {}
    for rule in rules:
        net = hs.HopfieldNetwork(rule).store(patterns.reshape(-1, *SHAPE))
        runs[rule] = net.recall(cues, record=("states", "energy"), every=8, rng=1)
    return runs


def study(patterns: np.ndarray, runs: dict[str, Any], rules: tuple[str, ...]) -> SimpleNamespace:
    rows = [
        {"image": name, "rule": rule, "hidden_fraction": 0.5, "overlap": 1.0, "retrieved": 1}
        for name in ("heart", "star", "house")
        for rule in rules
    ]
    return SimpleNamespace(rows=rows, runs=runs, config={}, name="image")


def test_image_shows_original_cue_way_and_end(patterns: np.ndarray) -> None:
    rules = ("hebbian", "pseudoinverse")
    runs = recalls(patterns, rules)
    figure = plotting.image(study(patterns, runs, rules))
    tiles = images_of(figure)
    assert len(tiles) == 3 * (2 + 2 * 3)
    for k, pattern in enumerate(patterns):
        row = tiles[8 * k : 8 * (k + 1)]
        np.testing.assert_array_equal(row[0].ravel(), pattern)
        np.testing.assert_array_equal(row[1].ravel()[:32], pattern[:32])
        assert (row[1].ravel()[32:] == -1).all()
        for place, rule in ((4, "hebbian"), (7, "pseudoinverse")):
            np.testing.assert_array_equal(row[place].ravel(), runs[rule].states[k].ravel())
    words = words_of(figure)
    for word in ("heart", "star", "house", "Hebbian", "pseudo-inverse", "original"):
        assert word in words
    m = float(runs["hebbian"].states[0].ravel() @ patterns[0]) / 64
    assert f"end, m = {m:.2f}".replace("-", "−") in words
    assert sum(word.startswith("50% hidden, m = ") for word in words) == 3
    assert_legible(figure)


def test_image_of_many_rules_shows_their_ends(patterns: np.ndarray) -> None:
    rules = ("hebbian", "storkey", "pseudoinverse", "perceptron")
    runs = recalls(patterns, rules)
    runs["dense-exponential"] = runs["hebbian"]  # two words in the heading
    figure = plotting.image(study(patterns, runs, (*rules, "dense-exponential")))
    tiles = images_of(figure)
    assert len(tiles) == 3 * (2 + 5)
    np.testing.assert_array_equal(tiles[7 + 4].ravel(), runs["pseudoinverse"].states[1].ravel())
    words = words_of(figure)
    assert "dense\nexponential" in words
    assert sum(word.startswith("end, m = ") for word in words) == 15
    assert_legible(figure)


def test_image_takes_a_run_an_image_too(patterns: np.ndarray) -> None:
    net = hs.HopfieldNetwork().store(patterns)
    cues = hs.mask(patterns, np.arange(64) < 32)
    runs = {
        f"{name}/hebbian": net.recall(cue, record="states", every=8, rng=1)
        for name, cue in zip(("heart", "star", "house"), cues, strict=True)
    }
    tiles = images_of(plotting.image(study(patterns, runs, ("hebbian",))))
    for k, name in enumerate(("heart", "star", "house")):
        np.testing.assert_array_equal(tiles[5 * k].ravel(), patterns[k])
        np.testing.assert_array_equal(tiles[5 * k + 4].ravel(), runs[f"{name}/hebbian"].states)


def test_image_finds_the_original_among_others(patterns: np.ndarray) -> None:
    stored = np.concatenate([hs.random_patterns(4, 64, rng=9), patterns[1:2]])
    run = (
        hs.HopfieldNetwork()
        .store(stored)
        .recall(hs.flip(patterns[1], count=5, rng=0), record="states", rng=1)
    )
    rows = [{"image": "star", "rule": "hebbian", "overlap": 1.0}]
    figure = plotting.image(SimpleNamespace(rows=rows, runs={"star/hebbian": run}))
    np.testing.assert_array_equal(images_of(figure)[0].ravel(), patterns[1])
    assert any(word.startswith("cue, m = 0.84") for word in words_of(figure))


def test_image_without_what_it_needs(patterns: np.ndarray) -> None:
    rules = ("hebbian",)
    with pytest.raises(HopfieldError, match="no recorded run of image 'heart'"):
        plotting.image(study(patterns, {}, rules))
    net = hs.HopfieldNetwork().store(patterns)
    unrecorded = {"hebbian": net.recall(patterns, record="energy")}
    with pytest.raises(HopfieldError, match="states"):
        plotting.image(study(patterns, unrecorded, rules))
    bare = hs.HopfieldNetwork.from_weights(net.weights)
    with pytest.raises(HopfieldError, match="originals"):
        plotting.image(study(patterns, {"hebbian": bare.recall(patterns, record="states")}, rules))
