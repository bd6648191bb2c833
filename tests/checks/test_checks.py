"""What is let in, what is turned away, and what the message says."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import checks
from hopfield_sim.checks import limits
from hopfield_sim.checks import words as vocabulary
from hopfield_sim.errors import InsufficientMemoryError, InvalidInputError, InvalidTypeError

# ------------------------------------------------------------------ patterns and states


def test_patterns_are_copied_to_int8_rows() -> None:
    given = np.array([[1, -1, 1], [-1, -1, 1]])
    stored = checks.patterns(given)
    assert stored.array.dtype == np.int8
    assert stored.array.flags.c_contiguous
    assert not np.shares_memory(stored.array, given)
    assert stored.shape is None
    np.testing.assert_array_equal(stored.array, given)
    same = checks.patterns(stored.array)
    assert not np.shares_memory(same.array, stored.array)


def test_images_keep_their_shape_beside_the_rows() -> None:
    images = np.sign(np.arange(24).reshape(2, 3, 4) % 5 - 1.5)
    stored = checks.patterns(images)
    assert stored.array.shape == (2, 12)
    assert stored.shape == (3, 4)
    np.testing.assert_array_equal(stored.array.reshape(2, 3, 4), images)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([[1, -1, 1, 1, 0]], r"patterns must be -1 or \+1; found 0 at \[0, 4\]; .*from_binary"),
        ([[1, 1], [1, np.nan]], r"found nan at \[1, 1\]"),
        ([[1, np.inf]], r"found inf at \[0, 1\]"),
        ([[0.5, 1]], r"found 0.5 at \[0, 0\]"),
        ([[True, False]], "True and False; .*from_binary"),
        ([[255, 0]], r"found 255 at \[0, 0\]; .*from_image"),
        (np.zeros((0, 5)), "at least one pattern"),
        (np.zeros((3, 0)), "at least one neuron"),
        ([1, -1, 1], r"one pattern a row; got shape \(3,\); .*patterns\[None, :\]"),
        (np.ones((2, 2, 2, 2)), r"got shape \(2, 2, 2, 2\)"),
        ([[1, -1], [1]], "numpy says"),
    ],
)
def test_patterns_say_what_is_wrong(value: Any, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        checks.patterns(value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "objects"),
        ([[1, None]], "objects"),
        ([[1j, 1]], "complex"),
        ([["1", "-1"]], "text"),
        (np.array([[b"1"]]), "bytes"),
        (np.zeros(2, [("spin", "i1")]), "structured"),
        (np.ma.masked_array([[1, -1]], [[True, False]]), r"masked.*\.filled"),
        ([np.ma.masked_array([1, -1], [True, False])], "masked"),
        (np.zeros((1, 2), "M8[s]"), "dates"),
    ],
)
def test_patterns_say_what_kind_is_wanted(value: Any, words: str) -> None:
    with pytest.raises(InvalidTypeError, match=words):
        checks.patterns(value)


def test_the_number_of_neurons_is_held_to() -> None:
    assert checks.patterns(np.ones((2, 6)), n_neurons=6).array.shape == (2, 6)
    assert checks.patterns(np.ones((2, 2, 3)), n_neurons=6).array.shape == (2, 6)
    with pytest.raises(InvalidInputError, match=r"6 neurons a row; got shape \(6, 2\).*transpose"):
        checks.patterns(np.ones((6, 2)), n_neurons=6)
    with pytest.raises(InvalidInputError, match=r"got shape \(2, 5\)$"):
        checks.patterns(np.ones((2, 5)), n_neurons=6)


@pytest.mark.parametrize(
    ("shape", "single", "image"),
    [((12,), True, False), ((5, 12), False, False), ((3, 4), True, True), ((5, 3, 4), False, True)],
)
def test_states_come_in_four_forms(shape: tuple[int, ...], single: bool, image: bool) -> None:
    value = np.ones(shape, int)
    batch = checks.states(value, 12, shape=(3, 4))
    assert (batch.single, batch.shape is not None) == (single, image)
    assert batch.array.shape == (1 if single else 5, 12)
    assert batch.restore(batch.array).shape == shape


def test_a_row_that_fits_as_a_batch_is_a_batch() -> None:
    # With images of one row, (1, N) could be one image or a batch of one state.
    batch = checks.states(np.ones((1, 4)), 4, shape=(1, 4))
    assert (batch.single, batch.shape) == (False, None)


def test_answers_come_back_in_the_form_of_the_question() -> None:
    single = checks.states(np.ones((2, 3)), 6, shape=(2, 3))
    assert single.restore(np.zeros((1, 6))).shape == (2, 3)
    assert single.restore(np.zeros((1, 6)), sites=False).shape == (6,)
    assert single.restore(np.zeros((7, 1, 6)), axis=1).shape == (7, 2, 3)
    assert single.restore(np.zeros((7, 1, 9)), axis=1, sites=False).shape == (7, 9)
    for answer, kind in (([0.5], float), ([2], int), (["cycle"], str), ([True], bool)):
        assert type(single.restore(np.array(answer))) is kind
    many = checks.states(np.ones((4, 6)), 6)
    assert many.restore(np.zeros((7, 4, 6)), axis=1).shape == (7, 4, 6)
    assert many.restore(np.zeros(4)).shape == (4,)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((3,), "transpose"),  # a row of P numbers, one a pattern
        ((6, 2), "transpose"),  # (N, B)
        ((5,), r"must be \(6,\) or \(B, 6\); got shape \(5,\)$"),
        ((2, 2, 3), r"got shape \(2, 2, 3\)$"),
        ((), "at least one state"),
        ((0, 6), "at least one state"),
    ],
)
def test_states_of_other_shapes_are_refused(shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        checks.states(np.ones(shape), 6, n_patterns=3)


def test_states_name_the_image_shape_that_is_wanted() -> None:
    with pytest.raises(InvalidInputError, match=r"images \(2, 3\) or \(B, 2, 3\)"):
        checks.states(np.ones((3, 2)), 6, shape=(2, 3))


# ------------------------------------------------------------------ arrays of numbers


def test_weights_are_a_fresh_float64_square() -> None:
    given = np.asfortranarray([[0, 2], [3, 0]], dtype=">i4")
    matrix = checks.weights(given)
    assert matrix.dtype == np.float64
    assert matrix.flags.c_contiguous
    np.testing.assert_array_equal(matrix, [[0, 2], [3, 0]])
    for wrong in ([[1, 2]], [1, 2], np.zeros((0, 0)), 3.0):
        with pytest.raises(InvalidInputError, match=r"square matrix \(N, N\)"):
            checks.weights(wrong)
    with pytest.raises(InvalidInputError, match=r"finite; found nan at \[1, 0\]"):
        checks.weights([[0, 1], [np.nan, 0]])
    with pytest.raises(InvalidInputError, match="finite"):
        checks.weights(np.array([["1e4000"]], dtype=np.longdouble))


def test_thresholds_are_none_a_number_or_one_a_neuron() -> None:
    np.testing.assert_array_equal(checks.thresholds(None, 3), [0, 0, 0])
    np.testing.assert_array_equal(checks.thresholds(0.5, 3), [0.5, 0.5, 0.5])
    given = np.array([1.0, 2.0, 3.0])
    answer = checks.thresholds(given, 3)
    np.testing.assert_array_equal(answer, given)
    assert not np.shares_memory(answer, given)
    assert answer.flags.writeable
    with pytest.raises(InvalidInputError, match=r"a number or \(3,\).*got shape \(2,\)"):
        checks.thresholds([1, 2], 3)
    with pytest.raises(InvalidInputError, match=r"found inf$"):
        checks.thresholds(np.inf, 3)


def test_a_mask_is_boolean_and_of_n() -> None:
    given = np.array([True, False, True, False])
    answer = checks.site_mask(given, 4, "clamp")
    np.testing.assert_array_equal(answer, given)
    assert not np.shares_memory(answer, given)
    square = checks.site_mask(given.reshape(2, 2), 4, "clamp", shape=(2, 2))
    np.testing.assert_array_equal(square, given)
    with pytest.raises(InvalidTypeError, match=r"clamp must be boolean.*np\.isin"):
        checks.site_mask([0, 2], 4, "clamp")
    with pytest.raises(InvalidInputError, match=r"\(4,\).*got shape \(2, 2\); use \.ravel\(\)"):
        checks.site_mask(given.reshape(2, 2), 4, "clamp")
    with pytest.raises(InvalidInputError, match=r"got shape \(4,\)$"):
        checks.site_mask(given, 5, "clamp")


def test_a_temperature_is_repeated_and_a_schedule_kept() -> None:
    np.testing.assert_array_equal(checks.temperatures(0.25, 3), [0.25, 0.25, 0.25])
    np.testing.assert_array_equal(checks.temperatures([2, 1, 0.5, 0], 100), [2, 1, 0.5, 0])
    assert checks.temperatures(1.0, 10**12).shape == (10**12,)  # a view: nothing is allocated
    with pytest.raises(InvalidInputError, match=r"0 or more; found -1.0 at \[1\]"):
        checks.temperatures([1, -1], 5)
    with pytest.raises(InvalidInputError, match=r"0 or more; found -0\.5$"):
        checks.temperatures(-0.5, 5)
    for wrong in ([], [[1.0]], np.nan, [np.inf]):
        with pytest.raises(InvalidInputError):
            checks.temperatures(wrong, 5)


# ------------------------------------------------------------------ single arguments


@pytest.mark.parametrize("value", [3, np.int8(3), np.uint64(3), np.array(3)])
def test_integers(value: Any) -> None:
    answer = checks.integer(value, "x", minimum=3, maximum=3)
    assert type(answer) is int
    assert answer == 3


@pytest.mark.parametrize("value", [3.0, True, np.True_, "3", None, [3], np.array([3, 4]), 3j])
def test_what_is_no_integer(value: Any) -> None:
    with pytest.raises(InvalidTypeError, match="x must be an integer; got"):
        checks.integer(value, "x")


def test_bounds_are_named() -> None:
    with pytest.raises(InvalidInputError, match="x must be 1 or more; got 0"):
        checks.integer(0, "x", minimum=1)
    with pytest.raises(InvalidInputError, match="x must be 5 or less; got 6"):
        checks.integer(6, "x", maximum=5)
    with pytest.raises(InvalidInputError, match=r"x must be from 0 to 1; got 1\.5"):
        checks.real(1.5, "x", minimum=0, maximum=1)


@pytest.mark.parametrize("value", [0.5, np.float32(0.5), np.array(0.5), np.longdouble(0.5)])
def test_reals(value: Any) -> None:
    answer = checks.real(value, "x", minimum=0.5, maximum=0.5)
    assert type(answer) is float
    assert answer == 0.5


@pytest.mark.parametrize("value", [True, np.True_, "0.5", None, [0.5], 1j, np.array([0.5])])
def test_what_is_no_real(value: Any) -> None:
    with pytest.raises(InvalidTypeError, match="x must be a real number; got"):
        checks.real(value, "x")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 10**400])
def test_reals_are_finite(value: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"x must (be finite|fit a float)"):
        checks.real(value, "x")


def test_flags() -> None:
    assert checks.flag(True, "x") is True
    assert checks.flag(np.False_, "x") is False
    for wrong in (0, 1, None, "yes"):
        with pytest.raises(InvalidTypeError, match="x must be True or False"):
            checks.flag(wrong, "x")


RULES = ("hebbian", "storkey", "pseudoinverse")


@pytest.mark.parametrize(
    ("typed", "words", "meant"),
    [
        ("storky", RULES, "storkey"),
        ("stroky", RULES, "storkey"),  # swapped, and left out
        ("Pseudo_Inverse", RULES, "pseudoinverse"),
        ("Hebb", RULES, "hebbian"),
        ("projection", RULES, "pseudoinverse"),
        ("parallel", ("async", "sync"), "sync"),
        ("snyc", ("async", "sync"), "sync"),
        ("hebbian", ("most", "all", "storkey"), "most"),
        ("l2", ("dot", "cosine", "euclidean", "manhattan"), "euclidean"),
        ("gpu", ("auto", "numpy", "cython", "cupy"), "cupy"),
    ],
)
def test_an_unknown_word_is_answered_with_the_one_meant(
    typed: str, words: tuple[str, ...], meant: str
) -> None:
    with pytest.raises(InvalidInputError, match=f'did you mean "{meant}"'):
        checks.choice(typed, words, "word")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("median", RULES),
        ("hebbianism", RULES),  # three letters too many
        ("log", ("dot", "sum")),  # two slips make any short word out of another
        ("", RULES),
        ("sync" * 30, ("async", "sync")),
    ],
)
def test_no_word_is_offered_that_is_far(typed: str, words: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInputError) as refused:
        checks.choice(typed, words, "word")
    assert "did you mean" not in str(refused.value)


def test_synonyms_lead_to_words_that_are_asked_for() -> None:
    """Each is a word of ours: an option that some function takes."""
    package = Path(checks.__path__[0]).parent
    sources = "".join(path.read_text("utf-8") for path in package.rglob("*.py"))
    for word in set(vocabulary._SYNONYMS) - {"cupy"}:
        assert sources.count(f'"{word}"') > 1, word


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: hs.flip([1, -1], 1), "flip takes states, .* by name: count=, fraction=, rng="),
        (lambda: hs.mask([1, -1], [True, False], 1), "mask takes states, keep, .* by name: fill="),
        (lambda: hs.random_patterns(2, 9, 0.5), "by name: activity=, correlation=, rng="),
        (
            lambda: hs.HopfieldNetwork().store([[1, -1]]).recall([1, 1], "sync"),
            "recall takes states, and all else by name: update=",
        ),
    ],
)
def test_what_is_given_by_name_is_named(call: Any, said: str) -> None:
    with pytest.raises(InvalidTypeError, match=said):
        call()


def test_words() -> None:
    words = RULES
    assert checks.choice("storkey", words, "rule") == "storkey"
    with pytest.raises(InvalidInputError, match='"hebbian", "storkey", "pseudoinverse"'):
        checks.choice("", words, "rule")
    with pytest.raises(InvalidTypeError):
        checks.choice(3, words, "rule")
    start = time.perf_counter()
    with pytest.raises(InvalidInputError):
        checks.choice("x" * 10**6, words, "rule")
    assert time.perf_counter() - start < 0.5


# ------------------------------------------------------------------ randomness


def test_keys_are_what_the_numpy_seed_sequence_gives() -> None:
    assert checks.key(7) == int(np.random.SeedSequence(7).generate_state(1, np.uint64)[0])
    assert checks.key(np.int64(7)) == checks.key(7)
    assert checks.key(7) != checks.key(8)
    assert checks.key(None) != checks.key(None)
    assert 0 <= checks.key(2**200) < 2**64


def test_a_generator_is_consumed_once() -> None:
    given, copy = np.random.default_rng(3), np.random.default_rng(3)
    assert checks.key(given) == int(copy.integers(0, 2**64, dtype=np.uint64))
    assert given.bit_generator.state == copy.bit_generator.state


def test_generators_follow_their_key() -> None:
    expected = np.random.Generator(np.random.PCG64(checks.key(5))).random(4)
    np.testing.assert_array_equal(checks.generator(5).random(4), expected)


@pytest.mark.parametrize("rng", [True, 1.5, "1", [1], np.random.RandomState(0)])
def test_other_sources_of_randomness_are_refused(rng: Any) -> None:
    with pytest.raises(InvalidTypeError, match="rng must be None, an integer seed or"):
        checks.key(rng)
    with pytest.raises(InvalidInputError, match="0 or more; got -1"):
        checks.key(-1)


# ------------------------------------------------------------------ memory and messages


def test_memory_is_refused_before_it_is_asked_for() -> None:
    start = time.perf_counter()
    words = "for the weights: 8,000.0 GB wanted, .* GB available; use fewer neurons"
    with pytest.raises(InsufficientMemoryError, match=words):
        checks.memory(8 * 10**12, "the weights", "use fewer neurons")
    with pytest.raises(InsufficientMemoryError, match="more than a billion GB"):
        checks.memory(10**5000, "the weights", "use fewer neurons")
    assert time.perf_counter() - start < 0.1
    checks.memory(10**6, "a little", "nothing")


def test_a_huge_view_is_not_copied() -> None:
    huge = np.broadcast_to(np.int8(1), (10**7, 10**7))
    for check in (checks.patterns, lambda value: checks.states(value, 10**7), checks.weights):
        with pytest.raises(InsufficientMemoryError):
            check(huge)


GB = 10**9


def machine(root: Path, files: dict[str, object]) -> Path:
    """A folder like / of a machine with 64 GB available and these files."""
    files = {"proc/meminfo": f"MemTotal: 9 kB\nMemAvailable:  {64 * GB // 1024} kB\n", **files}
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{content}\n")
    return root


def version_2(folder: str, most: object, used: int, cached: int = 0) -> dict[str, object]:
    at = f"sys/fs/cgroup/{folder}"
    stat = f"anon 5\nactive_file {cached // 2}\ninactive_file {cached // 2}\n"
    return {f"{at}/memory.max": most, f"{at}/memory.current": used, f"{at}/memory.stat": stat}


def version_1(folder: str, most: int, used: int, cached: int = 0) -> dict[str, object]:
    at = f"sys/fs/cgroup/memory/{folder}"
    stat = f"cache 7\ntotal_active_file {cached // 2}\ntotal_inactive_file {cached // 2}\n"
    return {
        f"{at}/memory.limit_in_bytes": most,
        f"{at}/memory.usage_in_bytes": used,
        f"{at}/memory.stat": stat,
    }


UNLIMITED = 9223372036854771712
GROUPS = {
    "none": ({}, 64 * GB),
    "unlimited": (
        {"proc/self/cgroup": "0::/a"} | version_2("a", "max", GB) | version_2("", "max", 2 * GB),
        64 * GB,
    ),
    "its own": ({"proc/self/cgroup": "0::/a"} | version_2("a", 8 * GB, 3 * GB), 5 * GB),
    "the one above": (
        {"proc/self/cgroup": "0::/a/b/c"}
        | version_2("a", 4 * GB, 3 * GB)
        | version_2("a/b", "max", 2 * GB)
        | version_2("a/b/c", 8 * GB, GB),
        GB,
    ),
    "in a container, whose files are at the top": (
        {"proc/self/cgroup": "0::/docker/1f2e"} | version_2("", 2 * GB, GB),
        GB,
    ),
    "what was read from files is given back": (
        {"proc/self/cgroup": "0::/"} | version_2("", 8 * GB, 8 * GB, cached=6 * GB),
        6 * GB,
    ),
    "over its limit": ({"proc/self/cgroup": "0::/"} | version_2("", GB, 2 * GB), 0),
    "of the first version": (
        {"proc/self/cgroup": "7:cpu,cpuacct:/x\n4:memory:/a/b\n0::/"}
        | version_1("a/b", UNLIMITED, GB)
        | version_1("a", 6 * GB, 5 * GB, cached=2 * GB)
        | version_1("", UNLIMITED, 9 * GB),
        3 * GB,
    ),
    "of the first version, beside another controller": (
        {
            "proc/self/cgroup": "4:cpuset,memory:/a\n0::/",
            "proc/self/mountinfo": "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
            "32 31 0:29 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids\n"
            "35 31 0:32 / /groups rw,relatime shared:9 - cgroup cgroup rw,cpuset,memory",
        }
        | {
            name.replace("sys/fs/cgroup/memory", "groups"): content
            for name, content in version_1("a", 6 * GB, 2 * GB).items()
        },
        4 * GB,
    ),
    "nonsense": (
        {
            "proc/self/mountinfo": "\n1 2 cgroup",
            "proc/self/cgroup": "4:memory:/\nx\n\n0::",
            "sys/fs/cgroup/memory.max": "-1 x",
        },
        64 * GB,
    ),
}


@pytest.mark.parametrize(
    ("wanted", "available", "words"),
    [
        (17_000_000, 0, "17.0 MB wanted, 0 bytes available"),
        (600_000_000, 40_000, "0.6 GB wanted, 40.0 kB available"),
        (1_040_000_000, 1_020_000_000, "1.040 GB wanted, 1.020 GB available"),
        (20_000_100, 20_000_001, "20.000100 MB wanted, 20.000001 MB available"),
        (3 * 10**18, 10**10, "more than a billion GB wanted, 10.0 GB available"),
        (10**600, 10**10, "more than a billion GB wanted, 10.0 GB available"),
    ],
)
def test_sizes_are_told_so_that_they_differ(
    wanted: int, available: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "available", lambda: available)
    with pytest.raises(InsufficientMemoryError, match=f"for this: {words}"):
        checks.memory(wanted, "this", "less")


@pytest.mark.parametrize("name", GROUPS)
def test_control_groups_bound_the_memory(name: str, tmp_path: Path) -> None:
    files, expected = GROUPS[name]
    assert limits.available(machine(tmp_path, files)) == pytest.approx(expected, abs=2048)


def test_without_proc_the_physical_memory_counts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(limits.os, "sysconf", lambda name: {"SC_PAGE_SIZE": 4096}.get(name, 1000))
    assert limits.available(tmp_path) == 4096 * 1000
    monkeypatch.setattr(limits, "available", lambda: 4096 * 1000)
    with pytest.raises(InsufficientMemoryError):
        checks.memory(2**26, "this", "less")
    monkeypatch.undo()
    monkeypatch.delattr(limits.os, "sysconf")
    assert limits.available(tmp_path) is None
    monkeypatch.setattr(limits, "available", lambda: None)
    checks.memory(2**60, "this", "less")  # a system that does not tell is not second-guessed


@pytest.mark.slow
@pytest.mark.parametrize("name", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_a_limit_of_the_process_bounds_the_memory(name: str) -> None:
    """In a process of its own, since such a limit cannot be taken back."""
    code = f"""
import resource
import numpy as np
from hopfield_sim import checks
from hopfield_sim.checks import limits
pages = open("/proc/self/statm").read().split()
used = resource.getpagesize() * int(pages[limits._STATM["{name}"]])
most = used + 2**28
resource.setrlimit(resource.{name}, (most, most))
assert abs(limits.available() - 2**28) < 2**24, limits.available()
np.ones(2**27, np.int8)
checks.memory(2**27, "this", "less")
for ask in (lambda: checks.memory(2**29, "this", "less"), lambda: np.ones(2**29, np.int8)):
    try:
        ask()
    except MemoryError as error:
        print(type(error).__name__)
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["InsufficientMemoryError", "MemoryError"]


def test_any_value_can_be_shown() -> None:
    class Rude:
        def __repr__(self) -> str:
            raise RuntimeError

    assert checks.show(Rude()) == "a value of type Rude"
    assert checks.show(10**5000) == "a value of type int"
    assert checks.show("x" * 500).endswith("...")
    assert len(checks.show(np.zeros((50, 50)))) <= 80


def test_an_array_that_refuses_to_be_one() -> None:
    class Rude:
        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            raise RuntimeError("not today")

    with pytest.raises(InvalidInputError, match="not today"):
        checks.patterns(Rude())


def test_a_warning_names_the_line_that_called() -> None:
    """Through any number of functions of the package, here one of them under another's name."""
    deep: dict[str, Any] = {"__name__": "hopfield_sim.models.deep", "warn": checks.warn}
    exec("def a(): warn('look')\ndef b(): a()", deep)
    with pytest.warns(UserWarning, match="look") as told:
        deep["b"]()
    assert told[0].filename == __file__
