"""Reading the table of a result: its rules and sizes, and the rows of one curve."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError

Row = Mapping[str, Any]


def rows_of(result: Any, *needed: str) -> list[Row]:
    """The rows of a result; raises if there are none, or a required column is missing."""
    rows = result if isinstance(result, list | tuple) else getattr(result, "rows", None)
    if not isinstance(rows, list | tuple):
        raise InvalidTypeError(
            "result must be what an experiment returns, with its list of .rows; "
            f"found {checks.show(result)}"
        )
    rows = list(rows)
    if not rows:
        raise InvalidInputError("result has no rows: nothing to draw; run the experiment first")
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise InvalidInputError(
                f"row {index} of the result must be a dict of its columns; found "
                f"{type(row).__name__}"
            )
        missing = [name for name in needed if name not in row]
        if missing:
            raise InvalidInputError(
                f"row {index} of the result has no column {missing[0]!r}; it has "
                f"{', '.join(map(repr, row))}; is this the result of another experiment?"
            )
    return rows


def rows_of_part(result: Any, part: str, *needed: str) -> list[Row]:
    """The rows of one part of a study; raises if there are none."""
    rows = where(rows_of(result, *needed), part=part)
    if not rows:
        raise InvalidInputError(f"the result has no rows of the part {part!r}")
    return rows


def values(rows: Iterable[Row], name: str) -> list[Any]:
    """The distinct values of a column, in order of appearance."""
    return list(dict.fromkeys(row[name] for row in rows))


def where(rows: Iterable[Row], **wanted: Any) -> list[Row]:
    """The rows with these values."""
    for name, value in wanted.items():
        rows = [row for row in rows if row[name] == value]
    return list(rows)


def ordered(rows: Iterable[Row], name: str) -> list[Row]:
    """The rows sorted by a column of numbers."""
    return sorted(rows, key=lambda row: _sortable(row, name))


def column(rows: Sequence[Row], name: str) -> NDArray[np.float64]:
    """A column as numbers; nan for missing values."""
    return np.array([_number(row.get(name)) for row in rows], dtype=np.float64)


def _sortable(row: Row, name: str) -> float:
    number = _number(row[name])
    if math.isnan(number):
        raise InvalidInputError(
            f"column {name!r} of the result must hold numbers; found {checks.show(row[name])}"
        )
    return number


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def span(numbers: Iterable[float], unit: str = "") -> str:
    """A number or a range as text: "10", "8–10"."""
    order = sorted(set(numbers))
    if not order:
        return ""
    low, high = f"{order[0]:g}", f"{order[-1]:g}"
    return f"{low}{unit}" if low == high else f"{low}–{high}{unit}"


def averaged(rows: Sequence[Row]) -> str:
    """Description of points and error bars.

    Examples
    --------
    >>> averaged([{"networks": 8}, {"networks": 10}])
    'mean ± standard error over 8–10 networks'
    >>> averaged([{"networks": 1}])
    'one network a point, so no error bars'
    """
    if "networks" not in rows[0]:
        return "mean ± standard error"
    networks = column(rows, "networks")
    if networks.max() == 1:
        return "one network a point, so no error bars"
    return f"mean ± standard error over {span(networks)} networks"
