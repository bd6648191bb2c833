"""``--file``: where pictures and data sets lie, what they are called, and what the report says of
them.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from properties import given, st

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidTypeError, MissingDataError
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.common.files import names_of, provenance
from hopfield_sim.experiment.studies.image.study import STUDY as IMAGE
from hopfield_sim.experiment.studies.images.study import STUDY as IMAGES
from hopfield_sim.experiment.studies.robust.patterns import choose, data_of


@pytest.fixture(autouse=True)
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No data set of this machine is found unless a test says where."""
    (tmp_path / "nowhere").mkdir()
    monkeypatch.chdir(tmp_path / "nowhere")
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    for name in ("HOPFIELD_DATA", "TORCH_HOME", "KERAS_HOME"):
        monkeypatch.delenv(name, raising=False)


def noise(path: Path, seed: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (20, 20, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def cifar(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    images = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 3), dtype=np.uint8)
    np.savez(folder / "cifar10_sample.npz", images=images, labels=np.arange(20) // 2)
    return folder


def sha256(data: hs.datasets.Dataset) -> str:
    parts = (data.train_images, data.train_labels, data.test_images, data.test_labels)
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    "names",
    [
        ["a/x.png", "b/x.png", "c/x-1.png"],
        ["x-2.png", "a/x.png", "x.png", "x-3.png", "x-4.png"],
        ["x.png", "X.png", "b/x.png"],
        ["cafe\u0301.png", "caf\u00e9.png"],
        ["x" * 300 + "a", "x" * 300 + "b"],
        ["a\n.png", "a\t.png", "a_.png"],
        [os.fsdecode(b"\xff.png"), os.fsdecode(b"\xfe.png")],
    ],
)
def test_names_differ_and_can_be_written(names: list[str]) -> None:
    found = names_of([Path(name) for name in names])
    assert len({name.casefold() for name in found}) == len(names)
    for name in found:
        assert name.isprintable()
        assert len(name.encode()) < 200


@given(st.lists(st.sampled_from(["x", "x-1", "x-2", "X", "X-1", "x-1-1"]), max_size=9))
def test_names_differ_whatever_they_were(stems: list[str]) -> None:
    found = names_of([Path(f"{k}/{stem}.png") for k, stem in enumerate(stems)])
    assert len({name.casefold() for name in found}) == len(stems)
    for stem, name in zip(stems, found, strict=True):
        keys = [other.casefold() for other in stems]
        assert name == stem or keys.count(stem.casefold()) > 1


@pytest.mark.slow
def test_files_of_equal_stems_are_told_apart(tmp_path: Path) -> None:
    """In the table, and as names of films."""
    files = [noise(tmp_path / name, seed) for seed, name in enumerate(("a/x.png", "b/x.png"))]
    files.append(noise(tmp_path / "c/x-1.png", 2))
    words = [word for file in files for word in ("--file", str(file))]
    out = tmp_path / "out"
    assert main(["image", *words, "--rules", "hebbian", "--out", str(out)]) == 0
    rows = (out / "image.csv").read_text().splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == ["x-2", "x-3", "x-1"]
    assert len(list(out.glob("image-*.gif"))) == 3
    page = (out / "report.html").read_text(encoding="utf-8")
    for file in files:
        assert hashlib.sha256(file.read_bytes()).hexdigest()[:12] in page


# ------------------------------------------------------------------ where they lie


def test_cifar_is_found_as_mnist_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its folder, by the folder of data sets, by a name in that, and by its word."""
    folder = cifar(tmp_path / "sets")
    monkeypatch.setenv("HOPFIELD_DATA", str(folder))
    data = hs.datasets.cifar10()
    for file in (folder, folder / "cifar10_sample.npz", "cifar10_sample.npz", "cifar10"):
        found = IMAGES([file], counts=(5,), curve=(5,), blended=5).config
        assert found["origin"] == {"CIFAR-10": sha256(data)}
        found = IMAGE([file]).config
        assert found["images"] == ["airplane", "automobile", "bird", "cat", "deer", "dog"]
        assert found["origin"] == {"CIFAR-10": sha256(data)}
    monkeypatch.delenv("HOPFIELD_DATA")
    for study in (IMAGE, IMAGES):
        with pytest.raises(MissingDataError, match="CIFAR-10 is not here"):
            study(["cifar10"])
        assert study().config["origin"] == {}


def test_pictures_are_found_among_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(5):
        noise(tmp_path / "sets" / "photos" / f"{seed}.png", seed)
    monkeypatch.setenv("HOPFIELD_DATA", str(tmp_path / "sets"))
    assert IMAGE(["photos"]).config["images"] == ["0", "1", "2", "3", "4"]
    assert IMAGE(["photos/1.png", "photos/3.png"]).config["images"] == ["1", "3"]
    found = IMAGES(["photos"], counts=(4,), curve=(4,), blended=4).config
    assert found["origin"] == {"photos": sha256(hs.datasets.tiles(tmp_path / "sets" / "photos"))}


@pytest.mark.parametrize("study", [IMAGE, IMAGES])
def test_files_that_are_none(tmp_path: Path, study) -> None:
    for files in (3, [3], [None], {"a": 1}, b"a"):
        with pytest.raises(InvalidTypeError, match="files must be a list of paths"):
            study(files)
    for file in ("none", "a\0b", "x" * 5000, "~no-such-user/a", tmp_path / "nowhere"):
        with pytest.raises(HopfieldError):
            study([file])
    (tmp_path / "bad.npz").write_bytes(b"PK")
    with pytest.raises(HopfieldError, match=r"bad\.npz"):
        study([tmp_path / "bad.npz"])


def test_the_hash_is_that_of_the_content_however_it_is_packed(tmp_path: Path) -> None:
    images = cifar(tmp_path / "a") and hs.datasets.cifar10(tmp_path / "a")
    np.savez_compressed(tmp_path / "b.npz", images=images.train_images, labels=images.train_labels)
    other = hs.datasets.cifar10(tmp_path / "b.npz")
    assert images.sha256 == other.sha256 == sha256(images)
    assert hs.datasets.tiles(n_tiles=3).sha256 != hs.datasets.tiles(n_tiles=4).sha256


def test_reports_name_data_by_their_hash(tmp_path: Path) -> None:
    file = noise(tmp_path / "a.png", 0)
    result = hs.experiment.image([file], rules=["hebbian"], rng=0)
    sum_ = hashlib.sha256(file.read_bytes()).hexdigest()
    assert provenance(result.config) == f"Data, by SHA-256: a {sum_[:12]}."
    assert provenance(IMAGE(rules=["hebbian"]).config) == ""
    source = choose()
    words = data_of(source)
    assert all(len(digest) == 64 for digest in words.values())
    assert bool(words) == (source != "drawn")


# ------------------------------------------------------------------ negatives


def drawn_on(ground: int, ink: int, path: Path, *ellipses: tuple[int, int, int, int]) -> Path:
    picture = Image.new("L", (200, 200), ground)
    for ellipse in ellipses:
        ImageDraw.Draw(picture).ellipse(ellipse, fill=ink)
    picture.save(path)
    return path


@pytest.mark.slow
def test_photographs_on_white_end_at_negatives_and_the_sentence_says_so(tmp_path: Path) -> None:
    """And what it recommends helps: the same pictures with black and white exchanged come back."""
    shapes = {
        "one": [(20, 20, 120, 160), (110, 90, 150, 190)],
        "two": [(60, 40, 180, 120), (30, 130, 90, 190)],
    }
    white = [drawn_on(255, 20, tmp_path / f"{n}.png", *s) for n, s in shapes.items()]
    result = hs.experiment.image(white, rules=["hebbian", "storkey"], rng=0)
    text = IMAGE.sentence(result)
    assert "0 of 2 by the Hebbian rule" in text
    one, two = (hs.from_image(file, (100, 100)) for file in white)
    np.testing.assert_array_equal(result.runs["hebbian"].states, [-two, -one])
    assert "one at the negative of two (hebbian, storkey), two at the negative of one" in text
    assert "Exchange black and white" in text
    dark = [drawn_on(0, 235, tmp_path / f"{n}.png", *s) for n, s in shapes.items()]
    text = IMAGE.sentence(hs.experiment.image(dark, rules=["hebbian", "storkey"], rng=0))
    assert "2 of 2 by the Hebbian rule and 2 of 2 by the Storkey rule" in text
    assert "negative" not in text
