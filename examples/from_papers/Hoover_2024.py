r"""
Hoover et al. 2024: memories in one vector, with an error that is known
=======================================================================

B. Hoover, D. H. Chau, H. Strobelt, P. Ram and D. Krotov, *Dense associative memory through the lens
of random features*, NeurIPS (2024): all memories are added up in one vector of random features,
whose length does not depend on their number. The paper measures how far energies and gradients are
from the exact ones, at memories, near them and far away, for more and more features.
"""

# %%
# As in the paper 500 random binary memories, here of 100 numbers, scaled so that the largest
# distance is at most 1; queries are memories, memories with a tenth of their bits flipped, and
# random states.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

D, P, QUERIES = 100, 500, 20
rng = np.random.default_rng(0)
memories = rng.integers(0, 2, (P, D)) / np.sqrt(D)
flipped = rng.permuted(np.tile(np.arange(D) < D // 10, (QUERIES, 1)), axis=1)
queries = {
    "at a memory": memories[:QUERIES],
    "10 % flipped": np.where(flipped, 1 / np.sqrt(D) - memories[:QUERIES], memories[:QUERIES]),
    "random": rng.integers(0, 2, (QUERIES, D)) / np.sqrt(D),
}
features, betas = (500, 2000, 8000, 32000), (10.0, 30.0)


def errors(beta, n_features):
    """Mean error of the energy at each kind of query, over three draws of the features."""
    exact = hs.ModernHopfield(beta, similarity="euclidean").store(memories)
    found = dict.fromkeys(queries, 0.0)
    for seed in range(3):
        memory = hs.DistributedMemory(n_features, beta, rng=seed).store(memories)
        memory.quiet = True  # it warns where it has too few features
        for kind, states in queries.items():
            found[kind] += np.abs(memory.energy(states) - exact.energy(states)).mean() / 3
    return found


measured = {beta: [errors(beta, count) for count in features] for beta in betas}

# %%
# What to see: errors fall as :math:`1/\sqrt Y`, along the lines of theory, whose heights follow
# from the variance of one feature. Where no memory is near there is little to add up, so that
# errors are larger there, and the more so the larger β: there theory's first order ends, too.

figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
for ax, (beta, rows) in zip(axes, measured.items(), strict=True):
    for (kind, states), colour, mark in zip(
        queries.items(), ("#0072B2", "#009E73", "#D55E00"), "osD", strict=True
    ):
        theory = hs.theory.feature_error(states, memories, beta, features).mean(axis=0)
        ax.loglog(features, theory, color=colour, lw=1)
        ax.loglog(features, [row[kind] for row in rows], mark, color=colour, label=kind)
    ax.set(xlabel="features Y", title=f"β = {beta:g}")
    print(f"β = {beta:g}, Y = 32000:", *(f"{error:.4f} {kind}" for kind, error in rows[-1].items()))
axes[0].set_ylabel("mean error of the energy")
axes[0].legend(frameon=False, title="lines: theory")
plt.show()
