r"""
Graded neurons
==============

Neurons that charge and leak like a circuit descend an energy, too, and their steepness β does what
an inverse temperature does. **Question: from which steepness on is a pattern remembered, and what
becomes of spurious states?**
"""

# %%
# Three patterns, cues with a fifth of their signs reversed, and one mixture of all three. The
# potentials start where the cue is, and τ is the unit of time.

import sys

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N = 200
patterns = hs.random_patterns(3, N, rng=1)
mixture = np.sign(patterns.sum(axis=0, keepdims=True))
cues = np.concatenate([hs.flip(patterns, fraction=0.2, rng=2), mixture])

figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained", sharey=True)
for ax, beta in zip(axes, (2.0, 8.0), strict=True):
    net = hs.GradedNetwork(beta=beta).store(patterns)
    run = net.recall(cues, record="energy", every=0.02, max_time=30)
    for index, energy in enumerate(run.energy.T):
        name, colour = ("mixture", "#D55E00") if index == 3 else ("pattern", "#0072B2")
        ax.plot(run.times, energy / N, color=colour, label=name if index > 1 else None)
    ax.set(xlabel="time in units of τ", title=f"β = {beta:g}", xscale="symlog", xlim=(0, 30))
    print(f"beta {beta:g}: overlaps of the mixture's end", run.overlap()[3].round(2))
axes[0].set_ylabel("energy a neuron, E/N")
axes[1].legend()
plt.show()

# %%
# It only falls. From the mixture shallow neurons fall on into a pattern, steep ones stay in it:
# what a temperature does to spurious states, without noise.
#
# One pattern alone is remembered from β = N/(N − 1) on. The line solves
# :math:`m = \tanh(\beta m (N - 1)/N)`; the points are means over 5 networks (or the number on the
# command line), whose scatter is below the size of a point: one pattern leaves nothing to chance.

NETWORKS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
betas = np.array([0.6, 0.8, 0.95, 1.1, 1.25, 1.5, 2.0, 3.0, 5.0])
ends = np.empty((NETWORKS, len(betas)))
for seed in range(NETWORKS):
    one = hs.random_patterns(1, 50, rng=seed)
    cue = hs.flip(one, fraction=0.2, rng=seed)
    for column, beta in enumerate(betas):
        run = hs.GradedNetwork(beta=beta).store(one).recall(cue)
        ends[seed, column] = run.overlap()[0, 0]

fine = np.linspace(0.55, 5.2, 400)
law = np.ones_like(fine)
for _ in range(4000):
    law = np.tanh(fine * law * 49 / 50)
figure, ax = plt.subplots(figsize=(6, 3.6), layout="constrained")
ax.plot(fine, law, color="#555555", label="theory")
ax.plot(betas, ends.mean(axis=0), "o", color="#0072B2", label=f"{NETWORKS} networks of 50 neurons")
ax.set(xlabel="steepness β", ylabel="overlap with the pattern, m", ylim=(-0.03, 1.03))
ax.legend()
plt.show()
