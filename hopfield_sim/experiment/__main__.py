"""The command line: ``python -m hopfield_sim.experiment``, the same as ``hopfield-sim``.

Each command is imported when it is called, so that help appears at once.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from hopfield_sim import backends
from hopfield_sim.errors import HopfieldError
from hopfield_sim.experiment.cli import console
from hopfield_sim.experiment.studies.registry import STUDIES
from hopfield_sim.experiment.sweeps import interruption

if TYPE_CHECKING:
    from hopfield_sim.experiment.cli.driver import Outcome

__all__ = ["main"]

INTERRUPTED = 130
"""Exit code of a command that Ctrl-C stopped."""

NO_KERNELS = "no compiled kernels: the NumPy reference is used, with the same results but slower"
WITHOUT = {
    "threadpoolctl": "the matrix products of the workers share the processors less well, and their "
    "last bits may depend on the number of workers",
    "scipy": "figures lack most curves of theory",
    "jinja2": "tables and figures are written, but no report.html",
}
"""Optional packages, and what is missing without each."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0: done. 1: done, but trials failed or are missing. 2: nothing done, the reason in one line.
    130: stopped by Ctrl-C, with all that was finished saved; so 143 by SIGTERM and 129 by SIGHUP.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the command; by default those of this process.
    """
    console.prepare()
    program = argv is None
    argv = sys.argv[1:] if argv is None else list(argv)
    command = _typed(argv)

    def stopped() -> None:
        console.complain(f"stopped; what was finished is saved. To continue: {command}")

    if program:
        warnings.showwarning = console.warn
        return interruption.run(lambda: _run(argv, command), stopped)
    try:
        return _run(argv, command)
    except KeyboardInterrupt:
        stopped()
        return INTERRUPTED


def _run(argv: Sequence[str], command: str) -> int:
    try:
        text = _answer(argv)
        if text is not None:
            return 0 if console.say(text) else 1
        outcome = _work(argv, command)
    except HopfieldError as error:
        console.complain(f"error: {' '.join(str(error).split())}")
        return 2
    said = console.say("\n".join([*outcome.answers, outcome.line]))
    return outcome.code if said else max(outcome.code, 1)


def _answer(argv: Sequence[str]) -> str | None:
    """Return the text of help and of commands that run no study; None for other commands."""
    from hopfield_sim.experiment.cli import manual

    first = argv[0] if argv else ""
    if first == "exercises":
        from hopfield_sim.experiment.cli import exercises

        return exercises.exercises(argv[1:])
    if {"-h", "--help"} & set(argv):
        if first == "merge":
            return manual.of_merge()
        if first == "explore":
            return manual.of_explore()
        own = [first] if ":" in first and not first.startswith("-") else []
        named = own or [word for word in argv if not word.startswith("-") and word in STUDIES]
        return manual.of_study(STUDIES[named[0]], named[0]) if named else manual.general()
    if "--version" in argv:
        return f"hopfield-sim {import_module('hopfield_sim').__version__}"
    for word, following in pairwise([*argv, ""]):
        option, _, shell = word.partition("=")
        if option == "--completion":
            from hopfield_sim.experiment.cli import completion

            return completion.script(shell or following).rstrip("\n")
    if argv == ["list"]:
        return manual.listed()
    if argv == ["doctor"]:
        from hopfield_sim.experiment.cli import doctor

        return doctor.diagnosis()
    return None


def _work(argv: Sequence[str], command: str) -> Outcome:
    from hopfield_sim.experiment.cli import driver, options

    wanted = options.parse(argv)
    if wanted.name == "explore":
        from hopfield_sim.experiment.cli import explore

        return driver.Outcome(explore.explore(wanted.out), 0)
    if wanted.backend == "auto" and backends.get().name == "numpy":
        console.complain(NO_KERNELS)
    for package, loss in WITHOUT.items():
        if find_spec(package) is None:
            console.complain(f"{package} is not installed: {loss}; pip install {package}")
    act = driver.merge if wanted.name == "merge" else driver.run
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "figures lack most curves of theory")  # already reported
        return act(wanted, command)


def _typed(argv: Sequence[str]) -> str:
    """Return the command as it was typed, in a shell or as ``make run``, to be repeated."""
    if made := os.environ.get("HOPFIELD_SIM_COMMAND"):
        return made
    script = Path(sys.argv[0])
    if script.stem == "hopfield-sim":
        found = shutil.which(script.name)
        on_path = found is not None and Path(found).resolve() == script.resolve()
        start = [script.name if on_path else str(script)]
    else:
        # What precedes the arguments: the interpreter, its options, and -m with the module.
        start = ["python", "-m", "hopfield_sim.experiment"]
        own = len(sys.orig_argv) - len(sys.argv) + 1
        if sys.orig_argv[own - 2 : own] == start[1:]:
            start = sys.orig_argv[:own]
    # The report is UTF-8; names of files need not be.
    return shlex.join([*start, *argv]).encode("utf-8", "backslashreplace").decode("utf-8")


if __name__ == "__main__":
    sys.exit(main())
