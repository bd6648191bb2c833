"""Votes and pulls of the compiled engine are the reference's, and those are the formula's."""

from __future__ import annotations

import numpy as np
import pytest

from hopfield_sim import backends
from hopfield_sim.backends.reference import powers
from hopfield_sim.backends.reference.voting import Voting

compiled = pytest.mark.skipif(
    "cython" not in backends.available(), reason="the compiled kernels are not built here"
)
SHAPES = [(5, 1, 2), (7, 16, 3), (9, 33, 4), (20, 100, 10)]
ORDERS = [2, 3, 4, 5, 10, 20, 30, 64]
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}


def problem(shape, dtype, seed=0):
    b, k, c = shape
    rng = np.random.default_rng(seed)
    low = rng.normal(0.4, 0.5, (b, k)).astype(dtype)
    steps = rng.normal(0, 0.3, (c, k)).astype(dtype)
    return low, steps, rng.normal(size=(b, c)).astype(dtype)


def exact(low, steps, order, signal):
    """The formulas, number by number, and the sizes of what is added up."""
    b, k, c = *low.shape, len(steps)
    votes, visible, classes = np.zeros((b, c)), np.zeros((b, k)), np.zeros((c, k))
    size = [np.zeros_like(x) for x in (votes, visible, classes)]

    def power(x, n):
        return max(float(x), 0.0) ** n

    for s in range(b):
        for m in range(k):
            f, p = power(low[s, m], order), power(low[s, m], order - 1)
            for a in range(c):
                high = float(low[s, m] + steps[a, m])  # the sum as it is rounded
                g = float(signal[s, a])
                votes[s, a] += power(high, order) - f
                size[0][s, a] += power(high, order) + f
                visible[s, m] += g * (power(high, order - 1) - p)
                size[1][s, m] += abs(g) * (power(high, order - 1) + p)
                classes[a, m] += g * power(high, order - 1)
                size[2][a, m] += abs(g) * power(high, order - 1)
    return (votes, visible, classes), size


@pytest.mark.parametrize("name", backends.available())
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ORDERS)
def test_both_engines_compute_the_formulas(name, dtype, order) -> None:
    nothing = 10 * powers.floor(order, np.dtype(dtype)) ** (order - 1)
    for shape in SHAPES[:3]:
        low, steps, signal = problem(shape, dtype)
        wanted, sizes = exact(low, steps, order, signal)
        found = (
            backends.get(name).voting.votes(low, steps, order),
            *backends.get(name).voting.pull(low, steps, order, signal),
        )
        for a, b, size in zip(found, wanted, sizes, strict=True):
            assert a.shape == b.shape
            assert (np.abs(a - b) <= TOLERANCE[dtype] * size + nothing).all()


@compiled
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ORDERS)
def test_the_compiled_engine_is_the_reference(dtype, order) -> None:
    for shape in SHAPES:
        low, steps, signal = problem(shape, dtype, seed=1)
        kept = low.copy(), steps.copy(), signal.copy()
        one = Voting().votes(low, steps, order)
        size = Voting().votes(low, np.abs(steps), order).max()
        np.testing.assert_allclose(
            backends.get("cython").voting.votes(low, steps, order),
            one,
            rtol=0,
            atol=TOLERANCE[dtype] * size,
        )
        for a, b in zip(
            backends.get("cython").voting.pull(low, steps, order, signal),
            Voting().pull(low, steps, order, signal),
            strict=True,
        ):
            np.testing.assert_allclose(a, b, rtol=0, atol=TOLERANCE[dtype] * np.abs(b).max())
        for array, before in zip((low, steps, signal), kept, strict=True):
            np.testing.assert_array_equal(array, before)


@compiled
def test_parts_of_a_batch_give_the_same_bits() -> None:
    low, steps, signal = problem((20, 100, 10), np.float32)
    votes = backends.get("cython").voting.votes(low, steps, 7)
    visible, _ = backends.get("cython").voting.pull(low, steps, 7, signal)
    for start in range(20):
        part = slice(start, start + 3)
        np.testing.assert_array_equal(
            backends.get("cython").voting.votes(low[part], steps, 7), votes[part]
        )
        np.testing.assert_array_equal(
            backends.get("cython").voting.pull(low[part], steps, 7, signal[part])[0], visible[part]
        )


@pytest.mark.parametrize("name", backends.available())
def test_what_would_be_denormal_is_nothing(name) -> None:
    """At the floor powers end: no digits are lost below it, and none are computed there."""
    for dtype in (np.float32, np.float64):
        floor = powers.floor(30, np.dtype(dtype))
        low = np.array([[-1, floor * 0.99, floor * 1.01]], dtype)
        steps = np.array([[1, 1, 1], [0, 0, 0]], dtype)
        votes = backends.get(name).voting.votes(low, steps, 30)
        assert votes[0, 1] == 0
        assert votes[0, 0] == pytest.approx((1 + floor * 0.99) ** 30 + (1 + floor * 1.01) ** 30)
        _, classes = backends.get(name).voting.pull(low, steps, 30, np.ones((1, 2), dtype))
        assert classes[1, 0] == classes[1, 1] == 0 < classes[1, 2]
        assert classes[1, 2] >= np.finfo(dtype).tiny


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ORDERS)
def test_up_to_the_ceiling_nothing_overflows(dtype, order) -> None:
    for terms in (2, 2000):
        top = powers.ceiling(order, np.dtype(dtype), terms)
        with np.errstate(over="raise"):
            total = terms * powers.rectified(np.array([top], dtype), order)
        assert np.isfinite(total).all()
        assert total[0] > 1e-5 * np.finfo(dtype).max  # and not far below


# ---------------------------------------------------------------- every bit of a state


def bits(shape, dtype):
    """Overlaps, steps and bits as a memory has them, and a signal."""
    b, k, n = shape
    rng = np.random.default_rng(b)
    low, steps = rng.normal(0.4, 0.5, (b, k)), rng.normal(0, 0.3, (n, k))
    signs = rng.choice([-1.0, 1.0], (b, n))
    return [x.astype(dtype) for x in (low, steps, signs, rng.normal(size=(b, n)))]


@pytest.mark.parametrize("name", backends.available())
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("shape", [(1, 1, 1), (5, 7, 3), (4, 16, 4), (3, 33, 9)])
def test_answers_and_their_pull_are_the_formulas(name, dtype, order, shape) -> None:
    """In double precision with overlaps as they are rounded; exact zeros where nothing votes."""
    low, steps, signs, signal = given = bits(shape, dtype)
    kept = [x.copy() for x in given]
    answered = backends.get(name).voting.answers(low, steps, signs, order)
    found = answered.votes, answered.sizes, *answered.pull(signal)
    for x, before in zip(given, kept, strict=True):
        np.testing.assert_array_equal(x, before)
    turned = (low[:, None] - signs[:, :, None] * steps).astype(np.float64)
    h, x, g = (a.astype(np.float64) for a in (low, signs, signal))
    h, turned = np.maximum(h, 0), np.maximum(turned, 0)
    p, q = h ** (order - 1), turned ** (order - 1)
    energy, others = (p * h).sum(axis=1)[:, None], (q * turned).sum(axis=2)
    both = p[:, None] + q
    wanted = (
        (x * (energy - others), energy + others),
        (both.sum(axis=2), both.sum(axis=2)),
        (np.einsum("bi,bik->bk", g * x, p[:, None] - q), np.einsum("bi,bik->bk", abs(g), both)),
        (np.einsum("bi,bik->ik", g, q), np.einsum("bi,bik->ik", abs(g), q)),
    )
    nothing = 10 * powers.floor(order, np.dtype(dtype)) ** (order - 1)
    for a, (value, size) in zip(found, wanted, strict=True):
        assert a.shape == value.shape
        assert (np.abs(a - value) <= TOLERANCE[dtype] * size + nothing * max(shape)).all()


@pytest.mark.parametrize("name", backends.available())
def test_memories_that_do_not_hear_say_nothing(name) -> None:
    low, steps, signs, signal = bits((3, 5, 6), np.float64)
    answered = backends.get(name).voting.answers(-abs(low) - 10, steps, signs, 3)
    for found in (answered.votes, answered.sizes, *answered.pull(signal)):
        assert (found == 0).all()


@compiled
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("order", [2, 3, 20])
@pytest.mark.parametrize("shape", [(3, 5, 7), (4, 33, 10), (2, 100, 13)])
def test_vectors_of_every_length_give_the_same_bits(dtype, order, shape) -> None:
    from hopfield_sim.backends.kernels import voting as kernels

    low, steps, signs, signal = bits(shape, dtype)
    voting, found = backends.get("cython").voting, []
    try:
        for length in (64, 32, 16):
            kernels.limit(length)
            answered = voting.answers(low, steps, signs, order)
            classes = voting.votes(low, steps, order), *voting.pull(low, steps, order, signal)
            found.append([answered.votes, answered.sizes, *answered.pull(signal), *classes])
    finally:
        kernels.limit(64)
    for shorter in found[1:]:
        for a, b in zip(found[0], shorter, strict=True):
            np.testing.assert_array_equal(a, b)
