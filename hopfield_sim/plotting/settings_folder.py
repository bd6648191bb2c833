"""Matplotlib's folder of settings and caches, for users without a home folder.

It asks for the home folder when it is imported, and some of its versions end there when there is
none: in a container under a number that nobody has, or in a batch system.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def _without_home() -> None:
    try:
        Path.home()
    except RuntimeError:
        folder = tempfile.mkdtemp(prefix="matplotlib-")
        os.environ["MPLCONFIGDIR"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


if not os.environ.get("MPLCONFIGDIR"):
    _without_home()
