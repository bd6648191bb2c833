"""The command with trials that take their time, so that there is time to stop it.

``python slow_command.py capacity ...`` in the place of ``python -m hopfield_sim.experiment``; its
processes are slow too, since they import this file.
"""

from __future__ import annotations

import dataclasses
import importlib
import sys
import time
from typing import Any

from hopfield_sim.experiment.__main__ import main

SECONDS = 0.05

module: Any = importlib.import_module("hopfield_sim.experiment.studies.capacity.study")
sound = module.STUDY.trials


def slow(config: Any, cell: Any, rngs: Any) -> Any:
    time.sleep(SECONDS * len(rngs))
    return sound(config, cell, rngs)


module.STUDY = dataclasses.replace(module.STUDY, trials=slow)

if __name__ == "__main__":
    sys.exit(main())
