"""Whatever ``np.seterr`` says, every verb of every memory gives the same result.

People set ``np.seterr(all="raise")`` to find errors of their own. Numbers that vanish in a softmax,
in a high power or in a random feature are none.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

import hopfield_sim as hs

RNG = np.random.default_rng(0)
REALS = RNG.normal(size=(20, 12))
TINY, SMALLER = 1e-300 * REALS, 1e-310 * REALS
SPINS = hs.random_patterns(30, 1500, rng=1)
SMALL = SPINS[:6, :40]
INPUTS, LABELS = RNG.uniform(-1, 1, (60, 20)), np.arange(60) % 3
SIMILARITIES = ["dot", "cosine", "euclidean", "manhattan"]


def array_of(answer):
    """The numbers of an answer, be it an array, a recall or a memory."""
    if isinstance(answer, (float, np.ndarray)):
        return np.asarray(answer)
    return answer.states if hasattr(answer, "states") else answer.memories_


def modern(similarity, dtype):
    beta = 1e6 if similarity in ("cosine", "manhattan") else 100.0
    memory = hs.ModernHopfield(beta, similarity=similarity).store(REALS.astype(dtype))
    cues = (REALS + 0.1).astype(dtype)
    verbs = ["recall", "attention", *(["energy", "gradient"] * (similarity != "manhattan"))]
    calls = {verb: lambda verb=verb: getattr(memory, verb)(cues) for verb in verbs}
    made = hs.ModernHopfield(beta, similarity=similarity)
    return {
        **calls,
        "suggest_beta": lambda: memory.suggest_beta(cues),
        "forget": lambda: made.clear().store(REALS).forget(0).recall(cues),
        "tiny": lambda: made.clear().store(SMALLER).attention(TINY),
    }


def distributed(kernel):
    def made():
        return hs.DistributedMemory(200, 10.0, kernel=kernel, rng=1).store(REALS)

    memory, verbs = made(), ("energy", "gradient", "features", "recall")
    calls = {verb: lambda verb=verb: getattr(memory, verb)(10 * REALS) for verb in verbs}
    if kernel in ("sincos", "cos"):
        calls["curvature"] = lambda: memory.curvature(10 * REALS, REALS)
    return {
        **calls,
        "store": lambda: made().memory,
        "forget": lambda: made().forget(REALS[:5]).memory,
        **(
            {"curvature": lambda: memory.curvature(10 * REALS, REALS)}
            if "exp" not in kernel
            else {}
        ),
        "tiny": lambda: made().store(SMALLER).energy(TINY),
    }


def dense(interaction, order, backend):
    made = hs.DenseMemory(interaction, order, backend=backend)
    memory = hs.DenseMemory(interaction, order, backend=backend).store(SPINS)
    cues = hs.flip(SPINS[:2], fraction=0.1, rng=2)
    verbs = {v: lambda v=v: getattr(memory, v)(cues) for v in ("energy", "energy_gap")}
    for name, how in {
        "async": {},
        "sync": {"update": "sync"},
        "warm": {"temperature": 1e-3, "max_sweeps": 1},
    }.items():
        verbs[name] = lambda how=how: memory.recall(cues, rng=3, **how)
    return {
        **verbs,
        "forget": lambda: made.clear().store(SPINS[:5]).forget(0).energy(cues),
        "attractors": lambda: made.clear().store(SMALL[:2, :12]).attractors().states,
    }


def others():
    net = hs.HopfieldNetwork().store(SMALL)
    trained = hs.TrainedDenseMemory(6, 30, rng=1)
    classifier = hs.DenseClassifier(8, 30, epochs=3, rng=1)

    def fitted():
        return hs.DenseClassifier(8, 30, epochs=3, rng=1).fit(INPUTS, LABELS)

    with np.errstate(under="ignore"):
        weak = hs.HopfieldNetwork.from_weights(1e-310 * net.weights, thresholds=np.full(40, 1e-320))

    return {
        "cold": lambda: net.recall(SMALL, temperature=1e-300, rng=1),
        "forget": lambda: hs.HopfieldNetwork("storkey").store(SMALL).forget(0).weights,
        "attractors": lambda: hs.HopfieldNetwork().store(SMALL[:2, :12]).attractors().states,
        "classify": lambda: net.classify(SMALL).overlap,
        "weak": lambda: weak.recall(SMALL, temperature=1e-310, rng=1),
        "weak energy": lambda: weak.energy(SMALL),
        "score": lambda: fitted().score(INPUTS, LABELS),
        "participation": lambda: fitted().participation(INPUTS),
        "trained": lambda: trained.store(SMALL[:2]).recall(SMALL, rng=1),
        "restricted": lambda: hs.RestrictedHopfield(12, rng=1).store(SMALL).recall(SMALL),
        "fit": fitted,
        "votes": lambda: classifier.fit(INPUTS, LABELS).votes(INPUTS),
    }


CASES = {
    **{f"modern-{s}-{d}": (modern, s, d) for s in SIMILARITIES for d in ("f4", "f8")},
    **{f"distributed-{k}": (distributed, k) for k in ("sincos", "cos", "exp", "expexp")},
    **{
        f"dense-{word}-{order}-{backend}": (dense, word, order, backend)
        for word, order in (("polynomial", 3), ("rectified", 64), ("exponential", 3))
        for backend in hs.backends.available()
    },
    "others": (others,),
}


def kept():
    """Memories by their files, which are written and read again."""
    memories = {
        "hopfield": hs.HopfieldNetwork.from_weights(np.diag(np.full(9, 1e-310))),
        "dense": hs.DenseMemory("exponential").store(SMALL),
        "modern": hs.ModernHopfield().store(SMALLER),
        "distributed": hs.DistributedMemory(50, 1e-20, rng=1).store(1e-140 * REALS),
        "restricted": hs.RestrictedHopfield(3, rng=1).store(SMALL),
        "trained": hs.TrainedDenseMemory(3, 30, rng=1).store(SMALL[:2]),
        "classifier": hs.DenseClassifier(8, 30, epochs=3, rng=1).fit(INPUTS, LABELS),
    }

    def again(name):
        with TemporaryDirectory() as folder:
            memories[name].save(path := Path(folder, "model.npz"))
            read = hs.load(path)
        if name == "classifier":
            return read.decide(INPUTS)
        width = read.n_neurons if hasattr(read, "n_neurons") else 12
        return read.energy(hs.random_patterns(3, width, rng=2))

    return {name: lambda name=name: again(name) for name in memories}


CASES["kept"] = (kept,)


@pytest.mark.filterwarnings("ignore::UserWarning")  # these cues are far from what is stored
@pytest.mark.parametrize("case", CASES)
def test_results_do_not_depend_on_seterr(case):
    make, *arguments = CASES[case]
    with np.errstate(all="ignore"):
        wanted = {verb: array_of(call()) for verb, call in make(*arguments).items()}
    with np.errstate(all="raise"), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for verb, call in make(*arguments).items():
            np.testing.assert_array_equal(array_of(call()), wanted[verb], err_msg=verb)
