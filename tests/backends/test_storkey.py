"""Storkey's rule: every backend learns the weights of the definition, to rounding."""

from __future__ import annotations

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import backends
from hopfield_sim.backends.reference.storkey import Storkey
from hopfield_sim.rules.storkey import extend

OTHERS = [name for name in backends.available() if name != "numpy"]
needs_kernels = pytest.mark.skipif(not OTHERS, reason="the compiled kernels are not built here")


def by_definition(patterns: np.ndarray) -> np.ndarray:
    """The formula of the rule, sum by sum."""
    n = patterns.shape[1]
    weights = np.zeros((n, n))
    for xi in patterns.astype(float):
        h = weights @ xi
        local = h[:, None] - np.diagonal(weights)[:, None] * xi[:, None] - weights * xi
        np.fill_diagonal(local, h - np.diagonal(weights) * xi)  # i = j is left out once
        weights += (np.outer(xi, xi) - xi[:, None] * local.T - local * xi) / n
    return weights


@pytest.mark.parametrize("name", backends.available())
@pytest.mark.parametrize(("n", "p"), [(1, 3), (5, 9), (18, 7), (33, 40), (40, 130)])
def test_weights_are_those_of_the_definition(name: str, n: int, p: int) -> None:
    patterns = hs.random_patterns(p, n, rng=n)
    wanted = by_definition(patterns)
    tolerance = 1e-12 * np.abs(wanted).max()
    with hs.use_backend(name):
        found = hs.rules.storkey(patterns, zero_diagonal=False)
        parts = extend(extend(None, patterns[: p // 3 + 1]), patterns[p // 3 + 1 :])
        single = hs.rules.storkey(patterns, zero_diagonal=False, dtype=np.float32)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=tolerance)
    np.testing.assert_allclose(parts, wanted, rtol=0, atol=tolerance)
    np.testing.assert_array_equal(found, found.T)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, wanted, rtol=0, atol=2e-5 * np.abs(wanted).max())


@needs_kernels
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize(
    ("n", "k"), [(1, 1), (2, 2), (7, 5), (16, 16), (100, 64), (100, 70), (401, 5), (401, 64)]
)
def test_what_patterns_add_is_the_references(name: str, dtype: type, n: int, k: int) -> None:
    """Up to the kernel's most patterns, and beyond, where the reference takes over."""
    rng = np.random.default_rng(n + k)
    patterns = hs.random_patterns(k, n, rng=rng).astype(dtype)
    fields = rng.normal(size=(k, n)).astype(dtype)
    surplus = rng.normal(size=n).astype(dtype)
    kept, wanted_surplus, surplus_before = fields.copy(), surplus.copy(), surplus.copy()
    growth = 1 + 2 / n
    wanted = Storkey().cues(patterns, fields, growth, wanted_surplus)
    columns = np.asfortranarray(patterns), np.asfortranarray(fields)
    found = backends.get(name).storkey.cues(*columns, growth, surplus)
    assert found.dtype == dtype
    for one, right in ((found, wanted), (surplus, wanted_surplus)):
        largest = max(1.0, float(np.abs(right).max()))
        tolerance = (1e-12 if dtype == np.float64 else 2e-5) * largest
        np.testing.assert_allclose(one, right, rtol=0, atol=tolerance)
    np.testing.assert_array_equal(fields, kept)
    assert not np.array_equal(surplus, surplus_before)
