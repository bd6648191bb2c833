"""Memories in one vector (Hoover, Chau, Strobelt, Ram, Krotov, NeurIPS 2024, "DrDAM")."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.backends.waves import Waves, engine
from hopfield_sim.descent import Descent, descend, recorder_of
from hopfield_sim.errors import InvalidInputError, NotStoredError
from hopfield_sim.models.binary import read_only
from hopfield_sim.random_features import KERNELS, Comparison, Projection, compare, features, total

ENERGIES = ("log", "plain")
_MOST_FEATURES = 2**40
_PROBED = 4

_SMALLEST = 1e-30
"""β⁻¹ must fit a float32 with room to spare."""

_LARGEST = {"float64": 1e12, "float32": 1e7}
"""β‖x‖² at most: beyond, the phases √β S x have no digits left after the point."""

Floats = NDArray[np.floating]


class DistributedMemory:
    r"""A memory whose patterns are summed into one vector T; its size does not grow with them.

    Random features φ have products ⟨φ(x), φ(y)⟩ ≈ exp(−β/2 ‖x − y‖²), so that with
    T = Σ_μ φ(ξ^μ)

    .. math:: E(x) = -\frac{1}{\beta} \log \max(⟨φ(x), T⟩, ε)
        \approx -\frac{1}{\beta} \log \sum_μ e^{-\frac{β}{2} ‖x - ξ^μ‖^2},

    which is the energy of ``ModernHopfield(similarity="euclidean")``. Storing is adding φ(ξ),
    forgetting is subtracting it, and recall goes down the gradient. Scale patterns so that the
    largest distance between two is about 1: binary ones to {0, 1/√D}, images to x/(max·√D).

    Parameters
    ----------
    n_features : int
        Y, the number of random directions; the errors fall as 1/√Y. ``theory.features_needed``
        says how many it takes.
    beta : float
        β > 0; the wells are about 1/√β wide.
    kernel : {"sincos", "cos", "exp", "expexp"}
        The kind of features, the most exact first. "sincos" and "expexp" hold 2Y numbers.
    energy : {"log", "plain"}
        As above, or E = −⟨φ(x), T⟩/β.
    orthogonal : bool
        Whether random directions are orthogonal in groups of D, which makes the errors smaller.
    rng : None, int or numpy.random.Generator
        The seed of the random directions, which belong to the memory.
    backend : {"auto", "numpy", "cython"}
        Who computes cosines and sines; matrix products are the same, and the results to rounding.

    Attributes
    ----------
    quiet : bool
        False; set it to True and nothing is told, where the states are known to be far away.

    Warns
    -----
    UserWarning
        Once each, when states lie where the estimate is no larger than its own error, and when they
        lie in the dead zone ⟨φ(x), T⟩ ≤ ε = 1e-5, in which the energy is flat and nothing moves.

    Examples
    --------
    >>> memory = DistributedMemory(2000, beta=20.0, rng=0).store([[0.0, 0.5], [0.5, 0.0]])
    >>> run = memory.recall([0.1, 0.4])
    >>> run.states.round(1)
    array([0. , 0.5])
    """

    quiet: bool = False
    """Whether to leave out the warnings, where it is known what states are asked for."""

    _drawn: Projection | None
    _memory: NDArray[np.float64]
    _shape: tuple[int, ...] | None
    _n_patterns: int

    def __init__(
        self,
        n_features: int,
        beta: float = 1.0,
        *,
        kernel: str = "sincos",
        energy: str = "log",
        orthogonal: bool = False,
        rng: Any = None,
        backend: str = "auto",
    ) -> None:
        self._n_features = checks.integer(
            n_features, "n_features", minimum=1, maximum=_MOST_FEATURES
        )
        self._beta = checks.real(beta, "beta", minimum=0.0)
        if self._beta < _SMALLEST:
            raise InvalidInputError(f"beta must be {_SMALLEST:g} or more; got {checks.show(beta)}")
        self._kernel = checks.choice(kernel, KERNELS, "kernel")
        self._energy = checks.choice(energy, ENERGIES, "energy")
        self._orthogonal = checks.flag(orthogonal, "orthogonal")
        automatic = isinstance(backend, str) and backend == "auto"
        self._backend = "auto" if automatic else backends.get(backend).name
        self._key = checks.key(rng)
        self._told: set[str] = set()
        self.clear()

    @property
    def n_features(self) -> int:
        """Y."""
        return self._n_features

    @property
    def beta(self) -> float:
        """β."""
        return self._beta

    @property
    def kernel(self) -> str:
        """The kind of features."""
        return self._kernel

    @property
    def n_patterns(self) -> int:
        """Patterns stored and not forgotten."""
        return self._n_patterns

    @property
    def n_neurons(self) -> int:
        """D, the numbers of a pattern."""
        return self._known().n_neurons

    @property
    def memory(self) -> NDArray[np.float64]:
        """T = Σ φ(ξ), (Y,) or (2Y,) float64, read-only; the cosines first, then the sines."""
        self._known()
        return read_only(self._memory.reshape(-1))

    def __repr__(self) -> str:
        what = f"<DistributedMemory Y={self._n_features}, beta={self._beta:g}"
        what += f", kernel={self._kernel!r}, energy={self._energy!r}"
        if self._drawn is None:
            return f"{what}, nothing stored>"
        return f"{what}, N={self.n_neurons}, P={self._n_patterns}>"

    # ------------------------------------------------------------------ learning

    def store(self, patterns: Any) -> DistributedMemory:
        """Add patterns (P, D), or images (P, H, W) or (P, H, W, 3), to the sum.

        The first ones decide between float64 and float32, the latter for waves only: exponentials
        do not fit it.

        Returns
        -------
        DistributedMemory
            The memory itself.

        Raises
        ------
        InvalidInputError, InvalidTypeError
            For another shape, and for numbers that are not finite.
        InsufficientMemoryError
            When T does not fit in memory.
        """
        known = self._drawn
        stored = checks.real_patterns(
            patterns,
            n_neurons=None if known is None else known.n_neurons,
            dtype=self._dtype() if known is None else known.dtype,
        )
        self._within(stored.array, "patterns")
        if stored.shape is not None and self._shape not in (None, stored.shape):
            raise InvalidInputError(
                f"patterns must be images of shape {self._shape} like those stored; "
                f"got {stored.shape}"
            )
        if known is None:
            known = self._draw(stored.array.shape[1], stored.array.dtype)
        more = self._total(known, stored.array)
        self._memory = more if self._drawn is None else self._memory + more
        self._drawn = known
        self._shape = stored.shape or self._shape
        self._n_patterns += len(stored.array)
        return self

    def forget(self, patterns: Any) -> DistributedMemory:
        """Subtract patterns (P, D) from the sum.

        A memory cannot tell what it holds: patterns that were never stored are subtracted all the
        same, and spoil it. Nothing is left when as many were forgotten as were stored.

        Returns
        -------
        DistributedMemory
            The memory itself.

        Raises
        ------
        NotStoredError
            When nothing is stored.
        InvalidInputError, InvalidTypeError
            For more patterns than are stored, another shape, numbers that are not finite.
        """
        known = self._known()
        gone = checks.real_patterns(patterns, n_neurons=known.n_neurons, dtype=known.dtype).array
        self._within(gone, "patterns")
        if len(gone) > self._n_patterns:
            raise InvalidInputError(
                f"patterns must be among the {self._n_patterns} stored; got {len(gone)} to forget"
            )
        if len(gone) == self._n_patterns:
            return self.clear()
        self._memory = self._memory - self._total(known, gone)
        self._n_patterns -= len(gone)
        return self

    def clear(self) -> DistributedMemory:
        """Forget everything; patterns of another length may follow."""
        self._drawn, self._shape, self._n_patterns = None, None, 0
        self._memory = np.zeros((0, 0))
        return self

    # ------------------------------------------------------------------ what a state feels

    def features(self, states: Any) -> Any:
        """φ(x) of each state, (B, Y), or (B, 2Y): the cosines first, then the sines."""
        known = self._known()
        given = self._judge(states)
        kernel = KERNELS[self._kernel]
        checks.memory(
            given.array.dtype.itemsize * kernel.parts * self._n_features * len(given.array),
            f"{kernel.parts * self._n_features} features of {len(given.array)} states",
            "pass fewer states at a time",
        )
        found = features(kernel, known, self._beta, given.array, self._engine())
        return given.restore(found, sites=False)

    def energy(self, states: Any) -> Any:
        """E of each state, (B,) float64; a float for a single one."""
        given = self._judge(states)
        found = self._compare(given.array)
        self._tell(found, given.array)
        return given.restore(self._energies(found))

    def gradient(self, states: Any) -> Any:
        """∇E of each state, (B, D); 0 where the estimate is at most ε."""
        given = self._judge(states)
        found = self._compare(given.array, gradient=True)
        self._tell(found, given.array)
        return given.restore(self._gradients(found).astype(given.array.dtype, copy=False))

    # ------------------------------------------------------------------ dynamics

    def recall(
        self,
        states: Any,
        *,
        clamp: Any = None,
        observed: Any = None,
        max_steps: int = 1000,
        tol: float = 1e-6,
        step: float = 0.1,
        record: str | Iterable[str] = (),
        every: int | None = None,
    ) -> Descent:
        """Let states (B, D) go down the gradient, x ← x − step · ∇E(x), until they rest.

        Parameters
        ----------
        states : (B, D), (D,) or images
            The cues; not changed.
        clamp : bool (D,), optional
            Coordinates that never change: those of a cue that are known.
        observed : None, or bool (D,) of True alone
            Here for the likeness to ``ModernHopfield``: a sum over all coordinates has been taken,
            so none can be left out of the comparison any more.
        max_steps : int
            At most so many steps.
        tol : float
            A state rests when no coordinate changes by more than this in a step.
        step : float
            The part of the gradient that is gone.
        record : any of "energy", "states"
            What the result's ``energy`` and ``trajectory`` hold.
        every : int, optional
            Steps between records; 1 if not given.

        Returns
        -------
        Descent

        Raises
        ------
        NotStoredError
            When nothing is stored.
        InvalidInputError, InvalidTypeError
            For arguments that make no sense, where ``observed`` leaves something out, and where a
            ``step`` is so large that states run away.
        """
        known = self._known()
        given = self._judge(states)
        n = known.n_neurons
        held = None if clamp is None else self._mask(clamp, "clamp")
        if observed is not None and not self._mask(observed, "observed").all():
            raise InvalidInputError(
                "observed must be True everywhere in a distributed memory: its patterns are summed "
                "over all coordinates, so none can be left out any more; keep the known ones with "
                "clamp=, or use ModernHopfield(similarity='euclidean'), which keeps its patterns"
            )
        step = checks.real(step, "step", minimum=0.0)

        def move(now: Floats) -> Floats:
            slope = self._gradients(self._compare(now, gradient=True))
            with np.errstate(over="ignore", invalid="ignore"):  # told below
                after = (now - step * slope).astype(now.dtype, copy=False)
                squares = self._beta * np.einsum("bi,bi->b", after, after, dtype=np.float64)
            if not (squares <= _LARGEST[now.dtype.name]).all():
                raise InvalidInputError(
                    f"step must be small enough for states to come to rest; with {step:g} one of "
                    f"them ran away to beta·‖x‖² = {squares.max():.3g}; try 0.1"
                )
            return after

        recorder = recorder_of(record, every, lambda x: self._energies(self._compare(x)))
        walk = descend(
            move,
            given.array,
            recorder,
            max_steps=checks.integer(max_steps, "max_steps", minimum=0),
            tol=checks.real(tol, "tol", minimum=0.0),
            clamp=held,
        )
        self._tell(self._compare(walk.states), walk.states)
        return Descent(walk, recorder, given, n, self._shape, None)

    # ------------------------------------------------------------------ files

    def save(self, path: str | PathLike[str]) -> None:
        """Write the memory to a ``.npz`` file that ``hopfield_sim.load`` reads: T, and the seed
        of the random directions instead of them; no pickle is involved.
        """
        from hopfield_sim.models import files

        known = self._known()
        members: dict[str, NDArray[Any]] = {
            "n_features": np.array(self._n_features, np.int64),
            "n_neurons": np.array(known.n_neurons, np.int64),
            "n_patterns": np.array(self._n_patterns, np.int64),
            "beta": np.array(self._beta),
            "kernel": np.array(self._kernel),
            "energy": np.array(self._energy),
            "orthogonal": np.array(self._orthogonal),
            "key": np.array(self._key, np.uint64),
            "dtype": np.array(known.dtype.name),
            "memory": self._memory.reshape(-1),
            "probe": _probe(known),
        }
        if self._shape is not None:
            members["shape"] = np.array(self._shape, np.int64)
        files.save(path, "distributed", members)

    @classmethod
    def _from_members(cls, members: dict[str, NDArray[Any]]) -> DistributedMemory:
        """Make the memory that ``save`` wrote; the file's checks are in ``models.files``."""
        found = cls(
            int(members["n_features"]),
            float(members["beta"]),
            kernel=str(members["kernel"]),
            energy=str(members["energy"]),
            orthogonal=bool(members["orthogonal"]),
        )
        found._key = int(members["key"])
        n = checks.integer(int(members["n_neurons"]), "n_neurons", minimum=1)
        dtype = np.dtype(checks.choice(str(members["dtype"]), ("float64", "float32"), "dtype"))
        drawn = found._draw(n, dtype)
        vector = members["memory"]
        parts = KERNELS[found._kernel].parts
        if len(vector) != parts * found._n_features or not np.isfinite(vector).all():
            raise InvalidInputError(f"its {len(vector)} numbers do not make {parts} parts of T")
        if not np.allclose(_probe(drawn), members["probe"], rtol=1e-5, atol=0):
            raise InvalidInputError(
                "its random directions are not those that its seed gives here; it was written with "
                f"another version of numpy than {np.__version__}"
            )
        shape = members.get("shape")
        if shape is not None and int(np.prod(shape)) != n:
            raise InvalidInputError(f"images of shape {shape.tolist()} do not have {n} numbers")
        found._drawn = drawn
        found._memory = np.array(vector, np.float64).reshape(parts, -1)
        found._shape = None if shape is None else tuple(int(length) for length in shape)
        found._n_patterns = checks.integer(int(members["n_patterns"]), "n_patterns", minimum=1)
        return found

    # ------------------------------------------------------------------ private

    def _dtype(self) -> np.dtype[Any] | None:
        return np.dtype(np.float64) if KERNELS[self._kernel].positive else None

    def _draw(self, n_neurons: int, dtype: np.dtype[Any]) -> Projection:
        """The random directions for patterns of this length; T is judged before it is made."""
        parts = KERNELS[self._kernel].parts
        checks.memory(
            24 * parts * self._n_features,
            f"a memory of {parts * self._n_features} numbers",
            "use fewer features",
        )
        if self._orthogonal:
            checks.memory(
                32 * n_neurons**2,
                f"orthogonal directions of {n_neurons} numbers",
                "use orthogonal=False",
            )
        return Projection(self._key, self._n_features, n_neurons, self._orthogonal, dtype)

    def _known(self) -> Projection:
        if self._drawn is None:
            raise NotStoredError("the memory has stored nothing yet; call store(patterns) first")
        return self._drawn

    def _judge(self, states: Any) -> checks.RealBatch:
        known = self._known()
        given = checks.real_states(
            states,
            known.n_neurons,
            shape=self._shape,
            n_patterns=self._n_patterns,
            dtype=known.dtype,
        )
        self._within(given.array, "states")
        return given

    def _within(self, rows: Floats, name: str) -> None:
        """Refuse numbers so large that nothing of their waves would be left but rounding."""
        with np.errstate(over="ignore"):  # more than all floats is too large as well
            squares = self._beta * np.einsum("bi,bi->b", rows, rows, dtype=np.float64)
        worst, limit = int(np.argmax(squares)), _LARGEST[rows.dtype.name]
        if squares[worst] > limit:
            raise InvalidInputError(
                f"{name} must have beta·‖x‖² of at most {limit:g} in {rows.dtype}; found "
                f"{squares[worst]:.3g} in row {worst}; scale them so that distances are about 1"
            )

    def _compare(self, states: Floats, *, gradient: bool = False) -> Comparison:
        kernel, known = KERNELS[self._kernel], self._known()
        return compare(
            kernel, known, self._beta, states, self._memory, self._engine(), gradient=gradient
        )

    def _total(self, known: Projection, patterns: Floats) -> NDArray[np.float64]:
        return total(KERNELS[self._kernel], known, self._beta, patterns, self._engine())

    def _engine(self) -> Waves:
        return engine(backends.get(self._backend).name)

    def _energies(self, found: Comparison) -> NDArray[np.float64]:
        """−log max(⟨φ, T⟩, ε)/β, or −⟨φ, T⟩/β."""
        if self._energy == "plain":
            return -np.exp(found.log_scale) * found.product / self._beta
        least = KERNELS[self._kernel].floor
        with np.errstate(divide="ignore"):  # nothing at all of the memory: an infinite energy
            return -(np.log(np.maximum(found.product, least)) + found.log_scale) / self._beta

    def _gradients(self, found: Comparison) -> NDArray[np.float64]:
        """Their gradients; the logarithm's is 0 where it is clipped."""
        assert found.gradient is not None
        if self._energy == "plain":
            return -np.exp(found.log_scale)[:, None] * found.gradient / self._beta
        dead = self._dead(found)
        below = np.where(dead, 1.0, found.product)
        out = -found.gradient / (self._beta * below)[:, None]
        out[dead] = 0.0
        return out

    def _dead(self, found: Comparison) -> NDArray[np.bool_]:
        dead: NDArray[np.bool_] = found.product <= KERNELS[self._kernel].floor
        return dead

    def _tell(self, found: Comparison, states: Floats) -> None:
        """Warn, once each, of states where nothing can be relied upon."""
        if self.quiet:
            return
        dead = self._dead(found)
        if dead.any() and self._energy == "log" and "dead" not in self._told:
            self._told.add("dead")
            warnings.warn(
                f"{dead.sum()} of {len(dead)} states lie in the dead zone, where the estimate of "
                f"Σ exp(-β/2 ‖x - ξ‖²) is at most ε = {KERNELS[self._kernel].floor:g}: the energy "
                "is flat there and the gradient 0, so they stay where they are and count as fixed "
                f"points; {_REMEDY}",
                stacklevel=3,
            )
        lost = self._lost(found, states)
        if lost.any() and "lost" not in self._told:
            self._told.add("lost")
            warnings.warn(
                f"{lost.sum()} of {len(lost)} states lie where the estimate of "
                "Σ exp(-β/2 ‖x - ξ‖²) is no larger than its own error, so that energy and gradient "
                f"mean little: Y = {self._n_features} features are too few there, about "
                "5·P·exp(β r²) are needed at a distance r from the memories "
                f"(theory.features_needed); {_REMEDY}",
                stacklevel=3,
            )

    def _lost(self, found: Comparison, states: Floats) -> NDArray[np.bool_]:
        """Where chance alone would give as much.

        Waves: φ(x) has length 1, and the product of T with a unit vector of random direction is
        ‖T‖/√(its numbers) on average. Exponentials: the standard deviation of ⟨φ(x), φ(ξ)⟩ for ξ
        near x against its mean.
        """
        if not KERNELS[self._kernel].positive:
            chance = np.linalg.norm(self._memory) / np.sqrt(self._memory.size)
            lost: NDArray[np.bool_] = found.product <= chance
            return lost
        spread = 4 * self._beta * np.einsum("bi,bi->b", states, states, dtype=np.float64)
        half = KERNELS[self._kernel].parts == 2
        # (e^z − 1) or (e^z − 1)(1 − e^−z)/2 against Y, by their logarithms.
        level = spread + np.log(-np.expm1(-spread) + np.finfo(float).tiny)
        level = level + np.log(-np.expm1(-spread) / 2 + np.finfo(float).tiny) if half else level
        return np.asarray(level > np.log(self._n_features))

    def _mask(self, value: Any, name: str) -> NDArray[np.bool_]:
        n = self.n_neurons
        array = checks.numeric(value, name, allow_bool=True)
        if array.shape == self._shape:
            array = array.reshape(-1)
        return checks.site_mask(array, n, name)


_REMEDY = "use more features, a smaller beta, or states that are nearer to the memories"


def _probe(drawn: Projection) -> NDArray[np.float64]:
    """A few of the random directions: whoever draws them again must find the same."""
    first, last = drawn.block(0), drawn.block((drawn.n_features - 1) // drawn.block_rows)
    corners = [block.directions[row, :_PROBED] for block in (first, last) for row in (0, -1)]
    return np.concatenate(corners).astype(np.float64)
