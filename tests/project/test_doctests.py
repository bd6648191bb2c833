"""Every docstring's example is true. ``pytest tests/project/test_doctests.py -k flip``."""

from __future__ import annotations

import doctest
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PACKAGE = Path(__file__).parents[2] / "hopfield_sim"


class Finder(doctest.DocTestFinder):
    """Functions under a decorator belong to the module that defines them."""

    def _from_module(self, module: Any, object: Any) -> bool:
        return super()._from_module(module, inspect.unwrap(object))


def examples() -> Iterator[Any]:
    """One parameter a docstring with examples, or a module that needs what is not here."""
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            yield pytest.param(None, id=name, marks=pytest.mark.skip(reason=str(error)))
            continue
        for test in Finder(exclude_empty=True).find(module, name):
            if test.examples:
                yield pytest.param(test, id=test.name)


EXAMPLES = list(examples())


@pytest.mark.parametrize("test", EXAMPLES)
def test_docstring(test: doctest.DocTest) -> None:
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    runner.run(test, out=said.append)
    if missing := re.search(r"MissingDependencyError: (.*)", "".join(said)):
        pytest.skip(missing[1])
    assert not said, "".join(said)


def test_examples_are_found() -> None:
    """Of a module, a function and a class, and in every room with public functions."""
    names = {param.id for param in EXAMPLES}
    wanted = ("", ".patterns.corrupt.flip", ".models.hopfield.network.HopfieldNetwork")
    assert {f"hopfield_sim{name}" for name in wanted} <= names
    rooms = {name.split(".")[1] for name in names if "." in name}
    assert {"rules", "theory", "datasets", "models", "experiment", "course", "testing"} <= rooms
