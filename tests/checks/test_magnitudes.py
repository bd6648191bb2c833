"""Numbers at the ends of floats, arrays of too many axes: a finite answer, or a refusal of the
package. Never a NaN out of finite numbers.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.errors import HopfieldError

X = np.random.default_rng(0).normal(size=(4, 6))
SCALES = (0.0, 1e-320, 1e-300, 1e-160, 1e-40, 1e40, 1e150, 1e300, 1.7e308)
BETAS = (1e-25, 1.0, 1e80, 1e200, 1e300)
SIMILARITIES = ("dot", "cosine", "euclidean", "manhattan")
KERNELS = ("sincos", "cos", "exp", "expexp")
DEEP = np.ones((1,) * 33)
LONG = np.full((2, 6), np.longdouble(10) ** 300 * np.longdouble(10) ** 300)


def answer(call):
    """The numbers of an answer, or nothing when it is refused."""
    try:
        found = call()
    except HopfieldError:
        return np.zeros(0)
    return np.asarray(getattr(found, "states", found), np.float64)


def scaled(scale):
    return np.sign(X) * scale if scale > 1e307 else X * scale


@pytest.mark.filterwarnings("ignore::UserWarning")  # most of this is advised against
@pytest.mark.parametrize("similarity", SIMILARITIES)
@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_modern_networks_give_no_nan(dtype, similarity):
    verbs = ["recall", "attention", *(["energy", "gradient"] * (similarity != "manhattan"))]
    answered = 0
    for scale, beta, verb in itertools.product(SCALES, BETAS, verbs):
        with np.errstate(over="ignore"):
            x = scaled(scale).astype(dtype)
        if not np.isfinite(x).all():
            continue
        found = answer(
            lambda x=x, beta=beta, verb=verb: getattr(
                hs.ModernHopfield(beta, similarity=similarity).store(x), verb
            )(x)
        )
        assert np.isfinite(found).all(), (scale, beta, verb)
        answered += found.size > 0
    assert answered > 10


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kernel", KERNELS)
def test_distributed_memories_give_no_nan(kernel):
    verbs = ("energy", "gradient", "features", "recall")
    answered = 0
    for scale, beta, verb in itertools.product(SCALES, BETAS, verbs):
        found = answer(
            lambda scale=scale, beta=beta, verb=verb: getattr(
                hs.DistributedMemory(9, beta, kernel=kernel, rng=1).store(scaled(scale)), verb
            )(scaled(scale))
        )
        assert not np.isnan(found).any(), (scale, beta, verb)
        answered += found.size > 0
    assert answered > 20


MEMORIES = {
    "hopfield": lambda: hs.HopfieldNetwork(),
    "dense": lambda: hs.DenseMemory(),
    "modern": lambda: hs.ModernHopfield(),
    "distributed": lambda: hs.DistributedMemory(9, rng=1),
    "kernel": lambda: hs.KernelMemory(),
    "restricted": lambda: hs.RestrictedHopfield(2, rng=1),
    "trained": lambda: hs.TrainedDenseMemory(2, rng=1),
}


@pytest.mark.parametrize("name", MEMORIES)
def test_numbers_that_no_float64_holds_are_refused(name):
    with pytest.raises(HopfieldError):
        MEMORIES[name]().store(LONG)


@pytest.mark.parametrize("name", ["hopfield", "dense", "kernel", "restricted", "trained"])
def test_arrays_of_many_axes_are_refused(name):
    with pytest.raises(HopfieldError, match="shape"):
        MEMORIES[name]().store(DEEP)


@pytest.mark.parametrize(
    "call",
    [
        lambda: hs.overlap(DEEP, DEEP),
        lambda: hs.flip(DEEP, count=1),
        lambda: hs.from_image(DEEP),
        lambda: hs.HopfieldNetwork.from_weights(DEEP),
        lambda: hs.HopfieldNetwork.from_weights(LONG[:, :2]),
        lambda: hs.HopfieldNetwork().store(np.sign(X)).recall(DEEP),
        lambda: hs.ModernHopfield(LONG[0, 0]),
        lambda: hs.DenseClassifier(4).fit(LONG, [0, 1]),
    ],
)
def test_other_verbs_refuse_them_too(call):
    with pytest.raises(HopfieldError):
        call()
