"""What a folder shows of its studies already, so that only what has changed is drawn again.

Beside the files lies ``report.json``: for every study a key, made of all that its part of the page
depends on, the words of that part, and the hashes of its files. A part whose key or files are not
those is made again; so is everything where the page itself was removed.
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
        Its words, pictures, videos and tables.
    tables, figures, videos : list of Path
        Files. The pictures of the section are the figures, in their order.
    """

    section: Section
    tables: list[Path] = field(default_factory=list)
    figures: list[Path] = field(default_factory=list)
    videos: list[Path] = field(default_factory=list)


def parts(folder: Path) -> dict[str, Any]:
    """Return what is known of each study in the folder; nothing where the page is not there."""
    try:
        if not (folder / "report.html").is_file():
            return {}
        found = json.loads((folder / NAME).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def kept(folder: Path, key: str, known: Any) -> Part | None:
    """Return a study's part if it is as it was when it was made; else None."""
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
    """Write down what the folder shows: the name of each study, its key and its part."""
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
    """NumPy's numbers as Python's."""
    return value.item()
