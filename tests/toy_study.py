"""A study for the tests of the sweep: cheap trials that can fail, die or dawdle when told to."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hopfield_sim.errors import HopfieldError, InsufficientMemoryError
from hopfield_sim.experiment.sweeps.result import Result
from hopfield_sim.experiment.sweeps.study import Cell, Config, Payload, Payloads, Study


def configure(
    folder: Path,
    *,
    cells: int = 3,
    trials: int = 4,
    cost: float = 1e-3,
    **faults: Any,
) -> Config:
    """Faults: fails={"cells": which, "times": how often}, dies alike, refuses, starves.

    Besides: sleep (seconds), asks_blas (the number is that of BLAS threads).
    """
    return {
        "folder": str(folder),
        "cells": cells,
        "trials": trials,
        "cost": cost,
        "seed": 7,
    } | faults


def cells(config: Config) -> list[Cell]:
    return [Cell({"index": i}, config["trials"], config["cost"]) for i in range(config["cells"])]


def trial(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    number = int(rng.integers(2**31))
    mark = f"{cell['index']}/{number % 1000}"
    tries = count(Path(config["folder"]) / f"{cell['index']}-{number}")
    if config.get("refuses"):
        raise HopfieldError("the configuration is at fault")
    if config.get("starves") and tries == 1:
        raise InsufficientMemoryError("not now")
    if (
        cell["index"] in config.get("fails", {}).get("cells", ())
        and tries <= config["fails"]["times"]
    ):
        raise RuntimeError(f"told to fail at {mark}")
    if (
        cell["index"] in config.get("dies", {}).get("cells", ())
        and tries <= config["dies"]["times"]
    ):
        os._exit(9)
    time.sleep(config.get("sleep", 0.0))
    if config.get("asks_blas"):
        from threadpoolctl import threadpool_info

        number = max(i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas")
    return {"number": number}


def count(path: Path) -> int:
    """How often this trial was tried, this time included; kept in a file that every worker sees."""
    with path.open("a") as file:
        file.write("x")
    return path.stat().st_size


def gather(config: Config, payloads: Payloads) -> Result:
    rows: list[dict[str, str | int | float]] = [
        {"cell": index, "networks": len(trials), "total": sum(p["number"] for p in trials)}
        for index, trials in enumerate(payloads)
    ]
    return Result("toy", rows, config)


STUDY = Study("toy", "Is the sweep sound?", configure, {}, cells, trial, gather, lambda result: "")
