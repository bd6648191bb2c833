"""Sparse modern networks: weights and energies of sparsemax, entmax and top-k."""

from __future__ import annotations

import math
import warnings
from decimal import Decimal, localcontext

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import backends
from hopfield_sim.errors import InvalidInputError, InvalidTypeError
from hopfield_sim.models import graded
from hopfield_sim.models.modern import support
from hopfield_sim.models.modern.separation import SEPARATIONS

KINDS = {
    "sparsemax": {"separation": "sparsemax"},
    "entmax 1.5": {"separation": "entmax"},
    "entmax 1.2": {"separation": "entmax", "alpha": 1.2},
    "entmax 3": {"separation": "entmax", "alpha": 3.0},
    "top-k": {"separation": "top-k", "k": 4},
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def drawn(p=40, n=12, b=9, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(p, n)), rng.normal(size=(b, n))


def alpha_of(kind):
    return {"sparsemax": 2.0, "entmax 1.5": 1.5, "entmax 1.2": 1.2, "entmax 3": 3.0}.get(kind)


def slow_weights(kind, z):
    """One row at a time: the root τ of Σ [(α − 1) z − τ]₊^{1/(α − 1)} = 1; the k largest."""
    alpha, out = alpha_of(kind), np.zeros(z.shape)
    for row, p in zip(z, out, strict=True):
        if alpha is None:
            best = sorted(range(len(row)), key=lambda i: -row[i])[:4]
            e = [math.exp(row[i] - row[best[0]]) for i in best]
            p[best] = np.array(e) / sum(e)
        else:
            y, a = (alpha - 1) * row, 1 / (alpha - 1)
            low, high = y.max() - 1, y.max()
            for _ in range(200):
                tau = (low + high) / 2
                low, high = (tau, high) if (np.maximum(y - tau, 0) ** a).sum() > 1 else (low, tau)
            p[:] = np.maximum(y - tau, 0) ** a
    return out


@every_kind
@pytest.mark.parametrize("backend", backends.available())
@pytest.mark.parametrize("similarity", ["dot", "cosine", "euclidean", "manhattan"])
def test_weights_and_a_step_are_the_definition(kind, similarity, backend):
    xi, x = drawn()
    beta = {"cosine": 5.0, "manhattan": 60.0}.get(similarity, 0.4)
    mem = hs.ModernHopfield(beta, similarity=similarity, backend=backend, **KINDS[kind]).store(xi)
    scores = {
        "dot": x @ xi.T,
        "cosine": np.corrcoef(x, xi)[: len(x), len(x) :],
        "euclidean": -0.5 * ((x[:, None] - xi) ** 2).sum(axis=2),
        "manhattan": 1 / (1 + np.abs(x[:, None] - xi).sum(axis=2)),
    }[similarity]
    p = slow_weights(kind, beta * scores)
    assert 1 < (p > 0).sum(axis=1).mean() < 40  # neither one nor all
    near = 1e-6 if kind == "entmax 3" else 1e-10  # where p leaves 0 as a root
    np.testing.assert_allclose(mem.attention(x), p, atol=near)
    w = p / xi.std(axis=1) if similarity == "cosine" else p
    run = mem.recall(x, max_steps=1)
    np.testing.assert_allclose(run.states, (w / w.sum(axis=1)[:, None]) @ xi, atol=10 * near)
    np.testing.assert_allclose(mem.recall(x[0], max_steps=1).states, run.states[0], atol=near)


@every_kind
@pytest.mark.parametrize("similarity", ["dot", "cosine", "euclidean"])
def test_the_gradient_is_the_slope_of_the_energy_which_never_rises(kind, similarity):
    xi, x = drawn(seed=1)
    beta = 5.0 if similarity == "cosine" else 0.4
    mem = hs.ModernHopfield(beta, similarity=similarity, **KINDS[kind]).store(xi)
    h = 1e-6
    steps = h * np.eye(12)
    slope = [(mem.energy(a + steps) - mem.energy(a - steps)) / (2 * h) for a in x]
    np.testing.assert_allclose(mem.gradient(x), slope, atol=1e-6)
    for step in (1.0, 0.3):
        run = mem.recall(x, step=step, record="energy", advise=False)
        assert (np.diff(run.energy, axis=0) <= 1e-12).all()
    if similarity != "cosine":
        np.testing.assert_allclose(
            mem.recall(x, max_steps=1, step=0.5).states, x - 0.5 * mem.gradient(x), atol=1e-12
        )
    if similarity == "dot":
        longest = (xi**2).sum(axis=1).max()
        inside = np.random.default_rng(2).dirichlet(np.ones(40), size=50) @ xi
        assert (mem.energy(inside) >= -1e-12).all()
        assert (mem.energy(inside) <= 2 * longest).all()


@pytest.mark.parametrize("beta", [1e-9, 1e-4, 1e-2, 1.0, 1e3])
@pytest.mark.parametrize("kind", ["sparsemax", "entmax 1.5", "entmax 1.2", "entmax 3"])
def test_the_energy_is_the_maximum_over_weights(kind, beta):
    """β⁻¹ (max_p [β p·s + H(p)] − H(1/P)), the p that the attention says, in 50 digits."""
    xi, x = drawn(b=2, seed=3)
    mem = hs.ModernHopfield(beta, **KINDS[kind]).store(xi)
    alpha, scores = Decimal(alpha_of(kind)), x @ xi.T
    with localcontext(prec=50):
        for row, p, energy, state in zip(scores, mem.attention(x), mem.energy(x), x, strict=True):
            q = [Decimal(v) for v in p]
            q = [v / sum(q) for v in q]
            powers = 40 * Decimal(40) ** -alpha - sum(v**alpha for v in q)
            soft = sum(v * Decimal(s) for v, s in zip(q, row, strict=True))
            soft += powers / (alpha * (alpha - 1) * Decimal(beta))
            wanted = 0.5 * state @ state + 0.5 * (xi**2).sum(axis=1).max() - float(soft)
            assert energy == pytest.approx(wanted, rel=1e-9)


def test_sparsemax_by_hand():
    mem = hs.ModernHopfield(0.5, separation="sparsemax").store(np.eye(3))
    np.testing.assert_allclose(mem.attention([2.0, 1.0, 0.0]), [0.75, 0.25, 0.0])
    np.testing.assert_allclose(mem.attention([2.0, 1.9, 1.8]), [2.3 / 6, 2 / 6, 1.7 / 6])
    assert mem.energy([2.0, 1.0, 0.0]) == pytest.approx(
        2.5 + 0.5 - 2 * (0.5 * (2 * 0.75 + 0.25) + 0.5 * (1 - 0.625) - 0.5 * (1 - 1 / 3))
    )
    run = mem.recall(np.eye(3)[0], record="states")  # β is too small: half the difference a step
    np.testing.assert_allclose(run.trajectory[1], [4 / 6, 1 / 6, 1 / 6])
    np.testing.assert_allclose(run.states, 1 / 3, atol=1e-5)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("backend", backends.available())
@pytest.mark.parametrize("alpha", [1.25, 1.5, 2.0, 3.0])
def test_one_step_is_exact_where_the_margin_holds_and_only_there(alpha, backend, dtype):
    """Scores that differ by 1/((α − 1) β): weight 1, and every bit of the memory in one step."""
    how = {"separation": "entmax", "alpha": alpha} if alpha != 2 else {"separation": "sparsemax"}
    xi = np.random.default_rng(4).normal(size=(50, 16)).astype(dtype)
    xi[:, 0] = 0
    xi[7, 0] = 4.0
    cue = np.zeros(16, dtype)
    cue[0] = 2.0  # scores 8 and 0
    for factor, exact in ((1.0, True), (1.5, True), (0.95, False)):
        beta = factor / ((alpha - 1) * 8)
        mem = hs.ModernHopfield(beta, backend=backend, **how).store(xi)
        weights = mem.attention(cue)
        assert (weights[7] == 1) == exact
        run = mem.recall(cue, max_steps=1)
        assert np.array_equal(run.states, xi[7]) == exact
    assert np.count_nonzero(weights) == 50


@pytest.mark.parametrize("kind", ["sparsemax", "entmax 1.5"])
def test_memories_are_fixed_points_exactly_where_they_are_separated(kind):
    """ξ·ξ − max ξ·ξ′ ≥ 1/((α − 1) β), for each memory by itself."""
    xi = np.random.default_rng(5).choice([-1.0, 1.0], size=(60, 32))
    products = xi @ xi.T
    np.fill_diagonal(products, -np.inf)
    separation = 32 - products.max(axis=1)
    needed = np.median(separation)
    mem = hs.ModernHopfield(1 / ((alpha_of(kind) - 1) * needed), **KINDS[kind]).store(xi)
    ends = mem.recall(xi, max_steps=1).states
    held = (ends == xi).all(axis=1)
    assert 0 < held.sum() < 60
    np.testing.assert_array_equal(held, separation >= needed)


def test_more_than_all_of_top_k_is_softmax_and_one_is_the_nearest():
    xi, x = drawn()
    soft = hs.ModernHopfield(0.3).store(xi)
    for k in (40, 1000):
        mem = hs.ModernHopfield(0.3, separation="top-k", k=k).store(xi)
        np.testing.assert_allclose(mem.attention(x), soft.attention(x), rtol=1e-12)
        np.testing.assert_allclose(mem.energy(x), soft.energy(x), rtol=1e-12)
    one = hs.ModernHopfield(0.3, separation="top-k", k=1).store(xi)
    np.testing.assert_array_equal(one.recall(x, max_steps=1).states, xi[(x @ xi.T).argmax(axis=1)])
    alike = np.random.default_rng(0).choice([0.0, 1.0, 2.0], size=(300, 1), p=[0.5, 0.49, 0.01])
    some = hs.ModernHopfield(1.0, separation="top-k", k=20).store(alike)
    first = np.flatnonzero(alike == 1)[: 20 - (alike == 2).sum()]
    np.testing.assert_array_equal(np.flatnonzero(some.attention([1.0]) * (alike[:, 0] == 1)), first)


@every_kind
@pytest.mark.parametrize("few", [64, 1 << 20])
@pytest.mark.parametrize("beta", [0.01, 0.3, 30.0])
def test_blocks_and_divisions_change_nothing(kind, beta, few, monkeypatch):
    """Several blocks of memories, and queries that are divided as their candidates are many."""
    monkeypatch.setattr(support, "_KEPT", few)
    xi, x = drawn(p=5000, n=6, b=5, seed=6)
    mem = hs.ModernHopfield(beta, **KINDS[kind]).store(xi.astype(np.float32))
    xi = xi.astype(np.float32).astype(float)
    p = mem.attention(x.astype(np.float32))
    one = hs.ModernHopfield(beta, **KINDS[kind]).store(xi)
    wanted = one._separation.weigh(x @ xi.T, beta)
    np.testing.assert_allclose(one.attention(x), wanted, atol=2e-6 if kind == "entmax 3" else 1e-12)
    np.testing.assert_allclose(p, wanted, atol=0.02 if kind == "entmax 3" else 1e-4)
    np.testing.assert_allclose(one.recall(x, max_steps=1).states, wanted @ xi, atol=1e-4)


@pytest.mark.slow
@every_kind
def test_a_million_memories_never_have_their_scores_together(kind):
    """Memory beside that of the memories themselves: less than the scores of eight queries."""
    tracemalloc = pytest.importorskip("tracemalloc")
    rng = np.random.default_rng(7)
    xi = rng.normal(size=(1_000_000, 8)).astype(np.float32)
    mem = hs.ModernHopfield(20.0, similarity="euclidean", **KINDS[kind]).store(xi)
    x = xi[:64] + np.float32(0.02)
    mem.recall(x[:1], max_steps=1)
    tracemalloc.start()
    ends = mem.recall(x, max_steps=1, advise=False).states
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * 8_000_000
    assert np.abs(ends - xi[:64]).max() < 0.5


@every_kind
def test_files(kind, tmp_path):
    xi, x = drawn()
    mem = hs.ModernHopfield(0.4, similarity="euclidean", **KINDS[kind]).store(xi)
    mem.save(tmp_path / "m.npz")
    again = hs.load(tmp_path / "m.npz")
    assert repr(again) == repr(mem)
    assert (again.separation, again.alpha, again.k) == (mem.separation, mem.alpha, mem.k)
    np.testing.assert_array_equal(again.recall(x).states, mem.recall(x).states)


def test_a_file_of_softmax_is_what_it_was(tmp_path):
    hs.ModernHopfield(2.0).store(np.eye(3)).save(tmp_path / "m.npz")
    with np.load(tmp_path / "m.npz") as file:
        assert not {"separation", "alpha", "k"} & set(file.files)


@every_kind
def test_the_derivative_of_a_step(kind):
    xi, x = drawn(seed=8)
    step = graded.graded(hs.ModernHopfield(0.4, **KINDS[kind]).store(xi))
    v, h = np.random.default_rng(9).normal(size=x.shape), 1e-6
    wanted = (step.step(x + h * v) - step.step(x - h * v)) / (2 * h)
    np.testing.assert_allclose(step.pulled(x, v), wanted, atol=1e-4)


@every_kind
def test_suggested_beta_gives_the_weight(kind):
    xi, _ = drawn()
    mem = hs.ModernHopfield(similarity="euclidean", **KINDS[kind]).store(xi)
    mem.beta = mem.suggest_beta(weight=0.9, fraction=0.75)
    own = mem.attention(xi).diagonal()
    assert (own >= 0.9 - 1e-9).sum() == 30
    mem.beta *= 0.999
    assert (mem.attention(xi).diagonal() >= 0.9 - 1e-9).sum() < 30


def test_clamped_and_left_out_coordinates_and_recording():
    xi, x = drawn()
    mem = hs.ModernHopfield(3.0, similarity="euclidean", separation="sparsemax").store(xi)
    seen = np.arange(12) < 6
    cue = np.where(seen, xi[:5], np.nan)
    run = mem.recall(cue, observed=seen, record=["energy", "states"])
    np.testing.assert_array_equal(run.states, xi[:5])
    assert run.trajectory.shape == (len(run.energy), 5, 12)
    held = mem.recall(x, clamp=seen, advise=False).states
    np.testing.assert_array_equal(held[:, :6], x[:, :6])


def test_all_at_one_mean_is_said():
    xi, x = drawn()
    mem = hs.ModernHopfield(1e-4, separation="sparsemax").store(xi)
    with pytest.warns(UserWarning, match="one mean of all 40 memories"):
        mem.recall(x)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        hs.ModernHopfield(30.0, similarity="euclidean", separation="entmax").store(xi).recall(xi)


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        ({"separation": "sparsmax"}, InvalidInputError, "sparsemax"),
        ({"separation": 3}, InvalidTypeError, "separation"),
        ({"separation": "top-k"}, InvalidInputError, "needs k="),
        ({"separation": "top-k", "k": 0}, InvalidInputError, "k must"),
        ({"separation": "top-k", "k": 1.5}, (InvalidInputError, InvalidTypeError), "k must"),
        ({"k": 3}, InvalidInputError, "k is for separation='top-k'"),
        ({"alpha": 1.5}, InvalidInputError, "alpha is for separation='entmax'"),
        ({"separation": "entmax", "alpha": 1.0}, InvalidInputError, "1 is separation='softmax'"),
        ({"separation": "entmax", "alpha": np.nan}, InvalidInputError, "alpha"),
        ({"separation": "entmax", "alpha": 11}, InvalidInputError, "alpha"),
    ],
)
def test_bad_input(how, error, words):
    with pytest.raises(error, match=words):
        hs.ModernHopfield(**how)


def test_no_beta_is_suggested_where_every_beta_does():
    mem = hs.ModernHopfield(separation="top-k", k=1).store(np.eye(3))
    with pytest.raises(InvalidInputError, match="at any beta"):
        mem.suggest_beta()


def test_every_kind_has_a_word_and_a_label():
    from hopfield_sim.models.labels import label

    assert list(SEPARATIONS) == ["softmax", "sparsemax", "entmax", "top-k"]
    assert [label(name) for name in SEPARATIONS] == ["softmax", "sparsemax", "α-entmax", "top k"]
