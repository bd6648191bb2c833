"""What happens to the energy during recall? Both kinds of update from one cue, by each rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np

from hopfield_sim import checks
from hopfield_sim.experiment.studies import arguments
from hopfield_sim.experiment.studies import packing as film
from hopfield_sim.experiment.sweeps.result import Result, Row
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study
from hopfield_sim.experiment.sweeps.sweep import answer
from hopfield_sim.labels import label
from hopfield_sim.patterns import flip, random_patterns

__all__ = ["STUDY", "energy", "rise"]

FRAMES_PER_SWEEP = 50


@checks.by_name
def energy(
    n_neurons: int = 2500,
    rules: Sequence[str] = ("hebbian", "storkey"),
    networks: int | None = None,
    *,
    n_patterns: int = 50,
    flipped: int = 1000,
    backend: str = "auto",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
    rng: int | np.random.Generator | None = None,
) -> Result:
    """Follow E = −½ sᵀWs while a spoilt pattern is recalled, synchronously and asynchronously.

    Each network's cue is its first pattern with bits flipped; all rules and updates start from the
    same patterns and the same cue. A field of 0 gives +1.

    Parameters
    ----------
    n_neurons : int
        N.
    rules : sequence of str
        Of "hebbian", "storkey", "pseudoinverse", "perceptron".
    networks : int, optional
        Independent networks; 8 when not given. The rows and runs are those of the first.
    n_patterns : int
        Patterns stored.
    flipped : int
        Bits flipped.
    backend, workers, executor, progress, rng
        As in ``capacity``.

    Returns
    -------
    Result
        Columns rule, update, updates (so far), energy, overlap with the wanted pattern: the run of
        the first network. ``summary["runs"]`` has, over all networks, how many were retrieved, the
        steps, and how often the energy rose from one recorded moment to the next. ``runs`` holds
        the first network's, by "rule/update".

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For arguments that make no sense.

    Examples
    --------
    >>> result = energy(9, ["hebbian"], networks=1, n_patterns=1, flipped=2, rng=0)
    >>> [row["energy"] for row in result.rows if row["update"] == "sync"]
    [-0.888888888888888..., -4.0]
    """
    config = configure(n_neurons, rules, networks, n_patterns, flipped, backend, rng)
    return answer(STUDY, config, workers=workers, executor=executor, progress=progress)


def configure(
    n_neurons: int = 2500,
    rules: Sequence[str] = ("hebbian", "storkey"),
    networks: int | None = None,
    n_patterns: int = 50,
    flipped: int = 1000,
    backend: str = "auto",
    rng: int | np.random.Generator | None = None,
) -> Config:
    """Judge the arguments of ``energy``."""
    n = arguments.count(n_neurons, "n_neurons", minimum=2)
    config: Config = {
        "n_neurons": n,
        "rules": arguments.rules(rules),
        "networks": 8 if networks is None else arguments.count(networks, "networks"),
        "n_patterns": arguments.count(n_patterns, "n_patterns"),
        "flipped": checks.integer(flipped, "flipped", minimum=0, maximum=n),
        "backend": arguments.backend(backend),
        "seed": arguments.seed(rng),
    }
    arguments.room([(config["n_patterns"], n)], itemsize=1)
    return config


def cells(config: Config) -> list[Cell]:
    """One cell: a trial compares all rules and updates on one problem."""
    return [Cell({}, config["networks"], 0.02 + 1.6e-7 * config["n_neurons"] ** 2)]


def trial(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """One set of patterns and one cue, recalled in every way."""
    n = config["n_neurons"]
    patterns = random_patterns(config["n_patterns"], n, rng=rng)
    cue = flip(patterns[0], count=config["flipped"], rng=rng)
    seed = checks.key(rng)
    found = {}
    for rule in config["rules"]:
        net = arguments.network(rule, config).store(patterns)
        for update in arguments.UPDATES:
            run = net.recall(
                cue,
                update=update,
                ties="plus",
                record=("energy", "overlap"),
                every=max(1, n // FRAMES_PER_SWEEP),
                n_threads=1,
                rng=seed,
            )
            found[f"{rule}/{update}"] = film.pack(run) | {"overlap": run.overlaps[:, 0].tolist()}
    return found


def gather(config: Config, payloads: Payloads) -> Result:
    """The first network's curves, and what all networks did."""
    trials = payloads[0]
    rows: list[Row] = []
    runs = {}
    summary: list[Row] = []
    for rule in config["rules"]:
        for update in arguments.UPDATES:
            packed = [trial[f"{rule}/{update}"] for trial in trials]
            recordings = [film.unpack(p) for p in packed]
            if packed:
                runs[f"{rule}/{update}"] = recordings[0]
                columns = (packed[0]["updates"], packed[0]["energy"], packed[0]["overlap"])
                rows += [
                    {"rule": rule, "update": update, "updates": u, "energy": e, "overlap": m}
                    for u, e, m in zip(*columns, strict=True)
                ]
            summary.append(
                {
                    "rule": rule,
                    "update": update,
                    "networks": len(packed),
                    "retrieved": sum(p["overlap"][-1] == 1.0 for p in packed),
                    "sweeps": float(np.mean([p["sweeps"] for p in packed])) if packed else 0.0,
                    "rises": sum(rise(p["energy"]) for p in packed),
                }
            )
    dims = ("rule", "update", "moment")
    return Result("energy", rows, config, {"runs": summary}, runs, dims)


def rise(energies: Sequence[float]) -> bool:
    """Whether the energy ever rose, beyond the rounding of its sums.

    Examples
    --------
    >>> rise([-1.0, -2.0, -1.5]), rise([-1.0, -2.0, -2.0])
    (True, False)
    """
    found = np.asarray(energies)
    return bool((np.diff(found) > 1e-9 * np.abs(found).max()).any())


def sentence(result: Result) -> str:
    """Say what the energies did and whether recall worked."""
    rows = result.summary["runs"]
    config = result.config
    counts = "; ".join(
        f"{label(row['rule'])}, {label(row['update'])}: "
        f"{row['retrieved']} of {row['networks']} in {row['sweeps']:.1f} sweeps on average"
        for row in rows
    )
    return (
        f"From a cue with {config['flipped']} of {config['n_neurons']} bits wrong, with "
        f"{config['n_patterns']} patterns stored, the pattern was found exactly in so many "
        f"networks: {counts}.\n\n{energy_words(rows)}"
    )


def energy_words(rows: Sequence[Row]) -> str:
    """Say how often the energy rose, by kind of update."""
    parts = []
    for update in arguments.UPDATES:
        mine = [row for row in rows if row["update"] == update]
        total, rises = (sum(int(row[name]) for row in mine) for name in ("networks", "rises"))
        parts.append(f"in {rises or 'none'} of {total} {label(update)} runs")
    return (
        f"From one recorded moment to the next the energy rose {parts[0]} (nothing forbids a step "
        f"of all neurons at once to go uphill) and {parts[1]} (theory: never, for symmetric "
        "weights without negative self-couplings)."
    )


STUDY = Study(
    name="energy",
    question="What happens to the energy during recall? 50 patterns of 2500 bits, 1000 flipped",
    configure=configure,
    quick={"networks": 2},
    cells=cells,
    trial=trial,
    gather=gather,
    sentence=sentence,
    seconds=4,
)
