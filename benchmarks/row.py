"""A row of the table: a question, its baseline, what is required and what is hoped for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.limits import Work
from benchmarks.measure import Contest


class NotMeasured(Exception):
    """A row that cannot be measured here, with the reason that the table gives."""


@dataclass(frozen=True)
class Row:
    """One ratio.

    Parameters
    ----------
    name : str
        For ``--only``.
    what, against : str
        Ours and the baseline, in words.
    floor, stretch : float, optional
        The ratio that must be reached, and the one to hope for.
    prepare : callable
        Makes the two competitors and checks that they agree; raises NotMeasured.
    wide : (float, float), optional
        Floor and stretch with AVX-512, where they differ.
    compiled : bool
        Whether our side has row kernels, which depend on the instruction set.
    work : callable, optional
        What it must do at least for one thing; None where that is not known.
    """

    name: str
    what: str
    against: str
    floor: float | None
    stretch: float | None
    prepare: Callable[[], Contest]
    wide: tuple[float, float] | None = None
    compiled: bool = True
    work: Callable[[], Work] | None = None

    def floor_at(self, level: str) -> float | None:
        """What is required of the kernels of a level."""
        return self.wide[0] if self.wide and level == "AVX-512" else self.floor

    def aims(self) -> str:
        """Floor and stretch, in words."""
        if self.floor is None:
            return "—"
        wide = f"; AVX-512: {self.wide[0]:g} / {self.wide[1]:g}" if self.wide else ""
        return f"{self.floor:g} / {self.stretch:g}{wide}"


def same(found: Any, wanted: Any, tolerance: float = 0.0) -> None:
    """A competitor counts only when its result is right: to the bit, or to a tolerance."""
    found, wanted = np.asarray(found), np.asarray(wanted)
    if tolerance == 0.0:
        wrong = int((found != wanted).sum())
        assert wrong == 0, f"the baseline's result differs in {wrong} of {wanted.size} entries"
    else:
        largest = float(np.abs(found - wanted).max())
        assert largest <= tolerance, f"the baseline's result is off by {largest:.3g}"
