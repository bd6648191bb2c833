"""Signals, and drivers that are killed: a sweep stops at once and leaves nothing running behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[1]
SLOW = 60.0

# A command line of its own: a toy sweep whose trials sleep, and cannot be interrupted.
COMMAND = """
import sys, time, toy_study
from pathlib import Path
from hopfield_sim.experiment.sweeps import interruption
from hopfield_sim.experiment.sweeps import pool as pools
from hopfield_sim.experiment.sweeps.store import Store
from hopfield_sim.experiment.sweeps.sweep import sweep

def act():
    study = toy_study.toy(Path(sys.argv[1]) / "tries", sleep=float(sys.argv[3]))
    pool = pools.local(2, processes=sys.argv[2] == "processes")
    with pool, Store(Path(sys.argv[1]) / "r.sqlite") as store:
        sweep([study], store, pool)
    return 0

def stuck():  # as in one long matrix product: in C, without the interpreter's lock
    import hashlib
    print("stuck", flush=True)
    hashlib.pbkdf2_hmac("sha256", b"", b"", 200_000_000)

def importing():  # a compiled module makes this of a signal that comes while it is imported
    try:
        print("importing", flush=True)
        time.sleep(float(sys.argv[3]))
    except KeyboardInterrupt:
        raise ImportError("initialization failed") from None

if __name__ == "__main__":
    what = {"stuck": stuck, "importing": importing}.get(sys.argv[2], act)
    sys.exit(interruption.run(what, lambda: print("stopped", file=sys.stderr)))
"""


def start(folder: Path, how: str = "threads", sleep: float = SLOW) -> subprocess.Popen[str]:
    (folder / "tries").mkdir(exist_ok=True)
    script = folder / "command.py"
    script.write_text(COMMAND)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    process = subprocess.Popen(
        [sys.executable, str(script), str(folder), how, str(sleep)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
        preexec_fn=hear,
    )
    return process


def hear() -> None:
    """As in a terminal, though the tests themselves may have been told to ignore signals."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


def wait_for(condition: Any, process: subprocess.Popen[str]) -> None:
    for _ in range(1500):
        if condition():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.kill()
    pytest.fail("it did not come so far")


def begun(folder: Path) -> bool:
    return len(list((folder / "tries").iterdir())) >= 2


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "number"),
    [
        ("threads", signal.SIGINT),
        ("threads", signal.SIGTERM),
        ("threads", signal.SIGHUP),
        ("processes", signal.SIGTERM),
    ],
)
def test_a_signal_stops_trials_that_run(tmp_path: Path, how: str, number: signal.Signals) -> None:
    process = start(tmp_path, how)
    wait_for(lambda: begun(tmp_path), process)
    since = time.monotonic()
    os.kill(process.pid, number)
    _, errors = process.communicate(timeout=30)
    assert time.monotonic() - since < 5  # and not a minute; how fast is measured elsewhere
    assert process.returncode == 128 + number
    assert errors.splitlines() == ["stopped"]
    assert not (tmp_path / "r.sqlite.lock").exists()
    wait_for_the_end_of(process.pid)


@pytest.mark.slow
def test_workers_end_with_their_driver(tmp_path: Path) -> None:
    process = start(tmp_path, "processes")
    wait_for(lambda: begun(tmp_path), process)
    process.kill()
    process.communicate(timeout=30)
    wait_for_the_end_of(process.pid)


def wait_for_the_end_of(group: int) -> None:
    for _ in range(500):
        if not alive(group):
            return
        time.sleep(0.02)
    os.killpg(group, signal.SIGKILL)
    pytest.fail("a worker outlived its driver")


@pytest.mark.slow
def test_a_main_thread_that_hears_nothing_is_ended_too(tmp_path: Path) -> None:
    process = start(tmp_path, "stuck")
    assert process.stdout is not None
    assert process.stdout.readline() == "stuck\n"
    time.sleep(0.1)
    os.kill(process.pid, signal.SIGTERM)
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (143, "stopped\n")


@pytest.mark.slow
def test_what_was_finished_is_kept(tmp_path: Path) -> None:
    process = start(tmp_path, sleep=0.3)
    wait_for(lambda: len(list((tmp_path / "tries").iterdir())) >= 5, process)
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 143
    again = start(tmp_path, sleep=0.3)
    _, errors = again.communicate(timeout=60)
    assert (again.returncode, errors) == (0, "")
    tries = sorted(path.stat().st_size for path in (tmp_path / "tries").iterdir())
    assert len(tries) == 12
    assert tries.count(1) >= 9  # those of the first run, but for the two that were running


@pytest.mark.slow
def test_an_ignored_signal_stays_ignored() -> None:
    code = (
        "import signal, sys, time; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "from hopfield_sim.experiment.sweeps import interruption\n"
        "def act(): print(flush=True); time.sleep(0.5); return 7\n"
        "sys.exit(interruption.run(act, lambda: None))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        os.kill(process.pid, signal.SIGHUP)
        assert process.wait(30) == 7


@pytest.mark.slow
def test_ctrl_c_in_a_function_comes_at_once_and_the_interpreter_ends(tmp_path: Path) -> None:
    code = (
        "import _thread, sys, threading, time, toy_study\n"
        "from pathlib import Path\n"
        "from hopfield_sim.experiment.sweeps.sweep import answer\n"
        "study = toy_study.toy(Path(sys.argv[1]), sleep=60.0)\n"
        "threading.Timer(0.5, _thread.interrupt_main).start()\n"
        "try: answer(study)\n"
        "except KeyboardInterrupt: print('interrupted')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, tmp_path],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "interrupted\n", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_command_line_loads(number: signal.Signals) -> None:
    """NumPy is held up while it is imported, for as long as it takes to send the signal."""
    code = (
        "import builtins, runpy, sys, time\n"
        "sys.argv, sys.orig_argv = ['-m'], ['python', '-m', 'hopfield_sim.experiment']\n"
        "usual = builtins.__import__\n"
        "def slow(name, *rest):\n"
        "    if name == 'numpy': print(flush=True); time.sleep(30)\n"
        "    return usual(name, *rest)\n"
        "builtins.__import__ = slow\n"
        "runpy.run_module('hopfield_sim.experiment', run_name='__main__')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "\n"
        os.kill(process.pid, number)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert errors == "stopped before anything was begun\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_became_another_error_stops_all_the_same(tmp_path: Path, number: int) -> None:
    process = start(tmp_path, "importing")
    assert process.stdout is not None
    assert process.stdout.readline() == "importing\n"
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert errors == "stopped\n"


def test_an_error_without_a_signal_stays_an_error(tmp_path: Path) -> None:
    process = start(tmp_path, "importing", sleep=-1.0)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "ValueError" in errors
