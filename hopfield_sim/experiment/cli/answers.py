"""What the studies found, on the terminal: a sentence and a small table for each."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING

from hopfield_sim.support import table

if TYPE_CHECKING:
    from hopfield_sim.plotting.report import Section

__all__ = ["markdown", "plain"]

_ROWS = 12
"""Rows of a table that are printed; the rest is in the report."""

_WIDEST = 100
"""Columns that text may take; longer lines are hard to read."""


def plain(section: Section) -> str:
    """Title, first paragraph and first table of a section, as text of the terminal's width."""
    width = min(_WIDEST, shutil.get_terminal_size((_WIDEST, 24)).columns)
    parts = [f"{section.title}\n", textwrap.fill(_answer(section), width, break_long_words=False)]
    for caption, rows in section.tables[:1]:
        words = textwrap.fill(_with_colon(caption), width, break_long_words=False)
        lines = table.plain(rows[:_ROWS]) + _rest(len(rows))
        parts.append(f"\n{words}\n\n{textwrap.indent(lines, '  ')}")
    return "\n".join(parts)


def markdown(section: Section) -> str:
    """Title, first paragraph and first table of a section, in Markdown."""
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
