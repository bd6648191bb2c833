"""Other packages from PyPI, each asked for what it does best, in an environment of their own.

A peer's result is compared with ours before its time counts. What a user would keep, such as stored
weights, is made before the clock starts; what every call does is inside.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hopfield_sim as hs
from benchmarks import classifier
from benchmarks.measure import Contest, quicker
from benchmarks.recall_rows import SWEEPS, TEMPERATURE, Task, recall_warm, task
from benchmarks.row import NotMeasured, Row, same

Way = Callable[[], Any]


def peer(module: str) -> Any:
    """A peer's module, or the reason why it cannot be used."""
    try:
        return import_module(module)
    except Exception as error:  # a peer may fail in any way when it is imported
        reason = " ".join(str(error).split())[:200]
        raise NotMeasured(f"{module}: {type(error).__name__}: {reason}") from error


# ------------------------------------------------------------------ zero temperature

FEW = 5
SEED = 0  # of patterns that are all fixed points: every right recall ends in one, bit by bit


def _one_by_one(recall: Callable[[Task], Callable[[NDArray[Any]], Any]], update: str) -> Contest:
    """A peer that takes one state a call."""
    t = task(1000, 50, 200, seed=SEED)
    net = t.net()
    run = recall(t)
    same([run(cue.copy()) for cue in t.cues[:FEW]], _ends(net, t, update)[:FEW])
    return Contest(
        lambda: net.recall(t.cues, update=update, n_threads=1, rng=0),
        lambda: [run(cue.copy()) for cue in t.cues[:FEW]],
        len(t.cues),
        FEW,
        "state",
    )


def _ends(net: hs.HopfieldNetwork, t: Task, update: str = "async") -> NDArray[np.int8]:
    """Where ours ends; at this load that is the pattern itself, whatever the order of visits."""
    ends = net.recall(t.cues, update=update, rng=0).states
    same(ends, np.resize(t.patterns, ends.shape))
    return ends


def hopfieldkit(t: Task) -> Callable[[NDArray[Any]], Any]:
    """A fresh order every sweep, one dot product a visit."""
    net = peer("hopfieldkit").HopfieldNetwork(t.n).fit(t.patterns)
    return lambda cue: net.recall(cue, seed=0)


def hopfieldnetwork(update: str) -> Callable[[Task], Callable[[NDArray[Any]], Any]]:
    """The package of that name, to convergence."""

    def prepare(t: Task) -> Callable[[NDArray[Any]], Any]:
        net = peer("hopfieldnetwork").HopfieldNetwork(N=t.n)
        net.train_pattern(t.patterns.T)

        def recall(cue: NDArray[Any]) -> Any:
            net.set_initial_neurons_state(cue)
            net.update_neurons(1, update, run_max=True)
            return net.S

        return recall

    return prepare


def neurodynex(update: str) -> Callable[[Task], Callable[[NDArray[Any]], Any]]:
    """The exercises of Neuronal Dynamics: as many steps as are told, here the fewest that do."""

    def prepare(t: Task) -> Callable[[NDArray[Any]], Any]:
        net = peer("neurodynex3.hopfield_network.network").HopfieldNetwork(t.n)
        net.weights = t.net().weights.copy()  # its own store takes minutes at this size
        getattr(net, f"set_dynamics_sign_{update}")()

        def recall(cue: NDArray[Any]) -> Any:
            net.set_state_from_pattern(cue)
            net.run(nr_steps=2)
            return net.state

        return recall

    return prepare


def _dwave(t: Task) -> tuple[Any, Any, Any]:
    """D-Wave's samplers, the network as their model (exact integers), and dimod."""
    samplers, dimod = peer("dwave.samplers"), peer("dimod")
    xi = t.patterns.astype(np.float64)
    couplings = np.triu(-(xi.T @ xi), 1)
    rows, columns = np.triu_indices(t.n, 1)
    model = dimod.BinaryQuadraticModel.from_numpy_vectors(
        np.zeros(t.n), (rows, columns, couplings[rows, columns]), 0.0, "SPIN"
    )
    return samplers, model, dimod


def dwave_cold() -> Contest:
    """Simulated annealing without heat: from each cue, two sweeps in order, every gain taken."""
    t = task(1000, 50, 200, seed=SEED)
    net = t.net()
    samplers, model, _ = _dwave(t)
    sampler = samplers.SimulatedAnnealingSampler()

    def recall() -> Any:
        return sampler.sample(
            model, initial_states=t.cues, num_sweeps=2, beta_range=(1e3, 1e3), seed=0
        )

    return _batch(t, net, recall)


def dwave_descent() -> Contest:
    """Steepest descent: always the neuron that gains most."""
    t = task(1000, 50, 200, seed=SEED)
    samplers, model, _ = _dwave(t)
    sampler = samplers.SteepestDescentSampler()
    return _batch(t, t.net(), lambda: sampler.sample(model, initial_states=t.cues, seed=0))


def _batch(t: Task, net: hs.HopfieldNetwork, recall: Callable[[], Any]) -> Contest:
    same(recall().record.sample, _ends(net, t))
    return Contest(
        lambda: net.recall(t.cues, n_threads=1, rng=0), recall, len(t.cues), len(t.cues), "state"
    )


# ------------------------------------------------------------------ positive temperature


def dwave_warm() -> Contest:
    """Gibbs sampling at a temperature, by the slope of the time in the number of sweeps."""
    t = task(1000, 50, 50, seed=SEED)
    net = t.net()
    samplers, model, _ = _dwave(t)
    sampler = samplers.SimulatedAnnealingSampler()
    beta = 1 / (TEMPERATURE * t.n)  # the model's couplings are N·W

    def sample(sweeps: int) -> Any:
        return sampler.sample(
            model,
            initial_states=t.cues,
            num_sweeps=sweeps,
            beta_range=(beta, beta),
            proposal_acceptance_criteria="Gibbs",
            seed=0,
        )

    long, short = 60, 10
    _equal_overlaps(t, recall_warm(net, t.cues)().states, sample(short).record.sample)
    return Contest(
        recall_warm(net, t.cues, long),
        lambda: sample(long),
        len(t.cues) * (long - short) * t.n,
        len(t.cues) * (long - short) * t.n,
        "visit",
        spare=lambda: sample(short),
        ours_spare=recall_warm(net, t.cues, short),
    )


def hopfieldnetwork_warm() -> Contest:
    """The heat bath of the package hopfieldnetwork, one state a call."""
    t = task(1000, 50, 200, seed=SEED)
    ours = t.net()
    net = peer("hopfieldnetwork").HopfieldNetwork(N=t.n)
    net.train_pattern(t.patterns.T)

    def recall(cue: NDArray[Any]) -> Any:
        net.set_initial_neurons_state(cue)
        net.update_neurons_with_finite_temp(SWEEPS, "async", 1 / TEMPERATURE)
        return net.S

    np.random.seed(0)  # noqa: NPY002  (its own generator)
    theirs = np.array([recall(cue.copy()) for cue in t.cues[:FEW]])
    _equal_overlaps(t, recall_warm(ours, t.cues)().states, theirs)
    return Contest(
        recall_warm(ours, t.cues),
        lambda: recall(t.cues[0].copy()),
        len(t.cues) * SWEEPS * t.n,
        SWEEPS * t.n,
        "visit",
    )


def _equal_overlaps(t: Task, ours: NDArray[Any], theirs: NDArray[Any]) -> None:
    """Both samples have the same mean overlap with their patterns, within five standard errors."""
    means = []
    for states in (ours, theirs):
        patterns = np.resize(t.patterns, (len(states), t.n))
        m = (states * patterns.astype(float)).mean(axis=1)
        means.append((m.mean(), m.std(ddof=1) / np.sqrt(len(m))))
    (a, a_error), (b, b_error) = means
    errors = abs(a - b) / np.hypot(a_error, b_error)
    assert errors < 5, f"mean overlap {b:.4f} where ours is {a:.4f}: {errors:.1f} standard errors"


# ------------------------------------------------------------------ the modern continuous network


def modern(library: str, queries: int, beta: float = 8.0) -> Contest:
    """One update of a batch of queries: softmax(β Q Ξᵀ) Ξ, for 10 000 memories of 784 numbers.

    These have length 1. With β = 8 a query's own memory has a quarter of the weight, with β = 200
    all of it, and nearly all weights are 0 in float32.
    """
    if not hasattr(hs, "ModernHopfield"):
        raise NotMeasured("this version of hopfield_sim has no ModernHopfield")
    rng = np.random.default_rng(0)
    xi = rng.standard_normal((10_000, 784), np.float32) / np.float32(28)
    own = rng.permutation(10_000)[:queries]
    q = xi[own] + rng.standard_normal((queries, 784), np.float32) / np.float32(56)
    mem = hs.ModernHopfield(beta=beta).store(xi)
    ways = {"torch": _torch, "jax": _jax}[library](xi, q, beta)

    def ours() -> Any:
        return mem.recall(q, max_steps=1, tol=0.0).states

    for way in ways:
        same(way(), ours(), tolerance=1e-4)
    return Contest(ours, quicker(*ways), queries, queries, "query")


def _torch(xi: NDArray[np.float32], q: NDArray[np.float32], beta: float) -> list[Way]:
    """Three operations, and its attention, which fuses them."""
    torch = peer("torch")
    torch.set_num_threads(1)
    memories, states = torch.from_numpy(xi), torch.from_numpy(q)

    def update() -> Any:
        with torch.inference_mode():
            return torch.softmax(beta * (states @ memories.T), dim=-1) @ memories

    def fused() -> Any:
        attend = torch.nn.functional.scaled_dot_product_attention
        with torch.inference_mode():
            key = memories[None, None]
            return attend(states[None, None], key, key, scale=beta)[0, 0]

    return [update, fused]


def _jax(xi: NDArray[np.float32], q: NDArray[np.float32], beta: float) -> list[Way]:
    jax = peer("jax")
    memories, states = jax.numpy.asarray(xi), jax.numpy.asarray(q)
    step = jax.jit(lambda s, m: jax.nn.softmax(beta * (s @ m.T), axis=-1) @ m)
    return [lambda: step(states, memories).block_until_ready()]


ASYNC = "asynchronous recall"
SYNC = "synchronous recall"
GLAUBER = f"Glauber, T = {TEMPERATURE}"
MODERN = "modern network, 10 000 memories of 784, float32"
ROWS = [
    Row("dwave-descent", ASYNC, "dwave-samplers, steepest descent", 10, 30, dwave_descent),
    Row("dwave-cold", ASYNC, "dwave-samplers, annealing at T = 0", 10, 30, dwave_cold),
    Row("hopfieldkit", ASYNC, "hopfieldkit", 10, 30, lambda: _one_by_one(hopfieldkit, "async")),
    Row("hopfieldnetwork", ASYNC, "hopfieldnetwork", 10, 30,
        lambda: _one_by_one(hopfieldnetwork("async"), "async")),
    Row("neurodynex", ASYNC, "neurodynex3", 10, 30,
        lambda: _one_by_one(neurodynex("async"), "async")),
    Row("hopfieldnetwork-sync", SYNC, "hopfieldnetwork", None, None,
        lambda: _one_by_one(hopfieldnetwork("sync"), "sync")),
    Row("neurodynex-sync", SYNC, "neurodynex3", None, None,
        lambda: _one_by_one(neurodynex("sync"), "sync")),
    Row("dwave-warm", GLAUBER, "dwave-samplers, Gibbs; slopes in sweeps", 3, 8, dwave_warm),
    Row("hopfieldnetwork-warm", GLAUBER, "hopfieldnetwork", None, None, hopfieldnetwork_warm),
    Row("torch-classifier", "dense classifier, an epoch of 10 000 images, K = 100, n = 20",
        "torch, the quickest of three ways", 1, 2, classifier.contest),
    *(
        Row(f"{library}-{queries}", f"{MODERN}, {queries} at once", library, None, None,
            lambda library=library, queries=queries: modern(library, queries))
        for library in ("torch", "jax")
        for queries in (1, 100)
    ),
    *(
        Row(f"{library}-sharp", f"{MODERN}, 100 at once, β = 200", library, None, None,
            lambda library=library: modern(library, 100, 200.0))
        for library in ("torch", "jax")
    ),
]  # fmt: skip
