"""The command ``explore``: write the explorer's page and open it in a browser."""

from __future__ import annotations

import os
import sys
import tempfile
import webbrowser
from pathlib import Path

from hopfield_sim.experiment import explorer

__all__ = ["explore"]


def explore(out: Path | None) -> str:
    """Write the page to ``out``, or to a new folder for temporary files and open it from there.

    Returns
    -------
    str
        Where it is and what was done with it, in one line.
    """
    if out is not None:
        return f"the explorer is in {explorer.write(out)}: open it in a browser"
    folder = Path(tempfile.mkdtemp(prefix="hopfield_sim-"))
    path = explorer.write(folder / "explorer.html")
    if _has_display() and webbrowser.open(path.as_uri()):
        return f"the explorer opens in the browser: {path}"
    return f"no browser opens here; the explorer is in {path}"


def _has_display() -> bool:
    """Whether a browser can show windows; others would take over the terminal."""
    if sys.platform in ("darwin", "win32"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))
