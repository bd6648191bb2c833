"""Two to four commands at once in one folder: one runs, the others say who does."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.reliability.commands import STUDY, expected, finish, start, table
from benchmarks.reliability.tally import Tally

ROUNDS = (3, 50)


def attack(rounds: int) -> Tally:
    """Start them together, and read what each said."""
    tally = Tally()
    for number in range(rounds):
        with TemporaryDirectory() as folder:
            processes = [start(*STUDY, "--out", folder) for _ in range(2 + number % 3)]
            ends = [finish(process) for process in processes]
            owners = [f"process {process.pid} on" for process in processes]
            for code, said in ends:
                told = code == 2 and any(owner in said for owner in owners)
                tally.judge(code == 0 or told, "one ran" if code == 0 else "told who", said)
            # One after another would be right too: a slow start may come when all is done.
            good = any(code == 0 for code, _ in ends) and table(Path(folder)) == expected()
            tally.judge(good, "right table", "no writer came to the right table")
    return tally
