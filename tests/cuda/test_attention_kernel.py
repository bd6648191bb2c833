"""Attention of few queries by its kernel: against sums in extended precision, and the reference's
array code, whatever the size, the block and the schedule.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import stand_in
from stand_in import EFFORT, REAL

import hopfield_sim as hs
from hopfield_sim.backends.cuda import attention as engine
from hopfield_sim.backends.reference.attention import Attention, Memories

FORMS = ("plain", "scaled", "keys", "distances")
TYPES = (("f8", "f8"), ("f4", "f4"), ("f4", "f8"))
SIZES = (
    ((1, 1), (9, 33), (70, 12)),
    ((1, 1), (2, 7), (8, 32), (9, 33), (70, 257)),
    (
        *itertools.product((1, 2, 7, 8, 9, 63, 130), (1, 2, 31, 32, 33, 65, 257)),
        (4099, 3),
        (9000, 2),
    ),
)[EFFORT]
BLOCKS = (32, 64, 128, None)
TOLERANCE = {"f8": 2e-14, "f4": 1e-5}


def setting(form, p, n, b, types, seed):
    """Memories and queries, some near a memory; with parameters of scores."""
    rng = np.random.default_rng([p, n, b, seed, *form.encode()])
    patterns = rng.normal(size=(p, n)).astype(types[0])
    queries = rng.normal(size=(b, n))
    queries[0] = patterns[-1] + 0.1 * queries[0]
    words = {}
    if form == "scaled":
        words = {"scale": rng.uniform(0.5, 2, p), "bias": rng.normal(size=p)}
    if form == "keys":
        words = {"keys": patterns - patterns[0], "scale": rng.uniform(0.5, 2, p)}
    if form == "distances":
        words = {"mask": (rng.random(n) < 0.8).astype(types[0])}
    return Memories(patterns, **words), queries.astype(types[1])


def extended(memories, queries, beta):
    """The sums of ``Attended``, by their definition, in extended precision."""
    xi, q = (a.astype(np.longdouble) for a in (memories.patterns, queries))
    scale = np.ones(len(xi)) if memories.scale is None else memories.scale
    if memories.mask is None:
        keys = xi if memories.keys is None else memories.keys.astype(np.longdouble)
        scores = scale * (q @ keys.T) + (0 if memories.bias is None else memories.bias)
    else:
        scores = 1 / (1 + (memories.mask * abs(q[:, None] - xi)).sum(axis=2))
    e = np.exp(beta * (scores - scores.max(axis=1, keepdims=True)))
    return (e * scale) @ xi / (e @ scale)[:, None], e.sum(axis=1), e @ scale


def there(device, memories):
    arrays = {
        name: None if array is None else device.upload(array)
        for name, array in vars(memories).items()
    }
    return Memories(**arrays)


def compare(device, form, p, n, b, types, beta, chunks=512, seed=0):
    memories, queries = setting(form, p, n, b, types, seed)
    wanted = extended(memories, queries, beta)
    tolerance, size = TOLERANCE[types[1]], abs(memories.patterns).max()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_CHUNKS", chunks)
        for device.block in BLOCKS:
            found = engine.CudaAttention(device).attend(
                there(device, memories), device.upload(queries), beta
            )
            assert found.target.dtype == queries.dtype
            np.testing.assert_allclose(found.target.get(), wanted[0], rtol=0, atol=tolerance * size)
            np.testing.assert_allclose(found.mass.get(), wanted[1], rtol=tolerance)
            np.testing.assert_allclose(found.scaled.get(), wanted[2], rtol=tolerance)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("types", TYPES)
def test_the_sums_by_their_definition(cupy, device, form, types):
    """To 2e-14 of the largest number in float64, to 1e-5 in float32; flat with few memories for a
    block, steep with half of them.
    """
    for (p, n), b, chunks in itertools.product(SIZES, (1, 3), (512, 2)):
        steep = 2.0 if form == "distances" else 2.0 / np.sqrt(n)
        compare(device, form, p, n, b, types, steep if chunks == 2 else 1e-3, chunks)


def test_memories_of_length_one_at_beta_50(cupy, device):
    rng = np.random.default_rng(7)
    xi = rng.normal(size=(300, 40))
    xi /= np.linalg.norm(xi, axis=1, keepdims=True)
    q = (xi[:4] + xi[4:8]) / 2
    for types in TYPES:
        memories, queries = Memories(xi.astype(types[0])), q.astype(types[1])
        wanted = extended(memories, queries, 50.0)[0]
        cuda = engine.CudaAttention(device)
        found = cuda.attend(there(device, memories), device.upload(queries), 50.0).target.get()
        np.testing.assert_allclose(found, wanted, rtol=0, atol=TOLERANCE[types[1]])


def test_the_nearest_memory_for_every_beta(cupy, device):
    """No overflow, and no nothing divided by nothing: the largest score always counts as 1."""
    for types in TYPES:
        memories, queries = setting("scaled", 40, 33, 3, types, 1)
        cuda = engine.CudaAttention(device)
        found = cuda.attend(there(device, memories), device.upload(queries), 1e300)
        wanted = Attention().scores(memories, queries).argmax(axis=1)
        rounding = 4 * float(np.finfo(queries.dtype).eps)
        np.testing.assert_allclose(found.target.get(), memories.patterns[wanted], rtol=rounding)
        np.testing.assert_array_equal(found.mass.get(), 1.0)


@pytest.mark.skipif(REAL, reason="it is the stand-in that counts")
def test_few_queries_take_one_launch_a_step(cupy):
    rng = np.random.default_rng(3)
    for similarity in ("dot", "cosine", "euclidean", "manhattan"):
        memory = hs.ModernHopfield(20.0, similarity=similarity, backend="cupy")
        memory.store(rng.normal(size=(30, 12)))
        for count, launches in ((1, ["attend"]), (4, ["attend"]), (5, [])):
            states = cupy.asarray(rng.normal(size=(count, 12)))
            memory.attention(states)
            stand_in.counts.clear()
            memory.recall(states, max_steps=1, advise=False)
            assert stand_in.counts.launches == launches
            assert stand_in.counts.up == stand_in.counts.down == []
