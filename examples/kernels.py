r"""
Neurons as kernel machines
==========================

A perceptron holds up to 2 N random patterns, and no rule for pair couplings holds more (Gardner,
1988). In a kernel memory network a neuron is a perceptron in the space of a kernel's features
(Iatropoulos, Brea & Gerstner, NeurIPS 35, 2022). **Question: how stable are patterns then, and how
wide are their basins?**
"""

# %%
# The margin of a bit is its field in units of the weights' length. For a linear kernel theory knows
# the largest that there is: Gardner's :math:`κ(α)`, which ends at α = 2. Each point is the mean
# over the neurons of networks of 60; error bars are standard errors over 4 networks.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N, NETWORKS = 60, 4
KERNELS = {
    "linear": {"kernel": "linear"},
    "polynomial, p = 2": {"kernel": "polynomial", "order": 2},
    "Gaussian": {"kernel": "rbf"},
}


def margins(n_patterns, **kernel):
    """Mean margin of the least stable pattern of a neuron, one number a network."""
    found = []
    for seed in range(NETWORKS):
        memory = hs.KernelMemory(**kernel).store(hs.random_patterns(n_patterns, N, rng=seed))
        found.append(memory.stabilities.min(axis=0).mean())
    return np.array(found)


figure, ax = plt.subplots(figsize=(6, 3.8), layout="constrained")
loads = {"linear": [0.25, 0.5, 0.75, 1.0, 1.25], "other": [0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0]}
for name, kernel in KERNELS.items():
    where = np.array(loads.get(name, loads["other"]))
    found = np.array([margins(int(load * N), **kernel) for load in where])
    error = found.std(axis=1, ddof=1) / np.sqrt(NETWORKS)
    ax.errorbar(where, found.mean(axis=1), error, fmt="o", ms=4, label=name)
    print(name, dict(zip(where.tolist(), found.mean(axis=1).round(3).tolist(), strict=True)))
kappa = np.linspace(0.0, 2.5, 200)
ax.plot(hs.theory.gardner_load(kappa), kappa, "C0", label="linear, theory")
ax.set(xlabel="patterns P / N", ylabel="largest margin", xlim=(0, 4.2), ylim=(0, 2.5))
ax.legend()
plt.show()

# %%
# What a margin is worth depends on how far a flipped bit moves a state among the features. The
# measure is recall: the fraction of patterns that come back exactly from cues with flipped bits, at
# P = N and, where the kernel has room for it, P = 2 N, with 100 neurons. The dotted line is what
# comparing a cue with all 200 patterns could do: the fraction that is still nearest to its own.

fractions = np.arange(0.0, 0.41, 0.05)
figure, ax = plt.subplots(figsize=(6, 3.8), layout="constrained")
for colour, (name, kernel) in enumerate(KERNELS.items()):
    for n_patterns, style in ((100, "o-"), (200, "s--")):
        if name == "linear" and n_patterns == 200:
            continue
        patterns = hs.random_patterns(n_patterns, 100, rng=9)
        memory = hs.KernelMemory(**kernel).store(patterns)
        back = []
        for fraction in fractions:
            run = memory.recall(hs.flip(patterns, fraction=fraction, rng=1), rng=2)
            back.append((run.states == patterns).all(axis=1).mean())
        label = f"{name}, P = {n_patterns}"
        ax.plot(fractions, back, style, color=f"C{colour}", ms=4, label=label)
        print(label, np.round(back, 2).tolist())
cues = [hs.flip(patterns, fraction=fraction, rng=1) for fraction in fractions]
nearest = [(hs.overlap(c, patterns).argmax(axis=1) == np.arange(200)).mean() for c in cues]
ax.plot(fractions, nearest, "k:", label="nearest of 200")
print("nearest", np.round(nearest, 2).tolist())
ax.set(xlabel="flipped bits / N", ylabel="recalled exactly", ylim=(-0.03, 1.03))
ax.legend(fontsize="small")
plt.show()
