"""Networks that learn one pattern after another, in the threads of a sweep."""

from __future__ import annotations

import functools
import threading
import time
from typing import Any

import numpy as np
import pytest

from hopfield_sim.experiment.common import probe


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
