"""The Hopfield network of EPFL's course BIO-210, under the names of its handout.

``from hopfield_sim.course import *`` replaces the ``functions.py`` that is written in the course;
its notebooks run unchanged. Names, arguments and meaning are those of the handout. The only
addition is a keyword ``rng`` (a seed or a ``numpy.random.Generator``) for every random function;
without it every call gives different results, and ``numpy.random.seed`` has no effect.
``python -m hopfield_sim.course`` recalls the handout's checkerboard.

The conventions of the handout differ from those of the rest of this package in these points:

- Hebbian weights are divided by the number of patterns M, not by N; Storkey's keep their diagonal.
- A field of zero sets a neuron to +1. A field that is zero up to rounding counts as zero.
- States may contain any numbers; an update sets them to ±1. A state of N numbers may have any
  shape, such as (1, N), and results have the same shape and dtype (signed for unsigned integers).
- ``dynamics`` stops only when a state equals the one before it: a cycle of two runs to
  ``max_iter``.
- ``dynamics_async`` stops when nothing has changed for a number of steps, which does not prove that
  the state is a fixed point.

Modules: ``learning`` (patterns and weights), ``updates`` (dynamics and energy), ``walks`` (their
steps), ``network`` and ``saver`` (the two classes, videos), ``trials`` (the experiment),
``arguments`` (validation), ``__main__`` (the checkerboard).

>>> from hopfield_sim.course import *
>>> patterns = generate_patterns(3, 100, rng=1)
>>> cue = perturb_pattern(patterns[0], 20, rng=2)
>>> history = dynamics(cue, hebbian_weights(patterns), 20)
>>> pattern_match(patterns, history[-1])
0
"""

from hopfield_sim.course.learning import (
    create_checkerboard,
    generate_patterns,
    hebbian_weights,
    pattern_match,
    perturb_pattern,
    storkey_weights,
)
from hopfield_sim.course.network import HopfieldNetwork
from hopfield_sim.course.saver import DataSaver, save_video
from hopfield_sim.course.trials import experiment
from hopfield_sim.course.updates import dynamics, dynamics_async, energy, update, update_async

__all__ = [
    "DataSaver",
    "HopfieldNetwork",
    "create_checkerboard",
    "dynamics",
    "dynamics_async",
    "energy",
    "experiment",
    "generate_patterns",
    "hebbian_weights",
    "pattern_match",
    "perturb_pattern",
    "save_video",
    "storkey_weights",
    "update",
    "update_async",
]


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
