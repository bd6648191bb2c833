"""Studies: questions about associative memories, each answered by a table and figures.

A *study* is a frozen dataclass that derives from :class:`Study`, with a grid of cells
and trials that are pure functions of its configuration and a generator. ``studies/`` has a folder
for each, ``sweeps/`` runs them (trials, workers, the store), ``cli/`` is the command line,
``python -m hopfield_sim.experiment``. A study of your own needs only this module: derive a class
from ``Study``, declare its fields by :func:`option` and the kinds in ``fields``, and run it by
``hopfield-sim module:Class`` or add an entry point in the group "hopfield_sim.studies". For a
function over a grid :func:`sweep` is enough.
"""

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from hopfield_sim.experiment import studies
from hopfield_sim.experiment.sweeps import fields
from hopfield_sim.experiment.sweeps.fields import option
from hopfield_sim.experiment.sweeps.pages import Pages
from hopfield_sim.experiment.sweeps.result import Result
from hopfield_sim.experiment.sweeps.study import Cell, Study

if TYPE_CHECKING:
    from hopfield_sim.experiment.studies.alpha_c.study import alpha_c
    from hopfield_sim.experiment.studies.basins.study import basins
    from hopfield_sim.experiment.studies.capacity.study import capacity
    from hopfield_sim.experiment.studies.checkerboard.study import checkerboard
    from hopfield_sim.experiment.studies.dense.study import dense
    from hopfield_sim.experiment.studies.digits.study import digits
    from hopfield_sim.experiment.studies.distributed.study import distributed
    from hopfield_sim.experiment.studies.energy.study import energy
    from hopfield_sim.experiment.studies.image.study import image
    from hopfield_sim.experiment.studies.images.study import images
    from hopfield_sim.experiment.studies.modern.study import modern
    from hopfield_sim.experiment.studies.phase.study import phase
    from hopfield_sim.experiment.studies.restricted.study import restricted
    from hopfield_sim.experiment.studies.robust.study import robust
    from hopfield_sim.experiment.studies.robustness.study import robustness
    from hopfield_sim.experiment.studies.xor.study import xor
    from hopfield_sim.experiment.sweeps.function import function
    from hopfield_sim.experiment.sweeps.grid import sweep
    from hopfield_sim.experiment.sweeps.store import Store

_STUDIES = [room.name for room in iter_modules(studies.__path__) if room.ispkg]
_LAZY = {"Store": "sweeps.store", "function": "sweeps.function", "sweep": "sweeps.grid"} | {
    name: f"studies.{name}.study" for name in _STUDIES
}
"""Names that are loaded on first access, and where they are: a study, and what runs trials."""

__all__ = [
    "Cell",
    "Pages",
    "Result",
    "Store",
    "Study",
    "alpha_c",
    "basins",
    "capacity",
    "checkerboard",
    "dense",
    "digits",
    "distributed",
    "energy",
    "fields",
    "function",
    "image",
    "images",
    "modern",
    "option",
    "phase",
    "restricted",
    "robust",
    "robustness",
    "sweep",
    "xor",
]
__all__ += [name for name in _STUDIES if name not in __all__]  # a folder is enough


def __getattr__(name: str) -> Any:
    """Return the function of a study, or another lazy name, imported on first access."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
