"""How spoilt may a cue be? The fraction retrieved against the fraction of bits flipped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np

from hopfield_sim import checks
from hopfield_sim.experiment.studies import arguments, probe
from hopfield_sim.experiment.sweeps.result import Result, Row, mean_and_error
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study
from hopfield_sim.experiment.sweeps.sweep import answer
from hopfield_sim.labels import label

__all__ = ["FRACTIONS", "SIZES", "STUDY", "robustness"]

SIZES = (10, 18, 34, 63, 116, 215, 397, 733, 1354, 2500)
FRACTIONS = tuple(np.linspace(0, 1, 20).tolist())
LEVEL = 0.9
"""Recall has died where less than this fraction is retrieved."""


@checks.by_name
def robustness(
    sizes: Sequence[int] = SIZES,
    rules: Sequence[str] = ("hebbian", "storkey"),
    networks: int | None = None,
    *,
    n_patterns: int = 2,
    fractions: Sequence[float] = FRACTIONS,
    states: int = 10,
    max_sweeps: int = 100,
    backend: str = "auto",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
    rng: int | np.random.Generator | None = None,
) -> Result:
    """Measure the fraction of patterns retrieved against the fraction of their bits flipped.

    Synchronous updates, a field of 0 gives +1; retrieved when the end equals the pattern in every
    bit. Past one half the cue is nearer to the pattern's negative, which the network holds just as
    well.

    Parameters
    ----------
    sizes : sequence of int
        Numbers of neurons N.
    rules : sequence of str
        Of "hebbian", "storkey", "pseudoinverse", "perceptron".
    networks : int, optional
        Independent networks a size and rule; more for small ones when not given.
    n_patterns : int
        Patterns stored.
    fractions : sequence of float
        Fractions of the bits to flip, 0 to 1; ⌊fraction·N⌋ distinct bits.
    states : int
        Cues for each network and fraction, spread evenly over the patterns.
    max_sweeps : int
        Steps after which a cue that moves still is given up.
    backend, workers, executor, progress, rng
        As in ``capacity``.

    Returns
    -------
    Result
        Columns rule, n_neurons, n_patterns, flipped (bits), fraction, networks, retrieved with its
        standard error over networks. ``summary["death"]`` has the first fraction tried with less
        than 0.9 retrieved, ``death`` (nan if there is none), and the one before, ``alive``: the
        step between them is all that the table tells, by rule and size.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For arguments that make no sense.

    Examples
    --------
    >>> result = robustness([9], ["hebbian"], 2, n_patterns=1, fractions=[0, 1], rng=0)
    >>> [row["retrieved"] for row in result.rows]
    [1.0, 0.0]
    """
    config = configure(
        sizes, rules, networks, n_patterns, fractions, states, max_sweeps, backend, rng
    )
    return answer(STUDY, config, workers=workers, executor=executor, progress=progress)


def configure(
    sizes: Sequence[int] = SIZES,
    rules: Sequence[str] = ("hebbian", "storkey"),
    networks: int | None = None,
    n_patterns: int = 2,
    fractions: Sequence[float] = FRACTIONS,
    states: int = 10,
    max_sweeps: int = 100,
    backend: str = "auto",
    rng: int | np.random.Generator | None = None,
) -> Config:
    """Judge the arguments of ``robustness``."""
    sizes = arguments.sizes(sizes)
    return {
        "sizes": sizes,
        "rules": arguments.rules(rules),
        "networks": arguments.networks(networks, sizes, _networks),
        "n_patterns": arguments.count(n_patterns, "n_patterns"),
        "fractions": arguments.fractions(fractions),
        "states": arguments.count(states, "states"),
        "max_sweeps": checks.integer(max_sweeps, "max_sweeps", minimum=1),
        "backend": arguments.backend(backend),
        "seed": arguments.seed(rng),
    }


def _networks(n_neurons: int) -> int:
    """Small networks differ more from each other, and cost less."""
    return max(10, min(200, 20000 // n_neurons))


def cells(config: Config) -> list[Cell]:
    """One cell a curve: rule and size."""
    return [
        Cell({"rule": rule, "n_neurons": n}, count, _cost(rule, n))
        for rule in config["rules"]
        for n, count in zip(config["sizes"], config["networks"], strict=True)
    ]


def _cost(rule: str, n: int) -> float:
    return 1e-4 + 4e-7 * n if rule == "hebbian" else 4e-3 + 4e-8 * n**2


def trial(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """One network; its fraction retrieved at each fraction flipped."""
    return trials(config, cell, [rng])[0]


def trials(
    config: Config, cell: Mapping[str, Any], rngs: Sequence[np.random.Generator]
) -> list[Payload]:
    """Several networks of one rule and size."""
    n = cell["n_neurons"]
    flipped = [math.floor(fraction * n + 1e-9) for fraction in config["fractions"]]
    counts = [config["n_patterns"]] * len(flipped)
    sums = probe.overlaps(cell["rule"], config, n, counts, flipped, rngs)
    return [{"retrieved": retrieved} for retrieved in (sums == n).mean(axis=2).tolist()]


def gather(config: Config, payloads: Payloads) -> Result:
    """Means over networks, one row a rule, size and fraction."""
    rows: list[Row] = []
    deaths: list[Row] = []
    for cell, trials in zip(cells(config), payloads, strict=True):
        rule, n = cell.values["rule"], cell.values["n_neurons"]
        alive = death = math.nan
        for index, fraction in enumerate(config["fractions"]):
            retrieved, error = mean_and_error([p["retrieved"][index] for p in trials])
            if math.isnan(death):
                alive, death = (alive, fraction) if retrieved < LEVEL else (fraction, death)
            rows.append(
                {
                    "rule": rule,
                    "n_neurons": n,
                    "n_patterns": config["n_patterns"],
                    "flipped": math.floor(fraction * n + 1e-9),
                    "fraction": fraction,
                    "networks": len(trials),
                    "retrieved": retrieved,
                    "retrieved_se": error,
                }
            )
        deaths.append({"rule": rule, "n_neurons": n, "alive": alive, "death": death})
    summary = {"death": deaths, "level": LEVEL}
    return Result("robustness", rows, config, summary, dims=("rule", "n_neurons", "fraction"))


def sentence(result: Result) -> str:
    """Say where recall dies in the smallest and in the largest network."""
    deaths = result.summary["death"]
    sizes = sorted({row["n_neurons"] for row in deaths})
    parts = []
    for rule in result.config["rules"]:
        mine = {row["n_neurons"]: row for row in deaths if row["rule"] == rule}
        ends = " and ".join(
            f"{_between(mine[n])} at N = {n}" for n in dict.fromkeys((sizes[0], sizes[-1]))
        )
        parts.append(f"{label(rule)}: {ends}")
    known = [row["death"] for row in deaths if not math.isnan(row["death"])]
    text = (
        f"With {result.config['n_patterns']} patterns stored, fewer than {LEVEL:.0%} of the cues "
        f"find back from a fraction of flipped bits on that is {'; '.join(parts)}."
    )
    if known and max(known) <= 0.6:
        text += (
            " No size stands much more than one half: beyond it a cue is nearer to the pattern's "
            "negative, which is an attractor just as deep."
        )
    return text


def _between(row: Mapping[str, Any]) -> str:
    """The step in which recall dies."""
    if math.isnan(row["death"]):
        return "none that was tried"
    if math.isnan(row["alive"]):
        return f"{row['death']:.0%} or less"
    return f"between {row['alive']:.0%} and {row['death']:.0%}"


STUDY = Study(
    name="robustness",
    question="How spoilt may a cue be? Two patterns stored, none to all of the bits flipped",
    configure=configure,
    quick={"sizes": SIZES[:6], "networks": 16},
    cells=cells,
    trial=trial,
    trials=trials,
    gather=gather,
    sentence=sentence,
    options=frozenset({"sizes", "rules", "trials"}),
    seconds=5,
)
