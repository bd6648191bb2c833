"""Report page of the distributed study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hopfield_sim.experiment.common.packing import unpack_images
from hopfield_sim.experiment.studies.distributed.trials import TRACED
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["page"]

_NAMES = ("originals", "cues", "exact", "distributed")


def page(result: Result) -> Pages:
    """Return the figures of the six parts, in the order of the paper, and the table of sizes."""
    figures: list[tuple[str, str, Figure]] = []
    for draw in (_trajectories, _compression, _approximation, _images, _curves):
        figures += draw(result)
    return Pages(
        "Distributed memory: all memories in one vector",
        figures=figures,
        tables=_tables(result),
    )


def _trajectories(result: Result) -> list[tuple[str, str, Figure]]:
    from hopfield_sim.plotting.image_rows import descent

    summary = result.summary.get("trajectories")
    if summary is None:
        return []
    films = {name: unpack_images(film) for name, film in summary["films"].items()}
    steps = [f"step {step}" for step in TRACED] + ["at rest"]
    caption = (
        "Four images, the first third of each given and kept: the energy along the descent of all "
        "in the exact memory and in the distributed one, and the first image on its way. "
        f"β = {_row(result, 'trajectories')['beta']:g}, "
        f"Y = {_row(result, 'trajectories')['n_features']}."
    )
    title = "A descent in the exact memory and in the distributed one"
    return [("distributed-trajectories", caption, descent(summary["curves"], films, steps, title))]


def _compression(result: Result) -> list[tuple[str, str, Figure]]:
    from hopfield_sim.plotting.image_rows import side_by_side

    summary = result.summary.get("compression")
    if summary is None:
        return []
    ratio = summary["numbers"] / summary["pixels"]
    count = summary["pixels"] // (3 * result.config["image_size"] ** 2)
    caption = (
        f"Some of {count} images, 60 % of each given. The vector T holds {summary['numbers']} "
        f"numbers, {ratio:.2f} times the {summary['pixels']} pixels of all."
    )
    rows = [(name, unpack_images(summary["images"][name])) for name in _NAMES]
    title = f"{count} images in one vector"
    if "exact_off" in summary:
        caption += (
            " Off the original: root mean square of the pixels that were not given, from 0 to 1. "
            "Where the exact memory is off too, it recalls a blend of images: β is small for them."
        )
        title += (
            f" · β = {summary['beta']:g} · off the originals: exact {summary['exact_off']:.2f}, "
            f"distributed {summary['distributed_off']:.2f}"
        )
    return [("distributed-compression", caption, side_by_side(rows, title))]


def _approximation(result: Result) -> list[tuple[str, str, Figure]]:
    from hopfield_sim.plotting.studies.distributed import approximation
    from hopfield_sim.plotting.style import house

    rows = [row for row in result.rows if row["part"] == "approximation"]
    figures = []
    for n in sorted({int(row["n_neurons"]) for row in rows}):
        caption = (
            f"Errors of energy, gradient and recalled state against the number of features, "
            f"D = {n}: at the memories, near them, and anywhere. Dashed: what theory predicts to "
            "first order, where it holds (errors well below 1/β); grey: the slope of Y^(-1/2), of "
            "averages of independent features; dotted: chance, half of the bits. Hollow points: "
            "the energy is off by more than 1/β, and the descent does not work at all. States "
            "hardly move there and keep the bits that the cue had wrong, which near a memory are "
            "few: such a point is no success, however low it is."
        )
        with house():
            figures.append((f"distributed-approximation-{n}", caption, approximation(rows, n)))
    return figures


def _images(result: Result) -> list[tuple[str, str, Figure]]:
    from hopfield_sim.plotting import distributed
    from hopfield_sim.plotting.image_rows import side_by_side

    recalled = result.summary["images"]
    if not recalled:
        return []
    caption = (
        "Colour images of which the lower half is hidden and the upper one kept: how far the end "
        "is from that of the exact memory, and in how many images the hidden pixels are nearest to "
        "those of the right memory. The higher β, the more features it takes."
    )
    figures = [("distributed-images", caption, distributed(result, "images"))]
    betas = sorted({one["beta"] for one in recalled})
    most = max(one["n_features"] for one in recalled)
    shown = [one for one in recalled if one["n_features"] == most]
    rows = [(name, unpack_images(shown[0]["images"][name])) for name in _NAMES[:2]]
    rows += [
        (f"{name}, β = {beta:g}", unpack_images(one["images"][name]))
        for beta in betas
        for one in shown
        if one["beta"] == beta
        for name in _NAMES[2:]
    ]
    words = f"The same images at Y = {most}, recalled by the exact and the distributed memory."
    picture = side_by_side(rows, f"Half-hidden images, Y = {most}")
    return [*figures, ("distributed-images-recalled", words, picture)]


_CURVES = {
    "patterns": "Errors against the number of memories, stored one lot after another in the same "
    "vector: near the memories and at low β they hardly depend on it.",
    "kernels": "The four kinds of features with both energies, at the memories, against β. The "
    "plain energy of a memory falls as 1/β itself, so its errors do.",
}


def _curves(result: Result) -> list[tuple[str, str, Figure]]:
    from hopfield_sim.plotting import distributed

    there = {row["part"] for row in result.rows}
    return [
        (f"distributed-{part}", caption, distributed(result, part))
        for part, caption in _CURVES.items()
        if part in there
    ]


def _tables(result: Result) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the tables that compare the size of T with that of the images."""
    table = []
    for part in ("trajectories", "compression"):
        summary = result.summary.get(part)
        if summary is None:
            continue
        row, numbers, pixels = _row(result, part), summary["numbers"], summary["pixels"]
        table.append(
            {
                "part": part,
                "images": row["n_patterns"],
                "pixels of all": pixels,
                "numbers in T": numbers,
                "T / pixels": round(numbers / pixels, 2),
                "images from which T has fewer": -(-numbers // row["n_neurons"]),
                "bytes of T / of 8-bit images": round(8 * numbers / pixels, 2),
                "recalled": row["retrieved"],
                "rms difference from the exact end": round(row["state_error"], 4),
            }
        )
    return (
        [("What the vector takes, against the pixels of the images in it", table)] if table else []
    )


def _row(result: Result, part: str) -> Any:
    return next(row for row in result.rows if row["part"] == part)
