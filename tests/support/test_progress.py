"""Progress bars: what they say of the time left, and streams that end under them."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from hopfield_sim.experiment.sweeps import progress as sweeps
from hopfield_sim.experiment.sweeps.progress import Amount, Progress
from hopfield_sim.support import progress


class Clock:
    """Time that passes when it is told to."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(sweeps, "time", clock)
    monkeypatch.setattr(progress, "time", clock)
    return clock


class Stream(io.StringIO):
    """Standard error: a terminal or a file, whole or not."""

    def __init__(self, *, terminal: bool = False, fault: Exception | None = None) -> None:
        super().__init__()
        self.terminal, self.fault, self.tries = terminal, fault, 0

    def isatty(self) -> bool:
        return self.terminal

    def write(self, text: str) -> int:
        self.tries += 1
        if self.fault is not None:
            raise self.fault
        return super().write(text)


def stderr(monkeypatch: pytest.MonkeyPatch, stream: Any) -> Any:
    monkeypatch.setattr("sys.stderr", stream)
    return stream


def test_a_terminal_has_one_line_that_moves(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    said = stderr(monkeypatch, Stream(terminal=True))
    with progress.Bar() as bar:
        bar.draw(0.0, "a long beginning")
        clock.now = 0.05
        bar.draw(0.1, "too soon to be seen")
        clock.now = 65.0
        bar.draw(0.5, "half", 65.4)
    first, second = said.getvalue().strip("\r\n").split("\r")
    assert re.fullmatch(r"  0%\| +\| a long beginning \[0:00 gone\]", first)
    assert re.fullmatch(r" 50%\|(#+) +\| half \[1:05 gone, about 1:05 left\] *", second)
    assert said.getvalue().endswith("\n")
    assert len(second) >= len(first)


def test_a_file_has_a_line_now_and_then_and_the_last(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    said = stderr(monkeypatch, Stream())
    with progress.Bar() as bar:
        for second in range(25):
            clock.now = second
            bar.draw(second / 24, "work")
    lines = said.getvalue().splitlines()
    assert [line[:4] for line in lines] == ["  0%", " 41%", " 83%", "100%"]


@pytest.mark.parametrize(
    "fault",
    [
        BrokenPipeError(32, "Broken pipe"),
        OSError(28, "No space left on device"),
        OSError(9, "Bad file descriptor"),
        ValueError("I/O operation on closed file"),
    ],
)
def test_a_stream_that_ends_ends_nothing_else(
    monkeypatch: pytest.MonkeyPatch, clock: Clock, fault: Exception
) -> None:
    stream = stderr(monkeypatch, Stream(fault=fault))
    with progress.Bar() as bar:
        for second in range(30):
            clock.now = second
            bar.draw(second / 29, "work")
    assert stream.tries == 1


def test_no_stream_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr(monkeypatch, None)  # what Python has where the descriptor is closed
    with progress.Bar() as bar:
        bar.draw(0.5, "work")


def shown(said: Stream) -> tuple[int, str, int | None]:
    """Percentage, studies and seconds left of the last line."""
    line = said.getvalue().splitlines()[-1]
    found = re.fullmatch(
        r" *(\d+)%\|[# ]+\| (.*) \[[\d:]+ gone(?:, about (\d+):(\d+) left)?\]", line
    )
    assert found, line
    left = None if found[3] is None else 60 * int(found[3]) + int(found[4])
    return int(found[1]), found[2], left


def test_what_trials_took_says_what_the_others_will_take(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """They take 10 s and 0.1 s: 5 × 10 + 500 × 0.1 = 100 s."""
    monkeypatch.setattr(progress, "_FILE", 0.0)
    said = stderr(monkeypatch, Stream())
    slow, fast = Amount("slow", 5), Amount("fast", 500)
    with Progress([slow, fast], 1, True) as bar:
        assert shown(said) == (0, "slow", None)  # nothing is known: no time is made up
        for work in range(5):
            bar.begin(work, slow, 1)
        for work in range(100):
            bar.begin(("fast", work), fast, 5)
        for work in range(5):
            clock.now += 10.0
            bar.end(work)
            slow.measure(1, 10.0)
            slow.done += 1
        clock.now += 0.5
        bar.end(("fast", 0))
        fast.measure(5, 0.5)
        fast.done += 5
        bar.show()
        percent, study, left = shown(said)
        assert study == "fast"
        assert left == pytest.approx(49.5, abs=0.51)
        assert percent == pytest.approx(50.5, abs=0.51)


def test_a_cell_that_was_not_tried_is_taken_to_be_like_the_others_of_its_study(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    """Cells of 2 and 4 s a trial: one of 3 s; another study's 30 s do not count for it."""
    monkeypatch.setattr(progress, "_FILE", 0.0)
    said = stderr(monkeypatch, Stream())
    cells = [Amount("a", 1), Amount("a", 1), Amount("a", 10), Amount("b", 1)]
    with Progress(cells, 1, True) as bar:
        for cell, seconds in zip(cells, (2.0, 4.0, None, 30.0), strict=True):
            if seconds is not None:
                cell.measure(1, seconds)
                cell.done = 1
        bar.show()
        assert shown(said) == (100 * 36 // 66, "a", 30)


def test_the_time_left_falls_while_a_long_trial_runs(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setattr(progress, "_FILE", 0.0)
    said = stderr(monkeypatch, Stream())
    cell = Amount("study", 3)
    with Progress([cell], 1, True) as bar:
        for work in range(3):
            bar.begin(work, cell, 1)
        clock.now = 20.0
        bar.end(0)
        cell.measure(1, 20.0)
        cell.done += 1
        seen = []
        for second in range(0, 20, 5):
            clock.now = 20.0 + second
            bar.show()
            seen.append(shown(said))
    assert [left for _, _, left in seen] == [40, 35, 30, 25]
    assert [percent for percent, _, _ in seen] == [33, 41, 50, 58]


def test_two_workers_take_half_the_time(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """What waits in the queue is not being worked at: its time begins when a worker takes it."""
    monkeypatch.setattr(progress, "_FILE", 0.0)
    said = stderr(monkeypatch, Stream())
    cell = Amount("study", 10)
    with Progress([cell], 2, True) as bar:
        for work in range(10):
            bar.begin(work, cell, 1)
        for work in range(0, 4, 2):
            clock.now += 4.0
            for one in (work, work + 1):
                bar.end(one)
                cell.measure(1, 4.0)
                cell.done += 1
        bar.show()
        assert shown(said) == (40, "study", 12)


def test_what_was_done_before_counts(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    said = stderr(monkeypatch, Stream())
    with Progress([Amount("study", 4, 3)], 1, True):
        assert shown(said) == (75, "study", None)
