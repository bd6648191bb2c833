"""The small handwritten digits of scikit-learn."""

from __future__ import annotations

from importlib import import_module

import numpy as np

from hopfield_sim import checks
from hopfield_sim.datasets.dataset import Dataset, dataset
from hopfield_sim.errors import MissingDependencyError

_TRAIN = 1500


@checks.by_name
def digits() -> Dataset:
    """Load the 1797 handwritten digits of scikit-learn, 8 x 8: 1500 for training, 297 for testing.

    Grey levels 0 to 16 are rescaled to 0 to 255, as in the other data sets.

    Returns
    -------
    Dataset
        Images (n, 8, 8) of uint8, labels 0 to 9.

    Raises
    ------
    MissingDependencyError
        If scikit-learn is not installed.

    References
    ----------
    E. Alpaydin, C. Kaynak, Optical recognition of handwritten digits, UCI Machine Learning
    Repository (1998), https://doi.org/10.24432/C50P49.
    """
    try:
        sklearn = import_module("sklearn.datasets")
    except ImportError as error:
        raise MissingDependencyError(
            "digits() needs scikit-learn, which contains them; "
            "install it with `pip install 'hopfield_sim[data]'` or `pip install scikit-learn`"
        ) from error
    bunch = sklearn.load_digits()
    images = np.rint(np.asarray(bunch.images) * (255 / 16)).astype(np.uint8)
    labels = np.asarray(bunch.target)
    return dataset(
        "digits",
        (images[:_TRAIN], labels[:_TRAIN]),
        (images[_TRAIN:], labels[_TRAIN:]),
        names=tuple("0123456789"),
    )
