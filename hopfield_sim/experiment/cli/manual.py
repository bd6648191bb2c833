"""Help of the command line, general and for one study; no study looks for its data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import wrap
from typing import Any

from hopfield_sim.experiment.cli.options import MERGE, OPTIONS, VERBS
from hopfield_sim.experiment.studies.registry import COURSE, STUDIES, typed
from hopfield_sim.experiment.sweeps.fields import Field, fields
from hopfield_sim.experiment.sweeps.study import Study

__all__ = ["general", "listed", "of_explore", "of_merge", "of_study"]

_WIDTH = 100

_EXAMPLES = """\
examples:
  hopfield-sim                                 the whole study: open results/report.html afterwards
  hopfield-sim --quick                         the same in small, in a few seconds
  hopfield-sim capacity --sizes 100,200,400    one question, other sizes
  hopfield-sim image --file me.png --file you.jpg --out faces
  hopfield-sim --config study.toml             options from a file:  sizes = [100, 200]
  hopfield-sim capacity --shard 1/2 --out one  half of the trials here, --shard 2/2 elsewhere, then
  hopfield-sim merge whole one two             put together; whole/ has the tables and the report"""

_EXAMPLE = {"sizes": "30,60", "rules": "hebbian", "trials": "5"}

_FOLDER = """\
The folder holds report.html (all pictures on one page), a CSV table a study, PNG figures, GIF
videos, and results.sqlite with every finished trial. You can stop it at any time (Ctrl-C): the
same command continues where it stopped, with the same results, for any number of workers.
Without --out, studies with settings of their own have a folder of their own, such as
results-quick or results-capacity-3f2a. `python -m hopfield_sim.experiment` is the same command.
More: hopfield_sim.experiment in Python has every study as a function."""


def general() -> str:
    """Return the general help."""
    about = {
        "--help": "this; NAME --help says what a study takes",
        "--version": "the version",
        "--completion SHELL": "a script for bash, zsh or fish that completes these words",
    }
    return "\n\n".join(
        (
            f"usage: hopfield-sim [NAME] [options]\n       hopfield-sim {MERGE}",
            "Experiments with associative memories. Without a name: the course study, a minute on "
            "two\nprocessors. With a name, one question (seconds it takes).",
            listed(),
            _table("other words:", VERBS),
            _table("options:", _options({n: o.help for n, o in OPTIONS.items()}) | about),
            _EXAMPLES,
            _FOLDER,
        )
    )


def listed() -> str:
    """Return the question of every study, those of the course first."""
    width = max(map(len, STUDIES)) + 2
    groups = {"the course study:": COURSE, "by name only:": [n for n in STUDIES if n not in COURSE]}
    return "\n".join(
        "\n".join([title, *(f"  {typed(n):<{width}}{_question(*STUDIES.about(n))}" for n in names)])
        for title, names in groups.items()
    )


def of_study(study: type[Study], word: str | None = None) -> str:
    """Return the help of one study: question, options, defaults and an example.

    Parameters
    ----------
    study : type of Study
        The study.
    word : str, optional
        Name or "module:name" typed on the command line; the name of the study by default.
    """
    word = typed(study.name) if word is None else word
    at_home = f"In Python: hopfield_sim.experiment.{study.name}, with the same arguments."
    own = {_typed(f): f"{_allowed(f)} ({_default(f)})" for f in fields(study) if f.option}
    sizes = {"--quick": study.small, "--full": study.large}
    own |= {option: _shown(arguments) for option, arguments in sizes.items() if arguments}
    common = {name: o.help for name, o in OPTIONS.items() if name not in ("quick", "full")}
    options = {f.option for f in fields(study)}
    words = [f"--{name} {word}" for name, word in _EXAMPLE.items() if name in options]
    return "\n\n".join(
        (
            f"usage: hopfield-sim {word} [options]",
            "\n".join(wrap(_question(study.question, study.seconds), _WIDTH)),
            _table("its own options:", own) if own else "It has no options of its own.",
            _table("options of every study:", _options(common)),
            f"example:\n  {' '.join(['hopfield-sim', word, *words])}",
            at_home
            if ":" not in word
            else "In Python: hopfield_sim.experiment.function makes one.",
        )
    )


def of_merge() -> str:
    """Return the help of ``merge``."""
    return (
        f"usage: hopfield-sim {MERGE}\n\n"
        "Put shards together, folders or results files, and write tables and report of every\n"
        "study that is complete then.\n\n"
        "example:\n  hopfield-sim merge whole one two"
    )


def of_explore() -> str:
    """Return the help of ``explore``."""
    return (
        "usage: hopfield-sim explore [--out FILE]\n\n"
        "Open a page in the browser: draw patterns, store and forget them, corrupt a cue, and\n"
        "watch its recall neuron by neuron. The page computes what the package computes, loads\n"
        "nothing from a network, and shows the lines of Python that reproduce a situation.\n\n"
        "options:\n  --out FILE  write the page and open nothing\n\n"
        "example:\n  hopfield-sim explore --out explorer.html"
    )


def _question(question: str, seconds: int) -> str:
    return f"{question} ({seconds} s)" if seconds else question


def _options(helps: Mapping[str, str]) -> dict[str, str]:
    """Return options as typed, with their help."""
    return {f"--{name} {OPTIONS[name].metavar}".rstrip(): text for name, text in helps.items()}


def _typed(field: Field) -> str:
    """Return an option as typed."""
    return f"--{field.option} {field.kind.metavar}".rstrip()


def _allowed(field: Field) -> str:
    """Return the help of a field with its bounds."""
    return f"{field.help}; {field.kind.bounds}" if field.kind.bounds else field.help


def _default(field: Field) -> str:
    """Return the text of a field's default."""
    return "as many as it needs" if field.default is None else _text(field.default) or "its own"


def _shown(arguments: Mapping[str, Any]) -> str:
    return "; ".join(
        f"{name.replace('_', ' ')} {_text(value)}"
        for name, value in arguments.items()
        if value is not True
    )


def _text(value: Any) -> str:
    if isinstance(value, str) or not isinstance(value, Iterable):
        return str(value)
    return ",".join(map(_text, value))


def _table(title: str, lines: Mapping[str, str]) -> str:
    """Format words and their meanings in two columns."""
    width = max(map(len, lines)) + 4
    out = [title]
    for word, text in lines.items():
        first, *rest = wrap(text, _WIDTH - width) or [""]
        out += [f"  {word:<{width - 2}}{first}", *(" " * width + line for line in rest)]
    return "\n".join(out)
