"""Estimators for scikit-learn, which must be installed (extra ``data``); imported on first use.

``dense_memory.py`` is a trained dense memory as a classifier. ``import sklearn`` still imports
scikit-learn itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hopfield_sim.errors import MissingDependencyError

if TYPE_CHECKING:
    from hopfield_sim.sklearn.dense_memory import DenseMemoryClassifier

__all__ = ["DenseMemoryClassifier"]


def __getattr__(name: str) -> Any:
    if name != "DenseMemoryClassifier":
        raise AttributeError(f"module 'hopfield_sim.sklearn' has no attribute {name!r}")
    try:
        from hopfield_sim.sklearn.dense_memory import DenseMemoryClassifier
    except ImportError as error:
        raise MissingDependencyError(
            "DenseMemoryClassifier needs scikit-learn, 1.6 or newer; install it with "
            "`pip install 'hopfield_sim[data]'` or `pip install -U scikit-learn`; "
            "hopfield_sim.DenseClassifier does the same without it"
        ) from error
    return DenseMemoryClassifier


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
