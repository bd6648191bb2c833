"""Values of modern memories against attention written out; classes as values."""

from __future__ import annotations

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError, NotStoredError


def attention(queries, keys, values, beta):
    """softmax(beta Q K^T) V, row by row."""
    rows = []
    for query in queries:
        scores = np.array([beta * np.dot(query, key) for key in keys])
        weights = np.exp(scores - scores.max())
        rows.append((weights / weights.sum()) @ values)
    return np.array(rows)


@pytest.mark.parametrize("backend", hs.backends.available())
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_values_are_those_of_attention(backend: str, dtype: str) -> None:
    rng = np.random.default_rng(0)
    keys, values = rng.normal(size=(40, 16)).astype(dtype), rng.normal(size=(40, 5)).astype(dtype)
    queries = rng.normal(size=(7, 16)).astype(dtype)
    memory = hs.ModernHopfield(0.25, backend=backend).store(keys, values)
    found = memory.recall_values(queries)
    assert found.dtype == dtype
    wanted = attention(queries.astype("f8"), keys.astype("f8"), values.astype("f8"), 0.25)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=2e-6 if dtype == "f4" else 1e-13)
    np.testing.assert_allclose(memory.recall_values(queries[0]), found[0], atol=1e-6)
    step = memory.recall(queries, max_steps=1, advise=False).states
    itself = hs.ModernHopfield(0.25, backend=backend).store(keys, keys)
    np.testing.assert_allclose(itself.recall_values(queries), step, atol=1e-5)


def test_values_in_parts_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from hopfield_sim.models.modern import attending

    rng = np.random.default_rng(1)
    memory = hs.ModernHopfield().store(rng.normal(size=(30, 4)), rng.normal(size=(30, 3)))
    queries = rng.normal(size=(11, 4))
    whole = memory.recall_values(queries)
    monkeypatch.setattr(attending, "_WEIGHTS", 90)
    np.testing.assert_allclose(memory.recall_values(queries), whole, rtol=1e-13)


def test_a_recall_has_the_values_of_where_it_ends() -> None:
    rng = np.random.default_rng(3)
    keys, images = rng.normal(size=(5, 8)), rng.normal(size=(5, 2, 3))
    memory = hs.ModernHopfield(0.7).store(keys, images)
    run = memory.recall(keys + 0.1, advise=False)
    wanted = attention(run.states, keys, images.reshape(5, 6), 0.7).reshape(5, 2, 3)
    np.testing.assert_allclose(run.values, wanted, atol=1e-12)
    assert memory.recall(keys[0], advise=False).values.shape == (2, 3)
    with pytest.raises(NotStoredError, match="no values"):
        _ = hs.ModernHopfield().store(keys).recall(keys, advise=False).values


def test_values_come_and_go_with_their_patterns(tmp_path) -> None:
    rng = np.random.default_rng(2)
    keys, images = rng.normal(size=(6, 8)), rng.normal(size=(6, 2, 3))
    memory = hs.ModernHopfield(50.0, similarity="euclidean")
    memory.store(keys[:4], images[:4]).store(keys[4:], images[4:])
    np.testing.assert_allclose(memory.recall_values(keys), images, atol=1e-6)
    assert (memory.values == images.reshape(6, 6)).all()
    assert memory.recall_values(keys[0]).shape == (2, 3)
    memory.forget(1)
    left = [0, 2, 3, 4, 5]
    np.testing.assert_allclose(memory.recall_values(keys[left]), images[left], atol=1e-6)
    memory.save(tmp_path / "values.npz")
    loaded = hs.load(tmp_path / "values.npz")
    np.testing.assert_array_equal(loaded.recall_values(keys), memory.recall_values(keys))
    memory.clear().store(keys)
    with pytest.raises(NotStoredError, match="have no values"):
        memory.recall_values(keys)


def test_unobserved_coordinates_do_not_matter() -> None:
    rng = np.random.default_rng(3)
    keys, values = rng.normal(size=(9, 12)), np.eye(9)
    seen = np.arange(12) < 8
    memory = hs.ModernHopfield(30.0, similarity="euclidean").store(keys, values)
    cues = np.where(seen, keys, np.nan)
    np.testing.assert_allclose(memory.recall_values(cues, observed=seen), values, atol=1e-3)


def test_classes_as_values_are_votes() -> None:
    """At large beta the vote is that of the nearest memory, at beta near 0 the share of classes."""
    rng = np.random.default_rng(4)
    labels = np.repeat([0, 1, 2], [10, 20, 30])
    examples, queries = rng.normal(size=(60, 5)), rng.normal(size=(25, 5))
    memory = hs.ModernHopfield(1e-9, similarity="euclidean").store(examples, np.eye(3)[labels])
    votes = memory.recall_values(queries)
    np.testing.assert_allclose(votes, np.tile([1 / 6, 1 / 3, 1 / 2], (25, 1)), atol=1e-7)
    memory.beta = 1e6
    nearest = ((queries[:, None] - examples) ** 2).sum(axis=2).argmin(axis=1)
    assert (memory.recall_values(queries).argmax(axis=1) == labels[nearest]).all()
    memory.beta = 1.0
    votes = memory.recall_values(queries)
    np.testing.assert_allclose(votes.sum(axis=1), 1, rtol=1e-12)


@pytest.mark.parametrize("name", ["cifar10", pytest.param("digits", marks=pytest.mark.slow)])
def test_at_large_beta_pictures_are_classified_as_by_their_nearest_neighbour(name: str) -> None:
    """Distances in whole numbers; a class is right if a nearest picture has it."""
    try:
        data = getattr(hs.datasets, name)()
    except HopfieldError as reason:
        pytest.skip(f"no pictures: {reason}")
    some = np.random.default_rng(0).permutation(len(data.train_images))[:400]
    images, labels = data.train_images[some].reshape(400, -1).astype(float), data.train_labels[some]
    kept, asked, pixels = slice(0, 300), slice(300, 400), images / 255.0
    memory = hs.ModernHopfield(1e9, similarity="euclidean")
    memory.store(pixels[kept], np.eye(10)[labels[kept]])
    found = memory.recall_values(pixels[asked]).argmax(axis=1)
    lengths = (images**2).sum(axis=1)
    products = images[asked] @ images[kept].T
    distances = lengths[asked, None] + lengths[None, kept] - 2 * products
    for row, of in enumerate(distances):
        assert found[row] in labels[kept][of == of.min()]
    assert (found == labels[asked]).mean() > (0.9 if name == "digits" else 0.12)
