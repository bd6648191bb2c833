"""The first synchronous steps: known numbers, limits, and networks."""

from __future__ import annotations

import math

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError

pytest.importorskip("scipy")

from hopfield_sim.theory import one_step_error, synchronous_overlaps


def measured(load, start, n, networks):
    """Means and standard errors of the overlaps after one and two steps."""
    means = []
    for seed in range(networks):
        patterns = hs.random_patterns(round(load * n), n, rng=seed)
        net = hs.HopfieldNetwork().store(patterns)
        cues = hs.flip(patterns[:80], count=round(n * (1 - start) / 2), rng=seed)
        run = net.recall(cues, update="sync", max_sweeps=2, record="overlap")
        means.append(run.overlaps[1:, range(80), range(80)].mean(axis=1))
    return np.mean(means, axis=0), np.std(means, axis=0, ddof=1) / math.sqrt(networks)


@pytest.mark.parametrize(("load", "start"), [(0.2, 0.5), (0.08, 0.3), (0.5, 0.9), (1.0, 0.1)])
def test_networks_take_these_steps(load, start):
    n = 1000
    means, errors = measured(load, start, n, 6)
    assert (errors < 0.004).all()
    assert (np.abs(means - synchronous_overlaps(load, start)) < 4 * errors + 1 / n).all()


def test_known_values():
    np.testing.assert_allclose(synchronous_overlaps(0.2, 0.5), [0.7366, 0.7377], atol=3e-4)
    # A cue that is the pattern: the Gaussian limit of the one-step error.
    error = one_step_error(10**6, 2 * 10**5, exact=False)
    assert synchronous_overlaps(0.2, 1.0, steps=1)[0] == pytest.approx(1 - 2 * error, abs=1e-6)


def test_limits_and_shapes():
    np.testing.assert_array_equal(synchronous_overlaps(0.0, [0.3, 0.0, -1.0]), [[1, 0, -1]] * 2)
    up, down = synchronous_overlaps(0.3, 0.7), synchronous_overlaps(0.3, -0.7)
    np.testing.assert_allclose(up, -down)
    assert synchronous_overlaps([[0.1], [0.2]], [0.1, 0.2, 0.3]).shape == (2, 2, 3)
    assert synchronous_overlaps(0.1, 0.2, steps=1).shape == (1,)
    for load, overlap, steps in ((-0.1, 0.5, 2), (0.1, 1.5, 2), (0.1, -1.5, 2), (0.1, 0.5, 3)):
        with pytest.raises(HopfieldError):
            synchronous_overlaps(load, overlap, steps)
