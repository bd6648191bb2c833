"""How far a sweep is, in time: what trials took so far says what the others will take.

Nothing is guessed. The first trial of a cell says what its trials cost, and each one after it makes
that more exact; a cell that has not been tried is taken to be like the others of its study.
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
        To which the cell belongs.
    trials : int
        How many there are to be.
    done : int
        How many are finished.
    seconds : float
        Workers' seconds, measured.
    measured : int
        Trials that took them.
    """

    study: str
    trials: int
    done: int = 0
    seconds: float = 0.0
    measured: int = 0

    @property
    def cost(self) -> float | None:
        """Seconds a trial; None when none was measured."""
        return self.seconds / self.measured if self.measured else None

    def measure(self, trials: int, seconds: float) -> None:
        """Take account of what some trials took."""
        self.measured += trials
        self.seconds += seconds


@dataclass
class _Work:
    amount: Amount
    trials: int
    start: float


class Progress:
    """The bar over a sweep.

    Parameters
    ----------
    amounts : sequence of Amount
        The cells of all studies. Whoever runs the trials counts and measures there.
    slots : int
        How many workers there are.
    shown : bool
        Whether anything is to be seen.
    """

    def __init__(self, amounts: Sequence[Amount], slots: int, shown: bool) -> None:
        self._amounts = amounts
        self._slots = slots
        self._shown = shown
        self._begun: dict[object, _Work] = {}  # in the order in which workers take them
        self._bar = Bar(shown=shown)
        self.show()

    def begin(self, key: object, amount: Amount, trials: int) -> None:
        """Work was handed out: a worker begins it at once, or when one is free."""
        self._begun[key] = _Work(amount, trials, time.monotonic())

    def end(self, key: object) -> None:
        """It came back, whatever became of it; the worker takes the next."""
        del self._begun[key]
        for waiting in list(self._begun.values())[self._slots - 1 : self._slots]:
            waiting.start = time.monotonic()

    def left(self) -> float | None:
        """Workers' seconds that are left; None when no trial was measured yet."""
        return self._seconds()[1] if any(amount.measured for amount in self._amounts) else None

    def show(self) -> None:
        """Draw the bar, when that is due."""
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
        """Say something that must be seen, on a line of its own."""
        self._bar.say(text)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self.show()
        self._bar.__exit__()

    def _running(self) -> list[_Work]:
        return list(self._begun.values())[: self._slots]

    def _seconds(self) -> tuple[float, float]:
        """Workers' seconds: of what is done, and of what is left."""
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
    """Seconds a trial of each study, the mean over the cells that were measured; "" for all."""
    costs: dict[str, list[float]] = {}
    for amount in amounts:
        if amount.cost is not None:
            for name in (amount.study, ""):
                costs.setdefault(name, []).append(amount.cost)
    return {name: sum(found) / len(found) for name, found in costs.items()}


def _cost(amount: Amount, means: dict[str, float]) -> float:
    """Seconds a trial of a cell, measured or else estimated; 1 when nothing is known at all."""
    if amount.cost is not None:
        return amount.cost
    return means.get(amount.study, means.get("", 1.0))
