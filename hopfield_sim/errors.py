"""The exceptions of hopfield_sim; ``except HopfieldError`` catches all of them.

Each message says what is wrong, what is expected and what to do. If Python has an exception for the
same mistake (``ValueError``, ``TypeError``, ``MemoryError``, ``OSError``, ``ImportError``), the
class derives from it too, so that code written for plain Python keeps working.
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
    """Base class of all exceptions of the package."""


class InvalidInputError(HopfieldError, ValueError):
    """An argument has a valid type, but an invalid value, shape or name."""


class InvalidTypeError(HopfieldError, TypeError):
    """An argument has an invalid type: an object, a complex or a masked array, for example."""


class NotStoredError(HopfieldError):
    """A method that needs stored patterns was called on a memory that has none."""


class InsufficientMemoryError(HopfieldError, MemoryError):
    """An array does not fit into memory; raised before it is allocated."""


class ModelFileError(HopfieldError):
    """A model file is damaged, of another format, or not a model file."""


class ResultsDirError(HopfieldError, OSError):
    """A file or folder cannot be used for results: it is missing, not writable or belongs to
    another configuration.
    """


class DatasetFormatError(HopfieldError):
    """A file of a data set is damaged or of another format."""


class MissingDataError(HopfieldError, FileNotFoundError):
    """The files of a data set do not exist; the message says where they were searched for and how
    to get them.
    """


class MissingDependencyError(HopfieldError, ImportError):
    """An optional package is missing; the message says which and how to install it."""


class NotConverged(HopfieldError):
    """A learning rule did not converge within the maximum number of steps.

    Parameters
    ----------
    message : str
        What was reached, and what was required.
    weights : (N, N) ndarray of float64, optional
        The best weights so far, kept as the attribute ``weights``.
    """

    def __init__(self, message: str, weights: NDArray[Any] | None = None) -> None:
        super().__init__(message)
        self.weights = weights

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions pickle their args only; without this a worker process would lose the weights.
        return type(self), (str(self), self.weights)
