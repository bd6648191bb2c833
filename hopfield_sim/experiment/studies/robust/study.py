"""Robustness of every memory of the package to flips, noise, masks and attacks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import numpy as np

from hopfield_sim.experiment.common.given import Patterned
from hopfield_sim.experiment.common.helpers import repeats, room
from hopfield_sim.experiment.studies.robust import QUESTION, SECONDS
from hopfield_sim.experiment.studies.robust.corruptions import ATTACKS, levels
from hopfield_sim.experiment.studies.robust.memories import MEMORIES
from hopfield_sim.experiment.studies.robust.page import page, sentence
from hopfield_sim.experiment.studies.robust.patterns import SOURCES, WORDS, choose, data_of
from hopfield_sim.experiment.studies.robust.ranking import costs, ranking
from hopfield_sim.experiment.studies.robust.trials import DATA, GIVEN, measure
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.function import function
from hopfield_sim.experiment.sweeps.result import Result, Row, means
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads
from hopfield_sim.models.dense.interactions import HIGHEST_ORDER
from hopfield_sim.models.labels import label

__all__ = ["STUDY", "robust"]

FLIPS = (0.1, 0.2, 0.3, 0.4)

NOISE = (0.5, 1.0, 2.0, 4.0)

MASKS = (0.25, 0.5, 0.75, 0.9)

EPSILONS = (0.05, 0.1, 0.2)

NETWORKS = {"random": 20, "digits": 5, GIVEN: 5}

MEASURES = ("exact", "bit_accuracy", "loss")


QUICK: Mapping[str, Any] = {
    "networks": 3,
    "flips": (0.1, 0.3),
    "noise": (1.0, 2.0),
    "masks": (0.5,),
    "epsilons": (0.1, 0.2),
    "n_features": 4000,
}


@dataclass(frozen=True, eq=False)
class Robust(Patterned):
    """Recall the same corrupted patterns by every memory, random patterns and digits.

    A cue has real values x. Every memory makes one graded step f(x) from them; binary neurons
    continue from its signs by synchronous updates, continuous memories from the values, and the
    signs of the final state count. Attacks change x by at most ε in every number, so that the
    reconstruction loss Σ_i (f_i(x) − ξ_i)²/N grows: FGSM by one step along the signs of its
    gradient, PGD by several small ones. They start at the pattern itself and at a cue with flipped
    bits; random signs of the same size are the control. A memory that uses only the signs of its
    cue is immune to all attacks with ε below 1: no sign changes.

    Returns
    -------
    Result
        Columns data, memory, corruption ("none", "flip", "noise", "mask", "random", "fgsm", "pgd",
        and the last three of a flipped cue: "flip+random", "flip+fgsm", "flip+pgd"), strength,
        networks, states (cues in all), exact (share of cues whose final state equals the pattern in
        every bit), bit_accuracy (share of right bits) and loss (of the first step), each with its
        standard error over networks. ``summary["ranking"]`` has the memories by exact
        recall for each corruption, ``summary["costs"]`` the cost of attacks beyond the control.

    References
    ----------
    I. J. Goodfellow, J. Shlens, C. Szegedy, ICLR 2015 (arXiv:1412.6572); A. Madry et al., ICLR 2018
    (arXiv:1706.06083).

    Examples
    --------
    >>> result = robust(["random"], ["hebbian"], 2, n_neurons=9, n_patterns=1, flips=[0.2], rng=0)
    >>> [row["exact"] for row in result.rows if row["corruption"] in ("none", "flip")]
    [1.0, 1.0]
    """

    name = "robust"
    question = QUESTION
    small = QUICK
    seconds = SECONDS

    data: Sequence[str] = option(DATA, kinds.words(DATA), "kinds of patterns")
    memories: Sequence[str] = option(
        tuple(MEMORIES), kinds.memories(MEMORIES), "memories; all of the package by default"
    )
    networks: int | None = repeats(
        "number of independent sets of patterns; by default 20 of random patterns and 5 of others",
        most=100,
    )
    _: KW_ONLY
    n_neurons: int = option(100, kinds.integer(2), "number of neurons, N, of the random patterns")
    n_patterns: int = option(
        12, kinds.integer(1), "number of random patterns, P; there are ten digits, one of each"
    )
    digits: str = option(
        "auto",
        kinds.choice(("auto", *SOURCES)),
        'source of the digits; "auto" takes the first of these that is installed',
    )
    flips: Sequence[float] = option(FLIPS, kinds.reals(0, 1), "fractions of flipped bits")
    noise: Sequence[float] = option(NOISE, kinds.reals(0), "standard deviations of Gaussian noise")
    masks: Sequence[float] = option(
        MASKS,
        kinds.reals(0, 1),
        "fractions of the sites covered in black (−1), from the last upwards",
    )
    epsilons: Sequence[float] = option(EPSILONS, kinds.reals(0, 1), "ε of the attacks")
    alpha: float | None = option(
        None,
        kinds.one_or_default(kinds.real(0)),
        "step size of PGD; by default 2.5 ε / attack_steps; with less than ε / attack_steps no "
        "number changes by ε",
    )
    attack_steps: int = option(10, kinds.integer(1), "number of steps of PGD")
    attacked: float = option(
        0.3, kinds.real(0, 1), "fraction of flipped bits in cues that are attacked afterwards"
    )
    confined: bool = option(
        True,
        kinds.flag(),
        "whether attacked cues stay in [−1, 1], as neurons and pixels do; without it attacks are "
        "stronger, since wrong bits may grow",
    )
    order: int = option(
        3,
        kinds.integer(2, HIGHEST_ORDER),
        "power, n, of the dense memories that store the patterns, except the exponential one",
    )
    trained_order: int = option(
        5, kinds.integer(2, HIGHEST_ORDER), "power, n, of the dense memory that learns the patterns"
    )
    n_hidden: int | None = option(
        None,
        kinds.one_or_default(kinds.integer(1)),
        "number of hidden units, m, of the restricted networks; by default, by rotation the "
        "smallest of P, 2P, 3P, ... with which every pattern is a fixed point, by gradient N",
    )
    n_features: int = option(
        8000, kinds.integer(1), "number of features, Y, of the distributed memory"
    )
    max_steps: int = option(100, kinds.integer(1), "largest number of steps of a recall")

    def settle(self, config: Config) -> Config:
        """Enter the source of the digits, and check that the networks fit into memory."""
        config = super().settle(config)
        if config["patterns"] is not None:
            config["data"] = [GIVEN]
        room([(config["n_patterns"], config["n_neurons"]), (config["n_features"], 1)])
        data, networks, epsilons = config["data"], config["networks"], config["epsilons"]
        if config["digits"] == "auto" and "digits" in data:
            config["digits"] = choose()
        strengths = [
            ["none", [0.0]],
            ["flip", config.pop("flips")],
            ["noise", config.pop("noise")],
            ["mask", config.pop("masks")],
        ]
        strengths += [[f"{start}{kind}", epsilons] for start in ("", "flip+") for kind in ATTACKS]
        return config | {
            "networks": {word: networks or NETWORKS[word] for word in data},
            "origin": data_of(config["digits"]) if "digits" in data else {},
            "strengths": strengths,
            "modern_beta": 50.0,
            "separation": 4.0,
        }

    def cells(self) -> list[Cell]:
        """Return one cell for each memory and set of patterns."""
        config = self.config
        cells = []
        for data in config["data"]:
            for network in range(config["networks"][data]):
                for memory in config["memories"]:
                    values = {"data": data, "memory": memory, "network": network}
                    cells.append(Cell(values, 1))
        return cells

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Measure one memory with one set of patterns; all memories have the same cues."""
        return measure(self.config, cell)

    def gather(self, payloads: Payloads) -> Result:
        """Return means over networks by data set, memory, corruption and strength."""
        config = self.config
        payloads_by_memory: dict[tuple[str, str], dict[int, Any]] = {}
        for cell, trials in zip(self.cells(), payloads, strict=True):
            values = cell.values
            for payload in trials:
                sets = payloads_by_memory.setdefault((values["data"], values["memory"]), {})
                sets[values["network"]] = payload
        rows: list[Row] = []
        for (data, memory), sets in payloads_by_memory.items():
            places = levels(config)
            curve = means(list(sets.values()), MEASURES, len(places))
            for (kind, strength), measured in zip(places, curve, strict=True):
                row: Row = {
                    "data": data,
                    "memory": memory,
                    "corruption": kind,
                    "strength": strength,
                    "networks": len(sets),
                    "states": sum(payload["shape"][0] for payload in sets.values()),
                }
                rows.append(row | measured)
        summary: dict[str, Any] = {
            "ranking": ranking(config, payloads_by_memory),
            "costs": costs(config, payloads_by_memory),
            "names": {name: label(name) for name in config["memories"]},
            "data": {},
            "shown": {},
        }
        for (data, memory), sets in payloads_by_memory.items():
            for network, payload in sets.items():
                summary["data"].setdefault(data, _described(config, data, payload))
                if network == 0:
                    summary["shown"].setdefault(data, {})[memory] = payload["shown"]
        dims = ("data", "memory", "corruption", "strength")
        return Result("robust", rows, config, summary, dims=dims)

    sentence = staticmethod(sentence)
    page = staticmethod(page)


robust = function(Robust)

STUDY = Robust


def _described(config: Config, data: str, payload: Payload) -> dict[str, Any]:
    """Return a description of the stored patterns, with their mean overlap."""
    count, n = payload["shape"]
    words = {"random": "random patterns", GIVEN: "given patterns"}.get(data)
    words = words or WORDS[config["digits"]]
    described = {"words": f"{count} {words}", "n_neurons": n, "n_patterns": count}
    return described | {"likeness": payload["likeness"]}
