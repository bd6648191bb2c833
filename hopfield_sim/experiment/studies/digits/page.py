"""Summary and report page of the digits study."""

from __future__ import annotations

from typing import Any

from hopfield_sim.experiment.studies.digits.data import TITLES
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row

__all__ = ["page", "sentence"]


def sentence(result: Result) -> str:
    """Summarise the data, the errors, and the number of memories that take part in a decision."""
    config = result.config
    parts = [
        f"{_percent(row['test_error'])} with n = {row['order']} "
        f"({float(row['memories']):.1f}{'' if k else ' memories take part in a decision'})"
        for k, row in enumerate(result.summary["orders"])
    ]
    text = (
        f"{learnt(config)} After {config['epochs']} epochs so many of the "
        f"{_thousands(config['tests'])} test images are taken for another class: "
        f"{', '.join(parts)}."
    )
    paragraphs = (text, _collapsed(result), _transition(result))
    return "\n\n".join(part for part in paragraphs if part)


def learnt(config: Any) -> str:
    """Describe the training images and the networks."""
    return (
        f"{config['n_memories']} memories learnt from {_thousands(config['images'])} images of "
        f"{TITLES[config['source']]}."
    )


def _collapsed(result: Result) -> str:
    """Describe networks most of whose memories have collapsed."""
    dead = [f"{k} with n = {n}" for n, k in result.summary.get("collapsed", {}).items() if k]
    if not dead:
        return ""
    return (
        f"Collapsed: {', '.join(dead)} (of {result.config['networks']} networks each). Most of "
        "their memories answer no image any more, since large steps took their overlaps below 0, "
        "where F = 0 and there is no gradient; fewer than classes are left, and the others' images "
        "are taken for those. Another seed, or half the rate, mends it."
    )


def _transition(result: Result) -> str:
    """Describe the transition from strokes to whole images, where the numbers show it."""
    rows = result.summary["orders"]
    low, high = rows[0], rows[-1]
    if not low["memories"] >= 2 * high["memories"] > 0:
        return ""
    return (
        f"From features to prototypes: with n = {low['order']} a memory is a pattern of strokes, "
        f"and it takes {float(low['memories']):.0f} of them to tell one class from another; with "
        f"n = {high['order']} memories are whole images, and {float(high['memories']):.1f} of them "
        "decide. The larger n, the steeper is F(x) = max(x, 0)ⁿ, and the more of the vote has the "
        "memory that is nearest."
    )


def page(result: Result) -> Pages:
    """Return figures of memories, errors, participation and single decisions."""
    from hopfield_sim.plotting import digits as draw

    config = result.config
    orders = ", ".join(f"{row['order']}" for row in result.summary["orders"])
    first = "" if config["networks"] == 1 else " of the first network"
    figures = [
        (
            "digits",
            "memories",
            f"{learnt(config)} Above, memories{first} for n = {orders}: red where a bright pixel "
            "speaks for a memory (+1), blue where it speaks against it (−1). The small bars below "
            "a memory are its class neurons, one a class: up where it speaks for the class. Below, "
            "the fraction of images that are taken for another class after each epoch.",
        ),
        (
            "digits-participation",
            "participation",
            "How many memories take part in a decision, (Σ w)² / Σ w² of their shares w: 1 when "
            "one decides, all when each counts the same. Bars hold one half and nine tenths of the "
            "test images. Beside it, the fraction of images that are taken for another class.",
        ),
        (
            "digits-decisions",
            "decisions",
            "Test images with their labels, and for each power the class that wins (→) and the "
            "memories that count most in that, with their shares of all that is said; one below "
            "zero speaks against the class.",
        ),
    ]
    return Pages(
        "Digits: from features to prototypes",
        figures=[(stem, words, draw(result, name)) for stem, name, words in figures],
        tables=[(f"After {config['epochs']} epochs", [*map(_line, result.summary["orders"])])],
    )


def _line(row: Row) -> dict[str, Any]:
    return {
        "n": row["order"],
        "networks": row["networks"],
        "wrong in training": _percent(row["train_error"]),
        "wrong in the test": _percent(row["test_error"]),
        "memories in a decision": f"{float(row['memories']):.1f}",
    }


def _percent(value: Any) -> str:
    return f"{100 * float(value):.1f} %"


def _thousands(value: int) -> str:
    """Format an integer, its thousands separated from five digits on.

    Examples
    --------
    >>> _thousands(60000), _thousands(1500)
    ('60 000', '1500')
    """
    return f"{value:,}".replace(",", " ") if value >= 10_000 else f"{value}"
