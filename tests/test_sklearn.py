"""The estimator passes scikit-learn's own checks, and says what to do where scikit-learn is not."""

from __future__ import annotations

import pickle
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError

HERE = find_spec("sklearn") is not None
needs_sklearn = pytest.mark.skipif(not HERE, reason="needs the extra data: scikit-learn")

if HERE:
    from sklearn.utils.estimator_checks import parametrize_with_checks

    from hopfield_sim.sklearn import DenseMemoryClassifier

    # One for each way through it.
    checked = parametrize_with_checks(
        [
            DenseMemoryClassifier(20, epochs=30),
            DenseMemoryClassifier(20, 5, epochs=30, scaling="all", backend="numpy"),
        ]
    )
else:
    checked = pytest.mark.parametrize(("estimator", "check"), [(None, None)])


@needs_sklearn
@checked
def test_what_scikit_learn_expects_of_an_estimator(estimator: Any, check: Any) -> None:
    check(estimator)
