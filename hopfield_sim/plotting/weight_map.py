"""Weights as a map in colour: red pulls two neurons together, blue apart."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.plotting import style


@checks.by_name
def weights(network: Any, *, ax: Any = None) -> Figure:
    """Draw the weights W of a network, or any matrix, red where positive and blue where negative.

    Parameters
    ----------
    network : HopfieldNetwork or (N, M) array
        Anything with ``weights``, or the matrix itself.
    ax : axes, optional
        Your own.

    Returns
    -------
    Figure
        Shown once by a notebook; ``savefig`` writes it.

    Raises
    ------
    HopfieldError
        When there are no weights, or they are no matrix of finite numbers.

    Examples
    --------
    >>> from hopfield_sim.models import HopfieldNetwork
    >>> net = HopfieldNetwork().store([[1, 1, -1]])
    >>> weights(net).axes[0].get_xlabel()
    'from neuron j'
    """
    matrix = checks.numeric(getattr(network, "weights", network), "weights")
    checks.memory(24 * matrix.size, f"weights of shape {matrix.shape}", "draw a part of them")
    matrix = matrix.astype(np.float64)
    if matrix.ndim != 2 or matrix.size == 0 or not np.isfinite(matrix).all():
        raise InvalidInputError(
            f"weights must be a matrix (N, M) of finite numbers; got shape {matrix.shape}"
        )
    most = float(np.abs(matrix).max()) or 1.0
    with style.house():
        if ax is None:
            panel = style.figure(5.4, 4.4).add_subplot()
        else:
            panel = style.given_axes(ax, ["weights"])[0]
        image = panel.imshow(matrix, cmap="RdBu_r", vmin=-most, vmax=most, interpolation="nearest")
        panel.grid(False)
        panel.set_xlabel("from neuron j")
        panel.set_ylabel("to neuron i")
        panel.set_title(f"weights W, {len(matrix)} × {matrix.shape[1]}")
        style.figure_of(panel).colorbar(image, ax=panel, label="$W_{ij}$")
    return style.figure_of(panel)
