"""Questions to ask of a network, each with a picture as its answer.

A file a question: ``capacity.py``, ``robustness.py``, ``energy.py``, ``checkerboard.py``,
``image.py``, ``xor.py``, ``dense.py``, ``modern.py``, ``images.py``, ``distributed.py``,
``digits.py`` and ``robust.py`` (those with trials, pages or data in files beside them). A question
is a *study* (``study.py``): a grid of cells, and trials that are pure functions of configuration
and seed. ``registry.py`` lists them, ``sweep.py`` gives them to workers (``pool.py``,
``cluster.py``, ``trial.py``), ``store.py`` keeps what is finished (in
``store_file.py``, under ``lock.py``), ``interruption.py`` stops it all, ``result.py`` is what comes
out. ``__main__.py`` is the command line (``options.py`` and ``config_file.py``, what it is told;
``manual.py`` and ``completion.py``, what it tells; ``console.py``, how; ``folders.py``, where
results go; ``driver.py``, what it does) and ``report.py`` writes the folder that it leaves.
"""

from hopfield_sim.experiment.studies.capacity.study import capacity
from hopfield_sim.experiment.studies.checkerboard.study import checkerboard
from hopfield_sim.experiment.studies.dense.study import dense
from hopfield_sim.experiment.studies.digits.study import digits
from hopfield_sim.experiment.studies.distributed.study import distributed
from hopfield_sim.experiment.studies.energy.study import energy
from hopfield_sim.experiment.studies.image.study import image
from hopfield_sim.experiment.studies.images.study import images
from hopfield_sim.experiment.studies.modern.study import modern
from hopfield_sim.experiment.studies.robust.study import robust
from hopfield_sim.experiment.studies.robustness.study import robustness
from hopfield_sim.experiment.studies.xor.study import xor
from hopfield_sim.experiment.sweeps.result import Result

__all__ = [
    "Result",
    "capacity",
    "checkerboard",
    "dense",
    "digits",
    "distributed",
    "energy",
    "image",
    "images",
    "modern",
    "robust",
    "robustness",
    "xor",
]


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
