"""What a file says of a classifier: all that is needed to use it, and to go on learning."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.classifier.state import COLUMNS, Recipe, Row, State

Members = dict[str, NDArray[Any]]

_LABELS = {"i": "numbers", "U": "words", "b": "truths"}
"""The member that holds the classes, by their kind."""

_NONE = -1
"""Stands for None where a whole number of 0 or more would stand."""


def members(recipe: Recipe, state: State) -> Members:
    """The arrays of a file."""
    chosen = recipe.temperature
    found: Members = {
        "n_memories": np.array(recipe.n_memories, np.int64),
        "order": np.array(recipe.order, np.int64),
        "cost": np.array(recipe.cost, np.int64),
        "epochs": np.array(recipe.epochs, np.int64),
        "batch": np.array(_NONE if recipe.batch is None else recipe.batch, np.int64),
        "rate": np.array(recipe.rate or 0.0),
        "damp": np.array(recipe.damp),
        "momentum": np.array(recipe.momentum),
        "ramp": np.array(recipe.ramp, np.int64),
        "patience": np.array(_NONE if recipe.patience is None else recipe.patience, np.int64),
        "key": np.array(recipe.key, np.uint64),
        "automatic": np.array(chosen is None),
        "memories": state.memories,
        "velocity": state.velocity,
        "digest": np.array(state.digest, np.int64),
        "schedule": np.array(state.schedule),
        "history": np.array(
            [[row.get(name, np.nan) for name in COLUMNS] for row in state.history]
        ).reshape(state.epoch, len(COLUMNS)),
        _LABELS[state.classes.dtype.kind]: state.classes,
    }
    if state.shape is not None:
        found["shape"] = np.array(state.shape, np.int64)
    if state.best is not None:
        found["best"] = state.best
    if state.signed is not None:
        found["signed"] = np.array(state.signed)
    return found


def restored(found: Members) -> tuple[Recipe, State]:
    """What ``members`` came from.

    Raises
    ------
    HopfieldError
        When the arrays do not make a classifier.
    """
    memories, velocity = found["memories"], found["velocity"]
    [classes] = [found[name] for name in _LABELS.values() if name in found]
    low, high = found["schedule"].tolist()
    batch, patience = (int(found[name]) for name in ("batch", "patience"))
    recipe = Recipe.judged(
        n_memories=int(found["n_memories"]),
        order=int(found["order"]),
        cost=int(found["cost"]),
        epochs=int(found["epochs"]),
        batch=None if batch == _NONE else batch,
        rate=float(found["rate"]) or None,
        damp=float(found["damp"]),
        momentum=float(found["momentum"]),
        temperature="auto" if found["automatic"] else (low, high),
        ramp=int(found["ramp"]),
        patience=None if patience == _NONE else patience,
        dtype=memories.dtype,
        rng=None,
    ).with_key(int(found["key"]))
    n_inputs = memories.shape[1] - len(classes)
    best = found.get("best")
    state = State(
        memories=memories,
        velocity=velocity,
        classes=classes,
        shape=checks.image_shape(found.get("shape"), n_inputs),
        digest=int(found["digest"]),
        schedule=(low, high),
        history=tuple(map(_row, found["history"])),
        best=best,
        signed=bool(found["signed"]) if "signed" in found else None,
    )
    _agree(recipe, state)
    return recipe, state


def _row(numbers: NDArray[np.float64]) -> Row:
    row: Row = dict(zip(COLUMNS, numbers.tolist(), strict=True))
    row["epoch"] = int(row["epoch"])
    return {name: value for name, value in row.items() if not np.isnan(value)}


def _agree(recipe: Recipe, state: State) -> None:
    """The arrays fit each other, and hold what training could have made."""
    arrays = [state.memories, state.velocity, *([] if state.best is None else [state.best])]
    classes: Any = state.classes
    width = state.memories.shape[1]
    if any(a.shape != (recipe.n_memories, width) or a.dtype != recipe.dtype for a in arrays):
        raise InvalidInputError("its memories and their momenta do not fit each other")
    if len(classes) < 2 or width <= len(classes) or not (classes[:-1] < classes[1:]).all():
        raise InvalidInputError("its classes do not fit its memories")
    if not all(np.isfinite(a).all() for a in arrays):
        raise InvalidInputError("its memories are not finite")
    if any(np.abs(a).max() > 1 for a in (state.memories, state.result)):
        raise InvalidInputError("its memories are not in [-1, 1]")
    if not (np.isfinite(state.schedule).all() and min(state.schedule) > 0):
        raise InvalidInputError("its temperatures are not positive")
    wanted, (low, high) = set(COLUMNS) - {"validation_error"}, sorted(state.schedule)
    if not all(
        wanted <= set(row)
        and row["epoch"] == number
        and np.isfinite(list(row.values())).all()
        and 0.999 * low <= row["temperature"] <= 1.001 * high
        for number, row in enumerate(state.history, start=1)
    ):
        raise InvalidInputError("its history is not one")
    tested = sum("validation_error" in row for row in state.history)
    if (state.best is not None or recipe.patience is not None) and tested != state.epoch:
        raise InvalidInputError("its history lacks validation errors")
