"""The command line's options: their names, what they take, how words and files become them."""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.experiment.registry import COURSE
from hopfield_sim.experiment.sweep import Shard

__all__ = ["Options", "parse"]

DEFAULT_OUT = "results"
_MERGE = "hopfield-sim merge OUT SHARD [SHARD ...]"


@dataclass(frozen=True)
class Options:
    """What was asked for; None where nothing was."""

    name: str | None = None
    out: Path = Path(DEFAULT_OUT)
    seed: int = 0
    trials: int | None = None
    sizes: list[int] | None = None
    rules: list[str] | None = None
    file: list[str] | None = None
    workers: int | None = None
    processes: bool = False
    scheduler: str | None = None
    shard: Shard | None = None
    backend: str = "auto"
    quick: bool = False
    full: bool = False
    merge: tuple[Path, ...] = ()


def parse(argv: Sequence[str], studies: Mapping[str, str]) -> Options:
    """Read the words of the command line, and the file of ``--config`` under them.

    Parameters
    ----------
    argv : sequence of str
        The words after the command.
    studies : mapping
        Name → question of every study.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        Naming the option, and the nearest one for a word that is unknown.
    """
    parser = _parser(studies)
    found, unknown = parser.parse_known_intermixed_args(list(argv))
    given = {key: value for key, value in vars(found).items() if value is not None}
    for word in unknown:
        if word.startswith("-"):
            known = [option for action in parser._actions for option in action.option_strings]
            checks.choice(word.partition("=")[0], known, "option")
        raise InvalidInputError(
            f"{word!r} was not expected here; options begin with --, see --help"
        )
    name, paths = given.pop("name", None), given.pop("paths", [])
    if name is not None:
        name = checks.choice(name, [*studies, "merge"], "the study's name")
    if name == "merge":
        return _merge(paths, given)
    if paths:
        raise InvalidInputError(
            f"one study at a time, or the course without a name; got also {paths[0]!r}"
        )
    config = given.pop("config", None)
    wanted = (_from_file(Path(config)) if config is not None else {}) | given
    return Options(name=name, **{key: _judge(key, value) for key, value in wanted.items()})


class _Parser(argparse.ArgumentParser):
    """Errors go the way of all others: one line, no usage."""

    def error(self, message: str) -> NoReturn:
        raise InvalidInputError(f"{message}; see --help")


_EPILOG = """\
examples:
  hopfield-sim                                 the whole study: open results/report.html afterwards
  hopfield-sim --quick                         the same in small, under 20 s
  hopfield-sim capacity --sizes 100,200,400    one question, other sizes
  hopfield-sim image --file me.png --file you.jpg --out faces
  hopfield-sim --config study.toml             options from a file:  sizes = [100, 200]
  hopfield-sim capacity --shard 1/2 --out one  half of the trials here, --shard 2/2 elsewhere, then
  hopfield-sim merge whole one two             put together; whole/ has the tables and the report

The folder holds report.html (all pictures on one page), a CSV table a study, PNG figures, GIF
videos, and results.sqlite with every finished trial. Stop it whenever you like (Ctrl-C): the same
command goes on where it stopped and ends with the same results. So it does for every number of
workers. `python -m hopfield_sim.experiment` is the same command. More: hopfield_sim.experiment in
Python has every study as a function.
"""


def _parser(studies: Mapping[str, str]) -> _Parser:
    parser = _Parser(
        prog="hopfield-sim",
        usage="hopfield-sim [NAME] [options]\n       " + _MERGE,
        description="Experiments with associative memories. Without a name: the course study, a\n"
        "minute on two processors. With a name, one question (seconds it takes).\n\n"
        f"{_listed(studies)}",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help="the study; the course if left out")
    parser.add_argument("paths", nargs="*", help=argparse.SUPPRESS)
    add = parser.add_argument
    add("--out", metavar="DIR", help=f"output folder ({DEFAULT_OUT})")
    add("--seed", metavar="INT", help="seed of all randomness (0)")
    add("--trials", metavar="INT", help="networks in each cell; without it more for small sizes")
    add("--sizes", metavar="N,N,..", nargs="+", help="numbers of neurons (capacity, robustness)")
    add("--rules", metavar="RULE,..", nargs="+", help="hebbian, storkey, pseudoinverse, perceptron")
    add(
        "--file",
        metavar="PATH",
        action="append",
        help="your own image (image), repeatable; a folder\n"
        "of pictures or CIFAR-10 (images), of MNIST (digits)",
    )
    add("--quick", action="store_true", default=None, help="small sizes, few networks")
    add(
        "--full",
        action="store_true",
        default=None,
        help="as large as in the paper (distributed, digits)",
    )
    add("--backend", metavar="NAME", help="auto, numpy or cython (auto)")
    add("--workers", metavar="INT", help="threads; without it one a processor")
    add("--processes", action="store_true", default=None, help="workers are processes, not threads")
    add("--scheduler", metavar="tcp://..", help="a dask cluster does the work (extra: cluster)")
    add("--shard", metavar="I/N", help="only every N-th trial, the I-th slice of 1 to N")
    add(
        "--config", metavar="FILE", help="a TOML file of these options; the command line goes first"
    )
    return parser


def _listed(studies: Mapping[str, str]) -> str:
    """What every study asks: first those of the course, then those that run by name only."""
    width = max(map(len, studies)) + 2
    groups: dict[str, list[str]] = {"the course study:": [], "by name only:": []}
    for name, question in studies.items():
        group = "the course study:" if name in COURSE else "by name only:"
        groups[group].append(f"  {name:<{width}}{question}")
    return "\n".join("\n".join([title, *lines]) for title, lines in groups.items() if lines)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(f"cannot read config file {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{path} is not a TOML file: {error}") from error
    for key in table:
        checks.choice(key, _JUDGES, f"key in {path}")
    return table


def _merge(paths: Sequence[str], given: Mapping[str, Any]) -> Options:
    if given:
        raise InvalidInputError(
            f"merge takes no options, only folders; got --{next(iter(given))}: {_MERGE}"
        )
    if len(paths) < 2:
        raise InvalidInputError(f"merge needs a folder to write and at least one to read: {_MERGE}")
    return Options(name="merge", out=Path(paths[0]), merge=tuple(map(Path, paths[1:])))


def _judge(key: str, value: Any) -> Any:
    return _JUDGES[key](value, key)


def _path(value: Any, name: str) -> Path:
    return Path(_text(value, name))


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str) or not value:
        raise InvalidTypeError(f"{name} must be a text; got {checks.show(value)}")
    return value


def _texts(value: Any, name: str) -> list[str]:
    return [_text(item, name) for item in ([value] if isinstance(value, str) else value)]


def _whole(value: Any, name: str, minimum: int = 1) -> int:
    try:
        value = int(value) if isinstance(value, str) else value
    except ValueError:
        raise InvalidInputError(f"{name} must be an integer; got {value!r}") from None
    return checks.integer(value, name, minimum=minimum)


def _seed(value: Any, name: str) -> int:
    return _whole(value, name, minimum=0)


def _parts(value: Any, name: str) -> list[Any]:
    """Split "10,34" and ["10", "34"] and [10, 34] alike."""
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        raise InvalidTypeError(f"{name} must be a list; got {checks.show(value)}")
    parts: list[Any] = []
    for item in value:
        parts += [p for p in item.split(",") if p] if isinstance(item, str) else [item]
    return parts


def _sizes(value: Any, name: str) -> list[int]:
    return [_whole(item, name) for item in _parts(value, name)]


def _shard(value: Any, name: str) -> Shard:
    index, slash, count = _text(value, name).partition("/")
    if not slash or not index.isdecimal() or not count.isdecimal():
        raise InvalidInputError(f"{name} must be I/N such as 1/4; got {value!r}")
    if not 1 <= int(index) <= int(count):
        raise InvalidInputError(f"{name} I/N must have 1 <= I <= N; got {value!r}")
    return Shard(int(index), int(count))


_JUDGES = {
    "out": _path,
    "seed": _seed,
    "trials": _whole,
    "sizes": _sizes,
    "rules": _parts,
    "file": _texts,
    "quick": checks.flag,
    "full": checks.flag,
    "backend": _text,
    "workers": _whole,
    "processes": checks.flag,
    "scheduler": _text,
    "shard": _shard,
}
