"""Up to which load do patterns hold? The critical load of finite networks, and its limit.

A network learns pattern after pattern, and at every load a recall starts in some of them: one that
still has an overlap of ``kept`` where it ends has held.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import theory
from hopfield_sim.experiment.common.helpers import law, room
from hopfield_sim.experiment.studies.alpha_c import QUESTION, SECONDS
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row, mean_and_error, with_error
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study
from hopfield_sim.models import DenseMemory, HopfieldNetwork
from hopfield_sim.models.labels import label
from hopfield_sim.patterns import overlap, random_patterns
from hopfield_sim.support.crossing import crossing

__all__ = ["BROKEN", "LEVEL", "PUBLISHED", "STUDY", "alpha_c"]

LEVEL = 0.5
"""The critical load of a size is where this fraction of the patterns holds."""

BROKEN = 0.1382
"""The critical load where replica symmetry is broken (Steffan and Kühn, 1994)."""

PUBLISHED = (0.145, 0.009)
"""The critical load in the simulations of Amit, Gutfreund and Sompolinsky (1987), and its error."""

_POWERS = (0.4, 0.5, 2 / 3)
"""Powers of N for which the limit is told besides."""

_RELATIVE = np.arange(0.94, 1.40, 0.04)
"""Loads of the default grid, in units of the critical load of theory."""

_WIDER = np.arange(0.9, 2.05, 0.1)
"""The same for higher orders, whose networks are smaller."""

_NEURONS = 80_000
"""Number of neurons of all networks of a size, if there are from 8 to 100 of them (16 of higher
orders).
"""

_PATTERNS = 15_000
"""Number of patterns of the largest usual network of higher orders, at the critical load."""

_SHARES = (0.3, 0.45, 0.67, 1.0)
"""Usual sizes of higher orders, in units of the largest."""


@dataclass(frozen=True, eq=False)
class AlphaC(Study):
    r"""Measure the load up to which patterns hold, and extrapolate it to infinite networks.

    The protocol: random patterns, T = 0, asynchronous updates in random order, started in a stored
    pattern. A pattern holds if the overlap at the end is ``kept`` or more. The critical load
    :math:`\alpha_c(N)` is where half of the patterns hold. A straight line through
    :math:`\alpha_c(N)` against :math:`N^{-power}`, weighted by the errors, has the limit as its
    value at 0. All errors are bootstrap errors over networks. The power is
    assumed: up to 16 000 neurons 1/2 fits, but sizes up to 4000 alone cannot tell it from 2/3, and
    ``summary["powers"]`` says how the limit depends on it.

    Returns
    -------
    Result
        Columns n_neurons, load, n_patterns, networks, states (patterns tried in each), held (their
        fraction that holds) and overlap, with standard errors held_se and overlap_se over networks.
        ``summary["alpha_c"]`` and ``["alpha_c_se"]`` are the limit and its error, nan for one size;
        ``["sizes"]`` has alpha_c and alpha_c_se of each n_neurons, nan where the curve does not
        cross 0.5; ``["slope"]`` is that of the line; ``["powers"]`` has alpha_c, alpha_c_se and
        chi2 (a degree of freedom) for other powers too; ``["replica_symmetric"]`` the load of
        theory (nan without SciPy); ``["broken"]`` and ``["published"]``, for order 2, are 0.1382
        with replica symmetry breaking and 0.145 ± 0.009 in the first simulations.

    References
    ----------
    D. J. Amit, H. Gutfreund, H. Sompolinsky, Annals of Physics 173, 30 (1987); H. Steffan, R. Kühn,
    Z. Phys. B 95, 249 (1994).

    Examples
    --------
    >>> result = alpha_c(sizes=[100, 200], loads=[0.1, 0.2, 0.3], networks=4, rng=0)
    >>> [row["n_patterns"] for row in result.rows]
    [10, 20, 30, 20, 40, 60]
    """

    name = "alpha_c"
    question = QUESTION
    small = {"sizes": (400, 800, 1600), "networks": 12}
    large = {"sizes": (1000, 2000, 4000, 8000, 16_000)}
    seconds = SECONDS

    sizes: Sequence[int] | None = option(
        None,
        kinds.one_or_default(kinds.integers(3)),
        "numbers of neurons, N; by default 500 to 4000, fewer of higher orders",
    )
    loads: Sequence[float] | None = option(
        None,
        kinds.one_or_default(kinds.reals(above=0)),
        "loads P/N^(order - 1); by default twelve around that of theory",
    )
    networks: int | None = option(
        None,
        kinds.one_or_default(kinds.integer(1)),
        "number of independent networks of each size; by default more of small ones",
        name="trials",
    )
    _: KW_ONLY
    order: int = option(
        2, kinds.integer(2, 64), "order of the interaction: 2 for Hebb's rule, 3 for a dense memory"
    )
    interaction: str = option(
        "polynomial",
        kinds.one(kinds.interactions()),
        "interaction of the dense memory; theory is for polynomial",
    )
    kept: float | None = option(
        None,
        kinds.one_or_default(kinds.real(0, 1)),
        "overlap at the end of a pattern that holds; by default 0.9, for higher orders 0.95 of "
        "theory's at the critical load, if that is less",
    )
    power: float = option(0.5, kinds.real(0.1, 2), "critical loads fall to their limit as N^-power")
    states: int = option(20, kinds.integer(1), "number of patterns tried in each network and load")
    max_sweeps: int = option(1000, kinds.integer(1), "largest number of sweeps of a recall")

    @property
    def classical(self) -> bool:
        """Whether the networks are Hebb's, which x² is."""
        return bool(self.config["order"] == 2 and self.config["interaction"] == "polynomial")

    def settle(self, config: Config) -> Config:
        """Set the loads, and the number of networks of each size."""
        order = config["order"]
        critical = 0.138 if order == 2 else theory.dense_critical_load(order)
        config["sizes"] = config["sizes"] or usual_sizes(order, critical)
        if config["loads"] is None:
            relative = _RELATIVE if order == 2 else _WIDER
            config["loads"] = [float(f"{load:.4g}") for load in critical * relative]
        if config["kept"] is None:
            least = 1.0 if order == 2 else theory.dense_retrieval_overlap(critical, order)
            config["kept"] = min(0.9, round(0.95 * least, 2))
        n = config["sizes"][-1]
        room([(round(config["loads"][-1] * float(n) ** (order - 1)), n)], itemsize=2)
        networks = config["networks"]
        most = 100 if order == 2 else 16
        usual = [min(max(_NEURONS // n, 8), most) for n in config["sizes"]]
        config["networks"] = usual if networks is None else [networks] * len(usual)
        return config

    def cells(self) -> list[Cell]:
        """Return one cell for each size."""
        config = self.config
        return [
            Cell({"n_neurons": n}, count)
            for n, count in zip(config["sizes"], config["networks"], strict=True)
        ]

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Return the overlaps at which recalls of one network end, for each load."""
        config, n = self.config, cell["n_neurons"]
        counts = self._counts(n)
        patterns = random_patterns(counts[-1], n, rng=rng)
        ends = []
        for count in counts:
            memory: Any
            if self.classical:
                memory = HopfieldNetwork(backend=config["backend"])
            else:
                interaction = own.named(config["interaction"])
                memory = DenseMemory(interaction, config["order"], backend=config["backend"])
            memory.store(patterns[:count], advise=False)
            tried = patterns[: min(count, config["states"])]
            run = memory.recall(tried, max_sweeps=config["max_sweeps"], n_threads=1, rng=rng)
            ends.append(overlap(run.states, tried).diagonal().tolist())
        return {"overlaps": ends}

    def _counts(self, n: int) -> list[int]:
        """Numbers of patterns of a size at each load."""
        unit = float(n) ** (self.config["order"] - 1)
        return [max(round(load * unit), 1) for load in self.config["loads"]]

    def gather(self, payloads: Payloads) -> Result:
        """Return means over networks, one row for each size and load, and the limit."""
        config = self.config
        rows: list[Row] = []
        curves = []
        for cell, trials in zip(self.cells(), payloads, strict=True):
            n = cell.values["n_neurons"]
            held = []
            for index, count in enumerate(self._counts(n)):
                ends = [np.array(trial["overlaps"][index]) for trial in trials]
                fractions = [float((m >= config["kept"]).mean()) for m in ends]
                held.append(fractions)
                mean, error = mean_and_error(fractions)
                m, m_se = mean_and_error([float(each.mean()) for each in ends])
                rows.append(
                    {
                        "n_neurons": n,
                        "load": config["loads"][index],
                        "n_patterns": count,
                        "networks": len(trials),
                        "states": min(count, config["states"]),
                        "held": mean,
                        "held_se": error,
                        "overlap": m,
                        "overlap_se": m_se,
                    }
                )
            curves.append(np.array(held).T)
        summary = extrapolated(config["sizes"], config["loads"], curves, config["power"])
        summary["replica_symmetric"] = math.nan
        if config["interaction"] == "polynomial":
            summary["replica_symmetric"] = float(law("dense_critical_load", config["order"]))
        if self.classical:
            summary |= {"broken": BROKEN, "published": list(PUBLISHED)}
        return Result(self.name, rows, config, summary, dims=("n_neurons", "load"))

    @staticmethod
    def sentence(result: Result) -> str:
        """Say the limit beside theory."""
        summary, config = result.summary, result.config
        sizes = config["sizes"]
        limit = with_error(summary["alpha_c"], summary["alpha_c_se"])
        others = " and ".join(
            f"{row['alpha_c']:.4f} with N^(−{row['power']:.2g})"
            for row in summary["powers"]
            if row["power"] != config["power"]
        )
        text = (
            f"Started in a pattern, half of the patterns hold (overlap {config['kept']:g} or more) "
            f"up to a load of {limit} in the limit of large networks, by a straight line against "
            f"N^(−{config['power']:g}) through {len(sizes)} sizes from {min(sizes)} to "
            f"{max(sizes)} neurons ({others}: the power is assumed)."
        )
        if math.isnan(summary["alpha_c"]):
            text = (
                "These sizes and loads give no limit: at two sizes or more the fraction of "
                "patterns that hold must cross one half."
            )
        if config["interaction"] != "polynomial":
            return f"{text} Theory knows no load for F = {label(config['interaction'])}."
        text += f" Theory with replica symmetry has {summary['replica_symmetric']:.4f}"
        if config["order"] != 2:
            return f"{text}, for N → ∞."
        return (
            f"{text}, with its breaking {BROKEN}, simulations of 1987 {PUBLISHED[0]} ± "
            f"{PUBLISHED[1]}."
        )

    @staticmethod
    def page(result: Result) -> Pages:
        """Return the figures and tables, with captions."""
        from hopfield_sim.plotting import alpha_c

        config = result.config
        caption = (
            f"Fraction of {config['states']} patterns a network that hold, against the load, and "
            f"the load at which half of them do against N^(−{config['power']:g}), with bootstrap "
            "errors over networks; the line's value at 0 is the limit of large networks."
        )
        table = [
            {"N": row["n_neurons"], "critical load": with_error(row["alpha_c"], row["alpha_c_se"])}
            for row in result.summary["sizes"]
        ]
        limit = with_error(result.summary["alpha_c"], result.summary["alpha_c_se"])
        table.append({"N": "∞, extrapolated", "critical load": limit})
        return Pages(
            "The critical load: up to where do patterns hold?",
            figures=[("alpha_c", caption, alpha_c(result))],
            tables=[("The load at which half of the patterns hold", table)],
        )


alpha_c = function(AlphaC)

STUDY = AlphaC


def usual_sizes(order: int, critical: float) -> list[int]:
    """Return four sizes, the largest of which holds at most as many patterns as take seconds.

    Examples
    --------
    >>> usual_sizes(2, 0.138), usual_sizes(3, 0.0841), usual_sizes(4, 0.0132)
    ([500, 1000, 2000, 4000], [127, 190, 283, 422], [31, 47, 70, 104])
    """
    if order == 2:
        return [500, 1000, 2000, 4000]
    largest = (_PATTERNS / critical) ** (1 / (order - 1))
    return [max(round(share * largest), 3 + step) for step, share in enumerate(_SHARES)]


def extrapolated(
    sizes: Sequence[int],
    loads: Sequence[float],
    curves: Sequence[NDArray[np.float64]],
    power: float,
) -> dict[str, Any]:
    """Return the limit of the loads at which curves (K, L) of K networks cross one half."""
    found = [crossing(loads, curve, LEVEL) for curve in curves]
    at = [
        {"n_neurons": n, "alpha_c": one.value, "alpha_c_se": one.error}
        for n, one in zip(sizes, found, strict=True)
    ]
    n = np.array(sizes, np.float64)
    value, error = (np.array([getattr(one, name) for one in found]) for name in ("value", "error"))
    fits = {each: straight(n**-each, value, error) for each in (power, *_POWERS)}
    limit, slope, limit_error, _ = fits[power]
    powers = [
        {"power": each, "alpha_c": fit[0], "alpha_c_se": fit[2], "chi2": fit[3]}
        for each, fit in fits.items()
    ]
    summary = {"alpha_c": limit, "alpha_c_se": limit_error, "slope": slope}
    return summary | {"sizes": at, "powers": powers}


def straight(
    x: NDArray[np.float64], y: NDArray[np.float64], error: NDArray[np.float64]
) -> tuple[float, float, float, float]:
    """Fit y = a + b x, weighted by 1/error²; return a, b, the error of a, and χ² a degree.

    Points that are not known, or without a positive error, are left out.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0])
    >>> [round(v, 3) for v in straight(x, 1 + 2 * x, np.array([0.1, 0.1, 0.1]))]
    [1.0, 2.0, 0.091, 0.0]
    """
    known = np.isfinite(y) & np.isfinite(error) & (error > 0)
    if known.sum() < 2:
        return math.nan, math.nan, math.nan, math.nan
    weight = 1.0 / error[known] ** 2
    basis = np.stack([np.ones(known.sum()), x[known]])
    spread = np.linalg.inv((basis * weight) @ basis.T)
    a, b = spread @ ((basis * weight) @ y[known])
    left = float(np.sum(weight * (y[known] - a - b * x[known]) ** 2))
    free = int(known.sum()) - 2
    return float(a), float(b), math.sqrt(spread[0, 0]), left / free if free else math.nan
