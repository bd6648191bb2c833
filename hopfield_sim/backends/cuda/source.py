"""The text of a kernel file: those that it includes joined, its types and constants defined.

Joined, because the compiler on a machine with a GPU is given a text and no folder, and because
compiled kernels are kept by their text: a change in an included file must be seen.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import numpy as np

from hopfield_sim.backends.protocol import CACHED, CYCLE, FIXED, FRESH, RUNNING, STALE
from hopfield_sim.backends.reference.dense import KAPPA
from hopfield_sim.backends.reference.philox import ACCEPT, FLIP, ORDER, ORDERS, PATTERN

OPTIONS = ("--std=c++17", "--fmad=false")
"""For the compiler: sums round as everywhere else."""

_CONSTANTS = {
    "RUNNING": RUNNING,
    "FIXED": FIXED,
    "CYCLE": CYCLE,
    "CACHED": CACHED,
    "FRESH": FRESH,
    "STALE": STALE,
    "ORDER": ORDER,
    "ACCEPT": ACCEPT,
    "FLIP": FLIP,
    "PATTERN": PATTERN,
    "KAPPA": KAPPA,
    **{name.upper(): number for name, number in ORDERS.items()},
}

_INCLUDE = re.compile(r'^#include "(\w+\.cuh)"\n', re.MULTILINE)


@cache
def text(name: str, **defined: object) -> str:
    """The text of ``name``.cuh with these words defined; types are given as NumPy's.

    Examples
    --------
    >>> print(text("rules", FIELD=np.int16).splitlines()[-1][:19])
    #define EXPONENTIAL
    >>> "#define FIELD i16" in text("rules", FIELD=np.int16)
    True
    """
    words = {**_CONSTANTS, **defined}
    lines = [f"#define {word} {_spelt(value)}" for word, value in words.items()]
    return "\n".join(lines) + "\n" + _joined(f"{name}.cuh", set())


def _spelt(value: object) -> str:
    if isinstance(value, (type, np.dtype)):
        dtype = np.dtype(value)
        real = {4: "float", 8: "double"}
        return real[dtype.itemsize] if dtype.kind == "f" else f"{dtype.kind}{8 * dtype.itemsize}"
    return str(value)


def _joined(file: str, seen: set[str]) -> str:
    """The file with others in the place of their #include, each once."""
    if file in seen:
        return ""
    seen.add(file)
    own = (Path(__file__).parent / file).read_text(encoding="utf-8")
    parts = _INCLUDE.split(own)
    joined, line = [f'#line 1 "{file}"\n', parts[0]], parts[0].count("\n")
    for included, rest in zip(parts[1::2], parts[2::2], strict=True):
        line += 1
        joined += [_joined(included, seen), f'#line {line + 1} "{file}"\n', rest]
        line += rest.count("\n")
    return "".join(joined)
