r"""
6. A rule of your own
=====================

Any function from patterns (P, N) to weights (N, N) is a learning rule. Here: synapses that know
only the sign of Hebb's sum, one bit each. How much memory does that cost?
"""

# %%
# The diagonal is set to zero by the network, so the rule need not think of it.

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
# load which is :math:`\pi/2` times as high.

N, NETWORKS = 500, 6
loads = np.array([0.06, 0.08, 0.1, 0.14, 0.2, 0.3, 0.5])
figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
for rule, name, cost, colour in (
    ("hebbian", "Hebbian", 1, "#0072B2"),
    (clipped, "clipped", np.pi / 2, "#D55E00"),
):
    changed = np.zeros((NETWORKS, len(loads)))
    for network in range(NETWORKS):
        everything = hs.random_patterns(int(loads[-1] * N), N, rng=network)
        for column, load in enumerate(loads):
            stored = everything[: round(load * N)]
            net = hs.HopfieldNetwork(rule).store(stored)
            step = net.recall(stored, update="sync", max_sweeps=1)
            changed[network, column] = np.mean(step.states != stored)
    theory = [hs.theory.one_step_error(N, round(a * cost * N), exact=False) for a in loads]
    ax.plot(loads, theory, "-", color=colour)
    ax.errorbar(
        loads,
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
