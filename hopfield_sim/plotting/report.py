"""The report of a study: one page with figures, videos, tables, and how to reproduce them."""

from __future__ import annotations

import base64
import io
import os
import platform
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.figure import Figure
from PIL import Image

from hopfield_sim import checks
from hopfield_sim.errors import (
    InvalidInputError,
    InvalidTypeError,
    MissingDependencyError,
    ResultsDirError,
)
from hopfield_sim.plotting import style
from hopfield_sim.plotting.alt_text import describe
from hopfield_sim.support import disk
from hopfield_sim.support.table import columns_of

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["Picture", "Section", "picture", "write"]

NAME = "report.html"
LONG = 14  # rows; longer tables are folded away
_FIGURE = (str, Figure)
_HELD: dict[str, tuple[str, tuple[tuple[Any, ...], ...]]] = {
    "figures": ("(str, Figure) or report.Picture", (_FIGURE, (str, str, bytes, int, int))),
    "videos": ("(str, path)", ((str, (str, os.PathLike)),)),
    "tables": ("(str, list of rows)", ((str, Sequence),)),
}
"""Contents of the lists of a section, as text and as types."""

MIME = {".gif": "image/gif", ".png": "image/png", ".mp4": "video/mp4"}


class Picture(NamedTuple):
    """A figure that is drawn.

    Parameters
    ----------
    caption : str
        Text below it.
    words : str
        Description, its alternative text.
    png : bytes
        Image.
    width, height : int
        Size on the page in pixels of CSS, 96 to an inch.
    """

    caption: str
    words: str
    png: bytes
    width: int
    height: int


@dataclass
class Section:
    """A section of the report.

    Parameters
    ----------
    title : str
        Heading.
    sentence : str
        Description of the results, in plain text; an empty line starts a new paragraph.
    figures : list of (str, Figure) or Picture
        Captions and figures, or figures that are drawn already.
    videos : list of (str, path)
        Captions and files, .gif (or .mp4).
    tables : list of (str, list of dict)
        Captions and rows; the keys of the rows are the columns.
    """

    title: str
    sentence: str
    figures: Sequence[tuple[str, Figure] | Picture] = ()
    videos: list[tuple[str, str | os.PathLike[str]]] = field(default_factory=list)
    tables: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)


@checks.by_name
def write(
    folder: str | os.PathLike[str],
    sections: Sequence[Section],
    *,
    title: str,
    command: str,
    seed: object,
    versions: Mapping[str, object],
    machine: Mapping[str, object] | None = None,
    introduction: str = "",
    glossary: Mapping[str, str] | None = None,
) -> Path:
    """Write ``folder``/report.html, a self-contained page without network access.

    Equal arguments give identical files.

    Parameters
    ----------
    folder : path
        Output folder; created if it does not exist.
    sections : sequence of Section
        Sections, in the order of the page.
    title : str
        Title of the page.
    command : str
        Command that reproduces the results.
    seed : int or str
        Seed of all random numbers.
    versions : mapping
        Versions of the software, by name.
    machine : mapping, optional
        Description of the machine, by name; by default the system and the processors of this one.
    introduction : str
        Introduction, in plain text; an empty line starts a new paragraph.
    glossary : mapping, optional
        Definitions, by term.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ResultsDirError
        If the folder cannot be written or a video cannot be read.
    MissingDependencyError
        If Jinja2 is not installed.

    Examples
    --------
    >>> import tempfile
    >>> about = {"title": "A study", "command": "make run", "seed": 0, "versions": {}}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(folder, [Section("Capacity", "Ten fit.")], **about).name
    'report.html'
    """
    path = checks.path(folder, "folder") / NAME
    sections = checks.sequence(sections, "sections", "report.Section")
    for index, section in enumerate(sections):
        _validate(section, index)
    versions = checks.mapping(versions, "versions", "names to versions")
    default = this_machine() if machine is None else machine
    machine = checks.mapping(default, "machine", "names to descriptions")
    default = {} if glossary is None else glossary
    glossary = checks.mapping(default, "glossary", "terms to definitions")
    template = _template()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsDirError(f"cannot write {str(path)!r}: {error.strerror}") from error
    numbers: dict[str, Iterator[int]] = defaultdict(lambda: count(1))
    page = template.render(
        title=title,
        introduction=str(introduction),
        glossary=glossary,
        sections=[_shown(section) for section in sections],
        command=command,
        seed=seed,
        versions=versions,
        machine=machine,
        number=lambda kind: next(numbers[kind]),
        long=LONG,
    )
    # A command may contain a folder's name that UTF-8 cannot encode.
    return disk.write(path, page.encode("utf-8", "backslashreplace"))


def _validate(section: Any, index: int) -> None:
    """Raise unless the argument is a section of valid figures, files and tables."""
    if not isinstance(section, Section):
        raise InvalidTypeError(
            f"sections must be report.Section; found {type(section).__name__} at [{index}]"
        )
    where = f"sections[{index}]"
    for name in ("title", "sentence"):
        if not isinstance(words := getattr(section, name), str):
            raise InvalidTypeError(f"{where}.{name} must be a str; got {checks.show(words)}")
    for name, (of, forms) in _HELD.items():
        for entry in checks.sequence(getattr(section, name), f"{where}.{name}", of):
            if not any(_has(entry, form) for form in forms):
                raise InvalidTypeError(f"{where}.{name} must hold {of}; got {checks.show(entry)}")
    for _, rows in section.tables:
        if not all(isinstance(row, Mapping) for row in rows):
            raise InvalidTypeError(f"{where}.tables must hold rows that map columns to values")


def _has(entry: Any, form: tuple[Any, ...]) -> bool:
    is_tuple = isinstance(entry, tuple) and len(entry) == len(form)
    return is_tuple and all(map(isinstance, entry, form))


def this_machine() -> dict[str, str]:
    """The machine on which the results were computed, as far as Python knows."""
    return {
        "system": f"{platform.system()} {platform.release()}",
        "processors": f"{os.cpu_count()} × {platform.machine()}",
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def _template() -> Template:
    """The page's template; every value that it is given is escaped."""
    try:
        from jinja2 import Environment, StrictUndefined
    except ImportError as error:
        raise MissingDependencyError(
            f"{NAME} is written with Jinja2, which is missing: pip install jinja2"
        ) from error
    source = resources.files(__package__).joinpath(NAME).read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(source)


def _shown(section: Section) -> dict[str, Any]:
    """A section as values of the template."""
    return {
        "title": section.title,
        "sentence": section.sentence,
        "figures": [_figure(entry) for entry in section.figures],
        "videos": [_video(words, checks.path(file, "a video")) for words, file in section.videos],
        "tables": [
            {"caption": caption, "columns": columns_of(rows), "length": len(rows)}
            for caption, rows in section.tables
        ],
    }


@checks.by_name
def picture(caption: str, figure: Figure) -> Picture:
    """Draw a figure, and describe it.

    Raises
    ------
    InvalidTypeError
        If ``caption`` is not a str or ``figure`` not a Figure.
    """
    if not isinstance(caption, str):
        raise InvalidTypeError(f"caption must be a str; got {checks.show(caption)}")
    if not isinstance(figure, Figure):
        raise InvalidTypeError(f"figure must be a Matplotlib Figure; got {checks.show(figure)}")
    width, height = (round(96 * inches) for inches in figure.get_size_inches())
    return Picture(caption, describe(figure), style.png(figure), width, height)


def _figure(entry: tuple[str, Figure] | Picture) -> dict[str, Any]:
    drawn = entry if isinstance(entry, Picture) else picture(*entry)
    return drawn._asdict() | {"source": _embedded(drawn.png, "image/png")}


def _video(caption: str, file: Path) -> dict[str, Any]:
    mime = MIME.get(file.suffix.lower())
    if mime is None:
        raise InvalidInputError(f"videos must be {', '.join(MIME)} files; found {file.name!r}")
    try:
        with disk.reading(file) as stream:
            data = stream.read()
    except OSError as error:
        raise ResultsDirError(f"cannot read the video {str(file)!r}: {error}") from error
    return {
        "caption": caption,
        "words": f"Animation: {caption}",
        "source": _embedded(data, mime),
        "plays": mime.startswith("video"),
        "still": _still(file, data) if mime == "image/gif" else "",
    }


def _still(file: Path, data: bytes) -> str:
    """The last frame, for printing and for readers who prefer reduced motion."""
    try:
        with Image.open(io.BytesIO(data), formats=("GIF",)) as film:
            film.seek(getattr(film, "n_frames", 1) - 1)
            frame = io.BytesIO()
            film.convert("RGB").quantize(256).save(frame, "PNG", optimize=True)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ResultsDirError(f"cannot read the video {str(file)!r}: it is no GIF") from error
    return _embedded(frame.getvalue(), "image/png")


def _embedded(data: bytes, mime: str) -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"
