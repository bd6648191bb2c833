r"""
A rule of your own
==================

Any function from patterns (P, N) to weights (N, N) is a learning rule. Here: synapses that know
only the sign of Hebb's sum, one bit each. How much memory does that cost?
"""

# %%
# The network sets the diagonal to zero, so the rule can ignore it.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs


def clipped(patterns):
    """Only the sign of the Hebbian sum survives."""
    return np.sign(patterns.T.astype(float) @ patterns) / patterns.shape[1]


patterns = hs.random_patterns(15, 500, rng=1)
net = hs.HopfieldNetwork(rule=clipped).store(patterns)
run = net.recall(hs.flip(patterns, fraction=0.2, rng=2), rng=3)
print("recalled from 20 % flipped bits:", np.mean(hs.match(run.states, patterns) >= 0))

# %%
# Clipping weakens the signal by :math:`\sqrt{2/\pi}` and leaves the noise as it is (Sompolinsky,
# *Phys. Rev. A* **34**, 2571, 1986). So the error of one step, which is
# :math:`\tfrac12\operatorname{erfc}(1/\sqrt{2\alpha})` for Hebb's rule, should become that of a
# load which is :math:`\pi/2` times as high. (Odd numbers of patterns, so that no sum is zero.)

N, NETWORKS = 500, 6
counts = np.array([31, 41, 51, 71, 101, 151, 251])
figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
for rule, name, cost, colour in (
    ("hebbian", "Hebbian", 1, "#0072B2"),
    (clipped, "clipped", np.pi / 2, "#D55E00"),
):
    changed = np.zeros((NETWORKS, len(counts)))
    for network in range(NETWORKS):
        everything = hs.random_patterns(counts[-1], N, rng=network)
        for column, n_patterns in enumerate(counts):
            stored = everything[:n_patterns]
            net = hs.HopfieldNetwork(rule).store(stored)
            step = net.recall(stored, update="sync", max_sweeps=1)
            changed[network, column] = np.mean(step.states != stored)
    theory = [hs.theory.one_step_error(N, round(p * cost), exact=False) for p in counts]
    ax.plot(counts / N, theory, "-", color=colour)
    ax.errorbar(
        counts / N,
        changed.mean(axis=0),
        changed.std(axis=0, ddof=1) / np.sqrt(NETWORKS),
        fmt="o",
        color=colour,
        capsize=3,
        label=f"{name}, {NETWORKS} networks; line: theory",
    )
ax.set(
    yscale="log",
    xlabel="load P/N",
    ylabel="fraction of bits that change in one step",
    title="N = 500, synchronous, from the stored patterns",
)
ax.legend()
plt.show()
