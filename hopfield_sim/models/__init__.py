"""The nouns a reader came for: a file a memory."""

from __future__ import annotations

from hopfield_sim.models.classifier.memory import DenseClassifier
from hopfield_sim.models.dense.memory import DenseMemory
from hopfield_sim.models.distributed.memory import DistributedMemory
from hopfield_sim.models.hopfield.network import HopfieldNetwork
from hopfield_sim.models.modern.memory import ModernHopfield
from hopfield_sim.models.restricted.memory import RestrictedHopfield
from hopfield_sim.models.saved import load
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
