"""The nouns a reader came for: a file a memory."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from typing import Any

from hopfield_sim import checks
from hopfield_sim.models.classifier.memory import DenseClassifier
from hopfield_sim.models.dense.memory import DenseMemory
from hopfield_sim.models.distributed.memory import DistributedMemory
from hopfield_sim.models.hopfield.network import HopfieldNetwork
from hopfield_sim.models.modern.memory import ModernHopfield
from hopfield_sim.models.restricted.memory import RestrictedHopfield
from hopfield_sim.models.trained.memory import TrainedDenseMemory

__all__ = [
    "DenseClassifier",
    "DenseMemory",
    "DistributedMemory",
    "HopfieldNetwork",
    "ModernHopfield",
    "RestrictedHopfield",
    "TrainedDenseMemory",
    "load",
]


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__


@checks.by_name
def load(path: str | PathLike[str]) -> Any:
    """Read a model that its ``save`` wrote.

    Raises
    ------
    ModelFileError
        For a file that is not there, not a model, or damaged in any way.
    """
    from hopfield_sim.models import files  # zip archives and checksums: only for who reads files

    makers: dict[str, Callable[[files.Members], Any]] = {
        "classifier": DenseClassifier._from_members,
        "dense": DenseMemory._from_members,
        "distributed": DistributedMemory._from_members,
        "hopfield": HopfieldNetwork._from_members,
        "modern": ModernHopfield._from_members,
        "restricted": RestrictedHopfield._from_members,
        "trained": TrainedDenseMemory._from_members,
    }
    return files.load(path, makers)
