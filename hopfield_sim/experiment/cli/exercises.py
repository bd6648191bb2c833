"""The command ``exercises``: list them, or write students' copies and solutions."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import indent

from hopfield_sim.errors import InvalidInputError

__all__ = ["exercises"]

USAGE = """\
usage: hopfield-sim exercises [--students FOLDER] [--solutions FOLDER]

Without options: every exercise with its statement.
  --students FOLDER   write a file a notebook with functions to complete
  --solutions FOLDER  write the same files with the solutions, apart from the students'

To grade a file: pytest --hopfield-exercises FILE
In Python: hopfield_sim.exercises.check(name, function)"""


def exercises(words: Sequence[str]) -> str:
    """Return the list of exercises, or write files and return where they are.

    Raises
    ------
    InvalidInputError
        For other options.
    ResultsDirError
        If a file is there already, or cannot be written.
    """
    from hopfield_sim import exercises as course

    if {"-h", "--help"} & set(words):
        return USAGE
    if not words:
        return "\n\n".join(map(_chapter, course.NOTEBOOKS))
    words = [part for word in words for part in word.split("=", 1)]
    wanted = dict(zip(words[::2], words[1::2], strict=False))
    if len(words) != 2 * len(wanted) or not set(wanted) <= {"--students", "--solutions"}:
        raise InvalidInputError(
            "exercises takes --students FOLDER and --solutions FOLDER, each once; "
            f"got {' '.join(words)}"
        )
    return "\n".join(
        f"{option.removeprefix('--')} in {course.write(folder, solved=option == '--solutions')}"
        for option, folder in wanted.items()
    )


def _chapter(number: int) -> str:
    from hopfield_sim import exercises as course

    own = [e for e in map(course.get, course.names()) if e.notebook == number]
    told = [f"  {e.name}({', '.join(e.signature.parameters)})\n{_text(e.statement)}" for e in own]
    return "\n\n".join([f"{number}. {course.NOTEBOOKS[number]}", *told])


def _text(statement: str) -> str:
    return indent(statement, "      ")
