"""Threads: results do not depend on their number, and they can be had or not."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import backends
from hopfield_sim.backends import workers
from hopfield_sim.backends.compiled import dense as cython_dense
from hopfield_sim.backends.compiled import pairs as cython_backend
from hopfield_sim.models.hopfield import couplings

needs_kernels = pytest.mark.skipif(
    "cython" not in backends.available(), reason="the compiled kernels are not built"
)

N = 33
BUDGETS = (1, 2, N // 2, N, N + 1, 7 * N)
MANNERS = {
    "random": {"order": "random"},
    "sequential, ties up": {"order": "sequential", "ties": "plus"},
    "uniform": {"order": "uniform"},
    "synchronous": {"update": "sync"},
    "warm": {"temperature": 0.5},
    "warm and synchronous": {"temperature": 0.5, "update": "sync"},
    "cooled": {"temperature": [1.0, 0.5, 0.0, 0.0]},
    "cooled at once": {"temperature": [1.0, 0.0, 0.0], "update": "sync"},
}


def hebbian(backend):
    return hs.HopfieldNetwork(backend=backend)


def stored(make, backend="auto"):
    memory = make(backend)
    memory.store(hs.random_patterns(4, N, rng=5))
    return memory


MEMORIES = {
    "factors": hebbian,
    "matrix": hebbian,
    "storkey": lambda backend: hs.HopfieldNetwork("storkey", backend=backend),
    "float32": lambda backend: hs.HopfieldNetwork("storkey", dtype="float32", backend=backend),
    "dense": lambda backend: hs.DenseMemory(order=3, backend=backend),
    "exponential": lambda backend: hs.DenseMemory("exponential", backend=backend),
    "trained": lambda backend: hs.TrainedDenseMemory(6, order=3, rng=0),
}


def assert_same(run, wanted, *, energy=True):
    """The same bits everywhere, recorded energies included."""
    for name in ("states", "stop", "converged", "period", "sweeps", "flips", "updates"):
        np.testing.assert_array_equal(getattr(run, name), getattr(wanted, name), err_msg=name)
    if energy:
        np.testing.assert_array_equal(run.energy, wanted.energy)


@pytest.mark.slow
@needs_kernels
@pytest.mark.parametrize("manner", MANNERS.values(), ids=MANNERS)
@pytest.mark.parametrize("name", MEMORIES)
def test_no_budget_and_no_number_of_threads_changes_a_bit(name, manner, monkeypatch):
    """A kernel may come back at any visit, also just where a sweep, or all of them, end."""
    monkeypatch.setattr(couplings, "prefers_matrix", lambda *args, **kw: name == "matrix")
    memory, cues = stored(MEMORIES[name]), np.repeat(hs.random_patterns(4, N, rng=5), 6, axis=0)
    cues = np.array([hs.flip(cue, fraction=0.1 * (k % 6), rng=k) for k, cue in enumerate(cues)])
    options = {"max_sweeps": 2, "rng": 1, "record": "energy", "every": N // 2, **manner}

    def recall(n_threads):
        return memory.recall(cues, n_threads=n_threads, **options)

    wanted = recall(1)
    assert len(set(wanted.sweeps.tolist())) > 1 or "temperature" in manner
    exact = name in ("factors", "matrix", "dense")
    reference = stored(MEMORIES[name], "numpy").recall(cues, **options)
    assert_same(reference, wanted, energy=exact)
    monkeypatch.setattr(cython_backend, "_SHARE", 1)
    monkeypatch.setattr(cython_dense, "_SHARE", 1)
    for budget in BUDGETS:
        monkeypatch.setattr(cython_backend, "_BUDGET", budget)
        monkeypatch.setattr(cython_dense, "_BUDGET", budget)
        for n_threads in (1, 2, 8):
            assert_same(recall(n_threads), wanted)


@needs_kernels
@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("update", ["async", "sync"])
def test_fixed_points_at_once_are_all_told(budget, update, monkeypatch):
    """Patterns far below capacity are fixed: nothing has to move to see it."""
    patterns = hs.random_patterns(2, N, rng=3)
    net = hs.HopfieldNetwork().store(patterns)
    assert (net.fields(patterns) * patterns > 0).all()
    monkeypatch.setattr(cython_backend, "_SHARE", 1)
    monkeypatch.setattr(cython_backend, "_BUDGET", budget)
    cues = np.array([hs.flip(patterns[0], count=k, rng=k) for k in (0, 1, 1, 2, 2)])
    for max_sweeps, n_threads in ((1, 1), (1, 2), (5, 3)):
        run = net.recall(cues, update=update, max_sweeps=max_sweeps, n_threads=n_threads)
        assert (run.states == patterns[0]).all()
        assert run.converged.all()
        np.testing.assert_array_equal(run.flips, [0, 1, 1, 2, 2])


def test_no_more_threads_than_parts(monkeypatch):
    asked = []
    pool = workers._pool
    monkeypatch.setattr(workers, "_pool", lambda n, pid: asked.append(n) or pool(n, pid))
    for parts, n_threads in ((3, 10**9), (10**6, 10**9), (1, 10**9), (7, 1)):
        done = []
        rest = workers.share(lambda part, done=done: done.extend(part), np.arange(200), parts,
                             n_threads)  # fmt: skip
        assert sorted(done) == list(range(200))
        assert not rest.size
    assert set(asked) == {2, workers._MOST - 1}


def test_what_there_was_no_time_for_is_given_back():
    rest = workers.share(lambda part: len(part) // 2, np.arange(40), 4, 3)
    assert sorted(rest) == [i for i in range(40) if i % 10 >= 5]


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), ImportError("exiting")])
def test_without_threads_the_caller_does_it_alone(error, monkeypatch):
    def refuse(n_threads, process):
        raise error

    monkeypatch.setattr(workers, "_pool", refuse)
    done = []
    workers.share(lambda part: done.extend(part), np.arange(20), 8, 4)
    assert sorted(done) == list(range(20))


def test_an_error_in_a_part_reaches_the_caller_and_ends_the_others():
    begun = []

    def work(part):
        begun.append(part)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        workers.share(work, np.arange(100), 100, 2)
    assert len(begun) <= 2


RECALL = """
import os, numpy as np, hopfield_sim as hs
from hopfield_sim.backends.compiled import pairs as cython_backend
cython_backend._SHARE = 1
patterns = hs.random_patterns(5, 200, rng=1)
net = hs.HopfieldNetwork().store(patterns)
net.energy(patterns)  # loads the kernels, which nothing can do while the interpreter exits
def recall():
    run = net.recall(np.repeat(patterns, 8, axis=0), n_threads=2, rng=1)
    os.write(1, b"%d\\n" % sum(run.converged.tolist()))  # one write: processes share it
"""


def printed(code):
    run = subprocess.run(
        [sys.executable, "-c", RECALL + code], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert "Error" not in run.stderr, run.stderr
    return run.stdout.split()


@pytest.mark.slow
@pytest.mark.parametrize(
    "before", ["", "recall()\n"], ids=["the first threads", "threads made before"]
)
@pytest.mark.parametrize(
    "code",
    [
        "import atexit; atexit.register(recall)",
        "class Last:\n    def __del__(self): recall()\nkept = Last()",
        "import atexit, threading\nlate = threading.Thread(target=recall, daemon=True)\n"
        "def last():\n    try: late.start(); late.join()\n    except RuntimeError: recall()\n"
        "atexit.register(last)",
    ],
    ids=["atexit", "__del__", "a thread at exit"],
)
def test_recall_while_the_interpreter_exits(before, code):
    assert printed(before + code) == ["40"] * (2 if before else 1)


def test_directions_drawn_while_the_interpreter_exits():
    code = (
        "import atexit; from hopfield_sim.models.distributed.features import projection\n"
        "projection._BLOCK, projection._KEPT = 64, 0\n"
        "def last(): print(hs.DistributedMemory(200, rng=0).store([[0.0, 0.5]] * 2).n_patterns)\n"
        "atexit.register(last)"
    )
    assert printed(code) == ["2"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_has_threads_of_its_own():
    code = "recall()\npid = os.fork()\nrecall()\nif pid: os.waitpid(pid, 0)"
    assert printed(code) == ["40"] * 3
