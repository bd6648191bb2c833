"""Ranking of memories by corruption, with those that do not differ significantly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hopfield_sim.experiment.studies.robust.corruptions import levels
from hopfield_sim.experiment.sweeps.result import Row, mean_and_error
from hopfield_sim.experiment.sweeps.study import Config

__all__ = ["costs", "ranking", "tied"]

WITHIN = 2.0
"""Standard errors of a difference up to which two memories are tied."""


def ranking(config: Config, payloads: Mapping[tuple[str, str], Mapping[int, Any]]) -> list[Row]:
    """Rank the memories by exact recall, for each data set and corruption.

    Parameters
    ----------
    payloads : mapping
        (data, memory) → network → payload, with one ``exact`` for each level.

    Returns
    -------
    list of dict
        data, corruption, memory, exact (mean over strengths and networks) with its standard error,
        best (1 for those that are best, alone or tied), in falling order of exact.
    """
    rows: list[Row] = []
    start = 0
    for kind, strengths in config["strengths"]:
        stop = start + len(strengths)
        for data in config["data"]:
            scores = {
                memory: {
                    network: sum(payload["exact"][start:stop]) / (stop - start)
                    for network, payload in payloads[data, memory].items()
                }
                for memory in config["memories"]
                if (data, memory) in payloads
            }
            best = tied(scores)
            for memory in sorted(scores, key=lambda name: -_mean(scores[name])[0]):
                mean, error = _mean(scores[memory])
                row: Row = {"data": data, "corruption": kind, "memory": memory}
                rows.append(row | {"exact": mean, "exact_se": error, "best": int(memory in best)})
        start = stop
    return rows


def costs(config: Config, payloads: Mapping[tuple[str, str], Mapping[int, Any]]) -> list[Row]:
    """Return the cost of FGSM at the largest ε in exact recall, beyond random signs of that ε.

    Parameters
    ----------
    payloads : mapping
        As in ``ranking``; payloads have ``loss`` as well.

    Returns
    -------
    list of dict
        data, memory, start ("" from the pattern, "flip+" from a flipped cue), epsilon, random and
        fgsm (exact recall), cost (their difference, paired by set) with its standard error, and
        the mean loss of the first step, random_loss and fgsm_loss.
    """
    places = {(kind, strength): place for place, (kind, strength) in enumerate(levels(config))}
    rows: list[Row] = []
    for (data, memory), sets in payloads.items():
        for start in ("", "flip+"):
            epsilon = config["epsilons"][-1]
            here = {kind: places[f"{start}{kind}", epsilon] for kind in ("random", "fgsm")}
            row: Row = {"data": data, "memory": memory, "start": start, "epsilon": epsilon}
            for kind, place in here.items():
                row[kind] = mean_and_error([one["exact"][place] for one in sets.values()])[0]
                row[f"{kind}_loss"] = mean_and_error([p["loss"][place] for p in sets.values()])[0]
            row["cost"], row["cost_se"] = mean_and_error(
                [p["exact"][here["random"]] - p["exact"][here["fgsm"]] for p in sets.values()]
            )
            rows.append(row)
    return rows


def tied(scores: Mapping[str, Mapping[int, float]]) -> list[str]:
    """Return the best, and all that are worse by at most twice the error of the difference.

    All memories have the same patterns and cues, so differences are paired by set.

    Examples
    --------
    >>> tied({"a": {0: 1.0, 1: 0.9}, "b": {0: 0.9, 1: 1.0}, "c": {0: 0.1, 1: 0.2}})
    ['a', 'b']
    """
    if not scores:
        return []
    best = max(scores, key=lambda name: _mean(scores[name])[0])
    return [name for name in scores if _level(scores[best], scores[name])]


def _level(best: Mapping[int, float], other: Mapping[int, float]) -> bool:
    common = [network for network in best if network in other]
    mean, error = mean_and_error([best[network] - other[network] for network in common])
    return mean <= WITHIN * error or mean == 0


def _mean(score: Mapping[int, float]) -> tuple[float, float]:
    return mean_and_error(list(score.values()))
