"""The progress bar of a sweep: measured in expected seconds of work, told in trials."""

from __future__ import annotations

import shutil
import sys
import time

from tqdm import tqdm

__all__ = ["Progress", "screen"]


def screen() -> tuple[int, int]:
    """Columns and rows for a bar: tqdm draws nothing on terminals that claim to have none."""
    columns, rows = shutil.get_terminal_size((100, 24))
    return min(columns, 120) - 1, rows


class Progress:
    """A bar over a whole sweep; trials last from a millisecond to seconds, so they are weighted.

    Parameters
    ----------
    n_trials : int
        All trials of the sweep.
    cost : float
        Their cost together, in roughly estimated seconds.
    done : int
        Trials that were finished before.
    done_cost : float
        Their cost.
    shown : bool
        Whether anything is to be seen.
    """

    def __init__(
        self, n_trials: int, cost: float, done: int, done_cost: float, shown: bool
    ) -> None:
        self.n_trials = n_trials
        self.before = self.trials = done
        self.cost = cost or 1.0
        self.done = done_cost if cost else 1.0
        self.start = time.monotonic()
        columns, rows = screen()
        self.bar = tqdm(
            desc=self._words(),
            total=self.cost,
            initial=self.done,
            disable=not shown,
            ncols=columns,
            nrows=rows,
            smoothing=0.02,
            # A file gets a line now and then, a terminal a moving bar.
            mininterval=0.1 if sys.stderr.isatty() else 5.0,
            bar_format="{percentage:3.0f}%|{bar}| {desc} [{elapsed} gone, {remaining} left]",
        )

    def advance(self, cost: float) -> None:
        """Count one more finished trial."""
        self.trials += 1
        self.bar.set_description_str(self._words(), refresh=False)
        # Sums of many small costs miss their total by a rounding.
        step = min(cost, self.cost - self.done)
        self.done += step
        self.bar.update(step)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.trials == self.n_trials:
            self.bar.n = self.cost
        self.bar.refresh()
        self.bar.close()

    def _words(self) -> str:
        seconds = time.monotonic() - self.start
        rate = f", {(self.trials - self.before) / seconds:.0f}/s" if seconds > 0.5 else ""
        return f"{self.trials}/{self.n_trials} trials{rate}"
