"""Every exception that hopfield_sim raises on purpose: one tree, one ``except`` catches all.

Each message says what was found, what was wanted and what to do. Where Python has a class for the
same mistake (``ValueError``, ``TypeError``, ``MemoryError``, ``OSError``, ``ImportError``) the
exception is one of those too, so that code written against plain Python keeps working.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "DatasetFormatError",
    "HopfieldError",
    "InsufficientMemoryError",
    "InvalidInputError",
    "InvalidTypeError",
    "MissingDataError",
    "MissingDependencyError",
    "ModelFileError",
    "NotConverged",
    "NotStoredError",
    "ResultsDirError",
]


class HopfieldError(Exception):
    """The root of the tree: ``except HopfieldError`` catches everything below."""


class InvalidInputError(HopfieldError, ValueError):
    """An argument has the right kind but a value, shape or name that cannot be used."""


class InvalidTypeError(HopfieldError, TypeError):
    """An argument is of a kind that cannot be used: objects, complex numbers, masked arrays."""


class NotStoredError(HopfieldError):
    """A question about stored patterns was put to a network that has none."""


class InsufficientMemoryError(HopfieldError, MemoryError):
    """An array would not fit into memory; raised before it is allocated."""


class ModelFileError(HopfieldError):
    """A model file is damaged, of another format, or not a model at all."""


class ResultsDirError(HopfieldError, OSError):
    """A file or folder cannot be used for results: it is missing, cannot be written or belongs to
    another configuration.
    """


class DatasetFormatError(HopfieldError):
    """A data set's file is not what its format says."""


class MissingDataError(HopfieldError, FileNotFoundError):
    """A data set's files are not here; the message says where they were looked for and how to
    get them.
    """


class MissingDependencyError(HopfieldError, ImportError):
    """An optional package is needed for this; the message says which and how to install it."""


class NotConverged(HopfieldError):
    """A learning rule ran out of steps before it reached what was asked.

    Parameters
    ----------
    message : str
        What was reached and what was asked.
    weights : (N, N) ndarray of float64, optional
        The best weights found so far, kept as the attribute ``weights``.
    """

    def __init__(self, message: str, weights: NDArray[Any] | None = None) -> None:
        super().__init__(message)
        self.weights = weights

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions pickle their args only; without this a worker process would lose the weights.
        return type(self), (str(self), self.weights)
