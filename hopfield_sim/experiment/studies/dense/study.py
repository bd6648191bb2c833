"""How many patterns does a dense memory hold? One-step errors against P/N^{n−1} for n = 2, 3, 4;
against P/2^{N/2} for e^x, where recall from noisy cues is measured as well.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from hopfield_sim import checks, theory
from hopfield_sim.experiment.common.helpers import law, repeats
from hopfield_sim.experiment.studies.dense import QUESTION, SECONDS
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row, means, with_error
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study
from hopfield_sim.models import DenseMemory
from hopfield_sim.models.labels import label
from hopfield_sim.patterns import flip, random_patterns
from hopfield_sim.support.crossing import crossing

__all__ = ["EXPONENTIAL_SIZES", "LOADS", "ORDERS", "SIZES", "STUDY", "counts", "dense"]

SIZES = (50, 100, 200)

ORDERS = (2, 3, 4)

EXPONENTIAL_SIZES = (12, 16, 20)

LOADS = (0.4, 0.7, 1.0, 1.5, 2.0)
"""Numbers of patterns, in units of the capacity by the Gaussian law at the error ``LEVEL``."""

LEVEL = 0.005

EXPONENTIAL_LOADS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""In units of 2^{N/2}."""

FLIPPED = (0, 1, 2)

_LARGEST_ORDER = 6


@dataclass(frozen=True, eq=False)
class Dense(Study):
    r"""Measure the fraction of bits of stored patterns that change in one synchronous step.

    With F(x) = xⁿ the number of patterns runs over multiples of
    :math:`N^{n-1} / ((2n-3)!!\, z^2)`, Q(z) = 0.005, with F(x) = e^x over multiples of
    :math:`2^{N/2}`. Exponential memories also recall cues with 1 or 2 flipped bits, in
    one synchronous step or one asynchronous sweep.

    Returns
    -------
    Result
        Columns interaction, order (0 for e^x), n_neurons, n_patterns, load (P/N^{n−1}, or
        P/2^{N/2}), flipped (bits of the cue), update, networks, states, error (fraction of bits
        wrong after one sweep) with its standard error over networks, theory (its exact law) and
        gaussian (the limit of large N; both nan where there is none), retrieved (fraction of
        patterns without an error after that sweep) with its standard error.
        ``summary["capacity"]`` has the number of patterns at an error of 0.005 with its standard
        error over networks (``crossing.crossing``), beside that of both laws.

    References
    ----------
    D. Krotov, J. J. Hopfield, NeurIPS 29 (2016); M. Demircigil et al., J. Stat. Phys. 168, 288
    (2017).

    Examples
    --------
    >>> result = dense([9], [3], networks=2, exponential_sizes=[4], rng=0)
    >>> [row["n_patterns"] for row in result.rows if row["order"] == 3]
    [2, 3, 4, 6, 8]
    """

    name = "dense"
    question = QUESTION
    small = {"sizes": (30, 60), "orders": (2, 3), "networks": 20, "exponential_sizes": (16,)}
    seconds = SECONDS

    sizes: Sequence[int] = option(SIZES, kinds.integers(4), "numbers of neurons, N, of the powers")
    orders: Sequence[int] = option(ORDERS, kinds.integers(2, _LARGEST_ORDER), "powers, n")
    networks: int | None = repeats(
        "number of independent networks for each cell; by default more of small ones"
    )
    _: KW_ONLY
    exponential_sizes: Sequence[int] = option(
        EXPONENTIAL_SIZES, kinds.integers(2, 30), "numbers of neurons, N, of e^x"
    )
    states: int = option(
        250, kinds.integer(1), "largest number of patterns of each network that are tested"
    )

    def settle(self, config: Config) -> Config:
        """Check that the patterns of the largest network fit into memory."""
        for order in config["orders"]:
            n = config["sizes"][-1]
            most = counts(order, n)[-1]
            checks.memory(3 * n * most, f"{most} patterns of {n} neurons", "ask for smaller sizes")
        return config

    def cells(self) -> list[Cell]:
        """Return one cell for each curve (order and size); a network is tested at every load."""
        config = self.config
        grid = [(order, n) for order in config["orders"] for n in config["sizes"]]
        grid += [(0, n) for n in config["exponential_sizes"]]
        cells = []
        for order, n in grid:
            networks = config["networks"] or _networks(order, n, config["states"])
            cells.append(Cell({"order": order, "n_neurons": n}, networks))
        return cells

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Return the fractions of wrong bits and of exact patterns of one network at every load."""
        config = self.config
        order, n = cell["order"], cell["n_neurons"]
        word = "polynomial" if order else "exponential"
        numbers = counts(order, n)
        patterns = random_patterns(numbers[-1], n, rng=rng)
        errors, retrieved = [], []
        for condition in _conditions(order, numbers):
            memory = DenseMemory(word, order or 3, backend=config["backend"])
            memory.store(patterns[: condition["n_patterns"]])
            chosen = patterns[rng.permutation(condition["n_patterns"])[: config["states"]]]
            run = memory.recall(
                flip(chosen, count=condition["flipped"], rng=rng),
                update=condition["update"],
                max_sweeps=1,
                n_threads=1,
                rng=rng,
            )
            wrong = run.states != chosen
            errors.append(float(wrong.mean()))
            retrieved.append(float(1.0 - wrong.any(axis=1).mean()))
        return {"error": errors, "retrieved": retrieved}

    def gather(self, payloads: Payloads) -> Result:
        """Return means over networks beside theory, one row for each condition."""
        config = self.config
        rows: list[Row] = []
        capacities: list[Row] = []
        for cell, trials in zip(self.cells(), payloads, strict=True):
            order, n = int(cell.values["order"]), int(cell.values["n_neurons"])
            conditions = _conditions(order, counts(order, n))
            errors, retrieved = (
                means(trials, (name,), len(conditions)) for name in ("error", "retrieved")
            )
            for condition, wrong, right in zip(conditions, errors, retrieved, strict=True):
                p, laws = condition["n_patterns"], (math.nan, math.nan)
                if condition["flipped"] == 0 and condition["update"] == "sync":
                    laws = _laws(order, n, p)
                head: Row = {
                    "interaction": "polynomial" if order else "exponential",
                    "order": order,
                    "n_neurons": n,
                    "n_patterns": p,
                    "load": p / (n ** (order - 1) if order else 2 ** (n / 2)),
                    "flipped": condition["flipped"],
                    "update": condition["update"],
                    "networks": len(trials),
                    "states": min(p, config["states"]),
                }
                expected = dict(zip(("theory", "gaussian"), laws, strict=True))
                rows.append(head | wrong | expected | right)
            if order:
                capacities.append(
                    _capacity(order, n, [t["error"] for t in trials], config["states"])
                )
        summary = {"capacity": capacities, "level": LEVEL}
        return Result("dense", rows, config, summary, dims=("order", "n_neurons", "question"))

    @staticmethod
    def sentence(result: Result) -> str:
        """Summarise the capacity of the largest networks."""
        capacities = result.summary["capacity"]
        n = max(row["n_neurons"] for row in capacities)
        parts = [
            f"{with_error(row['capacity'], row['capacity_se'])} with n = {row['order']} (exact "
            f"law: {_number(row['theory'])}, limit of large N: {_number(row['gaussian'])})"
            for row in capacities
            if row["n_neurons"] == n
        ]
        text = (
            f"At {n} neurons {LEVEL:.1%} of the bits of the stored patterns change in one step "
            f"when so many are stored: {'; '.join(parts)}."
        )
        size = max(result.config["exponential_sizes"])
        spoilt = [row for row in result.rows if row["order"] == 0 and row["n_neurons"] == size]
        p = round(2 ** (size / 2))
        fractions = []
        for update in ("sync", "async"):
            mine = [row for row in spoilt if row["update"] == update and row["n_patterns"] == p]
            values = [f"{float(row['retrieved']):.2f}" for row in mine]
            fractions.append(f"{', '.join(values)} of them ({label(update)})")
        return (
            f"{text}\n\nWith F(x) = exp(x), {size} neurons hold 2^(N/2) = {p} patterns: one sweep "
            f"from cues with 0, 1 and 2 bits flipped gives back {' and '.join(fractions)}."
        )

    @staticmethod
    def page(result: Result) -> Pages:
        """Return figures of errors, capacities and noisy cues, with theory."""
        from hopfield_sim.plotting import dense as draw

        table = [
            {
                "n": row["order"],
                "N": row["n_neurons"],
                "patterns at 0.5 % errors": with_error(row["capacity"], row["capacity_se"]),
                "exact law": _number(row["theory"]),
                "limit of large N": _number(row["gaussian"]),
                "patterns / N^(n-1)": _number(
                    row["capacity"] / row["n_neurons"] ** (row["order"] - 1)
                ),
            }
            for row in result.summary["capacity"]
        ]
        caption = (
            "One-step errors of dense memories against their load, with the exact law of the noise "
            "(lines) and its Gaussian limit (dashed); the number of patterns at 0.5 % errors "
            "against N; and recall of corrupted cues by exponential memories. Bars are standard "
            "errors over networks; an open triangle is the 95 % upper limit, three in all bits "
            "tested, where none was wrong."
        )
        return Pages(
            "Dense memories: many more patterns than neurons",
            figures=[("dense", caption, draw(result))],
            tables=[("How many patterns at 0.5 % of one-step errors", table)],
        )


dense = function(Dense)

STUDY = Dense


def _networks(order: int, n: int, states: int) -> int:
    """Return the number of networks, 4 to 200: about the same work for every cell."""
    looked_at = sum(min(p, states) * p for p in counts(order, n))
    return max(4, min(200, round(4.0 / (3e-3 + 4e-10 * n * looked_at))))


def counts(order: int, n_neurons: int) -> list[int]:
    """Return the numbers of patterns of a curve; order 0 is the exponential.

    Examples
    --------
    >>> counts(3, 100), counts(0, 20)
    ([201, 352, 502, 754, 1005], [256, 512, 1024, 2048, 4096])
    """
    if order == 0:
        return [max(2, round(load * 2 ** (n_neurons / 2))) for load in EXPONENTIAL_LOADS]
    scale = theory.dense_capacity(n_neurons, order, LEVEL)
    return [max(2, round(load * scale)) for load in LOADS]


def _conditions(order: int, numbers: Sequence[int]) -> list[dict[str, Any]]:
    """Return the conditions of the tests of a network: every load by synchronous steps;
    exponential memories at 2^{N/2} patterns also from noisy cues.
    """
    conditions: list[dict[str, Any]] = [
        {"n_patterns": p, "flipped": 0, "update": "sync"} for p in numbers
    ]
    if order == 0:
        middle = numbers[EXPONENTIAL_LOADS.index(1.0)]
        for update in ("sync", "async"):
            for count in FLIPPED[1 if update == "sync" else 0 :]:
                conditions.append({"n_patterns": middle, "flipped": count, "update": update})
    return conditions


def _laws(order: int, n: int, p: int) -> tuple[float, float]:
    """Return the exact law of the one-step error, and its limit for large N."""
    if order == 0:
        return law("exponential_error", n, p), math.nan
    exact = law("one_step_error", n, p, order=order)
    return exact, law("one_step_error", n, p, order=order, exact=False)


def _capacity(order: int, n: int, errors: Sequence[Sequence[float]], states: int) -> Row:
    """Return the number of patterns at which the error is LEVEL, measured and by both laws."""
    p = counts(order, n)
    exact = [[law("one_step_error", n, count, order=order) for count in p]]
    bits = max(1, len(errors)) * n * min(p[0], states)
    measured, error = _crossing(p, errors, 0.5 / bits)
    return {
        "order": order,
        "n_neurons": n,
        "capacity": measured,
        "capacity_se": error,
        "theory": math.nan if math.isnan(exact[0][0]) else _crossing(p, exact, 1e-12)[0],
        "gaussian": float(theory.dense_capacity(n, order, LEVEL)),
    }


def _crossing(
    p: Sequence[float], errors: Sequence[Sequence[float]], resolution: float
) -> tuple[float, float]:
    """Return where errors (K, L) reach LEVEL, with its standard error; nan where they do not.

    Over 1/√P: there the Gaussian law is a straight line on the scale of ``crossing``.

    Examples
    --------
    >>> from statistics import NormalDist
    >>> law = NormalDist().cdf
    >>> round(_crossing([9, 100], [[law(-10 / 3), law(-1.0)]], 1e-9)[0], 6)  # 0.005 = Q(2.5758)
    15.071825
    """
    reached = crossing([count**-0.5 for count in p], errors, LEVEL, resolution=resolution)
    return reached.value**-2, 2 * reached.value**-3 * reached.error


def _number(value: float) -> str:
    """Format a number to three digits."""
    return with_error(value, math.nan)
