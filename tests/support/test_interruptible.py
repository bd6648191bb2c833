"""Ctrl-C in long calls: of LAPACK, in a thread that is left to itself, and in copies, in pieces."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import rules
from hopfield_sim.checks import reals
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base import files
from hopfield_sim.models.distributed.features import projection
from hopfield_sim.patterns import sampling
from hopfield_sim.support import interruptible
from hopfield_sim.support.daemons import Daemons

SIGNS = hs.random_patterns(9, 23, rng=1)
REALS = np.random.default_rng(3).normal(size=(9, 23))

LAPACK: dict[str, Any] = {
    "restricted": lambda: hs.RestrictedHopfield(12, rng=0).store(SIGNS).weights,
    "dependent": lambda: rules.pseudoinverse(np.concatenate([SIGNS, SIGNS[:2]])),
    "one block": lambda: next(projection.Projection(0, 9, 9, orthogonal=True).blocks()).directions,
}


@pytest.mark.parametrize("name", LAPACK)
def test_lapack_is_called_in_a_thread_and_gives_the_same_bits(name, monkeypatch):
    wanted, callers = LAPACK[name](), []
    monkeypatch.setattr(interruptible, "_SMALL", 0)
    for function in ("qr", "svd"):
        usual = getattr(np.linalg, function)

        def noted(*args, usual=usual, **kwargs):
            callers.append(threading.current_thread())
            return usual(*args, **kwargs)

        monkeypatch.setattr(np.linalg, function, noted)
    np.testing.assert_array_equal(LAPACK[name](), wanted)
    assert callers
    assert threading.main_thread() not in callers


def test_blocks_drawn_ahead_are_left_to_themselves(monkeypatch):
    """An interrupted recall of a distributed memory waits for no block that is being drawn."""
    monkeypatch.setattr(projection, "_BLOCK", 9)
    monkeypatch.setattr(projection.backends, "threads", lambda _: 2)
    going, drawn = threading.Event(), itertools.count()

    def draw(self, number):
        if next(drawn):
            going.wait(60)
        return number

    monkeypatch.setattr(projection.Projection, "block", draw)
    blocks = projection.Projection(0, 40, 3).blocks()
    assert next(blocks) == 0
    blocks.close()
    busy = [t for t in threading.enumerate() if t.name == "hopfield_sim" and t.is_alive()]
    assert busy
    assert all(thread.daemon for thread in busy)
    going.set()
    for thread in busy:
        thread.join()


def test_what_the_function_raises_arrives(monkeypatch):
    monkeypatch.setattr(interruptible, "_SMALL", 0)
    with pytest.raises(np.linalg.LinAlgError):
        interruptible.interruptible(np.linalg.cholesky, -np.eye(2))

    def late(_):
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        interruptible.interruptible(late, np.eye(2))


@pytest.mark.parametrize("left", [0, 1])
def test_without_threads_it_is_called_directly(left, monkeypatch):
    monkeypatch.setattr(interruptible, "_SMALL", 0)
    begun = itertools.count()
    start = threading.Thread.start

    def refuse(thread):
        if next(begun) >= left:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert interruptible.interruptible(np.linalg.det, np.eye(2)) == 1.0
    pool = Daemons(2)
    if left == 0:
        with pytest.raises(RuntimeError):
            pool.submit(int)
    pool.shutdown(cancel_futures=True)


CTRL_C = """
import _thread, sys, threading, time
import numpy as np
from hopfield_sim.support.interruptible import interruptible
done = []
def work(square):
    started.set()
    np.linalg.qr(square)
    done.append(1)
started = threading.Event()
def kick(): started.wait(); time.sleep(0.4); _thread.interrupt_main()  # amid the call
threading.Thread(target=kick, daemon=True).start()
try: interruptible(work, np.random.default_rng(0).normal(size=(4000, 2000)))
except KeyboardInterrupt: print("interrupted", done)
{end}
"""


@pytest.mark.slow
@pytest.mark.parametrize("threads", ["1", "2"])
@pytest.mark.parametrize(("end", "code"), [("", 0), ("sys.exit(7)", 7), ("raise ValueError", 1)])
def test_ctrl_c_is_heard_and_the_process_ends_as_it_would(
    end: str, code: int, threads: str
) -> None:
    run = subprocess.run(
        [sys.executable, "-c", CTRL_C.format(end=end)],
        env=os.environ
        | {"PYTHONPATH": str(Path(__file__).parents[2]), "OPENBLAS_NUM_THREADS": threads},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (run.returncode, run.stdout) == (code, "interrupted []\n"), run.stderr
    assert ("ValueError" in run.stderr) == (code == 1)


def test_pieces_copy_what_one_step_would(monkeypatch):
    asked = {
        "signs": lambda: hs.checks.signs(SIGNS.astype(float).T, "signs"),
        "weights": lambda: hs.checks.weights(np.asfortranarray(REALS[:, :9])),
        "real": lambda: hs.checks.real_patterns(REALS[:, ::-1]).array,
        "mask": lambda: hs.mask(SIGNS, SIGNS[0] > 0),
    }
    wanted = {name: ask() for name, ask in asked.items()}
    monkeypatch.setattr(reals, "_SLAB", 30)
    for name, ask in asked.items():
        found = ask()
        assert found.flags.c_contiguous
        assert found.dtype == wanted[name].dtype
        np.testing.assert_array_equal(found, wanted[name])
    for bad, at in (([0, 0], "[0, 0]"), ([8, 3], "[8, 3]")):
        spoilt = SIGNS.astype(float)
        spoilt[tuple(bad)] = np.nan
        with pytest.raises(InvalidInputError, match=rf"found nan at \{at[:-1]}\]"):
            hs.checks.signs(spoilt, "signs")
        with pytest.raises(InvalidInputError, match=rf"found nan at \{at[:-1]}\]"):
            hs.checks.real_patterns(spoilt)
    assert len(list(reals.slabs(np.empty((100, 3))))) == 10
    assert list(reals.slabs(np.empty(()))) == [...]


def test_fair_patterns_are_the_bits_of_one_long_draw(monkeypatch):
    """The bits of ``Generator.bytes``, most significant first, 1 for +1."""
    monkeypatch.setattr(sampling, "_BLOCK_SITES", 64)
    source = hs.checks.generator(5)
    bits = np.unpackbits(np.frombuffer(source.bytes(-(-7 * 29 // 8)), np.uint8), count=7 * 29)
    np.testing.assert_array_equal(
        hs.random_patterns(7, 29, rng=5), bits.reshape(7, 29).astype(int) * 2 - 1
    )


def test_a_file_written_in_pieces_is_the_same_file(tmp_path, monkeypatch):
    network = hs.HopfieldNetwork("storkey").store(SIGNS)
    network.save(tmp_path / "whole.npz")
    monkeypatch.setattr(files, "_PIECE", 100)
    network.save(tmp_path / "pieces.npz")
    assert (tmp_path / "whole.npz").read_bytes() == (tmp_path / "pieces.npz").read_bytes()
    np.testing.assert_array_equal(hs.load(tmp_path / "pieces.npz").weights, network.weights)
