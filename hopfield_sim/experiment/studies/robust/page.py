"""Summary and report page of the robust study."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hopfield_sim.experiment.common.helpers import listed
from hopfield_sim.experiment.common.packing import unpack_images
from hopfield_sim.experiment.studies.robust.corruptions import REACH, WORDS
from hopfield_sim.experiment.studies.robust.ranking import WITHIN
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row
from hopfield_sim.models.labels import label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["page", "sentence"]

JUDGED = ("none", "flip", "noise", "mask", "fgsm", "pgd", "flip+fgsm", "flip+pgd")
"""Corruptions that are ranked; random signs, the control of the attacks, are not."""

SHOWN = {"flip": "flipped", "noise": "noise", "mask": "covered", "flip+pgd": "flipped + PGD"}


def sentence(result: Result) -> str:
    """Summarise the best memory for each corruption, and the cost of attacks."""
    data = list(result.summary["data"])
    parts = [_best(result, one) for one in data]
    parts += [_attacks(result, one) for one in data]
    parts.append(
        "An attack that changes no number by more than ε < 1 turns no sign of a cue of ±1: a "
        "memory that begins with its signs is immune to it, whatever it has learnt. Here all of "
        "them begin with the real values, which is where an attack can act at all."
    )
    parts += [_alike(result, one) for one in data]
    return "\n\n".join(part for part in parts if part)


def _words(result: Result, data: str) -> str:
    stored = result.summary["data"][data]
    return f"{stored['words']} of {stored['n_neurons']} bits"


def _best(result: Result, data: str) -> str:
    """Describe the best memories by corruption, those with the same best memories together."""
    names = result.config["memories"]
    groups: dict[tuple[str, ...], list[str]] = {}
    for kind in JUDGED:
        best = _winners(result, data, kind)
        if best:
            who = {str(row["memory"]) for row in best}
            key = tuple(name for name in names if name in who)
            groups.setdefault(key, []).append(f"{WORDS[kind]} ({_shown(best[0], 2)})")
    texts = [f"{listed(kinds)}: {_crowd(who, names)}" for who, kinds in groups.items()]
    return (
        f"Best at exact recall of {_words(result, data)}, on average over strengths — "
        f"{'; '.join(texts)}."
    )


def _crowd(who: Sequence[str], names: Sequence[str]) -> str:
    """List the best memories, or "all but" the others where these are fewer."""
    others = [name for name in names if name not in who]
    if len(who) == 1:
        return label(who[0])
    if not others:
        return f"all {len(names)} memories are tied"
    if len(others) < len(who):
        return f"tied, all but {listed([label(name) for name in others])}"
    return f"tied, {listed([label(name) for name in who])}"


def _winners(result: Result, data: str, kind: str) -> list[Row]:
    return [
        row
        for row in result.summary["ranking"]
        if row["data"] == data and row["corruption"] == kind and row["best"]
    ]


def _attacks(result: Result, data: str) -> str:
    """Describe the memories that FGSM costs more than random signs of the same size."""
    parts = []
    share = f"{result.config['attacked']:.0%} of the bits flipped"
    for start, words in (("", "From the patterns themselves"), ("flip+", f"With {share}")):
        rows = [
            row
            for row in result.summary["costs"]
            if row["data"] == data and row["start"] == start and _significant(row)
        ]
        rows.sort(key=lambda row: -float(row["cost"]))
        lines = [
            f"{label(str(row['memory']))} {float(row['random']):.2f} → {float(row['fgsm']):.2f}"
            f"{_plus_minus(row['cost_se'], 2)}"
            for row in rows
        ]
        parts.append(f"{words}: {listed(lines) if lines else 'none'}.")
    return (
        f"Memories of {_words(result, data)} that FGSM with ε = {result.config['epsilons'][-1]:g} "
        f"costs more than random signs of that size do (exact recall, random → FGSM ± standard "
        "error of the difference). "
        f"{' '.join(parts)}"
    )


def _significant(row: Row) -> bool:
    """Return whether a paired difference is more than twice its standard error."""
    cost, error = float(row["cost"]), float(row["cost_se"])
    return cost > WITHIN * error or (cost > 0 and math.isnan(error))


def _alike(result: Result, data: str) -> str:
    """Explain why similar patterns need a high power: crosstalk (P − 1) mⁿ⁻¹ against 1."""
    stored, order = result.summary["data"][data], result.config["order"]
    m, others = stored["likeness"], stored["n_patterns"] - 1
    if not 0.2 <= m < 1 or others < 2 or "dense-polynomial" not in result.config["memories"]:
        return ""
    enough = math.ceil(1 + math.log(others) / -math.log(m))
    return (
        f"Of {_words(result, data)} any two overlap by {m:.2f} on average. In a dense memory of "
        f"power n the {others} others together then pull with about {others} · {m:.2f}^(n−1) "
        f"against 1, {others * m ** (order - 1):.1f} at n = {order} and "
        f"{others * m:.1f} in the Hebbian network (n = 2); below 1 it is from n = {enough} on."
    )


def page(result: Result) -> Pages:
    """Return maps of exact recall and right bits, images, and the tables of the best memories."""
    from hopfield_sim.plotting import robust as draw

    figures: list[tuple[str, str, Figure]] = [
        (
            "robust-ranking",
            "A panel for each corruption: the share of cues that come back in every bit, mean over "
            "its strengths, with intervals of two standard errors over sets of patterns. Filled: "
            "the best memory, and those that are tied with it, set by set.",
            draw(result, "ranking"),
        ),
        (
            "robust",
            "The share of cues that come back in every bit, for every memory and corruption. "
            "Attacks begin at the stored pattern, and at a cue of which "
            f"{result.config['attacked']:.0%} of the bits are flipped; random ±ε is their control. "
            f"PGD makes {result.config['attack_steps']} steps of {_step(result)}. "
            f"{_largest_error(result, 'exact')}",
            draw(result),
        ),
        (
            "robust-bits",
            f"The share of right bits. {_largest_error(result, 'bit_accuracy')}",
            draw(result, "bit_accuracy"),
        ),
    ]
    figures += _pictures(result)
    tables = [(_caption(result, data), _table(result, data)) for data in result.summary["data"]]
    epsilon = result.config["epsilons"][-1]
    tables += [
        (
            f"{_words(result, data)}: exact recall, and the loss of the first step, after random "
            f"signs and after FGSM with ε = {epsilon:g}, from the pattern and from a flipped cue; "
            "± the standard error of the difference, taken set by set",
            _costs(result, data),
        )
        for data in result.summary["data"]
    ]
    return Pages(
        "Robustness: which memory stands what",
        figures=figures,
        tables=tables,
    )


def _pictures(result: Result) -> list[tuple[str, str, Figure]]:
    from hopfield_sim.plotting.studies.robust import robust_pictures

    figures = []
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
        shown = {label(name): _unpacked(one, kinds, side) for name, one in memories.items()}
        words = (
            f"One of {_words(result, data)}: what each memory was given, and what came back. An "
            "attack looks at the memory, so each has its own."
        )
        start = _words(result, data)
        title = f"{start[0].upper()}{start[1:]}: one of them, what was given, what came back"
        figure = robust_pictures(shown, kinds, title)
        figures.append((f"robust-{data}", words, figure))
    return figures


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


def _costs(result: Result, data: str) -> list[dict[str, Any]]:
    """Return random signs beside FGSM, one row for each memory."""
    rows_by_memory: dict[str, dict[str, Any]] = {}
    for row in result.summary["costs"]:
        if row["data"] == data:
            memory = str(row["memory"])
            line = rows_by_memory.setdefault(memory, {"memory": label(memory)})
            start = "flipped" if row["start"] else "stored"
            line[f"{start}: random → FGSM"] = (
                f"{float(row['random']):.2f} → {float(row['fgsm']):.2f}"
                f"{_plus_minus(row['cost_se'], 2)}"
            )
            line[f"{start}: loss"] = (
                f"{float(row['random_loss']):.2g} → {float(row['fgsm_loss']):.2g}"
            )
    return list(rows_by_memory.values())


def _table(result: Result, data: str) -> list[dict[str, Any]]:
    """Return one row for each corruption: the best memory, alone or tied, and the next."""
    names = result.config["memories"]
    rows = []
    for kind in JUDGED:
        ranked = [
            row
            for row in result.summary["ranking"]
            if row["data"] == data and row["corruption"] == kind
        ]
        if ranked:
            best = {str(row["memory"]) for row in ranked if row["best"]}
            next_ = [row for row in ranked if not row["best"]][:1]
            rows.append(
                {
                    "corruption": WORDS[kind],
                    "exact": _shown(ranked[0]),
                    "next": "".join(f"{label(str(r['memory']))} {_shown(r)}" for r in next_) or "—",
                    "best": _crowd([name for name in names if name in best], names),
                }
            )
    return rows


def _shown(row: Row, digits: int = 3) -> str:
    return f"{float(row['exact']):.{digits}f}{_plus_minus(row['exact_se'], digits)}"


def _plus_minus(error: Any, digits: int) -> str:
    """A standard error behind its number; nothing for a single set of patterns, which has none."""
    return "" if math.isnan(error) else f" ± {error:.{digits}f}"


def _step(result: Result) -> str:
    alpha, steps = result.config["alpha"], result.config["attack_steps"]
    return f"{REACH / steps:g} ε" if alpha is None else f"{alpha:g}"


def _largest_error(result: Result, measure: str) -> str:
    errors = [float(row[f"{measure}_se"]) for row in result.rows]
    known = [error for error in errors if not math.isnan(error)]
    return f"Standard errors over sets are at most {max(known):.2f}." if known else ""
