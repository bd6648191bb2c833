"""States of several networks in one call end where each network's own recall takes them."""

from __future__ import annotations

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.backends.compiled import pairs as compiled
from hopfield_sim.models.hopfield.together import settled

BACKENDS = hs.backends.available()


def networks(kind: str, n: int, backend: str, dtype: str) -> list[hs.HopfieldNetwork]:
    rng = np.random.default_rng(n)
    if kind == "tenths":  # whose fields are often 0 but for rounding
        tenths = np.triu(rng.integers(-3, 4, (3, n, n)), 1) / 10
        return [
            hs.HopfieldNetwork.from_weights(w + w.T, backend=backend, dtype=dtype) for w in tenths
        ]
    how = {"connectivity": 0.5} if kind == "sparse" else {}
    rule = "storkey" if kind in ("asymmetric", "sparse") else kind
    nets = [
        hs.HopfieldNetwork(rule, backend=backend, dtype=dtype, **how).store(
            hs.random_patterns(count, n, rng=rng), advise=False
        )
        for count in (1, max(1, n // 8), max(1, n // 3))
    ]
    if kind != "asymmetric":
        return nets
    off = [net.weights + rng.standard_normal((n, n)) / n for net in nets]
    return [hs.HopfieldNetwork.from_weights(w, backend=backend, dtype=dtype) for w in off]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("n", [1, 7, 24, 64, 65])
@pytest.mark.parametrize(
    ("kind", "dtype"),
    [("hebbian", "f8")]
    + [(k, d) for k in ("storkey", "tenths", "asymmetric", "sparse") for d in ("f4", "f8")],
)
def test_it_is_recall(backend, n, kind, dtype, monkeypatch):
    monkeypatch.setattr(compiled, "_BUDGET", 40 * n)  # a call ends after a few states
    nets = networks(kind, n, backend, dtype)
    cues = hs.random_patterns(3 * 40, n, rng=1).reshape(3, 40, n)
    before = cues.copy()
    stops: set[str] = set()
    for ties in ("keep", "plus"):
        for most in (0, 1, 2, 100):
            ends = settled(nets, cues, ties=ties, max_sweeps=most)
            for net, some, end in zip(nets, cues, ends, strict=True):
                run = net.recall(some, update="sync", ties=ties, max_sweeps=most)
                np.testing.assert_array_equal(end, run.states)
                stops |= set(run.stop)
    np.testing.assert_array_equal(cues, before)
    assert n != 24 or stops == {"fixed-point", "cycle", "max-sweeps"}
