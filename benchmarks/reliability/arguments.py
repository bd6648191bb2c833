"""Arguments of every kind: those that fit their name, and those that nobody would give."""

from __future__ import annotations

import copy
import dataclasses
import os
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

import hopfield_sim as hs
from benchmarks.reliability.subjects import Subject

Marks = tuple[Any, ...]

_SPINS = hs.random_patterns(3, 9, rng=0)
_REALS = np.random.default_rng(0).normal(size=(3, 9))

WILD: list[Any] = [
    *(0, 1, -1, 3, 9, 0.5, -0.0, 1e300, 1e-300, float("nan"), float("inf"), 2**70, True, None),
    *("", "sync", "hebbian", "nothing", b"x", (), [], {}, [1, -1, 1], [[1, -1, 1], [1, 1, -1]]),
    *([[1, "x"]], [[1], [1, 2]], {1, -1}, object(), 1j, range(3), lambda x: x, int, "\0", "\udcff"),
    *(np.zeros((0, 3)), np.ones((2, 3, 4)), np.float32(2), np.int8(-1), np.array(7), np.ma.ones(3)),
    *(np.full((3, 9), np.nan), np.array(["x"]), np.array([None]), np.zeros(3, "datetime64[s]")),
    *(np.ones((1,) * 40), np.float16(1), np.array(10**400, object), [[]], "9", -(2**63)),
    *(Decimal("0.5"), Fraction(1, 3), bytearray(b"x"), memoryview(b"xy"), date(2026, 1, 1), "1e9"),
    *(np.broadcast_to(np.int8(1), (3, 9)), np.zeros(3, "i4,f8"), np.ones((3, 9), complex)),
    *(np.longdouble("1e4000"), iter([1, -1, 1]), _SPINS.view(np.matrix), [[[[1]]]], Ellipsis),
    *(_SPINS[:1], _SPINS, -_SPINS[::-1, ::-1], _REALS, _REALS * 1e200, _REALS.astype(">f4")),
]

_WHOLE = [1, 2, 3, 5, 9, 12, np.int64(4)]
_REAL = [0.1, 0.5, 1.0, 2, 7.5, np.float32(0.25), 1e-9, 1e9]
_STATES = [_SPINS, _SPINS[0], _SPINS.reshape(3, 3, 3), _SPINS.astype(float), _SPINS.tolist()]
_STATES += [_SPINS.astype(bool), _REALS, _REALS[0], _SPINS.astype(">i4"), np.asfortranarray(_SPINS)]
_WEIGHTS = [_REALS.T @ _REALS, np.zeros((9, 9)), hs.rules.hebbian(_SPINS), np.ones((9, 9), int)]
_PATHS: list[Any] = ["file", "file.gif", "pipe", "folder", "loop", "nowhere/file.npz", "x" * 300]
_PATHS += [Path("out.npz"), b"bytes.npz", "model.npz", "\0", "\udcff.gif", "", "~nobody/x", "model"]
_WORDS = ["sync", "async", "random", "sequential", "uniform", "keep", "plus", "numpy", "cython"]
_WORDS += ["auto", "hebbian", "storkey", "pseudoinverse", "perceptron", "polynomial", "rectified"]
_WORDS += ["exponential", "dot", "cosine", "euclidean", "manhattan", "sincos", "log", "rotation"]
_WORDS += ["most", "all", "gradient", "energy", "overlap", "states", "float32", "sum", "logistic"]

_SECTION = hs.plotting.report.Section("Title", "Words", tables=[("Table", [{"a": 1}])])

_POOLS: dict[str, list[Any]] = {
    "patterns states state a b cues memorized_patterns pattern reference image X bits": _STATES,
    "weights network": _WEIGHTS,
    "path out_path checkpoint folder": _PATHS,
    "files file": [[path] for path in _PATHS],
    "clamp keep observed": [_SPINS[0] > 0, _SPINS[0].reshape(3, 3) > 0],
    "labels y": [np.arange(3), ["a", "b", "a"], [0, 1, 1]],
    "shape img_shape": [(3, 3), (1, 9), [3, 3], (9,), (0, 9), (-1, -9)],
    "fraction flipped activity correlation": [0, 0.25, 0.5, 1, -0.25],
    "sections": [[_SECTION], [_SECTION, 3], (hs.plotting.report.Section(1, 2, 3, 4, 5),)],
    "versions machine glossary": [{"a": 1}, {}, {3: None}],
    "rng": [0, 7, None, np.random.default_rng(0), np.random.RandomState(0)],
    "temperature": [0, 0.5, [1.0, 0.5, 0.0], "auto", (0.4, 0.5), 1e-9, 1e9],
    "record": ["energy", ["states", "overlap"], (), "all"],
    "update": ["sync", "async"],
    "max_sweeps": [0, 1, 2, 10],
    "advise": [True, False],
    "cities": [_REALS[:, :2], _REALS[:, :3], _REALS.T[:, :2], 1 - np.eye(4), _SPINS.T[:, :2]],
    "temperatures": [[1.0, 0.5, 0.0], (100.0,), np.linspace(200, 0, 9), None],
    "ax": [None, "figure"],
}
FITTING = {name: pool for names, pool in _POOLS.items() for name in names.split()}
"""By the argument's name. All else draws among words, or whole and real numbers."""

_STATEFUL = (Iterator, np.random.Generator, np.random.RandomState)

_SCALARS: list[Any] = [*_WHOLE, *_REAL, *_WORDS, True, False, None]


def drawn(subject: Subject, rng: random.Random) -> dict[str, Any]:
    """Values for all arguments that must be given, and for some others."""
    words = dict(subject.usual)
    wild = rng.choice([0.0, 0.1, 0.5, 1.0])
    share = 0.1 if subject.usual else rng.choice([0.0, 0.2, 0.6])
    for name, parameter in subject.parameters.items():
        if parameter.default is parameter.empty or rng.random() < share:
            pool = WILD if rng.random() < wild else _fitting(name, parameter.default)
            value = rng.choice(pool)
            # What gives other values every time starts anew, so that a round can be made alone.
            words[name] = copy.deepcopy(value) if isinstance(value, _STATEFUL) else value
    if subject.name.startswith("plotting.") and rng.random() < 0.5:
        for name in {"result", "run", "run_or_result"} & set(words):
            words[name] = rng.choice(_shown())
    return words


def _fitting(name: str, default: Any) -> list[Any]:
    if name in FITTING:
        return FITTING[name]
    if isinstance(default, str):
        return _WORDS
    if isinstance(default, int) and not isinstance(default, bool):
        return _WHOLE
    return _SCALARS


@cache
def _shown() -> list[Any]:
    """Results and recalls to be drawn."""
    net = hs.HopfieldNetwork().store(_SPINS)
    modern = hs.ModernHopfield().store(_REALS)
    return [
        net.recall(_SPINS, rng=0),
        net.recall(_SPINS, record=["energy", "overlap", "states"], rng=0),
        modern.recall(_REALS, record=["energy", "states"]),
        hs.experiment.xor((2,), ("polynomial",), workers=1),
        hs.experiment.capacity((9,), ("hebbian",), 1, states=2, loads=2, workers=1, rng=0),
    ]


def marks(value: Any) -> Any:
    """What a value holds, to see whether it was changed."""
    if isinstance(value, np.ndarray):
        held = value.tobytes() if value.dtype != object else repr(value)
        return id(value), value.shape, value.strides, str(value.dtype), held
    if isinstance(value, Mapping):
        return {key: marks(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [marks(one) for one in value]
    if isinstance(value, (set, range)):
        return repr(value)
    return id(value)


def told(words: dict[str, Any]) -> str:
    """For a message."""
    return ", ".join(f"{name}={hs.checks.show(value)}" for name, value in words.items())


def finite(value: Any) -> bool:
    """Whether no number in it is NaN or infinite."""
    return _holds(value, lambda array: bool(np.isfinite(array).all()))


def without_nan(value: Any) -> bool:
    """Whether nothing in an answer is NaN; objects of the package are asked for all they tell."""
    return _holds(value, lambda array: not np.isnan(array).any())


def _holds(value: Any, good: Callable[[Any], bool]) -> bool:
    if isinstance(value, (np.ndarray, np.generic, float)):
        array = np.asarray(value)
        return array.dtype.kind not in "fc" or good(array)
    if isinstance(value, Mapping):
        return all(_holds(one, good) for one in value.values())
    if isinstance(value, (list, tuple)):
        return all(_holds(one, good) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        named = [
            field.name for field in dataclasses.fields(value) if not field.name.startswith("_")
        ]
        return all(_holds(getattr(value, name), good) for name in named)
    if type(value).__module__.startswith("hopfield_sim.") and not isinstance(value, Figure):
        return all(_holds(one, good) for one in _properties(value))
    return True


def _properties(value: Any) -> list[Any]:
    found = []
    for name in dir(type(value)):
        if isinstance(getattr(type(value), name), property) and not name.startswith("_"):
            try:
                found.append(getattr(value, name))
            except hs.errors.HopfieldError:
                continue
    return found


def scratch(folder: Path) -> None:
    """Make what the odd paths lead to."""
    (folder / "folder").mkdir()
    (folder / "file").write_bytes(b"no model\xff")
    (folder / "loop").symlink_to("loop")
    os.mkfifo(folder / "pipe")
    Figure().savefig(folder / "picture.png")
    hs.HopfieldNetwork().store(_SPINS).save(folder / "model.npz")
