"""Images to store and recall: found on this machine, verified, never downloaded.

``mnist.py``, ``cifar.py`` and ``digits.py`` are the known sets, ``tiles.py`` colourful images that
the package draws itself (``drawn.py``) or reads from a folder of yours. ``places.py`` knows where
files lie, ``idx.py``, ``archive.py`` and ``pickled.py`` read them, ``dataset.py`` is the result.
"""

from hopfield_sim.datasets.cifar import cifar10
from hopfield_sim.datasets.dataset import Dataset
from hopfield_sim.datasets.digits import digits
from hopfield_sim.datasets.mnist import fashion_mnist, mnist
from hopfield_sim.datasets.tiles import tiles

__all__ = ["Dataset", "cifar10", "digits", "fashion_mnist", "mnist", "tiles"]


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
