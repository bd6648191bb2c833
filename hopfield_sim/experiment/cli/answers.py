"""What the studies found, on the terminal: a sentence and a small table for each."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hopfield_sim.support import table

if TYPE_CHECKING:
    from hopfield_sim.plotting.report import Section

__all__ = ["markdown", "plain"]

_ROWS = 12
"""Rows of a table that are printed; the rest is in the report."""

_WIDEST = 100
"""Columns that text may take; longer lines are hard to read."""


def plain(sections: Sequence[Section]) -> list[str]:
    """Title, first paragraph and first table of each section, as text of the terminal's width.

    Of several sections the paragraphs come last: what is at the end is read first.
    """
    width = min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns)

    def wrapped(text: str) -> str:
        return f"{textwrap.fill(text, width, break_long_words=False)}\n"

    titles = [f"{section.title}\n" for section in sections]
    found = [wrapped(_answer(section)) for section in sections]
    tables = []
    for section in sections:
        lines = []
        for caption, rows in section.tables[:1]:
            text = table.plain(rows[:_ROWS]) + _rest(len(rows))
            lines = [wrapped(_with_colon(caption)), textwrap.indent(text, "  ")]
        tables.append(lines)
    if len(sections) == 1:
        return [*titles, *found, *tables[0]]
    above = [line for title, lines in zip(titles, tables, strict=True) for line in (title, *lines)]
    return [*above, *(line for pair in zip(titles, found, strict=True) for line in pair)]


def markdown(sections: Sequence[Section]) -> list[str]:
    """Title, first paragraph and first table of each section, in Markdown."""
    return [_markdown(section) for section in sections]


def _markdown(section: Section) -> str:
    parts = [f"## {section.title}", _answer(section)]
    for caption, rows in section.tables[:1]:
        parts += [_with_colon(caption), table.markdown(rows[:_ROWS]) + _rest(len(rows))]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _answer(section: Section) -> str:
    return section.sentence.split("\n\n")[0]


def _with_colon(caption: str) -> str:
    return caption if caption.endswith((".", "?", ":")) else f"{caption}:"


def _rest(count: int) -> str:
    return f"\n({count - _ROWS} more rows are in the report)\n" if count > _ROWS else ""
