"""Studies: a question, a grid of cells, and trials, pure functions of their indices."""

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
"""All that the results of a study depend on, in JSON types."""

Payload = dict[str, Any]
"""Result of one trial, in JSON types."""

Payloads = Sequence[Sequence[Payload]]
"""Payloads of the finished trials of every cell, in order."""


@checks.by_name
@dataclass(frozen=True)
class Cell:
    """One point of a study's grid.

    Parameters
    ----------
    values : mapping
        What distinguishes this cell from the others: rule, number of neurons, ...
    trials : int
        Number of independent repetitions, usually networks.
    """

    values: Mapping[str, Any]
    trials: int


@dataclass(frozen=True, eq=False)
class Study(ABC):
    """A question that is answered by trials over a grid.

    A study is a frozen dataclass that derives from this one. Its fields, each declared by
    ``fields.option``, are the arguments of its function, the keys of a configuration file, and
    the options of the command line. ``config`` has the validated values with every default filled
    in; all else reads ``config`` alone, so that workers and results files need nothing else.
    """

    name: ClassVar[str]
    """Name on the command line, and of the CSV file."""
    question: ClassVar[str]
    """Question of the study, one line."""
    small: ClassVar[Mapping[str, Any]] = {}
    """Values of fields of the small size, ``--quick``."""
    large: ClassVar[Mapping[str, Any]] = {}
    """Values of fields of the size of a paper, ``--full``, if it differs from the default."""
    seconds: ClassVar[int] = 0
    """Seconds of the default size on two processors, for the help; 0 if unknown."""

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
        """Validate every field, and complete the configuration."""
        config: Config = {}
        sources: dict[str, str] = {}
        for field in fields(type(self)):
            value = field.kind.check(getattr(self, field.name), field.name)
            config["seed" if field.name == "rng" else field.name] = value
            if field.kind.judge:
                texts = value if field.kind.several else [value]
                for text in (text for text in texts or () if ":" in text):
                    field.kind.judge(text)
                    sources[text] = own.digest(text)
        config = self.settle(config)
        object.__setattr__(self, "config", config | {"sources": sources} if sources else config)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if hasattr(cls, "name") and cls.trial is Study.trial and cls.trials is Study.trials:
            raise TypeError(f"{cls.__name__} must define trial or trials")

    @classmethod
    def of(cls, config: Config) -> Self:
        """Return the study of a complete configuration."""
        study = object.__new__(cls)
        object.__setattr__(study, "config", config)
        return study

    @classmethod
    def where(cls) -> str:
        """Return "module:name", by which workers find the study."""
        return f"{cls.__module__}:{cls.__qualname__}"

    def settle(self, config: Config) -> Config:
        """Complete the configuration from several fields or data, and validate them together.

        Parameters
        ----------
        config : dict
            All validated fields, and ``seed``. May be changed in place.
        """
        return config

    @abstractmethod
    def cells(self) -> list[Cell]:
        """Return the cells of the grid."""

    def trial(self, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
        """Return the payload of one trial, a function of configuration, cell and generator only."""
        return self.trials(cell, [rng])[0]

    def trials(self, cell: Mapping[str, Any], rngs: Sequence[np.random.Generator]) -> list[Payload]:
        """Return the payload of ``trial`` for each generator, in one batch if that is faster."""
        return [self.trial(cell, rng) for rng in rngs]

    @abstractmethod
    def gather(self, payloads: Payloads) -> Result:
        """Return the result from the payloads of each cell."""

    @staticmethod
    @abstractmethod
    def sentence(result: Result) -> str:
        """Return a summary of the result in words."""

    @staticmethod
    @abstractmethod
    def page(result: Result) -> Pages:
        """Return figures, videos and tables of the result; imports ``plotting`` when called."""


def canonical(config: Config) -> str:
    """Return a configuration as a canonical JSON string.

    Raises
    ------
    InvalidInputError
        For a number that cannot be written: not finite, or with thousands of digits.

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
    """Return the key of a configuration's trials in the store.

    Examples
    --------
    >>> fingerprint("capacity", {"seed": 0}) == fingerprint("robustness", {"seed": 0})
    False
    """
    return hashlib.sha256(f"{study}:{canonical(config)}".encode()).hexdigest()[:16]


def generator(study: str, seed: int, cell: int, trial: int) -> np.random.Generator:
    """Return the generator of one trial, independent of all other trials and of the worker.

    The study's name is part of the seed; otherwise two studies would draw the same patterns.

    Examples
    --------
    >>> a, b = (generator("capacity", 0, cell=3, trial=t) for t in (0, 1))
    >>> bool(a.integers(2**32) == b.integers(2**32))
    False
    """
    return checks.stream((seed, zlib.crc32(study.encode())), cell, trial)
