"""Where do networks remember? The overlap after relaxation by load and temperature.

A trial is one network at one load, which is taken to every temperature: from its patterns and from
cues, in one batch. Two blocks of sweeps after a first one say whether it had relaxed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.experiment.studies.given import Patterned, draw, fitting
from hopfield_sim.experiment.studies.phase import QUESTION, SECONDS
from hopfield_sim.experiment.studies.shared import law, network
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row, mean_and_error, with_error
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads
from hopfield_sim.labels import label
from hopfield_sim.models import HopfieldNetwork
from hopfield_sim.patterns import flip

__all__ = ["STARTS", "STUDY", "phase"]

STARTS = ("pattern", "cue")
"""Where a state starts: in a stored pattern (warm), or in a noisy cue of it (cold)."""

BLOCKS = 3
"""Blocks of sweeps: the first relaxes, the other two are compared."""

_LEAST_DRIFT = 0.002
"""Overlaps that differ by less between two blocks are not told apart."""

_NEURONS = 8000
"""Number of neurons of all networks of a point, if there are from 4 to 16 of them."""


@dataclass(frozen=True, eq=False)
class Phase(Patterned):
    r"""Measure the overlap with a pattern after relaxation, by load and temperature.

    P = load·N random patterns (rounded, at least one) are stored. A state starts in a pattern
    ("pattern"), or in a cue of it with a fraction ``flipped`` of its bits flipped ("cue"), and
    makes 3 blocks of ``sweeps`` asynchronous heat-bath sweeps. The overlap is averaged over the
    last block. A point is settled if the second block agrees with it: if the mean difference over
    all states is at most 4 of its standard errors, or 0.002.

    Returns
    -------
    Result
        Columns n_neurons, load, temperature, start, n_patterns, networks, states (of each network),
        sweeps (of a block), overlap with its standard error overlap_se over networks, settled.
        The networks of a load are the same at all temperatures and for both starts.
        ``summary["unsettled"]`` is the number of points that are not settled.

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
    small = {"sizes": (200,), "networks": 6}
    large = {"sizes": (1000, 3000, 10_000)}
    seconds = SECONDS

    sizes: Sequence[int] = option((1000,), kinds.integers(3), "numbers of neurons, N")
    loads: Sequence[float] = option(
        (0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16),
        kinds.reals(above=0),
        "loads P/N",
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
    flipped: float = option(
        0.25, kinds.real(0, 1), "fraction of the bits of a cue that are flipped"
    )
    states: int = option(2, kinds.integer(1), "number of patterns tried in each network")
    sweeps: int = option(60, kinds.integer(1), "number of sweeps of a block; there are three")

    def settle(self, config: Config) -> Config:
        """Set the number of networks of each size."""
        config = super().settle(config)
        largest = config["sizes"][-1]
        config["loads"] = fitting(config, "loads", lambda load: count(load, largest))
        networks = config["networks"]
        usual = [min(max(_NEURONS // n, 4), 16) for n in config["sizes"]]
        config["networks"] = usual if networks is None else [networks] * len(usual)
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
        """Take one network to every temperature; return its overlaps in the last two blocks."""
        config, n = self.config, cell["n_neurons"]
        patterns = draw(config, count(cell["load"], n), n, rng)
        net = network(config["rule"], config).store(patterns, advise=False)
        wanted = patterns[: config["states"]]
        cues = flip(wanted, fraction=config["flipped"], rng=rng)
        starts, targets = np.concatenate([wanted, cues]), np.concatenate([wanted, wanted])
        blocks = [
            _blocks(net, starts, targets, t, config["sweeps"], rng) for t in config["temperatures"]
        ]
        pairs = np.stack(blocks).reshape(len(blocks), len(STARTS), len(wanted), 2)
        return {start: pairs[:, index].tolist() for index, start in enumerate(STARTS)}

    def gather(self, payloads: Payloads) -> Result:
        """Return means over networks, one row for each size, load, temperature and start."""
        config = self.config
        rows: list[Row] = []
        for cell, trials in zip(self.cells(), payloads, strict=True):
            n, load = cell.values["n_neurons"], cell.values["load"]
            for index, temperature in enumerate(config["temperatures"]):
                for start in STARTS:
                    pairs = [np.array(trial[start][index]) for trial in trials]
                    overlap, overlap_se = mean_and_error([float(p[:, 1].mean()) for p in pairs])
                    rows.append(
                        {
                            "n_neurons": n,
                            "load": load,
                            "temperature": temperature,
                            "start": start,
                            "n_patterns": count(load, n),
                            "networks": len(trials),
                            "states": min(config["states"], count(load, n)),
                            "sweeps": config["sweeps"],
                            "overlap": overlap,
                            "overlap_se": overlap_se,
                            "settled": settled(np.concatenate(pairs)) if pairs else False,
                        }
                    )
        summary = {"unsettled": sum(not row["settled"] for row in rows)}
        dims = ("n_neurons", "load", "temperature", "start")
        return Result(self.name, rows, config, summary, dims=dims)

    @staticmethod
    def sentence(result: Result) -> str:
        """Compare the overlaps of the largest networks with theory."""
        config, rows = result.config, result.rows
        n = max(config["sizes"])
        kept = [row for row in rows if row["n_neurons"] == n and row["start"] == "pattern"]
        compared = [(float(row["overlap"]), expected(row, config)) for row in kept]
        inside = [(m, law) for m, law in compared if law > 0 and not math.isnan(m)]
        text = (
            f"Started in a pattern, networks of {n} neurons with the {label(config['rule'])} rule "
            f"keep an overlap above 0.5 at {sum(m > 0.5 for m, _ in compared)} of {len(kept)} "
            "points of load and temperature."
        )
        if inside:
            apart = math.sqrt(math.fsum((m - law) ** 2 for m, law in inside) / len(inside))
            text += (
                f" At the {len(inside)} points where theory (Amit, Gutfreund and Sompolinsky) has "
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
        caption = (
            "Overlap with the pattern after relaxation, from the pattern itself and from a cue "
            f"with {config['flipped']:.0%} of its bits flipped; crosses mark points that had not "
            f"relaxed after three blocks of {config['sweeps']} sweeps. Lines: replica theory for "
            "an infinite Hebbian network."
        )
        curves = (
            "The same overlaps against the temperature: points from the pattern, with standard "
            "errors over networks, dotted from the cue; dashed: theory. Open points had not "
            "relaxed."
        )
        return Pages(
            "Phases: where does a network remember?",
            figures=[
                ("phase", caption, phase_diagram(result)),
                ("phase-overlap", curves, overlap_by_temperature(result)),
            ],
            tables=[
                (f"Overlap from the pattern, N = {n}; in brackets theory, N → ∞", table(result))
            ],
        )


phase = function(Phase)

STUDY = Phase


def count(load: float, n_neurons: int) -> int:
    """Return the number of patterns at a load.

    Examples
    --------
    >>> count(0.08, 1000), count(0.01, 20)
    (80, 1)
    """
    return max(round(load * n_neurons), 1)


def settled(pairs: NDArray[np.float64]) -> bool:
    """Return whether overlaps (S, 2) of S states in two blocks agree within their error.

    Examples
    --------
    >>> settled(np.array([[0.9, 0.91], [0.9, 0.89]])), settled(np.array([[0.9, 0.8], [0.9, 0.81]]))
    (True, False)
    """
    drift, error = mean_and_error((pairs[:, 1] - pairs[:, 0]).tolist())
    return abs(drift) <= 4.0 * error or abs(drift) <= _LEAST_DRIFT


def expected(row: Mapping[str, Any], config: Mapping[str, Any]) -> float:
    """Return the overlap of theory's retrieval state at a row's load, of random patterns stored by
    Hebb's rule; nan otherwise.
    """
    if config["rule"] != "hebbian" or config["patterns"] is not None:
        return math.nan
    return float(law("retrieval_overlap", row["n_patterns"] / row["n_neurons"], row["temperature"]))


def table(result: Result) -> list[dict[str, Any]]:
    """Return the overlaps of the largest networks, by temperature and load."""
    config = result.config
    n = max(config["sizes"])
    kept = [row for row in result.rows if row["n_neurons"] == n and row["start"] == "pattern"]
    lines: dict[Any, dict[str, Any]] = {t: {"T": t} for t in config["temperatures"]}
    for row in kept:
        theory = expected(row, config)
        words = with_error(float(row["overlap"]), float(row["overlap_se"]))
        mark = "" if row["settled"] else " *"
        words += mark if math.isnan(theory) else f"{mark} ({theory:.3f})"
        lines[row["temperature"]][f"load {row['load']:g}"] = words
    return list(lines.values())


def _blocks(
    net: HopfieldNetwork,
    starts: NDArray[np.int8],
    targets: NDArray[np.int8],
    temperature: float,
    sweeps: int,
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Return the overlaps (B, 2) of states with their targets, averaged over two blocks."""

    def own(states: NDArray[np.int8]) -> NDArray[np.float64]:
        return np.einsum("bi,bi->b", states, targets, dtype=np.int64) / targets.shape[1]

    run = net.recall(
        starts,
        temperature=temperature,
        max_sweeps=BLOCKS * sweeps,
        record={"own": own},
        n_threads=1,
        rng=rng,
    )
    overlaps = run.recorded["own"]
    # A state at rest is recorded no more; the last row holds from then on.
    kept = overlaps[np.minimum(np.arange(1, BLOCKS * sweeps + 1), len(overlaps) - 1)]
    return kept.reshape(BLOCKS, sweeps, -1).mean(axis=1)[1:].T
