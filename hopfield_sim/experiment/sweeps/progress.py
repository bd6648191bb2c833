"""How far a sweep is, in time: what trials took so far says what the others will take.

A study guesses what its trials cost. What they took on this machine corrects the guess, study by
study, so that the percentage and the time left speak of the same thing: of time.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from hopfield_sim.support.progress import Bar

__all__ = ["Amount", "Progress"]


@dataclass
class Amount:
    """The trials of a study, counted and in the seconds that the study expects of them."""

    trials: int = 0
    cost: float = 0.0
    done: int = 0
    done_cost: float = 0.0


@dataclass
class _Measured:
    """Worker's seconds, and what was expected of the same trials."""

    seconds: float = 0.0
    cost: float = 0.0

    @property
    def rate(self) -> float | None:
        return self.seconds / self.cost if self.cost else None


@dataclass
class _Work:
    study: str
    cost: float
    start: float


class Progress:
    """The bar over a sweep of some studies.

    Parameters
    ----------
    amounts : mapping
        Name of a study → its trials.
    slots : int
        How many workers there are.
    shown : bool
        Whether anything is to be seen.
    """

    def __init__(self, amounts: Mapping[str, Amount], slots: int, shown: bool) -> None:
        self._amounts = amounts
        self._slots = slots
        self._measured = {study: _Measured() for study in amounts}
        self._begun: dict[object, _Work] = {}  # in the order in which workers take them
        self._bar = Bar(shown=shown)
        self.show()

    def begin(self, key: object, study: str, cost: float) -> None:
        """Work was handed out: a worker begins it at once, or when one is free."""
        self._begun[key] = _Work(study, cost, time.monotonic())

    def end(self, key: object) -> None:
        """It came back, whatever became of it; the worker takes the next."""
        now = time.monotonic()
        work = self._begun.pop(key)
        self._measured[work.study].seconds += now - work.start
        self._measured[work.study].cost += work.cost
        for waiting in list(self._begun.values())[self._slots - 1 : self._slots]:
            waiting.start = now

    def advance(self, study: str, cost: float) -> None:
        """Count a trial that is saved."""
        self._amounts[study].done += 1
        self._amounts[study].done_cost += cost

    def show(self) -> None:
        """Draw the bar, when that is due."""
        studies = [study for study, amount in self._amounts.items() if amount.done < amount.trials]
        if not studies:
            trials = sum(amount.trials for amount in self._amounts.values())
            self._bar.draw(1.0, f"{trials} trials", 0.0)
            return
        done, left = self._seconds()
        running = {work.study for work in self._running()} or studies[:1]
        known = any(measured.cost for measured in self._measured.values())
        self._bar.draw(
            done / (done + left),
            ", ".join(study for study in self._amounts if study in running),
            left / min(self._slots, self._left_trials()) if known else None,
        )

    def warn(self, text: str) -> None:
        """Say something that must be seen, on a line of its own."""
        self._bar.say(text)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.show()
        self._bar.__exit__()

    def _running(self) -> list[_Work]:
        return list(self._begun.values())[: self._slots]

    def _left_trials(self) -> int:
        return sum(amount.trials - amount.done for amount in self._amounts.values())

    def _seconds(self) -> tuple[float, float]:
        """Workers' seconds: of what is done, and of what is left."""
        together = _Measured(
            sum(m.seconds for m in self._measured.values()),
            sum(m.cost for m in self._measured.values()),
        )
        done = left = 0.0
        for study, amount in self._amounts.items():
            rate = self._measured[study].rate or together.rate or 1.0
            done += rate * amount.done_cost
            left += rate * (amount.cost - amount.done_cost)
            for work in self._running():
                if work.study == study:
                    # One that takes longer than expected may take longer still.
                    gone, expected = time.monotonic() - work.start, rate * work.cost
                    done += gone
                    left += max(-gone, gone / 4 - expected)
        return done, max(left, 1e-9)
