"""``python -m benchmarks.reliability [NAME ...] [--long]``: a table; exit 1 on any loss."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from importlib import import_module

ATTACKS = {
    "databases": "results.sqlite: bits flipped, pages blanked, ends cut, rows edited, no journal",
    "models": "model files of every kind: every single bit flipped, every cut",
    "budgets": "recall by every budget, number of threads, engine, split and layout of the cues",
    "sharing": "one network in eight threads; forked, spawned and served processes",
    "magnitudes": "memories of every kind with numbers from 1e-323 to 1e308",
    "calls": "everything public with random arguments",
    "kills": "kill -9 of drivers, workers, trainings and savings, then the same again",
    "writers": "two to four commands in one folder",
    "orphans": "drivers of processes that are signalled or killed",
    "latency": "Ctrl-C and SIGTERM at random moments of long calls and commands",
    "notebooks": "studies with workers, interrupts and threads in an interactive session",
    "disks": "full disks and read-only folders, then the same command",
    "clusters": "a dask scheduler or its workers killed",
}


def main() -> int:
    """Run some attacks, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reliability", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ATTACKS))
    parser.add_argument("--long", action="store_true", help="many rounds: an hour")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(ATTACKS):
        parser.error(f"no attack is called {', '.join(unknown)}; there are {', '.join(ATTACKS)}")
    # Shells let a command in the background ignore Ctrl-C, and it would pass that on to its own.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    losses = 0
    print("| attack | rounds | what became of them | losses | seconds |\n|---|---|---|---|---|")
    for name in arguments.names or ATTACKS:
        attack = import_module(f"benchmarks.reliability.{name}")
        start = time.monotonic()
        tally = attack.attack(attack.ROUNDS[arguments.long])
        seconds = time.monotonic() - start
        row = f"{tally.rounds} | {tally} | {len(tally.losses)} | {seconds:.0f}"
        print(f"| {name}: {ATTACKS[name]} | {row} |", flush=True)
        for loss in tally.losses[:20]:
            print(f"LOST in {name}: {loss}", file=sys.stderr)
        losses += len(tally.losses)
    return 1 if losses else 0


if __name__ == "__main__":
    sys.exit(main())
