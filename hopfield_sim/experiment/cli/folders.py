"""Where results go when nobody says: one folder for what is asked, the same when asked again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hopfield_sim.errors import MissingDataError, MissingDependencyError
from hopfield_sim.experiment.sweeps.study import Study, canonical, fingerprint

__all__ = ["another", "default"]


def default(name: str | None, size: str | None, studies: Sequence[Study]) -> Path:
    """Return the folder for some studies.

    ``results`` has all studies as they are by default, ``results-quick`` and ``results-full`` those
    of these sizes; of studies with settings of their own a name is made of all that they depend on.

    Parameters
    ----------
    name : str, optional
        The study that was asked for by name.
    size : {"quick", "full"}, optional
        Which of its sizes.
    studies : sequence of Study
        What will be run.
    """
    words = ["results", size]
    if not all(_usual(study, size) for study in studies):
        texts = ",".join(fingerprint(study.name, study.config) for study in studies)
        words = ["results", name, size, hashlib.sha256(texts.encode()).hexdigest()[:4]]
    return Path("-".join(word for word in words if word))


def another(folder: Path) -> Path:
    """Return a folder beside it that does not exist yet.

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
    """Whether a study is as it is by default, or by default of that size."""
    sizes: Mapping[str | None, Mapping[str, Any]] = {"quick": study.small, "full": study.large}
    try:
        own = type(study)(**sizes.get(size, {}), rng=0)
    except (MissingDataError, MissingDependencyError):  # it has data only because they were named
        return False
    return canonical(own.config) == canonical(study.config)
