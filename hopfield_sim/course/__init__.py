"""The Hopfield network of EPFL's course BIO-210, under the names of its handout.

``from hopfield_sim.course import *`` takes the place of a ``functions.py`` that was written in the
course, and its notebooks run unchanged. Names, arguments and meaning are the handout's. What is
added is a keyword ``rng`` (a seed or a ``numpy.random.Generator``) wherever chance enters; without
it every call is different, and ``numpy.random.seed`` changes nothing.

Where the handout means something else than the rest of this package, it is so here, and here only:

- Hebbian weights are divided by the number of patterns M, not by N; Storkey's keep their diagonal.
- A field of zero makes a neuron +1. A field that is zero but for rounding counts as zero.
- States may hold any numbers: an update makes ±1 of them. A state of N numbers may have any shape,
  such as (1, N), and comes back so. Its type is kept (unsigned integers become signed).
- ``dynamics`` ends only when a state equals the one before it: a cycle of two runs to ``max_iter``.
- ``dynamics_async`` ends when nothing has changed for so many steps in a row: that is patience, and
  no proof that every neuron is content.

A file a subject: ``learning`` (patterns and weights), ``updates`` (dynamics and energy), ``walks``
(their steps), ``network``, ``saver`` (the two classes, videos), ``trials`` (the experiment),
``arguments`` (what is a state here).

>>> from hopfield_sim.course import *
>>> patterns = generate_patterns(3, 100, rng=1)
>>> cue = perturb_pattern(patterns[0], 20, rng=2)
>>> history = dynamics(cue, hebbian_weights(patterns), 20)
>>> pattern_match(patterns, history[-1])
0
"""

from hopfield_sim.course.learning import (
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
