"""The bidirectional associative memory (B. Kosko, IEEE Trans. Syst. Man Cybern. 18, 49, 1988)."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.members import SHAPE, FileKind, Member, Values
from hopfield_sim.models.base.saved import Saved
from hopfield_sim.models.base.shared import stored
from hopfield_sim.models.base.spins import Shape, image_shape, read_only
from hopfield_sim.models.bidirectional import layers
from hopfield_sim.models.bidirectional.layers import Spins
from hopfield_sim.models.bidirectional.recall import BidirectionalRecall
from hopfield_sim.models.hopfield.network import HopfieldNetwork
from hopfield_sim.recall.observables import Record
from hopfield_sim.support.display import ShowsMemory

Batch = checks.Batch[np.int8]


@dataclass(frozen=True, eq=False)
class Pairs:
    """Stored pairs, the shapes of images, and their network of N_x + N_y neurons."""

    keys: Spins
    values: Spins
    key_shape: Shape | None
    value_shape: Shape | None
    network: HopfieldNetwork

    @property
    def sizes(self) -> tuple[int, int]:
        """Numbers of neurons, N_x and N_y."""
        return self.keys.shape[1], self.values.shape[1]


class BidirectionalMemory(ShowsMemory, Saved):
    """Bidirectional associative memory (BAM): pairs of patterns, each recalled from the other.

    The energy of a pair (x, y) is E = −xᵀ W y with W = Σ_μ x^μ y^μᵀ, and two layers take turns:
    x ← sign(W y), y ← sign(Wᵀ x), where a field of 0 keeps the neuron. Each update lowers the
    energy or changes nothing, so that every recall ends in a fixed point.

    It is a Hopfield network of N_x + N_y neurons with couplings between keys and values only:
    ``network``. With each pair, its inverse (−x, −y) is stored.

    Parameters
    ----------
    backend : {"auto", "numpy", "cython", ...}
        Implementation to use; all give the same results.

    Examples
    --------
    >>> keys = [[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]]
    >>> values = [[1, 1, -1], [-1, 1, 1]]
    >>> memory = BidirectionalMemory().store(keys, values)
    >>> run = memory.recall([1, 1, 1, -1, -1, 1])
    >>> run.y, run.x
    (array([ 1,  1, -1], dtype=int8), array([ 1,  1,  1, -1, -1, -1], dtype=int8))
    >>> memory.recall(y=[-1, 1, 1]).x
    array([ 1, -1,  1, -1,  1, -1], dtype=int8)
    """

    _state: Pairs | None

    def __init__(self, *, backend: str = "auto") -> None:
        self._backend = backends.setting(backend)
        self.clear()

    # ------------------------------------------------------------------ learning

    def store(self, x: Any, y: Any) -> BidirectionalMemory:
        """Store pairs of a key and a value, in addition to those already stored.

        Parameters
        ----------
        x : (P, N_x) or (P, H, W) array_like of ±1
            Keys; not modified.
        y : (P, N_y) or (P, H, W) array_like of ±1
            Their values, in the same order.

        Returns
        -------
        BidirectionalMemory
            The memory itself.

        Raises
        ------
        InvalidInputError
            If entries are not ±1, a shape is wrong, or there is not one value for each key.
        InsufficientMemoryError
            If the weights do not fit into memory.
        """
        with self._lock:
            known = self._state
            sizes = (None, None) if known is None else known.sizes
            keys = checks.patterns(x, n_neurons=sizes[0], name="x")
            values = checks.patterns(y, n_neurons=sizes[1], name="y")
            if len(keys.array) != len(values.array):
                raise InvalidInputError(
                    f"y must have one value for each of the {len(keys.array)} keys; "
                    f"got {len(values.array)}"
                )
            if known is None:
                self._state = self._paired(keys.array, values.array, keys.shape, values.shape)
            else:
                self._state = self._paired(
                    np.concatenate([known.keys, keys.array]),
                    np.concatenate([known.values, values.array]),
                    _one_shape(known.key_shape, keys.shape, "x"),
                    _one_shape(known.value_shape, values.shape, "y"),
                )
        return self

    def forget(self, index: int) -> BidirectionalMemory:
        """Remove the pair ``index``, exactly; later indices shift down by one.

        Parameters
        ----------
        index : int
            Index of the pair.

        Raises
        ------
        NotStoredError
            If nothing is stored.
        """
        with self._lock:
            known = stored(self._state)
            index = checks.integer(index, "index", minimum=0, maximum=len(known.keys) - 1)
            if len(known.keys) == 1:
                return self.clear()
            x, y = (np.delete(pairs, index, axis=0) for pairs in (known.keys, known.values))
            self._state = self._paired(x, y, known.key_shape, known.value_shape)
        return self

    def clear(self) -> BidirectionalMemory:
        """Remove all pairs; the sizes may change with the next ones."""
        with self._lock:
            self._state = None
        return self

    def _paired(
        self, keys: Spins, values: Spins, key_shape: Shape | None, value_shape: Shape | None
    ) -> Pairs:
        """The pairs with their network."""
        network = HopfieldNetwork._from_couplings(
            layers.joined(keys, values), np.hstack([keys, values]), backend=self._backend
        )
        return Pairs(keys, values, key_shape, value_shape, network)

    # ------------------------------------------------------------------ what it is

    @property
    def n_neurons(self) -> int:
        """Number of neurons of both layers, N_x + N_y."""
        return stored(self._state).network.n_neurons

    @property
    def keys(self) -> Spins:
        """The stored keys (P, N_x), read-only."""
        return read_only(stored(self._state).keys)

    @property
    def values(self) -> Spins:
        """The stored values (P, N_y), read-only."""
        return read_only(stored(self._state).values)

    @property
    def weights(self) -> NDArray[np.int64]:
        """Weights W = Σ_μ x^μ y^μᵀ, (N_x, N_y) int64, read-only."""
        known = stored(self._state)
        return read_only(layers.weights(known.keys, known.values))

    @property
    def network(self) -> HopfieldNetwork:
        """The memory as a Hopfield network: its states are a key followed by a value."""
        return copy.copy(stored(self._state).network)

    def __repr__(self) -> str:
        known = self._state
        if known is None:
            return "<BidirectionalMemory, nothing stored>"
        (count, n_keys), n_values = known.keys.shape, known.values.shape[1]
        return f"<BidirectionalMemory, N={n_keys}+{n_values}, P={count}>"

    # ------------------------------------------------------------------ what a state feels

    def fields(self, x: Any = None, *, y: Any = None) -> Any:
        """Fields of the values for given keys, Wᵀ x, (B, N_y); of the keys for given values, W y,
        (B, N_x).

        Parameters
        ----------
        x : (B, N_x), (N_x,) or image array_like, optional
            Keys of ±1.
        y : (B, N_y), (N_y,) or image array_like, optional
            Values of ±1, instead of keys.

        Returns
        -------
        (B, N_y) or (B, N_x) ndarray of int64
            The fields, whole numbers.

        Raises
        ------
        InvalidInputError
            If both are given or neither, entries are not ±1, or a shape is wrong.
        """
        known = stored(self._state)
        if x is not None and y is not None:
            raise InvalidInputError("pass either x, keys, or y, values; got both")
        keys, values = _given(known, x, y)
        given, other = (keys, known.value_shape) if keys is not None else (values, known.key_shape)
        assert given is not None
        found = _fields(known, given.array, of_values=keys is not None)
        shape = other if given.shape is not None else None
        return given._replace(shape=shape).restore(found)

    def energy(self, x: Any = None, y: Any = None) -> Any:
        """Energy E = −xᵀ W y of each pair, (B,); a float for a single pair.

        For keys alone (or values alone) that of the pair with the lowest energy,
        ``−Σ_j |(Wᵀ x)_j|``, in which recall from them begins.

        Parameters
        ----------
        x : (B, N_x), (N_x,) or image array_like, optional
            Keys of ±1.
        y : (B, N_y), (N_y,) or image array_like, optional
            Values of ±1.

        Raises
        ------
        InvalidInputError
            If neither is given, entries are not ±1, or a shape is wrong.
        """
        known = stored(self._state)
        keys, values = _completed(known, x, y)
        fields = _fields(known, keys.array, of_values=True)
        energies = -np.einsum("bi,bi->b", fields, values.array, dtype=np.int64)
        return keys.restore(energies.astype(np.float64))

    # ------------------------------------------------------------------ dynamics

    def recall(
        self,
        x: Any = None,
        y: Any = None,
        *,
        temperature: Any = 0.0,
        max_sweeps: int = 100,
        ties: str = "keep",
        clamp: Any = None,
        record: Record = (),
        every: int | None = None,
        n_threads: int | None = None,
        rng: Any = None,
        start_sweep: int = 0,
    ) -> BidirectionalRecall:
        """Update keys and values in turn until neither changes.

        From keys alone the first values are the signs of their fields, and from values alone the
        first keys; a field of 0 gives +1 there, since there is no state to keep. A sweep
        updates all keys, then all values.

        Parameters
        ----------
        x : (B, N_x), (N_x,) or image array_like of ±1, optional
            Initial keys (cues); not modified.
        y : (B, N_y), (N_y,) or image array_like of ±1, optional
            Initial values; at least one of the two is needed.
        temperature : float, sequence of float, or (1, B) or (S, B) array_like
            Temperature of Glauber dynamics in the units of E, as in ``HopfieldNetwork.recall``; 0
            for the rule above.
        max_sweeps : int
            Maximum number of sweeps.
        ties : {"keep", "plus"}
            Whether a field of 0 keeps the neuron or sets it to +1.
        clamp : (N_x + N_y,) array_like of bool, optional
            Neurons that never change, the keys first.
        record : str, dict of functions, or a list of these
            Observables to record in ``recorded``: "energy", "overlap" (with the stored pairs),
            "states", and functions of the states, (B, N_x + N_y) → (B,), by name.
        every : int, optional
            Number of updates between recorded rows, by default one sweep.
        n_threads : int, optional
            Number of threads, by default that of the available processors.
        rng : None, int or numpy.random.Generator
            Random number generator or seed, used at positive temperatures only.
        start_sweep : int
            Number of sweeps already made, to continue.

        Returns
        -------
        BidirectionalRecall
            Final keys, ``x``, and values, ``y``, reasons for stopping, and recorded rows.

        Raises
        ------
        NotStoredError
            If nothing is stored.
        InvalidInputError, InvalidTypeError
            If neither keys nor values are given, their numbers differ, their shapes do not match
            the stored ones, entries are not ±1, or another argument is out of range.
        """
        known = stored(self._state)
        keys, values = _completed(known, x, y)
        both = np.hstack([keys.array, values.array])
        run = known.network.recall(
            both[0] if keys.single else both,
            order="sequential",
            temperature=temperature,
            max_sweeps=max_sweeps,
            ties=ties,
            clamp=clamp,
            record=record,
            every=every,
            n_threads=n_threads,
            rng=rng,
            start_sweep=start_sweep,
        )
        return BidirectionalRecall._of(run, keys, values)

    # ------------------------------------------------------------------ files and display

    _file = FileKind(
        "bidirectional",
        keys=Member("i1 P X"),
        values=Member("i1 P Y"),
        shape=SHAPE,
        value_shape=Member("i8 others", "_state.value_shape", optional=True),
    )

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        memory = cls()
        x = checks.patterns(values["keys"], name="keys").array
        y = checks.patterns(values["values"], name="values").array
        key_shape = image_shape(values, x.shape[1])
        value_shape = image_shape({"shape": values["value_shape"]}, y.shape[1])
        memory._state = memory._paired(x, y, key_shape, value_shape)
        return memory

    @property
    def _shape(self) -> Shape | None:
        return None if self._state is None else self._state.key_shape

    def _shown_patterns(self) -> Spins | None:
        return None if self._state is None else self._state.keys

    def _validate(self, keys: Any) -> Batch:
        return _completed(stored(self._state), keys, None)[0]


def _one_shape(known: Shape | None, new: Shape | None, name: str) -> Shape | None:
    if new is not None and known not in (None, new):
        raise InvalidInputError(
            f"{name} must be images of shape {known} like those stored; got {new}"
        )
    return new or known


def _given(known: Pairs, keys: Any, values: Any) -> tuple[Batch | None, Batch | None]:
    """The validated keys and values; None for what is not given."""
    if keys is None and values is None:
        raise InvalidInputError("pass x, keys, or y, values, or both; got neither")
    sides = (
        ("x", keys, known.keys, known.key_shape),
        ("y", values, known.values, known.value_shape),
    )
    x, y = (
        None
        if given is None
        else checks.states(given, pairs.shape[1], shape=shape, n_patterns=len(pairs), name=name)
        for name, given, pairs, shape in sides
    )
    return x, y


def _completed(known: Pairs, keys: Any, values: Any) -> tuple[Batch, Batch]:
    """The validated pairs; what is not given has the signs of its fields."""
    x, y = _given(known, keys, values)
    if x is None:
        assert y is not None
        signs = _signs(_fields(known, y.array, of_values=False))
        return Batch(signs, y.single, known.key_shape), y
    if y is None:
        signs = _signs(_fields(known, x.array, of_values=True))
        return x, Batch(signs, x.single, known.value_shape)
    if len(x.array) != len(y.array) or x.single != y.single:
        raise InvalidInputError(
            f"x and y must have equally many rows; got {len(x.array)} and {len(y.array)}"
        )
    return x, y


def _signs(fields: NDArray[np.int64]) -> Spins:
    return np.where(fields < 0, -1, 1).astype(np.int8)


def _fields(known: Pairs, given: Spins, *, of_values: bool) -> NDArray[np.int64]:
    """Fields of the other layer, from overlaps with the stored pairs: exact, without a matrix."""
    mine, other = known.keys, known.values
    if not of_values:
        mine, other = other, mine
    return layers.fields(given, mine, other)
