"""Models on disk come back as they were, and no damage goes unnoticed."""

from __future__ import annotations

import io
import json
import pickle
import zipfile

import numpy as np
import pytest
from properties import given, st

import hopfield_sim as hs
from hopfield_sim.errors import InvalidInputError, InvalidTypeError, ModelFileError

RULES = ["hebbian", "storkey", "pseudoinverse", "perceptron"]


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

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full_disk)
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


def rewritten(content, change):
    """The file with its members (name to bytes) changed, as an attacker could."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    change(members)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
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
    from hopfield_sim.models import files

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


def test_what_is_no_file(tmp_path):
    with pytest.raises(ModelFileError, match="there is no file"):
        hs.load(tmp_path / "nothing.npz")
    with pytest.raises(ModelFileError):
        hs.load(tmp_path)
    with pytest.raises(InvalidTypeError, match="path"):
        hs.load(3)
    np.savez(tmp_path / "plain.npz", a=np.ones(3))
    with pytest.raises(ModelFileError, match="manifest"):
        hs.load(tmp_path / "plain.npz")
