"""Where do networks remember? The overlap after relaxation by load and another direction.

A trial is one network at one load, which is taken to every temperature: from its patterns and from
cues, in one batch; likewise to every fraction of flipped bits. The other directions make a memory
for each point. Two blocks of sweeps after a first one say whether it had relaxed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment.common.given import Patterned, fitting, independent
from hopfield_sim.experiment.common.helpers import room
from hopfield_sim.experiment.studies.phase import QUESTION, SECONDS
from hopfield_sim.experiment.studies.phase.directions import DIRECTIONS, Direction
from hopfield_sim.experiment.studies.phase.relaxation import relaxed, settled
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row, mean_and_error, with_error
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads
from hopfield_sim.models.dense.interactions import HIGHEST_ORDER
from hopfield_sim.models.labels import label
from hopfield_sim.patterns import flip

__all__ = ["STUDY", "phase"]

_NEURONS = 8000
"""Number of neurons of all networks of a point, if there are from 4 to 16 of them."""


@dataclass(frozen=True, eq=False)
class Phase(Patterned):
    r"""Measure the overlap with a pattern after relaxation, by load and another direction.

    Against the ``temperature``, the fraction of bits that are flipped in a cue (``flips``) or the
    ``activity`` of the patterns, P = load·N random patterns (rounded, at least one) are stored by a
    learning rule. Against the ``order`` n of a dense memory with an ``interaction`` P =
    load·N^{n−1}, against ``beta`` (in units of 1/N) P = load·N in a modern network with a
    ``similarity``.

    A state starts in a pattern ("pattern"), or in a cue of it with a fraction ``flipped`` of its
    bits flipped ("cue", the only start against ``flips``), and makes 3 blocks of ``sweeps``
    asynchronous heat-bath sweeps, or steps of a modern network. The overlap is averaged over the
    last block. A point is settled if the second block agrees with it: if the mean difference over
    all states is at most 4 of its standard errors, or 0.002. Of biased patterns, against
    ``activity``, the overlap is the correlation over neurons, which is 0 for unrelated states.

    Returns
    -------
    Result
        Columns n_neurons, load, temperature (or another direction), start, n_patterns, networks,
        states (of each network), sweeps (of a block), overlap with its standard error overlap_se
        over networks, settled. The networks of a load are the same at all temperatures, fractions
        of flipped bits and starts. ``summary["unsettled"]`` is the number of points that are not
        settled.

    References
    ----------
    D. J. Amit, H. Gutfreund, H. Sompolinsky, Annals of Physics 173, 30 (1987).

    Examples
    --------
    >>> result = phase(sizes=[50], loads=[0.04], temperatures=[0.2, 2], networks=2, rng=0)
    >>> [(row["temperature"], row["start"], round(row["overlap"], 1)) for row in result.rows]
    [(0.2, 'pattern', 1.0), (0.2, 'cue', 1.0), (2.0, 'pattern', 0.0), (2.0, 'cue', 0.0)]
    """

    name = "phase"
    question = QUESTION
    small = {"sizes": (100,), "networks": 6}
    large = {"sizes": (1000, 3000, 10_000)}
    seconds = SECONDS

    sizes: Sequence[int] | None = option(
        None,
        kinds.one_or_default(kinds.integers(3)),
        "numbers of neurons, N; by default 1000, 100 against order, 200 against beta",
    )
    loads: Sequence[float] | None = option(
        None,
        kinds.one_or_default(kinds.reals(above=0)),
        "loads P/N, against order P/N^(n - 1); by default eight of each direction",
    )
    temperatures: Sequence[float] = option(
        (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 1.05, 1.2), kinds.reals(0), "temperatures T"
    )
    rule: str = option("hebbian", kinds.learning_rule(), "learning rule")
    networks: int | None = option(
        None,
        kinds.one_or_default(kinds.integer(1)),
        "number of independent networks for each size and load; by default more of small ones",
        name="trials",
    )
    _: KW_ONLY
    against: str = option("temperature", kinds.choice(DIRECTIONS), "what is varied beside the load")
    flips: Sequence[float] = option(
        (0.0, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45),
        kinds.reals(0, 1),
        "fractions of flipped bits, against flips",
    )
    activities: Sequence[float] = option(
        (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8),
        kinds.reals(0, 1),
        "probabilities of +1 in a pattern, against activity",
    )
    orders: Sequence[int] = option(
        (2, 3, 4), kinds.integers(2, HIGHEST_ORDER), "orders n of dense memories, against order"
    )
    betas: Sequence[float] = option(
        (2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 16.0, 20.0),
        kinds.reals(above=0),
        "β of modern networks, in units of 1/N, against beta",
    )
    interaction: str = option(
        "polynomial",
        kinds.one(kinds.interactions()),
        "interaction of dense memories, against order",
    )
    similarity: str = option(
        "dot", kinds.one(kinds.similarities()), "similarity of modern networks, against beta"
    )
    temperature: float = option(
        0.0, kinds.real(0), "temperature T, against flips, activity or order"
    )
    flipped: float = option(
        0.25, kinds.real(0, 1), "fraction of the bits of a cue that are flipped"
    )
    states: int = option(2, kinds.integer(1), "number of patterns tried in each network")
    sweeps: int = option(60, kinds.integer(1), "number of sweeps of a block; there are three")

    @property
    def direction(self) -> Direction:
        """What is varied beside the load."""
        return DIRECTIONS[self.config["against"]]

    def settle(self, config: Config) -> Config:
        """Set sizes, loads, and the number of networks of each size."""
        config = super().settle(config)
        against = config["against"]
        if against == "activity" and not independent(config):
            raise InvalidInputError(
                "against activity the patterns are random, of every one of activities; give "
                "patterns, activity and correlation against another one"
            )
        usual = DIRECTIONS[against]
        config["sizes"] = config["sizes"] or [usual.size]
        config["loads"] = config["loads"] or list(usual.loads)
        largest, value = config["sizes"][-1], config[usual.field][-1]
        config["loads"] = fitting(config, "loads", lambda load: usual.count(load, largest, value))
        room([(usual.count(config["loads"][-1], largest, value), largest)], itemsize=1)
        networks = config["networks"]
        several = [min(max(_NEURONS // n, 4), 16) for n in config["sizes"]]
        config["networks"] = several if networks is None else [networks] * len(several)
        return config

    def cells(self) -> list[Cell]:
        """Return one cell for each size and load."""
        config = self.config
        return [
            Cell({"n_neurons": n, "load": load}, count)
            for n, count in zip(config["sizes"], config["networks"], strict=True)
            for load in config["loads"]
        ]

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Return the overlaps of one network in the last two blocks, at every point of a load."""
        config, way = self.config, self.direction
        against, n = config["against"], cell["n_neurons"]
        memory: Any = None
        pairs: dict[str, list[Any]] = {start: [] for start in way.starts}
        for value in config[way.field]:
            other = memory is None or way.anew
            if other:
                patterns = way.patterns(config, way.count(cell["load"], n, value), n, value, rng)
                memory = way.memory(config, patterns, value)
                wanted = patterns[: config["states"]]
            if other or way.own_cues:
                fraction = value if way.own_cues else config["flipped"]
                cues = flip(wanted, fraction=fraction, rng=rng)
            starts = [{"pattern": wanted, "cue": cues}[start] for start in pairs]
            found = relaxed(
                memory,
                np.concatenate(starts),
                np.concatenate([wanted] * len(starts)),
                sweeps=config["sweeps"],
                temperature=value if against == "temperature" else config["temperature"],
                biased=against == "activity",
                rng=rng,
            )
            for start, mine in zip(pairs, found.reshape(len(starts), -1, 2), strict=True):
                pairs[start].append(mine.tolist())
        return pairs

    def gather(self, payloads: Payloads) -> Result:
        """Return means over networks, one row for each size, load, value and start."""
        config = self.config
        against = config["against"]
        rows: list[Row] = []
        for cell, trials in zip(self.cells(), payloads, strict=True):
            n, load = cell.values["n_neurons"], cell.values["load"]
            for index, value in enumerate(config[self.direction.field]):
                p = self.direction.count(load, n, value)
                for start in self.direction.starts:
                    pairs = [np.array(trial[start][index]) for trial in trials]
                    overlap, overlap_se = mean_and_error([float(p[:, 1].mean()) for p in pairs])
                    rows.append(
                        {
                            "n_neurons": n,
                            "load": load,
                            against: value,
                            "start": start,
                            "n_patterns": p,
                            "networks": len(trials),
                            "states": min(config["states"], p),
                            "sweeps": config["sweeps"],
                            "overlap": overlap,
                            "overlap_se": overlap_se,
                            "settled": settled(np.concatenate(pairs)) if pairs else False,
                        }
                    )
        summary = {"unsettled": sum(not row["settled"] for row in rows)}
        dims = ("n_neurons", "load", against, "start")
        return Result(self.name, rows, config, summary, dims=dims)

    @staticmethod
    def sentence(result: Result) -> str:
        """Compare the overlaps of the largest networks with theory."""
        config, rows = result.config, result.rows
        n, way = max(config["sizes"]), DIRECTIONS[config["against"]]
        start = way.starts[0]
        kept = [row for row in rows if row["n_neurons"] == n and row["start"] == start]
        compared = [(float(row["overlap"]), expected(row, config)) for row in kept]
        inside = [(m, law) for m, law in compared if law > 0 and not math.isnan(m)]
        whose = ""
        if way.kind == "rule" or config[way.kind] != way.usual:
            whose = f" with the {label(config[way.kind])} {way.kind}"
        text = (
            f"Started in a {start}, networks of {n} neurons{whose} keep an overlap above 0.5 at "
            f"{sum(m > 0.5 for m, _ in compared)} of {len(kept)} points of load and {way.words}."
        )
        if inside:
            apart = math.sqrt(math.fsum((m - law) ** 2 for m, law in inside) / len(inside))
            text += (
                f" At the {len(inside)} points where theory, for N → ∞, has "
                f"retrieval states, overlaps differ from its by {apart:.3f}, root mean square."
            )
        unsettled = result.summary["unsettled"]
        return text + (
            f" {unsettled} of {len(rows)} points had not relaxed: two blocks of "
            f"{config['sweeps']} sweeps differ by more than their error."
            if unsettled
            else " Every point had relaxed."
        )

    @staticmethod
    def page(result: Result) -> Pages:
        """Return the figures and tables, with captions."""
        from hopfield_sim.plotting import overlap_by_temperature, phase_diagram

        config = result.config
        n = max(config["sizes"])
        way = DIRECTIONS[config["against"]]
        start, *others = way.starts
        flipped = f"{config['flipped']:.0%} of its bits flipped"
        begun = f"from the pattern itself and from a cue with {flipped}" if others else "from cues"
        caption = (
            f"Overlap with the pattern after relaxation, {begun}; crosses mark points that had not "
            f"relaxed after three blocks of {config['sweeps']} sweeps. {way.lines}"
        )
        curves = (
            f"The same overlaps against the {way.words}: points from the {start}, with standard "
            "errors over networks, dotted from the cue; dashed: theory, where there is one. Open "
            "points had not relaxed."
        )
        return Pages(
            "Phases: where does a network remember?",
            figures=[
                ("phase", caption, phase_diagram(result)),
                ("phase-overlap", curves, overlap_by_temperature(result)),
            ],
            tables=[
                (f"Overlap from the {start}, N = {n}; in brackets theory, if any", table(result))
            ],
        )


phase = function(Phase)

STUDY = Phase


def expected(row: Mapping[str, Any], config: Mapping[str, Any]) -> float:
    """Return the overlap of theory's state near a pattern; nan where there is no theory."""
    way = DIRECTIONS[config["against"]]
    random = independent(config) and config[way.kind] == way.usual
    return way.law(row, config["temperature"]) if way.law and random else math.nan


def table(result: Result) -> list[dict[str, Any]]:
    """Return the overlaps of the largest networks, by value and load."""
    config = result.config
    against, n = config["against"], max(config["sizes"])
    way = DIRECTIONS[against]
    start = way.starts[0]
    kept = [row for row in result.rows if row["n_neurons"] == n and row["start"] == start]
    lines: dict[Any, dict[str, Any]] = {v: {way.words: v} for v in config[way.field]}
    for row in kept:
        theory = expected(row, config)
        words = with_error(float(row["overlap"]), float(row["overlap_se"]))
        mark = "" if row["settled"] else " *"
        words += mark if math.isnan(theory) else f"{mark} ({theory:.3f})"
        lines[row[against]][f"load {row['load']:g}"] = words
    return list(lines.values())
