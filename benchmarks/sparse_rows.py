"""Diluted networks against honest baselines: the same network as a matrix, and SciPy's products."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hopfield_sim as hs
from benchmarks import baselines, limits
from benchmarks.limits import Work
from benchmarks.measure import Contest
from benchmarks.row import NotMeasured, Row, same

N, INPUTS, PATTERNS, STATES = 4000, 40, 8, 200


def _problem() -> tuple[hs.HopfieldNetwork, NDArray[np.int8]]:
    """A diluted network, and cues of which a tenth of the bits is flipped."""
    patterns = hs.random_patterns(PATTERNS, N, rng=1)
    net = hs.HopfieldNetwork(connectivity=hs.random_graph(N, INPUTS, rng=1)).store(patterns)
    return net, hs.flip(np.resize(patterns, (STATES, N)), fraction=0.1, rng=0)


def _contest(net: hs.HopfieldNetwork, cues: NDArray[np.int8], update: str, other: Any) -> Contest:
    def ours() -> Any:
        return net.recall(cues, update=update, n_threads=1, rng=0)

    same(other(), ours().states)
    return Contest(ours, other, STATES, STATES, "state")


def against_the_matrix(update: str) -> Contest:
    """The same network with its zeros, which is 128 MB of real numbers."""
    net, cues = _problem()
    matrix = hs.HopfieldNetwork.from_weights(net.weights)
    return _contest(
        net,
        cues,
        update,
        lambda: matrix.recall(cues, update=update, n_threads=1, rng=0).states,
    )


def against_scipy() -> Contest:
    """Compressed rows times all states, every step."""
    try:
        from scipy import sparse
    except ImportError as error:
        raise NotMeasured("SciPy is not here") from error
    net, cues = _problem()
    graph = net.graph
    assert graph is not None
    assert graph.weights is not None
    values = np.rint(N * graph.weights).astype(np.float32)  # whole, as Hebb's are: ties are exact
    columns = sparse.csr_array((values, graph.inputs, graph.starts), shape=(N, N)).T
    return _contest(net, cues, "sync", lambda: baselines.gemm_every_step(columns, cues))


def work(update: str) -> Work:
    """An addition along every coupling for the first fields, and along those of flipped spins."""
    net, cues = _problem()
    flips = float(net.recall(cues, update=update, rng=0).flips.mean())
    return Work(INPUTS * (N + flips), limits.PLACES)


MATRIX = "our own matrix form, real numbers"
ROWS = [
    Row("sparse-async", "asynchronous, N = 4000, 40 inputs each", MATRIX, 5, 15,
        lambda: against_the_matrix("async"), work=partial(work, "async")),
    Row("sparse-sync", "synchronous to the end, N = 4000, 40 inputs each", MATRIX, 5, 15,
        lambda: against_the_matrix("sync"), work=partial(work, "sync")),
    Row("sparse-scipy", "synchronous to the end, N = 4000, 40 inputs each",
        "SciPy, sparse product of all states every step", 1.5, 4, against_scipy,
        work=partial(work, "sync")),
]  # fmt: skip
