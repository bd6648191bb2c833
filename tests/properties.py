"""Hypothesis, or where it is missing words of the same names that skip the tests made with it."""

from __future__ import annotations

from typing import Any

import pytest

try:
    from hypothesis import given, settings
    from hypothesis import strategies as st
    from hypothesis.extra import numpy as hnp
except ImportError:
    REASON = "needs hypothesis: pip install hypothesis"

    class _Anything:
        """A strategy, a setting: whatever is asked of it is more of the same."""

        def __getattr__(self, name: str) -> Any:
            return self

        def __call__(self, *_: Any, **__: Any) -> Any:
            return self

    st = hnp = _Anything()

    def given(*_: Any, **__: Any) -> Any:
        return pytest.mark.skip(reason=REASON)

    class settings:
        def __init__(self, *_: Any, **__: Any) -> None: ...

        def __call__(self, test: Any) -> Any:
            return test


__all__ = ["given", "hnp", "settings", "st"]
