"""The memories: a folder each, and a line here, by which the package and ``load`` know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hopfield_sim.models.attraction import basins as basins
from hopfield_sim.models.base.saved import load as load
from hopfield_sim.models.bidirectional.memory import BidirectionalMemory as BidirectionalMemory
from hopfield_sim.models.classifier.memory import DenseClassifier as DenseClassifier
from hopfield_sim.models.continuous_time.memory import GradedNetwork as GradedNetwork
from hopfield_sim.models.dense.memory import DenseMemory as DenseMemory
from hopfield_sim.models.distributed.memory import DistributedMemory as DistributedMemory
from hopfield_sim.models.hopfield.graph import Graph as Graph
from hopfield_sim.models.hopfield.network import HopfieldNetwork as HopfieldNetwork
from hopfield_sim.models.hopfield.random_graph import random_graph as random_graph
from hopfield_sim.models.hopfield.zero_one import from_binary_network as from_binary_network
from hopfield_sim.models.hopfield.zero_one import to_binary_network as to_binary_network
from hopfield_sim.models.kernel.memory import KernelMemory as KernelMemory
from hopfield_sim.models.layered.lagrangians import Lagrangian as Lagrangian
from hopfield_sim.models.layered.layers import Layer as Layer
from hopfield_sim.models.layered.network import EnergyNetwork as EnergyNetwork
from hopfield_sim.models.layered.synapses import Convolution as Convolution
from hopfield_sim.models.layered.synapses import Synapse as Synapse
from hopfield_sim.models.modern.diffusion import posterior_mean as posterior_mean
from hopfield_sim.models.modern.memory import ModernHopfield as ModernHopfield
from hopfield_sim.models.replay import replay as replay
from hopfield_sim.models.restricted.memory import RestrictedHopfield as RestrictedHopfield
from hopfield_sim.models.trained.memory import TrainedDenseMemory as TrainedDenseMemory
from hopfield_sim.recall.chains import correlation_time as correlation_time

_PUBLIC = [name for name, found in globals().items() if hasattr(found, "_file")]
_PUBLIC += ["Graph", "basins", "correlation_time", "from_binary_network", "load", "random_graph"]
_PUBLIC += ["Convolution", "Lagrangian", "Layer", "Synapse"]
_PUBLIC += ["posterior_mean", "replay", "to_binary_network"]

if not TYPE_CHECKING:  # type checkers take the names that are imported as themselves
    __all__ = _PUBLIC


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return _PUBLIC
