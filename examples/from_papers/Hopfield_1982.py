r"""
Hopfield 1982: where memories end
=================================

J. J. Hopfield, *Proc. Natl. Acad. Sci. USA* **79**, 2554 (1982), figure 2: start a network of 100
neurons in one of its memories, let it come to rest, and count the bits that have changed. With 5
memories none has, with 15 most memories have moved.
"""

# %%
# The neurons of the paper are 0 or 1, with thresholds of 0. In ±1 that is half the weights, and
# thresholds that differ from neuron to neuron: :math:`\sum_j T_{ij} V_j = \tfrac12 \sum_j T_{ij}
# s_j + \tfrac12 \sum_j T_{ij}`.

from math import erfc, exp, sqrt

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N, NETWORKS = 100, 300


def changed_bits(n, seed):
    """Bits that differ from each of n memories when the network has come to rest."""
    memories = hs.random_patterns(n, N, rng=seed)
    weights = N * hs.rules.hebbian(memories)
    net = hs.HopfieldNetwork.from_weights(weights / 2, thresholds=-weights.sum(axis=1) / 2)
    return (net.recall(memories, rng=seed).states != memories).sum(axis=1)


changed = {n: np.array([changed_bits(n, seed) for seed in range(NETWORKS)]) for n in (5, 10, 15)}

# %%
# The field of a stored bit has the mean N/2 and a variance of (n − 1)N/2, so that a bit is wrong
# with probability :math:`p = Q\big(\sqrt{N/2(n-1)}\big)`, and no bit of a memory with probability
# :math:`e^{-Np}`. For n = 10 the paper computes p = 0.0091 and 0.40, and its simulation found 0.6:
# errors come together, because some networks are worse than others. So it is here.

expected = {n: exp(-N * erfc(sqrt(N / (n - 1)) / 2) / 2) for n in changed}
for n, bits in changed.items():
    intact = (bits == 0).mean(axis=1)
    error = intact.std(ddof=1) / sqrt(NETWORKS)
    print(f"n = {n:2d}: {intact.mean():.3f} ± {error:.3f} unchanged, estimate {expected[n]:.3f}")
print("n = 10 in the paper: 0.6 unchanged, estimate 0.40")

# %%
# What to see: the peak at no errors shrinks from left to right, and a second hump appears far to
# the right, where memories have gone to other states altogether.

figure, axes = plt.subplots(1, 3, figsize=(9, 3), sharey=True, layout="constrained")
edges = np.array([0, 1, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50])
for ax, (n, bits) in zip(axes, changed.items(), strict=True):
    share = np.histogram(bits, edges)[0] / bits.size
    ax.bar(range(len(share)), share, color="#0072B2")
    ax.plot(0, expected[n], "_", color="#D55E00", ms=14, mew=2, label="estimate, no errors")
    if n == 10:
        ax.plot(0, 0.6, "D", mfc="none", color="black", ms=6, label="the paper's simulation")
    ax.set(title=f"n = {n} memories", xlabel="bits changed", ylim=(0, 1.05))
    ax.set_xticks(range(0, len(share), 2), ["0", "5–9", "15–19", "25–29", "35–39", "45–49"])
    ax.tick_params(axis="x", labelsize=7)
axes[0].set_ylabel("fraction of memories")
axes[1].legend(fontsize=8, frameon=False)
plt.show()
