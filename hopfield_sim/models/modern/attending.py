"""Attention of states to memories, energies and gradients."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.backends.reference.attention import Attended, Attention
from hopfield_sim.checks import places
from hopfield_sim.models.modern.separation import Separation, Softmax
from hopfield_sim.models.modern.similarity import Similarity
from hopfield_sim.recall.vectors import Floats
from hopfield_sim.support.products import product

_SHOWS = 1e-3
"""An error of β times a score that is too large."""

_WEIGHTS = 1 << 24
"""Number of weights computed at a time."""


@dataclass(frozen=True)
class Attending:
    """Memories, their similarity to states (B, N), β, the implementation to use, and how weights
    follow from similarities.
    """

    compared: Similarity
    beta: float
    engine: Attention = field(default_factory=Attention)
    separation: Separation = field(default_factory=Softmax)

    def scores(self, states: Floats) -> Floats:
        """Similarity of each state to each memory, (B, P), up to a term common to all memories."""
        return self.engine.scores(self.compared.memories, self._queries(states))

    def weights(self, states: Floats) -> Floats:
        """Weights of the memories, (B, P); the required memory is checked first."""
        compared = self.compared
        checks.memory(
            2 * states.itemsize * len(states) * compared.n_patterns,
            f"the attention of {len(states)} states to {compared.n_patterns} memories",
            "pass fewer states at a time",
        )
        p = self.separation.weights(
            self.engine, compared.memories, self._queries(states), self.beta
        )
        return p.astype(states.dtype, copy=False)

    def attend(self, states: Floats) -> Attended:
        """The weighted mean of the memories for each state, and a summary of its weights."""
        memories, queries = self.compared.memories, self._queries(states)
        attended = self.separation.attend(self.engine, memories, queries, self.beta)
        if attended.target.dtype == states.dtype:
            return attended
        return attended._replace(target=attended.target.astype(states.dtype))

    def means(self, states: Floats, values: Floats) -> Floats:
        """Means of values (P, M), one for each memory, by their weights for each state: (B, M)."""
        found = places.module_of(states).empty((len(states), values.shape[1]), states.dtype)
        there = places.beside(values, states)
        step = max(1, _WEIGHTS // len(values))
        for start in range(0, len(states), step):
            rows = slice(start, start + step)
            found[rows] = product(self.weights(states[rows]), there)
        return found

    def energies(self, states: Floats) -> NDArray[np.float64]:
        """E of each state, (B,)."""
        states = states.astype(np.float64, copy=False)
        queries = self.compared.queries(states)
        memories = self.compared.memories
        soft = self.separation.soft_maximum(self.engine, memories, queries, self.beta)
        evenness = self.separation.evenness(self.compared.n_patterns)
        return self.compared.energy(states, soft, evenness / self.beta)

    def gradients(self, states: Floats) -> Floats:
        """∂E/∂x, (B, N)."""
        return self.compared.gradient(states, self.attend(states))

    def _queries(self, states: Floats) -> Floats:
        """What the engine compares: in float64 where rounded scores would show in a softmax."""
        compared, queries = self.compared, self.compared.queries(states)
        if queries.dtype == np.float32 and compared.memories.mask is None:
            error = float(np.finfo(np.float32).eps) * compared.largest_score(queries)
            if self.beta * error > _SHOWS:
                return compared.queries(states.astype(np.float64))
        return queries
