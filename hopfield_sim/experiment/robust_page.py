"""What the robust study says, and shows on the report's page."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hopfield_sim.experiment.corruptions import WORDS
from hopfield_sim.experiment.digit_patterns import WORDS as SOURCES
from hopfield_sim.experiment.film import unpack_images
from hopfield_sim.experiment.pages import Pages
from hopfield_sim.experiment.result import Result, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["page", "sentence"]

NAMES = {
    "hebbian": "Hebbian",
    "storkey": "Storkey",
    "pseudoinverse": "pseudo-inverse",
    "perceptron": "perceptron",
    "dense-polynomial": "dense polynomial",
    "dense-rectified": "dense rectified",
    "dense-exponential": "dense exponential",
    "modern": "modern",
    "distributed": "distributed",
    "restricted-rotation": "restricted by rotation",
    "restricted-gradient": "restricted by gradient",
    "dense-trained": "dense trained",
}

JUDGED = ("none", "flip", "noise", "mask", "fgsm", "pgd", "flip+fgsm", "flip+pgd")
"""What there is a best memory at; random signs are the control of the attacks."""

SHOWN = {"flip": "flipped", "noise": "noise", "mask": "covered", "flip+pgd": "flipped + PGD"}


def sentence(result: Result) -> str:
    """Say which memory is best at what, what attacks add, and who is immune to them."""
    parts = [_best(result, data) for data in result.config["data"]]
    parts += [_attacks(result, data) for data in result.config["data"]]
    parts.append(
        "An attack that changes no number by more than ε < 1 turns no sign of a cue of ±1: a "
        "memory that begins with its signs is immune to it, whatever it has learnt. Here all of "
        "them begin with the real values, which is where an attack can act at all."
    )
    return "\n\n".join(part for part in parts if part)


def _words(result: Result, data: str) -> str:
    config = result.config
    if data == "random":
        return f"{config['n_patterns']} random patterns of {config['n_neurons']} bits"
    return f"ten {SOURCES[config['digits']]}"


def _best(result: Result, data: str) -> str:
    """Winners by corruption; those with the same winners in one breath."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for kind in JUDGED:
        best = _winners(result, data, kind)
        if best:
            groups.setdefault(tuple(str(row["memory"]) for row in best), []).append(
                f"{WORDS[kind]} ({float(best[0]['exact']):.2f})"
            )
    texts = []
    for names, kinds in groups.items():
        count = len(result.config["memories"])
        who = _listed([NAMES[name] for name in names])
        if len(names) == count > 1:
            who = f"all {count} memories, tied"
        elif len(names) > 1:
            who += ", tied"
        texts.append(f"{_listed(kinds)}: {who}")
    return f"Best at exact recall of {_words(result, data)} — {'; '.join(texts)}."


def _winners(result: Result, data: str, kind: str) -> list[Row]:
    return [
        row
        for row in result.summary["ranking"]
        if row["data"] == data and row["corruption"] == kind and row["best"]
    ]


def _attacks(result: Result, data: str) -> str:
    """How much the strongest attack on flipped cues costs, beside random signs of its size."""
    epsilon = dict(result.config["strengths"])["fgsm"][-1]
    costs = []
    for memory in result.config["memories"]:
        found = {
            kind: _value(result, data, memory, kind, epsilon)
            for kind in ("flip+random", "flip+fgsm")
        }
        if any(value is None for value in found.values()):
            continue
        control, attacked = found["flip+random"], found["flip+fgsm"]
        assert control is not None
        assert attacked is not None
        error = math.hypot(control[1], attacked[1])
        if control[0] - attacked[0] > 2 * error:
            costs.append((control[0] - attacked[0], memory, control[0], attacked[0]))
    cues = f"{_words(result, data)} with {result.config['attacked']:.0%} of the bits flipped"
    start = f"On {cues}, FGSM with ε = {epsilon:g} "
    if not costs:
        return f"{start}costs no memory more than random signs of that size do, within errors."
    listed = _listed(
        [
            f"{NAMES[name]} {before:.2f} → {after:.2f}"
            for _, name, before, after in sorted(costs)[::-1]
        ]
    )
    return f"{start}costs these more than random signs of that size: {listed}."


def _value(
    result: Result, data: str, memory: str, kind: str, strength: float
) -> tuple[float, float] | None:
    wanted = {"data": data, "memory": memory, "corruption": kind, "strength": strength}
    for row in result.rows:
        if all(row[name] == value for name, value in wanted.items()):
            error = float(row["exact_se"])
            return float(row["exact"]), 0.0 if math.isnan(error) else error
    return None


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def page(result: Result) -> Pages:
    """Maps of exact recall and of right bits, pictures, and who is best at what."""
    from hopfield_sim.plotting import robust as draw

    figures: list[tuple[str, str, Figure]] = [
        (
            "robust",
            "The share of cues that come back in every bit, for every memory and corruption. "
            "Attacks begin at the stored pattern, and at a cue of which "
            f"{result.config['attacked']:.0%} of the bits are flipped; random ±ε is their control. "
            f"PGD makes {result.config['attack_steps']} steps of {result.config['alpha']:g} and "
            "goes no further.",
            draw(result),
        ),
        ("robust-bits", "The same, the share of right bits.", draw(result, "bit_accuracy")),
    ]
    figures += _pictures(result)
    return Pages(
        "Robustness: which memory stands what",
        figures=figures,
        tables=[(_caption(result, data), _table(result, data)) for data in result.config["data"]],
    )


def _pictures(result: Result) -> list[tuple[str, str, Figure]]:
    from hopfield_sim.plotting.robust_map import robust_pictures

    found = []
    for data, memories in result.summary["shown"].items():
        first = next(iter(memories.values()))
        n = len(unpack_images(first["original"]))
        side = math.isqrt(n)
        if side * side != n:
            continue
        kinds = [
            (kind, f"{words} {first[kind]['strength']:g}")
            for kind, words in SHOWN.items()
            if kind in first
        ]
        shown = {name: _unpacked(one, kinds, side) for name, one in memories.items()}
        words = (
            f"One of {_words(result, data)}: what each memory was given, and what came back. An "
            "attack looks at the memory, so each has its own."
        )
        start = _words(result, data)
        title = f"{start[0].upper()}{start[1:]}: one of them, what was given, what came back"
        figure = robust_pictures(shown, kinds, title)
        found.append((f"robust-{data}", words, figure))
    return found


def _unpacked(one: Mapping[str, Any], kinds: list[tuple[str, str]], side: int) -> dict[str, Any]:
    def image(packed: Any) -> Any:
        flat = unpack_images(packed)
        return flat.reshape(*flat.shape[:-1], side, side) / 127.5 - 1

    return {"original": image(one["original"])} | {
        kind: image(one[kind]["pair"]) for kind, _ in kinds
    }


def _caption(result: Result, data: str) -> str:
    return (
        f"Best at what: {_words(result, data)}. Exact recall, mean over strengths ± standard error "
        "over sets; tied are those within twice the error of the difference, taken set by set"
    )


def _table(result: Result, data: str) -> list[dict[str, Any]]:
    """A row a corruption: the best, those tied with it, and the next."""
    rows = []
    for kind in JUDGED:
        ranked = [
            row
            for row in result.summary["ranking"]
            if row["data"] == data and row["corruption"] == kind
        ]
        if not ranked:
            continue
        best = [row for row in ranked if row["best"]]
        others = [row for row in ranked if not row["best"]]
        rows.append(
            {
                "corruption": WORDS[kind],
                "best": NAMES[str(best[0]["memory"])],
                "exact": _shown(best[0]),
                "tied with it": ", ".join(NAMES[str(row["memory"])] for row in best[1:]) or "—",
                "next": f"{NAMES[str(others[0]['memory'])]} {_shown(others[0])}" if others else "—",
                "last": f"{NAMES[str(others[-1]['memory'])]} {_shown(others[-1])}"
                if others
                else "—",
            }
        )
    return rows


def _shown(row: Row) -> str:
    error = float(row["exact_se"])
    return f"{float(row['exact']):.3f}" + ("" if math.isnan(error) else f" ± {error:.3f}")
