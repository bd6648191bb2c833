"""States at rest in networks of real weights: fields are computed anew only where rounding might
matter.
"""

from __future__ import annotations

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.backends.compiled.pairs import CompiledPairs
from hopfield_sim.backends.protocol import CACHED, Dynamics, Limits, Matrix, StateBatch
from hopfield_sim.models.hopfield import couplings

COMPILED = [name for name in hs.backends.available() if name != "numpy"]
UPDATES = ("async", "sync")


@pytest.mark.parametrize("backend", COMPILED)
@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("kind", ["f4", "f8"])
@pytest.mark.parametrize("spin", [-1, 1])
@pytest.mark.parametrize(
    ("error", "rounding", "trusted"),
    [(2e-3, 1e-3, False), (2e-3, 1e-4, True), (2e-3, np.inf, False)],
)
def test_cached_fields_are_trusted_beyond_their_rounding(
    backend, update, kind, spin, error, rounding, trusted
):
    """A neuron whose cached field is wrong by ``error`` flips if that may be rounding."""
    weights = np.array([[0, 1, 1 + 1e-3], [1, 0, 0], [1 + 1e-3, 0, 0]], kind)
    limits = Limits(np.zeros(3, kind), np.zeros(3, kind), rounding)
    states = np.array([[spin, spin, -spin]], np.int8)
    fields = states.astype(kind) @ weights  # of the first neuron −1e-3 times its spin
    fields += np.array([spin * error, 3 * spin, -3 * spin], kind)
    batch = StateBatch(states, fields, np.arange(1), states.copy())
    batch.fresh[:] = CACHED
    how = Dynamics(update, "sequential", 0, 1)
    net = Matrix(weights, np.zeros(3, kind), 1.0)
    hs.backends.get(backend).pairs.advance(net, batch, limits, how, 3)
    assert batch.states[0, 0] == (spin if trusted else -spin)


@pytest.mark.parametrize("kind", ["f4", "f8"])
@pytest.mark.parametrize("n", [2, 5, 8, 60, 300])
def test_rounding_is_a_bound(n, kind):
    """Fields after many flips differ from those computed at once by less than the rule says."""
    rng = np.random.default_rng(n)
    weights = rng.standard_normal((n, n)).astype(kind)
    weights += weights.T
    net = couplings.real(weights)
    rule = couplings.limits(net, np.zeros(n), "keep", None)
    state = hs.random_patterns(1, n, rng=rng)[0]
    fields, worst = weights @ state.astype(kind), 0.0
    for flips, site in enumerate(rng.integers(0, n, 2000), 1):
        state[site] *= -1
        fields += weights[site] * weights.dtype.type(2 * state[site])
        exact = weights.astype(np.longdouble) @ state
        worst = max(worst, float(np.abs(fields - exact).max()) / (rule.rounding * (n + flips)))
    assert 0 < worst < 0.5, "half of it: the other half is for the fields computed anew"


@pytest.mark.parametrize("backend", COMPILED)
@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("rule", ["storkey", "pseudoinverse"])
def test_most_recalls_take_one_product(backend, update, rule, monkeypatch):
    xi = hs.random_patterns(10, 200, rng=0)
    net = hs.HopfieldNetwork(rule, backend=backend).store(xi)
    anew: list[int] = []
    monkeypatch.setattr(CompiledPairs, "_refresh", lambda *given: anew.append(len(given[-1])))
    run = net.recall(hs.flip(xi, count=10, rng=1), update=update, rng=2)
    assert (run.states == xi).all()
    assert run.converged.all()
    assert (run.flips == 10).all()
    assert anew == []


@pytest.mark.parametrize("backend", COMPILED)
@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("ties", ["keep", "plus"])
def test_ties_of_real_weights_are_looked_at_anew(backend, update, ties):
    """Fields of tenths that add up to 0 only but for rounding are ties, on either side of it."""
    rng = np.random.default_rng(5)
    n, tied = 12, 0
    for _ in range(12):
        tenths = np.triu(rng.integers(-3, 4, (n, n)), 1)
        tenths += tenths.T
        cues = hs.random_patterns(100, n, rng=rng)
        runs = [
            hs.HopfieldNetwork.from_weights(tenths / 10, backend=name).recall(
                cues, update=update, ties=ties, rng=1
            )
            for name in ("numpy", backend)
        ]
        np.testing.assert_array_equal(runs[1].states, runs[0].states)
        np.testing.assert_array_equal(runs[1].stop, runs[0].stop)
        rested = runs[0].states[runs[0].converged]
        tied += int((rested @ tenths == 0).any(axis=1).sum())
    assert tied > 30
