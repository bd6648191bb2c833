"""The command line's options: their names, what they take, how words and files become them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.experiment.cli import config_file
from hopfield_sim.experiment.studies.registry import STUDIES
from hopfield_sim.experiment.sweeps.sweep import Shard
from hopfield_sim.rules import RULES

__all__ = ["MERGE", "OPTIONS", "VERBS", "Option", "Options", "parse"]

MERGE = "merge OUT SHARD [SHARD ...]"

VERBS = {"merge": "put the parts of a study together that --shard made", "list": "name all studies"}
"""Words in the place of a study's name, with what they do."""


@dataclass(frozen=True)
class Options:
    """What was asked for; None where nothing was."""

    name: str | None = None
    out: Path | None = None
    seed: int = 0
    trials: int | None = None
    sizes: list[int] | None = None
    rules: list[str] | None = None
    file: list[Path] | None = None
    workers: int | None = None
    processes: bool = False
    scheduler: str | None = None
    shard: Shard | None = None
    backend: str = "auto"
    quick: bool = False
    full: bool = False
    merge: tuple[Path, ...] = ()


def parse(argv: Sequence[str]) -> Options:
    """Read the words of the command line, and the file of ``--config`` under them.

    Parameters
    ----------
    argv : sequence of str
        The words after the command.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        Naming the option, and the nearest one for a word that is unknown.
    """
    found, unknown = _parser().parse_known_intermixed_args(list(argv))
    given = {key: value for key, value in vars(found).items() if value is not None}
    for word in unknown:
        if word.startswith("-"):
            known = [f"--{name}" for name in (*OPTIONS, "help", "version", "completion")]
            checks.choice(word.partition("=")[0], known, "option")
        raise InvalidInputError(
            f"{word!r} was not expected here; options begin with --, see --help"
        )
    name, paths = given.pop("name", None), given.pop("paths", [])
    if name is not None:
        name = checks.choice(name, [*STUDIES, *VERBS], "the study's name")
    if name == "merge":
        return _merge(paths, given)
    if name == "list":
        also = paths[0] if paths else f"--{next(iter(given))}"
        raise InvalidInputError(f"list stands alone; got also {also!r}")
    if paths:
        raise InvalidInputError(
            f"one study at a time, or the course without a name; got also {paths[0]!r}"
        )
    config = given.pop("config", None)
    wanted = (_from_file(_path(config, "config")) if config is not None else {}) | given
    judged = {key: OPTIONS[key].judge(value, key) for key, value in wanted.items()}
    return Options(name=name, **judged)


class _Parser(argparse.ArgumentParser):
    """Errors go the way of all others: one line, no usage."""

    def error(self, message: str) -> NoReturn:
        raise InvalidInputError(f"{message}; see --help")


def _parser() -> _Parser:
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("name", nargs="?")
    parser.add_argument("paths", nargs="*")
    for name, option in OPTIONS.items():
        parser.add_argument(f"--{name}", default=None, **option.how)
    return parser


def _from_file(path: Path) -> dict[str, Any]:
    table = config_file.read(path)
    for key in table:
        checks.choice(key, [name for name in OPTIONS if name != "config"], f"key in {path}")
    return table


def _merge(paths: Sequence[str], given: Mapping[str, Any]) -> Options:
    if given:
        raise InvalidInputError(
            f"merge takes no options, only folders; got --{next(iter(given))}: {MERGE}"
        )
    if len(paths) < 2:
        raise InvalidInputError(f"merge needs a folder to write and at least one to read: {MERGE}")
    out, *shards = (_path(path, "a folder to merge") for path in paths)
    return Options(name="merge", out=out, merge=tuple(shards))


def _path(value: Any, name: str) -> Path:
    """Judge a path; ``~`` is the home folder, as in a shell."""
    text = _text(value, name)
    if "\0" in text:
        raise InvalidInputError(f"{name} must be a path; got {text!r}, with a NUL in it")
    try:
        return Path(text).expanduser() if text.startswith("~") else Path(text)
    except RuntimeError as error:  # a user that there is not, or one without a home
        raise InvalidInputError(f"{name} is {text!r}, and {error}; write it without ~") from error


def _paths(value: Any, name: str) -> list[Path]:
    return [_path(item, name) for item in _parts(value, name, separator=None)]


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidTypeError(f"{name} must be a text; got {checks.show(value)}")
    return value


def _whole(value: Any, name: str, minimum: int = 1) -> int:
    try:
        value = int(value) if isinstance(value, str) else value
    except ValueError:
        raise InvalidInputError(f"{name} must be an integer; got {checks.show(value)}") from None
    return checks.integer(value, name, minimum=minimum)


def _seed(value: Any, name: str) -> int:
    return _whole(value, name, minimum=0)


def _parts(value: Any, name: str, separator: str | None = ",") -> list[Any]:
    """Split "10,34" and ["10", "34"] and [10, 34] alike."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        raise InvalidTypeError(f"{name} must be a list; got {checks.show(value)}")
    parts: list[Any] = []
    for item in value:
        split = isinstance(item, str) and separator is not None
        parts += [p for p in item.split(separator) if p] if split else [item]
    return parts


def _sizes(value: Any, name: str) -> list[int]:
    return [_whole(item, name) for item in _parts(value, name)]


def _shard(value: Any, name: str) -> Shard:
    index, slash, count = _text(value, name).partition("/")
    if not slash or not index.isdecimal() or not count.isdecimal():
        raise InvalidInputError(f"{name} must be I/N such as 1/4; got {checks.show(value)}")
    number, of = _whole(index, name, 0), _whole(count, name, 0)
    if not 1 <= number <= of:
        raise InvalidInputError(f"{name} I/N must have 1 <= I <= N; got {checks.show(value)}")
    return Shard(number, of)


class Option(NamedTuple):
    """An option of the command line, and key of a configuration file.

    Parameters
    ----------
    metavar : str
        What it takes; empty for a flag.
    help : str
        What it is for, in a line.
    judge : callable
        (value, name) → the value as the program has it.
    how : mapping
        What argparse is told besides.
    """

    metavar: str
    help: str
    judge: Callable[[Any, str], Any]
    how: Mapping[str, Any] = {}


_FILE = (
    "your own image, repeatable (image); a folder: of pictures, CIFAR-10 (images), MNIST (digits)"
)
_FLAG = {"action": "store_true"}
_SEVERAL = {"nargs": "+"}
_REPEATED = {"action": "append"}

OPTIONS = {
    "sizes": Option("N,N,..", "numbers of neurons", _sizes, _SEVERAL),
    "rules": Option("RULE,..", ", ".join(RULES), _parts, _SEVERAL),
    "trials": Option("INT", "networks in each cell of the grid", _whole),
    "file": Option(
        "PATH",
        _FILE,
        _paths,
        _REPEATED,
    ),
    "quick": Option("", "small sizes, few networks", checks.flag, _FLAG),
    "full": Option("", "as large as in the paper", checks.flag, _FLAG),
    "seed": Option("INT", "seed of all randomness (0)", _seed),
    "out": Option("DIR", "output folder (results, or one named after what is asked)", _path),
    "backend": Option("NAME", "auto, numpy or cython (auto)", _text),
    "workers": Option("INT", "how many; without it one a processor", _whole),
    "processes": Option("", "workers are processes, not threads", checks.flag, _FLAG),
    "scheduler": Option("tcp://..", "a dask cluster does the work (extra: cluster)", _text),
    "shard": Option("I/N", "only every N-th trial, the I-th slice of 1 to N", _shard),
    "config": Option("FILE", "a TOML file of options; the command line goes first", _path),
}
"""Every option by its name: first what a study may understand, then what all do."""
