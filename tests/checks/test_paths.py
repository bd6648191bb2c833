"""Paths of files: the home folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import checks, course
from hopfield_sim.errors import InvalidInputError

PATTERNS = [[1, 1, -1, -1], [1, -1, 1, -1]]
UNKNOWN = "~nobody-of-this-name/file"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.mark.parametrize("kind", [str, Path])
def test_a_tilde_is_the_home_folder(home: Path, kind: Callable[[str], Any]) -> None:
    hs.HopfieldNetwork().store(PATTERNS).save(kind("~/model.npz"))
    assert (home / "model.npz").is_file()
    np.testing.assert_array_equal(hs.load(kind("~/model.npz")).patterns, PATTERNS)
    iio.imwrite(home / "image.png", np.array([[0, 255]], np.uint8))
    np.testing.assert_array_equal(hs.from_image(kind("~/image.png")), [-1, 1])
    course.save_video([PATTERNS], kind("~/film.gif"))
    assert (home / "film.gif").is_file()


@pytest.mark.parametrize(
    "call",
    [
        checks.path,
        hs.HopfieldNetwork().store(PATTERNS).save,
        hs.load,
        hs.from_image,
        lambda path: course.save_video([PATTERNS], path + ".gif"),
    ],
)
def test_the_home_folder_of_an_unknown_user(home: Path, call: Callable[[str], Any]) -> None:
    with pytest.raises(InvalidInputError, match="home folder is unknown; write it without ~"):
        call(UNKNOWN)


def test_a_file_whose_name_begins_with_a_tilde(home: Path) -> None:
    hs.HopfieldNetwork().store(PATTERNS).save("./~model.npz")
    assert (home.parent / "~model.npz").is_file()
    assert checks.path(checks.path("./~model.npz")) == home.parent / "~model.npz"
    assert checks.path("a~b") == Path("a~b")
