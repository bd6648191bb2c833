"""What is too large for any machine is told before it is made: never a raw MemoryError."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import course, plotting, theory
from hopfield_sim.errors import InsufficientMemoryError

MANY = 10**13
ROW = np.broadcast_to(np.int8(1), (MANY,))
SQUARE = np.broadcast_to(np.int8(1), (10**7, 10**7))
HALVES = np.broadcast_to(np.float64(0.5), (MANY,))
COUNTS = np.broadcast_to(np.int64(9), (MANY,))
SAVER = course.DataSaver()
NET = hs.HopfieldNetwork().store([[1, 1, -1, -1]])


def recording(n_rows, n_neurons):
    return SimpleNamespace(
        trajectory=np.broadcast_to(np.int8(1), (n_rows, 1, n_neurons)),
        updates=np.broadcast_to(np.int64(0), (n_rows,)),
        n_neurons=n_neurons,
    )


class Unmade:
    def __array__(self, *args, **kwargs):
        return np.ones(MANY)


TOO_LARGE = {
    "course.update": lambda: course.update(ROW, np.zeros((3, 3))),
    "course.update_async": lambda: course.update_async(ROW, np.zeros((3, 3))),
    "course.dynamics": lambda: course.dynamics(ROW, np.zeros((3, 3)), 5),
    "course.dynamics_async": lambda: course.dynamics_async(ROW, np.zeros((3, 3)), 5, 5),
    "course.energy": lambda: course.energy(ROW, np.zeros((3, 3))),
    "course.perturb_pattern": lambda: course.perturb_pattern(ROW, 1),
    "course.generate_patterns": lambda: course.generate_patterns(10**6, 10**7),
    "course.hebbian_weights": lambda: course.hebbian_weights(SQUARE),
    "course.storkey_weights": lambda: course.storkey_weights(SQUARE),
    "course.save_video": lambda: course.save_video([SQUARE], "film.gif"),
    "course.pattern_match": lambda: course.pattern_match(SQUARE, ROW[: 10**7]),
    "DataSaver.store_iter": lambda: SAVER.store_iter(ROW, np.zeros((3, 3))),
    "plotting.states": lambda: plotting.states(SQUARE),
    "plotting.states, many": lambda: plotting.states(np.broadcast_to(np.int8(1), (10**9, 4))),
    "plotting.weights": lambda: plotting.weights(SQUARE),
    "plotting.video, long": lambda: plotting.video(recording(10**11, 100), "film.gif"),
    "theory.gardner_load": lambda: theory.gardner_load(HALVES),
    "theory.one_step_error": lambda: theory.one_step_error(COUNTS, 3),
    "theory.capacity": lambda: theory.capacity(COUNTS),
    "theory.retrieval_overlap": lambda: theory.retrieval_overlap(HALVES),
    "theory.phase_lines": lambda: theory.phase_lines(HALVES),
    "hs.random_patterns": lambda: hs.random_patterns(10**7, 10**7),
    "hs.flip": lambda: hs.flip(SQUARE, count=1),
    "recall": lambda: NET.recall(np.broadcast_to(np.int8(1), (MANY, 4))),
    "an object's own array": lambda: NET.recall(Unmade()),
}


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_fits_no_machine_is_told(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InsufficientMemoryError, match="not enough memory"):
        TOO_LARGE[name]()
