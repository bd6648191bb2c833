"""Which studies there are. To add one: a module with its ``STUDY``, and its name here."""

from __future__ import annotations

from hopfield_sim.experiment.sweeps.study import Study
from hopfield_sim.experiment.sweeps.trial import find

__all__ = ["BY_NAME", "COURSE", "STUDIES"]

COURSE = ("capacity", "robustness", "energy", "checkerboard", "image")
"""The course study: what the command line runs when no study is named, in the report's order."""

BY_NAME: tuple[str, ...] = (
    "xor", "dense", "modern", "images", "distributed", "digits", "robust",
)  # fmt: skip
"""Studies that run only when they are named."""

STUDIES: dict[str, Study] = {
    name: find(f"hopfield_sim.experiment.studies.{name}.study") for name in (*COURSE, *BY_NAME)
}
"""Every study by its name."""
