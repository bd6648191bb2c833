"""Models on disk come back as they were, and no damage goes unnoticed."""

from __future__ import annotations

import builtins
import hashlib
import io
import json
import os
import pickle
import socket
import struct
import tracemalloc
import zipfile
import zlib
from contextlib import suppress

import numpy as np
import pytest
from model_files import PATTERNS, answers, models
from properties import given, st

import hopfield_sim as hs
from hopfield_sim.checks import resources
from hopfield_sim.errors import (
    HopfieldError,
    InsufficientMemoryError,
    InvalidInputError,
    InvalidTypeError,
    ModelFileError,
)

RULES = list(hs.rules.RULES)


def same(net, other):
    np.testing.assert_array_equal(net.weights, other.weights)
    np.testing.assert_array_equal(net.thresholds, other.thresholds)
    cues = hs.random_patterns(9, net.n_neurons, rng=5)
    np.testing.assert_array_equal(net.recall(cues, rng=1).states, other.recall(cues, rng=1).states)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("zero_diagonal", [True, False])
def test_a_network_comes_back_and_goes_on_learning(tmp_path, rule, zero_diagonal):
    patterns = hs.random_patterns(5, 30, rng=0)
    theta = np.linspace(-0.1, 0.1, 30)
    net = hs.HopfieldNetwork(rule, zero_diagonal=zero_diagonal, thresholds=theta)
    net.store(patterns[:4])
    net.save(tmp_path / "net.npz")
    again = hs.load(tmp_path / "net.npz")
    same(net, again)
    np.testing.assert_array_equal(again.patterns, patterns[:4])
    assert again.rule == rule
    same(net.store(patterns[4:]), again.store(patterns[4:]))
    same(net.forget(1), again.forget(1))


def test_images_weights_and_own_rules_come_back(tmp_path):
    path = str(tmp_path / "model")  # the name is used as it is
    images = hs.random_patterns(2, 30, rng=0).reshape(2, 5, 6)
    hs.HopfieldNetwork().store(images).save(path)
    assert hs.load(path).recall(images, rng=0).states.shape == (2, 5, 6)

    weights = np.random.default_rng(0).normal(size=(6, 6))
    asymmetric = hs.HopfieldNetwork.from_weights(weights, thresholds=0.5)
    asymmetric.save(path)
    same(asymmetric, hs.load(path))
    with pytest.raises(InvalidInputError, match="rule"):
        hs.load(path).store(np.ones((1, 6)))

    own = hs.HopfieldNetwork(lambda patterns: 2.0 * patterns.T @ patterns)
    own.store(images.reshape(2, 30)).save(path)
    loaded = hs.load(path)
    same(own, loaded)
    np.testing.assert_array_equal(loaded.patterns, images.reshape(2, 30))
    with pytest.raises(InvalidInputError, match="rule"):
        loaded.store(images.reshape(2, 30))


def test_saving_is_all_or_nothing(tmp_path, monkeypatch):
    path = tmp_path / "net.npz"
    net = hs.HopfieldNetwork().store(hs.random_patterns(2, 9, rng=0))
    net.save(path)
    before = path.read_bytes()

    def full_disk(*arguments, **options):
        raise OSError("no space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "open", full_disk)
    with pytest.raises(OSError, match="no space"):
        net.save(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["net.npz"]


@pytest.fixture(scope="module")
def file_bytes(tmp_path_factory):
    path = tmp_path_factory.mktemp("files") / "net.npz"
    hs.HopfieldNetwork("storkey").store(hs.random_patterns(3, 12, rng=0)).save(path)
    return path.read_bytes()


def load_bytes(tmp_path, content):
    path = tmp_path / "damaged.npz"
    path.write_bytes(content)
    return hs.load(path)


@given(data=st.data())
def test_every_damaged_byte_is_noticed_or_harmless(file_bytes, tmp_path_factory, data):
    place = data.draw(st.integers(0, len(file_bytes) - 1))
    bit = data.draw(st.integers(0, 7))
    damaged = bytearray(file_bytes)
    damaged[place] ^= 1 << bit
    folder = tmp_path_factory.getbasetemp()
    try:
        net = load_bytes(folder, bytes(damaged))
    except ModelFileError:
        return
    # Times and attributes in the zip directory carry no content: what was read must be right.
    same(net, load_bytes(folder, file_bytes))


@pytest.mark.parametrize("length", [0, 1, 10, 100, 700, -1, -22, -100])
def test_truncated_files(file_bytes, tmp_path, length):
    with pytest.raises(ModelFileError):
        load_bytes(tmp_path, file_bytes[:length])


def rewritten(content, change, method=zipfile.ZIP_DEFLATED):
    """The file with its members (name to bytes) changed, as an attacker could."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    change(members)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, payload in members.items():
            archive.writestr(name, payload)
    return stream.getvalue()


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def with_manifest(members, edit):
    manifest = json.loads(np.load(io.BytesIO(members["manifest.npy"])).tobytes())
    edit(manifest)
    members["manifest.npy"] = npy(np.frombuffer(json.dumps(manifest).encode(), np.uint8))


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


CHANGES = {
    "another member": lambda m: m.update({"extra.npy": npy(np.zeros(3))}),
    "a member less": lambda m: m.pop("thresholds.npy"),
    "no manifest": lambda m: m.pop("manifest.npy"),
    "other content": lambda m: m.update({"thresholds.npy": npy(np.ones(12))}),
    "a pickle": lambda m: m.update({"thresholds.npy": npy(np.array([Bomb()], object))}),
    "a pickled manifest": lambda m: m.update({"manifest.npy": pickle.dumps(Bomb())}),
    "future format": lambda m: with_manifest(m, lambda d: d.update(format=2)),
    "unknown kind": lambda m: with_manifest(m, lambda d: d.update(kind="boltzmann")),
    "wrong shape": lambda m: with_manifest(
        m, lambda d: d["members"]["weights"].update(shape=[1_000_000, 1_000_000])
    ),
    "negative shape": lambda m: with_manifest(
        m, lambda d: d["members"]["weights"].update(shape=[-12, -12])
    ),
    "wrong dtype": lambda m: with_manifest(
        m, lambda d: d["members"]["weights"].update(dtype="<i8")
    ),
    "object dtype": lambda m: with_manifest(
        m, lambda d: d["members"]["weights"].update(dtype="|O")
    ),
    "manifest of a list": lambda m: m.update(
        {"manifest.npy": npy(np.frombuffer(b"[1, 2]", np.uint8))}
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_forged_files_are_refused(file_bytes, tmp_path, change):
    with pytest.raises(ModelFileError):
        load_bytes(tmp_path, rewritten(file_bytes, CHANGES[change]))


def test_consistent_forgeries_that_make_no_network_are_refused(tmp_path):
    """Members that agree with their manifest but not with each other."""
    from hopfield_sim.models.base import files

    good = {
        "rule": np.array("hebbian"),
        "zero_diagonal": np.array(True),
        "thresholds": np.zeros(4),
        "patterns": np.ones((2, 4), np.int8),
    }
    files.save(tmp_path / "good", "hopfield", good)
    assert hs.load(tmp_path / "good").n_neurons == 4
    for bad in (
        {"rule": np.array("unheard of")},
        {"patterns": np.zeros((2, 4), np.int8)},
        {"patterns": np.ones((2, 5), np.int8)},
        {"thresholds": np.full(4, np.nan)},
        {"weights": np.full((4, 4), np.inf)},
        {"weights": np.ones((4, 3))},
        {"shape": np.array([3, 3])},
        {"shape": np.array([4])},
        {"diagonal": np.zeros(3)},
    ):
        files.save(tmp_path / "bad", "hopfield", good | bad)
        with pytest.raises(ModelFileError):
            hs.load(tmp_path / "bad")


MODELS = models()


def members_of(model, folder):
    """The kind and the arrays that a model's file holds."""
    path = folder / "good.npz"
    model.save(path)
    with np.load(path) as archive:
        kind = json.loads(archive["manifest"].tobytes())["kind"]
        return kind, {name: archive[name] for name in archive.files if name != "manifest"}


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_damage_of_any_model_is_noticed_or_harmless(name, tmp_path):
    """What is loaded is written as the same bytes again, or is refused."""
    path, again = tmp_path / "model.npz", tmp_path / "again.npz"
    MODELS[name].save(path)
    whole = path.read_bytes()
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    damaged = [whole[:length] for length in rng.integers(len(whole), size=20)]
    for place in rng.integers(len(whole), size=100):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << rng.integers(8)
        damaged.append(bytes(flipped))
    noticed = 0
    for content in damaged:
        path.write_bytes(content)
        try:
            hs.load(path).save(again)
        except ModelFileError:
            noticed += 1
        else:
            assert again.read_bytes() == whole
    assert noticed > 80


EXTREMES = {
    "f": [1.7e308, -1.7e308, np.nan, np.inf, 5e-324, 0.0, -1.0, 3e38],
    "i": [-1, 0, 2, 64, 3 * 10**7, 2**33, 2**62, -(2**63)],
    "u": [0, 2**64 - 1],
    "b": [True, False],
    "U": ["x", "hebbian", "storkey", "log", "plain", "exponential", "a" * 200],
}


def forgeries(members):
    """The members with one of them, or one number of it, changed."""
    for name, array in members.items():
        for value in EXTREMES[array.dtype.kind]:
            if array.ndim == 0:
                yield (
                    name,
                    members
                    | {name: np.array(value, None if array.dtype.kind == "U" else array.dtype)},
                )
                continue
            for places in (slice(None), array.size // 2):
                forged = array.copy()
                with suppress(OverflowError), np.errstate(over="ignore"):  # int8 holds less
                    forged.reshape(-1)[places] = value
                    yield name, members | {name: forged}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", MODELS)
def test_a_consistent_forgery_is_refused_or_has_finite_answers(name, tmp_path, monkeypatch):
    from hopfield_sim.models.base import files
    from hopfield_sim.models.distributed.features import Projection

    drawn, sizes, used = Projection.block, [0], 0

    def block(self, number):
        sizes.append(self.block_rows * self.n_neurons)
        return drawn(self, number)

    monkeypatch.setattr(Projection, "block", block)
    kind, good = members_of(MODELS[name], tmp_path)
    for member, forged in forgeries(good):
        files.save(tmp_path / "forged.npz", kind, forged)
        try:
            found = answers(hs.load(tmp_path / "forged.npz"))
        except HopfieldError:
            continue
        used += 1
        for one in found:
            assert one.dtype.kind == "U" or np.isfinite(one).all(), (member, forged[member])
    assert used, "every forgery was refused: are these answers ever seen?"
    assert max(sizes) < 1e7  # a file of 4 kB that is of 3e8 neurons took a minute


@pytest.mark.parametrize("name", [name for name in MODELS if not name.startswith("layered")])
def test_images_have_a_shape_that_makes_all_their_sites(name, tmp_path):
    from hopfield_sim.models.base import files

    kind, good = members_of(MODELS[name], tmp_path)
    wrapping = (2**32, 2**32, 12)  # 12 in 64 bits
    for shape in ((-3, -4), (-1, -12), (0, 4), (3, 5), (12,), (), wrapping, (-1, -1, 12)):
        files.save(tmp_path / "bad.npz", kind, good | {"shape": np.array(shape, np.int64)})
        with pytest.raises(ModelFileError, match="sites"):
            hs.load(tmp_path / "bad.npz")


def test_axes_of_one_name_have_one_length(tmp_path):
    """P, N, memories, steps: what members have in common is said by each of them."""
    from hopfield_sim.models.base import files

    for name, member, said in (
        ("hopfield storkey", "diagonal", "N must be 12"),
        ("restricted", "cost", "steps must be 4"),
        ("trained", "learning", "3 must be 3"),
        ("classifier", "velocity", "M must be 14"),
    ):
        kind, good = members_of(MODELS[name], tmp_path)
        longer = np.concatenate([good[member], good[member]], axis=-1)
        files.save(tmp_path / "bad.npz", kind, good | {member: longer})
        with pytest.raises(ModelFileError, match=f"member '{member}' has the shape .* {said}"):
            hs.load(tmp_path / "bad.npz")


def test_a_header_that_asks_for_more_than_is_there(file_bytes, tmp_path):
    """The manifest and the checksum are right; NumPy's own header says 8 TB."""

    def lie(members):
        header = io.BytesIO()
        described = {"descr": "<f8", "fortran_order": False, "shape": (10**12,)}
        np.lib.format.write_array_header_1_0(header, described)
        forged = header.getvalue() + bytes(8 * 12)
        members["thresholds.npy"] = forged
        checksum = hashlib.sha256(forged).hexdigest()
        with_manifest(members, lambda d: d["members"]["thresholds"].update(sha256=checksum))

    with pytest.raises(ModelFileError, match="as many bytes as they need"):
        load_bytes(tmp_path, rewritten(file_bytes, lie, zipfile.ZIP_STORED))


def test_a_network_with_an_unknown_rule_forgets_nothing(tmp_path):
    for patterns in (PATTERNS, PATTERNS[:1]):
        net = hs.HopfieldNetwork(lambda patterns: 1.0 * patterns.T @ patterns).store(patterns)
        net.save(tmp_path / "net.npz")
        loaded = hs.load(tmp_path / "net.npz")
        with pytest.raises(InvalidInputError, match="has no rule to learn by"):
            loaded.forget(0)
        same(loaded, net)
        np.testing.assert_array_equal(loaded.patterns, patterns)


def zipped(name, content, *, said=None, method=zipfile.ZIP_DEFLATED):
    """A zip of one entry, which may lie about its size in both of its headers."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr(name, content)
    packed = stream.getvalue()
    if said is not None:
        packed = packed.replace(struct.pack("<I", len(content)), struct.pack("<I", said))
    return packed


def test_no_more_is_inflated_than_a_file_says(tmp_path):
    bomb = zipped("manifest.npy", bytes(50_000_000), said=1000)
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError):
            load_bytes(tmp_path, bomb)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_size_that_no_compression_reaches_is_a_lie(tmp_path):
    lie = zipped("manifest.npy", bytes(900), said=1_000_000)
    with pytest.raises(ModelFileError, match="cannot be 1000000 bytes"):
        load_bytes(tmp_path, lie)
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):  # nothing that ``save`` writes
        with pytest.raises(ModelFileError, match="cannot be"):
            load_bytes(tmp_path, zipped("manifest.npy", bytes(9000), method=method))


def test_texts_are_no_larger_than_their_file(tmp_path):
    """``save`` never compresses a text, so a small file cannot hold large labels."""
    labels = ["a" * 1_000_000, "b", "a" * 1_000_000]
    hs.DenseClassifier(2, epochs=1, rng=0).fit(PATTERNS, labels).save(tmp_path / "long.npz")
    assert list(hs.load(tmp_path / "long.npz").classes_) == sorted(set(labels))
    packed = rewritten((tmp_path / "long.npz").read_bytes(), lambda members: None)
    assert len(packed) < 100_000
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError, match="'words' is a compressed text"):
            load_bytes(tmp_path, packed)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_patterns_that_squeeze_well_come_back(tmp_path):
    """A thousand times less is as much as deflating can do."""
    patterns = np.ones((2000, 1000), np.int8)
    hs.DenseMemory().store(patterns).save(tmp_path / "ones.npz")
    assert (tmp_path / "ones.npz").stat().st_size < patterns.size / 500
    np.testing.assert_array_equal(hs.load(tmp_path / "ones.npz").patterns, patterns)


def test_a_model_that_does_not_fit_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_available_memory", lambda: 10**9)
    path = tmp_path / "net.npz"
    hs.HopfieldNetwork("storkey").store(hs.random_patterns(2, 1500, rng=0)).save(path)
    monkeypatch.setattr(resources, "_available_memory", lambda: 17 * 2**20)
    with pytest.raises(InsufficientMemoryError, match="larger machine"):
        hs.load(path)


def test_pipes_and_devices_are_no_models(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        for path in (tmp_path / "pipe", tmp_path / "socket", "/dev/zero", "/dev/tty", tmp_path):
            with pytest.raises(ModelFileError):
                hs.load(path)


def test_paths_that_are_none(tmp_path):
    for odd in (b"name", 3, np.array(3), None, ["a"], iter("ab"), 1.5):
        with pytest.raises(InvalidTypeError, match="path must be a str or a path"):
            hs.load(odd)
    for odd in ("", "a\0b", "\ud800"):
        with pytest.raises(InvalidInputError, match="path must"):
            hs.load(odd)
    for odd in ("x" * 300, "\udcff", "a" * 5000, str(tmp_path / "file" / "in it")):
        with pytest.raises(ModelFileError, match=r"^(cannot read|there is no file) '[^']*'"):
            hs.load(odd)


def test_what_may_not_be_read(tmp_path, monkeypatch):
    """As where permissions forbid it, which they do not to the superuser."""
    (tmp_path / "mine.npz").touch()
    (tmp_path / "mine.png").touch()

    def denied(path, *how, **options):
        raise PermissionError(13, "Permission denied", str(path))

    for name, module in (("open", os), ("open", io), ("open", builtins)):
        monkeypatch.setattr(module, name, denied)
    for call, wanted in (
        (lambda: hs.load(tmp_path / "mine.npz"), "^cannot read '.*': Permission denied$"),
        (lambda: hs.from_image(tmp_path / "mine.png"), "as a picture: Permission denied$"),
        (lambda: hs.datasets.cifar10(tmp_path / "mine.npz"), "cannot be read: Permission denied$"),
        (lambda: hs.datasets.mnist(tmp_path / "mine.npz"), "cannot be read: Permission denied$"),
    ):
        with pytest.raises(HopfieldError, match=wanted):
            call()


def test_what_is_no_file(tmp_path):
    with pytest.raises(ModelFileError, match="there is no file"):
        hs.load(tmp_path / "nothing.npz")
    with pytest.raises(ModelFileError, match=f"^cannot read '{tmp_path}': Is a directory$"):
        hs.load(tmp_path)
    with pytest.raises(InvalidTypeError, match="path"):
        hs.load(3)
    np.savez(tmp_path / "plain.npz", a=np.ones(3))
    with pytest.raises(ModelFileError, match="manifest"):
        hs.load(tmp_path / "plain.npz")
