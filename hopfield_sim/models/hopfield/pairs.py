"""Base class of networks of pair couplings: fields, energies and recall."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import backends, checks
from hopfield_sim.backends.protocol import Couplings, Factors, Matrix, Sparse, StateBatch
from hopfield_sim.backends.reference.pairs import Pairs
from hopfield_sim.checks import places
from hopfield_sim.errors import NotStoredError
from hopfield_sim.models.base.binary import BinaryMemory, Manner
from hopfield_sim.models.base.spins import Engine, Stored, read_only
from hopfield_sim.models.hopfield import couplings, energy
from hopfield_sim.models.hopfield.engine import QuadraticEngine
from hopfield_sim.recall.observables import Record
from hopfield_sim.recall.recording import Recorder
from hopfield_sim.support.products import product

if TYPE_CHECKING:
    from hopfield_sim.models.graded import Graded

_ROWS = 1024
"""Number of rows of a matrix computed at a time."""


@dataclass
class Derived:
    """Quantities derived from couplings on first use; ``sweeps`` counts the sweeps so far,
    ``flips`` are those per visit in the latest recall at a temperature.
    """

    matrix: Matrix | None = None
    weights: NDArray[np.float64] | None = None
    symmetric: bool | None = None
    sweeps: int = 0
    flips: float = 0.0


@dataclass(frozen=True, eq=False)
class Learnt(Stored):
    """What a network has learnt; ``diagonal`` is Storkey's true one where the network's is zero."""

    couplings: Couplings | None = None
    thresholds: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    diagonal: NDArray[np.float64] | None = None
    derived: Derived = field(default_factory=Derived)


class PairNetwork(BinaryMemory):
    """Binary neurons with couplings W and thresholds θ: E(s) = −½ sᵀ W s + θ·s, h = W s − θ.

    Subclasses define W by setting these attributes.
    """

    _compares_fields = True
    _state: Learnt
    _told: set[str]

    @property
    def weights(self) -> NDArray[np.float64]:
        """Weights W, (N, N) float64, read-only; of sparse couplings with their zeros."""
        now = self._now()
        known, derived = now._known(), now._state.derived
        if derived.weights is None:
            if isinstance(known, Sparse):
                n, instead = known.n_neurons, "use graph, fields() and energy()"
                checks.memory(8 * n * n, f"the weights of {n} neurons with their zeros", instead)
                derived.weights = read_only(couplings.dense(known))
            elif known.exact:
                n = known.n_neurons
                checks.memory(
                    10 * n * n,
                    f"the weights of {n} neurons as float64",
                    "use fields() and energy()",
                )
                whole = now._matrix(known) if isinstance(known, Factors) else known
                columns, made = whole.columns, np.empty((n, n))
                for start in range(0, n, _ROWS):  # a Ctrl-C need not wait for all of them
                    rows = slice(start, start + _ROWS)
                    np.divide(columns[rows], known.scale, out=made[rows])
                derived.weights = read_only(made)
            else:
                derived.weights = read_only(known.columns.T)
        return derived.weights

    @property
    def thresholds(self) -> NDArray[np.float64]:
        """Thresholds θ, (N,), read-only."""
        now = self._now()
        now._known()
        return read_only(now._state.thresholds)

    # ------------------------------------------------------------------ what a state feels

    def fields(self, states: Any) -> Any:
        """Local fields h = W s − θ, (B, N)."""
        now = self._now()
        batch, fields = now._fields_of(states)
        theta = places.beside(now._state.thresholds, fields)
        return batch.restore(fields / now._known().scale - theta)

    def energy(self, states: Any) -> Any:
        """Energy E = −½ sᵀ W s + θ·s of each state, (B,); a float for a single state.

        With asymmetric weights the dynamics does not descend it: this warns once.
        """
        now = self._now()
        known, batch = now._known(), now._validate(states, now._xp)
        now._warn_if_asymmetric()
        cache = backends.get(now._backend).pairs.cache(known, batch.array)
        return batch.restore(energy.quadratic(known, now._state.thresholds, batch.array, cache))

    def energy_gap(self, states: Any) -> Any:
        """Energy gaps E(site flipped) − E(s) of every site, (B, N): 2 s_i (Σ_{j≠i} W_ij s_j − θ_i)
        for symmetric W.
        """
        now = self._now()
        batch, fields = now._fields_of(states)
        if not now._is_symmetric():
            # Only the symmetric part of W enters E.
            fields = 0.5 * (fields + now._transposed_fields(batch.array))
        return batch.restore(
            energy.flip_cost(now._known(), now._state.thresholds, batch.array, fields)
        )

    # ------------------------------------------------------------------ private

    def _engine(self, manner: Manner) -> QuadraticEngine:
        # Of k winners a sweep is a product of matrices and a sort, which NumPy does best.
        backend = self._backend if manner.active is None else "numpy"
        pairs = backends.get(backend).pairs
        return QuadraticEngine(self._fastest(pairs, manner), self._state.thresholds, pairs, manner)

    def _external(self, field: NDArray[np.float64]) -> NDArray[np.float64]:
        couplings.refuse_overflow(self._known(), field, "field")
        return field

    def _graded(self) -> Graded:
        from hopfield_sim.models.graded import steep
        from hopfield_sim.models.hopfield.graded import PairStep

        patterns = self.patterns.astype(np.float64)
        fields = patterns @ self.weights.T - self.thresholds
        return PairStep(self.weights, self.thresholds, steep(fields))

    def _recorder(
        self,
        engine: Engine,
        record: Record,
        every: int | None,
        update: str,
        place: str = places.HERE,
    ) -> Recorder:
        recorder = super()._recorder(engine, record, every, update, place)
        if "energy" in recorder.measures:
            self._warn_if_asymmetric()
        return recorder

    def _size(self) -> int:
        return self._known().n_neurons

    def _known(self) -> Couplings:
        couplings = self._state.couplings
        if couplings is None:
            raise NotStoredError("the network has stored nothing yet; call store(patterns) first")
        return couplings

    def _stored_patterns(self, what: str) -> NDArray[np.int8]:
        if self._patterns is None:
            self._known()
            raise NotStoredError(f"{what} needs patterns; a network made from weights has none")
        return self._patterns

    @property
    def _xp(self) -> Any:
        return backends.get(self._backend).xp

    def _fields_of(self, states: Any) -> tuple[checks.Batch[np.int8], NDArray[Any]]:
        batch = self._validate(states, self._xp)
        return batch, backends.get(self._backend).pairs.fields(self._known(), batch.array)

    def _transposed_fields(self, states: NDArray[np.int8]) -> NDArray[Any]:
        """Wᵀ s in the units of fields, (B, N)."""
        known = self._known()
        if isinstance(known, Sparse):
            return backends.get(self._backend).pairs.fields(known.transposed(), states)
        weights = places.beside(self.weights, states)
        return product(states.astype(np.float64), weights)

    def _fastest(self, pairs: Pairs, manner: Manner) -> Couplings:
        """The couplings in the representation that is fastest for such recalls."""
        known = self._known()
        if isinstance(known, Factors):
            derived = self._state.derived
            derived.sweeps += manner.sweeps
            if couplings.prefers_matrix(
                known,
                pairs,
                derived.sweeps,
                sync=manner.update == "sync",
                stochastic=manner.stochastic,
                made=derived.matrix is not None,
                flips=derived.flips,
            ):
                return self._matrix(known)
        return known

    def _followed(self, batch: StateBatch) -> None:
        visits = int(batch.updates.sum())
        if visits:
            self._state.derived.flips = int(batch.flips.sum()) / visits

    def _matrix(self, known: Factors) -> Matrix:
        """The matrix of Hebbian couplings, computed on first use."""
        derived = self._state.derived
        if derived.matrix is None:
            derived.matrix = couplings.matrix(known, backends.get(self._backend).pairs)
        return derived.matrix

    def _is_symmetric(self) -> bool:
        known, derived = self._known(), self._state.derived
        if derived.symmetric is None:
            derived.symmetric = couplings.symmetric(known)
        return derived.symmetric

    def _warn_if_asymmetric(self) -> None:
        if not self._is_symmetric() and "asymmetric" not in self._told:
            self._told.add("asymmetric")
            checks.warn(
                "these weights are not symmetric: the energy is defined, but the dynamics need not "
                "lower it",
            )
