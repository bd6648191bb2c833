"""Picture files: what a viewer shows is what is read, of every format, and no file does harm."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InsufficientMemoryError, InvalidInputError
from hopfield_sim.patterns.picture_file import read

RGB = np.full((24, 30, 3), 30, np.uint8)
RGB[4:12, 6:24] = [230, 220, 40]
RGB[14:20, 2:8] = [200, 240, 210]
BRIGHT = RGB[:, :, 0] > 100
PATTERN = np.where(BRIGHT, 1, -1).ravel()
PICTURE = Image.fromarray(RGB)
BILEVEL = Image.fromarray(BRIGHT)
TURNED = Image.Transpose

# Orientation → how a camera that is held so lays the upright picture down in the file.
LAID = {
    2: TURNED.FLIP_LEFT_RIGHT,
    3: TURNED.ROTATE_180,
    4: TURNED.FLIP_TOP_BOTTOM,
    5: TURNED.TRANSPOSE,
    6: TURNED.ROTATE_90,
    7: TURNED.TRANSVERSE,
    8: TURNED.ROTATE_270,
}

# Name → the picture as it is written, and how; each looks like RGB.
WAYS: dict[str, tuple[Image.Image, dict[str, Any]]] = {
    "rgb.png": (PICTURE, {}),
    "rgb.bmp": (PICTURE, {}),
    "rgb.ppm": (PICTURE, {}),
    "rgb.webp": (PICTURE, {"lossless": True}),
    "rgb.jpg": (PICTURE, {"quality": 95}),
    "palette.png": (PICTURE.quantize(8), {}),
    "palette.gif": (PICTURE, {}),
    "animated.gif": (PICTURE, {"save_all": True, "append_images": [PICTURE.rotate(180)]}),
    "animated.png": (PICTURE, {"save_all": True, "append_images": [PICTURE.rotate(180)]}),
    "animated.webp": (
        PICTURE,
        {"save_all": True, "append_images": [PICTURE.rotate(180)], "lossless": True},
    ),
    "several.jpg": (
        PICTURE,
        {"format": "MPO", "save_all": True, "append_images": [PICTURE.rotate(180)]},
    ),
    "cmyk.jpg": (PICTURE.convert("CMYK"), {"quality": 95}),
    "cmyk.tif": (PICTURE.convert("CMYK"), {}),
    "pages.tif": (PICTURE, {"save_all": True, "append_images": [PICTURE.rotate(180)]}),
    "jpeg.tif": (PICTURE, {"compression": "jpeg"}),
    "lzw.tif": (PICTURE, {"compression": "tiff_lzw"}),
    "ycbcr.tif": (PICTURE.convert("YCbCr"), {}),
    "lab.tif": (PICTURE.convert("LAB"), {}),
    "grey.png": (PICTURE.convert("L"), {}),
    "grey.jpg": (PICTURE.convert("L"), {"quality": 95}),
    "two.png": (BILEVEL, {}),
    "two.bmp": (BILEVEL, {}),
    "two.pbm": (BILEVEL, {}),
    "group4.tif": (BILEVEL, {"compression": "group4"}),
    "group3.tif": (BILEVEL, {"compression": "group3"}),
    "wide.png": (Image.fromarray(BRIGHT.astype(np.uint16) * 30000), {}),
    "wide.tif": (Image.fromarray(BRIGHT.astype(np.uint16) * 30000), {}),
    "integers.tif": (Image.fromarray(BRIGHT * np.int32(10**6) - 500), {}),
    "floats.tif": (Image.fromarray(BRIGHT * np.float32(0.3)), {}),
}


def saved(folder: Path, name: str) -> Path:
    picture, options = WAYS[name]
    picture.save(folder / name, **options)
    return folder / name


@pytest.mark.parametrize("name", WAYS)
def test_every_kind_of_file_gives_the_picture(tmp_path: Path, name: str) -> None:
    assert np.mean(hs.from_image(saved(tmp_path, name)) == PATTERN) > 0.99


@pytest.mark.parametrize("name", [name for name in WAYS if name[:5] not in ("integ", "float")])
def test_every_kind_of_file_is_a_tile(tmp_path: Path, name: str) -> None:
    found = hs.datasets.tiles(saved(tmp_path, name).parent, size=24).train_images[0]
    seen = np.where(found.mean(axis=2) > 100, 1, -1)
    if name.startswith("wide"):  # 30 000 of 65 535
        assert found.max() == round(30000 * 255 / 65535)
    elif np.ptp(found, axis=2).any():
        assert np.abs(found.astype(int) - RGB[:, 3:27]).mean() < 10
    assert np.mean(seen == np.where(BRIGHT, 1, -1)[:, 3:27]) > 0.99


@pytest.mark.parametrize("orientation", LAID)
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
def test_pictures_are_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"photo.{suffix}"
    PICTURE.transpose(LAID[orientation]).save(path, exif=exif)
    assert np.mean(hs.from_image(path) == PATTERN) > 0.99


def test_what_cannot_be_seen_is_white(tmp_path: Path) -> None:
    ink = np.where(BRIGHT, 0, 255).astype(np.uint8)  # dark, opaque where the picture is dark
    both = Image.merge("LA", (Image.fromarray(np.zeros_like(ink)), Image.fromarray(ink)))
    both.save(tmp_path / "la.png")
    both.convert("RGBA").save(tmp_path / "rgba.png")
    both.convert("RGBA").save(tmp_path / "rgba.tif")
    palette = Image.frombytes("P", PICTURE.size, BRIGHT.astype(np.uint8).tobytes())
    palette.putpalette([0, 0, 0, 0, 0, 0])
    palette.save(tmp_path / "palette.png", transparency=1)
    palette.save(tmp_path / "palette.gif", transparency=1)
    Image.fromarray(BRIGHT * np.uint8(7)).save(tmp_path / "key.png", transparency=7)
    Image.fromarray(BRIGHT * np.uint16(700)).save(tmp_path / "wide.png", transparency=700)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 7
    for file in files:
        np.testing.assert_array_equal(hs.from_image(file), PATTERN, err_msg=file.name)


def png(width: int, height: int) -> bytes:
    """A file that promises so many black and white pixels, and has none."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    head = chunk(b"IHDR", struct.pack(">2I5B", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height"), [(50_001, 1000), (10_000, 9000), (30_000, 30_000), (2**31 - 1, 1)]
)
def test_large_pictures_are_refused_before_they_are_decoded(
    tmp_path: Path, width: int, height: int
) -> None:
    """50 million pixels, then where Pillow would warn, where it would raise, and the largest."""
    path = tmp_path / "large.png"
    path.write_bytes(png(width, height))
    with pytest.raises(InvalidInputError, match=r"large\.png.*wanted at most 50 million"):
        hs.from_image(path)
    with pytest.raises(InvalidInputError, match="wanted at most 50 million"):
        hs.datasets.tiles(tmp_path)


def test_the_largest_picture_gets_as_far_as_its_pixels(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(50_000, 1000))
    with pytest.raises(InvalidInputError, match=r"a\.png.*truncated"):
        hs.from_image(tmp_path / "a.png")


def test_a_picture_that_does_not_fit_into_memory(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png(50_000, 1000))
    with monkeypatch.context() as patch:
        patch.setattr("hopfield_sim.checks.resources._available_memory", lambda: 1000)
        with pytest.raises(InsufficientMemoryError, match=r"a\.png.*0\.8 GB wanted"):
            hs.from_image(path)


EPS = b"""%!PS-Adobe-3.0 EPSF-3.0
%%BoundingBox: 0 0 20 20
%%EndComments
(harm) (w) file closefile
"""


@pytest.mark.parametrize("name", ["a.eps", "a.png", "a.pdf", "a.mp4", "a.gif", "a"])
@pytest.mark.parametrize("content", [EPS, b"", b"\0\0\0\x20ftypisom", b"%PDF-1.4", b"<svg/>"])
def test_only_formats_of_the_list_are_opened(
    tmp_path: Path, monkeypatch: Any, name: str, content: bytes
) -> None:
    import subprocess

    def started(*arguments: Any, **options: Any) -> None:
        raise AssertionError("another program was started")

    monkeypatch.setattr(subprocess, "Popen", started)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInputError, match=r"or not one of PNG, JPEG.*convert it to PNG"):
        hs.from_image(tmp_path / name)


@pytest.mark.parametrize("name", ["TGA", "ICO", "SGI", "JPEG2000"])
def test_rare_formats_are_not_opened(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.png"
    try:
        PICTURE.save(path, format=name)
    except (KeyError, OSError):
        pytest.skip(f"this Pillow does not write {name}")
    with pytest.raises(InvalidInputError, match="not one of PNG"):
        hs.from_image(path)


@pytest.mark.slow
@pytest.mark.parametrize("name", WAYS)
def test_damaged_files_are_errors_in_one_line(tmp_path: Path, name: str) -> None:
    """Bits flipped, ends cut off: a picture, or an error of the package; warnings are errors."""
    whole = saved(tmp_path, name).read_bytes()
    source = np.random.default_rng(zlib.crc32(name.encode()))
    path = tmp_path / f"damaged-{name}"
    messages = []
    for number in range(60):
        spoilt = bytearray(whole)
        if number % 3:
            last = len(whole) if number % 2 else min(200, len(whole))
            for place in source.integers(last, size=source.integers(1, 5)).tolist():
                spoilt[place] ^= 1 << int(source.integers(8))
        else:
            del spoilt[int(source.integers(len(whole))) :]
        path.write_bytes(spoilt)
        try:
            hs.from_image(path)
        except HopfieldError as error:
            messages.append(str(error))
    assert len(messages) > 3
    assert [text for text in messages if "\n" in text or path.name not in text] == []


def test_damaged_metadata_do_not_hide_sound_pixels(tmp_path: Path) -> None:
    for suffix in ("png", "jpg", "webp"):
        path = tmp_path / f"a.{suffix}"
        PICTURE.save(path, exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff")
        assert np.mean(hs.from_image(path) == PATTERN) > 0.99


def test_numbers_of_a_file_stay_what_they_are(tmp_path: Path) -> None:
    """No rounding, no stretching: grey levels of 8, 16 and 32 bits, and floats."""
    rng = np.random.default_rng(0)
    for values in (
        rng.integers(256, size=(5, 7), dtype=np.uint8),
        rng.integers(2**16, size=(5, 7), dtype=np.uint16),
        rng.integers(-(2**31), 2**31, size=(5, 7), dtype=np.int32),
        rng.random((5, 7), np.float32),
        rng.integers(256, size=(5, 7, 3), dtype=np.uint8),
        rng.integers(256, size=(5, 7, 4), dtype=np.uint8),
    ):
        Image.fromarray(values).save(tmp_path / "a.tif")
        found = read(tmp_path / "a.tif")
        assert found.dtype == values.dtype
        np.testing.assert_array_equal(found, values)


def test_hidden_files_and_folders_are_no_pictures(tmp_path: Path) -> None:
    saved(tmp_path, "rgb.png")
    (tmp_path / "._rgb.png").write_bytes(b"what macOS leaves beside a file")
    (tmp_path / "folder.png").mkdir()
    assert len(hs.datasets.tiles(tmp_path).train_images) == 1
