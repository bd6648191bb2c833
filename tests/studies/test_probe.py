"""Networks that learn one pattern after another, in the threads of a sweep."""

from __future__ import annotations

import functools
import threading
import time
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.experiment.common import probe
from hopfield_sim.experiment.common.given import draw


@pytest.mark.parametrize(("n", "together"), [(150, 1), (151, 2)])
def test_trials_of_small_networks_are_made_one_at_a_time(
    n: int, together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of larger ones run side by side: each waits until the other has begun."""
    begun: list[int] = []
    most: list[int] = []
    both = threading.Barrier(2)

    def learning(*_: Any) -> np.ndarray:
        begun.append(1)
        most.append(len(begun))
        if together == 2:
            both.wait(timeout=30)
        else:
            time.sleep(0.05)
        begun.pop()
        return np.zeros((1, 1), np.int64)

    monkeypatch.setattr(probe, "_learning", learning)
    ask = functools.partial(probe.overlaps, "storkey", {}, n, [1], [0], [np.random.default_rng(0)])
    workers = [threading.Thread(target=ask) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert len(most) == 2
    assert max(most) == together


@pytest.mark.parametrize("rule", ["storkey", "pseudoinverse", "hebbian"])
@pytest.mark.parametrize(("n", "numbers"), [(9, 1 << 20), (40, 1 << 20), (40, 1)])
def test_a_curve_is_recall_load_by_load(
    rule: str, n: int, numbers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether all points of it are in memory at once, or one."""
    monkeypatch.setattr(probe, "_NUMBERS", numbers)
    config = {"states": 11, "backend": "auto", "max_sweeps": 100, "kind": "hidden-manifold"}
    counts, flipped = [1, 1, 3, 8], [0, 2, n // 5, n]
    found = probe.overlaps(rule, config, n, counts, flipped, map(np.random.default_rng, (1, 2)))
    assert found.shape == (2, 4, 11)
    for rng, curve in zip(map(np.random.default_rng, (1, 2)), found, strict=True):
        patterns = draw(config, 8, n, rng)
        for count, flips, overlaps in zip(counts, flipped, curve, strict=True):
            net = hs.HopfieldNetwork(rule, zero_diagonal=rule != "storkey")
            net.store(patterns[:count], advise=False)
            targets = patterns[np.resize(rng.permutation(count), 11)]
            cues = hs.flip(targets, count=flips, rng=rng)
            run = net.recall(cues, update="sync", ties="plus", rng=rng)
            assert overlaps.tolist() == (run.states.astype(int) * targets).sum(axis=1).tolist()
