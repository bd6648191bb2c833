"""The command line: ``python -m hopfield_sim.experiment``, the same as ``hopfield-sim``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from hopfield_sim import backends
from hopfield_sim.errors import HopfieldError
from hopfield_sim.experiment import driver, options

__all__ = ["main"]

INTERRUPTED = 130
"""What a shell expects of a command that Ctrl-C ended."""

NO_KERNELS = "no compiled kernels here: the NumPy reference computes, to the same results, slower"
NO_LIMIT = (
    "threadpoolctl is not installed: the workers' matrix products share the processors less well, "
    "and their last bits may depend on how many there are; pip install threadpoolctl"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    0: done. 1: done, but trials failed or are missing. 2: nothing done, the reason in one line.
    130: stopped by Ctrl-C, with all that was finished saved.

    Parameters
    ----------
    argv : sequence of str, optional
        The words after the command; those of this process when not given.
    """
    argv = sys.argv[1:] if argv is None else list(argv)
    # As it was typed: the console script need not be on the path of those who use the module.
    script = Path(sys.argv[0]).stem == "hopfield-sim"
    start = ["hopfield-sim"] if script else ["python", "-m", "hopfield_sim.experiment"]
    command = shlex.join([*start, *argv])
    try:
        wanted = options.parse(argv, driver.described())
        if wanted.backend == "auto" and "cython" not in backends.available():
            print(NO_KERNELS, file=sys.stderr)
        if find_spec("threadpoolctl") is None:
            print(NO_LIMIT, file=sys.stderr)
        act = driver.merge if wanted.name == "merge" else driver.run
        outcome = act(wanted, command)
    except HopfieldError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"stopped; what was finished is saved. To go on: {command}", file=sys.stderr)
        return INTERRUPTED
    print(outcome.line)
    return outcome.code


if __name__ == "__main__":
    sys.exit(main())
