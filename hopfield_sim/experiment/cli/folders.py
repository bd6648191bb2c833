"""Default output folders: one for each set of studies and settings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hopfield_sim.errors import MissingDataError, MissingDependencyError
from hopfield_sim.experiment.sweeps.study import Study, canonical, fingerprint

__all__ = ["another", "default"]


def default(name: str | None, size: str | None, studies: Sequence[Study]) -> Path:
    """Return the default output folder of some studies.

    ``results`` is for studies with default settings, ``results-quick`` and ``results-full`` for
    these sizes; for other settings the name has a hash of all that the studies depend on.

    Parameters
    ----------
    name : str, optional
        The study named on the command line.
    size : {"quick", "full"}, optional
        Selected size.
    studies : sequence of Study
        Studies to run.
    """
    words = ["results", size]
    if not all(_usual(study, size) for study in studies):
        texts = ",".join(fingerprint(study.name, study.config) for study in studies)
        words = ["results", name, size, hashlib.sha256(texts.encode()).hexdigest()[:4]]
    return Path("-".join(word for word in words if word))


def another(folder: Path) -> Path:
    """Return a folder beside ``folder`` that does not exist yet.

    Examples
    --------
    >>> another(Path("no-such-folder")).name
    'no-such-folder-2'
    """
    number = 2
    while (beside := folder.with_name(f"{folder.name}-{number}")).exists():
        number += 1
    return beside


def _usual(study: Study, size: str | None) -> bool:
    """Return whether a study has the default settings of that size."""
    sizes: Mapping[str | None, Mapping[str, Any]] = {"quick": study.small, "full": study.large}
    try:
        own = type(study)(**sizes.get(size, {}), rng=0)
    except (MissingDataError, MissingDependencyError):  # its data were named explicitly
        return False
    return canonical(own.config) == canonical(study.config)
