"""The file of a distributed memory, and the validation of its contents.

The random directions are not in the file: their seed is, and a few of them, since another version
of NumPy may draw others from the same seed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.members import Member, Values
from hopfield_sim.models.distributed.features import Projection
from hopfield_sim.models.distributed.summed import Recipe

_PROBED = 4

_CHEAP = 1 << 21
"""Size of a block up to which its last row is compared, too."""

_LARGEST = 1e100
"""Maximum of a number of T: far more than patterns produce, and its products are finite."""


class Sum(NamedTuple):
    """The directions, T as (parts, Y), the shape of images, and how many patterns there are."""

    drawn: Projection
    memory: NDArray[np.float64]
    shape: tuple[int, ...] | None
    n_patterns: int


def read(values: Values, recipe: Recipe) -> Sum:
    """Validate what was read, except the recipe.

    Raises
    ------
    InvalidInputError
        If it is inconsistent, or the directions drawn here differ.
    """
    n = checks.integer(values["n_neurons"], "n_neurons", minimum=1)
    dtype = np.dtype(checks.choice(values["dtype"], ("float64", "float32"), "dtype"))
    drawn = recipe.draw(n, dtype)
    vector, parts = values["memory"], recipe.kind.parts
    if len(vector) != recipe.n_numbers or not (np.abs(vector) <= _LARGEST).all():
        raise InvalidInputError(f"its {len(vector)} numbers do not make {parts} parts of T")
    if dtype != (recipe.dtype or dtype):
        raise InvalidInputError(f"its kernel {recipe.kernel!r} needs {recipe.dtype}; got {dtype}")
    wanted = values["probe"]
    if drawn.block_rows * n <= _CHEAP:
        blocks = _probe(drawn)
    else:
        blocks = np.array([drawn.start(number, _PROBED) for number in _ends(drawn)])
        wanted = wanted.reshape(2, 2, -1)[:, 0]
    if blocks.shape != wanted.shape or not np.allclose(blocks, wanted, rtol=1e-5, atol=0):
        raise InvalidInputError(
            "its random directions are not those that its seed gives here; it was written with "
            f"another version of numpy than {np.__version__}"
        )
    return Sum(
        drawn,
        vector.reshape(parts, -1),
        checks.image_shape(values["shape"], n),
        checks.integer(values["n_patterns"], "n_patterns", minimum=1),
    )


def _probe(drawn: Projection) -> NDArray[np.float64]:
    """A few of the random directions, which must be the same when they are drawn again."""
    blocks = map(drawn.block, _ends(drawn))
    corners = [block.directions[row, :_PROBED] for block in blocks for row in (0, -1)]
    return np.concatenate(corners).astype(np.float64)


def _ends(drawn: Projection) -> tuple[int, int]:
    """The first and the last block."""
    return 0, (drawn.n_features - 1) // drawn.block_rows


MEMBERS = {
    "n_features": Member("i8"),
    "n_neurons": Member("i8"),
    "n_patterns": Member("i8"),
    "beta": Member("f8"),
    "kernel": Member("U"),
    "energy": Member("U", "_recipe.energy"),
    "orthogonal": Member("b1", "_recipe.orthogonal"),
    "key": Member("u8", "_recipe.key"),
    "dtype": Member("U", "_drawn.dtype.name"),
    "memory": Member("f8 numbers", lambda memory: memory._memory.reshape(-1)),
    "probe": Member("f8 probed", lambda memory: _probe(memory._drawn)),
}
