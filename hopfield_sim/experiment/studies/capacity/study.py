"""How many patterns can a network hold? The fraction retrieved against their number, for ten sizes.

One network learns pattern after pattern and is probed at every load of its curve, so a curve costs
no more than its last point.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import theory
from hopfield_sim.experiment.common import probe
from hopfield_sim.experiment.common.given import independent
from hopfield_sim.experiment.common.given import rows as rows_given
from hopfield_sim.experiment.common.helpers import span
from hopfield_sim.experiment.studies.capacity import QUESTION, SECONDS
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row, means, with_error
from hopfield_sim.experiment.sweeps.study import Payload, Payloads
from hopfield_sim.models.labels import label
from hopfield_sim.rules import RULES
from hopfield_sim.support.crossing import crossing

__all__ = ["SIZES", "STUDY", "capacity", "loads", "scale"]

SIZES = (10, 18, 34, 63, 116, 215, 397, 733, 1354, 2500)

LEVEL = 0.9
"""The capacity is where the fraction retrieved falls to this. At the law's N/(2 ln N) patterns of
a Hebbian network theory has exp(−1/√(4π ln N)) of them as fixed points, 0.90 for N in thousands:
at another level the law, which is that of N to infinity, would be off by more.
"""


@dataclass(frozen=True, eq=False)
class Capacity(probe.Probed):
    r"""Measure the fraction of patterns retrieved against their number t, by size and rule.

    t runs over ``linspace(0.5 C, 2 C, loads).astype(int)``, C the capacity that theory expects of
    random patterns (of given ones over ``geomspace(1, min(P, 2 C), loads).round()``),

    .. math:: C_{Hebbian} = N/(2 \ln N), \qquad C_{Storkey} = N/\sqrt{2 \ln N} .

    A cue is a stored pattern with ⌊flipped·N⌋ distinct bits flipped; synchronous updates, a field
    of 0 gives +1; a cue is retrieved when its final state equals the pattern in every bit.

    Returns
    -------
    Result
        Columns rule, n_neurons, n_patterns, load = t/N, flipped (bits), networks, states (cues a
        network), retrieved and overlap with standard errors over networks. ``summary["capacity"]``
        has the t at which 0.9 are retrieved with its standard error over networks
        (``crossing.crossing``; nan where the curve stays on one side), the loads ``low`` and
        ``high`` around it (0 and inf at the ends) and C, as ``expected``, by rule and size.

    References
    ----------
    McEliece, Posner, Rodemich, Venkatesh, IEEE Trans. Inf. Theory 33, 461 (1987); Storkey, ICANN
    1997, LNCS 1327, 451.

    Examples
    --------
    >>> result = capacity(sizes=[9], rules=["hebbian"], networks=2, rng=0)
    >>> [row["n_patterns"] for row in result.rows]
    [1, 1, 1, 2, 2, 2, 3, 3, 3, 4]
    """

    name = "capacity"
    question = QUESTION
    small = {"sizes": SIZES[:6], "networks": 16}
    seconds = SECONDS
    budget = (8, 12000)

    sizes: Sequence[int] = option(SIZES, kinds.integers(3), "numbers of neurons, N")
    _: KW_ONLY
    loads: int = option(10, kinds.integer(2), "number of points of a curve")
    states: int = option(
        100,
        kinds.integer(1),
        "number of cues for each network and load, spread evenly over the stored patterns",
    )
    flipped: float = option(0.2, kinds.real(0, 1), "fraction of the bits of a cue that are flipped")

    def trials(self, cell: Mapping[str, Any], rngs: Sequence[np.random.Generator]) -> list[Payload]:
        """Measure several networks of one rule and size."""
        config = self.config
        n = cell["n_neurons"]
        counts = self._counts(cell["rule"], n)
        flipped = [math.floor(config["flipped"] * n + 1e-9)] * len(counts)
        sums = probe.overlaps(cell["rule"], config, n, counts, flipped, rngs)
        measured = zip(
            (sums == n).mean(axis=2).tolist(), (sums.mean(axis=2) / n).tolist(), strict=True
        )
        return [{"retrieved": retrieved, "overlap": overlap} for retrieved, overlap in measured]

    def _counts(self, rule: str, n_neurons: int) -> list[int]:
        """Numbers of patterns of a curve; of given ones evenly on a logarithmic scale."""
        given, points = rows_given(self.config), self.config["loads"]
        if given is None:
            return loads(rule, n_neurons, points).tolist()
        most = min(len(given), max(2 * scale(rule, n_neurons), 1.0))
        return np.geomspace(1, most, points).round().astype(int).tolist()

    def gather(self, payloads: Payloads) -> Result:
        """Return means over networks, one row for each rule, size and load."""
        config = self.config
        rows: list[Row] = []
        capacities: list[Row] = []
        for cell, trials in zip(self.cells(), payloads, strict=True):
            rule, n = cell.values["rule"], cell.values["n_neurons"]
            counts = self._counts(rule, n)
            rows += [
                {
                    "rule": rule,
                    "n_neurons": n,
                    "n_patterns": t,
                    "load": t / n,
                    "flipped": math.floor(config["flipped"] * n + 1e-9),
                    "networks": len(trials),
                    "states": config["states"],
                }
                | measured
                for t, measured in zip(
                    counts, means(trials, ("retrieved", "overlap"), len(counts)), strict=True
                )
            ]
            held = crossing(counts, np.array([p["retrieved"] for p in trials]), LEVEL)
            capacities.append(
                {
                    "rule": rule,
                    "n_neurons": n,
                    "capacity": held.value,
                    "capacity_se": held.error,
                    "low": held.low,
                    "high": held.high,
                    "expected": scale(rule, n) if self._has_law(rule) else math.nan,
                }
            )
        summary = {"capacity": capacities, "level": LEVEL}
        return Result("capacity", rows, config, summary, dims=("rule", "n_neurons", "load_index"))

    def _has_law(self, rule: str) -> bool:
        known = rule in RULES and RULES[rule].law is not None
        return known and independent(self.config)

    @staticmethod
    def sentence(result: Result) -> str:
        """Summarise the capacity of the largest network."""
        capacities = result.summary["capacity"]
        n = max(row["n_neurons"] for row in capacities)
        largest = [row for row in capacities if row["n_neurons"] == n]
        listed = " and ".join(
            f"{held(row)} with the {label(row['rule'])} rule"
            + (f" (theory: {row['expected']:.0f})" if row["expected"] == row["expected"] else "")
            for row in largest
        )
        text = (
            f"With {result.config['flipped']:.0%} of the bits of every cue flipped, a network of "
            f"{n} neurons gives back {LEVEL:.0%} of its patterns, every bit right, when it has "
            f"stored {listed}."
        )
        by_rule = {row["rule"]: row["capacity"] for row in largest}
        ratio = by_rule.get("storkey", math.nan) / by_rule.get("hebbian", math.nan)
        if not math.isnan(ratio):
            text += f" Storkey's rule holds {ratio:.1f} times as many as Hebb's."
        return text

    @staticmethod
    def page(result: Result) -> Pages:
        """Return the figures and tables, with captions."""
        from hopfield_sim.plotting import capacity, overlap_by_load

        config = result.config
        caption = (
            f"Fraction of patterns retrieved exactly against their number, {config['flipped']:.0%} "
            f"of the bits flipped, {span(config['networks'])} networks a point with "
            f"{config['states']} cues each; and the capacity, where {LEVEL:.0%} are retrieved, "
            "against N with its law. At N/(2 ln N) patterns of a large Hebbian network theory has "
            "exp(−1/√(4π ln N)) of them as fixed points, 90% in thousands of neurons: that is why "
            "the two belong together. The dashed curves are for fixed points alone. From flipped "
            "cues recall stays below them, in networks of some ten neurons far below: there a few "
            "flips already lead elsewhere."
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
                    "Overlap with the wanted pattern at the end of the same recalls, against the "
                    "load. Past the critical load a large Hebbian network drifts away from its "
                    "patterns; the theory (Amit, Gutfreund and Sompolinsky) is for starts at the "
                    "pattern itself.",
                    overlap_by_load(result),
                ),
            ],
            tables=[("Capacity by size and rule, beside the law it should follow", table)],
        )


capacity = function(Capacity)

STUDY = Capacity


def scale(rule: str, n_neurons: int) -> float:
    """Return C, around which the loads lie; N/4 for rules that have no such law.

    Examples
    --------
    >>> round(scale("hebbian", 2500), 1), round(scale("storkey", 2500), 1)
    (159.8, 632.0)
    """
    law = RULES[rule].law if rule in RULES else None
    return n_neurons / 4 if law is None else float(theory.capacity(n_neurons, law))


def loads(rule: str, n_neurons: int, n_loads: int = 10) -> NDArray[np.int_]:
    """Return the numbers of patterns of a curve; for small networks some are equal.

    Examples
    --------
    >>> loads("storkey", 10)
    array([2, 3, 3, 4, 5, 6, 6, 7, 8, 9])
    """
    c = scale(rule, n_neurons)
    return np.maximum(np.linspace(0.5 * c, 2 * c, n_loads).astype(int), 1)


def held(row: Mapping[str, Any]) -> str:
    """Format the capacity of a row of ``summary["capacity"]``.

    Examples
    --------
    >>> held({"capacity": 163.97, "capacity_se": 1.24}), held({"capacity": 1.5, "capacity_se": 0.1})
    ('164.0 ± 1.2', '1.50 ± 0.10')
    >>> held({"capacity": math.nan, "low": 12.0, "high": math.inf})
    'more than 12'
    """
    if math.isnan(row["capacity"]):
        if math.isinf(row["high"]):
            return f"more than {row['low']:.0f}"
        return "an unknown number" if math.isnan(row["high"]) else f"fewer than {row['high']:.0f}"
    return with_error(row["capacity"], row["capacity_se"])
