"""The network in 60 lines of NumPy that a student reads first returns the states of the package."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

import hopfield_sim as hs

PATH = Path(__file__).parents[2] / "examples" / "hopfield_in_60_lines.py"


@pytest.fixture(scope="module")
def small():
    return runpy.run_path(str(PATH))


def test_it_has_60_lines_and_needs_numpy_alone():
    lines = PATH.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    imports = [line for line in lines if line.startswith(("import ", "from "))]
    assert imports == ["import numpy as np"]


@pytest.mark.parametrize(("n", "p"), [(4, 2), (10, 3), (16, 4), (33, 9), (64, 20), (100, 12)])
def test_it_returns_the_states_of_the_package(small, n, p):
    """Ties, fixed points and 2-cycles included: the loads are chosen so that all of them occur."""
    stops = set()
    for seed in range(5):
        patterns = hs.random_patterns(p, n, rng=seed)
        net, weights = hs.HopfieldNetwork().store(patterns), small["store"](patterns)
        np.testing.assert_array_equal(weights / n, net.weights)
        for cue in hs.random_patterns(4, n, rng=100 + seed):
            assert small["energy"](weights, cue) == pytest.approx(net.energy(cue))
            end = net.recall(cue, order="sequential").states
            np.testing.assert_array_equal(small["recall"](weights, cue), end)
            run = net.recall(cue, update="sync", max_sweeps=1000)
            np.testing.assert_array_equal(small["recall_together"](weights, cue), run.states)
            stops.add(run.stop)
    assert "fixed-point" in stops
    assert "cycle" in stops or n == 100
