"""The folder that a sweep leaves: tables, figures, videos, and one page that holds them all."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from hopfield_sim import backends
from hopfield_sim.experiment.studies.registry import STUDIES
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result
from hopfield_sim.labels import label
from hopfield_sim.support import disk

__all__ = ["Written", "check", "write"]

MOMENTS = 6
"""Frames of a checkerboard's recall beside each other."""


INTRODUCTION = """\
An associative memory stores patterns and is asked with a spoilt copy of one of them, the cue. Its \
neurons then change, one after another or all at once, until nothing changes any more; if all went \
well, the state in which they end is the pattern. This page shows how much such memories hold, how \
spoilt a cue may be, and what happens on the way.

Each section is a question with its answer in words, then figures, videos and tables. Points are \
measured in simulations, error bars are standard errors over networks, and lines marked as theory \
are computed without any simulation. The last section has the command and the seed that give the \
same numbers again."""

GLOSSARY = {
    "neuron": "One of the N numbers of a state, here −1 or +1: a black or a white pixel.",
    "pattern": "A state ξ that is stored; P (or t) is how many are.",
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
    """What was left in the folder."""

    tables: list[Path] = field(default_factory=list)
    figures: list[Path] = field(default_factory=list)
    videos: list[Path] = field(default_factory=list)
    page: Path | None = None


def check() -> None:
    """Say before the work what would keep its figures from being drawn at the end.

    Raises
    ------
    InvalidInputError
        When Matplotlib is to use a backend that there is not.
    """
    if "MPLBACKEND" in os.environ:  # it takes long to load
        import_module("hopfield_sim.plotting")


def write(
    folder: Path,
    answers: Sequence[tuple[Result, str]],
    *,
    command: str,
    seed: str,
    step: Callable[[str], None] = lambda what: None,
) -> Written:
    """Write tables, figures, videos and the page for some results, each with its sentence.

    Parameters
    ----------
    folder : path
        Where to; it exists.
    answers : sequence of (Result, str)
        In the order of the page.
    command : str
        What to type to get them again.
    seed : str
        Of all randomness.
    step : callable
        Is told what is being written.

    Raises
    ------
    ResultsDirError
        When a file cannot be written.
    """
    # Only here, since matplotlib takes longer to load than small studies take.
    from hopfield_sim.plotting import report as page
    from hopfield_sim.plotting import screen
    from hopfield_sim.plotting.style import png

    written = Written()
    sections = []
    for result, sentence in answers:
        step(result.name)
        written.tables.append(result.to_csv(folder / f"{result.name}.csv"))
        with screen.on(False):
            parts = _page(result)
        drawn = [(words, figure, png(figure)) for _, words, figure in parts.figures]
        for (stem, _, _), (_, _, image) in zip(parts.figures, drawn, strict=True):
            written.figures.append(disk.write(folder / f"{stem}.png", image))
        films: list[tuple[str, str | os.PathLike[str]]] = [
            (_told(caption, run, state), _video(folder, stem, run, state, caption, written))
            for stem, caption, run, state in parts.videos
        ]
        caption = f"Every number: the file {result.name}.csv"
        sections.append(
            page.Section(
                title=parts.title,
                sentence=sentence,
                figures=drawn,
                videos=films,
                tables=[*parts.tables, (caption, [dict(row) for row in result.rows])],
            )
        )
    step("report.html")
    written.page = page.write(
        folder,
        sections,
        title="Hopfield networks: " + ", ".join(result.name for result, _ in answers),
        command=command,
        seed=seed,
        versions=versions(),
        introduction=INTRODUCTION,
        glossary=GLOSSARY,
    )
    return written


def versions() -> dict[str, str]:
    """What took part in the results."""
    found = {"Python": platform.python_version()}
    for package in ("hopfield_sim", "numpy", "matplotlib", "imageio", "pillow"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed, used from its folder"
    compiled = "cython" in backends.available()
    found["compiled kernels"] = "yes" if compiled else "none: the NumPy reference computed this"
    return found


def _told(caption: str, run: Any, state: int) -> str:
    """The caption of a video, and what is to be seen in it."""
    from hopfield_sim.plotting import runs
    from hopfield_sim.plotting.style import brief

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


def _video(folder: Path, stem: str, run: Any, state: int, title: str, written: Written) -> Path:
    from hopfield_sim.plotting import video

    kinds = ["gif"] + (["mp4"] if find_spec("imageio_ffmpeg") else [])
    paths = [video(run, folder / f"{stem}.{kind}", state=state, title=title) for kind in kinds]
    written.videos += paths
    return paths[0]


def _capacity(result: Result) -> Pages:
    from hopfield_sim.experiment.studies.capacity.study import LEVEL, held
    from hopfield_sim.plotting import capacity, overlap_by_load

    config = result.config
    caption = (
        f"Fraction of patterns retrieved exactly against their number, {config['flipped']:.0%} of "
        f"the bits flipped, {_span(config['networks'])} networks a point with {config['states']} "
        f"cues each; and the capacity, where {LEVEL:.0%} are retrieved, against N with its law. At "
        "N/(2 ln N) patterns of a large Hebbian network theory has exp(−1/√(4π ln N)) of them as "
        "fixed points, 90% in thousands of neurons: that is why the two belong together."
    )
    table = [
        {
            "rule": label(row["rule"]),
            "N": row["n_neurons"],
            "patterns at which 0.9 are retrieved": held(row),
            "N/(2 ln N) or N/√(2 ln N)": "—"
            if math.isnan(row["expected"])
            else round(row["expected"], 1),
        }
        for row in result.summary["capacity"]
    ]
    return Pages(
        "Capacity: how many patterns can a network hold?",
        figures=[
            ("capacity", caption, capacity(result)),
            (
                "overlap",
                "Overlap with the wanted pattern at the end of the same recalls, against the load. "
                "Past the critical load a large Hebbian network drifts away from its patterns; "
                "the theory (Amit, Gutfreund and Sompolinsky) is for starts at the pattern itself.",
                overlap_by_load(result),
            ),
        ],
        tables=[("Capacity by size and rule, beside the law it should follow", table)],
    )


def _robustness(result: Result) -> Pages:
    from hopfield_sim.plotting import robustness

    config = result.config
    caption = (
        f"Fraction of {config['n_patterns']} stored patterns retrieved exactly against the "
        f"fraction of their bits flipped, {_span(config['networks'])} networks a point with "
        f"{config['states']} cues each."
    )
    deaths = result.summary["death"]
    table = [
        {"N": n}
        | {
            label(row["rule"]): "none" if math.isnan(row["death"]) else round(row["death"], 2)
            for row in deaths
            if row["n_neurons"] == n
        }
        for n in config["sizes"]
    ]
    return Pages(
        "Robustness: how spoilt may a cue be?",
        figures=[("robustness", caption, robustness(result))],
        tables=[("The first fraction of flipped bits tried with less than 0.9 retrieved", table)],
    )


def _energy(result: Result) -> Pages:
    from hopfield_sim.plotting import energy

    caption = (
        "Energy E = −½ sᵀWs and overlap with the wanted pattern against time, in one network, from "
        "the same cue. Synchronous steps update all neurons at once, asynchronous ones a neuron at "
        "a time in a random order."
    )
    return Pages(
        "Energy: downhill to a memory",
        figures=[("energy", caption, energy(result))],
        tables=[_runs(result)],
    )


def _checkerboard(result: Result) -> Pages:
    from hopfield_sim.plotting import energy, states

    config = result.config
    frames, words = [], []
    for name, run in result.runs.items():
        changed = np.flatnonzero((run.trajectory[1:] != run.trajectory[:-1]).any(axis=1))
        last = int(changed[-1]) + 1 if changed.size else 0
        moments = list(dict.fromkeys(np.linspace(0, last, MOMENTS).round().astype(int).tolist()))
        for moment in moments + [-1] * (MOMENTS - len(moments)):
            frames.append(run.trajectory[moment])
            when = "at rest" if moment == -1 else f"sweep {run.updates[moment] / run.n_neurons:.2f}"
            words.append(f"{_named(name)}\n{when}")
    size = (config["side"], config["side"])
    pictures = states(np.stack(frames), size, captions=words, columns=MOMENTS)
    return Pages(
        "Checkerboard: a picture out of noise",
        figures=[
            (
                "checkerboard-frames",
                "The board on its way back, one row a rule and kind of update.",
                pictures,
            ),
            ("checkerboard", "Energy and overlap with the board against time.", energy(result)),
        ],
        videos=[
            (f"checkerboard-{name.replace('/', '-')}", _named(name), run, 0)
            for name, run in result.runs.items()
        ],
        tables=[_runs(result)],
    )


def _image(result: Result) -> Pages:
    from hopfield_sim.plotting import image

    rule = result.config["rules"][0]
    caption = (
        "Every picture, its cue, and its asynchronous recall by each rule. "
        "All but the upper-left quarter of a cue is covered in black."
    )
    return Pages(
        "Images: the whole from a quarter",
        figures=[("image", caption, image(result))],
        videos=[
            (f"image-{name}", f"{name}, {label(rule)}", result.runs[rule], index)
            for index, name in enumerate(result.config["images"])
        ],
    )


_PAGES = {
    "capacity": _capacity,
    "robustness": _robustness,
    "energy": _energy,
    "checkerboard": _checkerboard,
    "image": _image,
}


def _page(result: Result) -> Pages:
    """What the page shows of a study: as it says itself, or as this file does for the course's."""
    page = STUDIES[result.name].page
    return _PAGES[result.name](result) if page is None else page(result)


def _runs(result: Result) -> tuple[str, list[dict[str, Any]]]:
    table = [
        {
            "rule": label(row["rule"]),
            "updates": label(row["update"]),
            "retrieved exactly": f"{row['retrieved']} of {row['networks']} networks",
            "sweeps on average": round(row["sweeps"], 2),
            "runs in which the energy rose": row["rises"],
        }
        for row in result.summary["runs"]
    ]
    return "All networks; the figures show the first", table


def _named(name: str) -> str:
    return ", ".join(label(word) for word in name.split("/"))


def _span(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return f"{low}" if low == high else f"{low} to {high}"
