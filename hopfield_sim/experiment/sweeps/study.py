"""What a study is: a question, a grid of cells, and trials, pure functions of their numbers."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result

__all__ = [
    "ARGUMENTS",
    "Cell",
    "Config",
    "Payload",
    "Study",
    "canonical",
    "fingerprint",
    "generator",
]

Config = dict[str, Any]
"""All that the results of a study depend on, in JSON's types."""

Payload = dict[str, Any]
"""What one trial found, in JSON's types."""

Payloads = Sequence[Sequence[Payload]]
"""For every cell the finished trials, in order."""

ARGUMENTS = {"sizes": "sizes", "rules": "rules", "trials": "networks", "file": "files"}
"""Options of the command line that not every study has, and the argument that each gives."""


@dataclass(frozen=True)
class Cell:
    """One point of a study's grid.

    Parameters
    ----------
    values : mapping
        What distinguishes this cell from the others: rule, number of neurons, ...
    trials : int
        Independent repetitions, nearly always networks.
    cost : float
        Seconds that a trial may take, roughly; for the progress bar and to share out the work.
    """

    values: Mapping[str, Any]
    trials: int
    cost: float


@dataclass(frozen=True)
class Study:
    """A question that is answered by trials over a grid.

    Parameters
    ----------
    name : str
        The word on the command line, and the name of the CSV file.
    question : str
        What it asks, in a line.
    configure : callable
        Checked arguments → configuration. Its arguments are those of the study's function.
    quick : mapping
        Arguments that make it small.
    cells : callable
        Configuration → grid.
    trial : callable
        (configuration, cell's values, generator) → what was found. Pure.
    gather : callable
        (configuration, payloads by cell) → the result.
    sentence : callable
        The result in words, every number taken from it.
    options : frozenset of str
        Those of ``ARGUMENTS`` that it understands.
    full : mapping
        Arguments that make it as large as the paper's, where the default is smaller; may be empty.
    page : callable, optional
        The result as figures, videos and tables; imports ``plotting`` when it is called. Studies of
        the course leave it out: ``report.py`` knows them.
    trials : callable, optional
        (configuration, cell's values, several generators) → what ``trial`` finds with each, made
        together because that takes less time.
    seconds : int
        How long it takes by default on two processors, for the help; 0 says nothing.
    """

    name: str
    question: str
    configure: Callable[..., Config]
    quick: Mapping[str, Any]
    cells: Callable[[Config], list[Cell]]
    trial: Callable[[Config, Mapping[str, Any], np.random.Generator], Payload]
    gather: Callable[[Config, Payloads], Result]
    sentence: Callable[[Result], str]
    options: frozenset[str] = field(default=frozenset({"rules", "trials"}))
    page: Callable[[Result], Pages] | None = None
    full: Mapping[str, Any] = field(default_factory=dict)
    trials: (
        Callable[[Config, Mapping[str, Any], Sequence[np.random.Generator]], list[Payload]] | None
    ) = None
    seconds: int = 0

    def takes(self, option: str) -> bool:
        """Whether an option of the command line means anything to it."""
        own = {"full": bool(self.full)} | {name: name in self.options for name in ARGUMENTS}
        return own.get(option, True)


def canonical(config: Config) -> str:
    """Write a configuration so that equal ones are equal texts.

    Raises
    ------
    InvalidInputError
        For a number that no text holds: of thousands of digits, or not finite.

    Examples
    --------
    >>> canonical({"sizes": [10, 34], "seed": 0})
    '{"seed":0,"sizes":[10,34]}'
    """
    try:
        return json.dumps(config, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        raise InvalidInputError(
            f"settings must be numbers that can be written down; give a smaller one: {error}"
        ) from error


def fingerprint(study: str, config: Config) -> str:
    """Return the key under which a configuration's trials are stored.

    Examples
    --------
    >>> fingerprint("capacity", {"seed": 0}) == fingerprint("robustness", {"seed": 0})
    False
    """
    return hashlib.sha256(f"{study}:{canonical(config)}".encode()).hexdigest()[:16]


def generator(study: str, seed: int, cell: int, trial: int) -> np.random.Generator:
    """Randomness of one trial: independent of every other, whoever runs it and when.

    The study's name is part of the seed, or capacity and robustness would draw the same patterns.

    Examples
    --------
    >>> a, b = (generator("capacity", 0, cell=3, trial=t) for t in (0, 1))
    >>> bool(a.integers(2**32) == b.integers(2**32))
    False
    """
    entropy = (seed, zlib.crc32(study.encode()))
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(entropy, spawn_key=(cell, trial)))
    )
