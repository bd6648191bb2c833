"""States of modern networks near one of P orthogonal patterns, beside the network itself."""

from __future__ import annotations

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError

pytest.importorskip("scipy")


def hadamard(n: int) -> np.ndarray:
    """n orthogonal patterns of ±1."""
    whole = np.ones((1, 1))
    while len(whole) < n:
        whole = np.block([[whole, whole], [whole, -whole]])
    return whole


@pytest.mark.parametrize("count", [2, 3, 10, 16])
def test_a_network_of_orthogonal_patterns_is_at_the_overlap_of_theory(count: int) -> None:
    xi = hadamard(64)[:count]
    critical = hs.theory.modern_critical_beta(count)
    for factor in (0.97, 1.03, 1.6):
        memory = hs.ModernHopfield(factor * critical / 64).store(xi)
        end = memory.recall(xi[0], max_steps=5000, tol=1e-13, advise=False).states
        found = end @ xi[0] / 64
        theory = hs.theory.modern_retrieval_overlap(count, factor * critical)
        if factor < 1:  # all patterns are in it alike
            assert theory == 0
            assert found == pytest.approx(1 / count, abs=1e-6)
        else:
            assert found == pytest.approx(theory, abs=1e-8)


@pytest.mark.parametrize("count", [3, 100, 10**12])
def test_the_critical_beta_is_the_least_on_the_curve(count: int) -> None:
    """b = ln((P − 1) m/(1 − m)) / (m − (1 − m)/(P − 1)), scanned."""
    m = 1 - np.geomspace(1e-9, 0.5, 200_001)
    curve = np.log((count - 1) * m / (1 - m)) / (m - (1 - m) / (count - 1))
    assert hs.theory.modern_critical_beta(count) == pytest.approx(curve.min(), rel=1e-8)


def test_ends() -> None:
    assert hs.theory.modern_critical_beta(1) == 0
    assert hs.theory.modern_critical_beta(2) == 2  # the Ising model's, b/2 = 1
    assert hs.theory.modern_retrieval_overlap(1, 0.0) == 1
    m = hs.theory.modern_retrieval_overlap(2, 3.0)
    assert 2 * m - 1 == pytest.approx(np.tanh(1.5 * (2 * m - 1)))
    assert hs.theory.modern_retrieval_overlap(50, 1e6) == 1
    both = hs.theory.modern_retrieval_overlap([[3], [9]], [0.0, 9.0])
    assert both.shape == (2, 2)
    for bad in (0, 2.5, "x", [1, -1]):
        with pytest.raises(HopfieldError, match="n_patterns"):
            hs.theory.modern_critical_beta(bad)
