"""Image data sets, read from local files and verified; nothing is downloaded.

``mnist.py``, ``cifar.py`` and ``digits.py`` load the standard sets, ``tiles.py`` colour images that
the package draws (``drawn.py``) or reads from a folder. ``places.py`` locates files, ``idx.py``,
``archive.py`` and ``pickled.py`` read them; ``dataset.py`` defines the result.
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
