"""The command with trials that take their time, so that there is time to stop it.

``python slow_command.py capacity ...`` in the place of ``python -m hopfield_sim.experiment``; its
processes are slow too, since they import this file.
"""

from __future__ import annotations

import sys
import time
from typing import Any

from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.studies.capacity.study import Capacity

SECONDS = 0.05

SOUND = Capacity.trials


def slow(study: Capacity, cell: Any, rngs: Any) -> Any:
    time.sleep(SECONDS * len(rngs))
    return SOUND(study, cell, rngs)


Capacity.trials = slow  # type: ignore[method-assign]

if __name__ == "__main__":
    sys.exit(main())
