"""What memories and results show of themselves, in notebooks and as figures."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from figure_checks import assert_legible

import hopfield_sim as hs
from hopfield_sim import plotting
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError
from hopfield_sim.experiment import Result
from hopfield_sim.support import thumbnails

PATTERNS = np.concatenate([[hs.checkerboard(4, 2)], hs.random_patterns(2, 16, rng=0)])
ORANGE = ((0x8A, 0x3B, 0x00), (0xFF, 0xB8, 0x4D))  # for a wrong -1 and a wrong +1


@pytest.fixture(scope="module")
def net() -> hs.HopfieldNetwork:
    return hs.HopfieldNetwork("pseudoinverse").store(PATTERNS)


def pictures(html: str) -> list[np.ndarray]:
    """The thumbnails of a page, decoded by a library of its own."""
    found = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    return [iio.imread(io.BytesIO(base64.b64decode(data))) for data in found]


class Tags(HTMLParser):
    """Counts what is opened and closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def sound(html: str) -> str:
    """A piece of page that is closed and loads nothing."""
    tags = Tags(html)
    assert tags.open == []
    assert all(address.startswith("data:image/png;base64,") for address in tags.loads)
    return html


# --- thumbnails ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (2, 5, 3)])
def test_a_png_holds_its_pixels(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    np.testing.assert_array_equal(iio.imread(io.BytesIO(thumbnails.png(image))), image)


def test_large_thumbnails_are_thinned_out() -> None:
    shown = pictures(thumbnails.element(np.zeros((1000, 500), np.uint8), "large"))[0]
    assert max(shown.shape) <= thumbnails.SIDE


# --- notebooks -----------------------------------------------------------------------------------


def test_a_memory_shows_its_patterns(net: hs.HopfieldNetwork) -> None:
    shown = pictures(sound(net._repr_html_()))
    np.testing.assert_array_equal(np.array(shown), np.where(PATTERNS > 0, 255, 0).reshape(3, 4, 4))


def test_every_memory_has_a_table(net: hs.HopfieldNetwork) -> None:
    real = PATTERNS / 8
    memories: list[Any] = [
        hs.HopfieldNetwork(),
        hs.HopfieldNetwork.from_weights([[0, 1], [1, 0]]),
        hs.DenseMemory("polynomial", 3).store(PATTERNS),
        hs.ModernHopfield(4.0).store(real),
        hs.DistributedMemory(50, 1.0, rng=0).store(real),
        hs.KernelMemory().store(PATTERNS),
        hs.RestrictedHopfield(9, rng=0).store(PATTERNS),
        hs.TrainedDenseMemory(3, 2, rng=0).store(PATTERNS),
        hs.DenseClassifier(4, 2),
        hs.DenseClassifier(4, 2, epochs=1, rng=0).fit(real, [0, 1, 0]),
    ]
    for memory in memories:
        html = sound(memory._repr_html_())
        assert type(memory).__name__ in html
    counts = [len(pictures(memory._repr_html_())) for memory in memories]
    assert counts == [0, 0, 3, 3, 0, 3, 3, 3, 0, 4]


def test_a_recall_shows_ends_and_nearest_patterns(net: hs.HopfieldNetwork) -> None:
    html = sound(net.recall(PATTERNS[::-1])._repr_html_())
    assert [image.shape for image in pictures(html)] == [(4, 4)] * 3
    assert re.findall(r"<td>(\d), m = 1.000</td>", html) == ["2", "1", "0"]
    assert html.count("<td>fixed-point</td>") == 3
    single = sound(net.recall(PATTERNS[0])._repr_html_())
    assert len(pictures(single)) == 1
    many = sound(net.recall(np.repeat(PATTERNS, 10, axis=0))._repr_html_())
    assert len(pictures(many)) == 8
    assert "and 22 more" in many


def test_colours_and_numbers_that_are_no_picture() -> None:
    colours = np.random.default_rng(0).uniform(0, 1, (2, 12))
    memory = hs.ModernHopfield(50.0, similarity="euclidean").store(colours)
    assert [image.shape for image in pictures(memory._repr_html_())] == [(2, 2, 3)] * 2
    assert pictures(sound(memory.recall(colours)._repr_html_()))[0].shape == (2, 2, 3)
    line = hs.HopfieldNetwork().store([[1, -1, 1, 1, -1]])
    assert pictures(sound(line._repr_html_())) == []
    assert pictures(sound(line.recall([1, 1, 1, 1, 1])._repr_html_())) == []


def test_a_result_shows_its_first_rows() -> None:
    rows: list[Any] = [{"rule": "<b>&", "load": 1 / 3} for _ in range(10)]
    html = sound(Result("demo", rows, {})._repr_html_())
    assert html.count("<td>&lt;b&gt;&amp;</td>") == 8
    assert html.count("<td>0.3333</td>") == 8
    assert "and 2 more" in html
    assert "0 rows" in sound(Result("demo", [], {})._repr_html_())


# --- figures -------------------------------------------------------------------------------------


def coloured(image: Any) -> int:
    """How many pixels of a drawn image are orange."""
    values = np.rint(255 * np.asarray(image.get_array(), float))
    if values.ndim == 2:
        return 0
    return sum(int((values == colour).all(axis=2).sum()) for colour in ORANGE)


def test_wrong_pixels_are_coloured() -> None:
    cues = hs.flip(PATTERNS, count=3, rng=1)
    figure = plotting.states(cues, (4, 4), reference=PATTERNS)
    assert [coloured(image) for image in figure.axes[0].images] == [3, 3, 3]
    assert [text.get_text() for text in figure.axes[0].texts] == ["3 wrong"] * 3
    one = plotting.states(PATTERNS, (4, 4), reference=PATTERNS[0], captions=["a", "b", "c"])
    assert [coloured(i) for i in one.axes[0].images] == (PATTERNS[0] != PATTERNS).sum(1).tolist()
    zeros = plotting.states(np.zeros((1, 16)), reference=PATTERNS[:1])
    assert coloured(zeros.axes[0].images[0]) == 0


def test_a_reference_of_another_shape_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="reference must be one state of 16 neurons or 3"):
        plotting.states(PATTERNS, reference=PATTERNS[:2])
    with pytest.raises(InvalidTypeError, match="reference"):
        plotting.states(PATTERNS, reference="those")


def test_a_recall_draws_cue_end_and_nearest(net: hs.HopfieldNetwork) -> None:
    cues = hs.flip(PATTERNS, count=1, rng=0)
    run = net.recall(cues, record="states", rng=0)
    figure = run.show()
    assert_legible(figure)
    images = figure.axes[0].images
    assert len(images) == 9
    assert [coloured(image) for image in images[:3]] == [1, 1, 1]
    ends = (run.states != PATTERNS).sum(axis=1)
    assert [coloured(image) for image in images[3:6]] == ends.tolist()
    assert len(net.recall(cues).show().axes[0].images) == 6  # without the cue
    assert len(net.recall(PATTERNS[0]).show().axes[0].images) == 2
    many = net.recall(np.repeat(PATTERNS, 10, axis=0)).show()
    assert len(many.axes[0].images) == 20
    assert_legible(many)


def test_a_memory_draws_its_patterns_and_states(net: hs.HopfieldNetwork) -> None:
    assert len(net.show().axes[0].images) == 3
    figure = net.show(-PATTERNS[:2], (2, 8))
    assert len(figure.axes[0].images) == 4
    memory = hs.ModernHopfield(4.0).store(PATTERNS / 4)
    assert len(memory.show().axes[0].images) == 3
    assert len(memory.recall(PATTERNS / 4, record="states").show().axes[0].images) == 9


def test_what_cannot_be_shown_is_told() -> None:
    with pytest.raises(HopfieldError, match="store"):
        hs.HopfieldNetwork().show()
    summed = hs.DistributedMemory(50, 1.0, rng=0).store(PATTERNS / 8)
    with pytest.raises(HopfieldError, match="keeps no patterns"):
        summed.show()
    assert len(summed.show(PATTERNS / 8).axes[0].images) == 3
    line = hs.HopfieldNetwork().store([[1, -1, 1, 1, -1]])
    with pytest.raises(InvalidInputError, match="shape"):
        line.show()
    assert len(line.show(shape=(1, 5)).axes[0].images) == 1


def test_weights_are_drawn_with_white_for_zero(net: hs.HopfieldNetwork) -> None:
    image = plotting.weights(net).axes[0].images[0]
    np.testing.assert_array_equal(image.get_array(), net.weights)
    assert image.norm.vmin == -image.norm.vmax
    given = plotting.weights([[0, 2.0], [-1.0, 0]]).axes[0].images[0]
    assert given.norm.vmax == 2
    plotting.weights(np.zeros((2, 2)))
    for wrong in ("text", [1.0, 2.0], [[np.nan]], None, hs.HopfieldNetwork()):
        with pytest.raises(HopfieldError):
            plotting.weights(wrong)


# --- the wrong kind of thing ---------------------------------------------------------------------

FILMS = ("race", "video")
DRAWING = sorted(set(plotting.__all__) - {"report", "phase_diagram", *FILMS})
NOT_NUMBERS = type("Lookalike", (), {"energy": "x", "updates": "y", "rows": 3, "overlaps": len})()


@pytest.mark.parametrize("name", [*DRAWING, *FILMS])
@pytest.mark.parametrize(
    "given", ["a memory", "nothing", "text", "a number", "a class", "a module", "a lookalike"]
)
def test_drawing_the_wrong_kind_of_thing(name: str, given: str, tmp_path: Any) -> None:
    thing = {
        "a memory": hs.ModernHopfield(4.0).store(PATTERNS / 4),
        "nothing": None,
        "text": "rows",
        "a number": 7,
        "a class": hs.HopfieldNetwork,
        "a module": hs,
        "a lookalike": NOT_NUMBERS,
    }[given]
    draw = getattr(plotting, name)
    if (name, given) == ("states", "a number"):
        thing = np.array(["7"])
    with pytest.raises(HopfieldError, match=r"must|has no"):
        draw(thing, tmp_path / "film.gif") if name in FILMS else draw(thing)
    if name == "race":
        with pytest.raises(HopfieldError, match=r"must|has no"):
            draw({"one": thing}, tmp_path / "film.gif")
