"""Progress of a sweep in time, estimated from the times of finished trials.

The first trial of a cell gives the cost of its trials, and later ones refine it; a cell without a
trial is estimated from the others of its study.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from hopfield_sim.support.progress import Bar

__all__ = ["Amount", "Progress"]


@dataclass
class Amount:
    """The trials of one cell.

    Parameters
    ----------
    study : str
        Name of the cell's study.
    trials : int
        Number of trials.
    done : int
        Number of finished trials.
    seconds : float
        Measured seconds of workers.
    measured : int
        Number of measured trials.
    """

    study: str
    trials: int
    done: int = 0
    seconds: float = 0.0
    measured: int = 0

    @property
    def cost(self) -> float | None:
        """Seconds for each trial; None before the first measurement."""
        return self.seconds / self.measured if self.measured else None

    def measure(self, trials: int, seconds: float) -> None:
        """Add the measured time of some trials."""
        self.measured += trials
        self.seconds += seconds


@dataclass
class _Work:
    amount: Amount
    trials: int
    start: float


class Progress:
    """Progress bar of a sweep.

    Parameters
    ----------
    amounts : sequence of Amount
        The cells of all studies; the driver updates them.
    slots : int
        Number of workers.
    shown : bool
        Whether to show the bar.
    """

    def __init__(self, amounts: Sequence[Amount], slots: int, shown: bool) -> None:
        self._amounts = amounts
        self._slots = slots
        self._shown = shown
        self._begun: dict[object, _Work] = {}  # in the order in which workers take them
        self._bar = Bar(shown=shown)
        self.show()

    def begin(self, key: object, amount: Amount, trials: int) -> None:
        """Record submitted work; it starts at once, or when a worker is free."""
        self._begun[key] = _Work(amount, trials, time.monotonic())

    def end(self, key: object) -> None:
        """Record the end of work, successful or not."""
        del self._begun[key]
        for waiting in list(self._begun.values())[self._slots - 1 : self._slots]:
            waiting.start = time.monotonic()

    def left(self) -> float | None:
        """Return the remaining seconds of workers; None before the first measurement."""
        return self._seconds()[1] if any(amount.measured for amount in self._amounts) else None

    def show(self) -> None:
        """Draw the bar if an update is due."""
        if not self._shown:
            return
        left_trials = sum(amount.trials - amount.done for amount in self._amounts)
        if not left_trials:
            self._bar.draw(1.0, f"{sum(amount.trials for amount in self._amounts)} trials", 0.0)
            return
        done, left = self._seconds()
        studies = list(dict.fromkeys(amount.study for amount in self._amounts))
        unfinished = [a.study for a in self._amounts if a.done < a.trials]
        running = {work.amount.study for work in self._running()} or set(unfinished[:1])
        known = any(amount.measured for amount in self._amounts)
        self._bar.draw(
            done / (done + left),
            ", ".join(study for study in studies if study in running),
            left / min(self._slots, left_trials) if known else None,
        )

    def warn(self, text: str) -> None:
        """Print a warning on a line of its own."""
        self._bar.say(text)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.show()
        self._bar.__exit__()

    def _running(self) -> list[_Work]:
        return list(self._begun.values())[: self._slots]

    def _seconds(self) -> tuple[float, float]:
        """Return seconds of workers, done and remaining."""
        means = _means(self._amounts)
        done = left = 0.0
        for amount in self._amounts:
            cost = _cost(amount, means)
            done += cost * amount.done
            left += cost * (amount.trials - amount.done)
        for work in self._running():
            # One that takes longer than expected may take longer still.
            gone = time.monotonic() - work.start
            expected = _cost(work.amount, means) * work.trials
            done += gone
            left += max(-gone, gone / 4 - expected)
        return done, max(left, 1e-9)


def _means(amounts: Sequence[Amount]) -> dict[str, float]:
    """Return the mean seconds for each trial of each study; "" for all studies."""
    costs: dict[str, list[float]] = {}
    for amount in amounts:
        if amount.cost is not None:
            for name in (amount.study, ""):
                costs.setdefault(name, []).append(amount.cost)
    return {name: sum(values) / len(values) for name, values in costs.items()}


def _cost(amount: Amount, means: dict[str, float]) -> float:
    """Return the seconds for each trial of a cell, measured or estimated; 1 by default."""
    if amount.cost is not None:
        return amount.cost
    return means.get(amount.study, means.get("", 1.0))
