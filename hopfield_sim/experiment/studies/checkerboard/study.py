"""A checkerboard out of noise: stored among random patterns, spoilt, and filmed while recalled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np

from hopfield_sim import checks, patterns
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment.studies import arguments
from hopfield_sim.experiment.studies import packing as film
from hopfield_sim.experiment.studies.energy.study import energy_words, rise
from hopfield_sim.experiment.sweeps.result import Result, Row
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study
from hopfield_sim.experiment.sweeps.sweep import answer
from hopfield_sim.labels import label

__all__ = ["STUDY", "checkerboard"]

FRAMES_PER_SWEEP = 50


@checks.by_name
def checkerboard(
    rules: Sequence[str] = ("hebbian", "storkey"),
    networks: int | None = None,
    *,
    side: int = 50,
    square: int = 5,
    n_patterns: int = 50,
    flipped: int = 1000,
    backend: str = "auto",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
    rng: int | np.random.Generator | None = None,
) -> Result:
    """Recall a spoilt checkerboard stored among random patterns, all neurons at once and in turn.

    The board is one of the patterns, at a random place in their order; all rules and updates start
    from the same patterns and the same cue. A field of 0 gives +1.

    Parameters
    ----------
    rules : sequence of str
        Of "hebbian", "storkey", "pseudoinverse", "perceptron".
    networks : int, optional
        Independent sets of random patterns and cues; 4 when not given. The rows and runs are those
        of the first.
    side, square : int
        Pixels along a side of the board, and of one of its squares.
    n_patterns : int
        Patterns stored, the board included.
    flipped : int
        Bits flipped.
    backend, workers, executor, progress, rng
        As in ``capacity``.

    Returns
    -------
    Result
        Columns rule, update, updates (so far), energy, overlap with the board, wrong (bits that
        differ from it): the run of the first network. ``runs`` holds them with every state, by
        "rule/update"; ``summary["runs"]`` counts over all networks.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For arguments that make no sense.

    Examples
    --------
    >>> result = checkerboard(["hebbian"], 1, side=3, square=1, n_patterns=1, flipped=2, rng=0)
    >>> [row["wrong"] for row in result.rows if row["update"] == "sync"]
    [2, 0]
    """
    config = configure(rules, networks, side, square, n_patterns, flipped, backend, rng)
    return answer(STUDY, config, workers=workers, executor=executor, progress=progress)


def configure(
    rules: Sequence[str] = ("hebbian", "storkey"),
    networks: int | None = None,
    side: int = 50,
    square: int = 5,
    n_patterns: int = 50,
    flipped: int = 1000,
    backend: str = "auto",
    rng: int | np.random.Generator | None = None,
) -> Config:
    """Judge the arguments of ``checkerboard``."""
    side = arguments.count(side, "side", minimum=2)
    square = checks.integer(square, "square", minimum=1)
    if square > side:
        raise InvalidInputError(f"square must be at most side = {side}; got {square}")
    config: Config = {
        "rules": arguments.rules(rules),
        "networks": 4 if networks is None else arguments.count(networks, "networks"),
        "side": side,
        "square": square,
        "n_patterns": arguments.count(n_patterns, "n_patterns"),
        "flipped": checks.integer(flipped, "flipped", minimum=0, maximum=side**2),
        "backend": arguments.backend(backend),
        "seed": arguments.seed(rng),
    }
    arguments.room([(config["n_patterns"], side**2)], itemsize=1)
    return config


def cells(config: Config) -> list[Cell]:
    """One cell: a trial compares all rules and updates on one problem."""
    return [Cell({}, config["networks"], 0.05 + 1.8e-7 * config["side"] ** 4)]


def trial(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """One set of patterns and one cue, recalled in every way and filmed."""
    side = config["side"]
    board = patterns.checkerboard(side, config["square"])
    stored = patterns.random_patterns(config["n_patterns"], side**2, rng=rng)
    place = int(rng.integers(len(stored)))
    stored[place] = board
    cue = patterns.flip(board, count=config["flipped"], rng=rng)
    seed = checks.key(rng)
    runs = {}
    for rule in config["rules"]:
        net = arguments.network(rule, config).store(stored)
        for update in arguments.UPDATES:
            run = net.recall(
                cue,
                update=update,
                ties="plus",
                record=("energy", "states"),
                every=max(1, side**2 // FRAMES_PER_SWEEP),
                n_threads=1,
                rng=seed,
            )
            runs[f"{rule}/{update}"] = film.pack(run, trajectory=True)
    return {"patterns": film.pack_states(stored), "place": place, "runs": runs}


def gather(config: Config, payloads: Payloads) -> Result:
    """The first network's films, and what all networks did."""
    side = config["side"]
    board = patterns.checkerboard(side, config["square"])
    rows: list[Row] = []
    runs = {}
    summary: list[Row] = []
    for name in (f"{rule}/{update}" for rule in config["rules"] for update in arguments.UPDATES):
        rule, update = name.split("/")
        recordings = [
            film.unpack(
                trial["runs"][name],
                patterns=film.unpack_states(trial["patterns"]),
                shape=(side, side),
            )
            for trial in payloads[0]
        ]
        if recordings:
            runs[name] = recordings[0]
            rows += _rows(rule, update, recordings[0], board)
        wrong = [int((run.states != board).sum()) for run in recordings]
        summary.append(
            {
                "rule": rule,
                "update": update,
                "networks": len(recordings),
                "retrieved": wrong.count(0),
                "sweeps": float(np.mean([run.sweeps for run in recordings])) if recordings else 0.0,
                "rises": sum(rise(run.energy.tolist()) for run in recordings),
            }
        )
    dims = ("rule", "update", "moment")
    return Result("checkerboard", rows, config, {"runs": summary}, runs, dims)


def _rows(rule: str, update: str, run: film.Recording, board: Any) -> list[Row]:
    assert run.trajectory is not None
    wrong = (run.trajectory != board).sum(axis=1).tolist()
    columns = zip(run.updates.tolist(), run.energy.tolist(), wrong, strict=True)
    return [
        {
            "rule": rule,
            "update": update,
            "updates": updates,
            "energy": energy,
            "overlap": 1 - 2 * bits / board.size,
            "wrong": bits,
        }
        for updates, energy, bits in columns
    ]


def sentence(result: Result) -> str:
    """Say whether the board came back, and in how many sweeps."""
    rows, config = result.summary["runs"], result.config
    counts = "; ".join(
        f"{label(row['rule'])}, {label(row['update'])}: "
        f"{row['retrieved']} of {row['networks']} in {row['sweeps']:.1f} sweeps on average"
        for row in rows
    )
    return (
        f"A {config['side']}×{config['side']} checkerboard, stored among "
        f"{config['n_patterns'] - 1} random patterns, came back from {config['flipped']} flipped "
        f"pixels without an error in so many networks: {counts}.\n\n{energy_words(rows)}"
    )


STUDY = Study(
    name="checkerboard",
    question="Does a picture come back from noise? 50×50 pixels among 49 random patterns, filmed",
    configure=configure,
    quick={"networks": 2},
    cells=cells,
    trial=trial,
    gather=gather,
    sentence=sentence,
    seconds=2,
)
