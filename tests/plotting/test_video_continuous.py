"""Videos and energy curves of continuous memories: the greys and colours that are on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError
from hopfield_sim.plotting import energy, video
from hopfield_sim.plotting.movies.pictures import look_of
from hopfield_sim.plotting.movies.stage import EDGE, HEAD
from hopfield_sim.support import thumbnails

SIDE, SCALE = 16, 20


def pictures(*shape: int) -> np.ndarray:
    """Smooth ones with values from 0 to 255, as photographs have."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    waves = rng.uniform(1, 6, size=(4, 3, 2))
    stack = np.stack(
        [[np.sin(a * x + b * y + c) for c, (a, b) in enumerate(w)] for w in waves]
    )  # (4, 3, H, W)
    images = np.round(127.5 + 127.5 * stack).astype(np.uint8)
    return images.transpose(0, 2, 3, 1) if shape == (3,) else images[:, 0]


def run_of(images: np.ndarray, **how: Any) -> Any:
    mem = hs.ModernHopfield(1e-3, similarity="euclidean").store(images)
    noise = 30 * np.random.default_rng(1).normal(size=images.shape)
    return mem.recall(images + noise, step=0.2, tol=0.5, record=("states", "energy"), **how)


def shown(path: Path) -> np.ndarray:
    """What is on each frame in the place of the image, a pixel a number."""
    frames = iio.imread(path, plugin="pillow")[..., :3]
    inner = frames[:, HEAD : HEAD + SIDE * SCALE, EDGE : EDGE + SIDE * SCALE]
    blocks = inner.reshape(len(frames), SIDE, SCALE, SIDE, SCALE, 3)
    assert (blocks == blocks[:, :, :1, :, :1]).all(), "blurred pixels"
    return blocks[:, :, 0, :, 0].astype(float)


def test_a_grey_film_has_the_greys_of_every_recorded_state(tmp_path: Path) -> None:
    run = run_of(pictures())
    found = shown(video(run, tmp_path / "grey.gif", state=2))
    rows = run.steps[2] + 1  # the film ends where this state rests
    assert len(found) == rows
    true = run.trajectory[:rows, 2].clip(0, 255)[..., None]
    # Half a step of 160 greys; the value and its grey are each rounded to a whole number.
    assert np.abs(found - true).max() <= 0.5 * 255 / 159 + 0.5 + 0.5


def test_a_colour_film_has_the_colours(tmp_path: Path) -> None:
    run = run_of(pictures(3))
    found = shown(video(run, tmp_path / "colour.gif"))
    error = np.abs(found - run.trajectory[: len(found), 0].clip(0, 255))
    assert error.mean() < 6  # 160 colours for all of them: eight levels of each of the three
    assert error.max() < 60


def test_mp4_or_gif_the_shape_may_be_given(tmp_path: Path) -> None:
    flat = run_of(pictures(3).reshape(4, -1))
    a = video(flat, tmp_path / "a.gif", (SIDE, SIDE, 3)).read_bytes()
    b = video(flat, tmp_path / "b.gif", (SIDE, SIDE)).read_bytes()
    c = video(flat, tmp_path / "c.gif").read_bytes()  # 768 is no square, 256 is
    assert a == b == c
    with pytest.raises(InvalidInputError, match="height × width"):
        video(flat, tmp_path / "d.gif", (5, 5))
    with pytest.raises(InvalidInputError, match="shape"):
        video(flat, tmp_path / "d.gif", 16)  # type: ignore[arg-type]


def test_a_single_state_and_what_is_not_recorded(tmp_path: Path) -> None:
    images = pictures()
    mem = hs.ModernHopfield(1e-3, similarity="euclidean").store(images)
    run = mem.recall(images[0], record="states")
    assert len(shown(video(run, tmp_path / "one.gif", scale=SCALE))) >= 1
    with pytest.raises(HopfieldError, match="record"):
        energy(run)
    with pytest.raises(HopfieldError, match="record"):
        video(mem.recall(images[0], record="energy"), tmp_path / "two.gif")


def test_the_energy_curve_counts_steps() -> None:
    run = run_of(pictures())
    panel = energy(run).axes[0]
    assert panel.get_xlabel() == "time (steps)"
    curve = panel.lines[0].get_xydata()
    np.testing.assert_array_equal(curve[:, 0], run.updates)
    np.testing.assert_array_equal(curve[:, 1], run.energy[:, 0])
    assert panel.get_title(loc="left") == "N = 256, P = 4"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0, 1], (0, 1)),
        ([0.2, 0.7], (0, 1)),
        ([-0.5, 1], (-1, 1)),
        ([3, 200], (0, 255)),
        ([-3, 200], (-3, 200)),
        ([0.0, 0.04], (0, 0.04)),
        ([7.0, 7.0], (7, 8)),
    ],
)
def test_black_and_white_are_where_the_values_are(values: Any, expected: Any) -> None:
    assert thumbnails.value_range(np.array(values)) == expected


def test_few_colours_come_back_exactly() -> None:
    levels = np.random.default_rng(0).integers(0, 32, size=(40, 3))
    few = (levels << 3) | (levels >> 2)  # the places of the table's grid
    image = few[np.random.default_rng(1).integers(0, 40, size=(2, 9, 9))].astype(np.uint8)
    look = look_of(image)
    assert len(look.colours) <= 256
    for row, one in enumerate(image):
        np.testing.assert_array_equal(look.colours[look.image(row, False)], one)


def test_the_palette_keeps_paper_white_and_ink_dark() -> None:
    look = look_of(pictures())
    white = np.full((1, 1, 4), 255, np.uint8)
    assert (look.colours[look.still(white)] == 255).all()
    black = np.array([[[0, 0, 0, 255]]], np.uint8)
    assert look.colours[look.still(black)].max() < 8
