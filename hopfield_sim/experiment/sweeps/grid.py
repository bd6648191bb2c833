"""Sweeps of a function over a grid: a study without a class."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import product
from typing import Any, cast

import numpy as np

from hopfield_sim import checks
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.fields import Kind, option
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result, Row, mean_and_error
from hopfield_sim.experiment.sweeps.store import Store
from hopfield_sim.experiment.sweeps.study import Cell, Payload, Payloads, Study
from hopfield_sim.experiment.sweeps.sweep import answer

__all__ = ["Grid", "sweep"]


def _function(value: Any, name: str) -> str:
    if isinstance(value, str) and ":" not in value:
        raise InvalidInputError(f"{name} must be a function or module:function; got {value!r}")
    return own.reference(value, name, (), own.MEASURE)


def _grid(value: Any, name: str) -> dict[str, list[Any]]:
    of = "names of arguments to lists of their values"
    grid = checks.mapping({} if value is None else value, name, of)
    made: dict[str, list[Any]] = {}
    for key, values in grid.items():
        if not isinstance(key, str) or key == "rng":
            raise InvalidInputError(f"{name} must have names of arguments; got {key!r}")
        items = [_plain(item) for item in checks.sequence(values, f"{name}[{key!r}]", "values")]
        if not items:
            raise InvalidInputError(f"{name}[{key!r}] must not be empty")
        made[key] = items
    return made


def _plain(value: Any) -> Any:
    value = value.item() if isinstance(value, np.generic) else value
    if not isinstance(value, (bool, int, float, str)):
        raise InvalidTypeError(
            f"values of a grid must be numbers or words; got {checks.show(value)}; pass the name "
            "of a file, or make the data in your function"
        )
    return value


@dataclass(frozen=True, eq=False)
class Grid(Study):
    """Measure what a function returns at every point of a grid; see ``sweep``."""

    name = "sweep"
    question = "What does a function measure over a grid?"

    function: str = option(
        "", Kind(_function, "MODULE:FUNCTION", judge=own.find), "what is measured"
    )
    grid: Mapping[str, Sequence[Any]] | None = option(
        None, Kind(_grid, "NAME"), "values of its arguments", name=""
    )
    repeats: int = option(10, kinds.integer(1), "number of trials a point", name="trials")

    def cells(self) -> list[Cell]:
        """Return a cell for every combination of values, the last argument fastest."""
        grid = self.config["grid"]
        return [
            Cell(dict(zip(grid, values, strict=True)), self.config["repeats"])
            for values in product(*grid.values())
        ]

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Call the function once."""
        found = own.find(self.config["function"])(**cell, rng=rng)
        if not isinstance(found, Mapping):
            found = {"value": found}
        try:
            return {str(name): float(value) for name, value in found.items()}
        except (TypeError, ValueError) as error:
            raise HopfieldError(
                f"{self.config['function']} must return a number or a dict of numbers; got "
                f"{checks.show(found)}"
            ) from error

    def gather(self, payloads: Payloads) -> Result:
        """Return means and standard errors, one row for each point."""
        names = list(dict.fromkeys(key for trials in payloads for trial in trials for key in trial))
        rows: list[Row] = []
        for cell, trials in zip(self.cells(), payloads, strict=True):
            row: Row = {**cell.values, "trials": len(trials)}
            for name in names:
                values = [trial.get(name, math.nan) for trial in trials]
                row[name], row[f"{name}_se"] = mean_and_error(values)
            rows.append(row)
        return Result(self.name, rows, self.config, dims=tuple(self.config["grid"]))

    @staticmethod
    def sentence(result: Result) -> str:
        """Say how much was measured."""
        return f"{result.config['function']} was measured at {len(result.rows)} points."

    @staticmethod
    def page(result: Result) -> Pages:
        """Return a page without figures; the report has the rows."""
        return Pages(f"Sweep of {result.config['function']}")


@checks.by_name
def sweep(
    what: Study | Callable[..., Any] | str,
    grid: Mapping[str, Sequence[Any]] | None = None,
    *,
    trials: int = 10,
    store: Store | str | os.PathLike[str] = ":memory:",
    workers: int | None = None,
    executor: Executor | None = None,
    progress: bool = False,
    rng: int | np.random.Generator | None = None,
) -> Result:
    """Run all trials of a function over a grid, or of a study, that a file does not have yet.

    A finished trial is saved at once: a sweep that was stopped, even killed, continues with the
    next call. Results depend on the seed, not on workers, order or interruptions.

    Parameters
    ----------
    what : callable, "module:function" or Study
        A function that is called with the arguments of a point of the grid and with ``rng``, a
        generator of its own in every trial, and returns a number or a dict of numbers. It must be
        defined by ``def`` in a module or in the running script. Or a study, such as
        ``Capacity(sizes=[100])``, whose own grid, trials, workers and seed are used.
    grid : mapping of str to sequences
        Values of each argument: numbers, or words, such as names of files; all combinations are
        measured.
    trials : int
        Number of trials at each point.
    store : path, Store or ":memory:"
        File of the results, which is created if it does not exist.
    workers : int, optional
        Number of threads; by default the number of processors.
    executor : concurrent.futures.Executor, optional
        Executor to use instead of threads.
    progress : bool
        Show a progress bar.
    rng : None, int or numpy.random.Generator
        Random number generator or seed. With a file give a seed: another one is another sweep.

    Returns
    -------
    Result
        For a function: a row for each point with its arguments, trials, and the mean and the
        standard error over trials, "_se", of each number; ``to_xarray`` has the arguments as
        dimensions. For a study: what it gathers.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        For a function that workers cannot import, or a grid that is none.
    ResultsDirError
        If the file holds another sweep, or cannot be used.
    HopfieldError
        If trials failed; the others are kept.

    Examples
    --------
    >>> from hopfield_sim.experiment.studies.phase.study import Phase
    >>> study = Phase(sizes=[50], loads=[0.04], temperatures=[0.2], networks=2, rng=0)
    >>> [round(row["overlap"], 1) for row in sweep(study).rows]
    [1.0, 1.0]
    """
    if isinstance(what, Study):
        if grid is not None:
            raise InvalidInputError("a study has its own grid; call sweep(study, store=...)")
        study = what
    else:
        study = Grid(
            cast(str, what),
            grid,
            trials,
            workers=workers,
            executor=executor,
            progress=progress,
            rng=rng,
        )
    if isinstance(store, Store):
        return answer(study, store)
    path = store if store == ":memory:" else checks.path(store)
    with Store(path) as opened:
        return answer(study, opened)
