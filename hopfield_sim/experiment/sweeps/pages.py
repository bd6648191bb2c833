"""Part of the report page that a study contributes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hopfield_sim import checks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Pages"]


@checks.by_name
@dataclass
class Pages:
    """A study's part of the report page, before it is written to files.

    Parameters
    ----------
    title : str
        Heading.
    figures : list of (file's stem, caption, Figure)
        Figures.
    videos : list of (file's stem, caption, run, number of its state)
        Recorded runs, or mappings of names to several that are shown side by side.
    tables : list of (caption, rows)
        Tables besides that of the study's rows.
    """

    title: str
    figures: list[tuple[str, str, Figure]] = field(default_factory=list)
    videos: list[tuple[str, str, Any, int]] = field(default_factory=list)
    tables: list[tuple[str, list[dict[str, Any]]]] = field(default_factory=list)
