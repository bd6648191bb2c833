"""Values of dense memories against energies of one more neuron, coin laws and bidirectional
memories; what values of all memories have in common.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, NotStoredError

KINDS = {
    "odd": lambda x: x**3,
    "even": lambda x: x**4,
    "high": lambda x: x**40,
    "rectified": lambda x: max(x, 0) ** 5,
    "exponential": lambda x: math.exp(x),
    "own": lambda x: float(abs(x) ** 3),
}
MEMORIES = {
    "odd": lambda **o: hs.DenseMemory(order=3, **o),
    "even": lambda **o: hs.DenseMemory(order=4, **o),
    "high": lambda **o: hs.DenseMemory(order=40, **o),
    "rectified": lambda **o: hs.DenseMemory("rectified", 5, **o),
    "exponential": lambda **o: hs.DenseMemory("exponential", **o),
    "own": lambda **o: hs.DenseMemory(lambda x: np.abs(x) ** 3, **o),
}


@pytest.mark.parametrize("backend", hs.backends.available())
@pytest.mark.parametrize("name", KINDS)
def test_a_value_is_where_the_energy_of_one_more_neuron_is_lowest(name: str, backend: str) -> None:
    keys, values = hs.random_patterns(14, 9, rng=1), hs.random_patterns(14, 6, rng=2)
    cues = hs.random_patterns(40, 9, rng=3)
    memory = MEMORIES[name](backend=backend).store(keys, values, advise=False)
    f = KINDS[name]
    wanted = np.empty((40, 6), int)
    for b, i in np.ndindex(40, 6):
        at = [int(keys[mu] @ cues[b].astype(int)) for mu in range(14)]
        up, down = (
            sum(f(m + y * int(v)) for m, v in zip(at, values[:, i], strict=True)) for y in (1, -1)
        )
        close = isinstance(up, float) and math.isclose(up, down, rel_tol=1e-12)
        wanted[b, i] = 1 if close or up >= down else -1
    found = memory.recall_values(cues)
    assert found.dtype == np.int8
    np.testing.assert_array_equal(found, wanted)
    np.testing.assert_array_equal(memory.recall_values(cues[0]), wanted[0])


@pytest.mark.parametrize(("n_keys", "n_pairs"), [(40, 30), (41, 31)])
def test_of_order_two_it_is_a_step_of_a_bidirectional_memory(n_keys: int, n_pairs: int) -> None:
    keys = hs.random_patterns(n_pairs, n_keys, rng=1)
    values = hs.random_patterns(n_pairs, 200, rng=2)
    fields = hs.BidirectionalMemory().store(keys, values).fields(keys)
    found = hs.DenseMemory(order=2).store(keys, values, advise=False).recall_values(keys)
    assert (fields == 0).any() == (n_keys == 40)
    np.testing.assert_array_equal(found, np.where(fields < 0, -1, 1))


@pytest.mark.parametrize(
    ("kind", "n", "p"), [(3, 40, 300), (4, 24, 700), (("rectified", 3), 31, 400), (None, 12, 250)]
)
def test_errors_of_a_step_follow_the_law_of_one_more_neuron(kind, n: int, p: int) -> None:
    pytest.importorskip("scipy")
    if kind is None:
        wanted = hs.theory.exponential_error(n + 1, p)  # ties are never met
        make = hs.DenseMemory("exponential")
    else:
        name, order = kind if isinstance(kind, tuple) else ("polynomial", kind)
        wanted = hs.theory.one_step_error(
            n + 1, p, order=order, rectified=name == "rectified", ties="plus"
        )
        make = hs.DenseMemory(name, order)
    errors = []
    for seed in range(12):
        keys, values = hs.random_patterns(p, n, rng=seed), hs.random_patterns(p, 40, rng=seed + 99)
        found = make.clear().store(keys, values, advise=False).recall_values(keys)
        errors.append((found != values).mean())
    standard = np.std(errors, ddof=1) / math.sqrt(len(errors))
    assert abs(np.mean(errors) - wanted) < 4 * standard
    assert standard < 0.15 * wanted


@pytest.mark.parametrize("backend", hs.backends.available())
def test_a_recall_has_the_values_of_where_it_ends(backend: str) -> None:
    keys, images = hs.random_patterns(20, 60, rng=1), hs.random_patterns(20, 12, rng=2)
    memory = hs.DenseMemory("rectified", 4, backend=backend).store(keys, images.reshape(20, 3, 4))
    run = memory.recall(hs.flip(keys, fraction=0.2, rng=3), rng=4)
    assert (run.states == keys).all()
    assert (run.values == images.reshape(20, 3, 4)).all()
    one = memory.recall(keys[2])
    assert one.values.shape == (3, 4)
    assert one.values.tolist() == images[2].reshape(3, 4).tolist()
    hot = memory.recall(keys, temperature=1e9, max_sweeps=2, rng=5)
    np.testing.assert_array_equal(hot.values, memory.recall_values(hot.states))
    for other in (hs.HopfieldNetwork(), hs.DenseMemory()):
        with pytest.raises(NotStoredError, match="have no values"):
            _ = other.store(keys).recall(keys).values


def test_values_come_and_go_with_their_patterns(tmp_path) -> None:
    keys, values = hs.random_patterns(6, 30, rng=1), hs.random_patterns(6, 4, rng=2)
    memory = hs.DenseMemory(np.exp).store(keys[:4], values[:4])
    memory.store(keys[4:], values[4:]).forget(1)
    left = [0, 2, 3, 4, 5]
    assert (memory.values == values[left]).all()
    assert not memory.values.flags.writeable
    memory.save(tmp_path / "values.npz")
    loaded = hs.load(tmp_path / "values.npz")
    cues = hs.random_patterns(50, 30, rng=3)
    np.testing.assert_array_equal(loaded.recall_values(cues), memory.recall_values(cues))
    loaded.store(keys[:1], values[:1])
    assert (loaded.values[-1] == values[0]).all()
    memory.clear().store(keys)
    memory.save(tmp_path / "none.npz")
    with pytest.raises(HopfieldError, match="overlaps up to 30 only"):
        hs.load(tmp_path / "none.npz").clear().store(keys, values)
    with pytest.raises(NotStoredError, match="have no values"):
        memory.recall_values(keys)


@pytest.mark.parametrize("make", [hs.DenseMemory, hs.ModernHopfield])
@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda m, x: m.store(x, [[1.0]]), "one for each pattern"),
        (lambda m, x: m.store(x, [[1.0], [np.nan]]), "values must be"),
        (lambda m, x: m.store(x, [1.0, 1.0]), "values must be"),
        (lambda m, x: m.store(x).store(x, x), "one for each pattern"),
        (lambda m, x: m.store(x, x).store(x), "values must be given"),
        (lambda m, x: m.store(x, x).store(x, np.ones((2, 3))), "values must have 4"),
        (
            lambda m, x: m.store(x, np.ones((2, 2, 3))).store(x, np.ones((2, 3, 2))),
            "values must be of shape",
        ),
        (lambda m, x: m.store(x).recall_values(x), "have no values"),
        (lambda m, x: m.store(x).values, "have no values"),
        (lambda m, x: m.recall_values(x), "nothing yet"),
        (lambda m, x: m.values, "nothing yet"),
    ],
)
def test_bad_input_is_refused_in_words_and_changes_nothing(make, call, words: str) -> None:
    memory = make()
    with pytest.raises(HopfieldError, match=words):
        call(memory, np.array([[1, 1, 1, -1], [1, -1, 1, 1]]))
    assert memory._state.patterns is None or len(memory.patterns) == 2
