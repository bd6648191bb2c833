"""The handout's checkerboard: ``python -m hopfield_sim.course``.

It asks for the learning rule, stores a checkerboard among random patterns, flips two fifths of its
pixels, lets both kinds of update repair it, and writes two energy plots and two videos.
"""

from __future__ import annotations

import argparse
import select
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from hopfield_sim import checks
from hopfield_sim.course import learning
from hopfield_sim.course.network import RULES, HopfieldNetwork
from hopfield_sim.course.saver import DataSaver
from hopfield_sim.errors import HopfieldError, ResultsDirError
from hopfield_sim.experiment.cli import console
from hopfield_sim.experiment.sweeps import interruption
from hopfield_sim.support.progress import Bar

__all__ = ["main"]

PROMPT = "Press Enter for Hebbian weights, or type s and press Enter for Storkey's: "
PATIENCE = 2.0
"""Seconds to wait for an answer from where nobody may be, such as a pipe that stays open."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code: 0, or 2 for input that it cannot use.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments after the command; by default those of this process.
    """
    console.prepare()
    options = _options(argv)
    if argv is None:
        return interruption.run(lambda: _run(options), lambda: console.complain("stopped"))
    return _run(options)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m hopfield_sim.course", description=__doc__)
    parser.add_argument("--rule", choices=RULES, help="do not ask for the learning rule")
    parser.add_argument("--size", type=int, default=50, help="pixels along an edge (default: 50)")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers (default: 0)")
    parser.add_argument("--out", default="results-course", help="folder (default: results-course)")
    return parser.parse_args(argv)


def _run(options: argparse.Namespace) -> int:
    try:
        size = checks.integer(options.size, "--size", minimum=10)
        checks.integer(options.seed, "--seed", minimum=0)
        folder = checks.path(options.out, "--out")
        rule = options.rule or _asked()
        outcome = _recall(rule, size, options.seed, folder)
    except HopfieldError as error:
        console.complain(f"error: {' '.join(str(error).split())}")
        return 2
    return 0 if console.say(outcome) else 1


def _asked() -> str:
    """The rule that the reader chooses; Hebbian where nobody answers."""
    try:
        prompt = PROMPT if sys.stdin.isatty() else ""
        if prompt or not _silent():
            return "storkey" if input(prompt).strip().lower() in ("s", "storkey") else "hebbian"
    except (AttributeError, EOFError, OSError, RuntimeError, ValueError):  # closed, or no text
        pass
    console.say("no answer: Hebbian weights (--rule storkey for the others)")
    return "hebbian"


def _silent() -> bool:
    """Whether nothing comes from the standard input; where that is unknown, reading it tells."""
    try:
        return not select.select([sys.stdin], [], [], PATIENCE)[0]
    except (OSError, ValueError):
        return False


def _recall(rule: str, size: int, seed: int, folder: Path) -> str:
    """Recall the checkerboard in both ways, write the files, and say what was found."""
    n, source = size**2, np.random.default_rng(seed)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ResultsDirError(f"cannot make {str(folder)!r}: {checks.message(error)}") from error
    patterns = learning.generate_patterns(n // 50, n, rng=source)
    board = patterns[-1] = learning.create_checkerboard(size).flatten()
    cue = learning.perturb_pattern(board, 2 * n // 5, rng=source)
    skip = n // 10
    answers, back = [], []
    with Bar() as bar:
        bar.draw(0, f"storing {len(patterns)} patterns of {n} neurons")
        network = HopfieldNetwork(patterns, rule)
        ways: dict[str, Callable[[DataSaver], None]] = {
            "synchronous": lambda saver: network.dynamics(cue, saver),
            "asynchronous": lambda saver: network.dynamics_async(
                cue, saver, 12 * n, 4 * n, skip, rng=source
            ),
        }
        for number, (way, dynamics) in enumerate(ways.items()):
            saver, stem = DataSaver(), folder / f"{rule}_{way}"
            bar.draw((1 + 3 * number) / 7, f"{way} updates")
            dynamics(saver)
            bar.draw((2 + 3 * number) / 7, f"{stem}_energy.png")
            saver.plot_energy(f"{stem}_energy.png")
            bar.draw((3 + 3 * number) / 7, f"{stem}.gif")
            saver.save_video(f"{stem}.gif", (size, size))
            wrong = (np.array(saver.data["state"]) != board).sum(axis=1)
            first = int(np.argmin(wrong))
            step = f"{first} updates of all neurons"
            if way == "asynchronous":
                step = f"{skip * first} updates of one neuron"
            ending = f"{wrong[-1]} wrong pixels are left" if wrong[-1] else f"whole after {step}"
            answers.append(f"{way}: {ending}{_rises(saver.data['energy'])}")
            if not wrong[-1]:
                back.append(way)
        bar.draw(1, "done")
    came = f"came back ({' and '.join(back)})" if back else "did not come back"
    answers.append(
        f"{rule.capitalize()} weights: the checkerboard {came} from {2 * n // 5} flipped pixels of "
        f"{n}; energy plots and videos are {folder / rule}_*"
    )
    return "\n".join(answers)


def _rises(energies: Sequence[float]) -> str:
    rises = int((np.diff(energies) > 1e-9).sum())
    return f"; the energy rose {rises} times, as it may here" if rises else ""


if __name__ == "__main__":
    sys.exit(main())
