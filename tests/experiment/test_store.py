"""The results file: what is saved stays, and nothing else gets in."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from hopfield_sim.errors import InvalidInputError, InvalidTypeError, ResultsDirError
from hopfield_sim.experiment.sweeps.store import Saved, Store, differences
from hopfield_sim.experiment.sweeps.study import canonical, fingerprint, generator

CONFIG = {"sizes": [10, 34], "seed": 0}


def test_the_fingerprint_depends_on_the_values_only() -> None:
    assert fingerprint("a", {"x": 1, "y": 2}) == fingerprint("a", {"y": 2, "x": 1})
    others = [
        ("b", {"x": 1, "y": 2}),
        ("a", {"x": 1}),
        ("a", {"x": 1, "y": 3}),
        ("a", {"x": "1", "y": 2}),
    ]
    assert fingerprint("a", {"x": 1, "y": 2}) not in {fingerprint(*other) for other in others}


def test_a_configuration_without_a_value_for_json_is_an_error() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"x": float("nan")})


def test_seeds_are_those_of_numpy_and_differ_everywhere() -> None:
    keys = [("a", 0, 0, 0), ("b", 0, 0, 0), ("a", 1, 0, 0), ("a", 0, 1, 0), ("a", 0, 0, 1)]
    draws = [int(generator(*key).integers(2**63)) for key in keys]
    assert len(set(draws)) == len(keys)
    assert draws == [int(generator(*key).integers(2**63)) for key in keys]


def test_what_is_saved_is_found_again(tmp_path: Path) -> None:
    with Store(tmp_path / "r.sqlite") as store:
        key = store.claim("capacity", CONFIG)
        store.save(key, [Saved(1, 0, '{"a":1}'), Saved(0, 2, '{"a":2}'), Saved(0, 1, '{"a":3}')])
        store.save(key, [Saved(1, 1, None, "RuntimeError: no")])
    with Store(tmp_path / "r.sqlite") as store:
        assert store.claim("capacity", CONFIG) == key
        assert store.finished(key) == {(1, 0), (0, 2), (0, 1)}
        assert store.failed(key) == [(1, 1, "RuntimeError: no")]
        assert store.payloads(key, 3) == [[{"a": 3}, {"a": 2}], [{"a": 1}], []]
        assert store.studies() == {"capacity": CONFIG}
    connection = sqlite3.connect(tmp_path / "r.sqlite")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_failed_trial_that_succeeds_later_counts_as_finished() -> None:
    with Store(":memory:") as store:
        key = store.claim("capacity", CONFIG)
        store.save(key, [Saved(0, 0, None, "no")])
        store.save(key, [Saved(0, 0, "{}")])
        assert (store.failed(key), store.finished(key)) == ([], {(0, 0)})


def test_another_configuration_is_refused_with_the_differences(tmp_path: Path) -> None:
    with Store(tmp_path / "r.sqlite") as store:
        store.claim("capacity", CONFIG)
        with pytest.raises(ResultsDirError) as caught:
            store.claim("capacity", {"sizes": [10, 18], "seed": 0, "states": 5})
        assert store.studies() == {"capacity": CONFIG}
    assert "sizes is [10, 34] there and [10, 18] here" in str(caught.value)
    assert "states is absent there and 5 here" in str(caught.value)
    assert "seed is" not in str(caught.value)


def test_long_differences_are_cut() -> None:
    words = differences({"x": list(range(100))}, {"x": 1})
    assert "..." in words
    assert len(words) < 100


def test_saving_is_all_or_nothing(tmp_path: Path) -> None:
    def interrupted():  # type: ignore[no-untyped-def]
        yield Saved(0, 0, "{}")
        raise KeyboardInterrupt

    with Store(tmp_path / "r.sqlite") as store:
        key = store.claim("capacity", CONFIG)
        with pytest.raises(KeyboardInterrupt):
            store.save(key, interrupted())
        with pytest.raises(ResultsDirError):
            store.save(key, [Saved(0, 1, "{}"), (0, 2)])  # type: ignore[list-item]
        assert store.finished(key) == set()
        store.save(key, [Saved(0, 0, "{}")])
        assert store.finished(key) == {(0, 0)}


@pytest.mark.parametrize("content", [b"no database at all, just some text" * 50, b"\x00" * 5000])
def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.sqlite"
    path.write_bytes(content)
    with pytest.raises(ResultsDirError, match="as a results file"):
        Store(path)
    assert path.read_bytes() == content


def test_a_database_of_something_else_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE birds (name TEXT)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(ResultsDirError, match="database of something else"):
        Store(path)
    assert path.read_bytes() == before


def test_a_missing_file_is_not_made_when_it_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ResultsDirError, match="does not exist"):
        Store(tmp_path / "r.sqlite", read_only=True)
    with pytest.raises(ResultsDirError, match="cannot use"):
        Store(tmp_path / "no" / "folder" / "r.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_merging_takes_the_finished_and_refuses_another_configuration() -> None:
    with Store(":memory:") as whole, Store(":memory:") as part, Store(":memory:") as other:
        key = part.claim("capacity", CONFIG)
        part.save(key, [Saved(0, 0, '{"a":1}'), Saved(0, 1, None, "no")])
        assert whole.merge(part) == 1
        assert whole.finished(key) == {(0, 0)}
        assert whole.failed(key) == []
        other.claim("capacity", CONFIG | {"seed": 1})
        with pytest.raises(ResultsDirError, match="seed is 0 there and 1 here"):
            whole.merge(other)


WRITER = """
import sys
from hopfield_sim.experiment.sweeps.store import Saved, Store
store = Store(sys.argv[1])
key = store.claim("capacity", {"seed": 0})
for trial in range(10**6):
    store.save(key, [Saved(0, trial, '{"trial": %d}' % trial), Saved(1, trial, "{}")])
    print(trial, flush=True)
"""


@pytest.mark.slow
def test_everything_saved_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    told = -1
    for line in writer.stdout:
        told = int(line)
        if told == 150:
            os.kill(writer.pid, signal.SIGKILL)
            break
    told = max([told, *(int(line) for line in writer.stdout.read().split())])
    assert writer.wait() == -signal.SIGKILL
    writer.stdout.close()
    with Store(path) as store:
        key = store.claim("capacity", {"seed": 0})
        first, second = store.payloads(key, 2)
    # What was told is there; both rows of a save or none.
    assert [p["trial"] for p in first] == list(range(len(first)))
    assert len(first) == len(second) > told >= 150
    assert json.loads(json.dumps(first)) == first


@pytest.mark.parametrize("path", [None, 3, "", "a\0b"])
def test_a_path_that_is_none_is_refused_in_words(path: Any) -> None:
    with pytest.raises((InvalidInputError, InvalidTypeError), match="path"):
        Store(path)
