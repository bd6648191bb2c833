"""What Matplotlib reads when it is imported: a folder of settings and caches, and its backend.

It asks for the home folder, and some of its versions end there when there is none: in a container
under a number that nobody has, or in a batch system. It ends as well at a backend that is none.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError


def _without_home() -> None:
    try:
        Path.home()
    except RuntimeError:
        folder = tempfile.mkdtemp(prefix="matplotlib-")
        os.environ["MPLCONFIGDIR"] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


def _with_backend(backend: str) -> None:
    """Import Matplotlib, which half imported could not be imported again, and judge then."""
    first = "matplotlib" not in sys.modules
    del os.environ["MPLBACKEND"]
    try:
        import matplotlib
    finally:
        os.environ["MPLBACKEND"] = backend
    try:
        known = matplotlib.RcParams({"backend": backend})
    except ValueError as error:
        raise InvalidInputError(
            "the environment variable MPLBACKEND must name a backend of Matplotlib; got "
            f"{checks.show(backend)}; unset it, or set it to agg to write files only"
        ) from error
    if first:
        matplotlib.rcParams.update(known)


if not os.environ.get("MPLCONFIGDIR"):
    _without_home()
if os.environ.get("MPLBACKEND"):
    _with_backend(os.environ["MPLBACKEND"])
