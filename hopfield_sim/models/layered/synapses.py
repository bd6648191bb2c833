"""Synapses between layers: an energy of their activities, and its gradient.

One of your own derives from ``Synapse``; ``EnergyNetwork.check_gradient`` compares both.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError

Doubles = NDArray[np.float64]
Shape = tuple[int, ...]


class Synapse(ABC):
    """The energy E(g₁, g₂, ...) of the activities (B, ...) of the layers that it connects."""

    @abstractmethod
    def energy(self, *activities: Doubles) -> Doubles:
        """E of each state, (B,)."""

    @abstractmethod
    def inputs(self, *activities: Doubles) -> tuple[Doubles, ...]:
        """−∂E/∂g for each of the layers, of the shape of its activities: what it feels."""


class Dense(Synapse):
    """A weight for each pair of units: E = −aᵀ W b; within one layer, −½ aᵀ W a.

    Parameters
    ----------
    weights : (M, N) array_like
        W for layers of M and N units, whatever their shapes; within a layer symmetric, (N, N).
    """

    def __init__(self, weights: Any) -> None:
        array = checks.numeric(weights, "weights")
        if array.ndim != 2 or 0 in array.shape:
            raise InvalidInputError(
                "weights of a synapse must be (M, N), a row a unit of the first layer; got shape "
                f"{array.shape}"
            )
        self.weights = checks.finite(array, "weights")
        self.weights.setflags(write=False)

    def energy(self, *activities: Doubles) -> Doubles:
        """−aᵀ W b, or −½ aᵀ W a."""
        a = _flat(activities[0])
        if len(activities) == 1:
            return np.asarray(-np.einsum("bi,bi->b", a @ self.weights, a) / 2)
        return np.asarray(-np.einsum("bj,bj->b", a @ self.weights, _flat(activities[1])))

    def inputs(self, *activities: Doubles) -> tuple[Doubles, ...]:
        """W b and Wᵀ a, or W a."""
        first = activities[0]
        if len(activities) == 1:
            return ((_flat(first) @ self.weights).reshape(first.shape),)
        second = activities[1]
        return (
            (_flat(second) @ self.weights.T).reshape(first.shape),
            (_flat(first) @ self.weights).reshape(second.shape),
        )


@checks.by_name
class Convolution(Synapse):
    """The same kernels at each place of an image: E = −Σ_kp b_kp Σ_q κ_kq a_(p+q).

    Connects a layer of images, (H, W) or (C, H, W), with one of K maps, (K, H′, W′).

    Parameters
    ----------
    kernels : (K, h, w) or (K, C, h, w) array_like
        κ.
    stride : int
        Distance of neighbouring places; H′ = (H − h) // stride + 1.

    Examples
    --------
    >>> synapse = Convolution(np.ones((1, 2, 2)), stride=2)
    >>> image, map = np.arange(16.0).reshape(1, 4, 4), np.ones((1, 1, 2, 2))
    >>> synapse.inputs(image, map)[1]
    array([[[[10., 18.],
             [42., 50.]]]])
    """

    def __init__(self, kernels: Any, stride: int = 1) -> None:
        array = checks.numeric(kernels, "kernels")
        if array.ndim not in (3, 4) or 0 in array.shape:
            raise InvalidInputError(
                "kernels must be (K, h, w), or (K, C, h, w) for images of C channels; got shape "
                f"{array.shape}"
            )
        self.coloured = array.ndim == 4
        kernels = checks.finite(array, "kernels")
        self.kernels: Doubles = kernels if self.coloured else kernels[:, None]
        self.kernels.setflags(write=False)
        self.stride = checks.integer(stride, "stride", minimum=1)

    def fits(self, shape: Shape) -> bool:
        """Whether images of this shape have the channels of the kernels and are no smaller."""
        channels = shape[0] if len(shape) == 3 else 1
        large = len(shape) >= 2 and all(np.array(shape[-2:]) >= self.kernels.shape[2:])
        return (
            large
            and len(shape) == (3 if self.coloured else 2)
            and channels == self.kernels.shape[1]
        )

    def maps_of(self, shape: Shape) -> Shape:
        """The shape (K, H′, W′) of the maps of such images."""
        rows, columns = (
            (n - k) // self.stride + 1
            for n, k in zip(shape[-2:], self.kernels.shape[2:], strict=True)
        )
        return len(self.kernels), rows, columns

    def energy(self, *activities: Doubles) -> Doubles:
        """Minus what the maps get, times what they give."""
        return -(self._maps(activities[0]) * activities[1]).reshape(len(activities[0]), -1).sum(1)

    def inputs(self, *activities: Doubles) -> tuple[Doubles, ...]:
        """The kernels laid down where the maps are active, and their products with the image."""
        image, maps = activities
        return self._image(maps, image.shape), self._maps(image)

    def _maps(self, image: Doubles) -> Doubles:
        image = image if self.coloured else image[:, None]
        h, w = self.kernels.shape[2:]
        places = sliding_window_view(image, (h, w), axis=(2, 3))
        places = places[:, :, :: self.stride, :: self.stride]
        return np.einsum("bcijuv,kcuv->bkij", places, self.kernels, optimize=True)

    def _image(self, maps: Doubles, shape: Shape) -> Doubles:
        image = np.zeros(shape if self.coloured else (shape[0], 1, *shape[1:]))
        (h, w), s = self.kernels.shape[2:], self.stride
        rows, columns = maps.shape[2:]
        for u in range(h):
            for v in range(w):
                part = np.einsum("bkij,kc->bcij", maps, self.kernels[:, :, u, v])
                image[:, :, u : u + s * rows : s, v : v + s * columns : s] += part
        return image.reshape(shape)


def _flat(activities: Doubles) -> Doubles:
    return activities.reshape(len(activities), -1)
