"""One tree of exceptions, each also of Python's own kind."""

from __future__ import annotations

import inspect
import pickle

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import errors

PYTHONS_OWN = {
    "InvalidInputError": ValueError,
    "InvalidTypeError": TypeError,
    "InsufficientMemoryError": MemoryError,
    "ResultsDirError": OSError,
    "MissingDataError": FileNotFoundError,
    "MissingDependencyError": ImportError,
    "NotStoredError": Exception,
    "ModelFileError": Exception,
    "DatasetFormatError": Exception,
    "NotConverged": Exception,
}


@pytest.mark.parametrize("name", PYTHONS_OWN)
def test_each_is_a_hopfield_error_and_its_python_kind(name: str) -> None:
    kind = getattr(hs.errors, name)
    assert issubclass(kind, errors.HopfieldError)
    assert issubclass(kind, PYTHONS_OWN[name])
    with pytest.raises(PYTHONS_OWN[name], match="what to do"):
        raise kind("what to do")


def test_there_are_no_others() -> None:
    kinds = inspect.getmembers(errors, inspect.isclass)
    names = {name for name, kind in kinds if issubclass(kind, Exception)}
    assert names == {*PYTHONS_OWN, "HopfieldError"} == set(errors.__all__)


def test_not_converged_carries_its_weights_between_processes() -> None:
    error = errors.NotConverged("too many patterns", np.eye(3))
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is errors.NotConverged
    assert str(copy) == "too many patterns"
    np.testing.assert_array_equal(copy.weights, np.eye(3))
    assert errors.NotConverged("none yet").weights is None
