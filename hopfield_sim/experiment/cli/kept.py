"""Cache of the parts of a report, so that only what has changed is drawn again.

``report.json`` in the output folder has for every study a key of all that its part of the page
depends on, the text of that part, and the hashes of its files. A part whose key or files differ is
made again; so is everything if the page itself was removed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hopfield_sim.support import disk

if TYPE_CHECKING:
    from hopfield_sim.plotting.report import Section

__all__ = ["Part", "keep", "kept", "parts"]

NAME = "report.json"


@dataclass
class Part:
    """A study's part of the page, and its files.

    Parameters
    ----------
    section : Section
        Text, figures, videos and tables.
    tables, figures, videos : list of Path
        Files; the figures are in the order of the section.
    """

    section: Section
    tables: list[Path] = field(default_factory=list)
    figures: list[Path] = field(default_factory=list)
    videos: list[Path] = field(default_factory=list)


def parts(folder: Path) -> dict[str, Any]:
    """Return the cached parts of each study in the folder; empty if the page does not exist."""
    try:
        if not (folder / "report.html").is_file():
            return {}
        cached = json.loads((folder / NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return cached if isinstance(cached, dict) else {}


def kept(folder: Path, key: str, known: Any) -> Part | None:
    """Return the cached part of a study if its key and files are unchanged, else None."""
    from hopfield_sim.plotting.report import Picture, Section

    try:
        files = [folder / Path(name).name for name in known["files"]]
        if known["key"] != key or _digests(files) != known["files"]:
            return None
        pictures = [
            Picture(caption, words, (folder / Path(name).name).read_bytes(), width, height)
            for name, caption, words, width, height in known["figures"]
        ]
        section = Section(
            known["title"],
            known["sentence"],
            pictures,
            [(words, folder / Path(name).name) for words, name in known["videos"]],
            [(caption, rows) for caption, rows in known["tables"]],
        )
        by_kind = {
            kind: [file for file in files if file.suffix in suffixes]
            for kind, suffixes in _KINDS.items()
        }
    except (OSError, KeyError, TypeError, ValueError, AttributeError):
        return None
    return Part(section, **by_kind)


_KINDS = {"tables": {".csv"}, "figures": {".png"}, "videos": {".gif", ".mp4"}}


def keep(folder: Path, entries: Sequence[tuple[str, str, Part]]) -> None:
    """Save the parts of the folder: name, key and part of each study."""
    known = {}
    for name, key, part in entries:
        section = part.section
        known[name] = {
            "key": key,
            "title": section.title,
            "sentence": section.sentence,
            "figures": [
                [file.name, p.caption, p.words, p.width, p.height]  # type: ignore[union-attr]
                for file, p in zip(part.figures, section.figures, strict=True)
            ],
            "videos": [[words, Path(file).name] for words, file in section.videos],
            "tables": section.tables,
            "files": _digests([*part.tables, *part.figures, *part.videos]),
        }
    text = json.dumps(known, default=_plain)
    disk.write(folder / NAME, text.encode("utf-8", "backslashreplace"))


def _digests(files: Sequence[Path]) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def _plain(value: Any) -> Any:
    """Convert NumPy numbers to Python numbers."""
    return value.item()
