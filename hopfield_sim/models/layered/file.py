"""Files of networks of layers: arrays of all layers, and of all synapses, one after the other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.members import Member, Values
from hopfield_sim.models.layered.lagrangians import LAGRANGIANS
from hopfield_sim.models.layered.layers import Built, Layer, Link, Shape
from hopfield_sim.models.layered.synapses import Convolution, Dense

_PARAMETERS = ("beta", "power", "axis")


def parts(values: Values) -> tuple[dict[str, Layer], dict[tuple[str, ...], Any]]:
    """The layers and synapses of a file, as an ``EnergyNetwork`` takes them.

    Raises
    ------
    InvalidInputError, InvalidTypeError
        If the arrays do not describe such.
    """
    names = [str(name) for name in values["names"]]
    shapes = _split(values["lengths"], values["axes"])
    sizes = [math.prod(_shape(shape)) for shape in shapes]
    biases = _split(values["bias"], sizes)
    layers: dict[str, Layer] = {}
    for k, name in enumerate(names):
        given = dict(zip(_PARAMETERS, values["parameters"][k].tolist(), strict=True))
        given = {word: value for word, value in given.items() if not math.isnan(value)}
        if "axis" in given:
            given["axis"] = int(given["axis"])
        word, shape = str(values["lagrangians"][k]), _shape(shapes[k])
        bias = checks.finite(biases[k], "bias").reshape(shape)
        layers[name] = Layer(word, shape, tau=float(values["tau"][k]), bias=bias, **given)
    sides = [_shape(row[row >= 0]) for row in values["sides"]]
    weights = _split(values["weights"], [math.prod(shape) for shape in sides])
    synapses: dict[tuple[str, ...], Any] = {}
    for pair, stride, shape, flat in zip(
        values["ends"], values["strides"], sides, weights, strict=True
    ):
        if not (0 <= pair[0] < len(names) and -1 <= pair[1] < len(names)):
            raise InvalidInputError(f"a synapse connects layers {pair.tolist()} of {len(names)}")
        ends = tuple(names[k] for k in pair.tolist() if k >= 0)
        array = flat.reshape(shape)
        synapses[ends] = Convolution(array, int(stride)) if stride else Dense(array)
    if len(layers) < len(names) or len(synapses) < len(sides):
        raise InvalidInputError("its layers or synapses are not all different")
    return layers, synapses


def _layers(net: Any) -> Sequence[Built]:
    return list(net._layers.values())


def _of_layers(value: Callable[[Built], Any]) -> Callable[[Any], NDArray[Any]]:
    """An array with one entry, or row, for each layer."""
    return lambda net: np.array([value(one) for one in _layers(net)])


def _lagrangian(one: Built) -> str:
    if type(one.lagrangian) not in LAGRANGIANS.values():
        raise InvalidInputError(
            f"layer {one.name!r} has a Lagrangian of your own, {type(one.lagrangian).__name__}; "
            "files hold arrays and no code: save its numbers, and make the network again from them"
        )
    return one.lagrangian.name


def _parameters(one: Built) -> list[float]:
    found = [getattr(one.lagrangian, word, None) for word in _PARAMETERS]
    return [math.nan if value is None else float(value) for value in found]


def _ends(net: Any, link: Link) -> list[int]:
    names = list(net._layers)
    return [*(names.index(end) for end in link.ends), -1][:2]


def _array(link: Link) -> NDArray[np.float64]:
    """The weights or kernels of a synapse, as they were given."""
    synapse = link.synapse
    if type(synapse) is Dense:
        return synapse.weights
    if type(synapse) is Convolution:
        return synapse.kernels if synapse.coloured else synapse.kernels[:, 0]
    raise InvalidInputError(
        f"the synapse between {link} is one of your own, {type(synapse).__name__}; files hold "
        "arrays and no code: save its numbers, and make the network again from them"
    )


def _weights(link: Link) -> NDArray[np.float64]:
    return _array(link).ravel()


def _sides(link: Link) -> list[int]:
    return [*_array(link).shape, -1, -1][:4]


def _stride(link: Link) -> int:
    """That of a convolution; 0 for weights."""
    return link.synapse.stride if isinstance(link.synapse, Convolution) else 0


def _shape(lengths: NDArray[np.int64]) -> Shape:
    return tuple(checks.integer(length, "a length", minimum=1) for length in lengths.tolist())


def _split(flat: NDArray[Any], sizes: Any) -> list[NDArray[Any]]:
    """Parts of these sizes, which must be all that there is."""
    sizes = [checks.integer(size, "a size", minimum=0) for size in sizes]
    if sum(sizes) != len(flat):
        raise InvalidInputError(f"parts have {sum(sizes)} numbers in all, not {len(flat)}")
    return [flat[end - size : end] for size, end in zip(sizes, accumulate(sizes), strict=True)]


MEMBERS = {
    "names": Member("U L", _of_layers(lambda one: one.name)),
    "lagrangians": Member("U L", _of_layers(_lagrangian)),
    "parameters": Member("f8 L 3", _of_layers(_parameters)),
    "tau": Member("f8 L", _of_layers(lambda one: one.tau)),
    "axes": Member("i8 L", _of_layers(lambda one: len(one.shape))),
    "lengths": Member("i8 A", lambda net: np.concatenate([one.shape for one in _layers(net)])),
    "bias": Member("f8 U", lambda net: np.concatenate([one.bias.ravel() for one in _layers(net)])),
    "ends": Member("i8 S 2", lambda net: np.reshape([_ends(net, s) for s in net._links], (-1, 2))),
    "strides": Member("i8 S", lambda net: [_stride(link) for link in net._links]),
    "sides": Member("i8 S 4", lambda net: np.reshape([_sides(s) for s in net._links], (-1, 4))),
    "weights": Member("f8 W", lambda net: np.concatenate([[], *map(_weights, net._links)])),
}
"""Shapes and lengths of arrays stand before the arrays, which lie one after the other."""
