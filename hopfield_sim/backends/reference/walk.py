"""How spins walk, whatever their energy: visits, steps and stopping, all rows of a batch in step.

A model says what spins become where they are looked at (``Look``) and which rows rest; the walks
below know orders, draws, fixed points and 2-cycles.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.protocol import CYCLE, FIXED, RUNNING, StateBatch
from hopfield_sim.backends.reference.philox import ACCEPT, visit_order, words

Rows = NDArray[np.int64]
Spins = NDArray[np.int8]
Draws = NDArray[np.uint64]

NO_DRAWS: Draws = np.zeros((1, 1), np.uint64)
"""What a look at zero temperature, which draws nothing, is given."""


class Look(Protocol):
    """Some rows of a batch with the fields of their sites."""

    def at(self, sites: Rows, spins: Spins, draws: Draws) -> Spins:
        """What one site of each row becomes, (b,)."""

    def everywhere(self, spins: Spins, draws: Draws) -> Spins:
        """What all sites of each row become from the same state, (b, N)."""

    def follow(self, changed: NDArray[np.bool_], sites: Rows, new: Spins) -> None:
        """Bring the caches of the changed rows after a flip of one site each."""


class Model(Protocol):
    """Spins with an energy: what a backend walks in."""

    n_neurons: int
    stochastic: bool
    """Whether spins are drawn; then no state rests."""
    rows_at_once: int
    """How many rows a synchronous step takes at a time."""

    def look(self, batch: StateBatch, rows: Rows) -> Look:
        """These rows, for visits of at most a sweep or for one step."""

    def resting(self, batch: StateBatch, rows: Rows) -> NDArray[np.bool_]:
        """In which of these rows no site would change, (b,)."""

    def replaced(self, batch: StateBatch, rows: Rows) -> None:
        """Compute the caches of rows whose states were replaced."""


def asynchronous(model: Model, batch: StateBatch, order: str, key: int, until: int) -> None:
    """Visit one site after another up to the update ``until``, all rows in step."""
    n = model.n_neurons
    while True:
        if not model.stochastic:
            stop_resting(model, batch)
        rows = batch.unfinished(until)
        if not rows.size:
            return
        # All rows that still run have made the same number of updates: they visit in step.
        start = int(batch.updates[rows[0]])
        sweep, first = divmod(start, n)
        last = min(n, first + until - start)
        sweeps = np.full(rows.size, sweep)
        sites = visit_order(order, key, batch.index[rows], sweeps, n)
        draws = words(key, ACCEPT, batch.index[rows], sweeps, n)
        look = model.look(batch, rows)
        for position in range(first, last):
            _visit(look, batch, rows, sites[:, position], draws[:, position])
        batch.updates[rows] += last - first


def _visit(look: Look, batch: StateBatch, rows: Rows, sites: Rows, draws: Draws) -> None:
    """One site of every row; where it flips, the caches follow."""
    spins = batch.states[rows, sites]
    new = look.at(sites, spins, draws)
    changed = new != spins
    if changed.any():
        flipped = rows[changed]
        batch.states[flipped, sites[changed]] = new[changed]
        batch.flips[flipped] += 1
        look.follow(changed, sites, new)


def synchronous(model: Model, batch: StateBatch, key: int, until: int) -> None:
    """Update all sites at once, step after step, up to the update ``until``."""
    while (rows := batch.unfinished(until)).size:
        for start in range(0, len(rows), model.rows_at_once):
            _step(model, batch, rows[start : start + model.rows_at_once], key)
    if not model.stochastic:
        stop_resting(model, batch)


def _step(model: Model, batch: StateBatch, rows: Rows, key: int) -> None:
    """All sites of every row from the same state; rows that repeat themselves stop."""
    n, spins = model.n_neurons, batch.states[rows]
    draws = words(key, ACCEPT, batch.index[rows], batch.updates[rows] // n, n)
    new = model.look(batch, rows).everywhere(spins, draws)
    flips = (new != spins).sum(axis=1)
    moved = np.ones(len(rows), bool)
    if not model.stochastic:
        cycle = (flips > 0) & (new == batch.previous[rows]).all(axis=1)
        cycle &= batch.updates[rows] > 0
        batch.stop[rows[cycle]] = CYCLE
        batch.stop[rows[flips == 0]] = FIXED
        moved = flips > 0
    rows, new = rows[moved], new[moved]
    batch.previous[rows] = batch.states[rows]
    batch.states[rows] = new
    model.replaced(batch, rows)
    batch.updates[rows] += n
    batch.flips[rows] += flips[moved]


def stop_resting(model: Model, batch: StateBatch) -> None:
    """Mark the rows at a sweep's end in which no site would change."""
    rows = np.flatnonzero((batch.stop == RUNNING) & (batch.updates % model.n_neurons == 0))
    for start in range(0, len(rows), model.rows_at_once):
        some = rows[start : start + model.rows_at_once]
        batch.stop[some[model.resting(batch, some)]] = FIXED


def stays(look: Look, spins: Spins) -> NDArray[np.bool_]:
    """Which rows would keep all their spins at zero temperature, (b,)."""
    kept: NDArray[np.bool_] = (look.everywhere(spins, NO_DRAWS) == spins).all(axis=1)
    return kept


def held(clamped: NDArray[Any], spins: Spins, new: Spins) -> Spins:
    """``new``, but for sites that are clamped."""
    return np.where(clamped != 0, spins, new)
