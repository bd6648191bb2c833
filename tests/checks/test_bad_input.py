"""Whatever comes in: an error of the package's own that says what to do, and no changed argument.

One table a kind of argument: functions that take it, and values to try. Functions not named here
are found by the last tests, which walk over everything public.
"""

from __future__ import annotations

import copy
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from anything import ANYTHING, Rude
from properties import given, settings

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError
from hopfield_sim.rules.storkey import extend

Function = Callable[[Any], Any]

N = 6
PATTERNS = np.array([[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]], np.int8)
NET = hs.HopfieldNetwork().store(PATTERNS)
IMAGES = hs.HopfieldNetwork().store(PATTERNS.reshape(2, 2, 3))
DENSE = hs.DenseMemory().store(PATTERNS)
MODERN = hs.ModernHopfield().store(PATTERNS)
VALUES = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
BIDIRECTIONAL = hs.BidirectionalMemory().store(PATTERNS, PATTERNS[:, :4])
GRADED = hs.GradedNetwork().store(PATTERNS)
LAYERED = hs.EnergyNetwork(["identity", hs.Layer("softmax", tau=0)], [PATTERNS.T / 2])
RESTING = GRADED.recall(PATTERNS[0]).states
KERNEL = hs.KernelMemory().store(PATTERNS)
RESTRICTED = hs.RestrictedHopfield(2, rng=0).store(PATTERNS)
TRAINED = hs.TrainedDenseMemory(2, rng=0).store(PATTERNS)


def restricted(patterns: Any = PATTERNS, **learning: Any) -> hs.RestrictedHopfield:
    """One that learns quickly."""
    return hs.RestrictedHopfield(1, rng=0).store(
        patterns, **{"max_iter": 2, "min_iter": 0} | learning
    )


def trained(
    patterns: Any = PATTERNS, n_memories: Any = 2, **settings: Any
) -> hs.TrainedDenseMemory:
    """One that learns quickly."""
    memory = hs.TrainedDenseMemory(n_memories, **{"rng": 0} | settings)
    return memory.store(patterns, max_iter=2, min_iter=0)


def distributed() -> hs.DistributedMemory:
    """A small one that says nothing of states far away."""
    memory = hs.DistributedMemory(9, kernel="expexp", rng=0)
    memory.quiet = True
    return memory


DISTRIBUTED = distributed().store(PATTERNS)


def classifier(n_memories: Any = 2, **options: Any) -> hs.DenseClassifier:
    """A small one."""
    return hs.DenseClassifier(n_memories, **({"epochs": 1, "rng": 0} | options))


CLASSIFIER = classifier().fit(PATTERNS, [0, 1])

# Functions of patterns (P, N); the rest of their arguments is right.
PATTERN_TAKERS: dict[str, Function] = {
    "overlap": lambda x: hs.overlap(PATTERNS[0], x),
    "match": lambda x: hs.match(PATTERNS[0], x),
    "rules.hebbian": hs.rules.hebbian,
    "rules.storkey": hs.rules.storkey,
    "rules.storkey.extend": lambda x: extend(None, x),
    "rules.pseudoinverse": hs.rules.pseudoinverse,
    "rules.perceptron": hs.rules.perceptron,
    "rules.dreaming": hs.rules.dreaming,
    "rules.palimpsest": hs.rules.palimpsest,
    "rules.sequence": hs.rules.sequence,
    "rules.covariance": lambda x: hs.rules.covariance(x, activity=0.5),
    "rules.willshaw": hs.rules.willshaw,
    "rules.unlearning": hs.rules.unlearning,
    "rules.bounded": hs.rules.bounded,
    "rules.descent_l2": hs.rules.descent_l2,
    "rules.diederich_opper_1": hs.rules.diederich_opper_1,
    "rules.diederich_opper_2": hs.rules.diederich_opper_2,
    "rules.get(own)": hs.rules.get(lambda patterns: patterns.T @ patterns),
    "HopfieldNetwork.store": lambda x: hs.HopfieldNetwork().store(x).weights,
    "DenseMemory.store": lambda x: hs.DenseMemory().store(x).patterns,
    "GradedNetwork.store": lambda x: hs.GradedNetwork().store(x).patterns,
    "KernelMemory.store": lambda x: hs.KernelMemory().store(x).coefficients,
    "RestrictedHopfield.store": lambda x: restricted(x).weights,
    "TrainedDenseMemory.store": lambda x: trained(x).memories,
    "HopfieldNetwork.store, again": lambda x: hs.HopfieldNetwork().store(PATTERNS).store(x).weights,
}

# Functions of states (B, N) or (N,).
STATE_TAKERS: dict[str, Function] = {
    "flip": lambda x: hs.flip(x, count=1, rng=0),
    "mask": lambda x: hs.mask(x, np.arange(N) < 3),
    "overlap, states": lambda x: hs.overlap(x, PATTERNS),
    "match, states": lambda x: hs.match(x, PATTERNS),
    "hamming, a": lambda x: hs.hamming(x, PATTERNS[0]),
    "hamming, b": lambda x: hs.hamming(PATTERNS[0], x),
    "energy": lambda x: NET.energy(x),
    "fields": lambda x: NET.fields(x),
    "energy_gap": lambda x: NET.energy_gap(x),
    "classify": lambda x: NET.classify(x).kind,
    "recall": lambda x: NET.recall(x, rng=0).states,
    "recall, synchronous": lambda x: NET.recall(x, update="sync", rng=0).states,
    "dense energy": lambda x: DENSE.energy(x),
    "dense energy_gap": lambda x: DENSE.energy_gap(x),
    "dense recall": lambda x: DENSE.recall(x, rng=0).states,
    "replay": lambda x: hs.replay(NET, NET, x, max_sweeps=2, rng=0),
    "kernel fields": lambda x: KERNEL.fields(x),
    "kernel recall": lambda x: KERNEL.recall(x, rng=0).states,
    "restricted energy": lambda x: RESTRICTED.energy(x),
    "restricted fields": lambda x: RESTRICTED.fields(x),
    "restricted hidden": lambda x: RESTRICTED.hidden(x),
    "restricted recall": lambda x: RESTRICTED.recall(x).states,
    "trained energy": lambda x: TRAINED.energy(x),
    "trained energy_gap": lambda x: TRAINED.energy_gap(x),
    "trained recall": lambda x: TRAINED.recall(x, rng=0).states,
    "recall, images": lambda x: IMAGES.recall(x, rng=0).states,
}

ROW = [1, -1, 1, -1, 1, -1]
GRADED_RUN = GRADED.recall(ROW)


# What is no array of ±1, with the class of the error and a word of its message.
NO_SPINS: dict[str, tuple[Any, type[HopfieldError], str]] = {
    "0/1": ([[1, 0, 1, 0, 1, 0]], InvalidInputError, r"found 0 at \[0, 1\].*from_binary"),
    "bool": ([[True] * N], InvalidInputError, "from_binary"),
    "NaN": ([[1, 1, np.nan, 1, 1, 1]], InvalidInputError, r"found nan at \[0, 2\]"),
    "infinite": ([[-np.inf, *ROW[1:]]], InvalidInputError, "found -inf"),
    "fractions": ([[0.5] * N], InvalidInputError, "found 0.5"),
    "grey levels": (np.full((1, N), 200, np.uint8), InvalidInputError, "found 200.*from_image"),
    "ragged": ([[1, -1], [1]], InvalidInputError, "array of real numbers"),
    "a number": (1, InvalidInputError, "shape"),
    "empty": ([], InvalidInputError, "shape"),
    "no rows": (np.zeros((0, N)), InvalidInputError, r"shape \(0, 6\)"),
    "no columns": (np.zeros((2, 0)), InvalidInputError, r"shape \(2, 0\)"),
    "rude": (Rude(), InvalidInputError, "array of real numbers"),
    "None": (None, InvalidTypeError, "array of real numbers"),
    "objects": (np.array([ROW], object), InvalidTypeError, "objects"),
    "complex": (np.array([ROW], complex), InvalidTypeError, "complex"),
    "structured": (np.zeros((1, N), [("s", "i1")]), InvalidTypeError, "structured"),
    "masked": (np.ma.masked_array([ROW], [[0, 1] * 3]), InvalidTypeError, "masked"),
    "masked rows": ([np.ma.masked_array(ROW, [0, 1] * 3)], InvalidTypeError, "masked"),
    "text": (["+-+-+-"], InvalidTypeError, "text"),
    "dates": (np.zeros((1, N), "M8[D]"), InvalidTypeError, "dates"),
    "a set": ({1, -1}, InvalidTypeError, "objects"),
    "a generator": ((s for s in ROW), InvalidTypeError, "objects"),
}

# The same three states in every form that is accepted.
STATES = np.array([ROW, ROW[::-1], [1] * N])
WIDE = np.ones((6, 2 * N), np.int64)
WIDE[::2, ::2] = STATES
READ_ONLY = STATES.copy()
READ_ONLY.flags.writeable = False
ACCEPTED: dict[str, Any] = {
    "lists": STATES.tolist(),
    "tuples": tuple(map(tuple, STATES.tolist())),
    "rows in a list": list(STATES),
    "int8": STATES.astype(np.int8),
    "float64": STATES.astype(float),
    "float16": STATES.astype(np.float16),
    "long double": STATES.astype(np.longdouble),
    "byte-swapped integers": STATES.astype(">i4"),
    "byte-swapped floats": STATES.astype(">f8"),
    "Fortran": np.asfortranarray(STATES),
    "strided": WIDE[::2, ::2],
    "reversed": STATES[::-1, ::-1].copy()[::-1, ::-1],
    "unaligned": np.frombuffer(b"\0" + STATES.astype("<i4").tobytes(), "<i4", offset=1).reshape(
        3, N
    ),
    "read-only": READ_ONLY,
    "matrix": STATES.view(np.matrix),
}


def snapshot(value: Any) -> bytes:
    """Everything that a call could change in an array: its memory, shape and kind."""
    if isinstance(value, np.ndarray):
        owner = (
            value if value.base is None or not isinstance(value.base, np.ndarray) else value.base
        )
        return repr((value.shape, value.strides, value.dtype, value.flags.writeable)).encode() + (
            owner.tobytes()
        )
    return repr(value).encode()


def call(function: Function, value: Any) -> Any:
    """Call it, and see that the argument stays as it is, whether it succeeds or fails."""
    before = snapshot(value) if isinstance(value, (np.ndarray, list, tuple)) else None
    try:
        return function(value)
    finally:
        if before is not None:
            assert snapshot(value) == before


# ------------------------------------------------------------------ the tables, crossed


@pytest.mark.parametrize("case", NO_SPINS)
@pytest.mark.parametrize("name", PATTERN_TAKERS | STATE_TAKERS)
def test_what_is_no_spins_is_refused_everywhere(name: str, case: str) -> None:
    value, kind, words = NO_SPINS[case]
    with pytest.raises(kind, match=words):
        call((PATTERN_TAKERS | STATE_TAKERS)[name], value)


@pytest.mark.filterwarnings("ignore:not converged")  # of patterns that are of one form alone
@pytest.mark.parametrize("case", ACCEPTED)
@pytest.mark.parametrize("name", PATTERN_TAKERS | STATE_TAKERS)
def test_every_form_of_the_same_spins_gives_the_same(name: str, case: str) -> None:
    function = (PATTERN_TAKERS | STATE_TAKERS)[name]
    expected = function(np.ascontiguousarray(STATES, np.int8))
    np.testing.assert_array_equal(call(function, ACCEPTED[case]), expected)


@pytest.mark.parametrize("name", [name for name in PATTERN_TAKERS if "overlap" not in name])
def test_one_pattern_must_be_a_row(name: str) -> None:
    with pytest.raises(InvalidInputError, match=r"patterns\[None, :\]"):
        PATTERN_TAKERS[name](np.array(ROW))


@pytest.mark.parametrize("name", [*list(STATE_TAKERS)[2:], *list(PATTERN_TAKERS)[-1:]])
def test_another_number_of_neurons_is_refused(name: str) -> None:
    function = (PATTERN_TAKERS | STATE_TAKERS)[name]
    for shape in ((2, 5), (1, 7), (1, 1, 4), (1, 2, 3, 1)):
        if name == "hamming, a" and shape[-1] == 1:
            continue
        with pytest.raises(InvalidInputError, match="shape"):
            call(function, np.ones(shape, int))


@pytest.mark.parametrize("name", [name for name in STATE_TAKERS if "images" not in name][6:])
def test_a_transposed_batch_is_recognised(name: str) -> None:
    with pytest.raises(InvalidInputError, match="did you transpose"):
        STATE_TAKERS[name](np.ones((6, 4), int))
    with pytest.raises(InvalidInputError, match="did you transpose"):
        STATE_TAKERS[name](np.ones(2, int))  # a value for each of the 2 patterns


# Single arguments: a call with something wrong in it, and what is said.
WRONG: list[tuple[str, Callable[[], Any], type[HopfieldError], str]] = [
    ("no patterns", lambda: hs.random_patterns(0, 5), InvalidInputError, "n_patterns.*1 or more"),
    ("no neurons", lambda: hs.random_patterns(5, 0), InvalidInputError, "n_neurons.*1 or more"),
    ("float P", lambda: hs.random_patterns(2.0, 5), InvalidTypeError, "n_patterns.*integer"),  # type: ignore[arg-type]
    ("activity", lambda: hs.random_patterns(2, 5, activity=2), InvalidInputError, "activity"),
    ("seed", lambda: hs.random_patterns(2, 5, rng=-1), InvalidInputError, "rng.*0 or more"),
    ("seed kind", lambda: hs.random_patterns(2, 5, rng=0.5), InvalidTypeError, "rng"),  # type: ignore[arg-type]
    ("flip seed", lambda: hs.flip(ROW, count=1, rng=-2), InvalidInputError, "rng"),
    ("flip count", lambda: hs.flip(ROW, count=7), InvalidInputError, "count.*from 0 to 6"),
    ("flip float", lambda: hs.flip(ROW, count=1.0), InvalidTypeError, "count.*integer"),  # type: ignore[arg-type]
    ("flip word", lambda: hs.flip(ROW, fraction="half"), InvalidTypeError, "fraction.*real"),  # type: ignore[arg-type]
    ("mask ints", lambda: hs.mask(ROW, [0, 1, 2]), InvalidTypeError, "keep.*boolean"),
    ("mask length", lambda: hs.mask(ROW, [True] * 5), InvalidInputError, r"keep.*\(6,\)"),
    ("mask fill", lambda: hs.mask(ROW, [True] * 6, fill=2), InvalidInputError, "fill"),
    ("side", lambda: hs.checkerboard(0), InvalidInputError, "side.*1 or more"),
    ("square", lambda: hs.checkerboard(4, 0), InvalidInputError, "square"),
    ("glyph size", lambda: hs.glyphs("A", 4), InvalidInputError, "size.*5 or more"),
    ("glyph text", lambda: hs.glyphs(7), InvalidTypeError, "text.*string"),  # type: ignore[arg-type]
    ("bits", lambda: hs.from_binary([0, 2]), InvalidInputError, r"found 2 at \[1\]"),
    (
        "masked bits",
        lambda: hs.from_binary(np.ma.masked_array([0, 1], [0, 1])),
        InvalidTypeError,
        "masked",
    ),
    ("image", lambda: hs.from_image(np.zeros((2, 2, 2, 2))), InvalidInputError, "image.*shape"),
    ("image kind", lambda: hs.from_image(None), InvalidTypeError, "image.*objects"),
    ("rule", lambda: hs.HopfieldNetwork("hebian"), InvalidInputError, 'mean "hebbian"'),
    ("rule kind", lambda: hs.HopfieldNetwork(7), InvalidTypeError, "rule"),  # type: ignore[arg-type]
    ("diagonal", lambda: hs.HopfieldNetwork(zero_diagonal=0), InvalidTypeError, "zero_diagonal"),  # type: ignore[arg-type]
    ("backend", lambda: hs.HopfieldNetwork(backend="numppy"), InvalidInputError, 'mean "numpy"'),
    ("backend kind", lambda: hs.HopfieldNetwork(backend=1), InvalidTypeError, "backend"),  # type: ignore[arg-type]
    ("thresholds", lambda: hs.HopfieldNetwork(thresholds=np.nan), InvalidInputError, "thresholds"),
    (
        "thresholds, ragged",
        lambda: hs.HopfieldNetwork(thresholds=[[1], [1, 2]]),
        InvalidInputError,
        "thresholds",
    ),
    (
        "thresholds, shape",
        lambda: hs.HopfieldNetwork(thresholds=np.ones((2, 3))).store(PATTERNS),
        InvalidInputError,
        "thresholds",
    ),
    (
        "thresholds, N",
        lambda: hs.HopfieldNetwork(thresholds=[1, 2]).store(PATTERNS),
        InvalidInputError,
        "thresholds",
    ),
    (
        "thresholds, kind",
        lambda: hs.HopfieldNetwork(thresholds="x"),
        InvalidTypeError,
        "thresholds",
    ),
    ("weights", lambda: hs.HopfieldNetwork.from_weights([[0, 1]]), InvalidInputError, "square"),
    (
        "weights, NaN",
        lambda: hs.HopfieldNetwork.from_weights([[np.nan]]),
        InvalidInputError,
        r"\[0, 0\]",
    ),
    (
        "weights, complex",
        lambda: hs.HopfieldNetwork.from_weights([[1j]]),
        InvalidTypeError,
        "complex",
    ),
    (
        "weights, objects",
        lambda: hs.HopfieldNetwork.from_weights(None),
        InvalidTypeError,
        "weights",
    ),
    ("forget", lambda: copy.deepcopy(NET).forget(2), InvalidInputError, "index.*from 0 to 1"),
    ("forget, negative", lambda: copy.deepcopy(NET).forget(-1), InvalidInputError, "index"),
    ("update", lambda: NET.recall(ROW, update="assync"), InvalidInputError, 'mean "async"'),
    ("order", lambda: NET.recall(ROW, order="randon"), InvalidInputError, 'mean "random"'),
    ("ties", lambda: NET.recall(ROW, ties="pluss"), InvalidInputError, 'mean "plus"'),
    ("ties, kind", lambda: NET.recall(ROW, ties=1), InvalidTypeError, "ties"),  # type: ignore[arg-type]
    ("cold", lambda: NET.recall(ROW, temperature=-1), InvalidInputError, "temperature.*0 or more"),
    ("schedule", lambda: NET.recall(ROW, temperature=[1, -1]), InvalidInputError, r"-1.0 at \[1\]"),
    ("no schedule", lambda: NET.recall(ROW, temperature=[]), InvalidInputError, "temperature"),
    ("hot", lambda: NET.recall(ROW, temperature=np.inf), InvalidInputError, "temperature"),
    ("hot, word", lambda: NET.recall(ROW, temperature="hot"), InvalidTypeError, "temperature"),
    ("sweeps", lambda: NET.recall(ROW, max_sweeps=-1), InvalidInputError, "max_sweeps"),
    ("sweeps, kind", lambda: NET.recall(ROW, max_sweeps=1.5), InvalidTypeError, "max_sweeps"),  # type: ignore[arg-type]
    ("clamp", lambda: NET.recall(ROW, clamp=[0, 1]), InvalidTypeError, "clamp.*boolean"),
    ("clamp, N", lambda: NET.recall(ROW, clamp=[True]), InvalidInputError, "clamp"),
    ("record", lambda: NET.recall(ROW, record="enrgy"), InvalidInputError, "energy"),
    ("record, kind", lambda: NET.recall(ROW, record=[3]), InvalidTypeError, "record"),  # type: ignore[list-item]
    ("record, number", lambda: NET.recall(ROW, record=3), HopfieldError, "record"),  # type: ignore[arg-type]
    ("every", lambda: NET.recall(ROW, every=0, record="energy"), InvalidInputError, "every"),
    ("threads", lambda: NET.recall(ROW, n_threads=0), InvalidInputError, "n_threads"),
    ("recall seed", lambda: NET.recall(ROW, rng=-1), InvalidInputError, "rng"),
    ("attractors", lambda: NET.attractors(update="both"), InvalidInputError, "update"),
    ("unrecorded", lambda: NET.recall(ROW).energy, HopfieldError, "record="),
    ("use_backend", lambda: hs.use_backend("fortran").__enter__(), InvalidInputError, "backend"),
    ("load", lambda: hs.load("no such file.npz"), HopfieldError, "no such file"),
    ("kappa", lambda: hs.rules.perceptron(PATTERNS, stability=-1), InvalidInputError, "stability"),
    (
        "epochs",
        lambda: hs.rules.perceptron(PATTERNS, max_epochs=0),
        InvalidInputError,
        "max_epochs",
    ),
    ("rule name", lambda: hs.rules.get("pseudo"), InvalidInputError, 'mean "pseudoinverse"'),
    (
        "rule flag",
        lambda: hs.rules.hebbian(PATTERNS, zero_diagonal="no"),
        InvalidTypeError,
        "zero_diag",
    ),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("problem", "mistake", "kind", "words"), WRONG, ids=[w[0] for w in WRONG])
def test_a_wrong_argument_is_named(
    problem: str, mistake: Callable[[], Any], kind: type[HopfieldError], words: str
) -> None:
    with pytest.raises(kind, match=words):
        mistake()


# ------------------------------------------------------------------ whatever comes in

# Every argument that takes no spins, one at a time.
ARGUMENTS: dict[str, Function] = {
    "hierarchical branches": lambda x: hs.hierarchical(x, 4, [0.5, 0.5]),
    "hierarchical n_neurons": lambda x: hs.hierarchical([2], x, [0.5]),
    "hierarchical overlaps": lambda x: hs.hierarchical([2, 2], 4, x),
    "hierarchical rng": lambda x: hs.hierarchical([2], 4, [0.5], rng=x),
    "hidden_manifold n_patterns": lambda x: hs.hidden_manifold(x, 3, 2),
    "hidden_manifold n_neurons": lambda x: hs.hidden_manifold(3, x, 2),
    "hidden_manifold n_factors": lambda x: hs.hidden_manifold(3, 3, x),
    "hidden_manifold rng": lambda x: hs.hidden_manifold(2, 3, 2, rng=x),
    "posterior_mean noise": lambda x: hs.posterior_mean([[1.0]], [[1.0]], x),
    "posterior_mean backend": lambda x: hs.posterior_mean([[1.0]], [[1.0]], 1.0, backend=x),
    "random_patterns n_patterns": lambda x: hs.random_patterns(x, 3),
    "random_patterns n_neurons": lambda x: hs.random_patterns(3, x),
    "random_patterns activity": lambda x: hs.random_patterns(2, 3, activity=x),
    "random_patterns correlation": lambda x: hs.random_patterns(2, 3, correlation=x),
    "random_patterns rng": lambda x: hs.random_patterns(2, 3, rng=x),
    "checkerboard side": lambda x: hs.checkerboard(x),
    "checkerboard square": lambda x: hs.checkerboard(5, x),
    "glyphs text": lambda x: hs.glyphs(x),
    "glyphs size": lambda x: hs.glyphs("A", x),
    "from_binary": hs.from_binary,
    "from_image": hs.from_image,
    "from_image shape": lambda x: hs.from_image(np.eye(3), x),
    "flip count": lambda x: hs.flip(ROW, count=x),
    "flip fraction": lambda x: hs.flip(ROW, fraction=x),
    "flip rng": lambda x: hs.flip(ROW, count=1, rng=x),
    "mask keep": lambda x: hs.mask(ROW, x),
    "mask fill": lambda x: hs.mask(ROW, np.ones(6, bool), fill=x),
    "hebbian zero_diagonal": lambda x: hs.rules.hebbian(PATTERNS, zero_diagonal=x),
    "storkey dtype": lambda x: hs.rules.storkey(PATTERNS, dtype=x),
    "storkey zero_diagonal": lambda x: hs.rules.storkey(PATTERNS, zero_diagonal=x),
    "storkey.extend weights": lambda x: extend(x, PATTERNS),
    "pseudoinverse zero_diagonal": lambda x: hs.rules.pseudoinverse(PATTERNS, zero_diagonal=x),
    "perceptron stability": lambda x: hs.rules.perceptron(PATTERNS, stability=x, max_epochs=2),
    "perceptron max_epochs": lambda x: hs.rules.perceptron(PATTERNS, max_epochs=x),
    "perceptron rng": lambda x: hs.rules.perceptron(PATTERNS, rng=x),
    "perceptron zero_diagonal": lambda x: hs.rules.perceptron(PATTERNS, zero_diagonal=x),
    "dreaming time": lambda x: hs.rules.dreaming(PATTERNS, time=x),
    "dreaming zero_diagonal": lambda x: hs.rules.dreaming(PATTERNS, zero_diagonal=x),
    "palimpsest strength": lambda x: hs.rules.palimpsest(PATTERNS, strength=x),
    "palimpsest zero_diagonal": lambda x: hs.rules.palimpsest(PATTERNS, zero_diagonal=x),
    "covariance activity": lambda x: hs.rules.covariance(PATTERNS, activity=x),
    "covariance inhibition": lambda x: hs.rules.covariance(PATTERNS, inhibition=x),
    "covariance zero_diagonal": lambda x: hs.rules.covariance(PATTERNS, zero_diagonal=x),
    "willshaw zero_diagonal": lambda x: hs.rules.willshaw(PATTERNS, zero_diagonal=x),
    "unlearning rate": lambda x: hs.rules.unlearning(PATTERNS, rate=x, steps=3),
    "unlearning steps": lambda x: hs.rules.unlearning(PATTERNS, steps=x),
    "unlearning rng": lambda x: hs.rules.unlearning(PATTERNS, rng=x, steps=3),
    "unlearning zero_diagonal": lambda x: hs.rules.unlearning(PATTERNS, zero_diagonal=x),
    "bounded bound": lambda x: hs.rules.bounded(PATTERNS, bound=x),
    "bounded zero_diagonal": lambda x: hs.rules.bounded(PATTERNS, zero_diagonal=x),
    "descent_l2 penalty": lambda x: hs.rules.descent_l2(PATTERNS, penalty=x),
    "descent_l2 zero_diagonal": lambda x: hs.rules.descent_l2(PATTERNS, zero_diagonal=x),
    "diederich_opper_1 max_epochs": lambda x: hs.rules.diederich_opper_1(PATTERNS, max_epochs=x),
    "diederich_opper_1 zero_diagonal": lambda x: hs.rules.diederich_opper_1(
        PATTERNS, zero_diagonal=x
    ),
    "diederich_opper_2 zero_diagonal": lambda x: hs.rules.diederich_opper_2(
        PATTERNS, zero_diagonal=x
    ),
    "rules.get": lambda x: x if callable(x) else hs.rules.get(x),
    "HopfieldNetwork dtype": lambda x: hs.HopfieldNetwork(dtype=x),
    "from_weights dtype": lambda x: hs.HopfieldNetwork.from_weights(np.eye(3), dtype=x),
    "HopfieldNetwork rule": lambda x: x if callable(x) else hs.HopfieldNetwork(x),
    "HopfieldNetwork zero_diagonal": lambda x: hs.HopfieldNetwork(zero_diagonal=x),
    "HopfieldNetwork thresholds": lambda x: hs.HopfieldNetwork(thresholds=x).store(PATTERNS),
    "HopfieldNetwork backend": lambda x: hs.HopfieldNetwork(backend=x),
    "DenseMemory interaction": lambda x: hs.DenseMemory(x),
    "DenseMemory order": lambda x: hs.DenseMemory(order=x).store(PATTERNS).energy(ROW),
    "DenseMemory energy": lambda x: hs.DenseMemory("exponential", energy=x).store(PATTERNS),
    "DenseMemory backend": lambda x: hs.DenseMemory(backend=x),
    "DistributedMemory n_features": lambda x: hs.DistributedMemory(x, rng=0),
    "DistributedMemory beta": lambda x: hs.DistributedMemory(9, x, rng=0),
    "DistributedMemory kernel": lambda x: hs.DistributedMemory(9, kernel=x, rng=0),
    "DistributedMemory energy": lambda x: hs.DistributedMemory(9, energy=x, rng=0),
    "DistributedMemory orthogonal": lambda x: hs.DistributedMemory(9, orthogonal=x, rng=0),
    "DistributedMemory rng": lambda x: hs.DistributedMemory(9, rng=x),
    "DistributedMemory backend": lambda x: hs.DistributedMemory(9, backend=x, rng=0),
    "ModernHopfield beta": lambda x: hs.ModernHopfield(x).store(PATTERNS).energy(ROW),
    "ModernHopfield similarity": lambda x: hs.ModernHopfield(similarity=x),
    "ModernHopfield separation": lambda x: hs.ModernHopfield(separation=x),
    "ModernHopfield alpha": lambda x: hs.ModernHopfield(separation="entmax", alpha=x),
    "ModernHopfield k": lambda x: hs.ModernHopfield(separation="top-k", k=x),
    "ModernHopfield backend": lambda x: hs.ModernHopfield(backend=x),
    "EnergyNetwork layers": lambda x: hs.EnergyNetwork(x, []),
    "EnergyNetwork synapses": lambda x: hs.EnergyNetwork(["tanh", "tanh"], x),
    "EnergyNetwork weights": lambda x: hs.EnergyNetwork(["tanh", "tanh"], [x]),
    "Layer lagrangian": hs.Layer,
    "Layer shape": lambda x: hs.EnergyNetwork([hs.Layer("tanh", x), "tanh"], [np.ones((6, 2))]),
    "Layer tau": lambda x: hs.Layer(tau=x),
    "Layer bias": lambda x: hs.EnergyNetwork([hs.Layer(shape=6, bias=x)], []),
    "Layer beta": lambda x: hs.EnergyNetwork([hs.Layer("tanh", 6, beta=x)], []).energy(ROW),
    "Layer power": lambda x: hs.EnergyNetwork([hs.Layer("relu", 6, power=x)], []).energy(ROW),
    "Layer axis": lambda x: hs.EnergyNetwork([hs.Layer("softmax", 6, axis=x)], []),
    "Convolution kernels": hs.Convolution,
    "Convolution stride": lambda x: hs.Convolution(np.ones((1, 2, 2)), stride=x),
    "layered energy": lambda x: LAYERED.energy(x),
    "layered recall": lambda x: LAYERED.recall(x),
    "layered recall step": lambda x: LAYERED.recall(ROW, step=x),
    "layered recall max_steps": lambda x: LAYERED.recall(ROW, max_steps=x),
    "layered recall tol": lambda x: LAYERED.recall(ROW, tol=x),
    "layered recall clamp": lambda x: LAYERED.recall(ROW, clamp=x),
    "layered recall record": lambda x: LAYERED.recall(ROW, record=x),
    "layered recall every": lambda x: LAYERED.recall(ROW, every=x),
    "layered check_gradient": lambda x: LAYERED.check_gradient(x),
    "layered check_gradient rng": lambda x: LAYERED.check_gradient(rng=x),
    "GradedNetwork beta": lambda x: hs.GradedNetwork(beta=x).store(PATTERNS).recall(ROW),
    "GradedNetwork tau": lambda x: hs.GradedNetwork(tau=x).store(PATTERNS).recall(ROW),
    "graded from_weights": lambda x: hs.GradedNetwork.from_weights(x),
    "energy potentials": lambda x: GRADED.energy(x),
    "gradient potentials": lambda x: GRADED.gradient(x),
    "activities potentials": lambda x: GRADED.activities(x),
    "graded potentials": lambda x: GRADED.potentials(x),
    "graded recall max_steps": lambda x: GRADED.recall(ROW, max_steps=x),
    "graded fields": lambda x: GRADED.fields(x),
    "graded recall": lambda x: GRADED.recall(x),
    "GradedNetwork rule": lambda x: x if callable(x) else hs.GradedNetwork(x),
    "GradedNetwork zero_diagonal": lambda x: hs.GradedNetwork(zero_diagonal=x),
    "GradedNetwork thresholds": lambda x: hs.GradedNetwork(thresholds=x).store(PATTERNS),
    "recall step": lambda x: GRADED.recall(RESTING, step=x),
    "recall max_time": lambda x: GRADED.recall(ROW, max_time=x),
    "recall tol": lambda x: GRADED.recall(ROW, tol=x),
    "graded recall clamp": lambda x: GRADED.recall(ROW, clamp=x),
    "graded recall record": lambda x: GRADED.recall(ROW, record=x),
    "graded recall every": lambda x: GRADED.recall(
        ROW, record="energy", every=x, max_time=9, max_steps=1000
    ),
    "graded overlap": lambda x: GRADED_RUN.overlap(x),
    "KernelMemory kernel": lambda x: hs.KernelMemory(x).store(PATTERNS),
    "KernelMemory order": lambda x: hs.KernelMemory("polynomial", order=x).store(PATTERNS),
    "KernelMemory width": lambda x: hs.KernelMemory(width=x).store(PATTERNS),
    "KernelMemory method": lambda x: hs.KernelMemory(method=x),
    "KernelMemory stability": lambda x: hs.KernelMemory(method="perceptron", stability=x),
    "KernelMemory max_epochs": lambda x: hs.KernelMemory(max_epochs=x).store(PATTERNS),
    "kernel recall temperature": lambda x: KERNEL.recall(ROW, temperature=x, max_sweeps=2),
    "kernel recall clamp": lambda x: KERNEL.recall(ROW, clamp=x),
    "kernel forget": lambda x: copy.deepcopy(KERNEL).forget(x),
    "RestrictedHopfield n_hidden": lambda x: hs.RestrictedHopfield(x).store(PATTERNS, max_iter=20),
    "RestrictedHopfield gate": lambda x: hs.RestrictedHopfield(2, gate=x),
    "RestrictedHopfield rng": lambda x: hs.RestrictedHopfield(2, rng=x),
    "RestrictedHopfield backend": lambda x: hs.RestrictedHopfield(2, backend=x),
    "BidirectionalMemory backend": lambda x: hs.BidirectionalMemory(backend=x),
    "store x": lambda x: hs.BidirectionalMemory().store(x, PATTERNS),
    "store y": lambda x: hs.BidirectionalMemory().store(PATTERNS, x),
    "recall x": lambda x: BIDIRECTIONAL.recall(x),
    "recall y": lambda x: BIDIRECTIONAL.recall(y=x),
    "energy x": lambda x: BIDIRECTIONAL.energy(x),
    "energy y": lambda x: BIDIRECTIONAL.energy(y=x),
    "fields x": lambda x: BIDIRECTIONAL.fields(x),
    "fields y": lambda x: BIDIRECTIONAL.fields(y=x),
    "bidirectional forget": lambda x: copy.deepcopy(BIDIRECTIONAL).forget(x),
    "store method": lambda x: restricted(method=x),
    "store max_iter": lambda x: restricted(max_iter=x),
    "store min_iter": lambda x: restricted(min_iter=x),
    "store patience": lambda x: restricted(patience=x),
    "store min_delta": lambda x: restricted(min_delta=x),
    "store rate": lambda x: restricted(method="gradient", rate=x),
    "energy hidden": lambda x: RESTRICTED.energy(ROW, hidden=x),
    "restricted recall clamp": lambda x: RESTRICTED.recall(ROW, clamp=x),
    "restricted recall max_sweeps": lambda x: RESTRICTED.recall(ROW, max_sweeps=x),
    "restricted recall record": lambda x: RESTRICTED.recall(ROW, record=x),
    "restricted recall every": lambda x: RESTRICTED.recall(ROW, record="energy", every=x),
    "TrainedDenseMemory n_memories": lambda x: trained(n_memories=x),
    "TrainedDenseMemory order": lambda x: trained(order=x),
    "TrainedDenseMemory cost": lambda x: trained(cost=x),
    "TrainedDenseMemory rate": lambda x: trained(rate=x),
    "TrainedDenseMemory damp": lambda x: trained(damp=x),
    "TrainedDenseMemory momentum": lambda x: trained(momentum=x),
    "TrainedDenseMemory temperature": lambda x: trained(temperature=x),
    "TrainedDenseMemory rng": lambda x: trained(rng=x),
    "TrainedDenseMemory backend": lambda x: hs.TrainedDenseMemory(2, backend=x),
    "trained recall temperature": lambda x: TRAINED.recall(ROW, temperature=x, max_sweeps=2),
    "trained recall clamp": lambda x: TRAINED.recall(ROW, clamp=x),
    "trained recall field": lambda x: TRAINED.recall(ROW, field=x),
    "modern store": lambda x: hs.ModernHopfield(similarity="euclidean").store(x).energy(x),
    "modern store, again": lambda x: hs.ModernHopfield().store(PATTERNS).store(x),
    "modern store values": lambda x: hs.ModernHopfield().store(PATTERNS, x),
    "modern recall_values": lambda x: hs.ModernHopfield().store(PATTERNS, VALUES).recall_values(x),
    "dense store values": lambda x: hs.DenseMemory().store(PATTERNS, x),
    "dense recall_values": lambda x: hs.DenseMemory().store(PATTERNS, PATTERNS).recall_values(x),
    "modern forget": lambda x: copy.deepcopy(MODERN).forget(x),
    "modern energy": lambda x: MODERN.energy(x),
    "modern gradient": lambda x: MODERN.gradient(x),
    "modern attention": lambda x: MODERN.attention(x),
    "modern observed": lambda x: MODERN.attention(ROW, observed=x),
    "modern recall": lambda x: MODERN.recall(x, advise=False),
    "modern recall clamp": lambda x: MODERN.recall(ROW, clamp=x),
    "modern recall observed": lambda x: MODERN.recall(ROW, observed=x),
    "modern recall max_steps": lambda x: MODERN.recall(ROW, max_steps=x),
    "modern recall tol": lambda x: MODERN.recall(ROW, tol=x),
    "modern recall step": lambda x: MODERN.recall(ROW, step=x),
    "modern recall record": lambda x: MODERN.recall(ROW, record=x),
    "modern recall every": lambda x: MODERN.recall(ROW, record="energy", every=x),
    "modern recall advise": lambda x: MODERN.recall(ROW, advise=x),
    "modern suggest_beta": lambda x: MODERN.suggest_beta(x),
    "modern suggest_beta weight": lambda x: MODERN.suggest_beta(weight=x),
    "distributed store": lambda x: distributed().store(x).energy(x),
    "distributed store, again": lambda x: distributed().store(PATTERNS).store(x),
    "distributed forget": lambda x: distributed().store(PATTERNS).forget(x),
    "distributed features, first": lambda x: distributed().features(x),
    "distributed features": lambda x: DISTRIBUTED.features(x),
    "distributed energy": lambda x: DISTRIBUTED.energy(x),
    "distributed gradient": lambda x: DISTRIBUTED.gradient(x),
    "distributed curvature": lambda x: DISTRIBUTED.curvature(x, x),
    "distributed curvature along": lambda x: DISTRIBUTED.curvature(ROW, x),
    "distributed recall": lambda x: DISTRIBUTED.recall(x, max_steps=9),
    "distributed recall clamp": lambda x: DISTRIBUTED.recall(ROW, clamp=x, max_steps=9),
    "distributed recall observed": lambda x: DISTRIBUTED.recall(ROW, observed=x, max_steps=9),
    "distributed recall max_steps": lambda x: DISTRIBUTED.recall(ROW, max_steps=x, tol=9),
    "distributed recall tol": lambda x: DISTRIBUTED.recall(ROW, tol=x, max_steps=9),
    "distributed recall step": lambda x: DISTRIBUTED.recall(ROW, step=x, max_steps=9),
    "distributed recall record": lambda x: DISTRIBUTED.recall(ROW, record=x, max_steps=9),
    "distributed recall every": lambda x: DISTRIBUTED.recall(
        ROW, record="energy", every=x, max_steps=9
    ),
    "modern suggest_beta fraction": lambda x: MODERN.suggest_beta(fraction=x),
    "DenseClassifier n_memories": lambda x: classifier(x).fit(PATTERNS, [0, 1]),
    "DenseClassifier order": lambda x: classifier(order=x).fit(PATTERNS, [0, 1]),
    "DenseClassifier cost": lambda x: classifier(cost=x).fit(PATTERNS, [0, 1]),
    "DenseClassifier epochs": lambda x: classifier(epochs=x),
    "DenseClassifier batch": lambda x: classifier(batch=x).fit(PATTERNS, [0, 1]),
    "DenseClassifier rate": lambda x: classifier(rate=x).fit(PATTERNS, [0, 1]),
    "DenseClassifier damp": lambda x: classifier(damp=x).fit(PATTERNS, [0, 1]),
    "DenseClassifier momentum": lambda x: classifier(momentum=x).fit(PATTERNS, [0, 1]),
    "DenseClassifier temperature": lambda x: classifier(temperature=x).fit(PATTERNS, [0, 1]),
    "DenseClassifier T_f": lambda x: classifier(temperature=(1, x)).fit(PATTERNS, [0, 1]),
    "DenseClassifier ramp": lambda x: classifier(ramp=x).fit(PATTERNS, [0, 1]),
    "DenseClassifier patience": lambda x: classifier(patience=x),
    "DenseClassifier dtype": lambda x: classifier(dtype=x).fit(PATTERNS, [0, 1]),
    "DenseClassifier backend": lambda x: classifier(backend=x),
    "DenseClassifier n_threads": lambda x: classifier(n_threads=x).fit(PATTERNS, [0, 1]),
    "DenseClassifier rng": lambda x: classifier(rng=x).fit(PATTERNS, [0, 1]),
    "fit X": lambda x: classifier().fit(x, [0, 1]),
    "fit y": lambda x: classifier().fit(PATTERNS, x),
    "fit validation": lambda x: classifier().fit(PATTERNS, [0, 1], validation=x),
    "fit validation X": lambda x: classifier().fit(PATTERNS, [0, 1], validation=(x, [0, 1])),
    "fit validation y": lambda x: classifier().fit(PATTERNS, [0, 1], validation=(PATTERNS, x)),
    "fit resume": lambda x: classifier().fit(PATTERNS, [0, 1], resume=x),
    "fit progress": lambda x: classifier().fit(PATTERNS, [0, 1], progress=x),
    "predict X": lambda x: CLASSIFIER.predict(x),
    "decide X": lambda x: CLASSIFIER.decide(x),
    "votes X": lambda x: CLASSIFIER.votes(x),
    "participation X": lambda x: CLASSIFIER.participation(x),
    "score X": lambda x: CLASSIFIER.score(x, [0, 1]),
    "score y": lambda x: CLASSIFIER.score(PATTERNS, x),
    "from_binary_network weights": hs.from_binary_network,
    "from_binary_network thresholds": lambda x: hs.from_binary_network(np.eye(6), x),
    "to_binary_network weights": hs.to_binary_network,
    "to_binary_network thresholds": lambda x: hs.to_binary_network(np.eye(6), x),
    "from_weights weights": lambda x: hs.HopfieldNetwork.from_weights(x),
    "from_weights thresholds": lambda x: hs.HopfieldNetwork.from_weights(np.eye(6), thresholds=x),
    "from_weights backend": lambda x: hs.HopfieldNetwork.from_weights(np.eye(6), backend=x),
    "HopfieldNetwork connectivity": lambda x: hs.HopfieldNetwork(connectivity=x),
    "Graph starts": lambda x: hs.Graph(x, [0]),
    "Graph inputs": lambda x: hs.Graph([0, 1], x),
    "Graph weights": lambda x: hs.Graph([0, 1], [0], x),
    "random_graph n_neurons": lambda x: hs.random_graph(x, 2),
    "random_graph n_inputs": lambda x: hs.random_graph(6, x),
    "random_graph kind": lambda x: hs.random_graph(6, 2, kind=x),
    "random_graph rng": lambda x: hs.random_graph(6, 2, rng=x),
    "forget index": lambda x: copy.deepcopy(NET).forget(x),
    "store advise": lambda x: hs.HopfieldNetwork().store(PATTERNS, advise=x),
    "show shape": lambda x: plt.close(NET.show(shape=x)),
    "classify within": lambda x: NET.classify(PATTERNS, within=x),
    "attractors update": lambda x: NET.attractors(update=x),
    "use_backend name": lambda x: hs.use_backend(x).__enter__(),
    "recall update": lambda x: NET.recall(ROW, update=x),
    "recall temperature": lambda x: NET.recall(ROW, temperature=x, max_sweeps=3),
    "recall max_sweeps": lambda x: NET.recall(ROW, max_sweeps=x),
    "recall order": lambda x: NET.recall(ROW, order=x),
    "recall ties": lambda x: NET.recall(ROW, ties=x),
    "recall clamp": lambda x: NET.recall(ROW, clamp=x),
    "recall active": lambda x: NET.recall(ROW, active=x, update="sync"),
    "recall field": lambda x: NET.recall(ROW, field=x),
    "recall record": lambda x: NET.recall(ROW, record=x),
    "recall every": lambda x: NET.recall(ROW, record="energy", every=x),
    "recall n_threads": lambda x: NET.recall(ROW, n_threads=x),
    "recall start_sweep": lambda x: NET.recall(ROW, start_sweep=x),
    "replay alone": lambda x: hs.replay(x, states=PATTERNS, max_sweeps=1),
    "replay states": lambda x: hs.replay(NET, states=x, max_sweeps=1),
    "replay network": lambda x: hs.replay(x, NET, PATTERNS, max_sweeps=1),
    "replay transitions": lambda x: hs.replay(NET, x, PATTERNS, max_sweeps=1),
    "replay delay": lambda x: hs.replay(NET, NET, PATTERNS, delay=x, max_sweeps=3),
    "replay strength": lambda x: hs.replay(NET, NET, PATTERNS, strength=x, max_sweeps=3),
    "replay max_sweeps": lambda x: hs.replay(
        NET, NET, PATTERNS, max_sweeps=min(x, 9) if isinstance(x, int) else x
    ),
    "replay hold": lambda x: hs.replay(x, DENSE, PATTERNS, max_sweeps=1),
    "replay lead": lambda x: hs.replay(DENSE, x, PATTERNS, max_sweeps=1),
    "replay rng": lambda x: hs.replay(NET, NET, PATTERNS, rng=x, max_sweeps=1),
    "sequence cyclic": lambda x: hs.rules.sequence(PATTERNS, cyclic=x),
    "sequence projection": lambda x: hs.rules.sequence(PATTERNS, projection=x),
    "sequence zero_diagonal": lambda x: hs.rules.sequence(PATTERNS, zero_diagonal=x),
    "basins memory": lambda x: hs.basins(x, trials=2, starts=2),
    "correlation_time series": hs.correlation_time,
    "basins overlaps": lambda x: hs.basins(NET, overlaps=x, trials=2, starts=2),
    "basins trials": lambda x: hs.basins(NET, overlaps=[0.5], trials=x, starts=2),
    "basins starts": lambda x: hs.basins(NET, overlaps=[0.5], trials=2, starts=x),
    "basins within": lambda x: hs.basins(NET, overlaps=[0.5], trials=2, starts=2, within=x),
    "basins recall": lambda x: hs.basins(NET, overlaps=[0.5], trials=2, starts=2, recall=x),
    "basins rng": lambda x: hs.basins(NET, overlaps=[0.5], trials=2, starts=2, rng=x),
    "recall rng": lambda x: NET.recall(ROW, rng=x),
    "Recall.overlap patterns": lambda x: NET.recall(ROW, rng=0).overlap(x),
}


@pytest.mark.slow
@settings(max_examples=300)
@given(value=ANYTHING)
def test_nothing_crashes_whatever_comes_in(value: Any) -> None:
    """Each function answers, or raises the package's own error; its argument stays as it is."""
    for name, function in (PATTERN_TAKERS | STATE_TAKERS | ARGUMENTS).items():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                call(function, value)
            except (HopfieldError, UserWarning) as told:  # our own words; NumPy's are others
                said = str(told)
            except Exception as error:
                raise AssertionError(f"{name} raised {error!r}") from error
            else:
                continue
        assert len(said) > 10, name


def public_arguments() -> list[str]:
    """Every argument of every public function and method that takes one, by name."""
    functions: dict[str, Any] = {
        name: getattr(hs, name)
        for name in set(hs.__all__) & set(vars(hs))
        if inspect.isfunction(getattr(hs, name)) or inspect.isclass(getattr(hs, name))
    }
    functions |= {name: getattr(hs.rules, name) for name in hs.rules.RULES}
    functions |= {
        name: method
        for memory in (
            hs.BidirectionalMemory,
            hs.DenseClassifier,
            hs.DenseMemory,
            hs.GradedNetwork,
            hs.HopfieldNetwork,
            hs.KernelMemory,
            hs.RestrictedHopfield,
            hs.TrainedDenseMemory,
        )
        for name, method in inspect.getmembers(memory, callable)
        if not name.startswith("_")
    }
    return [
        f"{name} {argument}"
        for name, function in functions.items()
        for argument in inspect.signature(function).parameters
        if argument != "self"
    ]


def test_no_argument_is_forgotten() -> None:
    spins = {"states", "patterns", "a", "b", "bits", "image"}  # in the first two tables
    files = {"path", "checkpoint"}  # in the tests of model files
    missing = [
        argument
        for argument in public_arguments()
        if argument not in ARGUMENTS and argument.split()[1] not in spins | files
    ]
    assert missing == []


ONES = np.ones((1,) * 33)
REALS = np.random.default_rng(0).normal(size=(3, *(1,) * 30, 5))
REAL_MEMORIES = [
    lambda: hs.ModernHopfield(beta=1.0),
    lambda: hs.DistributedMemory(40, beta=1.0, rng=0),
]


@pytest.mark.parametrize(
    "call",
    [
        lambda: hs.theory.retrieval_overlap(ONES, 0.1),
        lambda: hs.theory.features_needed(ONES, 1.0),
        lambda: hs.theory.capacity(ONES.astype(int)),
        lambda: hs.theory.gardner_load(ONES),
        lambda: hs.mask(PATTERNS, ONES > 0),
        lambda: hs.HopfieldNetwork().store(ONES),
        lambda: hs.DenseClassifier(2).fit(ONES, [0]),
        *(lambda make=make: make().store(REALS[..., None]) for make in REAL_MEMORIES),
    ],
)
def test_arrays_have_at_most_32_axes(call: Callable[[], Any]) -> None:
    with pytest.raises(InvalidInputError, match="at most 32 axes; got 33; use"):
        call()


@pytest.mark.parametrize("make", REAL_MEMORIES)
def test_images_of_the_most_axes_are_recalled_recorded_and_kept(make: Any, tmp_path: Any) -> None:
    memory = make().store(REALS)
    run = memory.recall(REALS, record="states", max_steps=2)
    assert run.trajectory.shape == (3, *REALS.shape)
    memory.save(tmp_path / "memory.npz")
    assert hs.load(tmp_path / "memory.npz").recall(REALS[0]).states.shape == REALS[0].shape
    with pytest.raises(InvalidInputError, match="images of shape"):
        hs.checks.image_shape(np.array([1] * 31 + [5]), 5)  # as a file may say


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: hs.plotting.states(PATTERNS, (2, 3), captions=3), "captions must be a sequence"),
        (lambda: hs.experiment.images(betas="dot"), "betas must map words"),
        (lambda: hs.experiment.xor(progress=np.ones(2)), "progress must be True or False"),
    ],
)
def test_arguments_that_random_calls_found(call: Callable[[], Any], words: str) -> None:
    with pytest.raises(HopfieldError, match=words):
        call()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"sections": 3}, "sections must be a sequence of report.Section; got 3"),
        ({"versions": "1.0"}, "versions must map names"),
        ({"machine": 1}, "machine must map"),
        ({"glossary": [1]}, "glossary must map"),
        ({"title": 3}, r"sections\[0\].title must be a str; got 3"),
        ({"figures": [3]}, r"sections\[0\].figures must hold \(str, Figure\)"),
        ({"figures": [("a", "b")]}, r"sections\[0\].figures must hold"),
        ({"videos": [("a", 1)]}, r"videos must hold \(str, path\)"),
        ({"tables": [("a", [1])]}, "rows that map columns"),
    ],
)
def test_a_report_says_what_it_cannot_show(tmp_path: Any, wrong: Any, words: str) -> None:
    held = {"title": "T", "sentence": "S"}
    for name in {"title", "figures", "videos", "tables"} & set(wrong):
        held[name] = wrong.pop(name)
    given = {"sections": [hs.plotting.report.Section(**held)], "versions": {}} | wrong
    with pytest.raises(InvalidTypeError, match=words):
        hs.plotting.report.write(tmp_path, title="T", command="c", seed=0, **given)
    assert not list(tmp_path.iterdir())
