"""Theoretical predictions for Hopfield networks, each with its source.

* ``one_step.py`` — signal and crosstalk: the probability that a bit of a stored pattern changes
* ``bidirectional.py`` — the same for pairs of patterns
* ``exponential.py`` — the same for a memory with the interaction e^x
* ``dreaming.py`` — the same for Hebbian weights after a time of sleep
* ``dilution.py`` — the overlap where most couplings are left out, and of one step
* ``palimpsest.py`` — the same for weights that fade, by the age of a pattern
* ``bounded.py`` — the same for bounded synapses, by the age of a pattern
* ``sparse.py`` — the same for patterns of few active neurons: the covariance rule, Willshaw's
* ``storage.py`` — capacities with few or without errors, of Hebbian, Storkey and dense memories
* ``replica.py`` — the overlap at finite load and temperature, and the critical load
* ``order_parameters.py`` — all order parameters there, free energy, energy and stability
* ``dense_replica.py`` — the overlap at finite load in dense memories, and their critical loads
* ``parallel_dynamics.py`` — the first two synchronous steps from a noisy cue
* ``sequences.py`` — the overlap in a network that replays a sequence, and its critical load
* ``phase_diagram.py`` — the lines between retrieval, spin glass and paramagnet
* ``gardner.py`` — the maximum capacity over all weights
* ``modern.py`` — modern Hopfield networks: separation, error of one step, exponential capacity
* ``modern_states.py`` — their states near a pattern, by β and the number of patterns
* ``random_features.py`` — accuracy of distributed memories, and the required number of features

Everything is solved when it is asked for, with SciPy, which is loaded then; nothing is a table of
known values.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from hopfield_sim.errors import MissingDependencyError

if TYPE_CHECKING:
    from hopfield_sim.theory.bidirectional import bidirectional_error
    from hopfield_sim.theory.bounded import bounded_error
    from hopfield_sim.theory.dense_replica import dense_critical_load, dense_retrieval_overlap
    from hopfield_sim.theory.dilution import (
        diluted_critical_load,
        diluted_overlap,
        diluted_step,
    )
    from hopfield_sim.theory.dreaming import dreaming_error
    from hopfield_sim.theory.exponential import exponential_error
    from hopfield_sim.theory.gardner import gardner_load
    from hopfield_sim.theory.modern import (
        modern_capacity,
        modern_constant,
        modern_error,
        modern_nearest,
        modern_separation,
        modern_weight,
    )
    from hopfield_sim.theory.modern_states import modern_critical_beta, modern_retrieval_overlap
    from hopfield_sim.theory.one_step import one_step_error
    from hopfield_sim.theory.order_parameters import Retrieval, retrieval
    from hopfield_sim.theory.palimpsest import palimpsest_error
    from hopfield_sim.theory.parallel_dynamics import synchronous_overlaps
    from hopfield_sim.theory.phase_diagram import PhaseLines, phase_lines
    from hopfield_sim.theory.random_features import (
        feature_error,
        feature_variance,
        features_needed,
    )
    from hopfield_sim.theory.replica import critical_load, retrieval_overlap
    from hopfield_sim.theory.sequences import sequence_critical_load, sequence_overlap
    from hopfield_sim.theory.sparse import (
        covariance_error,
        willshaw_error,
        winners_critical_load,
        winners_overlap,
    )
    from hopfield_sim.theory.storage import capacity, dense_capacity

__all__ = [
    "PhaseLines",
    "Retrieval",
    "bidirectional_error",
    "bounded_error",
    "capacity",
    "covariance_error",
    "critical_load",
    "dense_capacity",
    "dense_critical_load",
    "dense_retrieval_overlap",
    "diluted_critical_load",
    "diluted_overlap",
    "diluted_step",
    "dreaming_error",
    "exponential_error",
    "feature_error",
    "feature_variance",
    "features_needed",
    "gardner_load",
    "modern_capacity",
    "modern_constant",
    "modern_critical_beta",
    "modern_error",
    "modern_nearest",
    "modern_retrieval_overlap",
    "modern_separation",
    "modern_weight",
    "one_step_error",
    "palimpsest_error",
    "phase_lines",
    "retrieval",
    "retrieval_overlap",
    "sequence_critical_load",
    "sequence_overlap",
    "synchronous_overlaps",
    "willshaw_error",
    "winners_critical_load",
    "winners_overlap",
]

_MODULE = {
    "PhaseLines": "phase_diagram",
    "Retrieval": "order_parameters",
    "bidirectional_error": "bidirectional",
    "bounded_error": "bounded",
    "capacity": "storage",
    "covariance_error": "sparse",
    "critical_load": "replica",
    "dense_capacity": "storage",
    "dense_critical_load": "dense_replica",
    "dense_retrieval_overlap": "dense_replica",
    "diluted_critical_load": "dilution",
    "diluted_overlap": "dilution",
    "diluted_step": "dilution",
    "dreaming_error": "dreaming",
    "exponential_error": "exponential",
    "feature_error": "random_features",
    "feature_variance": "random_features",
    "features_needed": "random_features",
    "gardner_load": "gardner",
    "modern_critical_beta": "modern_states",
    "modern_retrieval_overlap": "modern_states",
    "one_step_error": "one_step",
    "palimpsest_error": "palimpsest",
    "phase_lines": "phase_diagram",
    "retrieval": "order_parameters",
    "retrieval_overlap": "replica",
    "sequence_critical_load": "sequences",
    "sequence_overlap": "sequences",
    "synchronous_overlaps": "parallel_dynamics",
    "willshaw_error": "sparse",
    "winners_critical_load": "sparse",
    "winners_overlap": "sparse",
}
"""Where each name is, the others in ``modern``; a module is loaded with its first name."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(f"{__name__}.{_MODULE.get(name, 'modern')}")
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "scipy":
            raise
        raise MissingDependencyError(
            f"theory.{name} needs SciPy, 1.15 or newer: pip install -U scipy"
        ) from error
    return getattr(module, name)


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
