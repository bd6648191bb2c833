"""Updates of spins for any energy: visits, steps and stopping, all rows of a batch in parallel.

A model computes new spins (``Look``); the functions below implement orders of visits, random
numbers, fixed points and 2-cycles.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.protocol import CYCLE, FIXED, RUNNING, Dynamics, StateBatch
from hopfield_sim.backends.reference.philox import ACCEPT, visit_order, words
from hopfield_sim.checks.places import HERE, module_of, moved

Rows = NDArray[np.int64]
Spins = NDArray[np.int8]
Draws = NDArray[np.uint64]

NO_DRAWS: Draws = np.zeros((1, 1), np.uint64)
"""Random words at zero temperature: none."""


class Look(Protocol):
    """Some rows of a batch with the fields of their sites."""

    def at(self, sites: Rows, spins: Spins, draws: Draws) -> Spins:
        """Return the new spin of one site of each row, (b,)."""

    def everywhere(self, spins: Spins, draws: Draws) -> Spins:
        """Return the new spins of all sites of each row from the same state, (b, N)."""

    def follow(self, changed: NDArray[np.bool_], sites: Rows, new: Spins) -> None:
        """Update the caches of changed rows after a flip of one site each."""


class Model(Protocol):
    """Spins with an energy."""

    n_neurons: int
    stochastic: bool
    """Whether spins are random; then no state is at rest."""
    rows_at_once: int
    """Number of rows of a synchronous step at a time."""

    def look(self, batch: StateBatch, rows: Rows) -> Look:
        """Return these rows, for visits of at most one sweep or for one step."""

    def resting(self, batch: StateBatch, rows: Rows) -> NDArray[np.bool_]:
        """Return the rows in which no site would change, (b,)."""
        return stays(self.look(batch, rows), batch.states[rows])

    def replaced(self, batch: StateBatch, rows: Rows) -> None:
        """Compute the caches of rows whose states were replaced; by default there are none."""
        return


def advance(model: Model, batch: StateBatch, how: Dynamics, until: int) -> None:
    """Update the batch up to the update ``until``, all rows in parallel."""
    if how.update == "async":
        _asynchronous(model, batch, how.order, how.key, until)
    else:
        _synchronous(model, batch, how.key, until)


def _asynchronous(model: Model, batch: StateBatch, order: str, key: int, until: int) -> None:
    """Update one site after another."""
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
        sweeps, index = np.full(rows.size, sweep), batch.index[moved(rows, HERE)]
        place = module_of(rows).__name__
        sites = moved(visit_order(order, key, index, sweeps, n), place)
        draws = moved(words(key, ACCEPT, index, sweeps, n), place)
        look = model.look(batch, rows)
        for position in range(first, last):
            _visit(look, batch, rows, sites[:, position], draws[:, position])
        batch.updates[rows] += last - first


def _visit(look: Look, batch: StateBatch, rows: Rows, sites: Rows, draws: Draws) -> None:
    """Update one site of every row, and the caches where it flips."""
    spins = batch.states[rows, sites]
    new = look.at(sites, spins, draws)
    changed = new != spins
    if changed.any():
        flipped = rows[changed]
        batch.states[flipped, sites[changed]] = new[changed]
        batch.flips[flipped] += 1
        look.follow(changed, sites, new)


def _synchronous(model: Model, batch: StateBatch, key: int, until: int) -> None:
    """Update all sites at once, step after step."""
    while (rows := batch.unfinished(until)).size:
        for start in range(0, len(rows), model.rows_at_once):
            _step(model, batch, rows[start : start + model.rows_at_once], key)
    if not model.stochastic:
        stop_resting(model, batch)


def _step(model: Model, batch: StateBatch, rows: Rows, key: int) -> None:
    """Update all sites of every row from the same state; stop rows in a fixed point or cycle."""
    n, spins, xp = model.n_neurons, batch.states[rows], module_of(rows)
    index, sweeps = batch.index[moved(rows, HERE)], moved(batch.updates[rows] // n, HERE)
    draws = moved(words(key, ACCEPT, index, sweeps, n), xp.__name__)
    new = model.look(batch, rows).everywhere(spins, draws)
    flips = (new != spins).sum(axis=1)
    turned = xp.full(len(rows), True)
    if not model.stochastic:
        cycle = (flips > 0) & (new == batch.previous[rows]).all(axis=1)
        cycle &= batch.updates[rows] > 0
        batch.stop[rows[cycle]] = CYCLE
        batch.stop[rows[flips == 0]] = FIXED
        turned = flips > 0
    rows, new = rows[turned], new[turned]
    batch.previous[rows] = batch.states[rows]
    batch.states[rows] = new
    model.replaced(batch, rows)
    batch.updates[rows] += n
    batch.flips[rows] += flips[turned]


def stop_resting(model: Model, batch: StateBatch) -> None:
    """Mark the rows at a sweep's end in which no site would change."""
    going = (batch.stop == RUNNING) & (batch.updates % model.n_neurons == 0)
    rows = module_of(going).flatnonzero(going)
    for start in range(0, len(rows), model.rows_at_once):
        some = rows[start : start + model.rows_at_once]
        batch.stop[some[model.resting(batch, some)]] = FIXED


def stays(look: Look, spins: Spins) -> NDArray[np.bool_]:
    """Return the rows that would keep all spins at zero temperature, (b,)."""
    kept: NDArray[np.bool_] = (look.everywhere(spins, NO_DRAWS) == spins).all(axis=1)
    return kept


def by_sign(d: NDArray[Any], spins: Spins, ties: str) -> Spins:
    """Return +1 where d > 0 and −1 where d < 0; at 0 the old spins or, for ``ties="plus"``, +1."""
    xp, up, down = module_of(d), np.int8(1), np.int8(-1)
    new: Spins = xp.where(d > 0, up, xp.where(d < 0, down, up if ties == "plus" else spins))
    return new


def held(clamped: NDArray[Any], spins: Spins, new: Spins) -> Spins:
    """Return ``new`` with the old spins of clamped sites."""
    kept: Spins = module_of(spins).where(clamped != 0, spins, new)
    return kept
