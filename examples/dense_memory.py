r"""
More patterns than neurons
==========================

The energy of a dense memory is a sum of powers of overlaps, :math:`E = -\sum_\mu (\xi^\mu \cdot
s)^n`. **Question: how does the capacity depend on the power?** Store more and more patterns in 60
neurons and recall them from corrupted cues.
"""

# %%
# Eight memories per power, which store more and more patterns. A cue has 6 of its 60 bits flipped;
# it counts as recalled if all bits are correct.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs
from hopfield_sim.experiment.sweeps.result import with_error
from hopfield_sim.support.crossing import crossing

N, FLIPPED, CUES, NETWORKS = 60, 6, 100, 8
counts = np.unique(np.geomspace(2, 20_000, 25).astype(int))


def fractions(n, seed):
    """The fraction of cues that come back, at each number of patterns until none does."""
    patterns = hs.random_patterns(counts[-1], N, rng=seed)
    memory, stored = hs.DenseMemory("polynomial", n), 0
    recalled_fractions = np.zeros(len(counts))
    for place, count in enumerate(counts):
        memory.store(patterns[stored:count])
        stored = count
        chosen = patterns[np.random.default_rng(seed).integers(count, size=CUES)]
        run = memory.recall(hs.flip(chosen, count=FLIPPED, rng=seed), rng=seed)
        recalled_fractions[place] = np.mean((run.states == chosen).all(axis=1))
        if recalled_fractions[place] == 0:
            break
    return recalled_fractions


recalled = {n: np.array([fractions(n, seed) for seed in range(NETWORKS)]) for n in (2, 3, 4, 5)}

for n, recalled_fractions in recalled.items():
    held = crossing(np.log(counts), recalled_fractions, 0.9)
    value = np.exp(held.value)
    words = with_error(value, value * held.error)
    print(f"n = {n}: nine of ten patterns come back with {words} stored")

# %%
# Increasing the power by one multiplies the number of patterns by some 10: by N, less the noise
# factor :math:`(2n-3)!!`. Dotted lines: the theoretical number of patterns without errors,
# :math:`N^{n-1} / (2\,(2n-3)!!\,\ln N)`, for cues without errors.

figure, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
colours = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
for (n, recalled_fractions), colour in zip(recalled.items(), colours, strict=True):
    mean, error = (
        recalled_fractions.mean(axis=0),
        recalled_fractions.std(axis=0, ddof=1) / np.sqrt(NETWORKS),
    )
    ax.errorbar(counts, mean, error, fmt="o-", color=colour, markersize=4, label=f"n = {n}")
    ax.axvline(hs.theory.dense_capacity(N, n), color=colour, ls=":", lw=1.2)
ax.axvline(N, color="#999999", lw=0.8)
ax.annotate("P = N", (N, 0.02), color="#777777", xytext=(3, 0), textcoords="offset points")
ax.set(
    xscale="log",
    xlabel="patterns stored",
    ylabel="fraction recalled exactly",
    title=f"N = {N}, {FLIPPED} bits flipped, asynchronous, {NETWORKS} networks of {CUES} cues",
)
ax.legend(loc="lower left")
plt.show()
