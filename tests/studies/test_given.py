"""``--patterns``: patterns of one's own in the studies, whatever they come from."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import hopfield_sim as hs
from hopfield_sim import experiment
from hopfield_sim.errors import HopfieldError, InvalidInputError
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.common import given
from hopfield_sim.experiment.common.files import provenance
from hopfield_sim.experiment.common.given import Patterned, draw, rows
from hopfield_sim.experiment.studies.image.study import originals
from hopfield_sim.experiment.studies.registry import STUDIES

BITS = np.random.default_rng(5).integers(0, 2, (7, 4, 4))
SPINS = (2 * BITS - 1).reshape(7, 16)
SMALL = {
    "capacity": {"networks": 2, "states": 4},
    "robustness": {"networks": 2},
    "energy": {"networks": 1},
    "checkerboard": {"networks": 1, "square": 2},
    "basins": {"networks": 1, "loads": [0.1, 0.3], "cues": 3, "starts": 2},
    "phase": {"networks": 1, "loads": [0.1, 0.3], "temperatures": [0.1], "sweeps": 3},
    "restricted": {"networks": 1, "counts": [3, 5], "hidden": [8], "rotations": [2]},
    "robust": {"networks": 2, "memories": ["hebbian", "modern"], "epsilons": [0.1]},
}


def given_to(study: str, patterns: object, **more: object) -> experiment.Result:
    return getattr(experiment, study)(patterns=patterns, rng=0, **SMALL[study], **more)


def stored(value: object) -> np.ndarray:
    study = STUDIES["robustness"](patterns=value)
    found = rows(study.config)
    assert found is not None
    return found


def test_those_that_draw_patterns_take_given_ones() -> None:
    assert {name for name in STUDIES if issubclass(STUDIES[name], Patterned)} == set(SMALL)


@pytest.mark.parametrize("study", SMALL)
def test_every_network_stores_rows_of_them(study: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever networks store is looked at on its way; of a checkerboard all but the board."""
    seen: list[np.ndarray] = []
    for kind in (hs.HopfieldNetwork, hs.DenseMemory, hs.ModernHopfield, hs.RestrictedHopfield):

        def spy(self, patterns, *args, kept=kind.store, **more):  # type: ignore[no-untyped-def]
            seen.append(np.array(patterns))
            return kept(self, patterns, *args, **more)

        monkeypatch.setattr(kind, "store", spy)
    result = given_to(study, SPINS)
    assert result.rows
    assert seen
    known = {row.tobytes() for row in SPINS.astype(np.int8)}
    for patterns in seen:
        own = [row.tobytes() in known for row in patterns.reshape(-1, 16).astype(np.int8)]
        assert len(own) - sum(own) == (study == "checkerboard")


def test_the_number_retrieved_is_that_of_a_network_written_out() -> None:
    """All rows are stored and all are cues: nothing is drawn, so NumPy finds the same number."""
    patterns = np.array(hs.glyphs("ABCDEFGHIJ", size=9)).reshape(10, -1)
    result = experiment.capacity(
        rules=["hebbian"], networks=1, states=10, flipped=0.0, patterns=patterns, rng=3
    )
    weights = patterns.T.astype(float) @ patterns / patterns.shape[1]
    np.fill_diagonal(weights, 0)
    states = patterns.copy()
    for _ in range(100):
        states = np.where(states @ weights >= 0, 1, -1)
    last = result.rows[-1]
    assert last["n_patterns"] == 10
    assert last["retrieved"] == (states == patterns).all(axis=1).mean()
    assert last["overlap"] == pytest.approx((states * patterns).mean())


def test_the_same_patterns_from_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    np.save(tmp_path / "spins.npy", SPINS)
    np.save(tmp_path / "grey.npy", (200 * BITS + 20).astype(np.uint8))
    np.savez_compressed(tmp_path / "one.npz", BITS)
    np.savez(tmp_path / "two.npz", patterns=BITS.astype(bool), labels=np.arange(7))
    np.savetxt(tmp_path / "a.csv", SPINS, "%d", delimiter=",")
    np.savetxt(tmp_path / "b.txt", BITS.reshape(7, 16), "%d")
    (tmp_path / "album").mkdir()
    for k, picture in enumerate(BITS):
        Image.fromarray((255 * picture).astype(np.uint8)).save(tmp_path / "album" / f"{k}.png")
    names = ("spins.npy", "grey.npy", "one.npz", "two.npz", "a.csv", "b.txt", "album")
    for value in [SPINS, SPINS.tolist(), BITS, BITS > 0, *(tmp_path / name for name in names)]:
        np.testing.assert_array_equal(stored(value), SPINS)
    twice = stored([tmp_path / "a.csv", tmp_path / "album"])
    np.testing.assert_array_equal(twice, np.concatenate([SPINS, SPINS]))
    monkeypatch.setenv("HOPFIELD_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path / "album")
    np.testing.assert_array_equal(stored("a.csv"), SPINS)


def test_pictures_of_any_size_become_one(tmp_path: Path) -> None:
    for k, size in enumerate([(20, 30), (300, 200)]):
        pixels = np.random.default_rng(k).integers(0, 256, size, dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{k}.png")
    assert stored(tmp_path).shape == (2, 100 * 100)
    np.testing.assert_array_equal(
        stored(tmp_path)[1], hs.from_image(tmp_path / "1.png", (100, 100))
    )
    assert stored(tmp_path / "0.png").shape == (1, 600)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.zeros(5), "patterns"),
        (np.zeros((0, 5)), "shape"),
        (np.full((2, 5), np.nan), "patterns"),
        (np.arange(6.0).reshape(2, 3), "found numbers from 0 to 5"),
        ([[0, 1, -1]], "-1 and .1, or 0 and 1"),
        (["nowhere.npy"], "nowhere.npy"),
        (3, "patterns"),
    ],
)
def test_what_are_no_patterns_is_said(value: object, words: str) -> None:
    with pytest.raises(HopfieldError, match=words):
        given_to("robustness", value)


def test_files_that_hold_no_patterns_are_said(tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_bytes(b"no array")
    np.save(tmp_path / "pickled.npy", np.array([{"a": 1}]), allow_pickle=True)
    np.savez(tmp_path / "b.npz", a=SPINS, b=SPINS)
    (tmp_path / "c.npz").write_bytes(b"PK")
    (tmp_path / "d.csv").write_text("1,1\n-1\n")
    (tmp_path / "e.csv").write_text("name,bit\n")
    (tmp_path / "f.csv").write_bytes(b"\xff\xfe")
    for path in tmp_path.iterdir():
        with pytest.raises(HopfieldError, match=path.name):
            stored(path)
    np.save(tmp_path / "nine.npy", np.ones((1, 9)))
    np.save(tmp_path / "sixteen.npy", SPINS)
    with pytest.raises(InvalidInputError, match="one number of neurons; got 9, 16"):
        stored([tmp_path / "nine.npy", tmp_path / "sixteen.npy"])


def test_no_more_are_asked_for_than_there_are() -> None:
    with pytest.warns(UserWarning, match=r"loads: 7 patterns of 16 neurons .* too few for 0\.9"):
        study = STUDIES["basins"](loads=[0.2, 0.9], patterns=SPINS)
    assert study.config["loads"] == [0.2]
    assert study.config["n_neurons"] == 16
    assert STUDIES["energy"](patterns=SPINS).config["n_patterns"] == 7
    with pytest.raises(InvalidInputError, match="at most the 7 patterns"), pytest.warns():
        STUDIES["restricted"](counts=[8], patterns=SPINS)
    with pytest.raises(InvalidInputError, match="square board"):
        STUDIES["checkerboard"](patterns=SPINS[:, :15])


def test_without_them_patterns_are_the_random_ones_of_always() -> None:
    drawn = draw({"patterns": None}, 3, 20, np.random.default_rng(4))
    np.testing.assert_array_equal(drawn, hs.random_patterns(3, 20, rng=np.random.default_rng(4)))


def test_the_command_names_them_and_refuses_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "mine.npy", tmp_path / "out"
    np.save(file, SPINS)
    command = ["robustness", "--patterns", str(file), "--trials", "1", "--out", str(out)]
    assert main(command) == 0
    known = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    assert f"Data, by SHA-256: mine {known}." in (out / "report.html").read_text()
    np.save(file, -SPINS)
    assert main(command) == 2
    other = hashlib.sha256(file.read_bytes()).hexdigest()
    words = capsys.readouterr().err
    assert "patterns" in words
    assert known in words
    assert other[:12] in words


def test_a_changed_row_is_another_study() -> None:
    here, there = (STUDIES["energy"](patterns=p).config for p in (SPINS, SPINS[::-1]))
    assert here != there
    assert provenance(here).startswith("Data, by SHA-256: array ")
    assert "theory" in provenance(here)


def test_images_take_files_of_patterns(tmp_path: Path) -> None:
    np.save(tmp_path / "mine.npy", SPINS[:2])
    study = STUDIES["image"](files=[tmp_path / "mine.npy"])
    wanted = SPINS[:2].reshape(2, 4, 4).repeat(25, axis=1).repeat(25, axis=2)
    np.testing.assert_array_equal(originals(study.config), wanted.reshape(2, -1))
    assert study.config["images"] == ["mine-0", "mine-1"]


# ------------------------------------------------------------------ random patterns of other kinds


@pytest.mark.parametrize("study", SMALL)
def test_random_patterns_are_of_the_kind_that_is_asked_for(
    study: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each network stores patterns of this activity and correlation, whatever path it takes."""
    kinds = []

    def watched(*shape: int, rng: object, **kind: float) -> np.ndarray:
        kinds.append(kind)
        return hs.random_patterns(*shape, rng=rng, **kind)

    monkeypatch.setattr(given, "random_patterns", watched)
    probed = {"sizes": [30], "rules": ["hebbian"]}  # by kernels that draw independent ones
    small: dict[str, dict[str, object]] = {"capacity": probed, "robustness": probed}
    small["robust"] = {"data": ["random"]}
    asked = SMALL[study] | small.get(study, {})
    getattr(experiment, study)(activity=0.7, correlation=0.4, rng=0, **asked)
    assert len(kinds) > 1  # beside the one that is drawn to refuse what there is not
    assert all(kind == {"activity": 0.7, "correlation": 0.4} for kind in kinds)


@pytest.mark.parametrize("study", SMALL)
@pytest.mark.parametrize("kind", ["hierarchical", "hidden-manifold"])
def test_patterns_in_families_or_of_few_factors(
    study: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def watched(*shape: object, rng: object) -> np.ndarray:
        drawn.append(shape)
        return getattr(hs.patterns, kind.replace("-", "_"))(*shape, rng=rng)

    monkeypatch.setattr(given, kind.replace("-", "_"), watched)
    probed = {"sizes": [30], "rules": ["hebbian"]}
    small: dict[str, dict[str, object]] = {"capacity": probed, "robustness": probed}
    small["robust"] = {"data": ["random"]}
    more = {"correlation": 0.4, "family": 3} if kind == "hierarchical" else {"factors": 0.5}
    asked = SMALL[study] | small.get(study, {}) | more
    getattr(experiment, study)(kind=kind, rng=0, **asked)
    assert len(drawn) > 1
    for count, n_neurons, last in drawn[1:]:
        if kind == "hierarchical":
            assert count[1] == 3
            assert last == [0.0, 0.4]
        else:
            assert last == round(0.5 * n_neurons)


def test_overlaps_of_patterns_of_each_kind() -> None:
    """Mean squared overlaps: q² within a family, else 1/N; (2/π)² arcsin² of ρ, ⟨ρ²⟩ = 1/D."""
    rng = np.random.default_rng(1)
    many = [given.draw({"kind": "hierarchical", "correlation": 0.5, "family": 4}, 10, 900, rng)]
    family = np.arange(10) // 4
    alike = (family[:, None] == family) & ~np.eye(10, dtype=bool)
    for patterns in many:
        found = hs.overlap(patterns, patterns)
        np.testing.assert_allclose(found[alike].mean(), 0.5, atol=0.06)
        np.testing.assert_allclose(found[family[:, None] != family].mean(), 0, atol=0.06)
    patterns = given.draw({"kind": "hidden-manifold", "factors": 0.01}, 60, 2000, rng)
    found = hs.overlap(patterns, patterns)[np.triu_indices(60, 1)]
    angles = np.random.default_rng(2).normal(size=(2, 4000, 20))
    cosines = np.einsum("abc,abc->b", angles[:1], angles[1:]) / np.prod(
        np.linalg.norm(angles, axis=2), axis=0
    )
    expected = ((2 / np.pi * np.arcsin(cosines)) ** 2).mean() + 1 / 2000
    np.testing.assert_allclose((found**2).mean(), expected, rtol=0.15)


def test_what_random_patterns_cannot_be() -> None:
    ask = hs.experiment.basins
    with pytest.raises(InvalidInputError, match="factors does not go with kind='random'"):
        ask(factors=0.5)
    with pytest.raises(InvalidInputError, match="activity does not go with kind='hierarchical'"):
        ask(kind="hierarchical", correlation=0.4, activity=0.3)
    with pytest.raises(InvalidInputError, match="need a correlation"):
        ask(kind="hierarchical")
    with pytest.raises(InvalidInputError, match='mean "hierarchical"'):
        ask(kind="hierarchicl")
    with pytest.raises(InvalidInputError, match="are of random patterns; those of patterns="):
        ask(kind="hidden-manifold", patterns=hs.random_patterns(9, 30, rng=0))
    with pytest.raises(InvalidInputError, match="against activity the patterns are random"):
        hs.experiment.phase(against="activity", kind="hidden-manifold")
    with pytest.raises(InvalidInputError, match="correlation must"):
        ask(activity=0.9, correlation=0.1)
    with pytest.raises(InvalidInputError, match="activity must"):
        ask(activity=1.5)
    with pytest.raises(InvalidInputError, match="are of random patterns; those of patterns="):
        ask(activity=0.6, patterns=hs.random_patterns(9, 30, rng=0))
    with pytest.raises(InvalidInputError, match="against activity the patterns are random"):
        hs.experiment.phase(against="activity", correlation=0.3)
    biased = hs.experiment.capacity(
        sizes=[30], rules=["hebbian"], networks=2, states=4, activity=0.8, rng=0
    )
    assert np.isnan(biased.summary["capacity"][0]["expected"])  # the law is of unbiased ones
