"""Files of exercises: students' copies, and the solutions apart from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hopfield_sim import checks
from hopfield_sim.errors import ResultsDirError
from hopfield_sim.exercises.exercise import Exercise
from hopfield_sim.support import disk

_HEAD = '''"""{title}. To grade this file: pytest --hopfield-exercises {name}"""

import math

import numpy as np
'''


def write(folder: Any, exercises: list[Exercise], titles: dict[int, str], *, solved: bool) -> Path:
    """Write a file a notebook, with solutions or without; return the folder.

    A file that is there already is never replaced: it may have somebody's work.

    Raises
    ------
    ResultsDirError
        If a file is there already, or cannot be written.
    """
    folder = checks.path(folder, "folder")
    texts = {}
    for number, title in titles.items():
        name = f"{'solutions' if solved else 'exercises'}_{number}.py"
        own = [e for e in exercises if e.notebook == number]
        parts = [e.source() if solved else e.skeleton() for e in own]
        texts[folder / name] = "\n\n".join([_HEAD.format(title=title, name=name), *parts])
    try:
        there = [path for path in texts if path.exists()]
        if there:
            raise ResultsDirError(
                f"{there[0]} is there already; name another folder, or move it away"
            )
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            disk.write(path, text.encode())
    except ResultsDirError:
        raise
    except OSError as error:
        raise ResultsDirError(f"cannot write to {folder}: {error}") from error
    return folder
