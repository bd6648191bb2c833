"""Weights as a colour map: red for positive weights, blue for negative ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.plotting import style


@checks.by_name
def weights(network: Any, *, ax: Any = None) -> Figure:
    """Plot the weights W of a network, or any matrix: positive red, negative blue.

    Parameters
    ----------
    network : HopfieldNetwork or (N, M) array_like
        An object with an attribute ``weights``, or a matrix.
    ax : matplotlib Axes, optional
        Axes to draw into; by default those of a new figure.

    Returns
    -------
    Figure
        The figure; notebooks display it once, ``savefig`` writes it to a file.

    Raises
    ------
    HopfieldError
        If there are no weights, or they are not a matrix of finite numbers.

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
        (panel,) = style.panels(ax, ["weights"], 1, (5.4, 4.4))
        image = panel.imshow(matrix, cmap="RdBu_r", vmin=-most, vmax=most, interpolation="nearest")
        panel.grid(False)
        panel.set_xlabel("from neuron j")
        panel.set_ylabel("to neuron i")
        panel.set_title(f"weights W, {len(matrix)} × {matrix.shape[1]}")
        style.figure_of(panel).colorbar(image, ax=panel, label="$W_{ij}$")
    return style.figure_of(panel)
