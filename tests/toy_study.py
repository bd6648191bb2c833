"""A study for the tests of the sweep: cheap trials that can fail, die or dawdle when told to."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hopfield_sim.errors import HopfieldError, InsufficientMemoryError
from hopfield_sim.experiment import Cell, Pages, Result, Study, fields, option
from hopfield_sim.experiment.sweeps.study import Config, Payload, Payloads


@dataclass(frozen=True, eq=False)
class Toy(Study):
    """Faults: fails={"cells": which, "times": how often}, dies alike, refuses, starves.

    Besides: sleep (seconds), asks_blas (the number is that of BLAS threads).
    """

    name = "toy"
    question = "Is the sweep sound?"

    folder: str = option("", fields.text(), "where trials are counted")
    n_cells: int = option(3, fields.integer(0), "cells of the grid")
    networks: int = option(4, fields.integer(1), "trials of a cell", name="trials")
    faults: Mapping[str, Any] | None = option(None, fields.files(), "see above", name="")

    def settle(self, config: Config) -> Config:
        return config | {"faults": dict(config["faults"] or {})}

    def cells(self) -> list[Cell]:
        trials = self.config["networks"]
        return [Cell({"index": i}, trials) for i in range(self.config["n_cells"])]

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        faults = self.config["faults"]
        number = int(rng.integers(2**31))
        mark = f"{cell['index']}/{number % 1000}"
        tries = count(Path(self.config["folder"]) / f"{cell['index']}-{number}")
        if faults.get("refuses"):
            raise HopfieldError("the configuration is at fault")
        if faults.get("starves") and tries == 1:
            raise InsufficientMemoryError("not now")
        fails, dies = faults.get("fails", {}), faults.get("dies", {})
        if cell["index"] in fails.get("cells", ()) and tries <= fails["times"]:
            raise RuntimeError(f"told to fail at {mark}")
        if cell["index"] in dies.get("cells", ()) and tries <= dies["times"]:
            os._exit(9)
        time.sleep(faults.get("sleep", 0.0))
        if faults.get("asks_blas"):
            from threadpoolctl import threadpool_info

            number = max(i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas")
        return {"number": number}

    def gather(self, payloads: Payloads) -> Result:
        rows: list[dict[str, str | int | float]] = [
            {"cell": index, "networks": len(trials), "total": sum(p["number"] for p in trials)}
            for index, trials in enumerate(payloads)
        ]
        return Result("toy", rows, self.config)

    @staticmethod
    def sentence(result: Result) -> str:
        return f"There are {len(result.rows)} cells."

    @staticmethod
    def page(result: Result) -> Pages:
        return Pages("Toy")


def count(path: Path) -> int:
    """How often this trial was tried, this time included; kept in a file that every worker sees."""
    with path.open("a") as file:
        file.write("x")
    return path.stat().st_size


def toy(folder: Path, *, cells: int = 3, trials: int = 4, how: Any = None, **faults: Any) -> Toy:
    """The study with seed 7; ``how`` has arguments of how it is run."""
    return Toy(str(folder), cells, trials, faults, rng=7, **(how or {}))
