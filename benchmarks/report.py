"""What was measured, as Markdown: sections of RESULTS.md that replace themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table.

    >>> print(table(["N", "ratio"], [["400", "11"]]))
    | N | ratio |
    |---|---|
    | 400 | 11 |
    """
    lines = [list(head), ["---"] * len(head), *map(list, rows)]
    text = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    return text.replace("| --- ", "|---").replace("--- |\n", "---|\n")


def section(title: str, *paragraphs: str) -> str:
    """A heading, and what belongs under it."""
    return "\n\n".join([f"## {title}", *paragraphs])


def write(name: str, text: str, path: Path = RESULTS) -> None:
    """Put a section between its markers; every other line of the file stays as it is."""
    block = f"<!-- {name} -->\n{text.strip()}\n<!-- end of {name} -->"
    old = path.read_text(encoding="utf-8")
    own = re.compile(
        rf"<!-- {re.escape(name)} -->\n.*?<!-- end of {re.escape(name)} -->", re.DOTALL
    )
    if own.search(old):
        new = own.sub(lambda _: block, old, count=1)
    else:
        new = f"{old.rstrip()}\n\n{block}\n"
    path.write_text(new, encoding="utf-8")
