"""The modern continuous Hopfield network (Ramsauer et al., ICLR 2021, arXiv:2008.02217)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.checks import places
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.continuous import ContinuousMemory, Size, inverse_temperature
from hopfield_sim.models.base.members import SHAPE, FileKind, Member, Values
from hopfield_sim.models.base.paired import NO_VALUES, Paired, WithValues, shape_of
from hopfield_sim.models.base.shared import stored
from hopfield_sim.models.base.spins import read_only
from hopfield_sim.models.modern import advice, own
from hopfield_sim.models.modern import separation as separations
from hopfield_sim.models.modern.attending import Attending
from hopfield_sim.models.modern.similarity import SIMILARITIES, Similarity, demand_energy
from hopfield_sim.recall.observables import Record
from hopfield_sim.recall.vectors import Descent, Floats

if TYPE_CHECKING:
    from hopfield_sim.models.graded import Graded


@dataclass(frozen=True, eq=False)
class Kept:
    """What a memory has stored, how states are compared with it, shapes of images, and values."""

    patterns: Floats | None = None
    shape: tuple[int, ...] | None = None
    compared: Similarity | None = None
    paired: Paired = NO_VALUES


class ModernHopfield(WithValues, ContinuousMemory):
    """Modern Hopfield network: states move to means of the memories, weighted by similarity.

    E(x) = −β⁻¹ log Σ_μ exp(β ξ^μ·x) + ½ x·x + β⁻¹ ln P + ½ M², x ← Ξᵀ softmax(β Ξ x).

    For small β all states converge to the mean of all memories, for large β to the nearest memory,
    and between to means of similar memories (metastable states). The dtype of the computation is
    that of the patterns: float32 if they are float32, else float64.

    Parameters
    ----------
    beta : float
        Inverse temperature β > 0, in inverse units of the similarity.
    similarity : {"dot", "cosine", "euclidean", "manhattan"} or callable
        Similarity of a state and a memory: x·ξ; x·ξ after centring both and scaling them to length
        1; −½‖x − ξ‖²; or 1/(1 + Σ|x_i − ξ_i|), which has no energy. A function of your own takes
        states (B, N) and memories (P, N) and returns similarities (B, P); it has no energy either.
        ``testing.check_similarity`` tests it.
    separation : {"softmax", "sparsemax", "entmax", "top-k"}
        How weights follow from β times the similarities: softmax; α-entmax, which gives most
        memories no weight at all, and all weight to one that is more similar than the others by
        1/((α − 1)β); sparsemax, which is α = 2; or softmax of the ``k`` most similar memories.
    alpha : float, optional
        α of "entmax", from 1.001 to 10, by default 1.5.
    k : int, optional
        k of "top-k".
    backend : {"auto", "numpy", "cython", ...}
        Implementation to use, a name of ``backends.available()``; the results are the same to
        rounding.

    Examples
    --------
    >>> mem = ModernHopfield(beta=2.0).store([[1.0, 1.0, -1.0], [-1.0, 1.0, 1.0]])
    >>> run = mem.recall([0.9, 0.8, 0.0])
    >>> run.states.round(2), run.stop
    (array([ 1.,  1., -1.]), 'fixed-point')

    Sparse weights retrieve a memory without a trace of the others:

    >>> mem = ModernHopfield(beta=2.0, separation="sparsemax").store(mem.patterns)
    >>> mem.attention([0.9, 0.8, 0.0]).tolist()
    [1.0, 0.0]
    """

    _state: Kept

    def __init__(
        self,
        beta: float = 1.0,
        *,
        similarity: str | Callable[..., Any] = "dot",
        separation: str = "softmax",
        alpha: float | None = None,
        k: int | None = None,
        backend: str = "auto",
    ) -> None:
        super().__init__(backend)
        self._beta = inverse_temperature(beta)
        self._similarity, self._compare = own.similarity(similarity)
        self._separation = separations.get(separation, alpha, k)
        self.clear()

    # ------------------------------------------------------------------ storing

    def store(self, patterns: Any, values: Any = None) -> ModernHopfield:
        """Store patterns (P, N), or images (P, H, W) or (P, H, W, 3), in addition to stored ones.

        Parameters
        ----------
        patterns : (P, N), (P, H, W) or (P, H, W, 3) array_like of float
            Patterns, finite; not modified.
        values : (P, M), (P, H, W) or (P, H, W, 3) array_like of float, optional
            A value for each pattern, of any size, that ``recall`` and ``recall_values`` return, for
            all patterns or none.

        Returns
        -------
        ModernHopfield
            The memory itself.

        Raises
        ------
        InvalidInputError
            If the shape is wrong, numbers are not finite, a pattern is constant and the similarity
            "cosine", there is not one value for each pattern, or earlier patterns have values and
            these have none, or the reverse.
        """
        with self._lock:
            known, xp = self._patterns, backends.get(self._backend).xp
            if known is None:
                new = checks.real_patterns(patterns, xp=xp)
                everything, shape = new.array, new.shape
            else:
                n = self.n_neurons
                new = checks.real_patterns(patterns, n_neurons=n, dtype=known.dtype, xp=xp)
                shape = self._shape_with(new)
                checks.memory(
                    known.nbytes + new.array.nbytes,
                    "the memories together",
                    "store them in one call, or as float32",
                )
                everything = np.concatenate([known, new.array])
            paired, n_new = self._state.paired, len(new.array)
            given = None
            if values is not None:
                width, dtype = paired.width, everything.dtype
                given = checks.real_patterns(
                    values, n_neurons=width, dtype=dtype, xp=xp, name="values"
                )
            paired = paired.joined(given, len(everything) - n_new, n_new)
            self._state = self._kept(everything, shape, paired)
        return self

    def forget(self, index: int) -> ModernHopfield:
        """Remove the memory ``index``; later indices shift down by one.

        Parameters
        ----------
        index : int
            Index of the memory.

        Raises
        ------
        NotStoredError
            If nothing is stored.
        """
        with self._lock:
            known = self._known().memories.patterns
            index = checks.integer(index, "index", minimum=0, maximum=len(known) - 1)
            if len(known) == 1:
                return self.clear()
            known = np.delete(known, index, axis=0)
            self._state = self._kept(known, self._shape, self._state.paired.without(index))
        return self

    def clear(self) -> ModernHopfield:
        """Remove all memories; the number of coordinates may change with the next ones."""
        with self._lock:
            self._state = Kept()
        return self

    def _kept(self, patterns: Floats, shape: tuple[int, ...] | None, paired: Paired) -> Kept:
        return Kept(patterns, shape, self._compare(patterns, None), paired)

    # ------------------------------------------------------------------ what it is

    @property
    def beta(self) -> float:
        """Inverse temperature β; it can be changed."""
        return self._beta

    @beta.setter
    def beta(self, value: float) -> None:
        self._beta = inverse_temperature(value)

    @property
    def similarity(self) -> str:
        """Name of the similarity, or of your own function."""
        return self._similarity

    @property
    def separation(self) -> str:
        """Name of the separation."""
        return self._separation.name

    @property
    def alpha(self) -> float | None:
        """α of the separation "entmax"; None for others."""
        return self._separation.parameters.get("alpha")

    @property
    def k(self) -> int | None:
        """k of the separation "top-k"; None for others."""
        return self._separation.parameters.get("k")

    @property
    def patterns(self) -> Floats:
        """The memories (P, N), read-only."""
        return read_only(self._known().memories.patterns)

    def __repr__(self) -> str:
        what = f"<ModernHopfield beta={self._beta:g}, similarity={self._similarity!r}"
        if self.separation != "softmax":
            parameters = self._separation.parameters.items()
            what += f", separation={self.separation!r}"
            what += "".join(f", {name}={value:g}" for name, value in parameters)
        patterns = self._patterns
        if patterns is None:
            return f"{what}, nothing stored>"
        return f"{what}, N={patterns.shape[1]}, P={len(patterns)}>"

    # ------------------------------------------------------------------ what a state feels

    def attention(self, states: Any, *, observed: Any = None) -> Any:
        """Attention weights, softmax(β similarity) or sparse ones, (B, P); rows sum to 1.

        Parameters
        ----------
        states : (B, N), (N,) or image array_like
            States; not modified.
        observed : (N,) array_like of bool, optional
            Coordinates to compare; the others may have any value, NaN included. By default all.
        """
        attending, batch = self._now()._attending_to(states, observed)
        return batch.restore(attending.weights(batch.array), sites=False)

    def recall_values(self, states: Any, *, observed: Any = None) -> Any:
        """Mean of the values, weighted by attention, Vᵀ softmax(β similarity), (B, M).

        This is attention with the patterns as keys and the states as queries. With classes as
        values, a row of 0 and a single 1 for each pattern, it is the vote of the memories: the
        entries of a row sum to 1.

        Parameters
        ----------
        states : (B, N), (N,) or image array_like
            States; not modified.
        observed : (N,) array_like of bool, optional
            Coordinates to compare; the others may have any value, NaN included. By default all.

        Returns
        -------
        (B, M) ndarray of float
            The values; images if the stored values are images.

        Raises
        ------
        NotStoredError
            If nothing is stored, or the memories have no values.
        InvalidInputError, InvalidTypeError
            If ``states`` or ``observed`` do not match the memories.

        Examples
        --------
        >>> mem = ModernHopfield(beta=4.0).store([[1.0, 0.0], [0.0, 1.0]], [[1, 2, 3], [7, 8, 9]])
        >>> mem.recall_values([0.9, 0.1]).round(2)
        array([1.23, 2.23, 3.23])
        """
        now = self._now()
        attending, batch = now._attending_to(states, observed)
        paired = now._state.paired
        return paired.restored(attending.means(batch.array, paired.demanded()), batch)

    def energy(self, states: Any, *, observed: Any = None) -> Any:
        """Energy E of each state, (B,); a float for a single state.

        For "dot" as above, from 0 to 2M² in the convex hull of the memories; for "euclidean"
        −β⁻¹ log Σ exp(−½β ‖x − ξ‖²); for "cosine" that of "dot" for the centred vectors of length
        1. With ``observed`` these are the energies of the observed parts of the vectors. For
        another separation than softmax β⁻¹ log Σ exp(β s_μ) is max_p (Σ p_μ s_μ + β⁻¹ H(p)), and
        ln P the largest H: of α-entmax H = Σ (p_μ − p_μ^α)/(α (α − 1)); of "top-k" Shannon's for at
        most k weights.

        Raises
        ------
        InvalidInputError
            For the similarity "manhattan" and those of your own, which have no energy.
        """
        demand_energy(self._known(), "energy")
        attending, batch = self._now()._attending_to(states, observed)
        return batch.restore(attending.energies(batch.array))

    def gradient(self, states: Any, *, observed: Any = None) -> Any:
        """Gradient ∂E/∂x, (B, N): for "dot" and "euclidean" x − Ξᵀ p, p the attention weights.

        Raises
        ------
        InvalidInputError
            For the similarity "manhattan" and those of your own, which have no energy.
        """
        demand_energy(self._known(), "gradient")
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
        """The smallest β at which memories are separated from each other.

        At this β at least ``fraction`` of the states have an attention weight of at least
        ``weight`` on one memory.

        Parameters
        ----------
        states : (B, N) array_like, optional
            Typical cues, each assigned to its most similar memory. By default the memories
            themselves, each assigned to itself. At most 256 of them are used.
        observed : (N,) array_like of bool, optional
            Coordinates to compare; by default all.
        weight, fraction : float
            Numbers between 0 and 1, both excluded.

        Raises
        ------
        InvalidInputError
            If there is no such β; the message has the reason: with "dot" a long memory can be more
            similar to the others than they are to themselves.

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
        """Move states (B, N) to the weighted mean of the memories until they converge.

        The energy never increases (for "cosine" only if nothing is clamped).

        Parameters
        ----------
        states : (B, N), (N,) or image array_like
            Initial states (cues); not modified.
        clamp : (N,) or (B, N) array_like of bool, optional
            Coordinates that never change, of all states or of each.
        observed : (N,) array_like of bool, optional
            Coordinates to compare with the memories; the others are filled in, and may have any
            value in the cues, NaN included. By default all.
        max_steps : int
            Maximum number of steps.
        tol : float
            Tolerance: a state has converged if no coordinate changes by more in a step.
        step : float
            Step size, at most 1: x ← x + step·(mean − x), which for "dot" and "euclidean" is
            x − step·gradient.
        record : str, dict of functions, or a list of these
            Observables to record in ``Descent.recorded``: "energy", "states", and functions of the
            states, (B, N) → (B,), by name, as in ``record={"magnetisation": f}``.
        every : int, optional
            Number of steps between recorded rows, by default 1.
        advise : bool
            Warn, with the reason, if all states end at the mean of the memories, or most of them at
            another memory than their own.

        Returns
        -------
        Descent
            Final states, reasons for stopping, and recorded rows; if memories have values, also the
            ``values`` at the final states.

        Raises
        ------
        NotStoredError
            If nothing is stored.
        InvalidInputError, InvalidTypeError
            If ``states``, ``clamp`` or ``observed`` do not have N coordinates, observed values are
            not finite, ``max_steps`` or ``tol`` is negative, ``step`` is not between 0 and 1,
            ``every`` is below 1 or an observable is unknown.
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
            demand_energy(attending.compared, 'record="energy"')
            return attending.energies(x)

        walk, run = now._descend(
            move,
            energies,
            batch,
            read_only(now._known().memories.patterns),
            clamp=clamp,
            max_steps=max_steps,
            tol=tol,
            record=record,
            every=every,
        )
        if advise and walk.resting.all():
            advice.warn_of_collapse(attending, starts, walk.states)
        paired = now._state.paired
        if paired.array is None:
            return run
        found = attending.means(walk.states, paired.array)
        return replace(run, _paired=paired.restored(found, batch))

    # ------------------------------------------------------------------ files

    _file = FileKind(
        "modern",
        beta=Member("f8"),
        similarity=Member("U", lambda memory: memory._named_similarity()),
        separation=Member("U", lambda m: None if m.separation == "softmax" else m.separation, True),
        alpha=Member("f8", optional=True),
        k=Member("i8", optional=True),
        patterns=Member("f P N"),
        shape=SHAPE,
        values=Member("f P M", "_state.paired.array", optional=True),
        value_shape=Member("i8 others", "_state.paired.shape", optional=True),
    )

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        patterns = values["patterns"]
        shape = checks.image_shape(values["shape"], patterns.shape[1])
        memory = cls(
            values["beta"],
            similarity=values["similarity"],
            separation=values["separation"] or "softmax",
            alpha=values["alpha"],
            k=values["k"],
        )
        pairs, of_each = values["values"], shape_of(values)
        memory.store(
            patterns if shape is None else patterns.reshape(len(patterns), *shape),
            pairs if of_each is None else pairs.reshape(len(pairs), *of_each),
        )
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
        return AttentionStep(now.attention, now.patterns, now.beta, now._separation.slopes)

    @property
    def _energetic(self) -> bool:
        """Whether the similarity has an energy."""
        return self._known().energetic

    def _named_similarity(self) -> str:
        """The similarity as a file has it: a name, no code."""
        if self._compare is not SIMILARITIES.get(self._similarity):
            raise InvalidInputError(
                f"similarity {self._similarity} is your own, and files of models hold no code; "
                "save memory.patterns by numpy.save, and store them again"
            )
        return self._similarity

    def _known(self) -> Similarity:
        return stored(self._state.compared)

    def _size(self) -> Size:
        patterns = self._known().memories.patterns
        return Size(patterns.shape[1], len(patterns), patterns.dtype)

    def _attending_to(
        self, states: Any, observed: Any, clamp: Any = None
    ) -> tuple[Attending, checks.Batch[np.floating]]:
        """Validate ``states``, ``observed`` and ``clamp``; states may be unknown where they are
        neither observed nor clamped.
        """
        attending = self._attending(observed)
        known = None if observed is None else self._mask(observed, "observed")
        xp = places.module_of(attending.compared.memories.patterns)
        if known is not None and clamp is not None:
            count = checks.numeric(states, "states", xp=xp).size // len(known)
            known = known | self._mask(clamp, "clamp", count)
        return attending, self._validate(states, observed=known, xp=xp)

    def _attending(self, observed: Any) -> Attending:
        """The memories, compared over all coordinates or those observed."""
        backend, known = backends.get(self._backend), self._known()
        compared = known
        if backend.xp is not np:
            compared = places.kept(known, lambda: _compared_by(backend.xp, known))
        if observed is not None:
            mask = self._mask(observed, "observed")
            if not mask.any():
                raise InvalidInputError(
                    "observed must name at least one coordinate to compare; got none"
                )
            if not mask.all():
                compared = known.over(compared.memories.patterns, backend.xp.asarray(mask))
        return Attending(compared, self._beta, backend.attention, self._separation)


def _compared_by(xp: Any, known: Similarity) -> Similarity:
    """The same memories as arrays of that module."""
    return known.over(xp.asarray(known.memories.patterns), None)
