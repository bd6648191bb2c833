"""The driver of continuous memories: when states stop, what is kept, what is written down."""

from __future__ import annotations

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import checks
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError
from hopfield_sim.recall.observables import Subject, measures
from hopfield_sim.recall.recording import Recorder
from hopfield_sim.recall.vectors import Descent, descend


def halve(states):
    return 0.5 * states


def squares(states):
    return (states**2).sum(axis=1)


def recall(states, *, shape=None, record=(), every=None, clamp=None, max_steps=100, tol=1e-3):
    """x ← x/2 in three dimensions, with everything that a model adds to the driver."""
    given = checks.real_states(states, 3, shape=shape)
    subject = Subject(lambda walk: squares(walk.states))
    recorder = Recorder(1 if every is None else every, measures(record, subject))
    walk = descend(halve, given.array, recorder, max_steps=max_steps, tol=tol, clamp=clamp)
    return Descent(walk, recorder, given, 3, shape, None)


def test_each_state_stops_by_itself():
    # A step from x changes it by x/2, so the step from 2^-k is the first of at most 2^-10 for
    # k = 9: the start 2^m makes m + 10 steps and ends at 2^-10.
    starts = np.array([[1.0, 0, 0], [0, 8.0, 0], [0, 0, 2.0**-20]])
    run = recall(starts, tol=2.0**-10)
    assert run.steps.tolist() == [10, 13, 1]
    assert run.states.max(axis=1).tolist() == [2.0**-10, 2.0**-10, 2.0**-21]
    assert run.stop.tolist() == ["fixed-point"] * 3
    assert run.converged.all()
    assert starts[0, 0] == 1.0  # the caller's array


def test_the_step_limit():
    run = recall([[1.0, 0, 0], [1e-9, 0, 0]], max_steps=2)
    assert run.stop.tolist() == ["max-steps", "fixed-point"]
    assert run.converged.tolist() == [False, True]
    assert run.states[:, 0].tolist() == [0.25, 0.5e-9]
    still = recall([1.0, 0, 0], max_steps=0)
    assert (still.stop, still.steps, still.converged) == ("max-steps", 0, False)


def test_clamped_coordinates_stay():
    run = recall([[1.0, 2.0, 4.0]], clamp=np.array([False, True, False]))
    assert run.states[0, 1] == 2.0
    assert run.states[0, [0, 2]].max() < 1e-2
    assert run.converged.all()  # what is kept does not count as moving
    assert recall([[1.0, 2.0, 4.0]], clamp=np.ones(3, bool)).steps.tolist() == [1]


def test_rows_are_the_start_every_so_many_and_the_end():
    run = recall([[1.0, 0, 0], [0, 8.0, 0]], record=("energy", "states"), every=4, tol=2.0**-10)
    assert run.updates.tolist() == [0, 4, 8, 12, 13]
    assert run.trajectory[:, 1, 1].tolist() == [8.0, 0.5, 2.0**-5, 2.0**-9, 2.0**-10]
    # The first state rests after 10 steps and repeats itself.
    assert run.trajectory[:, 0, 0].tolist() == [1.0, 2.0**-4, 2.0**-8, 2.0**-10, 2.0**-10]
    np.testing.assert_array_equal(run.energy, (run.trajectory**2).sum(axis=2))


def test_nothing_moves_and_one_row_is_written():
    run = recall([[0.0, 0, 0]], record="energy", max_steps=0)
    assert run.updates.tolist() == [0]
    assert run.energy.tolist() == [[0.0]]


def test_what_was_not_recorded_says_how_to():
    run = recall([1.0, 0, 0], record="energy")
    with pytest.raises(HopfieldError, match=r"record='states'"):
        _ = run.trajectory
    with pytest.raises(HopfieldError, match=r"record="):
        _ = recall([1.0, 0, 0]).updates
    with pytest.raises(InvalidInputError, match='"energy", "states"'):
        recall([1.0, 0, 0], record="overlap")
    with pytest.raises(InvalidTypeError, match="record"):
        recall([1.0, 0, 0], record=3)
    with pytest.raises(InvalidInputError, match="every"):
        hs.ModernHopfield().store([[1.0, 0, 0]]).recall([1.0, 0, 0], record="energy", every=0)


def test_a_single_state_and_images_come_back_as_they_came():
    run = recall([1.0, 2.0, 4.0], record=("energy", "states"))
    assert run.states.shape == (3,)
    assert isinstance(run.stop, str)
    assert isinstance(run.steps, int)
    rows = len(run.updates)
    assert (run.energy.shape, run.trajectory.shape) == ((rows,), (rows, 3))
    shape = (1, 1, 3)  # a colour image
    run = recall(np.ones((4, *shape)), shape=shape, record="states")
    assert run.states.shape == (4, *shape)
    assert run.trajectory.shape[1:] == (4, *shape)
    assert recall(np.ones(shape), shape=shape).states.shape == shape
    assert repr(run) == "<Descent of 4 states of 3 numbers: 4 fixed-point>"


def test_real_patterns_are_copied_and_keep_float32():
    for given, wanted in (
        ([[1, 2], [3, 4]], "f8"),
        (np.ones((2, 2), np.uint8), "f8"),
        (np.ones((2, 2), ">f4"), "f4"),
        (np.asfortranarray(np.ones((2, 3), np.float32)), "f4"),
    ):
        stored = checks.real_patterns(given).array
        assert stored.dtype == np.dtype(wanted)
        assert stored.flags.c_contiguous
        assert not np.shares_memory(stored, given)
    assert checks.real_patterns(np.ones((5, 2, 3, 3))).shape == (2, 3, 3)
    assert checks.real_states(np.ones(4, np.float32), 4, dtype=np.dtype("f8")).array.dtype == "f8"


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        (np.ones(3), InvalidInputError, r"patterns\[None, :\]"),
        (np.ones((0, 3)), InvalidInputError, "at least one pattern"),
        (5.0, InvalidInputError, "at least one pattern"),
        ([[1.0, np.nan]], InvalidInputError, r"finite; found nan at \[0, 1\]"),
        ([[1.0], [np.inf]], InvalidInputError, r"finite; found inf at \[1, 0\]"),
        (np.full((1, 4), 1e38, np.float32), InvalidInputError, "divide them by a common scale"),
        (np.ones((2, 2), complex), InvalidTypeError, "complex"),
        (np.ones((2, 2), bool), InvalidTypeError, "True and False"),
        (np.ma.ones((2, 2)), InvalidTypeError, "masked"),
        (np.array([[None]]), InvalidTypeError, "objects"),
        ([[1.0], [1.0, 2.0]], InvalidInputError, "numpy says"),
    ],
)
def test_bad_patterns(bad, error, words):
    with pytest.raises(error, match=words):
        checks.real_patterns(bad)


def test_bad_states_are_told_what_is_wanted():
    with pytest.raises(InvalidInputError, match=r"3 numbers a row.*transpose"):
        checks.real_patterns(np.ones((3, 4)), n_neurons=3)
    with pytest.raises(InvalidInputError, match=r"\(4,\) or \(B, 4\); got shape \(2,\); did you"):
        checks.real_states(np.ones(2), 4, n_patterns=2)
    with pytest.raises(InvalidInputError, match=r"images \(2, 2\) or \(B, 2, 2\)"):
        checks.real_states(np.ones((3, 2, 3)), 4, shape=(2, 2))
    with pytest.raises(InvalidInputError, match="at least one state"):
        checks.real_states(np.ones((0, 4)), 4)
