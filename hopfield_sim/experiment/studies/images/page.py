"""Summary and report page of the images study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hopfield_sim.experiment.common import packing as film
from hopfield_sim.experiment.common.packing import unpack_images
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row
from hopfield_sim.models.labels import label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["page", "sentence"]

WORDS = {
    "noise-10": "noise of 10",
    "noise-40": "noise of 40",
    "grey": "lower half grey",
    "black": "lower half black",
    "observed": "lower half left out, noise of 10",
}


def sentence(result: Result) -> str:
    """Summarise which cues retrieve the right image, why the dot product fails, and a remedy."""
    count = max(result.config["counts"])
    right = _right(result, count)
    similarities = result.config["similarities"]

    def listed(cue: str) -> str:
        return ", ".join(f"{label(name)} {right[name, cue]:.2f}" for name in similarities)

    parts = [
        f"Of {count} pictures with the lower half covered in grey so many bring back the right one "
        f"(the largest weight is on it): {listed('grey')}; covered in black: {listed('black')}; "
        f"with noise of 10 all over: {listed('noise-10')}. Left out of the comparison, the same "
        f"half does no harm: {listed('observed')}."
    ]
    if "dot" in similarities:
        parts.append(_why_dot(result, count, right))
    parts.append(
        "A covered half is compared as if it were known, so the fill decides which picture is "
        "nearest: one that is grey (or dark) there. No similarity mends that, Manhattan's neither; "
        "leaving out what is unknown does."
    )
    parts.append(_binary(result))
    return "\n\n".join(part for part in parts if part)


def _why_dot(result: Result, count: int, right: dict[tuple[str, str], float]) -> str:
    winners = result.summary["winners"].get(count) or result.summary["winners"].get(str(count))
    if not winners:
        return ""
    noise = winners["noise-10"]
    ranks = {1: "the longest, that is the brightest, of all"}
    rank = ranks.get(noise["rank"], f"number {noise['rank']} by length")
    return (
        f"The dot product fails whatever the cue (right: {right['dot', 'noise-10']:.2f} even with "
        f"little noise), and not for a fault in any program: x·ξ = |x| |ξ| cos grows with the "
        f"length of ξ, and lengths of pictures differ more than their angles. {noise['share']:.0%} "
        f"of the cues go to picture {noise['image']}, {rank}. Taking away the mean and dividing by "
        "the length, as the cosine does, or −½|x − ξ|², which is x·ξ less ½|ξ|², mends it."
    )


def _binary(result: Result) -> str:
    rows = [r for r in result.rows if r["part"] == "binary" and r["cue"] == "flipped"]
    if not rows:
        return ""
    most = max(int(r["n_patterns"]) for r in rows)
    held = max(
        (int(r["n_patterns"]) for r in rows if r["memory"] == "hebbian" and _held(r)), default=0
    )
    others = {r["memory"]: float(r["recalled"]) for r in rows if r["n_patterns"] == most}
    few = f"{held} pictures" if held else "not even the fewest that were tried"
    return (
        "In black and white, with a tenth of the bits flipped, the classical network holds "
        f"{few} (0.9 of them exactly): far below 0.138 N = 141, for pictures are alike and Hebb's "
        f"rule is for patterns that are not. Of {most} the pseudo-inverse gives back "
        f"{others['pseudoinverse']:.2f} and a dense memory {others['dense']:.2f}."
    )


def _held(row: Row) -> bool:
    return float(row["recalled"]) >= 0.9


def _right(result: Result, count: int) -> dict[tuple[str, str], float]:
    return {
        (str(r["memory"]), str(r["cue"])): float(r["right"])
        for r in result.rows
        if r["part"] == "colour" and r["n_patterns"] == count
    }


def page(result: Result) -> Pages:
    """Return the images, the curves, and the table of retrieved fractions."""
    from hopfield_sim.plotting import colour_images

    figures: list[tuple[str, str, Figure]] = []
    figures += _grids(result)
    for figure, words in (
        (
            "beta",
            "The same against β. Which picture is right does not depend on β (dotted); whether it "
            "also comes out does: below, a blend of pictures comes out, and at large β a single "
            "one, the right one or not. Each similarity has its own units of β.",
        ),
        (
            "patterns",
            "Right memories against the number of pictures stored. The dot product gives the "
            "longest picture, so about one in P is right.",
        ),
        (
            "binary",
            "The same pictures in black and white (Otsu's threshold), recalled by networks of "
            "binary neurons.",
        ),
    ):
        figures.append((f"images-{figure}", words, colour_images(result, figure)))
    figures += _blends(result)
    return Pages(
        "Colour images: what is compared decides what comes back",
        figures=figures,
        videos=_films(result),
        tables=_tables(result),
    )


def _grids(result: Result) -> list[tuple[str, str, Figure]]:
    from hopfield_sim.plotting.image_rows import side_by_side

    packed = result.summary.get("images")
    if packed is None:
        return []
    originals = unpack_images(packed["originals"])
    figures = []
    for cue in ("grey", "black", "observed"):
        rows = [("original", originals), ("cue", unpack_images(packed[cue]))]
        for similarity in result.config["similarities"]:
            rows.append((label(similarity), unpack_images(packed[f"{cue}/{similarity}"])))
        words = f"{WORDS[cue].capitalize()}: original, cue, and what comes out at the largest β."
        figure = side_by_side(rows, f"{max(result.config['counts'])} pictures · {WORDS[cue]}")
        figures.append((f"images-recalled-{cue}", words, figure))
    return figures


def _blends(result: Result) -> list[tuple[str, str, Figure]]:
    from hopfield_sim.plotting import colour_images
    from hopfield_sim.plotting.image_rows import side_by_side

    packed = result.summary.get("blends")
    if packed is None:
        return []
    rows = [
        ("original", unpack_images(packed["originals"])),
        ("cue", unpack_images(packed["cues"])),
    ]
    betas = [f"{beta:g}" for beta in result.config["blends"]]
    shown = [betas[k] for k in (0, 2, 3, 4, 5, 6, 8)]
    rows += [(f"β = {beta}", unpack_images(packed[beta])) for beta in shown]
    words = (
        "From the mean of all pictures over blends of similar ones to the single picture, as β "
        "grows (Euclidean, noise of 40)."
    )
    return [
        ("images-blends", words, side_by_side(rows, "A step at different β")),
        (
            "images-blend",
            "How far what comes out is from the picture, against β.",
            colour_images(result, "blend"),
        ),
    ]


def _films(result: Result) -> list[tuple[str, str, Any, int]]:
    packed = result.summary.get("film")
    if packed is None:
        return []
    words = "Euclidean, half left out, steps of 0.1"
    return [("images-film", words, film.unpack_descent(packed), 0)]


def _tables(result: Result) -> list[tuple[str, list[dict[str, Any]]]]:
    tables = []
    for count in reversed(result.config["counts"]):
        right = _right(result, count)
        rows = [
            {"cue": words}
            | {label(name): round(right[name, cue], 2) for name in result.config["similarities"]}
            for cue, words in WORDS.items()
        ]
        tables.append((f"Right memory, {count} pictures", rows))
    return tables
