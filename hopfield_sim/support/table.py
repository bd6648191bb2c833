"""Tables as text: numbers are aligned, with as many digits as count.

For the report, the terminal and Markdown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Integral, Real
from typing import Any, NamedTuple


class Column(NamedTuple):
    """A column's heading, its cells as text, and whether they are right-aligned."""

    name: str
    cells: list[str]
    right: bool


def columns_of(rows: Sequence[Mapping[str, Any]]) -> list[Column]:
    """The columns of some rows; those with equal text in every row are one, under both names.

    Examples
    --------
    >>> columns_of([{"N": 100, "load": 0.138}, {"N": 200, "load": 0.05}])[1]
    Column(name='load', cells=['0.138', '0.050'], right=True)
    """
    keys = dict.fromkeys(name for row in rows for name in row)
    merged: dict[tuple[Any, ...], Column] = {}
    for key in keys:
        column = _column(str(key).replace("_", " "), [row.get(key, "") for row in rows])
        text = tuple(column.cells) if len(rows) > 1 else (key,)
        before = f"{merged[text].name} = " if text in merged else ""
        merged[text] = column._replace(name=before + column.name)
    return list(merged.values())


def markdown(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as a table of Markdown, with a line break at its end; "" without rows.

    Examples
    --------
    >>> rows = [{"rule": "hebbian", "load": 0.1}, {"rule": "storkey", "load": 0.05}]
    >>> print(markdown(rows), end="")
    | rule    | load |
    |:--------|-----:|
    | hebbian | 0.10 |
    | storkey | 0.05 |
    """
    columns = _aligned([{k: _escaped(v) for k, v in row.items()} for row in rows])
    if not columns:
        return ""
    dashes = [
        f"{'-' * (len(head) + 1)}:" if right else f":{'-' * (len(head) + 1)}"
        for head, _, right in columns
    ]
    heading, *lines = (f"| {' | '.join(cells)} |\n" for cells in _lines(columns))
    return "".join([heading, f"|{'|'.join(dashes)}|\n", *lines])


def plain(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as a table of plain text, with a line break at its end; "" without rows.

    Examples
    --------
    >>> rows = [{"rule": "hebbian", "load": 0.1}, {"rule": "storkey", "load": 0.05}]
    >>> print(plain(rows), end="")
    rule     load
    hebbian  0.10
    storkey  0.05
    """
    return "".join("  ".join(cells).rstrip() + "\n" for cells in _lines(_aligned(rows)))


def _lines(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    """The headings and the rows of some columns."""
    return list(zip(*([column.name, *column.cells] for column in columns), strict=True))


def _escaped(value: Any) -> Any:
    return value.replace("|", "\\|") if isinstance(value, str) else value


def _aligned(rows: Sequence[Mapping[str, Any]]) -> list[Column]:
    """The columns, headings and cells padded to one width."""
    aligned = []
    for name in dict.fromkeys(str(name) for row in rows for name in row):
        column = _column(name, [row.get(name, "") for row in rows])
        width = max(len(text) for text in (name, *column.cells))
        pad = str.rjust if column.right else str.ljust
        cells = [pad(cell, width) for cell in column.cells]
        aligned.append(Column(pad(name, width), cells, column.right))
    return aligned


def _column(name: str, values: Sequence[Any]) -> Column:
    """Format a column; numbers are right-aligned, the largest with four digits, others alike."""
    floats = [float(v) for v in values if _is_number(v) and not isinstance(v, Integral)]
    finite = [number for number in floats if math.isfinite(number)]
    largest = max((abs(number) for number in finite), default=0.0)
    most = max(0, 3 - math.floor(math.log10(largest))) if largest else 0
    needed = [f"{number:.{most}f}".partition(".")[2].rstrip("0") for number in finite]
    decimals = max((len(digits) for digits in needed), default=0)
    # A word or two among numbers ("none") stand where the number would.
    right = 2 * sum(_is_number(value) for value in values) > len(values)
    return Column(name, [_cell(v, decimals) for v in values], right)


def _cell(value: Any, decimals: int) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not _is_number(value):
        return str(value)
    if isinstance(value, Integral):
        return str(int(value)).replace("-", "−")
    number = float(value)
    if math.isnan(number):
        return "–"
    text = f"{number:.{decimals}f}"
    if number and not float(text):  # small, but not nothing
        text = f"{number:.1e}"
    return text.replace("-", "−")


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
