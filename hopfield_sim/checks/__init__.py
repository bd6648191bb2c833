"""The only place where arrays and arguments from outside are judged.

Every function takes what a caller passed and returns it in the one form the rest of the package
works with (a fresh array, a plain number), or raises from :mod:`hopfield_sim.errors`. The caller's
own arrays are never changed and never kept.

``spins.py`` judges arrays of -1 and +1, ``reals.py`` arrays of real numbers, ``continuous.py`` real
patterns and states, ``labelled.py`` examples with labels, ``arguments.py`` single arguments,
``words.py`` words out of a list, ``keywords.py`` names of arguments, ``paths.py`` paths of files,
``resources.py`` whether something fits into memory, ``limits.py`` how much is left. ``caller.py``
has warnings point at the caller.
"""

from hopfield_sim.checks.arguments import (
    flag,
    generator,
    integer,
    key,
    mapping,
    real,
    sequence,
    show,
    told,
)
from hopfield_sim.checks.caller import warn
from hopfield_sim.checks.continuous import (
    RealBatch,
    RealStored,
    activities,
    real_patterns,
    real_states,
)
from hopfield_sim.checks.keywords import by_name
from hopfield_sim.checks.labelled import inputs, labels, one_kind
from hopfield_sim.checks.paths import path
from hopfield_sim.checks.reals import (
    finite,
    float_type,
    image_shape,
    narrowed,
    numeric,
    site_mask,
    temperatures,
    thresholds,
    weights,
)
from hopfield_sim.checks.resources import fits, memory
from hopfield_sim.checks.spins import Batch, Stored, patterns, signs, states
from hopfield_sim.checks.words import choice

__all__ = [
    "Batch",
    "RealBatch",
    "RealStored",
    "Stored",
    "activities",
    "by_name",
    "choice",
    "finite",
    "fits",
    "flag",
    "float_type",
    "generator",
    "image_shape",
    "inputs",
    "integer",
    "key",
    "labels",
    "mapping",
    "memory",
    "narrowed",
    "numeric",
    "one_kind",
    "path",
    "patterns",
    "real",
    "real_patterns",
    "real_states",
    "sequence",
    "show",
    "signs",
    "site_mask",
    "states",
    "temperatures",
    "thresholds",
    "told",
    "warn",
    "weights",
]
