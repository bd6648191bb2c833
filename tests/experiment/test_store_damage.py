"""A results file that is damaged, crafted, shared or full: no wrong answer, nothing is lost."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hopfield_sim.errors import ResultsDirError
from hopfield_sim.experiment.sweeps.store import Saved, Store

CONFIG = {"seed": 0}
SIZES = [40, 40, 40]


def payload(cell: int, trial: int) -> dict[str, Any]:
    return {"number": 1000 * cell + trial, "text": "x" * (trial % 7)}


def fill(path: Path) -> str:
    with Store(path) as store:
        key = store.claim("capacity", CONFIG)
        for cell, trials in enumerate(SIZES):
            store.save(key, [Saved(cell, t, json.dumps(payload(cell, t))) for t in range(trials)])
    return key


def edit(path: Path, *commands: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        for command in commands:
            db.execute(command)
        db.commit()


def missing(path: Path) -> list[tuple[int, int]]:
    """What would be made again; all that is there must be as it was saved."""
    with Store(path) as store:
        key = store.claim("capacity", CONFIG)
        store.check(key, SIZES)
        found = store.finished(key)
        assert store.failed(key) == []
        kept = store.payloads(key, len(SIZES))
        expected = [
            [payload(c, t) for t in range(n) if (c, t) in found] for c, n in enumerate(SIZES)
        ]
        assert kept == expected
    return [(c, t) for c, n in enumerate(SIZES) for t in range(n) if (c, t) not in found]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    fill(tmp_path / "r.sqlite")
    return tmp_path / "r.sqlite"


# ---------------------------------------------------------------- damage inside a valid database


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        "payload = replace(payload, '1003', '1004')",
        "payload = '{'",
        "payload = NULL",
        "payload = x'ff'",
        "error = 'no'",
        "checksum = '0'",
        "cell = 77",
        "trial = -1",
        "fingerprint = 'abc'",
    ],
)
def test_a_damaged_row_is_made_again(path: Path, change: str) -> None:
    edit(path, f"UPDATE trials SET {change} WHERE cell = 1 AND trial = 3")
    with Store(path) as store:
        [notice] = store.notices
        assert "1 damaged row, cell" in notice
    assert missing(path) == [(1, 3)]
    with Store(path) as store:
        assert store.notices == []


@pytest.mark.parametrize(
    "change",
    [
        "configuration = '{'",
        "configuration = '{\"seed\":1}'",
        "configuration = x'ff'",
        "configuration = '[1]'",
        "fingerprint = 'abc'",
        "study = 'energy'",
        f"configuration = '{'[' * 50_000}'",
    ],
)
def test_a_damaged_configuration_is_named(path: Path, change: str) -> None:
    edit(path, f"UPDATE studies SET {change}")
    with pytest.raises(ResultsDirError, match=r"configuration of '.*' in .* is damaged: remove it"):
        missing(path)


def test_trials_that_the_configuration_does_not_have_are_named(path: Path) -> None:
    with Store(path) as store:
        key = store.claim("capacity", CONFIG)
        store.save(key, [Saved(2, 40, "{}")])
        with pytest.raises(ResultsDirError, match="has cell 2, trial 40, which its configuration"):
            store.check(key, SIZES)


def test_nothing_in_a_file_is_executed(path: Path) -> None:
    edit(path, "CREATE TRIGGER t AFTER INSERT ON trials BEGIN DELETE FROM trials; END")
    with pytest.raises(ResultsDirError, match="something else, or of another version"):
        Store(path)


def test_a_file_of_the_first_format_gets_checksums(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    with Store(":memory:") as store:
        key = store.claim("capacity", CONFIG)
    edit(
        path,
        "CREATE TABLE studies (\n    study TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, "
        "configuration TEXT NOT NULL\n) WITHOUT ROWID",
        "CREATE TABLE trials (\n    fingerprint TEXT NOT NULL, cell INTEGER NOT NULL, trial "
        "INTEGER NOT NULL,\n    payload TEXT, error TEXT, PRIMARY KEY (fingerprint, cell, trial)\n"
        ") WITHOUT ROWID",
        f"INSERT INTO studies VALUES ('capacity', '{key}', '{{\"seed\":0}}')",
        f"INSERT INTO trials VALUES ('{key}', 0, 0, '{{\"a\":1}}', NULL)",
        f"INSERT INTO trials VALUES ('{key}', 0, 1, '{{\"a\":', NULL)",
        f"INSERT INTO trials VALUES ('{key}', 0, 2, NULL, 'RuntimeError: no')",
        "PRAGMA user_version=1",
    )
    with Store(path, read_only=True) as store, Store(":memory:") as whole:
        assert whole.merge(store) == 1
    with Store(path) as store:
        assert store.payloads(key, 1) == [[{"a": 1}]]
        assert store.failed(key) == [(0, 2, "RuntimeError: no")]
        assert "1 damaged row," in store.notices[0]
    edit(path, "UPDATE trials SET payload = '{\"a\":2}' WHERE trial = 0")
    with Store(path) as store:
        assert store.finished(key) == set()


# ---------------------------------------------------------------- damage of every kind


def flip(data: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice([1, 1, 2, 16])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def cut(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def blank(data: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(data))
    data[start : start + 100] = bytes(len(data[start : start + 100]))


@pytest.mark.slow
@pytest.mark.parametrize("damage", [flip, cut, blank])
def test_damage_gives_the_same_rows_fewer_rows_or_an_error(
    tmp_path: Path, damage: Callable[[bytearray, random.Random], None]
) -> None:
    fill(tmp_path / "sound.sqlite")
    sound = (tmp_path / "sound.sqlite").read_bytes()
    ends = []
    for seed in range(60):
        data = bytearray(sound)
        damage(data, random.Random(seed))
        path = tmp_path / f"{seed}.sqlite"
        path.write_bytes(data)
        try:
            ends.append(len(missing(path)))
        except ResultsDirError:
            ends.append(-1)
        assert not path.with_name(f"{path.name}.lock").exists()
    assert -1 in ends
    assert damage is not flip or any(end > 0 for end in ends)


def test_without_checksums_damage_would_give_another_answer(path: Path) -> None:
    """The test above can fail: what it looks at is wrong after a change that has a checksum."""
    edit(path, "UPDATE trials SET payload = replace(payload, '1003', '1004')")
    with Store(path) as store:
        [notice] = store.notices
    assert "damaged" in notice


# ---------------------------------------------------------------- merging


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.iterdir()}


def test_merge_leaves_no_trace_where_it_reads(path: Path) -> None:
    before = snapshot(path.parent)
    with Store(":memory:") as whole, Store(path, read_only=True) as part:
        assert whole.merge(part) == 120
        assert snapshot(path.parent) == before  # also while it is open
    assert snapshot(path.parent) == before


@pytest.mark.slow
def test_merge_reads_what_a_killed_writer_left(tmp_path: Path) -> None:
    code = (
        "import os, sys; from hopfield_sim.experiment.sweeps.store import Saved, Store\n"
        "store = Store(sys.argv[1]); key = store.claim('capacity', {'seed': 0})\n"
        "store.save(key, [Saved(0, t, '{}') for t in range(9)]); os.kill(os.getpid(), 9)"
    )
    path = tmp_path / "r.sqlite"
    assert subprocess.run([sys.executable, "-c", code, path]).returncode == -signal.SIGKILL
    before = snapshot(tmp_path)
    assert before["r.sqlite-wal"][1]
    with Store(":memory:") as whole, Store(path, read_only=True) as part:
        assert whole.merge(part) == 9
    assert snapshot(tmp_path) == before


def test_merge_leaves_damaged_rows_out_and_says_so(path: Path) -> None:
    edit(
        path,
        "UPDATE trials SET payload = '{}' WHERE trial = 3",
        "UPDATE trials SET cell = cell + 99 WHERE trial = 4",
    )
    with Store(":memory:") as whole, Store(path, read_only=True) as part:
        assert whole.merge(part, lambda *_: SIZES) == 120 - 6
        assert "6 damaged rows, first" in part.notices[0]


def test_merge_refuses_another_result_and_other_trials(tmp_path: Path) -> None:
    with Store(":memory:") as whole, Store(":memory:") as part:
        for store, text in ((whole, '{"a":1}'), (part, '{"a":2}')):
            store.save(store.claim("capacity", CONFIG), [Saved(0, 0, text), Saved(0, 1, text)])
        key = whole.claim("capacity", CONFIG)
        with pytest.raises(ResultsDirError, match=r"different results for cell 0, trial [01] of"):
            whole.merge(part)
        part.save(key, [Saved(0, 0, '{"a":1}'), Saved(0, 1, '{"a":1}'), Saved(7, 0, "{}")])
        with pytest.raises(ResultsDirError, match="cell 7, trial 0, which its configuration"):
            whole.merge(part, lambda *_: SIZES)
        assert whole.finished(key) == {(0, 0), (0, 1)}  # all or nothing
    with Store(":memory:") as whole, Store(":memory:") as part:
        part.claim("capacity", CONFIG)
        part.save(key, [Saved(7, 0, "{}")])
        with pytest.raises(ResultsDirError):
            whole.merge(part, lambda *_: SIZES)
        assert whole.studies() == {}


# ---------------------------------------------------------------- one writer


@pytest.fixture
def other(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the file open to write."""
    code = (
        "import sys; from hopfield_sim.experiment.sweeps.store import Store\n"
        "with Store(sys.argv[1]): print(flush=True); sys.stdin.read()"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", code, str(path)], **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "\n"
        yield process
        process.kill()


@pytest.mark.slow
def test_a_second_writer_is_told_who_is_first(path: Path, other: subprocess.Popen[str]) -> None:
    who = rf"is being written by process {other.pid} on .* since 20\d\d-\d\d-\d\d \d\d:"
    for read_only in (False, True):
        with pytest.raises(ResultsDirError, match=who):
            Store(path, read_only=read_only)
    with Store(path.with_name("shard-1-of-2.sqlite")):  # a file of its own
        pass
    other.communicate("")
    assert missing(path) == []
    assert [p.name for p in path.parent.iterdir()].count("r.sqlite.lock") == 0


@pytest.mark.slow
def test_a_link_to_a_file_is_no_way_around_its_lock(
    path: Path, other: subprocess.Popen[str], tmp_path: Path
) -> None:
    link = tmp_path / "elsewhere"
    link.symlink_to(path)
    for read_only in (False, True):
        with pytest.raises(ResultsDirError, match=f"is being written by process {other.pid}"):
            Store(link, read_only=read_only)
    other.communicate("")
    with Store(link):
        assert path.with_name("r.sqlite.lock").exists()
    assert missing(link) == []


@pytest.mark.slow
def test_a_lock_ends_with_its_process(path: Path, other: subprocess.Popen[str]) -> None:
    other.kill()
    other.wait()
    assert path.with_name("r.sqlite.lock").exists()
    assert missing(path) == []
    assert not path.with_name("r.sqlite.lock").exists()


def test_a_planted_link_is_not_followed(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("precious")
    path.with_name("r.sqlite.lock").symlink_to(target)
    with pytest.raises(ResultsDirError, match=r"r\.sqlite\.lock"):
        Store(path)
    assert target.read_text() == "precious"


def test_a_file_system_without_locks_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import errno

    from hopfield_sim.experiment.sweeps import lock

    def take(file: int, *, shared: bool = False) -> None:
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(lock, "_take", take)
    with Store(path) as store:
        assert "without locks" in store.notices[0]


# ---------------------------------------------------------------- names, full disks


@pytest.mark.parametrize("name", ["file:x", "file:x?mode=memory", ":memory:", "a#b%41", "ü ?&"])
def test_a_folder_of_any_name_has_its_results(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).mkdir()
    fill(Path(name) / name)
    assert [p.name for p in (tmp_path / name).iterdir()] == [name]
    assert [p.name for p in tmp_path.iterdir()] == [name]
    with Store(":memory:") as whole, Store(Path(name) / name, read_only=True) as part:
        assert whole.merge(part) == 120


FILLER = """
import resource, signal, sys
from hopfield_sim.errors import ResultsDirError
from hopfield_sim.experiment.sweeps.store import Saved, Store
limit = int(sys.argv[2])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
store = Store(sys.argv[1])
key = store.claim("capacity", {"seed": 0})
try:
    for trial in range(3000):
        store.save(key, [Saved(0, trial, '{"a": "' + "x" * 200 + '"}')])
        print(trial, flush=True)
except ResultsDirError as error:
    print(error, file=sys.stderr)
    store.close()
    sys.exit(2)
"""


@pytest.mark.slow
def test_a_full_disk_loses_nothing_and_the_same_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    command = [sys.executable, "-c", FILLER, str(path)]
    full = subprocess.run([*command, "200000"], capture_output=True, text=True)
    assert full.returncode == 2, full.stderr
    assert "finished trials are kept" in full.stderr
    told = full.stdout.split()
    with Store(path) as store:
        key = store.claim("capacity", CONFIG)
        assert len(told) > 20
        assert store.finished(key) >= {(0, int(trial)) for trial in told}
    assert subprocess.run([*command, "0"], stdout=subprocess.DEVNULL).returncode == 0
    with Store(path) as store:
        assert store.count(key) == (3000, 0)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultsDirError, match=r"cannot use .* as a folder of results"):
        Store(tmp_path / "none" / "r.sqlite")
    (tmp_path / "r.sqlite").mkdir()
    with pytest.raises(ResultsDirError, match="choose another folder"):
        Store(tmp_path / "r.sqlite")
