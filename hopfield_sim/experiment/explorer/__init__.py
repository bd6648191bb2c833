"""The explorer: one page of HTML for a browser, to draw patterns and watch them being recalled.

It computes what the package computes, in JavaScript: ``random.js`` draws the same numbers,
``memories.js`` and ``recall.js`` are the reference in other words, ``situation.js`` is what a link
carries; ``view.js``, ``drawing.js`` and ``controls.js`` are what a reader sees and presses. The
page is self-contained and asks nothing of any address.
"""

from __future__ import annotations

import json
import string
from importlib.resources import files
from pathlib import Path

from hopfield_sim.patterns import glyphs
from hopfield_sim.support import disk

__all__ = ["engine", "page", "write"]

_ENGINE = ("random.js", "memories.js", "recall.js", "situation.js")
_VIEW = ("view.js", "drawing.js", "controls.js")
_CHARACTERS = string.ascii_uppercase + string.digits


def engine() -> str:
    """Return the JavaScript of what the page computes, without what it shows."""
    drawn = glyphs(_CHARACTERS, size=5)
    rows = {
        character: "".join("#" if pixel > 0 else "." for pixel in pixels)
        for character, pixels in zip(_CHARACTERS, drawn, strict=True)
    }
    font = f"const GLYPHS = {json.dumps(rows)}; // 5 x 5 pixels"
    return "\n".join([*map(_read, _ENGINE), font])


def page() -> str:
    """Return the page as one text of HTML."""
    view = "\n".join(map(_read, _VIEW))
    parts = {"style.css": _read("style.css"), "engine.js": engine(), "view.js": view}
    text = _read("page.html")
    for name, part in parts.items():
        text = text.replace(f"/* {name} */", part)
    return text


def write(path: Path) -> Path:
    """Write the page into a file, and return its path.

    Raises
    ------
    ResultsDirError
        If the file cannot be written.
    """
    return disk.write(path, page().encode("utf-8"))


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
