"""The output folder: tables, figures, videos, and a page with all of them."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hopfield_sim import backends
from hopfield_sim.experiment.cli import kept
from hopfield_sim.experiment.cli.kept import Part
from hopfield_sim.experiment.studies.registry import STUDIES
from hopfield_sim.experiment.sweeps.result import Result
from hopfield_sim.support import disk

if TYPE_CHECKING:
    from hopfield_sim.plotting.report import Section

__all__ = ["Answer", "Written", "check", "write"]


INTRODUCTION = """\
An associative memory stores patterns and is given a corrupted copy of one of them, the cue. Its \
neurons are then updated, one after another or all at once, until none changes any more; if recall \
succeeds, the final state is the pattern. This page shows how many patterns such memories hold, \
how corrupted a cue may be, and what happens during recall.

Each section is a question with its answer in words, then figures, videos and tables. Points are \
measured in simulations, error bars are standard errors over networks, and lines marked as theory \
are computed without simulation. The last section has the command and the seed that reproduce the \
numbers."""

GLOSSARY = {
    "neuron": "One of the N numbers of a state, here −1 or +1: a black or a white pixel.",
    "pattern": "A stored state ξ; P (or t) is the number of stored patterns.",
    "load": "P/N, patterns per neuron.",
    "cue": "The state in which a recall starts: a pattern with some of its bits flipped or hidden.",
    "learning rule": "How patterns become the weights W between neurons: Hebb's, Storkey's, ...",
    "update": "Asynchronous: one neuron after another. Synchronous: all of them at once.",
    "sweep": "N asynchronous updates, or one synchronous step.",
    "energy": "A number that asynchronous updates never raise: E = −½ sᵀWs for pairs of neurons.",
    "overlap": "m = s·ξ/N: 1 for the pattern itself, near 0 for an unrelated state, −1 for its "
    "negative.",
    "capacity": "The number of patterns up to which at least nine in ten come back exactly.",
}


@dataclass
class Written:
    """Files written to the folder."""

    tables: list[Path] = field(default_factory=list)
    figures: list[Path] = field(default_factory=list)
    videos: list[Path] = field(default_factory=list)
    page: Path | None = None  # none without Jinja2
    sections: dict[str, Section] = field(default_factory=dict)  # by study


def check() -> None:
    """Check before the work that figures can be drawn at its end.

    Raises
    ------
    InvalidInputError
        When Matplotlib is set to a backend that does not exist.
    """
    if "MPLBACKEND" in os.environ:  # slow to import
        import_module("hopfield_sim.plotting")


@dataclass(frozen=True)
class Answer:
    """Request for a study's part of the page.

    Parameters
    ----------
    name : str
        Name of the study.
    depends : str
        All that its result and sentences depend on.
    ask : callable
        Returns the result and the sentences; called only if they are needed.
    """

    name: str
    depends: str
    ask: Callable[[], tuple[Result, str]]


def write(
    folder: Path,
    answers: Sequence[Answer],
    *,
    command: str,
    seed: str,
    video_size: int | None = None,
    step: Callable[[str], None] = lambda what: None,
) -> Written:
    """Write tables, figures, videos and the page for some studies; draw only what has changed.

    Parameters
    ----------
    folder : path
        Output folder; it must exist.
    answers : sequence of Answer
        Requests, in the order of the page.
    command : str
        Command that reproduces them.
    seed : str
        Seed of all randomness.
    video_size : int, optional
        Height of the videos in pixels.
    step : callable
        Called with the name of each step.

    Raises
    ------
    ResultsDirError
        When a file cannot be written.
    """
    # Imported here, since matplotlib takes longer to import than small studies run.
    from hopfield_sim.plotting import report as page

    known, made = kept.parts(folder), []
    for answer in answers:
        step(answer.name)
        drawn_by = [answer.depends, *map(str, versions().items()), f"MP4: {_films_too()}"]
        drawn_by += [f"videos: {video_size}"] if video_size else []
        key = hashlib.sha256("\n".join(drawn_by).encode("utf-8", "backslashreplace")).hexdigest()
        part = kept.kept(folder, key, known.get(answer.name)) or _draw(folder, answer, video_size)
        made.append((answer.name, key, part))
    parts = [part for _, _, part in made]
    written = Written(
        tables=[file for part in parts for file in part.tables],
        figures=[file for part in parts for file in part.figures],
        videos=[file for part in parts for file in part.videos],
        sections={name: part.section for name, _, part in made},
    )
    if find_spec("jinja2") is None:  # reported at the start
        return written
    step("report.html")
    written.page = page.write(
        folder,
        [part.section for part in parts],
        title="Hopfield networks: " + ", ".join(answer.name for answer in answers),
        command=command,
        seed=seed,
        versions=versions(),
        introduction=INTRODUCTION,
        glossary=GLOSSARY,
    )
    kept.keep(folder, made)
    return written


def _draw(folder: Path, answer: Answer, video_size: int | None) -> Part:
    """Write the table, figures and videos of a study."""
    from hopfield_sim.plotting import report as page
    from hopfield_sim.plotting import screen

    result, sentence = answer.ask()
    table = result.to_csv(folder / f"{result.name}.csv")
    with screen.on(False):
        pages = STUDIES[result.name].page(result)
    pictures = [page.picture(caption, figure) for _, caption, figure in pages.figures]
    stems = [stem for stem, _, _ in pages.figures]
    pairs = zip(stems, pictures, strict=True)
    figures = [disk.write(folder / f"{stem}.png", drawn.png) for stem, drawn in pairs]
    films = [
        _video(folder, stem, run, at, text, video_size) for stem, text, run, at in pages.videos
    ]
    shown = zip(films, pages.videos, strict=True)
    section = page.Section(
        title=pages.title,
        sentence=sentence,
        figures=pictures,
        videos=[(_described(text, run, at), files[0]) for files, (_, text, run, at) in shown],
        tables=[
            *pages.tables,
            (f"Every number: the file {table.name}", [dict(row) for row in result.rows]),
        ],
    )
    return Part(section, [table], figures, [file for files in films for file in files])


def versions() -> dict[str, str]:
    """Return the versions of Python, packages and kernels."""
    own = import_module("hopfield_sim").__version__
    packages = {"Python": platform.python_version(), "hopfield_sim": own}
    for package in ("numpy", "scipy", "matplotlib", "imageio", "pillow", "jinja2"):
        try:
            packages[package] = version(package)
        except PackageNotFoundError:
            packages[package] = "not installed"
    compiled = backends.get().name == "cython"
    packages["compiled kernels"] = "yes" if compiled else "no: the NumPy reference was used"
    return packages


def _described(caption: str, run: Any, state: int) -> str:
    """Return the caption of a video with a description of its content."""
    from hopfield_sim.plotting import runs
    from hopfield_sim.plotting.style import brief

    if isinstance(run, Mapping):
        return f"{caption}: {', '.join(run)}, side by side from one cue"
    curves = {}
    if runs.has(run, "energy"):
        curves["energy E"] = runs.energies(run)[:, state]
    if runs.has(run, "overlaps"):
        curves["overlap m"] = runs.overlaps(run)[:, state]
    parts = [
        f"{name} {'rises' if curve[-1] > curve[0] else 'falls'} from {brief(curve[0])} "
        f"to {brief(curve[-1])}"
        for name, curve in curves.items()
    ]
    return f"{caption}: {', '.join(parts)}" if parts else caption


def _video(
    folder: Path, stem: str, run: Any, state: int, title: str, size: int | None
) -> list[Path]:
    """Write a video of a run, or of several that race, by name."""
    from hopfield_sim.plotting import race, video

    draw = race if isinstance(run, Mapping) else video
    paths = [folder / f"{stem}.{kind}" for kind in (["gif", "mp4"] if _films_too() else ["gif"])]
    return [draw(run, path, state=state, title=title, size=size) for path in paths]


def _films_too() -> bool:
    """Return whether videos are also written as MP4."""
    return find_spec("imageio_ffmpeg") is not None
