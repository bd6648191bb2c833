"""Options of the command line, and how arguments and files are parsed.

There are two kinds. The options of this file say how a study is run, and every study has them; the
others are the fields of the studies.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from hopfield_sim import checks
from hopfield_sim.checks.words import nearest
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.experiment.cli import config_file
from hopfield_sim.experiment.studies.registry import COURSE, STUDIES
from hopfield_sim.experiment.sweeps.fields import Field, Kind, fields
from hopfield_sim.experiment.sweeps.shard import Shard
from hopfield_sim.experiment.sweeps.study import Study

__all__ = ["MERGE", "OPTIONS", "VERBS", "Option", "Options", "own_options", "parse", "studies"]

MERGE = "merge OUT SHARD [SHARD ...]"

VERBS = {
    "merge": "merge the parts of a study that --shard made",
    "list": "name all studies",
    "explore": "draw patterns in the browser and watch their recall; --out FILE writes the page",
    "exercises": "list the exercises; --students and --solutions FOLDER write them",
    "doctor": "list available and missing backends, kernels, packages and data sets",
}
"""Commands in the place of a study's name, with their help."""


@dataclass(frozen=True)
class Options:
    """Parsed options; None for those not set.

    Parameters
    ----------
    name : str, optional
        A study, or a command; the studies of the course by default.
    fields : mapping
        Option of a study → its value, typed words or the value in a file.
    """

    name: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    out: Path | None = None
    seed: int = 0
    workers: int | None = None
    processes: bool = False
    scheduler: str | None = None
    shard: Shard | None = None
    backend: str = "auto"
    quick: bool = False
    full: bool = False
    markdown: bool = False
    video_size: int | None = None
    merge: tuple[Path, ...] = ()


def parse(argv: Sequence[str]) -> Options:
    """Parse the command line; its options override those of the ``--config`` file.

    Parameters
    ----------
    argv : sequence of str
        Arguments after the command.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For invalid options; the message names the option, and the nearest one if it is unknown.
    """
    name = _name(argv)
    own = {} if name in VERBS else own_options(studies(name))
    parsed, unknown = _parser(own).parse_known_intermixed_args(list(argv))
    options = {key.replace("_", "-"): v for key, v in vars(parsed).items() if v is not None}
    for word in unknown:
        if word.startswith("-"):
            _refuse(word.partition("=")[0], name, own)
        raise InvalidInputError(f"{word!r} is unexpected; options begin with --, see --help")
    words = options.pop("words", [])
    if name is not None:  # it may follow an option that takes several words
        next(w for w in (words, *options.values()) if isinstance(w, list) and name in w).remove(
            name
        )
    if name == "merge":
        return _merge(words, options)
    if name == "explore" and not words and set(options) <= {"out"}:
        return Options(name, out=options.get("out") and _path(options["out"], "out"))
    if name in ("list", "doctor", "explore", "exercises"):
        also = words[0] if words else f"--{next(iter(options))}"
        more = "other words but --out FILE" if name == "explore" else "other words"
        raise InvalidInputError(f"{name} takes no {more}; got also {also!r}")
    if words:
        _refuse_surplus(words[0], name, argv, own)
    config = options.pop("config", None)
    wanted = (
        _from_file(_path(config, "config"), name, own) if config is not None else {}
    ) | options
    common = {
        key.replace("-", "_"): OPTIONS[key].validate(value, key)
        for key, value in wanted.items()
        if key in OPTIONS
    }
    return Options(name, {key: wanted[key] for key in wanted if key in own}, **common)


def studies(name: str | None) -> list[type[Study]]:
    """Return the study of a name; without one, those of the course."""
    return [STUDIES[word] for word in (COURSE if name is None else (name,))]


def own_options(studies: Iterable[type[Study]]) -> dict[str, Field]:
    """Return the options that are fields of some studies, by name."""
    return {f.option: f for study in studies for f in reversed(fields(study)) if f.option}


class _Parser(argparse.ArgumentParser):
    """Parser whose errors are raised as one line, without usage."""

    def error(self, message: str) -> NoReturn:
        raise InvalidInputError(f"{message}; see --help")


def _name(argv: Sequence[str]) -> str | None:
    """Return the study or command, at any position.

    The available options depend on it, so it is parsed with those that every study has.
    """
    parsed, _ = _parser({}).parse_known_intermixed_args(list(argv))
    words: list[str] = parsed.words or []
    for word in words:
        if word in VERBS or word in STUDIES or ":" in word:
            return word
    if words and words[0] == argv[0]:
        return checks.choice(words[0], [*STUDIES, *VERBS], "the study's name")
    return None


def _parser(own: Mapping[str, Field]) -> _Parser:
    parser = _Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("words", nargs="*")
    for name, option in OPTIONS.items():
        parser.add_argument(f"--{name}", default=None, **option.how)
    for name, f in own.items():
        how: dict[str, Any] = {}
        if not f.kind.metavar:
            how = {"action": argparse.BooleanOptionalAction}
        elif f.kind.repeated:
            how = {"action": "append"}
        elif f.kind.several:
            how = {"nargs": "+"}
        parser.add_argument(f"--{name}", default=None, **how)
    return parser


def _refuse(word: str, name: str | None, own: Mapping[str, Field]) -> NoReturn:
    """Raise an error that names the studies with that option, or the nearest option."""
    _refuse_of_others(word.removeprefix("--"), name, word)
    known = [f"--{known}" for known in (*own, *OPTIONS, "help", "version", "completion")]
    checks.choice(word, known, "option")
    raise InvalidInputError(f"{word} takes no value")


def _refuse_of_others(option: str, name: str | None, word: str, where: str = "") -> None:
    """Raise an error if other studies have that option; it names them."""
    having = [study for study in STUDIES if option in own_options([STUDIES[study]])]
    if having:
        whom = "the course" if name is None else name
        raise InvalidInputError(f"{where}{whom} takes no {word}; it is for {', '.join(having)}")


def _refuse_surplus(
    word: str, name: str | None, argv: Sequence[str], own: Mapping[str, Field]
) -> NoReturn:
    """Raise an error for a surplus word: a mistyped study, a second value of an option or, where it
    takes none, a first one, or a second study.
    """
    names = [*STUDIES, *VERBS]
    before = reversed(argv[: list(argv).index(word)])
    option = next((w.partition("=")[0] for w in before if w.startswith("--")), "")
    known = own[option[2:]].kind if option[2:] in own else OPTIONS.get(option[2:])
    if name is None and (known is None or nearest(word, names)):
        checks.choice(word, names, "the study's name")
    if known is None or word in names:
        raise InvalidInputError(
            f"one study at a time, or the course without a name; got also {word!r}"
        )
    if isinstance(known, Kind) and known.repeated:
        raise InvalidInputError(
            f"{option} takes one {known.metavar}, and is repeated for each; got also {word!r}; "
            f"write {option} {word}"
        )
    takes = f"one {known.metavar}" if known.metavar else "no value"
    raise InvalidInputError(f"{option} takes {takes}; got also {word!r}")


def _from_file(path: Path, name: str | None, own: Mapping[str, Field]) -> dict[str, Any]:
    """Return the options of a file; keys may have dashes or underscores."""
    names = {f.name: option for option, f in own.items()}
    table = {}
    for key, value in config_file.read(path).items():
        option = names.get(key, key.replace("_", "-"))
        if option not in own and (option not in OPTIONS or option == "config"):
            _refuse_of_others(option, name, key, f"key in {path}: ")
            known = [*own, *(word for word in OPTIONS if word != "config")]
            checks.choice(key, known, f"key in {path}")
        table[option] = value
    return table


def _merge(paths: Sequence[str], options: Mapping[str, Any]) -> Options:
    if options:
        raise InvalidInputError(
            f"merge takes no options, only folders; got --{next(iter(options))}: {MERGE}"
        )
    if len(paths) < 2:
        raise InvalidInputError(f"merge needs a folder to write and at least one to read: {MERGE}")
    out, *shards = (_path(path, "a folder to merge") for path in paths)
    return Options(name="merge", out=out, merge=tuple(shards))


def _path(value: Any, name: str) -> Path:
    return checks.path(_text(value, name), name)


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


def _video_size(value: Any, name: str) -> int:
    return checks.integer(_whole(value, name), name, minimum=240, maximum=2160)


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
        Placeholder of its value in the help; empty for a flag.
    help : str
        Help, one line.
    validate : callable
        (value, name) → the validated value.
    how : mapping
        Further arguments of ``add_argument``.
    """

    metavar: str
    help: str
    validate: Callable[[Any, str], Any]
    how: Mapping[str, Any] = {}


_FLAG = {"action": "store_true"}

OPTIONS = {
    "quick": Option("", "small sizes, few networks", checks.flag, _FLAG),
    "full": Option("", "as large as in the paper", checks.flag, _FLAG),
    "seed": Option("INT", "seed of all randomness (0)", _seed),
    "out": Option(
        "DIR", "output folder (results, or one named after the studies and settings)", _path
    ),
    "backend": Option("NAME", "auto, numpy or cython (auto)", _text),
    "workers": Option("INT", "number of workers (one per processor)", _whole),
    "processes": Option("", "workers are processes, not threads", checks.flag, _FLAG),
    "scheduler": Option(
        "tcp://..", "address of a dask cluster that runs the trials (extra: cluster)", _text
    ),
    "shard": Option("I/N", "only every N-th trial, the I-th slice of 1 to N", _shard),
    "video-size": Option(
        "PIXELS", "height of the videos, 240 to 2160; 1080 for a projector", _video_size
    ),
    "markdown": Option("", "print what was found in Markdown", checks.flag, _FLAG),
    "config": Option("FILE", "a TOML file of options; the command line overrides it", _path),
}
"""Options of every study."""
