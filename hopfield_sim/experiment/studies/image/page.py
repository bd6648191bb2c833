"""Summary and report page of the image study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopfield_sim.experiment.common.helpers import listed
from hopfield_sim.experiment.studies.image.posters import SIDE
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result
from hopfield_sim.models.labels import label

__all__ = ["names", "page", "sentence"]

_APART = {"pseudoinverse", "dense-exponential", "modern"}
_ASK = "--rules pseudoinverse --memories dense-exponential modern"


def names(config: Mapping[str, Any]) -> list[str]:
    """Return the rules and memories, as the column rule has them."""
    return [*config["rules"], *(config["memories"] or ())]


def sentence(result: Result) -> str:
    """Summarise how many images each rule retrieved, and how similar they are."""
    parts = []
    for rule in names(result.config):
        mine = [row for row in result.rows if row["rule"] == rule]
        lost = [f"{row['image']} {row['overlap']:.2f}" for row in mine if not row["retrieved"]]
        retrieved = f"{len(mine) - len(lost)} of {len(mine)}"
        missed = f" (overlaps of the others: {', '.join(lost)})" if lost else ""
        kind = "rule" if rule in result.config["rules"] else "memory"
        parts.append(f"{retrieved} by the {label(rule)} {kind}{missed}")
    likeness = result.summary["likeness"]
    count = len(result.config["images"])
    text = (
        f"With {result.summary['covered']:.0%} of every picture covered{_how(result.config)}, "
        f"these came back to the last of {SIDE**2} pixels: {listed(parts)}."
    )
    if count > 1:
        text += f" The two most alike of the {count} pictures overlap by {likeness:.2f}"
        if likeness < 0.1:
            text += ", next to nothing."
        elif likeness > (shown := 1 - result.summary["covered"]) and not all(
            row["retrieved"] for row in result.rows
        ):
            text += f", more than the {shown:.0%} that a cue shows: such pictures are mixed up."
        else:
            text += "."
    parts = [text, _reason(result), _negatives(result)]
    return "\n\n".join(part for part in parts if part)


def page(result: Result) -> Pages:
    """Return the figures and tables, with captions."""
    from hopfield_sim.plotting import image

    rule = result.config["rules"][0]
    filled = {"black": "in black", "random": "by random pixels"}[result.config["fill"]]
    caption = (
        "Every picture, its cue, and its asynchronous recall by each rule and memory. "
        f"All but the upper-left quarter of a cue is covered {filled}."
    )
    if result.config["own"] is None:
        caption += (
            " The drawn posters are nearly orthogonal, so that every memory brings them back; on "
            "photographs memories differ: --file album --fill random."
        )
    return Pages(
        "Images: the whole from a quarter",
        figures=[("image", caption, image(result))],
        videos=[
            (f"image-{name}", f"{name}, {label(rule)}", result.runs[rule], index)
            for index, name in enumerate(result.config["images"])
        ]
        + _race(result),
    )


def _how(config: Mapping[str, Any]) -> str:
    words = " by random pixels" if config["fill"] == "random" else ""
    return words + (", the rest clamped" if config["clamp"] else "")


def _race(result: Result) -> list[tuple[str, str, Any, int]]:
    """Return the recalls of the first image by all rules and memories, side by side."""
    if len(result.runs) < 2:
        return []
    racing = {label(name): run for name, run in result.runs.items()}
    return [("image-race", f"{result.config['images'][0]}, from one cue", racing, 0)]


def _reason(result: Result) -> str:
    """Explain what does not come back, with the settings that help."""
    config, count = result.config, len(result.config["images"])
    lost = {str(row["rule"]) for row in result.rows if not row["retrieved"]}
    parts = []
    local = [label(rule) for rule in ("hebbian", "storkey") if rule in lost]
    if local and result.summary["likeness"] > 1 / count:
        parts.append(
            f"What {' and '.join(local)} networks recall well has little in common: the other "
            "pictures pull at every pixel by their overlap with the state, and photographs "
            "overlap. The pseudo-inverse and dense and modern memories tell such pictures apart"
            + ("." if {*names(config)} >= _APART else f" ({_ASK}).")
        )
    if lost and config["fill"] == "black":
        parts.append(
            "A cover in black is no lack of a picture but a black picture, and pulls towards "
            "those that are dark there; random pixels pull towards none (--fill random)."
        )
    return " ".join(parts)


def _negatives(result: Result) -> str:
    """Describe the images that ended at the negative of one, with the reason and a remedy."""
    rules: dict[str, list[str]] = {}
    for row in result.summary.get("negatives", []):
        whose = "its own negative" if row["of"] == row["image"] else f"the negative of {row['of']}"
        rules.setdefault(f"{row['image']} at {whose}", []).append(row["rule"])
    if not rules:
        return ""
    ends = ", ".join(f"{end} ({', '.join(by)})" for end, by in rules.items())
    return (
        f"Ended with black and white exchanged: {ends}. Whatever a network stores, it stores the "
        "negative too, for E(−s) = E(s); and a cue covered in black (−1) is nearer to the negative "
        "of a picture that is mostly white. Exchange black and white in such pictures, or take "
        "others with a dark ground."
    )
