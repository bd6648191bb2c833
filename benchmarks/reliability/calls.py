"""Everything public, called with whatever comes: an answer, or an error of the tree; never NaN out
of finite numbers, never a changed argument, never a hang.

What is called is found by walking ``__all__``: a new name is attacked by itself. A round is a
function of its number; ``python -m benchmarks.reliability.calls NUMBER ...`` makes some again.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, chdir, contextmanager, redirect_stderr
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

import numpy as np
from matplotlib import pyplot

from benchmarks.reliability import arguments
from benchmarks.reliability.subjects import Subject, found
from benchmarks.reliability.tally import Tally

ROUNDS = (50_000, 1_000_000)
LONGEST = 20
"""Seconds after which a call hangs."""

SELDOM = 0.002
"""The share of what is slow."""


class Hang(BaseException):
    """A call took too long."""


def attack(rounds: int, first: int = 0) -> Tally:
    """Take everything at random, with arguments drawn at random."""
    tally = Tally()
    subjects = found()
    of_speed = {slow: [one for one in subjects if one.slow == slow] for slow in (False, True)}
    with _scratch():
        for number in range(first, first + rounds):
            rng = random.Random(number)
            one(number, rng.choice(of_speed[rng.random() < SELDOM]), rng, tally)
    return tally


def one(number: int, subject: Subject, rng: random.Random, tally: Tally) -> None:
    """A single call, and what becomes of it."""
    words = arguments.drawn(subject, rng)
    before = arguments.marks(words)
    outcome, loss = "an answer", ""
    signal.alarm(LONGEST)
    try:
        answer = _used(subject.call(words))
        if not (subject.may_be_nan or arguments.without_nan(answer)) and arguments.finite(words):
            loss = "NaN from finite numbers"
    except subject.errors:
        outcome = "an error of the tree"
    except (Exception, Hang) as error:
        loss = f"{type(error).__name__}: {error}"
    finally:
        signal.alarm(0)
        pyplot.close("all")
    if arguments.marks(words) != before:
        loss = loss or "an argument was changed"
    tally.judge(not loss, outcome, f"{number}, {subject.name}({arguments.told(words)}): {loss}")


def _used(answer: Any) -> Any:
    if isinstance(answer, AbstractContextManager):
        with answer as inside:
            return inside
    return answer


@contextmanager
def _scratch() -> Iterator[None]:
    """A folder of odd files to stand in, no data sets, no warnings, and an alarm."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise Hang(f"no answer in {LONGEST} s")

    before = signal.signal(signal.SIGALRM, ring)
    data = os.environ.pop("HOPFIELD_DATA", None)
    with (
        TemporaryDirectory() as folder,
        chdir(folder),
        warnings.catch_warnings(),
        np.errstate(all="raise"),  # as people set it to find errors of their own
        open(os.devnull, "w") as nowhere,
        redirect_stderr(nowhere),
    ):
        warnings.simplefilter("ignore")
        arguments.scratch(Path(folder))
        yield
    if data is not None:
        os.environ["HOPFIELD_DATA"] = data
    signal.signal(signal.SIGALRM, before)


if __name__ == "__main__":
    for round_ in sys.argv[1:]:
        again = attack(1, int(round_))
        print(again, *again.losses, sep="\n")
