"""Validation of all arguments of the public API.

Every function takes an argument of a caller and returns it in the form that the rest of the package
uses (a new array, a plain number), or raises an error of :mod:`hopfield_sim.errors`. Arrays of the
caller are never modified and never kept.

``batches.py`` has what validated patterns and states are, and their shapes. ``spins.py`` validates
arrays of -1 and +1, ``reals.py`` arrays of real numbers, ``compressed.py`` sparse
matrices, ``continuous.py`` real patterns and states, ``labelled.py`` labelled examples,
``arguments.py`` single arguments, ``words.py`` choices from a list, ``keywords.py`` names of
arguments, ``paths.py`` file paths, ``resources.py`` memory requirements, ``limits.py`` the
available memory. ``caller.py`` makes warnings point to the caller.
"""

from hopfield_sim.checks.arguments import (
    flag,
    generator,
    integer,
    key,
    mapping,
    message,
    real,
    sequence,
    show,
    stream,
)
from hopfield_sim.checks.batches import Batch, Stored
from hopfield_sim.checks.caller import warn
from hopfield_sim.checks.compressed import Compressed, compressed, scipy_rows
from hopfield_sim.checks.continuous import activities, real_patterns, real_states, within_one
from hopfield_sim.checks.keywords import by_name
from hopfield_sim.checks.labelled import inputs, labels, one_kind
from hopfield_sim.checks.paths import path
from hopfield_sim.checks.reals import (
    external_field,
    finite,
    float_type,
    image_shape,
    is_sparse,
    narrowed,
    numeric,
    site_mask,
    temperatures,
    thresholds,
    weights,
)
from hopfield_sim.checks.resources import fits, memory
from hopfield_sim.checks.spins import patterns, signs, states
from hopfield_sim.checks.words import choice

__all__ = [
    "Batch",
    "Compressed",
    "Stored",
    "activities",
    "by_name",
    "choice",
    "compressed",
    "external_field",
    "finite",
    "fits",
    "flag",
    "float_type",
    "generator",
    "image_shape",
    "inputs",
    "integer",
    "is_sparse",
    "key",
    "labels",
    "mapping",
    "memory",
    "message",
    "narrowed",
    "numeric",
    "one_kind",
    "path",
    "patterns",
    "real",
    "real_patterns",
    "real_states",
    "scipy_rows",
    "sequence",
    "show",
    "signs",
    "site_mask",
    "states",
    "stream",
    "temperatures",
    "thresholds",
    "warn",
    "weights",
    "within_one",
]
