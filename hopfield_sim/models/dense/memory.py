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
from hopfield_sim.models.base.shared import stored
from hopfield_sim.models.base.spins import Shape, Stored, image_shape
from hopfield_sim.models.dense import own
from hopfield_sim.models.dense.engine import DenseEngine, overlaps
from hopfield_sim.models.dense.interactions import ENERGIES, INTERACTIONS, Floats, Interaction

if TYPE_CHECKING:
    from hopfield_sim.models.graded import Graded


@dataclass(frozen=True, eq=False)
class Kept(Stored):
    """Stored patterns, and the tables of the interaction."""

    interaction: Interaction

    @cached_property
    def tables(self) -> tuple[Memories, float]:
        """Tables of F for these patterns, computed on first use."""
        assert self.patterns is not None
        return self.interaction.memories(self.patterns)


class DenseMemory(BinaryMemory):
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

    def store(self, patterns: Any, *, advise: bool = True) -> DenseMemory:
        """Store patterns (P, N), or images (P, H, W), in addition to those already stored.

        Duplicate patterns are stored twice.

        Parameters
        ----------
        patterns : (P, N) or (P, H, W) array_like of ±1
            Patterns; not modified.
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
            If values are not ±1 or the shape is wrong.
        """
        with self._lock:
            n = None if self._patterns is None else self.n_neurons
            new = checks.patterns(patterns, n_neurons=n, xp=self._xp)
            advise = checks.flag(advise, "advise")
            everything = self._joined(new)
            after = self._kept(everything, new.shape or self._shape)
            if advise and not self._told:
                then = self._now()
                then._state = after
                self._told = likeness.warn(
                    everything,
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
        """
        with self._lock:
            patterns = self._stored_patterns("forget")
            index = checks.integer(index, "index", minimum=0, maximum=len(patterns) - 1)
            if len(patterns) == 1:
                return self.clear()
            self._state = self._kept(np.delete(patterns, index, axis=0), self._shape)
        return self

    def clear(self) -> DenseMemory:
        """Remove all patterns; the number of neurons may change with the next ones."""
        with self._lock:
            self._state, self._told = self._kept(None, None), False
        return self

    def _kept(self, patterns: NDArray[np.int8] | None, shape: Shape | None) -> Kept:
        kept = Kept(patterns, shape, self._interaction)
        if patterns is not None and isinstance(kept.interaction, own.OwnInteraction):
            _ = kept.tables  # now: what is wrong with a function is said by store
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
        n = self._stored_patterns("save").shape[1]
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
    )

    @classmethod
    def _from_file(cls, values: Values) -> Self:
        patterns, table = checks.patterns(values["patterns"]).array, values["table"]
        kind: Any = values["interaction"]
        if table is not None:
            kind = own.tabulated(kind, values["order"], checks.finite(table, "table"))
            kind.table(patterns.shape[1])
        memory = cls(kind, values["order"], energy=values["energy"])
        memory._state = memory._kept(patterns, image_shape(values, patterns.shape[1]))
        return memory
