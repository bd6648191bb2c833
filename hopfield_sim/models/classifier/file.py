"""Members of a classifier's file: its memories, and the state of its training to resume from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.models.base.members import Member, Values
from hopfield_sim.models.classifier.state import COLUMNS, Labels, Recipe, Row, State

_SETTINGS = {
    "n_memories": Member("i8", "_recipe.n_memories"),
    "order": Member("i8", "_recipe.order"),
    "cost": Member("i8", "_recipe.cost"),
    "epochs": Member("i8", "_recipe.epochs"),
    "batch": Member("i8", "_recipe.batch", none=-1),
    "rate": Member("f8", "_recipe.rate", none=0.0),
    "damp": Member("f8", "_recipe.damp"),
    "momentum": Member("f8", "_recipe.momentum"),
    "ramp": Member("i8", "_recipe.ramp"),
    "patience": Member("i8", "_recipe.patience", none=-1),
}


def _classes(dtype: str) -> Member:
    """The classes, if they are of this kind."""

    def value(classifier: Any) -> Labels | None:
        classes: Labels = classifier._fitted().classes
        return classes if classes.dtype.kind == dtype[0] else None

    return Member(f"{dtype} C", value, optional=True)


def _history(classifier: Any) -> NDArray[np.float64]:
    state = classifier._fitted()
    rows = [[row.get(name, np.nan) for name in COLUMNS] for row in state.history]
    return np.array(rows).reshape(state.epoch, len(COLUMNS))


MEMBERS = {
    **_SETTINGS,
    "key": Member("u8", "_recipe.key"),
    "automatic": Member("b1", lambda classifier: classifier._recipe.temperature is None),
    "memories": Member("f K M", lambda classifier: classifier._fitted().memories),
    "velocity": Member("f K M", "_state.velocity"),
    "digest": Member("i8", "_state.digest"),
    "schedule": Member("f8 2", "_state.schedule"),
    "history": Member(f"f8 epochs {len(COLUMNS)}", _history),
    "numbers": _classes("i8"),
    "words": _classes("U"),
    "truths": _classes("b1"),
    "shape": Member("i8 axes", "_state.shape", optional=True),
    "best": Member("f K M", "_state.best", optional=True),
    "signed": Member("b1", "_state.signed", optional=True),
}


def restored(values: Values) -> tuple[Recipe, State]:
    """What was learnt, and how, from what a file says.

    Raises
    ------
    HopfieldError
        When the arrays do not make a classifier.
    """
    memories, velocity = values["memories"], values["velocity"]
    labels = [values[name] for name in ("numbers", "words", "truths")]
    [classes] = [one for one in labels if one is not None]
    low, high = values["schedule"].tolist()
    recipe = Recipe.validated(
        **{name: values[name] for name in _SETTINGS},
        temperature="auto" if values["automatic"] else (low, high),
        dtype=memories.dtype,
        rng=None,
    ).with_key(values["key"])
    n_inputs = memories.shape[1] - len(classes)
    state = State(
        memories=memories,
        velocity=velocity,
        classes=classes,
        shape=checks.image_shape(values["shape"], n_inputs),
        digest=values["digest"],
        schedule=(low, high),
        history=tuple(map(_row, values["history"])),
        best=values["best"],
        signed=values["signed"],
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
