r"""
Memories that move
==================

A dense memory of order two, :math:`E = -\sum_\mu \max(\xi_\mu \cdot s, 0)^2`, uses its patterns as
memories and has a small capacity. **Question: are the patterns the best memories?** Train the
memories until each bit of each pattern follows from the others.
"""

# %%
# As many trained memories as patterns, compared with the patterns themselves. A cue has 10 of its
# 100 bits flipped; it counts as recalled if all bits are correct.

import sys
import warnings

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N, ORDER, FLIPPED = 100, 2, 10
NETWORKS = int(sys.argv[1]) if len(sys.argv) > 1 else 3


def recalled(make, n_patterns):
    """The fraction of cues that come back exactly: mean over networks and standard error."""
    exact = []
    for seed in range(NETWORKS):
        patterns = hs.random_patterns(n_patterns, N, rng=seed)
        with warnings.catch_warnings():  # how many bits stay wrong is what this measures
            warnings.filterwarnings("ignore", "not converged")
            memory = make(seed).store(patterns)
        run = memory.recall(hs.flip(patterns, count=FLIPPED, rng=seed), rng=seed)
        exact.append((run.states == patterns).all(axis=1).mean())
    return np.mean(exact), np.std(exact, ddof=1) / np.sqrt(NETWORKS)


counts = (10, 20, 30, 50, 70, 100)
moved = [recalled(lambda seed, p=p: hs.TrainedDenseMemory(p, ORDER, rng=seed), p) for p in counts]
kept = [recalled(lambda seed: hs.DenseMemory("rectified", ORDER), p) for p in counts]
for p, one, other in zip(counts, moved, kept, strict=True):
    print(f"P = {p}: trained {one[0]:.2f} ± {one[1]:.2f}, patterns kept {other[0]:.2f}")

# %%
# Fewer memories than patterns store some of them; a higher order needs nearly one per pattern.

fewer = (25, 30, 35, 40, 45, 50)
held = {
    n: [recalled(lambda seed, k=k, n=n: hs.TrainedDenseMemory(k, n, rng=seed), 50) for k in fewer]
    for n in (2, 3)
}
for n, values in held.items():
    shown = ", ".join(f"{k}: {mean:.2f}" for k, (mean, _) in zip(fewer, values, strict=True))
    print(f"50 patterns, n = {n}, recalled with so many memories: {shown}")

# %%
# How do the memories change? An overlap of 1 would be a memory that equals a pattern. Each of these
# is similar to one pattern, with small negative overlaps with the patterns similar to it.

patterns = hs.random_patterns(50, N, rng=0)
memory = hs.TrainedDenseMemory(50, ORDER, rng=0).store(patterns)
overlaps = memory.memories @ patterns.T / N

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11, 3.6), layout="constrained")
left.errorbar(counts, *np.array(moved).T, fmt="o-", markersize=4, capsize=2, label="trained")
left.errorbar(counts, *np.array(kept).T, fmt="s-", markersize=4, capsize=2, label="patterns kept")
left.set(xlabel="patterns = memories", ylabel="fraction recalled exactly", title=f"n = {ORDER}")
left.legend()
for n, values in held.items():
    middle.errorbar(fewer, *np.array(values).T, fmt="o-", markersize=4, capsize=2, label=f"n = {n}")
middle.set(xlabel="memories", title="50 patterns", ylim=left.get_ylim())
middle.legend()
image = right.imshow(overlaps, cmap="RdBu_r", vmin=-1, vmax=1)
right.set(xlabel="pattern", ylabel="memory", title="overlaps of memories and patterns")
figure.colorbar(image, ax=right)
figure.suptitle(f"N = {N}, {FLIPPED} bits flipped, {NETWORKS} networks")
plt.show()
