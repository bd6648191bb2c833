"""The modern continuous Hopfield network (Ramsauer et al., ICLR 2021, arXiv:2008.02217)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.continuous import ContinuousMemory, Size, inverse_temperature, stored
from hopfield_sim.models.members import SHAPE, FileKind, Member, Values
from hopfield_sim.models.modern import advice
from hopfield_sim.models.modern.attending import Attending
from hopfield_sim.models.modern.similarity import SIMILARITIES, Similarity, demand_energy
from hopfield_sim.models.spins import read_only
from hopfield_sim.recall.observables import Record
from hopfield_sim.recall.vectors import Descent, Floats

if TYPE_CHECKING:
    from hopfield_sim.models.graded import Graded


@dataclass(frozen=True, eq=False)
class Kept:
    """What a memory has stored, how states are compared with it, and the shape of images."""

    patterns: Floats | None = None
    shape: tuple[int, ...] | None = None
    compared: Similarity | None = None


@checks.by_name
class ModernHopfield(ContinuousMemory):
    """A memory of real vectors: a state goes to the mean of the memories, each weighed by how
    similar it is.

    E(x) = −β⁻¹ log Σ_μ exp(β ξ^μ·x) + ½ x·x + β⁻¹ ln P + ½ M², x ← Ξᵀ softmax(β Ξ x).

    Small β: all states go to the mean of all memories; large β: each to the memory nearest to it;
    between, to means of similar memories (metastable states). Everything is computed in the dtype
    of the patterns, float64 unless they come as float32.

    Parameters
    ----------
    beta : float
        β > 0, an inverse temperature in one over the units of the similarity.
    similarity : {"dot", "cosine", "euclidean", "manhattan"}
        x·ξ; the same of both centred on their own mean and of length 1; −½‖x − ξ‖²;
        1/(1 + Σ|x_i − ξ_i|), which has no energy.
    backend : {"auto", "numpy", "cython"}
        Implementation to use; the results are the same to rounding.

    Examples
    --------
    >>> mem = ModernHopfield(beta=2.0).store([[1.0, 1.0, -1.0], [-1.0, 1.0, 1.0]])
    >>> run = mem.recall([0.9, 0.8, 0.0])
    >>> run.states.round(2), run.stop
    (array([ 1.,  1., -1.]), 'fixed-point')
    """

    _state: Kept

    def __init__(
        self, beta: float = 1.0, *, similarity: str = "dot", backend: str = "auto"
    ) -> None:
        super().__init__(backend)
        self._beta = inverse_temperature(beta)
        self._similarity = checks.choice(similarity, SIMILARITIES, "similarity")
        self.clear()

    # ------------------------------------------------------------------ storing

    def store(self, patterns: Any) -> ModernHopfield:
        """Store patterns (P, N), or images (P, H, W) or (P, H, W, 3); called again, it adds.

        Returns
        -------
        ModernHopfield
            The memory itself.

        Raises
        ------
        InvalidInputError
            For a wrong shape, values that are not finite, or constant patterns with the similarity
            "cosine".
        """
        with self._lock:
            known = self._patterns
            if known is None:
                new = checks.real_patterns(patterns)
                everything, shape = new.array, new.shape
            else:
                new = checks.real_patterns(patterns, n_neurons=self.n_neurons, dtype=known.dtype)
                shape = self._shape_with(new)
                checks.memory(
                    known.nbytes + new.array.nbytes,
                    "the memories together",
                    "store them in one call, or as float32",
                )
                everything = np.concatenate([known, new.array])
            self._state = self._kept(everything, shape)
        return self

    def forget(self, index: int) -> ModernHopfield:
        """Remove the memory ``index``; later indices shift down by one.

        Raises
        ------
        NotStoredError
            When there are none.
        """
        with self._lock:
            known = self._known().memories.patterns
            index = checks.integer(index, "index", minimum=0, maximum=len(known) - 1)
            if len(known) == 1:
                return self.clear()
            self._state = self._kept(np.delete(known, index, axis=0), self._shape)
        return self

    def clear(self) -> ModernHopfield:
        """Forget everything, the number of coordinates included."""
        with self._lock:
            self._state = Kept()
        return self

    def _kept(self, patterns: Floats, shape: tuple[int, ...] | None) -> Kept:
        return Kept(patterns, shape, SIMILARITIES[self._similarity](patterns, None))

    # ------------------------------------------------------------------ what it is

    @property
    def beta(self) -> float:
        """The inverse temperature β; another one may be set."""
        return self._beta

    @beta.setter
    def beta(self, value: float) -> None:
        self._beta = inverse_temperature(value)

    @property
    def similarity(self) -> str:
        """How states and memories are compared."""
        return self._similarity

    @property
    def patterns(self) -> Floats:
        """The memories (P, N), read-only."""
        return read_only(self._known().memories.patterns)

    def __repr__(self) -> str:
        what = f"<ModernHopfield beta={self._beta:g}, similarity={self._similarity!r}"
        patterns = self._patterns
        if patterns is None:
            return f"{what}, nothing stored>"
        return f"{what}, N={patterns.shape[1]}, P={len(patterns)}>"

    # ------------------------------------------------------------------ what a state feels

    def attention(self, states: Any, *, observed: Any = None) -> Any:
        """softmax(β similarity) over the memories, (B, P); rows sum to 1.

        Parameters
        ----------
        states : (B, N), (N,) or images
            Not changed.
        observed : (N,) array_like of bool, optional
            Only these coordinates are compared; anything may stand in the others, NaN too.
        """
        attending, batch = self._now()._attending_to(states, observed)
        return batch.restore(attending.weights(batch.array), sites=False)

    def energy(self, states: Any, *, observed: Any = None) -> Any:
        """E of each state, (B,); a float for a single one.

        For "dot" as above, from 0 to 2M² among the memories; "euclidean" −β⁻¹ log Σ exp(−½β ‖x −
        ξ‖²); "cosine" that of "dot" for the centred vectors of length 1. With ``observed`` these
        are the energies of the vectors that are left.

        Raises
        ------
        InvalidInputError
            For the similarity "manhattan", which has no energy.
        """
        demand_energy(self._similarity, "energy")
        attending, batch = self._now()._attending_to(states, observed)
        return batch.restore(attending.energies(batch.array))

    def gradient(self, states: Any, *, observed: Any = None) -> Any:
        """∂E/∂x, (B, N): for "dot" and "euclidean" x − Ξᵀ softmax(β similarity).

        Raises
        ------
        InvalidInputError
            For the similarity "manhattan", which has no energy.
        """
        demand_energy(self._similarity, "gradient")
        attending, batch = self._now()._attending_to(states, observed)
        return batch.restore(attending.gradients(batch.array))

    def suggest_beta(
        self,
        states: Any = None,
        *,
        observed: Any = None,
        weight: float = 0.99,
        fraction: float = 0.9,
    ) -> float:
        """The smallest β at which a memory is told apart from the others.

        At it, at least ``fraction`` of the states put ``weight`` of their attention on one memory.

        Parameters
        ----------
        states : (B, N), optional
            Cues like those to come, whose memory is the most similar one. Without them the memories
            themselves are the cues, each with itself as its memory. Of very many some are taken.
        observed : (N,) array_like of bool, optional
            Only these coordinates are compared.
        weight, fraction : float
            From 0 to 1, both excluded.

        Raises
        ------
        InvalidInputError
            When no β does it, with the reason: with "dot" a long memory can be more similar to the
            others than they are to themselves.

        Examples
        --------
        Two memories with a difference of 2 in similarity: 1/(1 + exp(−2β)) = 0.99 at β = ½ ln 99.

        >>> ModernHopfield().store([[1.0, 1.0], [1.0, -1.0]]).suggest_beta()
        2.2975...
        """
        now = self._now()
        attending = now._attending(observed)
        cues = None if states is None else now._attending_to(states, observed)[1].array
        return advice.suggest_beta(attending, cues, weight, fraction)

    # ------------------------------------------------------------------ dynamics

    def recall(
        self,
        states: Any,
        *,
        clamp: Any = None,
        observed: Any = None,
        max_steps: int = 100,
        tol: float = 1e-6,
        step: float = 1.0,
        record: Record = (),
        every: int | None = None,
        advise: bool = True,
    ) -> Descent:
        """Let states (B, N) go to the mean of the memories as they weigh them, until they rest.

        The energy never rises (for "cosine" as long as nothing is clamped).

        Parameters
        ----------
        states : (B, N), (N,) or images
            The cues; not changed.
        clamp : (N,) array_like of bool, optional
            Coordinates that are kept.
        observed : (N,) array_like of bool, optional
            Only these coordinates are compared with the memories; the others are filled in, and
            anything may stand there in the cues, NaN too.
        max_steps : int
            Steps after which a state that moves still is given up.
        tol : float
            A state rests when no coordinate changes by more than this in a step.
        step : float
            How far to go, up to 1: x + step·(mean − x); for "dot" and "euclidean" this is x −
            step·gradient.
        record : str, dict of functions, or a list of these
            Any of "energy", "states", and functions of the states (B, N) → (B,) by a
            name, as in ``record={"magnetisation": f}``: what the result has in ``recorded``.
        every : int, optional
            Steps between records; 1 if not given.
        advise : bool
            Warn when all states ended at the mean of the memories, or most of them at another
            memory than the one they came from, and say why.

        Returns
        -------
        Descent

        Raises
        ------
        NotStoredError
            When nothing is stored.
        InvalidInputError, InvalidTypeError
            For arguments that make no sense, naming what is wanted.
        """
        now = self._now()
        attending, batch = now._attending_to(states, observed, clamp)
        step = checks.real(step, "step", minimum=0, maximum=1)
        if step == 0:
            raise InvalidInputError("step must be greater than 0, or nothing moves; got 0")
        advise = checks.flag(advise, "advise")
        starts = batch.array.copy() if advise else batch.array

        def move(x: Floats) -> Floats:
            target = attending.attend(x).target
            return target if step == 1 else x + step * (target - x)

        def energies(x: Floats) -> NDArray[np.float64]:
            demand_energy(self._similarity, 'record="energy"')
            return attending.energies(x)

        walk, run = now._descend(
            move,
            energies,
            batch,
            now.patterns,
            clamp=clamp,
            max_steps=max_steps,
            tol=tol,
            record=record,
            every=every,
        )
        if advise and walk.resting.all():
            advice.warn_of_collapse(attending, starts, walk.states)
        return run

    # ------------------------------------------------------------------ files

    _file = FileKind(
        "modern", beta=Member("f8"), similarity=Member("U"), patterns=Member("f P N"), shape=SHAPE
    )

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        patterns = values["patterns"]
        shape = checks.image_shape(values["shape"], patterns.shape[1])
        memory = cls(values["beta"], similarity=values["similarity"])
        memory.store(patterns if shape is None else patterns.reshape(len(patterns), *shape))
        return memory

    # ------------------------------------------------------------------ private

    @property
    def _patterns(self) -> Floats | None:
        return self._state.patterns

    @property
    def _shape(self) -> tuple[int, ...] | None:
        return self._state.shape

    def _graded(self) -> Graded:
        from hopfield_sim.models.modern.graded import AttentionStep

        if self._similarity not in ("dot", "euclidean"):
            raise InvalidInputError(
                "the derivative of a step is known for similarity 'dot' and 'euclidean'; "
                f"got {self._similarity!r}"
            )
        now = self._now()
        return AttentionStep(now.attention, now.patterns, now.beta)

    def _known(self) -> Similarity:
        return stored(self._state.compared)

    def _size(self) -> Size:
        patterns = self._known().memories.patterns
        return Size(patterns.shape[1], len(patterns), patterns.dtype)

    def _attending_to(
        self, states: Any, observed: Any, clamp: Any = None
    ) -> tuple[Attending, checks.RealBatch]:
        """How the memories are compared, and states that are known where they are observed, and
        where they are to be kept.
        """
        attending = self._attending(observed)
        known = attending.compared.observed
        if known is not None and clamp is not None:
            known = known | self._mask(clamp, "clamp")
        return attending, self._validate(states, observed=known)

    def _attending(self, observed: Any) -> Attending:
        """The memories, compared over all coordinates or those observed."""
        compared = self._known()
        if observed is not None:
            mask = self._mask(observed, "observed")
            if not mask.any():
                raise InvalidInputError(
                    "observed must name at least one coordinate to compare; got none"
                )
            if not mask.all():
                compared = SIMILARITIES[self._similarity](self.patterns, mask)
        return Attending(compared, self._beta, backends.get(self._backend).attention)
