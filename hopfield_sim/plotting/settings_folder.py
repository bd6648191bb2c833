"""Settings that Matplotlib reads when it is imported: its configuration folder and its backend.

Some versions of Matplotlib fail without a home folder, as in a container with an unknown user
number, or in a batch system. An invalid backend also makes the import fail.
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
    """Import Matplotlib, which cannot be imported again after a failure, then check the backend."""
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
