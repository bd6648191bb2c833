"""Data sets: found where they lie, verified to the last byte, and no file does harm."""

from __future__ import annotations

import contextlib
import errno
import gzip
import io
import os
import pickle
import pwd
import re
import sys
import tracemalloc
import zipfile
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.datasets import archive, idx, mnist, pickled
from hopfield_sim.datasets import cifar as cifar_module
from hopfield_sim.errors import (
    DatasetFormatError,
    InsufficientMemoryError,
    InvalidInputError,
    InvalidTypeError,
    MissingDataError,
    MissingDependencyError,
)

mnist_module = import_module("hopfield_sim.datasets.mnist")  # the file, not the function
DATA = Path(os.environ.get("HOPFIELD_DATA", ""))
NAMES = [*mnist_module._FILES]
MADE = dict(zip(NAMES, [(6, 28, 28), (6,), (2, 28, 28), (2,)], strict=True))


def needs(*names: str) -> pytest.MarkDecorator:
    there = "HOPFIELD_DATA" in os.environ and all((DATA / name).is_file() for name in names)
    return pytest.mark.skipif(not there, reason=f"$HOPFIELD_DATA has no {names[0]}")


@pytest.fixture(autouse=True)
def nothing_here(tmp_path, monkeypatch):
    """No data set of this machine is found unless a test says where."""
    empty = tmp_path / "nowhere"
    empty.mkdir()
    monkeypatch.chdir(empty)
    monkeypatch.setenv("HOME", str(empty))
    for name in ("HOPFIELD_DATA", "TORCH_HOME", "KERAS_HOME"):
        monkeypatch.delenv(name, raising=False)
    debian = replace(mnist_module._FASHION, elsewhere=())
    monkeypatch.setattr(mnist_module, "_FASHION", debian)


# ------------------------------------------------------------------ the real ones, where they are


@needs(*(f"{name}.gz" for name in NAMES))
def test_mnist_is_the_known_one() -> None:
    found = hs.datasets.mnist(DATA)
    assert found.train_images.shape == (60000, 28, 28)
    assert found.test_images.shape == (10000, 28, 28)
    assert found.train_images.dtype == found.train_labels.dtype == np.uint8
    # Counts of the digits, as the literature lists them.
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(found.train_labels).tolist() == counts
    assert found.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert found.train_images.mean() / 255 == pytest.approx(0.1307, abs=5e-5)
    assert found.names == tuple("0123456789")
    assert found.source == DATA
    assert "60000 + 10000 images of 28 x 28" in repr(found)


@needs(*(f"{name}.gz" for name in NAMES))
def test_mnist_is_found_by_the_variable_and_is_not_fashion(monkeypatch) -> None:
    monkeypatch.setenv("HOPFIELD_DATA", str(DATA))
    assert hs.datasets.mnist().source == DATA
    with pytest.raises(MissingDataError, match=r"files of MNIST, of the same names.*apt install"):
        hs.datasets.fashion_mnist()
    with pytest.raises(
        DatasetFormatError, match=r"train-images.*is not Fashion-MNIST.*wanted c59f"
    ):
        hs.datasets.fashion_mnist(DATA)


@needs(*(f"{name}.gz" for name in NAMES))
def test_a_single_wrong_bit_is_seen(tmp_path) -> None:
    for name in NAMES:
        (tmp_path / f"{name}.gz").symlink_to(DATA / f"{name}.gz")
    labels = bytearray(gzip.decompress((DATA / f"{NAMES[3]}.gz").read_bytes()))
    labels[5000] ^= 1
    (tmp_path / f"{NAMES[3]}.gz").unlink()
    (tmp_path / NAMES[3]).write_bytes(labels)
    with pytest.raises(DatasetFormatError, match=r"t10k-labels-idx1-ubyte is not MNIST: the SHA"):
        hs.datasets.mnist(tmp_path)


@needs("cifar10_sample.npz")
def test_the_cifar_sample(monkeypatch) -> None:
    monkeypatch.setenv("HOPFIELD_DATA", str(DATA))
    found = hs.datasets.cifar10()
    assert found.train_images.shape == (1000, 32, 32, 3)
    assert np.bincount(found.train_labels).tolist() == [100] * 10
    assert found.test_images.shape == (0, 32, 32, 3)
    assert found.names[3] == "cat"
    assert hs.datasets.cifar10(found.source).train_images.shape == (1000, 32, 32, 3)


def test_digits() -> None:
    pytest.importorskip("sklearn", reason="digits() needs the extra `data` (scikit-learn)")
    found = hs.datasets.digits()
    assert found.train_images.shape == (1500, 8, 8)
    assert found.test_images.shape == (297, 8, 8)
    assert (found.train_images.min(), found.train_images.max()) == (0, 255)
    labels = np.concatenate([found.train_labels, found.test_labels])
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_digits_without_scikit_learn(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(MissingDependencyError, match=r"hopfield_sim\[data\]"):
        hs.datasets.digits()


# ------------------------------------------------------------------ small ones made here


@pytest.fixture
def small(monkeypatch):
    """MNIST and Fashion-MNIST of six and two images each, with their own checksums."""
    rng = np.random.default_rng(0)
    monkeypatch.setattr(mnist_module, "_FILES", MADE)
    made = {}
    for word in ("_DIGITS", "_FASHION"):
        arrays = [rng.integers(0, 10, shape, dtype=np.uint8) for shape in MADE.values()]
        known = replace(getattr(mnist_module, word), digests=tuple(map(idx.digest, arrays)))
        monkeypatch.setattr(mnist_module, word, known)
        made[word] = arrays
    return made


def write(folder: Path, arrays: list[np.ndarray], *, zipped: bool = False, dot: str = "-") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(NAMES, arrays, strict=True):
        content = idx.header(array.shape) + array.tobytes()
        name = name.replace("-idx", f"{dot}idx")
        if zipped:
            (folder / f"{name}.gz").write_bytes(gzip.compress(content))
        else:
            (folder / name).write_bytes(content)


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize(
    "place", ["data/MNIST/raw", ".cache/torch/datasets/MNIST/raw", ".keras/datasets", "data"]
)
def test_files_are_found_where_others_keep_them(small, zipped, place) -> None:
    write(Path(place).absolute(), small["_DIGITS"], zipped=zipped)
    found = hs.datasets.mnist()
    np.testing.assert_array_equal(found.train_images, small["_DIGITS"][0])
    np.testing.assert_array_equal(found.test_labels, small["_DIGITS"][3])
    assert found.source is not None
    assert str(found.source).endswith(place)
    with pytest.raises(ValueError, match="read-only"):
        found.train_images[0] = 0


def test_names_with_a_dot_and_keras_archives(small, tmp_path) -> None:
    write(tmp_path / "dots", small["_DIGITS"], dot=".")
    assert len(hs.datasets.mnist(tmp_path / "dots").train_images) == 6
    arrays = dict(zip(["x_train", "y_train", "x_test", "y_test"], small["_DIGITS"], strict=True))
    np.savez_compressed(tmp_path / "mnist.npz", **arrays)
    for path in (tmp_path, tmp_path / "mnist.npz"):
        found = hs.datasets.mnist(path)
        np.testing.assert_array_equal(found.train_labels, small["_DIGITS"][1])
    with pytest.raises(DatasetFormatError, match="is not Fashion-MNIST"):
        hs.datasets.fashion_mnist(tmp_path / "mnist.npz")
    np.savez(tmp_path / "mnist.npz", **{**arrays, "x_train": arrays["x_train"].astype(np.int16)})
    with pytest.raises(DatasetFormatError, match=r"x_train .* is int16 of shape .* wanted uint8"):
        hs.datasets.mnist(tmp_path)


def test_the_first_place_with_the_right_files_is_taken(small, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HOPFIELD_DATA", str(tmp_path / "mine"))
    write(tmp_path / "mine", small["_DIGITS"])
    write(Path("data/FashionMNIST/raw").absolute(), small["_FASHION"])
    assert hs.datasets.mnist().source == tmp_path / "mine"
    assert hs.datasets.fashion_mnist().names[0] == "T-shirt/top"


@pytest.mark.parametrize("closed", ["", "MNIST/raw", "cifar10"])
def test_a_folder_that_may_not_be_entered_is_told(tmp_path, monkeypatch, closed: str) -> None:
    def stat(path: object, *args: object, **how: object) -> os.stat_result:
        if str(path).startswith(str(folder)):  # as for anyone but root after chmod 600
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return sound(path, *args, **how)

    folder, sound = tmp_path / closed, os.stat
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(os, "stat", stat)
    load = hs.datasets.cifar10 if closed == "cifar10" else hs.datasets.mnist
    with pytest.raises(MissingDataError, match=f"permission denied in {re.escape(str(folder))}"):
        load(tmp_path)


def test_what_is_missing_is_told_how_to_get() -> None:
    for load, way in [
        (hs.datasets.mnist, "torchvision"),
        (hs.datasets.fashion_mnist, "apt install dataset-fashion-mnist"),
        (hs.datasets.cifar10, "unpack https"),
    ]:
        with pytest.raises(MissingDataError, match=rf"HOPFIELD_DATA \(not set\).*{way}"):
            load()
        with pytest.raises(FileNotFoundError, match="not found in /no/where"):
            load("/no/where")
        with pytest.raises(InvalidTypeError, match="path must be a str"):
            load(3)
    with pytest.raises(MissingDataError):
        hs.datasets.mnist("\0")


def test_without_a_home_folder_and_of_an_unknown_user(monkeypatch) -> None:
    def nobody(number: int) -> None:
        raise KeyError(number)

    loads = (hs.datasets.mnist, hs.datasets.fashion_mnist, hs.datasets.cifar10, hs.datasets.tiles)
    for load in loads:
        with pytest.raises(MissingDataError, match="~no-such-user"):
            load("~no-such-user/data")
    monkeypatch.setenv("HOPFIELD_DATA", "~no-such-user/data")
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    for load in loads[:3]:
        with pytest.raises(MissingDataError, match="~/data"):
            load()


def test_the_variable_may_begin_at_the_home_folder(small, monkeypatch) -> None:
    write(Path.home() / "sets", small["_DIGITS"])
    monkeypatch.setenv("HOPFIELD_DATA", "~/sets")
    assert hs.datasets.mnist().source == Path.home() / "sets"


@pytest.mark.parametrize("refuse", ["exists", "is_file", "stat", "open"])
def test_what_must_not_be_looked_at(few, small, tmp_path, monkeypatch, refuse) -> None:
    """As where permissions forbid it: errors of the package, whichever question is refused."""
    write(tmp_path, small["_DIGITS"])
    write_batches(tmp_path / "binary", protocol=None)
    write_batches(tmp_path / "pickled", protocol=4)

    def denied(self: Path, *arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, refuse, denied)
    for load, folder in (
        (hs.datasets.mnist, tmp_path),
        (hs.datasets.cifar10, tmp_path / "binary"),
        (hs.datasets.cifar10, tmp_path / "pickled"),
    ):
        with contextlib.suppress(MissingDataError, DatasetFormatError):
            load(folder)


@pytest.mark.parametrize("zipped", [True, False])
def test_damaged_idx_files(small, tmp_path, zipped) -> None:
    def spoilt(change) -> str:
        write(tmp_path, small["_DIGITS"], zipped=zipped)
        array = small["_DIGITS"][0]
        content = change(idx.header(array.shape) + array.tobytes())
        name = f"{NAMES[0]}.gz" if zipped else NAMES[0]
        (tmp_path / name).write_bytes(gzip.compress(content) if zipped else content)
        with pytest.raises(DatasetFormatError) as found:
            hs.datasets.mnist(tmp_path)
        return str(found.value)

    assert "holds 4719 bytes, wanted 4720" in spoilt(lambda content: content[:-1])
    assert "holds more, wanted 4720 bytes" in spoilt(lambda content: content + b"\0")
    assert "found 00000803 00000007" in spoilt(lambda c: c[:4] + b"\0\0\0\7" + c[8:])
    assert "found nothing" in spoilt(lambda content: b"")
    assert "the SHA-256 of train-images" in spoilt(lambda c: c[:-1] + bytes([c[-1] ^ 1]))


def test_a_truncated_gzip_file_and_one_that_is_none(small, tmp_path) -> None:
    write(tmp_path, small["_DIGITS"], zipped=True)
    path = tmp_path / f"{NAMES[0]}.gz"
    whole = path.read_bytes()
    broken = bytearray(whole)
    broken[len(whole) // 2] ^= 0xFF
    for content in (whole[:-20], b"no gzip at all", bytes(broken)):
        path.write_bytes(content)
        with pytest.raises(DatasetFormatError, match="fetch it again"):
            hs.datasets.mnist(tmp_path)


@pytest.mark.parametrize("named", [True, False])
def test_a_name_does_not_say_whether_a_file_is_gzipped(small, tmp_path, named) -> None:
    write(tmp_path, small["_DIGITS"], zipped=not named)
    for file in list(tmp_path.iterdir()):
        if file.is_file():
            file.rename(f"{file}.gz" if named else str(file).removesuffix(".gz"))
    assert len(hs.datasets.mnist(tmp_path).train_images) == 6


@pytest.mark.parametrize(
    "bad",
    [b"<!DOCTYPE html>", gzip.compress(b"other"), gzip.compress(idx.header((6, 28, 28)))[:9]],
    ids=["a page", "another file", "cut short"],  # what is compressed bears the time
)
def test_a_bad_file_does_not_hide_a_good_one(small, tmp_path, bad) -> None:
    write(tmp_path, small["_DIGITS"])
    for name in NAMES:
        (tmp_path / f"{name}.gz").write_bytes(bad)
    assert len(hs.datasets.mnist(tmp_path).train_images) == 6
    write(tmp_path, small["_FASHION"], zipped=True)  # a good one of the other set
    assert len(hs.datasets.mnist(tmp_path).train_images) == 6
    assert hs.datasets.fashion_mnist(tmp_path).names[0] == "T-shirt/top"
    (tmp_path / NAMES[0]).unlink()
    (tmp_path / f"{NAMES[0]}.gz").write_bytes(bad)
    with pytest.raises(DatasetFormatError, match=NAMES[0]):
        hs.datasets.mnist(tmp_path)


def test_a_bomb_is_not_inflated(small, tmp_path, monkeypatch) -> None:
    write(tmp_path, small["_DIGITS"], zipped=True)
    path = tmp_path / f"{NAMES[0]}.gz"
    array = small["_DIGITS"][0]
    bomb = gzip.compress(idx.header(array.shape) + array.tobytes() + bytes(100_000_000), 1)
    path.write_bytes(bomb)
    tracemalloc.start()
    with pytest.raises(DatasetFormatError, match="holds more"):
        hs.datasets.mnist(tmp_path)
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


# ------------------------------------------------------------------ CIFAR-10


@pytest.fixture
def few(monkeypatch) -> int:
    """Batches of four images."""
    monkeypatch.setattr(cifar_module, "_COUNT", 4)
    return 4


def batch(number: int) -> dict[bytes, object]:
    rng = np.random.default_rng(number)
    return {
        b"batch_label": b"batch %d" % number,
        b"labels": rng.integers(0, 10, 4).tolist(),
        b"data": rng.integers(0, 256, (4, 3072), dtype=np.uint8),
        b"filenames": [b"cat.png", b"dog.png", b"cat.png", b"frog.png"],
    }


def write_batches(folder: Path, *, protocol: int | None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(cifar_module._BATCHES):
        made = batch(number)
        if protocol is None:
            pixels = np.asarray(made[b"data"])
            labels = np.array(made[b"labels"], np.uint8)[:, None]
            (folder / f"{name}.bin").write_bytes(np.hstack([labels, pixels]).tobytes())
        else:
            (folder / name).write_bytes(pickle.dumps(made, protocol))


@pytest.mark.parametrize("protocol", [None, 0, 1, 2, 3, 4, 5])
def test_cifar_in_both_versions(few, protocol) -> None:
    folder = "cifar-10-batches-bin" if protocol is None else "cifar-10-batches-py"
    write_batches(Path("data") / folder, protocol=protocol)
    found = hs.datasets.cifar10()
    assert found.train_images.shape == (20, 32, 32, 3)
    assert found.test_images.shape == (4, 32, 32, 3)
    pixels = np.asarray(batch(1)[b"data"])
    # The pixel in row 2, column 3 of the second image of the second batch: red, green, blue planes.
    wanted = pixels[1, [2 * 32 + 3, 1024 + 2 * 32 + 3, 2048 + 2 * 32 + 3]]
    np.testing.assert_array_equal(found.train_images[5, 2, 3], wanted)
    assert found.train_labels[4:8].tolist() == batch(1)[b"labels"]


def test_the_pickle_of_python_2_is_read(few, tmp_path) -> None:
    """As cPickle wrote it: numpy.core, str for bytes, the dtype by its letter code."""
    write_batches(tmp_path, protocol=3)
    data = bytes(range(256)) * 48
    text = (
        b"\x80\x02}q\x01(U\x0bbatch_labelq\x02U\x05batchq\x03U\x06labelsq\x04]q\x05(K\x06K\x09K\x01K\x00e"
        b"U\x04dataq\x06cnumpy.core.multiarray\n_reconstruct\nq\x07cnumpy\nndarray\nq\x08K\x00\x85U\x01b"
        b"\x87Rq\x09(K\x01K\x04M\x00\x0c\x86cnumpy\ndtype\nq\x0aU\x02u1K\x00K\x01\x87Rq\x0b(K\x03U\x01|"
        b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T\x00\x30\x00\x00"
        + data
        + b"tbU\x09filenamesq\x0c]q\x0d(U\x05a.pngq\x0eh\x0eeu."
    )
    (tmp_path / "data_batch_1").write_bytes(text)
    found = hs.datasets.cifar10(tmp_path)
    assert found.train_labels[:4].tolist() == [6, 9, 1, 0]
    assert found.train_images[0, 0, :3, 0].tolist() == [0, 1, 2]


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("kind", ["u1", "i1", "<i2", ">i4", "<i8", ">u8"])
def test_batches_written_again(few, tmp_path, protocol, kind) -> None:
    """With text for keys, labels as an array, perhaps of the pixels' type, pixels in any order."""
    for number, name in enumerate(cifar_module._BATCHES):
        made = {key.decode(): value for key, value in batch(number).items()}
        made["labels"] = np.array(made["labels"], kind)
        made["data"] = np.asarray(made["data"], order="F" if number % 2 else "C")
        made["filenames"] = ["a.png", "ü.png"]
        (tmp_path / name).write_bytes(pickle.dumps(made, protocol))
    found = hs.datasets.cifar10(tmp_path)
    for number in range(5):
        part = slice(4 * number, 4 * number + 4)
        assert found.train_labels[part].tolist() == batch(number)[b"labels"]
        planes = np.asarray(batch(number)[b"data"]).reshape(4, 3, 32, 32)
        np.testing.assert_array_equal(found.train_images[part], planes.transpose(0, 2, 3, 1))


def test_a_whole_batch_as_text_is_not_too_large() -> None:
    """Protocols before 3 write a byte from 128 on as two."""
    assert len(pickle.dumps(bytes([200]) * 30_720_000, 2)) < pickled.LARGEST - 10**6


class Harm:
    def __reduce__(self):
        return os.mkdir, ("harm was done",)


def deep(levels: int) -> object:
    value: object = ()
    for _ in range(levels):
        value = (value,)
    return value


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_does_harm_is_not_run(few, tmp_path, protocol) -> None:
    write_batches(tmp_path, protocol=3)
    (tmp_path / "data_batch_2").write_bytes(
        pickle.dumps({**batch(1), b"filenames": Harm()}, protocol)
    )
    with pytest.raises(DatasetFormatError, match=r"data_batch_2 is not.*uses .*mkdir.*not run"):
        hs.datasets.cifar10(tmp_path)
    assert not Path("harm was done").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "damaged"),
        (b"not a pickle", "damaged|instruction"),
        (pickle.dumps(batch(0), 3)[:-100], "damaged"),
        (pickle.dumps([1, 2], 3), "it holds a list, wanted a dictionary"),
        (pickle.dumps({b"mine": 3}, 3), "key 'mine'"),
        (pickle.dumps({**batch(0), b"labels": {}}, 3), "holds a dict"),
        (pickle.dumps({**batch(0), b"data": np.zeros((4, 3072))}, 3), "not of integers"),
        (pickle.dumps({**batch(0), b"data": np.zeros((4, 3072), int)}, 3), "of uint8.*found int64"),
        (pickle.dumps({**batch(0), b"labels": np.zeros(4)}, 5), "not of integers"),
        (pickle.dumps({**batch(0), b"labels": np.zeros((4, 1), int)}, 5), "must be integers"),
        (pickle.dumps({**batch(0), b"data": np.zeros((4, 99), np.uint8)}, 3), r"\(4, 3072\)"),
        (pickle.dumps({**batch(0), b"labels": [1, 2]}, 3), "2 labels"),
        (pickle.dumps({**batch(0), b"labels": [1, 2, 3, 10]}, 3), "the label 10 at 3"),
        (pickle.dumps({**batch(0), b"labels": [b"cat"] * 4}, 3), "must be integers"),
        (pickle.dumps({deep(200): 1}, 3), "more instructions"),
        (pickle.dumps(bytearray(9), 5), "holds a bytearray, wanted a dictionary"),
        (pickle.dumps({**batch(0), b"filenames": bytearray(9)}, 5), "holds a bytearray"),
        (b"\x80\x05\x97.", "instruction NEXT_BUFFER"),
        # _frombuffer of something that is no buffer.
        (
            b"\x80\x02}U\x04datacnumpy._core.numeric\n_frombuffer\n(K\x01K\x02K\x03K\x04tRs.",
            "has no bytes",
        ),
        (b"\x80\x02(Nr\xff\xff\xff\x7fe.", "place 2147483647"),
        # t = ((), ()), then (t, t), ...: without end for whoever hashes it.
        (b"\x80\x02}))\x86q\x01h\x01\x86q\x02h\x02\x86K\x01s.", "repeats something other"),
        # numpy.dtype.__setattr__ by way of BUILD on the name itself.
        (b"\x80\x02cnumpy\ndtype\n}U\x01aK\x01sb.", "change a function"),
        (
            b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x05\x00\x00\x00rot13\x86R.",
            "uses an encoding",
        ),
    ],
)
def test_pickles_that_are_no_batch(few, tmp_path, content, message) -> None:
    write_batches(tmp_path, protocol=3)
    (tmp_path / "data_batch_3").write_bytes(content)
    with pytest.raises(DatasetFormatError, match=message):
        hs.datasets.cifar10(tmp_path)


def test_a_batch_that_is_too_large_is_not_read(few, tmp_path) -> None:
    write_batches(tmp_path, protocol=3)
    with (tmp_path / "data_batch_1").open("wb") as stream:
        stream.truncate(pickled.LARGEST + 1)
    with pytest.raises(DatasetFormatError, match="64000001 bytes"):
        hs.datasets.cifar10(tmp_path)


def test_binary_batches_of_another_size_or_with_wrong_labels(few, tmp_path) -> None:
    write_batches(tmp_path, protocol=None)
    path = tmp_path / "data_batch_4.bin"
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(DatasetFormatError, match="holds 12291 bytes, wanted 12292"):
        hs.datasets.cifar10(tmp_path)
    path.write_bytes(b"\x0a" + content[1:])
    with pytest.raises(DatasetFormatError, match=r"data_batch_4.bin has the label 10 at 0"):
        hs.datasets.cifar10(tmp_path)


# ------------------------------------------------------------------ archives


def test_archives_with_and_without_labels(tmp_path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", images=images)
    found = hs.datasets.cifar10(tmp_path / "a.npz")
    np.testing.assert_array_equal(found.train_images, images)
    assert found.train_labels.shape == (0,)
    assert found.names == ()
    np.savez_compressed(tmp_path / "a.npz", images=np.asfortranarray(images), labels=[1, 2, 9])
    found = hs.datasets.cifar10(tmp_path / "a.npz")
    np.testing.assert_array_equal(found.train_images, images)
    assert found.train_labels.tolist() == [1, 2, 9]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"labels": np.zeros(3, int)}, "no array 'images'; it has labels"),
        ({"images": np.zeros((3, 32, 32, 3))}, "float64"),
        ({"images": np.zeros((3, 32, 32), np.uint8)}, r"wanted uint8 of shape \(n, 32, 32, 3\)"),
        ({"images": np.zeros((0, 32, 32, 3), np.uint8)}, "has no image"),
        ({"images": np.zeros((3, 32, 32, 3), np.uint8), "labels": np.zeros(2, int)}, r"\(2,\)"),
        ({"images": np.zeros((1, 32, 32, 3), np.uint8), "labels": [-1]}, "label -1 at 0"),
        ({"images": np.array([None])}, "object"),
    ],
)
def test_archives_of_something_else(tmp_path, arrays, message) -> None:
    np.savez(tmp_path / "a.npz", **arrays)
    with pytest.raises(DatasetFormatError, match=message):
        hs.datasets.cifar10(tmp_path / "a.npz")


def test_damaged_archives(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, images=np.ones((3, 32, 32, 3), np.uint8))
    whole = path.read_bytes()
    for content in (b"", whole[:-30], whole[:100], whole.replace(b"images", b"imagex")):
        path.write_bytes(content)
        with pytest.raises(DatasetFormatError):
            hs.datasets.cifar10(path)
    path = tmp_path / "batch"
    path.write_bytes(b"")
    with pytest.raises(DatasetFormatError, match=r"is no \.npz"):
        hs.datasets.cifar10(path)


def test_an_archive_whose_header_asks_for_more_than_is_there(tmp_path) -> None:
    path = tmp_path / "a.npz"
    header = io.BytesIO()
    described = {"descr": "|u1", "fortran_order": False, "shape": (10**12, 32, 32, 3)}
    np.lib.format.write_array_header_1_0(header, described)
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("images.npy", header.getvalue() + b"\0" * 100)
    with pytest.raises(DatasetFormatError, match="as many bytes as they need"):
        archive.read(path, ["images"])
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("images.npy", b"\x93NUMPY\x01\x00\x05\x00{bad}")
    with pytest.raises(DatasetFormatError, match="is no array"):
        archive.read(path, ["images"])


def test_an_archive_too_large_for_this_machine(tmp_path, monkeypatch) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, images=np.ones((9, 32, 32, 3), np.uint8))
    monkeypatch.setattr("hopfield_sim.checks.resources._available_memory", lambda: 1000)
    monkeypatch.setattr("hopfield_sim.checks.resources._SMALL", 0)
    with pytest.raises(InsufficientMemoryError, match=r"images\.npy"):
        archive.read(path, ["images"])


# ------------------------------------------------------------------ tiles


def test_tiles_are_distinct_and_the_same_every_time() -> None:
    found = hs.datasets.tiles().train_images
    assert found.shape == (1000, 32, 32, 3)
    assert found.dtype == np.uint8
    assert len(np.unique(found.reshape(1000, -1), axis=0)) == 1000
    np.testing.assert_array_equal(hs.datasets.tiles(n_tiles=70).train_images, found[:70])
    other = hs.datasets.tiles(n_tiles=9, rng=1).train_images
    assert not (other == found[:9]).all(axis=(1, 2, 3)).any()
    assert hs.datasets.tiles(n_tiles=2, size=50).train_images.shape == (2, 50, 50, 3)


def test_tiles_are_correlated_as_photographs_are() -> None:
    """Neighbours alike, distant pixels less, brightness varying more than colour."""
    found = hs.datasets.tiles(n_tiles=300).train_images.astype(float)

    def alike(distance: int) -> float:
        return float(
            np.corrcoef(found[:, :, distance:].ravel(), found[:, :, :-distance].ravel())[0, 1]
        )

    assert 0.85 < alike(1) < 0.97  # photographs of CIFAR-10: 0.935
    assert alike(1) > alike(4) + 0.1 > alike(12) + 0.1
    grey = found.mean(axis=-1)
    assert grey.std() > (found - grey[..., None]).std()
    assert 90 < found.mean() < 150


def test_tiles_from_pictures_of_your_own(tmp_path) -> None:
    imageio = pytest.importorskip("imageio.v3")
    rng = np.random.default_rng(0)
    wide = rng.integers(0, 256, (16, 40, 3), dtype=np.uint8)
    grey = rng.integers(0, 256, (24, 24), dtype=np.uint8)
    clear = np.zeros((8, 8, 4), np.uint8)
    for name, picture in {"b": wide, "a": grey, "copy": wide, "c": clear}.items():
        imageio.imwrite(tmp_path / f"{name}.png", picture)
    (tmp_path / "notes.txt").write_text("no picture")
    found = hs.datasets.tiles(tmp_path, size=8)
    assert found.train_images.shape == (3, 8, 8, 3)  # the copy counts once
    middle = wide[:, 12:28].reshape(8, 2, 8, 2, 3).mean(axis=(1, 3))
    assert np.abs(found.train_images[1] - middle).max() <= 0.5
    assert np.ptp(found.train_images[0], axis=2).max() == 0
    assert (found.train_images[2] == 255).all()  # nothing, over white
    assert len(hs.datasets.tiles(tmp_path, size=8, n_tiles=2).train_images) == 2
    with pytest.raises(InvalidInputError, match=r"at most .* 3; got 4"):
        hs.datasets.tiles(tmp_path, size=8, n_tiles=4)
    (tmp_path / "d.png").write_bytes(b"no picture")
    with pytest.raises(InvalidInputError, match="cannot be read as a picture"):
        hs.datasets.tiles(tmp_path, size=8)


def test_bad_input_of_tiles(tmp_path) -> None:
    with pytest.raises(MissingDataError, match=r"cannot list .*No such file"):
        hs.datasets.tiles(tmp_path / "none")
    with pytest.raises(MissingDataError, match="has no pictures"):
        hs.datasets.tiles(tmp_path)
    with pytest.raises(InvalidInputError, match="n_tiles must be 1 or more"):
        hs.datasets.tiles(n_tiles=0)
    with pytest.raises(InvalidInputError, match="size must be from 8 to 1024"):
        hs.datasets.tiles(size=3)
    with pytest.raises(InsufficientMemoryError, match="tiles"):
        hs.datasets.tiles(n_tiles=10**15)


def test_the_functions_have_not_been_replaced_by_their_files() -> None:
    for name in hs.datasets.__all__:
        assert callable(getattr(hs.datasets, name))
    assert mnist is hs.datasets.mnist
