"""What a study is: a question, a grid of cells, and trials, pure functions of their numbers."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import zlib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar, Self

import numpy as np

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment.sweeps import fields as kinds
from hopfield_sim.experiment.sweeps import own
from hopfield_sim.experiment.sweeps.fields import fields, option
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result

__all__ = ["Cell", "Config", "Payload", "Payloads", "Study", "canonical", "fingerprint"]

Config = dict[str, Any]
"""All that the results of a study depend on, in JSON's types."""

Payload = dict[str, Any]
"""What one trial found, in JSON's types."""

Payloads = Sequence[Sequence[Payload]]
"""For every cell the finished trials, in order."""


@checks.by_name
@dataclass(frozen=True)
class Cell:
    """One point of a study's grid.

    Parameters
    ----------
    values : mapping
        What distinguishes this cell from the others: rule, number of neurons, ...
    trials : int
        Independent repetitions, nearly always networks.
    """

    values: Mapping[str, Any]
    trials: int


@dataclass(frozen=True, eq=False)
class Study(ABC):
    """A question that is answered by trials over a grid.

    A study is a frozen dataclass that derives from this one. Its fields, each declared by
    ``fields.option``, are what it may be asked: the arguments of its function, the keys of a
    configuration file, the options of the command line. ``config`` is what they come to, checked
    and with every default filled in; all else reads ``config`` alone, so that a worker elsewhere,
    or a results file, needs nothing but that.
    """

    name: ClassVar[str]
    """The word on the command line, and the name of the CSV file."""
    question: ClassVar[str]
    """What it asks, in a line."""
    small: ClassVar[Mapping[str, Any]] = {}
    """Fields that make it small: ``--quick``."""
    large: ClassVar[Mapping[str, Any]] = {}
    """Fields that make it as large as a paper's, where the default is smaller: ``--full``."""
    seconds: ClassVar[int] = 0
    """How long it takes by default on two processors, for the help; 0 says nothing."""

    _: KW_ONLY
    backend: str = option("auto", kinds.backend(), "implementation to use", name="")
    workers: int | None = None
    executor: Executor | None = None
    progress: bool = False
    rng: int | np.random.Generator | None = option(
        None, kinds.seed(), "seed of all randomness", name=""
    )
    config: Config = dataclasses.field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Check every field, and settle the configuration."""
        config: Config = {}
        sources: dict[str, str] = {}
        for field in fields(type(self)):
            value = field.kind.check(getattr(self, field.name), field.name)
            config["seed" if field.name == "rng" else field.name] = value
            if field.kind.code:
                sources |= {text: own.digest(text) for text in value if ":" in text}
        config = self.settle(config)
        object.__setattr__(self, "config", config | {"sources": sources} if sources else config)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.trial is Study.trial and cls.trials is Study.trials:
            raise TypeError(f"{cls.__name__} must define trial or trials")

    @classmethod
    def of(cls, config: Config) -> Self:
        """Return the study of a configuration that was settled before."""
        study = object.__new__(cls)
        object.__setattr__(study, "config", config)
        return study

    @classmethod
    def where(cls) -> str:
        """Return "module:name", by which workers find the study."""
        return f"{cls.__module__}:{cls.__qualname__}"

    def settle(self, config: Config) -> Config:
        """Fill in what depends on several fields or on data; check what they must keep together.

        Parameters
        ----------
        config : dict
            Every field, checked alone, and ``seed``. May be changed in place.
        """
        return config

    @abstractmethod
    def cells(self) -> list[Cell]:
        """Return the grid."""

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Return what one trial finds; a pure function of the configuration, cell and generator."""
        return self.trials(cell, [rng])[0]

    def trials(self, cell: Mapping[str, Any], rngs: Sequence[np.random.Generator]) -> list[Payload]:
        """Return what ``trial`` finds with each generator, together where that takes less time."""
        return [self.trial(cell, rng) for rng in rngs]

    @abstractmethod
    def gather(self, payloads: Payloads) -> Result:
        """Return the result, from the payloads of each cell."""

    @staticmethod
    @abstractmethod
    def sentence(result: Result) -> str:
        """Return the result in words, every number taken from it."""

    @staticmethod
    @abstractmethod
    def page(result: Result) -> Pages:
        """Return the result as figures, videos and tables; imports ``plotting`` when called."""


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
    return checks.stream((seed, zlib.crc32(study.encode())), cell, trial)
