"""Similarities by name, as classes, or as user-defined functions of states and memories."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from hopfield_sim import checks
from hopfield_sim.backends.reference.attention import Memories
from hopfield_sim.checks import places
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError
from hopfield_sim.models.modern.similarity import SIMILARITIES, Floats, Mask, Similarity


class OwnSimilarity(Similarity):
    """A user-defined similarity, with checks of what its function returns; it has no energy.

    Parameters
    ----------
    function : callable
        (states (B, N), memories (P, N)) → similarities (B, P); the larger, the more alike. The
        arrays are read-only, and have the observed coordinates alone.
    patterns, observed
        As for any ``Similarity``.
    """

    energetic = False

    def __init__(
        self, function: Callable[..., Any], patterns: Floats, observed: Mask | None
    ) -> None:
        self.function = function
        self.name = str(getattr(function, "__name__", type(function).__name__))
        super().__init__(patterns, observed)

    def compare(self, patterns: Floats) -> Memories:
        """With the function; it is tried on the first memory."""
        self.scores(patterns[:1], patterns[:1])
        return Memories(patterns, score=self.scores)

    def over(self, patterns: Floats, observed: Mask | None) -> OwnSimilarity:
        """The same function."""
        return OwnSimilarity(self.function, patterns, observed)

    def scores(self, queries: Floats, patterns: Floats) -> Floats:
        """Similarities (b, P), a new array of the dtype of the queries.

        Raises
        ------
        InvalidInputError
            If the function raises, or returns anything but finite numbers (b, P).
        """
        rows = [self._part(queries), self._part(patterns)]
        shapes = f"states {rows[0].shape} and memories {rows[1].shape}"
        try:
            with np.errstate(all="ignore"):  # what is not finite is refused below
                answer = np.asarray(self.function(*rows))
        except (HopfieldError, MemoryError):
            raise
        except Exception as error:
            raise InvalidInputError(
                f"similarity {self.name} raised {type(error).__name__} for {shapes}: "
                f"{checks.message(error)}"
            ) from error
        wanted = len(queries), len(patterns)
        if answer.shape != wanted or answer.dtype.kind not in "biuf":
            raise InvalidInputError(
                f"similarity {self.name} must return one real number for each state and memory, "
                f"shape {wanted}, for {shapes}; got shape {answer.shape} of {answer.dtype}"
            )
        found = answer.astype(rows[0].dtype)
        if not np.isfinite(found).all():
            raise InvalidInputError(
                f"similarity {self.name} must be finite for {shapes}; it is "
                f"{found[~np.isfinite(found)][0]} for one of them"
            )
        place = places.module_of(queries).__name__
        return np.asarray(found) if place == places.HERE else places.moved(found, place)

    def _part(self, rows: Floats) -> Floats:
        """The observed coordinates of rows, in the processor's memory, read-only."""
        here = places.moved(rows, places.HERE)
        if self.observed is not None:
            here = here[:, places.moved(self.observed, places.HERE)]
        here = here.view()
        here.flags.writeable = False
        return here


Compare = Callable[[Floats, Mask | None], Similarity]
"""(patterns (P, N), observed (N,) or None) → how they are compared with states."""


def similarity(value: Any) -> tuple[str, Compare]:
    """Return the name and the comparison of a similarity.

    Parameters
    ----------
    value : str, class or callable
        A name in ``SIMILARITIES``, a class that derives from ``Similarity``, a function of states
        (B, N) and memories (P, N), or a class, made without arguments, whose objects are called
        like one.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the name is unknown, or it is not callable.

    Examples
    --------
    >>> similarity("dot")
    ('dot', <class 'hopfield_sim.models.modern.similarity.Dot'>)
    """
    if isinstance(value, str):
        return value, SIMILARITIES[checks.choice(value, SIMILARITIES, "similarity")]
    if isinstance(value, type) and issubclass(value, Similarity):
        return value.name, value
    try:
        function = value() if isinstance(value, type) else value
    except Exception as error:
        raise InvalidInputError(
            f"similarity must be a function, or a class that is made without arguments; "
            f"{value.__name__} raised {type(error).__name__}: {checks.message(error)}"
        ) from error
    if not callable(function):
        raise InvalidTypeError(
            f"similarity must be one of {', '.join(SIMILARITIES)}, or a function of states (B, N) "
            f"and memories (P, N); got {checks.show(value)}"
        )
    return str(getattr(function, "__name__", type(function).__name__)), partial(
        OwnSimilarity, function
    )
