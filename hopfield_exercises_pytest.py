"""A pytest plugin: ``pytest --hopfield-exercises my_module.py`` grades the exercises of a module.

It stands outside the package, so that pytest loads neither NumPy nor hopfield_sim until it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption(
        "--hopfield-exercises",
        action="store_true",
        help="grade the functions of the modules given that are exercises of hopfield_sim",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a module that is named on the command line, or stands in a folder that is."""
    if not parent.config.getoption("--hopfield-exercises") or file_path.suffix != ".py":
        return None
    return Solutions.from_parent(parent, path=file_path)


class Solutions(pytest.File):
    """A module with solutions."""

    def collect(self) -> Iterator[pytest.Item]:
        """One item for each function that has the name of an exercise."""
        from hopfield_sim.exercises import names

        text = self.path.read_text(encoding="utf-8", errors="replace")
        if not any(name in text for name in names()):
            return
        spec = spec_from_file_location(f"_solutions_{self.path.stem}", self.path)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            raise self.CollectError(f"{type(error).__name__}: {error}") from error
        for name in names():
            if hasattr(module, name):
                yield Solution.from_parent(self, name=name, function=getattr(module, name))


class Solution(pytest.Item):
    """One exercise."""

    def __init__(self, *, function: Any, **options: Any) -> None:
        super().__init__(**options)
        self.function = function

    def runtest(self) -> None:
        """Fail with the words of the verdict."""
        from hopfield_sim.exercises import check

        if not (verdict := check(self.name, self.function)):
            pytest.fail(repr(verdict), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return the place."""
        return self.path, None, self.name
