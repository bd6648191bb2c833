"""Processes forked from a server that has imported everything: many a second.

The command line in them is the real one, with its driver, lock and database; only the time that
Python takes to start is saved. Its workers are forked from a server too, instead of
being spawned.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import forkserver, util
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from benchmarks.reliability.commands import LATEST

SERVED = ["benchmarks.reliability.imported"]
"""What the server imports before it forks."""


def start(act: Callable[..., Any], *arguments: Any) -> ForkServerProcess:
    """A function of a module in a process of its own, whose exit code is what it returns."""
    context = _server()
    stream, log = tempfile.mkstemp(".log")  # read when it has ended
    os.close(stream)
    process = context.Process(target=_acted, args=(log, act, *arguments))
    process.start()
    process.log = Path(log)  # type: ignore[attr-defined]
    while process.is_alive() and not _apart(process.pid or 0):
        time.sleep(0.001)  # until it can be signalled with all that it starts
    return process


def _apart(process: int) -> bool:
    """Whether a process has a session of its own, or has ended."""
    try:
        return os.getsid(process) == process
    except ProcessLookupError:
        return True


def finish(process: ForkServerProcess, latest: float = LATEST) -> tuple[int, str]:
    """Its exit code, -1 when it hangs, and the end of what it said."""
    process.join(latest)
    code = process.exitcode
    if code is None:
        process.kill()
        process.join()
    log: Path = process.log  # type: ignore[attr-defined]
    said = log.read_text(errors="replace")[-400:]
    log.unlink()
    process.close()
    return (-1, "it hung") if code is None else (code, said)


def workers(driver: ForkServerProcess) -> list[int]:
    """The numbers of the processes that a warm command has for workers."""
    return [worker for server in _children(driver.pid) for worker in _children(server)]


def _children(parent: int | None) -> list[int]:
    try:
        return [*map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())]
    except OSError:  # it has ended
        return []


def command(*words: str) -> int:
    """The command line, in a warm process."""
    from hopfield_sim.experiment.__main__ import main

    if "--processes" in words:
        # Of its own, since one whose client is killed at the wrong moment ends; and now, before
        # there are files and threads.
        util.spawnv_passfds = _forked  # type: ignore[attr-defined]
        multiprocessing.get_context = lambda _=None: _server()  # type: ignore[assignment]
        forkserver.ensure_running()
    sys.argv = ["hopfield-sim", *words]
    return main()


def place() -> tempfile.TemporaryDirectory[str]:
    """A folder to be damaged: in memory, where there is such a place, since no machine falls."""
    memory = "/dev/shm"
    return tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None)


def _server() -> ForkServerContext:
    context = multiprocessing.context._concrete_contexts["forkserver"]  # type: ignore[attr-defined]
    context.set_forkserver_preload(SERVED)
    # Who is killed leaves semaphores to the tracker, who would say so.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:resource_tracker:UserWarning")
    return context


def _forked(_: bytes, args: list[str], files: list[int]) -> int:
    """What starts a server, without the start of another Python."""
    number = os.fork()
    if not number:
        for file in {int(file) for file in os.listdir("/proc/self/fd")} - {0, 1, 2, *files}:
            with suppress(OSError):
                os.close(file)
        try:
            exec(args[-1])
        finally:
            os._exit(0)
    return number


def _acted(log: str, act: Callable[..., Any], *arguments: Any) -> None:
    stream = os.open(log, os.O_WRONLY | os.O_APPEND)
    for number in (1, 2):
        os.dup2(stream, number)
    os.setsid()
    try:
        code = act(*arguments)
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)
