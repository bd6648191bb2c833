"""The command with a record of every call: ``python traced_command.py FILE checkerboard ...``.

FILE gets a list of [function, the function of the package that called it], in JSON and in order;
the latter is null where a thread begins.
"""

from __future__ import annotations

import functools
import inspect
import json
import pkgutil
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

from hopfield_sim.backends import kernels
from hopfield_sim.experiment.__main__ import main

PACKAGE = "hopfield_sim."
calls: list[tuple[str, str | None]] = []


def name(frame: FrameType) -> str | None:
    """Function of the package that a frame runs; None for another's, and for what has no name."""
    code = frame.f_code
    full = f"{frame.f_globals.get('__name__', '')}.{code.co_qualname}"
    function = full.startswith(PACKAGE) and "<" not in full and code.co_flags & inspect.CO_OPTIMIZED
    return full.removeprefix(PACKAGE) if function else None


def callers(frame: FrameType | None) -> Iterator[str]:
    """Functions of the package that wait for this frame, the nearest first."""
    while frame is not None:
        if found := name(frame):
            yield found
        frame = frame.f_back


def imports(frame: FrameType | None) -> bool:
    """Whether a module is being imported."""
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_globals["__name__"] != "__main__":
            return True
        frame = frame.f_back
    return False


def note(frame: FrameType, event: str, _: Any) -> None:
    if event == "call" and (called := name(frame)) and not imports(frame.f_back):
        calls.append((called, next(callers(frame.f_back), None)))


def note_kernels() -> None:
    """Compiled functions are seen by no profiler: put one that takes notes in front of each."""
    for found in pkgutil.iter_modules(kernels.__path__, f"{kernels.__name__}."):
        module = import_module(found.name)
        for word, function in list(vars(module).items()):
            if type(function).__name__ == "cython_function_or_method":
                setattr(module, word, noted(function, f"{found.name.removeprefix(PACKAGE)}.{word}"))


def noted(function: Any, full: str) -> Any:
    @functools.wraps(function)
    def kernel(*args: Any, **kwargs: Any) -> Any:
        calls.append((full, next(callers(sys._getframe(1)), None)))
        return function(*args, **kwargs)

    return kernel


if __name__ == "__main__":
    file = Path(sys.argv.pop(1))
    note_kernels()
    threading.setprofile(note)
    sys.setprofile(note)
    code = main()
    sys.setprofile(None)
    file.write_text(json.dumps(calls))
    sys.exit(code)
