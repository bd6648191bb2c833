"""Compiled cosines and sines are those of the library, at any angle."""

from __future__ import annotations

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import backends

ULP = 2.0**-53  # half a unit in the last place of a number below 1

compiled = pytest.mark.skipif(
    "cython" not in backends.available(), reason="the compiled kernels are not built here"
)


def circle(angles) -> tuple[np.ndarray, np.ndarray]:
    found = backends.get("cython").waves
    return found.circle(np.atleast_2d(np.asarray(angles, dtype=np.float64)))


@compiled
@pytest.mark.parametrize("scale", [1e-8, 1.0, 30.0, 1e4, 3e5, 1e12])
def test_they_are_exact_to_a_unit_in_the_last_place(scale) -> None:
    angles = np.random.default_rng(0).normal(size=(40, 997)) * scale
    exact = angles.astype(np.longdouble)
    for found, wanted in zip(circle(angles), (np.cos(exact), np.sin(exact)), strict=True):
        assert np.abs(found - wanted).max() < 2 * ULP


@compiled
def test_multiples_of_a_right_angle() -> None:
    """Where the difference of two large numbers is all that is left, and a quadrant begins."""
    turns = np.arange(-600_000, 600_000, 7919.0)
    angles = np.concatenate(
        [np.pi / 2 * turns, np.nextafter(np.pi / 2 * turns, 0), np.pi / 4 * (2 * turns + 1)]
    )
    cosines, sines = circle(angles)
    assert np.abs(cosines - np.cos(angles)).max() < 3 * ULP
    assert np.abs(sines - np.sin(angles)).max() < 3 * ULP
    near = np.abs(np.cos(angles)) < 1e-9  # relative to what is left there
    assert near.sum() > 50
    np.testing.assert_allclose(cosines[0][near], np.cos(angles)[near], rtol=1e-9)


@compiled
def test_special_numbers_go_to_the_library() -> None:
    angles = np.array([0.0, -0.0, 1e6, np.nextafter(1e6, 2e6), -1e300, 5e-324, np.nan])
    cosines, sines = circle(angles)
    np.testing.assert_allclose(cosines[0], np.cos(angles), rtol=0, atol=2 * ULP)
    np.testing.assert_allclose(sines[0], np.sin(angles), rtol=0, atol=2 * ULP)
    assert circle([0.0])[0].item() == 1.0
    assert circle([0.0])[1].item() == 0.0
    lone = circle([5e-324, -1e-200])[1]
    assert lone.tolist() == [[5e-324, -1e-200]]


@compiled
def test_threads_and_shapes_change_nothing(monkeypatch) -> None:
    angles = np.random.default_rng(1).normal(size=(300, 1000)) * 5
    wanted = circle(angles)
    for threads in (1, 3):
        monkeypatch.setattr(backends, "threads", lambda wish, n=threads: n)
        for found, one in zip(circle(angles), wanted, strict=True):
            np.testing.assert_array_equal(found, one)
    turned = backends.get("cython").waves.circle(np.asfortranarray(angles))
    np.testing.assert_array_equal(turned[0], wanted[0])
    rows = backends.get("cython").waves.circle(
        angles[:, 3:600]
    )  # neither contiguous nor a multiple of 8
    np.testing.assert_array_equal(rows[1], wanted[1][:, 3:600])
    assert circle(np.zeros((0, 5)))[0].shape == (0, 5)


def test_float32_and_the_reference_are_numpys() -> None:
    angles = np.linspace(-9, 9, 40, dtype=np.float32).reshape(4, 10)
    for name in backends.available():
        cosines, sines = backends.get(name).waves.circle(angles)
        assert cosines.dtype == np.float32
        np.testing.assert_array_equal(cosines, np.cos(angles))
        np.testing.assert_array_equal(sines, np.sin(angles))


@pytest.mark.parametrize("kernel", ["sincos", "cos", "exp", "expexp"])
def test_backends_agree_on_a_distributed_memory(kernel) -> None:
    rng = np.random.default_rng(0)
    patterns, states = rng.random((5, 20)) / 5, rng.random((7, 20)) / 5

    def everything(backend: str) -> list[np.ndarray]:
        memory = hs.DistributedMemory(300, 5.0, kernel=kernel, rng=0, backend=backend)
        memory.quiet = True
        memory.store(patterns)
        return [
            memory.memory,
            memory.features(states),
            memory.energy(states),
            memory.gradient(states),
            memory.recall(states, max_steps=20).states,
        ]

    reference = everything("numpy")
    for name in backends.available():
        for found, wanted in zip(everything(name), reference, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-12)
