"""Everything that writes a file writes it whole or not at all, where and as it was asked to."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import course, plotting
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError, ResultsDirError
from hopfield_sim.experiment.sweeps.result import Result
from hopfield_sim.plotting import report
from hopfield_sim.support import disk

PATTERNS = hs.random_patterns(2, 9, rng=0)
REALS = PATTERNS / 9.0
NET = hs.HopfieldNetwork().store(PATTERNS)
RUN = NET.recall(hs.flip(PATTERNS[0], count=3, rng=1), record="states", every=1, rng=0)
SAVER = course.DataSaver()
SAVER.store_iter([1, -1], [[0, 1], [1, 0]])
MODELS = {
    "classifier": hs.DenseClassifier(3, epochs=1, rng=0).fit(REALS, [0, 1]),
    "dense": hs.DenseMemory().store(PATTERNS),
    "distributed": hs.DistributedMemory(20, rng=0).store(REALS),
    "hopfield": NET,
    "modern": hs.ModernHopfield().store(REALS),
    "kernel": hs.KernelMemory().store(PATTERNS),
    "restricted": hs.RestrictedHopfield(3, rng=0).store(PATTERNS, max_iter=3, advise=False),
    "trained": hs.TrainedDenseMemory(3, rng=0).store(PATTERNS, max_iter=3, advise=False),
}
WRITERS = {
    **{f"{name}.npz": model.save for name, model in MODELS.items()},
    "table.csv": Result("demo", [{"load": 0.1}], {}).to_csv,
    "recall.gif": lambda path: plotting.video(RUN, path),
    "course.gif": lambda path: course.save_video([np.eye(3), -np.eye(3)], path),
    "saver.gif": lambda path: SAVER.save_video(path, (1, 2)),
    "energy.png": SAVER.plot_energy,
    "energy.pdf": SAVER.plot_energy,
}


@pytest.fixture(autouse=True)
def usual_umask():
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.fixture(params=WRITERS)
def writer(request):
    return request.param, WRITERS[request.param]


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_has_the_usual_mode_and_an_overwritten_one_keeps_its_own(writer, tmp_path):
    name, write = writer
    write(tmp_path / name)
    assert mode(tmp_path / name) == 0o640
    (tmp_path / name).chmod(0o604)
    write(str(tmp_path / name))
    assert mode(tmp_path / name) == 0o604
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_a_link_stays_and_what_it_points_to_is_written(writer, tmp_path):
    name, write = writer
    (tmp_path / "far").mkdir()
    (tmp_path / name).symlink_to(Path("far") / "there")
    for _ in range(2):  # to a file that is not there yet, and to one that is
        write(tmp_path / name)
        assert (tmp_path / name).is_symlink()
        assert (tmp_path / "far" / "there").stat().st_size > 0
    assert len(list(tmp_path.rglob("*"))) == 3


def test_a_folder_that_is_not_there_is_named(writer, tmp_path):
    name, write = writer
    path = tmp_path / "no" / name
    with pytest.raises(ResultsDirError, match="there is no folder") as caught:
        write(path)
    assert isinstance(caught.value, OSError)
    assert str(path.parent) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_longest_names_work_and_longer_ones_are_errors(writer, tmp_path):
    name, write = writer
    longest = "x" * (255 - len(name)) + name
    write(tmp_path / longest)
    assert [file.name for file in tmp_path.iterdir()] == [longest]
    with pytest.raises(ResultsDirError, match="xxx"):
        write(tmp_path / f"x{longest}")


@pytest.mark.slow
def test_odd_paths_are_errors_of_the_package(writer, tmp_path):
    name, write = writer
    for odd in (b"name", 3, np.array(3), np.array("a"), None, True, ["a"], iter("ab"), 1.5):
        if name.startswith("energy.p") and odd is None:  # shows the figure
            continue
        with pytest.raises(InvalidTypeError, match="must be a str or a path"):
            write(odd)
    for odd in ("", f"{tmp_path}/a\0b{name}", f"{tmp_path}/\ud800{name}"):
        with pytest.raises(InvalidInputError):
            write(odd)
    (tmp_path / name).mkdir()
    with pytest.raises(ResultsDirError, match="is a folder"):
        write(tmp_path / name)
    (tmp_path / "file").touch()
    with pytest.raises(ResultsDirError):
        write(tmp_path / "file" / name)
    os.mkfifo(tmp_path / f"pipe{name}")
    with pytest.raises(ResultsDirError, match="no regular file"):
        write(tmp_path / f"pipe{name}")
    write(f"{tmp_path}/\udcff{name}")  # a name that is not UTF-8, as Python writes it
    assert f"\udcff{name}" in os.listdir(tmp_path)


def test_a_folder_that_may_not_be_written_is_named(writer, tmp_path, monkeypatch):
    name, write = writer
    opened = os.open

    def refuse(path, flags, *more, **options):
        if flags & os.O_EXCL:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(path, flags, *more, **options)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ResultsDirError, match="Permission denied") as caught:
        write(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


def test_a_disk_that_fills_leaves_nothing_behind(writer, tmp_path, monkeypatch):
    name, write = writer
    (tmp_path / name).write_text("before")

    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResultsDirError, match="No space left") as caught:
        write(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)
    assert (tmp_path / name).read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == [name]


def test_the_page_of_a_report_is_written_the_same_way(tmp_path):
    about = {"title": "A study", "command": "make run --out \udcff", "seed": 0, "versions": {}}
    sections = [report.Section("Capacity", "Ten fit.")]
    planted = tmp_path / "planted"
    planted.write_text("somebody else's")
    (tmp_path / ".report.html.part").symlink_to(planted)
    path = report.write(tmp_path, sections, **about)
    assert "--out \\udcff" in path.read_text("utf-8")
    assert mode(path) == 0o640
    assert planted.read_text() == "somebody else's"
    for odd in (b"name", 3, None, ""):
        with pytest.raises(HopfieldError):
            report.write(odd, sections, **about)


def test_a_video_that_never_ends_is_not_put_into_a_report(tmp_path):
    os.mkfifo(tmp_path / "film.gif")
    about = {"title": "A study", "command": "make run", "seed": 0, "versions": {}}
    section = report.Section("A film", "", videos=[("caption", tmp_path / "film.gif")])
    with pytest.raises(ResultsDirError, match="no regular file"):
        report.write(tmp_path, [section], **about)


def test_a_planted_link_is_not_followed(tmp_path, monkeypatch):
    """Even if somebody guesses the name of the temporary file."""
    monkeypatch.setattr(disk.secrets, "token_hex", lambda n: "guessed")
    planted = tmp_path / "planted"
    (tmp_path / ".guessed").symlink_to(planted)
    with pytest.raises(ResultsDirError, match="exists"):
        disk.write(tmp_path / "file", b"content")
    assert not planted.exists()


def test_a_private_file_is_private_while_it_is_replaced(tmp_path):
    path = tmp_path / "file"
    path.touch(0o600)
    with disk.replacing(path) as stream:
        assert mode(Path(stream.name)) == 0o600


def test_an_interrupted_writer_leaves_nothing_behind(tmp_path):
    with pytest.raises(KeyboardInterrupt), disk.replacing(tmp_path / "file"):
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_devices_are_left_alone(tmp_path):
    with pytest.raises(ResultsDirError, match="no regular file"):
        disk.write(Path("/dev/full"), b"content")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_date_that_is_none_is_told_in_words(tmp_path, monkeypatch):
    for date in ("x", "1e9", "9" * 30):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", date)
        with pytest.raises(InvalidInputError, match="SOURCE_DATE_EPOCH must be a date"):
            SAVER.plot_energy(tmp_path / "energy.svg")
        with pytest.raises(InvalidInputError, match="SOURCE_DATE_EPOCH must be a date"):
            plotting.states(PATTERNS).savefig(tmp_path / "states.pdf")
        MODELS["hopfield"].save(tmp_path / "net.npz")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    SAVER.plot_energy(tmp_path / "energy.svg")
    assert "1970-01-02" in (tmp_path / "energy.svg").read_text()


def test_the_same_model_is_the_same_bytes(tmp_path):
    NET.save(tmp_path / "one")
    NET.save(tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
