"""Kernels of states of ±1: how similar two are, as a function of their scalar product.

On ±1 the distance and the scalar product say the same, |x − y|² = 2 (n − x·y). A kernel of n
neurons is thus a table of n + 1 numbers, by how many of them agree.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError

Floats = NDArray[np.float64]

KERNELS: Final = ("linear", "polynomial", "rbf")

HIGHEST_ORDER: Final = 64
"""Largest order of a polynomial."""

NARROWEST: Final = 0.5
"""Smallest width: one neuron then changes a kernel by a factor of 3000."""


@dataclass(frozen=True)
class Kernel:
    """A kernel by its name, or of a function of the overlap x·y/n.

    Parameters
    ----------
    name : str
        One of ``KERNELS``, or what a function is called.
    order : int
        p of (1 + x·y/n)^p.
    width : float, optional
        σ of exp(−|x − y|²/2σ²); by default √N/3, N = n + 1.
    function : callable, optional
        A user's function of a float64 array of overlaps.
    """

    name: str
    order: int
    width: float | None
    function: Callable[[Floats], Any] | None = None

    def __str__(self) -> str:
        if self.function is None and self.name == "polynomial":
            return f"polynomial, order={self.order}"
        if self.function is None and self.name == "rbf" and self.width is not None:
            return f"rbf, width={self.width:g}"
        return self.name

    def table(self, n_inputs: int) -> Floats:
        """K of two states of n neurons that agree in 0 … n of them, (n + 1,).

        Raises
        ------
        InvalidInputError
            If a user's function fails, or its values are not real, finite, and positive where all
            agree.

        Examples
        --------
        >>> Kernel("linear", 1, None).table(2).tolist()
        [-2.0, 0.0, 2.0]
        """
        products = np.arange(-n_inputs, n_inputs + 1, 2, dtype=np.float64)
        if self.function is not None:
            return self._called(products / max(n_inputs, 1))
        if self.name == "linear":
            return products
        if self.name == "polynomial":
            return np.asarray((1.0 + products / max(n_inputs, 1)) ** self.order)
        width = math.sqrt(n_inputs + 1) / 3 if self.width is None else self.width
        return np.exp((products - n_inputs) / width**2)

    def _called(self, overlaps: Floats) -> Floats:
        assert self.function is not None
        try:
            with np.errstate(all="ignore"):  # what is not finite is refused below
                answer = np.asarray(self.function(overlaps.copy()))
        except (HopfieldError, MemoryError):
            raise
        except Exception as error:
            raise InvalidInputError(
                f"kernel {self.name} raised {type(error).__name__} for a float64 array of "
                f"{len(overlaps)} overlaps: {checks.message(error)}"
            ) from error
        if answer.shape != overlaps.shape or answer.dtype.kind not in "biuf":
            raise InvalidInputError(
                f"kernel {self.name} must return one real number for each overlap, shape "
                f"{overlaps.shape}; got shape {answer.shape} of {answer.dtype}"
            )
        found = answer.astype(np.float64)
        if not (np.abs(found) <= _LARGEST).all() or not found[-1] > 0:
            raise InvalidInputError(
                f"kernel {self.name} must be finite, at most {_LARGEST:g}, and above 0 at an "
                f"overlap of 1; got {found[-1]:g} there and values up to {np.abs(found).max():g}"
            )
        return found


_LARGEST = 1e100
"""Largest value of a user's kernel, so that products of two are finite."""


class Tabulated:
    """The kernel of a user that a file holds: its table, for so many neurons."""

    def __init__(self, name: str, table: Floats) -> None:
        self.__name__, self.values = name, table

    def __call__(self, overlaps: Floats) -> Floats:
        """The table itself."""
        if len(overlaps) != len(self.values):
            raise InvalidInputError(
                f"a memory from a file knows the kernel {self.__name__} of {len(self.values)} "
                f"neurons only; got {len(overlaps)}; make a new "
                f"KernelMemory(kernel={self.__name__})"
            )
        return self.values


def kernel(value: Any, order: Any, width: Any) -> Kernel:
    """Validate a kernel.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the name is unknown, it is not callable, or ``order`` or ``width`` is out of range.

    Examples
    --------
    >>> print(kernel("polynomial", 2, None))
    polynomial, order=2
    """
    order = checks.integer(order, "order", minimum=1, maximum=HIGHEST_ORDER)
    if width is not None:
        width = checks.real(width, "width", minimum=NARROWEST, maximum=1e100)
    if isinstance(value, str):
        return Kernel(checks.choice(value, KERNELS, "kernel"), order, width)
    if not callable(value):
        raise InvalidTypeError(
            f"kernel must be one of {', '.join(KERNELS)}, or a function of an array of overlaps "
            f"x·y/n from -1 to 1; got {checks.show(value)}"
        )
    return Kernel(str(getattr(value, "__name__", type(value).__name__)), order, width, value)
