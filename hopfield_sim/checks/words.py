"""Choices from a list, and the nearest one to a misspelt word."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from hopfield_sim.checks.arguments import show
from hopfield_sim.errors import InvalidInputError, InvalidTypeError

_SYNONYMS = {
    "sync": ("parallel", "synchronous", "simultaneous", "little"),
    "async": ("asynchronous", "serial", "one-by-one"),
    "random": ("shuffled", "permutation"),
    "sequential": ("ordered", "cyclic", "fixed"),
    "hebbian": ("hebb", "outer-product", "hopfield"),
    "pseudoinverse": ("pseudo", "pinv", "projection"),
    "dreaming": ("dream", "sleep", "sleeping"),
    "palimpsest": ("forgetting", "fading"),
    "covariance": ("tsodyks-feigelman", "sparse", "biased"),
    "willshaw": ("clipped", "steinbuch"),
    "unlearning": ("hopfield-feinstein-palmer", "forget-spurious"),
    "bounded": ("parisi", "bounded-synapses"),
    "descent_l2": ("descentl2", "ridge", "least-squares"),
    "diederich_opper_1": ("diederichopper1", "diederich-opper-i", "diederich-opper"),
    "diederich_opper_2": ("diederichopper2", "diederich-opper-ii", "adaline"),
    "most": ("hebbian", "hebb", "hopfield"),  # the criterion of capacity that is Hebb's
    "polynomial": ("poly", "polynom", "power", "monomial"),
    "rectified": ("relu", "rectifier", "rectified-polynomial"),
    "exponential": ("exp",),
    "dot": ("inner", "dot-product", "scalar"),
    "cosine": ("cos",),
    "euclidean": ("euclid", "l2"),
    "manhattan": ("cityblock", "l1"),
    "numpy": ("python", "reference"),
    "cython": ("c", "compiled"),
    "cupy": ("gpu", "cuda"),
    "log": ("logsumexp", "lse"),
    "rotation": ("rotate", "svd"),
    "gradient": ("backpropagation", "sgd"),
    "states": ("trajectory",),
    "memories": ("memory",),
    "keep": ("hold", "stay"),
    "plus": ("+1", "positive", "one"),
}
"""Names used by this package, and synonyms used elsewhere."""

_LONGEST = 40
"""Maximum number of letters compared: no name is longer, and long texts must not take long."""


def choice(value: Any, options: Collection[str], name: str) -> str:
    """Validate a choice from a list; the error for an unknown one suggests the nearest."""
    if isinstance(value, str) and value in options:
        return str(value)
    words = list(options)
    listed = ", ".join(f'"{word}"' for word in words)
    if not isinstance(value, str):
        raise InvalidTypeError(f"{name} must be one of {listed}; got {show(value)}")
    meant = nearest(value, words)
    hint = "" if meant is None else f'; did you mean "{meant}"?'
    raise InvalidInputError(f"{name} must be one of {listed}; got {show(value)}{hint}")


def nearest(value: str, words: Sequence[str]) -> str | None:
    """Return the nearest word: that of a synonym, or one at most two edits away; else None.

    Examples
    --------
    >>> nearest("parallel", ["async", "sync"]), nearest("snyc", ["async", "sync"])
    ('sync', 'sync')
    >>> nearest("median", ["async", "sync"])
    """
    typed = value.strip().lower().replace("_", "-")
    for word in words:
        if typed in _SYNONYMS.get(word, ()):
            return word
    if not 0 < len(typed) <= _LONGEST:
        return None
    slips = {word: _slips(typed, word.lower().replace("_", "-")) for word in words}
    # Two edits turn any short word into another.
    near = [word for word in words if slips[word] <= (1 if len(word) < 5 > len(typed) else 2)]
    return min(near, key=lambda word: slips[word], default=None)


def _slips(one: str, other: str) -> int:
    """Edit distance: letters deleted, inserted, replaced or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        above, row, older = row, [i], before
        for j, wanted in enumerate(other, start=1):
            slips = min(above[j] + 1, row[-1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                slips = min(slips, older[j - 2] + 1)
            row.append(slips)
        before = above
    return row[-1]
