"""Patterns: their statistics, their drawings, how they are spoilt and compared."""

from __future__ import annotations

import itertools
import string
import warnings
from pathlib import Path
from typing import Any

import imageio.v3 as imageio
import numpy as np
import pytest
from properties import given, hnp, st

import hopfield_sim as hs
from hopfield_sim.errors import InsufficientMemoryError, InvalidInputError, InvalidTypeError
from hopfield_sim.patterns import images

SPINS = st.sampled_from([-1, 1])


def within(value: float, expected: float, standard_error: float, times: float = 5.0) -> bool:
    """Whether a measured mean lies within a few standard errors of what theory says."""
    return abs(value - expected) <= times * standard_error


# ------------------------------------------------------------------ random patterns


@pytest.mark.parametrize("shape", [(1, 1), (3, 5), (7, 64), (100, 1001)])
def test_random_patterns_are_signs(shape: tuple[int, int]) -> None:
    patterns = hs.random_patterns(*shape, rng=1)
    assert patterns.shape == shape
    assert patterns.dtype == np.int8
    assert set(np.unique(patterns)) <= {-1, 1}


def test_a_seed_means_the_same_patterns_always() -> None:
    for options in ({}, {"activity": 0.3}, {"activity": 0.3, "correlation": 0.5}):
        first = hs.random_patterns(4, 50, rng=9, **options)
        np.testing.assert_array_equal(first, hs.random_patterns(4, 50, rng=9, **options))
        assert (first != hs.random_patterns(4, 50, rng=10, **options)).any()
    source = np.random.default_rng(9)
    assert (hs.random_patterns(4, 50, rng=source) != hs.random_patterns(4, 50, rng=source)).any()
    assert (hs.random_patterns(4, 50) != hs.random_patterns(4, 50)).any()


def test_more_patterns_begin_with_the_same_ones() -> None:
    few, many = hs.random_patterns(3, 41, rng=2), hs.random_patterns(8, 41, rng=2)
    np.testing.assert_array_equal(few, many[:3])


def test_fair_patterns_have_independent_bits() -> None:
    # Mean site 0, and overlaps of variance 1/N, over all pairs of patterns and of columns.
    patterns = hs.random_patterns(300, 1000, rng=3).astype(float)
    assert within(patterns.mean(), 0, 1 / np.sqrt(patterns.size))
    for rows in (patterns, patterns.T):
        p, n = rows.shape
        off = (rows @ rows.T / n)[np.triu_indices(p, 1)]
        assert within(off.mean(), 0, 1 / np.sqrt(n * off.size))
        assert within(n * (off**2).mean(), 1, np.sqrt(2 / off.size))
    # No bit of the underlying bytes is special.
    columns = patterns.reshape(-1, 8).mean(axis=0)
    assert np.abs(columns).max() < 5 / np.sqrt(patterns.size / 8)


@pytest.mark.parametrize(
    ("activity", "correlation"),
    [(0.5, 0.0), (0.5, 0.3), (0.5, 1.0), (0.2, 0.0), (0.2, 0.36), (0.8, 0.6), (0.95, 0.9)],
)
def test_activity_and_mean_overlap_are_what_was_asked(activity: float, correlation: float) -> None:
    p, n = 24, 40_000
    patterns = hs.random_patterns(p, n, activity=activity, correlation=correlation, rng=4)
    mean = 2 * activity - 1
    expected = max(correlation, mean**2)
    # Sites are independent: N of them, each with the average over patterns or pairs in [-1, 1].
    sites = patterns.astype(float)
    per_site = sites.mean(axis=0)
    assert within((per_site.mean() + 1) / 2, activity, per_site.std() / 2 / np.sqrt(n) + 1e-12)
    pairs = ((sites.sum(axis=0)) ** 2 - p) / (p * (p - 1))
    assert within(pairs.mean(), expected, pairs.std() / np.sqrt(n) + 1e-12)
    # Every pattern has that activity, not only their average.
    each = (patterns > 0).mean(axis=1)
    assert np.abs(each - activity).max() <= 5 * np.sqrt(activity * (1 - activity) / n)


def test_correlated_patterns_are_alike_through_one_prototype() -> None:
    # Each pattern overlaps by r = √c with the prototype, which at activity ½ is what the majority
    # of many patterns shows. (Patterns alike in pairs only would have no such majority.)
    correlation = 0.25
    patterns = hs.random_patterns(1001, 400, correlation=correlation, rng=5)
    prototype = np.sign(patterns.sum(axis=0, dtype=int))
    overlaps = hs.overlap(prototype, patterns)
    assert within(overlaps.mean(), np.sqrt(correlation), 1 / np.sqrt(patterns.size))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"activity": 0.2, "correlation": 0.3}, r"from 0\.36 to 1 at activity 0\.2.*got 0\.3"),
        ({"activity": 1.0, "correlation": 0.5}, "from 1 to 1"),
        ({"correlation": -0.1}, "correlation must be from 0 to 1"),
        ({"correlation": 1.1}, "correlation must be from 0 to 1"),
        ({"activity": -0.1}, "activity must be from 0 to 1"),
        ({"activity": np.nan}, "activity must be finite"),
    ],
)
def test_impossible_statistics_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        hs.random_patterns(3, 10, **options)


def test_extreme_activities() -> None:
    assert (hs.random_patterns(3, 50, activity=1.0, correlation=1.0) == 1).all()
    assert (hs.random_patterns(3, 50, activity=0.0) == -1).all()


def test_too_many_patterns_are_refused_at_once() -> None:
    with pytest.raises(InsufficientMemoryError, match="draw fewer"):
        hs.random_patterns(10**7, 10**7)
    with pytest.raises(InsufficientMemoryError):
        hs.random_patterns(10**400, 3)


# ------------------------------------------------------------------ drawings


@pytest.mark.parametrize(("side", "square"), [(50, 5), (4, 1), (7, 3), (3, 10), (1, 1)])
def test_checkerboard_by_its_definition(side: int, square: int) -> None:
    board = hs.checkerboard(side, square)
    assert board.shape == (side * side,)
    assert board.dtype == np.int8
    for row, column in itertools.product(range(side), repeat=2):
        white = (row // square + column // square) % 2 == 0
        assert board[row * side + column] == (1 if white else -1)


def test_the_default_checkerboard_is_the_courses() -> None:
    board = hs.checkerboard().reshape(50, 50)
    assert (board[:5, :5] == 1).all()
    assert (board[:5, 5:10] == -1).all()
    assert board.sum() == 0


@pytest.mark.parametrize("size", [5, 6, 7, 8, 10, 13, 20, 31])
def test_all_glyphs_differ_at_every_size(size: int) -> None:
    drawn = hs.glyphs(string.ascii_uppercase + string.digits, size)
    assert drawn.shape == (36, size * size)
    assert drawn.dtype == np.int8
    assert len(np.unique(drawn, axis=0)) == 36
    assert len(np.unique(np.vstack([drawn, -drawn]), axis=0)) == 72


def test_glyphs_are_enlarged_evenly() -> None:
    small, large = hs.glyphs("HOPFIELD", 5), hs.glyphs("HOPFIELD", 15)
    enlarged = np.kron(small.reshape(8, 5, 5), np.ones((1, 3, 3), np.int8))
    np.testing.assert_array_equal(large, enlarged.reshape(8, 225))
    np.testing.assert_array_equal(hs.glyphs("ABA", 10)[0], hs.glyphs("ABA", 10)[2])
    assert hs.glyphs().shape == (26, 100)


def test_a_glyph_looks_like_its_letter() -> None:
    letter = hs.glyphs("L", 5).reshape(5, 5)
    assert (letter[:, 0] == 1).all()
    assert (letter[-1] == 1).all()
    assert (letter[:-1, 1:] == -1).all()
    mirrored = hs.glyphs("AHIMOTUVWXY", 10).reshape(-1, 10, 10)
    np.testing.assert_array_equal(mirrored, mirrored[:, :, ::-1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("AB?", r"found '\?' at \[2\]"),
        ("aB", r"found 'a' at \[0\]; use text\.upper\(\)"),
        ("", "at least"),
    ],
)
def test_unknown_characters_are_named(text: str, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        hs.glyphs(text)


# ------------------------------------------------------------------ bits and images


@pytest.mark.parametrize("kind", [bool, np.uint8, np.int64, np.float32])
def test_from_binary(kind: type) -> None:
    bits = np.array([[0, 1, 1], [1, 0, 1]], kind)
    spins = hs.from_binary(bits)
    assert spins.dtype == np.int8
    np.testing.assert_array_equal(spins, [[-1, 1, 1], [1, -1, 1]])


def test_from_binary_names_what_is_no_bit() -> None:
    with pytest.raises(InvalidInputError, match=r"0 or 1; found 2 at \[1, 0\]"):
        hs.from_binary([[0, 1], [2, 1]])
    with pytest.raises(InvalidInputError, match="needs no conversion"):
        hs.from_binary([1, -1])
    with pytest.raises(InvalidInputError, match="nan"):
        hs.from_binary([0.0, np.nan])
    with pytest.raises(InvalidInputError, match="non-empty"):
        hs.from_binary([])


def best_threshold(grey: np.ndarray[Any, Any]) -> float:
    """Otsu's criterion at every level by its definition, with two classes made explicitly."""
    levels = np.unique(grey)
    scores = []
    for level in levels[:-1]:
        dark, bright = grey[grey <= level], grey[grey > level]
        shares = dark.size * bright.size / grey.size**2
        scores.append(shares * (bright.mean() - dark.mean()) ** 2)
    return float(levels[int(np.argmax(scores))])


@pytest.mark.parametrize("seed", range(5))
def test_the_threshold_is_otsus(seed: int) -> None:
    source = np.random.default_rng(seed)
    dark, bright = source.normal(60, 20, (20, 30)), source.normal(150, 30, (20, 30))
    grey = np.where(source.random((20, 30)) < 0.3, bright, dark).clip(0, 255).astype(np.uint8)
    expected = np.where(grey > best_threshold(grey.astype(float)), 1, -1).ravel()
    np.testing.assert_array_equal(hs.from_image(grey), expected)
    # Its scale and offset do not matter, nor that they make it a float.
    np.testing.assert_array_equal(hs.from_image(grey / 1000 - 7), expected)


def test_many_levels_go_through_a_histogram() -> None:
    # With more than 256 levels the threshold is right to one bin, and parts two clear groups.
    source = np.random.default_rng(1)
    bright = source.random((40, 50)) < 0.4
    grey = np.where(bright, source.uniform(5, 6, (40, 50)), source.uniform(1, 2, (40, 50)))
    np.testing.assert_array_equal(hs.from_image(grey), np.where(bright, 1, -1).ravel())


def test_colours_become_luminance() -> None:
    red, green, blue, black = [255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0]
    # Brightness .587 for green against .299 and .114: green alone is bright, or green and red.
    picture = np.array([[green, blue], [black, black]], np.uint8)
    np.testing.assert_array_equal(hs.from_image(picture), [1, -1, -1, -1])
    grey = images._grey(np.array([[red, green, blue]], np.uint8))
    np.testing.assert_allclose(grey, [[0.299, 0.587, 0.114]])
    np.testing.assert_array_equal(
        hs.from_image(picture[:, :, :1] * 0 + [[[9]], [[1]]]), [1, 1, -1, -1]
    )


def test_opacity_is_over_white() -> None:
    # Black ink on a transparent ground, as a drawing program writes it: the ground is bright.
    picture = np.zeros((2, 2, 4), np.uint8)
    picture[0, 0, 3] = 255
    np.testing.assert_array_equal(hs.from_image(picture), [-1, 1, 1, 1])
    np.testing.assert_array_equal(hs.from_image(picture / 255), [-1, 1, 1, 1])
    np.testing.assert_array_equal(hs.from_image(picture[:, :, 2:]), [-1, 1, 1, 1])


def test_resizing_averages_over_areas() -> None:
    source = np.random.default_rng(2)
    grey = source.random((12, 18))
    np.testing.assert_allclose(
        images.resize(grey, (4, 6)), grey.reshape(4, 3, 6, 3).mean(axis=(1, 3))
    )
    np.testing.assert_allclose(
        images.resize(grey, (24, 36)), np.kron(grey, np.ones((2, 2))), rtol=1e-12
    )
    # Sizes that do not divide: the mean stays, and cells are shared in proportion.
    assert images.resize(grey, (5, 7)).mean() == pytest.approx(grey.mean(), rel=1e-12)
    np.testing.assert_allclose(images.resize(np.array([[0.0, 6.0, 12.0]]), (1, 2)), [[2.0, 10.0]])


def test_an_image_file_is_read_and_resized(tmp_path: Path) -> None:
    board = hs.checkerboard(20, 5).reshape(20, 20)
    grey = np.where(board > 0, 200, 40).astype(np.uint8)
    for name in ("board.png", "board.gif"):
        imageio.imwrite(tmp_path / name, grey)
        np.testing.assert_array_equal(hs.from_image(tmp_path / name), board.ravel())
    np.testing.assert_array_equal(
        hs.from_image(str(tmp_path / "board.png"), shape=(4, 4)), hs.checkerboard(4, 1)
    )


def test_only_image_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("no picture at all")
    with pytest.raises(InvalidInputError, match="cannot be read as a picture"):
        hs.from_image(tmp_path / "notes.png")
    for path in (tmp_path / "no.png", tmp_path, "http://localhost/a.png", "x" * 5000):
        with pytest.raises(InvalidInputError, match="there is no file"):
            hs.from_image(path)
    with pytest.raises(InvalidInputError, match="image must not contain a zero byte"):
        hs.from_image("a\0b")


@pytest.mark.parametrize(
    ("image", "shape", "words"),
    [
        (np.full((3, 4), 7), None, "single grey level"),
        (np.full((30, 41, 3), 0.1), None, "single grey level"),
        (np.full((30, 41), 0.1), (7, 9), "single grey level"),
        ([[0.0, np.nan]], None, r"finite; found nan at \[0, 1\]"),
        (np.zeros(5), None, r"got shape \(5,\)"),
        (np.zeros((2, 2, 5)), None, r"got shape \(2, 2, 5\)"),
        (np.zeros((0, 2)), None, "got shape"),
        ([[0, 1]], (2,), r"\(height, width\)"),
        ([[0, 1]], (0, 2), r"shape\[0\] must be 1 or more"),
    ],
)
def test_what_is_no_picture(image: Any, shape: Any, words: str) -> None:
    with pytest.raises(InvalidInputError, match=words):
        hs.from_image(image, shape)


def test_enormous_levels_do_not_overflow() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(hs.from_image([[-1e308, 1e308, -1e308]]), [-1, 1, -1])
        np.testing.assert_array_equal(hs.from_image([[1e-308, 2e-308, 1e-308]]), [-1, 1, -1])
        with pytest.raises(InvalidInputError, match="single grey level"):
            hs.from_image([[[0, 0], [0, 0]]])  # black, and nothing of it to be seen


# ------------------------------------------------------------------ flipping and covering


@given(
    states=hnp.arrays(
        np.int8, hnp.array_shapes(min_dims=1, max_dims=3, max_side=7), elements=SPINS
    ),
    share=st.floats(0, 1),
    seed=st.integers(0, 2**64),
)
def test_flip_changes_exactly_that_many_sites(
    states: np.ndarray[Any, Any], share: float, seed: int
) -> None:
    n = states.size // (len(states) if states.ndim > 1 else 1)
    before = states.copy()
    flipped = hs.flip(states, fraction=share, rng=seed)
    np.testing.assert_array_equal(states, before)
    assert flipped.shape == states.shape
    assert flipped.dtype == np.int8
    changed = (flipped != states).reshape(-1, n).sum(axis=1)
    assert (changed == np.floor(share * n + 1e-9)).all()
    np.testing.assert_array_equal(hs.flip(states, count=int(changed[0]), rng=seed), flipped)


@pytest.mark.parametrize(("fraction", "n", "count"), [(0.7, 10, 7), (0.29, 100, 29), (0.2, 34, 6)])
def test_fractions_are_rounded_down_but_not_by_rounding_errors(
    fraction: float, n: int, count: int
) -> None:
    assert (hs.flip(np.ones(n), fraction=fraction, rng=0) == -1).sum() == count


def test_every_set_of_sites_is_equally_likely() -> None:
    # All 20 sets of 3 out of 6 sites: χ² with 19 degrees of freedom, mean 19, variance 38.
    n_states = 20_000
    flipped = hs.flip(np.ones((n_states, 6), int), count=3, rng=6) < 0
    seen = np.unique(flipped @ (1 << np.arange(6)), return_counts=True)[1]
    assert len(seen) == 20
    expected = n_states / 20
    assert within(((seen - expected) ** 2 / expected).sum(), 19, np.sqrt(38))


def test_states_of_a_batch_are_flipped_independently_across_blocks() -> None:
    # 100 sites of 25 000: several blocks. Two states share count²/N sites on average, with the
    # variance of the hypergeometric law.
    n, count, n_states = 25_000, 5000, 100
    flipped = hs.flip(np.ones((n_states, n), np.int8), count=count, rng=7) < 0
    shared = (flipped.astype(np.float32) @ flipped.T.astype(np.float32))[
        np.triu_indices(n_states, 1)
    ]
    mean = count**2 / n
    variance = mean * (1 - count / n) ** 2 * n / (n - 1)
    assert within(shared.mean(), mean, np.sqrt(variance / shared.size))
    assert within(shared.var() / variance, 1, np.sqrt(2 / shared.size))


def test_flip_wants_exactly_one_of_count_and_fraction() -> None:
    for options, word in (({}, "neither"), ({"count": 1, "fraction": 0.5}, "both")):
        with pytest.raises(InvalidInputError, match=f"exactly one.*got {word}"):
            hs.flip([1, 1], **options)
    for options in ({"count": 3}, {"count": -1}, {"fraction": 1.1}, {"fraction": np.nan}):
        with pytest.raises(InvalidInputError):
            hs.flip([1, 1], **options)


def test_mask_covers_what_is_not_kept() -> None:
    states = np.array([[1, -1, 1, -1], [-1, -1, 1, 1]])
    keep = np.array([True, True, False, False])
    np.testing.assert_array_equal(hs.mask(states, keep), [[1, -1, -1, -1], [-1, -1, -1, -1]])
    np.testing.assert_array_equal(hs.mask(states[0], keep, fill=1), [1, -1, 1, 1])
    square = hs.mask(states.reshape(2, 2, 2), keep.reshape(2, 2), fill=1)
    np.testing.assert_array_equal(square, [[[1, -1], [1, 1]], [[-1, -1], [1, 1]]])
    np.testing.assert_array_equal(states, [[1, -1, 1, -1], [-1, -1, 1, 1]])
    with pytest.raises(InvalidInputError, match=r"fill must be -1 or \+1; got 0"):
        hs.mask(states, keep, fill=0)
    with pytest.raises(InvalidTypeError, match="keep must be boolean"):
        hs.mask(states, [0, 1, 0, 1])


# ------------------------------------------------------------------ comparing


@given(data=st.data(), n=st.integers(1, 20), b=st.integers(1, 5), p=st.integers(1, 5))
def test_overlap_hamming_and_match_agree_with_loops(
    data: st.DataObject, n: int, b: int, p: int
) -> None:
    states = data.draw(hnp.arrays(np.int8, (b, n), elements=SPINS))
    patterns = data.draw(hnp.arrays(np.int8, (p, n), elements=SPINS))
    overlaps, found = hs.overlap(states, patterns), hs.match(states, patterns)
    distances = hs.hamming(states[:, None], patterns)
    assert overlaps.dtype == np.float64
    assert found.dtype == distances.dtype == np.int64
    for i, state in enumerate(states.tolist()):
        rows = patterns.tolist()
        assert found[i] == (rows.index(state) if state in rows else -1)
        for mu, pattern in enumerate(rows):
            different = sum(s != x for s, x in zip(state, pattern, strict=True))
            assert distances[i, mu] == different
            assert overlaps[i, mu] == (n - 2 * different) / n  # exactly: one rounding in both


def test_a_single_state_loses_the_batch_axis() -> None:
    patterns = hs.random_patterns(3, 8, rng=1)
    assert hs.overlap(patterns[0], patterns).shape == (3,)
    assert type(hs.match(patterns[1], patterns)) is int
    assert type(hs.hamming(patterns[0], patterns[1])) is int
    assert hs.hamming(patterns[0], patterns).shape == (3,)


def test_the_first_of_equal_patterns_is_matched() -> None:
    patterns = np.array([[1, 1, -1], [1, -1, 1], [1, -1, 1]])
    assert hs.match(patterns[2], patterns) == 1
    assert hs.match(-patterns[2], patterns) == -1


def test_images_compare_as_images() -> None:
    glyphs = hs.glyphs("AB").reshape(2, 10, 10)
    np.testing.assert_array_equal(hs.match(glyphs[::-1], glyphs), [1, 0])
    assert hs.match(glyphs[1], glyphs) == 1
    np.testing.assert_array_equal(hs.overlap(glyphs, glyphs).diagonal(), [1, 1])


def test_rows_that_cannot_be_compared() -> None:
    with pytest.raises(InvalidInputError, match="equal length"):
        hs.hamming([1, 1], [1, 1, 1])
    with pytest.raises(InvalidInputError, match=r"use a\[:, None\]"):
        hs.hamming(np.ones((2, 4)), np.ones((3, 4)))
    with pytest.raises(InvalidInputError, match="transpose"):
        hs.overlap(np.ones((4, 2)), np.ones((3, 4)))
    with pytest.raises(InsufficientMemoryError):
        hs.hamming(np.ones((200_000, 1, 2)), np.ones((200_000, 2)))
