"""The nouns a reader came for: a file a memory."""

from __future__ import annotations

from os import PathLike
from typing import Any

from hopfield_sim.models.hopfield import HopfieldNetwork
from hopfield_sim.models.modern import ModernHopfield

__all__ = ["HopfieldNetwork", "ModernHopfield", "load"]


def load(path: str | PathLike[str]) -> Any:
    """Read a model that its ``save`` wrote.

    Raises
    ------
    ModelFileError
        For a file that is not there, not a model, or damaged in any way.
    """
    from hopfield_sim.models import files  # zip archives and checksums: only for who reads files

    return files.load(
        path,
        {
            "hopfield": HopfieldNetwork._from_members,
            "modern": ModernHopfield._from_members,
        },
    )
