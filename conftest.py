"""What cannot be imported without an extra is not searched for doctests where that is missing."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("sklearn") else ["hopfield_sim/sklearn/dense_memory.py"]
