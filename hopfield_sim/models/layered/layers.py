"""Layers of an energy network: what their units give, their shape, bias and time constant."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.models.layered.lagrangians import LAGRANGIANS, Lagrangian
from hopfield_sim.models.layered.synapses import Convolution, Dense, Synapse

Doubles = NDArray[np.float64]
Shape = tuple[int, ...]

_MOST = 10**8
"""Units of a layer, at most."""


@checks.by_name
@dataclass(frozen=True, eq=False)
class Layer:
    """A layer of an :class:`EnergyNetwork`.

    Parameters
    ----------
    lagrangian : {"identity", "sign", "tanh", "softmax", "relu"} or Lagrangian
        L(x), whose gradient is the activity of the units.
    shape : int or tuple of int, optional
        Number of units, or shape of the layer; by default what its synapses say.
    tau : float
        Time constant τ; 0 for a layer that follows the others at once, so that its potentials are
        what it gets from them.
    bias : float or array_like
        Potential at rest.
    beta, power, axis : optional
        Parameters of the Lagrangian: steepness β of "tanh" and "softmax", n of "relu", the axis of
        the shape along which "softmax" adds up to 1.

    Examples
    --------
    >>> Layer("softmax", 10, tau=0, beta=4.0)
    <Layer softmax, shape=(10,), tau=0>
    """

    lagrangian: str | Lagrangian = "identity"
    shape: int | Sequence[int] | None = None
    tau: float = 1.0
    bias: Any = 0.0
    beta: float | None = None
    power: float | None = None
    axis: int | None = None

    def __post_init__(self) -> None:
        named: dict[str, Any] = {"beta": self.beta, "power": self.power, "axis": self.axis}
        given = {name: value for name, value in named.items() if value is not None}
        kind: Any = None
        if isinstance(self.lagrangian, str):
            kind = LAGRANGIANS[checks.choice(self.lagrangian, LAGRANGIANS, "lagrangian")]
        elif not isinstance(self.lagrangian, Lagrangian):
            raise InvalidTypeError(
                "lagrangian must be a name or an object of a class derived from Lagrangian; got "
                f"{checks.show(self.lagrangian)}"
            )
        takes = inspect.signature(kind).parameters if kind else ()
        for name in given:
            if name not in takes:
                raise InvalidInputError(f"{self.lagrangian!r} has no {name}=")
        for name, least in (("beta", 1e-12), ("power", 1.0)):
            if name in given:
                given[name] = checks.real(given[name], name, minimum=least, maximum=1e12)
        if self.axis is not None:
            given["axis"] = checks.integer(self.axis, "axis", minimum=0)
        made = kind(**given) if kind else self.lagrangian
        object.__setattr__(self, "_made", made)
        object.__setattr__(self, "tau", checks.real(self.tau, "tau", minimum=0))
        if self.shape is not None:
            axes = self.shape if isinstance(self.shape, (tuple, list)) else (self.shape,)
            shape = tuple(checks.integer(n, "shape", minimum=1, maximum=_MOST) for n in axes)
            if math.prod(shape) > _MOST or not 0 < len(shape) < 32:
                raise InvalidInputError(f"shape must be of 1 to {_MOST:,} units; got {shape}")
            object.__setattr__(self, "shape", shape)

    def __repr__(self) -> str:
        name = self.lagrangian if isinstance(self.lagrangian, str) else "of your own"
        return f"<Layer {name}, shape={self.shape}, tau={self.tau:g}>"


@dataclass(frozen=True, eq=False)
class Built:
    """A layer with its shape, its bias of that shape, and its Lagrangian."""

    name: str
    lagrangian: Lagrangian
    shape: Shape
    tau: float
    bias: Doubles

    @property
    def size(self) -> int:
        """Number of units."""
        return math.prod(self.shape)

    def energy(self, x: Doubles, g: Doubles) -> Doubles:
        """(x − b)·g − L(x), (B,)."""
        product = ((x - self.bias) * g).reshape(len(x), -1).sum(axis=1)
        return np.asarray(product - self.lagrangian.value(x))


@dataclass(frozen=True, eq=False)
class Link:
    """A synapse with the names of the layers that it connects."""

    ends: tuple[str, ...]
    synapse: Synapse

    def __repr__(self) -> str:
        return " and ".join(repr(end) for end in self.ends)


def links(synapses: Any, names: Sequence[str]) -> list[Link]:
    """Validate synapses: one between each layer and the next, or by the names of their layers."""
    if isinstance(synapses, Mapping):
        pairs = list(synapses.items())
    elif isinstance(synapses, Sequence) and len(synapses) == len(names) - 1:
        pairs = list(zip(pairwise(names), synapses, strict=True))
    else:
        raise InvalidInputError(
            f"synapses must be a dict by pairs of layers, or a list of {len(names) - 1}, one "
            f"between each layer and the next; got {checks.show(synapses)}"
        )
    made = []
    for ends, synapse in pairs:
        ends = ends if isinstance(ends, tuple) else (ends,)
        for end in ends:
            checks.choice(end, names, "the end of a synapse")
        ends = ends[:1] if len(ends) == 2 and ends[0] == ends[1] else ends
        if len(set(ends)) < len(ends) or not ends:
            raise InvalidInputError(f"a synapse connects different layers; got {ends}")
        made.append(Link(ends, synapse if isinstance(synapse, Synapse) else Dense(synapse)))
    for link in made:
        _refuse_ends(link)
    return made


def _refuse_ends(link: Link) -> None:
    """Raise if a synapse of the package does not connect so many layers."""
    count, synapse = len(link.ends), link.synapse
    if isinstance(synapse, Convolution) and count != 2:
        raise InvalidInputError(f"a Convolution connects two layers; got {link}")
    if isinstance(synapse, Dense) and count > 2:
        raise InvalidInputError(f"weights connect one or two layers; got {link}")
    if isinstance(synapse, Dense) and count == 1:
        weights = synapse.weights
        if weights.shape[0] != weights.shape[1] or not np.array_equal(weights, weights.T):
            raise InvalidInputError(
                f"weights within the layer {link} must be symmetric, (N, N), or there is no energy"
            )


def built(layers: Mapping[str, Layer], linked: Sequence[Link]) -> dict[str, Built]:
    """The layers, with the shapes that they have or that their synapses say."""
    shapes: dict[str, Any] = {name: layer.shape for name, layer in layers.items()}
    for link in linked:
        synapse = link.synapse
        if isinstance(synapse, Dense):
            for end, size in zip(link.ends, synapse.weights.shape, strict=False):
                shapes[end] = (size,) if shapes[end] is None else shapes[end]
                _demand(math.prod(shapes[end]) == size, end, shapes[end], f"{size} units", link)
        elif isinstance(synapse, Convolution):
            image, maps = link.ends
            wanted = "an image (H, W) as large as the kernels, or (C, H, W) of their channels"
            fits = shapes[image] is not None and synapse.fits(shapes[image])
            _demand(fits, image, shapes[image], wanted, link)
            size = synapse.maps_of(shapes[image])
            shapes[maps] = size if shapes[maps] is None else shapes[maps]
            _demand(shapes[maps] == size, maps, shapes[maps], f"the shape {size}", link)
    made = {}
    for name, layer in layers.items():
        shape = shapes[name]
        if shape is None:
            raise InvalidInputError(
                f"layer {name!r} needs a shape, which none of its synapses says: Layer(shape=...)"
            )
        lagrangian: Lagrangian = layer._made  # type: ignore[attr-defined]
        if layer.axis is not None and layer.axis >= len(shape):
            raise InvalidInputError(f"layer {name!r} of shape {shape} has no axis {layer.axis}")
        bias = checks.finite(checks.numeric(layer.bias, "bias"), "bias")
        try:
            bias = np.broadcast_to(bias, shape)
        except ValueError as error:
            raise InvalidInputError(
                f"bias of layer {name!r} must be a number or of its shape {shape}; got {bias.shape}"
            ) from error
        made[name] = Built(name, lagrangian, tuple(shape), layer.tau, bias)
    return made


def _demand(fits: bool, name: str, shape: Any, wanted: str, link: Link) -> None:
    if not fits:
        raise InvalidInputError(
            f"the synapse between {link} wants {wanted} in layer {name!r}; its shape is {shape}"
        )
