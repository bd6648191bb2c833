"""Dense associative memory (Krotov & Hopfield, NeurIPS 29, 2016; Demircigil et al., J. Stat. Phys.
168, 288, 2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.backends.dense_protocol import Memories
from hopfield_sim.backends.reference import dense as numpy_dense
from hopfield_sim.checks import places
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base import likeness
from hopfield_sim.models.base.binary import BinaryMemory, Manner
from hopfield_sim.models.base.members import SHAPE, FileKind, Member, Values
from hopfield_sim.models.base.paired import NO_VALUES, Paired, WithValues, shape_of
from hopfield_sim.models.base.shared import stored
from hopfield_sim.models.base.spins import Shape, Stored, image_shape
from hopfield_sim.models.dense import own
from hopfield_sim.models.dense.engine import DenseEngine, overlaps
from hopfield_sim.models.dense.interactions import ENERGIES, INTERACTIONS, Floats, Interaction
from hopfield_sim.models.dense.values import signs

if TYPE_CHECKING:
    from hopfield_sim.models.graded import Graded


@dataclass(frozen=True, eq=False)
class Kept(Stored):
    """Stored patterns, with their values if they have some, and the tables of the interaction."""

    interaction: Interaction
    paired: Paired

    @cached_property
    def tables(self) -> tuple[Memories, float]:
        """Tables of F for these patterns, computed on first use."""
        assert self.patterns is not None
        return self.interaction.memories(self.patterns)

    @cached_property
    def pulls(self) -> NDArray[np.object_]:
        """Table of what pulls at values, computed on first use."""
        assert self.patterns is not None
        return self.interaction.pulls(self.patterns.shape[1])

    def places(self, overlaps: NDArray[np.int64]) -> NDArray[np.int64]:
        """Index of each overlap (B, P) in ``pulls``."""
        n = len(self.pulls) // 2
        if self.tables[0].relative:
            return np.asarray(overlaps - overlaps.max(axis=1, keepdims=True) + 2 * n)
        return overlaps + n

    def values_at(self, overlaps: NDArray[np.int64]) -> NDArray[np.int8]:
        """The values (B, M) of states with these overlaps (B, P)."""
        return signs(self.pulls, self.places(overlaps), self.paired.demanded())


class DenseMemory(WithValues, BinaryMemory):
    """Dense associative memory: N binary neurons that store far more patterns than neurons.

    The energy is E(s) = −Σ_μ F(ξ^μ·s). If F grows faster than x², the nearest pattern dominates all
    others: the capacity is about N^{n−1} for F(x) = xⁿ, and about 2^{N/2} for e^x.

    Parameters
    ----------
    interaction : {"polynomial", "rectified", "exponential"} or callable
        Interaction F(x) = xⁿ, max(x, 0)ⁿ or e^x. A function of your own takes a float64 array of
        overlaps and returns F of each number; one with an argument ``order`` gets that too.
        ``testing.check_interaction`` tests it.
    order : int
        Order n, from 1 to 64; 2 is the Hebbian network. Not used for e^x.
    energy : {"sum", "log"}, optional
        "sum" is −Σ F, the default except for e^x. "log" is −log Σ e^x, the default for e^x, which
        never overflows; it has the same memories and lower barriers, so temperatures have a
        different meaning.
    backend : {"auto", "numpy", "cython"}
        Implementation to use; all give the same results.

    Notes
    -----
    Unlike in Hebbian networks, cycles of synchronous recall may have periods above two. Cycles of
    period two are detected; longer ones end as "max-sweeps".

    Examples
    --------
    Three neurons store the truth table of the exclusive or, z = x ⊕ y, which no Hebbian network
    can:

    >>> xor = [[-1, -1, -1], [-1, 1, 1], [1, -1, 1], [1, 1, -1]]
    >>> memory = DenseMemory(order=3).store(xor)
    >>> memory.energy(xor).tolist(), memory.energy([1, 1, 1])
    ([-24.0, -24.0, -24.0, -24.0], 24.0)
    >>> memory.recall([1, -1, -1], clamp=[True, True, False]).states
    array([ 1, -1,  1], dtype=int8)

    As values of x and y alone:

    >>> keys, values = [row[:2] for row in xor], [row[2:] for row in xor]
    >>> DenseMemory(order=3).store(keys, values).recall_values([[1, 1], [1, -1]]).tolist()
    [[-1], [1]]
    """

    _state: Kept
    _told: bool

    def __init__(
        self,
        interaction: str | Callable[..., Any] = "polynomial",
        order: int = 3,
        *,
        energy: str | None = None,
        backend: str = "auto",
    ) -> None:
        self._interaction = kind = own.interaction(interaction, order)
        usual = kind.energies[0]
        self._energy = usual if energy is None else checks.choice(energy, ENERGIES, "energy")
        if self._energy not in kind.energies:
            raise InvalidInputError(
                'energy="log" is −log Σ e^x and needs interaction="exponential"; '
                f'got interaction="{kind.word}", whose energy is "{usual}"'
            )
        self._backend = backends.setting(backend)
        self.clear()

    # ------------------------------------------------------------------ learning

    def store(self, patterns: Any, values: Any = None, *, advise: bool = True) -> DenseMemory:
        """Store patterns (P, N), or images (P, H, W), in addition to those already stored.

        Duplicate patterns are stored twice.

        Parameters
        ----------
        patterns : (P, N) or (P, H, W) array_like of ±1
            Patterns; not modified.
        values : (P, M) or (P, H, W) array_like of ±1, optional
            A value for each pattern, of any size, that ``recall`` and ``recall_values`` return, for
            all patterns or none.
        advise : bool
            Warn, once per memory, if the patterns are not stored because they are biased or
            otherwise similar.

        Returns
        -------
        DenseMemory
            The memory itself.

        Raises
        ------
        InvalidInputError
            If entries are not ±1, the shape is wrong, there is not one value for each pattern, or
            earlier patterns have values and these have none, or the reverse.
        """
        with self._lock:
            n = None if self._patterns is None else self.n_neurons
            new = checks.patterns(patterns, n_neurons=n, xp=self._xp)
            advise = checks.flag(advise, "advise")
            everything, n_new = self._joined(new), len(new.array)
            paired, given = self._state.paired, None
            if values is not None:
                given = checks.patterns(values, n_neurons=paired.width, xp=self._xp, name="values")
            paired = paired.joined(given, len(everything) - n_new, n_new)
            after = self._kept(everything, new.shape or self._shape, paired)
            if advise and not self._told and (alike := likeness.overlap(everything)):
                then = self._now()
                then._state = after
                self._told = likeness.warn(
                    everything,
                    alike,
                    lambda states: then.energy_gap(states) < 0,
                    f"A dense memory with interaction={self.interaction!r}, order={self.order}",
                    "Use a higher order, interaction='exponential', or a HopfieldNetwork with "
                    "rule='pseudoinverse'",
                    likeness.SOME,
                )
            self._state = after
        return self

    def forget(self, index: int) -> DenseMemory:
        """Remove the stored pattern ``index``; later indices shift down by one.

        Parameters
        ----------
        index : int
            Index of the pattern.

        Raises
        ------
        NotStoredError
            If there are no patterns.
        InvalidInputError, InvalidTypeError
            If the index is out of range, or no integer.
        """
        with self._lock:
            index, left = self._without(index)
            if not len(left):
                return self.clear()
            self._state = self._kept(left, self._shape, self._state.paired.without(index))
        return self

    def clear(self) -> DenseMemory:
        """Remove all patterns; the number of neurons may change with the next ones."""
        with self._lock:
            self._state, self._told = self._kept(None, None, NO_VALUES), False
        return self

    def _kept(self, patterns: NDArray[np.int8] | None, shape: Shape | None, paired: Paired) -> Kept:
        kept = Kept(patterns, shape, self._interaction, paired)
        if patterns is not None and isinstance(kept.interaction, own.OwnInteraction):
            _ = kept.tables  # now: what is wrong with a function is said by store
            if paired.array is not None:
                _ = kept.pulls
        return kept

    # ------------------------------------------------------------------ what it is

    def _size(self) -> int:
        return stored(self._state.patterns).shape[1]

    @property
    def interaction(self) -> str:
        """Name of the interaction F, or of your own function."""
        return self._interaction.word

    @property
    def order(self) -> int:
        """Order n of F; not used for e^x."""
        return self._interaction.order

    def __repr__(self) -> str:
        content, patterns = "nothing stored", self._patterns
        if patterns is not None:
            content = f"N={patterns.shape[1]}, P={len(patterns)}"
        return f"<DenseMemory {self._interaction}, {content}>"

    # ------------------------------------------------------------------ what a state feels

    def energy(self, states: Any) -> Any:
        """Energy −Σ_μ F(ξ^μ·s), or −log Σ_μ e^{ξ^μ·s}, of each state, (B,); a float for one state.

        Raises
        ------
        InvalidInputError
            If an energy overflows.
        """
        now = self._now()
        batch, m = now._overlaps_of(states)
        return batch.restore(now._interaction.energy(m, logarithmic=now._log))

    def energy_gap(self, states: Any) -> Any:
        """Energy gaps E(site flipped) − E(s) of every site, (B, N): s_i D_i.

        Raises
        ------
        InvalidInputError
            If a difference overflows.
        """
        now = self._now()
        batch, m = now._overlaps_of(states)
        memories, log_unit = now._tables
        spins = places.moved(batch.array, places.HERE)
        entries = numpy_dense.read_tables(memories, m)
        gaps = spins * numpy_dense.differences(memories, entries, spins)
        if self._log:
            return batch.restore(
                spins * numpy_dense.logarithmic(spins * gaps, entries, spins) + 0.0
            )
        with np.errstate(over="ignore", divide="ignore"):
            if memories.relative:
                logs = log_unit + entries.top[:, None]
                gaps = np.sign(gaps) * np.exp(np.log(np.abs(gaps)) + logs)
            else:
                gaps = np.ldexp(gaps, round(log_unit / math.log(2.0)))
        self._interaction.refuse_overflow(gaps)
        return batch.restore(gaps + 0.0)

    def _overlaps_of(self, states: Any) -> tuple[checks.Batch[np.int8], NDArray[np.int64]]:
        batch = self._validate(states, self._xp)
        return batch, overlaps(backends.get(self._backend).dense, self._tables[0], batch.array)

    def recall_values(self, states: Any) -> Any:
        """Values of states, (B, M): sign Σ_μ v^μ [F(ξ^μ·s + 1) − F(ξ^μ·s − 1)], +1 at a sum of 0.

        Each neuron of a value is one more neuron of the memory that sees all of the key, so that it
        goes to where −Σ_μ F(ξ^μ·s + v^μ y) is lowest: the classifier of Krotov and Hopfield, for
        many neurons sign Σ_μ v^μ F'(ξ^μ·s). For order 2 this is one step of a
        ``BidirectionalMemory``.

        Parameters
        ----------
        states : (B, N), (N,) or image array_like of ±1
            States; not modified.

        Returns
        -------
        (B, M) ndarray of int8
            The values; images if the stored values are images.

        Raises
        ------
        NotStoredError
            If nothing is stored, or the memories have no values.
        InvalidInputError, InvalidTypeError
            If ``states`` do not match the memories.

        References
        ----------
        D. Krotov, J. J. Hopfield, NeurIPS 29 (2016), section 4; B. Millidge, T. Salvatori, Y. Song,
        T. Lukasiewicz, R. Bogacz, *Universal Hopfield networks*, ICML (2022), arXiv:2202.04557.

        Examples
        --------
        >>> keys = [[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]]
        >>> memory = DenseMemory(order=4).store(keys, [[1, 1, -1], [-1, 1, 1]])
        >>> memory.recall_values([1, 1, 1, -1, -1, 1])
        array([ 1,  1, -1], dtype=int8)
        """
        now = self._now()
        batch = now._validate(states, now._xp)
        now._state.paired.demanded()
        return now._values_at(batch, batch.array)

    def _values_at(self, cues: checks.Batch[np.int8], states: NDArray[np.int8]) -> Any:
        known = self._state
        if known.paired.array is None:
            return None
        found = overlaps(backends.get(self._backend).dense, self._tables[0], states)
        return known.paired.restored(known.values_at(places.moved(found, places.HERE)), cues)

    # ------------------------------------------------------------------ private

    @property
    def _tables(self) -> tuple[Memories, float]:
        self._stored_patterns("this")
        return self._state.tables

    @property
    def _xp(self) -> Any:
        return backends.get(self._backend).xp

    @property
    def _log(self) -> bool:
        return self._energy == "log"

    def _engine(self, manner: Manner) -> DenseEngine:
        memories, log_unit = self._tables
        backend = backends.get(self._backend).dense
        return DenseEngine(self._interaction, self._log, memories, log_unit, backend, manner)

    def _graded(self) -> Graded:
        from hopfield_sim.models.dense.graded import DenseStep
        from hopfield_sim.models.graded import steep

        patterns = self.patterns.astype(np.float64)
        step = DenseStep(patterns, self._interaction)
        step.temperature = steep(step.drive(patterns) / 2)
        return step

    def _table(self) -> Floats | None:
        """F of all overlaps, for a file, which has no code; None if the name says it."""
        kind = self._interaction
        if type(kind) in INTERACTIONS.values():
            return None
        n = self._stored_patterns("save").shape[1] + (self._state.paired.array is not None)
        return np.asarray(kind(np.arange(-n, n + 1)), np.float64)

    # ------------------------------------------------------------------ files

    _file = FileKind(
        "dense",
        interaction=Member("U"),
        order=Member("i8"),
        energy=Member("U", "_energy"),
        patterns=Member("i1 P N", lambda memory: memory._stored_patterns("save")),
        shape=SHAPE,
        table=Member("f8 T", lambda memory: memory._table(), optional=True),
        values=Member("i1 P M", "_state.paired.array", optional=True),
        value_shape=Member("i8 others", "_state.paired.shape", optional=True),
    )

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        patterns, table = checks.patterns(values["patterns"]).array, values["table"]
        n, kind, paired = patterns.shape[1], values["interaction"], NO_VALUES
        if values["values"] is not None:
            given = checks.patterns(values["values"], name="values").array
            paired = Paired(given, shape_of(values, axes=2))
        if table is not None:
            known = n + (paired.array is not None)
            if len(table) != 2 * known + 1:
                raise InvalidInputError(f"table must have {2 * known + 1} numbers")
            kind = own.tabulated(kind, values["order"], checks.finite(table, "table"))
        memory = cls(kind, values["order"], energy=values["energy"])
        memory._state = memory._kept(patterns, image_shape(values, n), paired)
        return memory
