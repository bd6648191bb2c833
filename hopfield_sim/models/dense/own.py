"""Interactions by name, as classes, or as user-defined functions F(x)."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.dense_protocol import Memories
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError
from hopfield_sim.models.dense import interactions
from hopfield_sim.models.dense.interactions import INTERACTIONS, Floats, Interaction, Overlaps

_BITS = 120
"""Bits of the largest |F| of an interaction that is not integer: what is below counts as 0."""

_STEP = 1e-5
"""Relative step of a difference quotient."""


@dataclass(frozen=True)
class OwnInteraction(Interaction):
    """A user-defined interaction, with checks of what its function returns.

    Parameters
    ----------
    order : int
        Passed to the function if that has an argument ``order``.
    function : callable
        F: takes a new float64 array of any shape, the overlaps, and returns F of each number. An
        attribute ``slope`` of it is F′; by default that is a difference quotient.
    n_neurons : int, optional
        The largest N that F is known for, if it comes from a file.
    """

    function: Callable[..., Any]
    n_neurons: int | None = None

    name: ClassVar[str] = "own"
    label: ClassVar[str] = "own"
    formula: ClassVar[str] = "F(x)"
    instead: ClassVar[str] = "scale it, as in F(x/N)"

    @property
    def word(self) -> str:
        """Name of the function, or of its class."""
        function = self.function
        return str(getattr(function, "__name__", type(function).__name__))

    def __str__(self) -> str:
        return f"F = {self.word}"

    def __call__(self, x: NDArray[Any]) -> Floats:
        """F of numbers, in float64.

        Raises
        ------
        InvalidInputError
            If the function raises, or returns anything but a finite number for each.
        """
        return self._called(self.function, x)

    def slope(self, x: Floats) -> Floats:
        """F′ by the function's attribute ``slope``, or (F(x + h) − F(x − h))/2h."""
        known = getattr(self.function, "slope", None)
        if callable(known):
            return self._called(known, x)
        h = _STEP * np.maximum(1.0, np.abs(x))
        return (self(x + h) - self(x - h)) / (2 * h)

    def values(self, overlaps: Overlaps, n_patterns: int = 1) -> Floats:
        """F of overlaps, in floats."""
        return self(overlaps)

    def table(self, n_neurons: int) -> Floats:
        """F of the overlaps −N … N."""
        if self.n_neurons is not None and n_neurons > self.n_neurons:
            raise InvalidInputError(
                f"a memory from a file knows F = {self.word} of overlaps up to {self.n_neurons} "
                f"only; {n_neurons} neurons (with values one more) are too many. Make a new "
                f"DenseMemory(interaction={self.word})"
            )
        return self(np.arange(-n_neurons, n_neurons + 1))

    def memories(self, patterns: NDArray[np.int8]) -> tuple[Memories, float]:
        """Tables as of any F, whose integers here count units of 2^−``_shift``."""
        found, log_unit = super().memories(patterns)
        shift = _shift(self.table(patterns.shape[1]))
        return found, log_unit - shift * math.log(2.0)

    def whole(self, n_neurons: int) -> tuple[NDArray[np.object_], int]:
        """F of the overlaps in units of 2^−``_shift``, and the log₂ of the largest."""
        table = self.table(n_neurons)
        scaled = np.ldexp(table, _shift(table))
        whole = np.array([int(value) for value in np.rint(scaled)], object)
        return whole, max(max(abs(whole)).bit_length() - 1, 0)

    def _called(self, function: Callable[..., Any], x: NDArray[Any]) -> Floats:
        x = np.asarray(x, np.float64)
        options = {"order": self.order} if _takes_order(function) else {}
        try:
            with np.errstate(all="ignore"):  # what is not finite is refused below
                answer = np.asarray(function(x.copy(), **options))
        except (HopfieldError, MemoryError):
            raise
        except Exception as error:
            raise InvalidInputError(
                f"interaction {self.word} raised {type(error).__name__} for a float64 array of "
                f"shape {x.shape}: {checks.message(error)}"
            ) from error
        if answer.shape != x.shape or answer.dtype.kind not in "biuf":
            raise InvalidInputError(
                f"interaction {self.word} must return one real number for each overlap, shape "
                f"{x.shape}; got shape {answer.shape} of {answer.dtype}"
            )
        found = answer.astype(np.float64)
        wrong = ~np.isfinite(found)
        if wrong.any():
            raise InvalidInputError(
                f"interaction {self.word} must be finite; it is {found[wrong][0]} at an overlap of "
                f"{x[wrong][0]:g}; {self.instead}"
            )
        return found


def interaction(value: Any, order: Any) -> Interaction:
    """Return an interaction by its name, as an object or class, or of a function F.

    Parameters
    ----------
    value : str, class or callable
        A name in ``INTERACTIONS``, an ``Interaction``, a function F of overlaps, or a class whose
        objects are called like one; a class is called with the order, if it takes an argument.
    order : int
        n.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the name is unknown, it is not callable, or the interaction does not have this order.

    Examples
    --------
    >>> print(interaction("rectified", 3))
    F(x) = max(x, 0)^3
    >>> interaction(lambda x: x**4, 1).table(2).tolist()
    [16.0, 1.0, 0.0, 1.0, 16.0]
    """
    if isinstance(value, str):
        return interactions.get(value, order)
    order = checks.integer(order, "order", minimum=1, maximum=interactions.HIGHEST_ORDER)
    made = _made(value, order) if isinstance(value, type) else value
    if isinstance(made, Interaction):
        return made
    if not callable(made):
        raise InvalidTypeError(
            f"interaction must be one of {', '.join(INTERACTIONS)}, or a function F of an array "
            f"of overlaps; got {checks.show(value)}"
        )
    return OwnInteraction(order, made)


def tabulated(word: str, order: int, table: Floats) -> OwnInteraction:
    """Return an interaction that is known for the overlaps −N … N, as a file has it.

    Examples
    --------
    >>> found = tabulated("cube", 3, np.array([-1.0, 0.0, 1.0]))
    >>> found.word, found(np.array([-1, 1])).tolist()
    ('cube', [-1.0, 1.0])
    """
    return OwnInteraction(order, Table(word, table), len(table) // 2)


class Table:
    """F of overlaps −N … N, linear between whole numbers; called with real ones."""

    def __init__(self, name: str, values: Floats) -> None:
        self.__name__, self.values = name, values

    def __call__(self, x: Floats) -> Floats:
        """F of numbers from −N to N."""
        n = len(self.values) // 2
        return np.interp(x, np.arange(-n, n + 1), self.values)


def _made(kind: type[Any], order: int) -> Any:
    """Return an object of a class, made with the order if it takes one."""
    try:
        takes = inspect.signature(kind).parameters
        return kind(order) if takes else kind()
    except Exception as error:
        raise InvalidInputError(
            "interaction must be a function, or a class that is made with an order or nothing; "
            f"{kind.__name__} raised {type(error).__name__}: {checks.message(error)}"
        ) from error


def _takes_order(function: Any) -> bool:
    if isinstance(function, np.ufunc):  # its order is that of an array in memory
        return False
    try:
        return "order" in inspect.signature(function).parameters
    except (TypeError, ValueError):  # some compiled callables have no signature
        return False


def _shift(table: Floats) -> int:
    """Return the binary places to keep of values: none of integers.

    Examples
    --------
    >>> _shift(np.array([-8.0, 0.0, 8.0])), _shift(np.array([0.5, 1.0]))
    (0, 120)
    """
    top = float(np.abs(table).max())
    if top < 2.0**53 and (table == np.rint(table)).all():
        return 0
    return _BITS - math.frexp(top)[1] + 1
