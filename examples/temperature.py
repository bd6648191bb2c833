r"""
Memory melts
============

At a temperature each neuron follows its field with the probability of Glauber's heat bath. With one
stored pattern the overlap solves the mean-field equation :math:`m = \tanh(m/T)` and vanishes above
:math:`T = 1`. With more patterns it vanishes at a lower temperature, discontinuously.
"""

# %%
# Start in a stored pattern, make 100 sweeps, and average the overlap over 100 more. Fluctuations in
# time do not show how networks differ: the standard errors are over networks, each with its own
# patterns.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N, NETWORKS = 2000, 12
temperatures = np.arange(0.1, 1.31, 0.1)


def overlaps(n_patterns):
    """Overlap with a stored pattern at each temperature, and its standard error over networks."""
    late = np.empty((NETWORKS, len(temperatures)))
    for seed in range(NETWORKS):
        patterns = hs.random_patterns(n_patterns, N, rng=seed)
        net = hs.HopfieldNetwork("hebbian").store(patterns)
        for column, temperature in enumerate(temperatures):
            run = net.recall(
                patterns[0], temperature=temperature, max_sweeps=200, record="overlap", rng=seed
            )
            late[seed, column] = np.abs(run.overlaps[100:, 0]).mean()
    return late.mean(axis=0), late.std(axis=0, ddof=1) / np.sqrt(NETWORKS)


# %%
# The lines are ``hs.theory.retrieval_overlap``: mean field for one pattern, the replica theory of
# Amit, Gutfreund and Sompolinsky (*Phys. Rev. Lett.* **55**, 1530, 1985) for a load of 0.01.

fine = np.linspace(0.02, 1.3, 129)
figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
for n_patterns, load, marker, colour in ((1, 0.0, "o", "#0072B2"), (20, 0.01, "s", "#D55E00")):
    theory = [hs.theory.retrieval_overlap(load, temperature=t) for t in fine]
    ax.plot(fine, theory, "-", color=colour, lw=1)
    mean, error = overlaps(n_patterns)
    ax.errorbar(temperatures, mean, error, fmt=marker, color=colour, label=f"P = {n_patterns}")
    print(f"P = {n_patterns:2d}, T = 0.5: measured {mean[4]:.4f} ± {error[4]:.4f},", end=" ")
    print(f"theory {hs.theory.retrieval_overlap(load, temperature=0.5):.4f}")
ax.set(
    xlabel="temperature T",
    ylabel="overlap |m| with the pattern",
    title=f"N = {N}, Hebbian, asynchronous Glauber dynamics\n{NETWORKS} networks; lines: theory",
)
ax.legend()
plt.show()

# %%
# **Question: why do the points not reach zero on the right?** Because a state of N neurons always
# overlaps a little with anything: about :math:`1/\sqrt{N}` far above the transition, and more near
# it, where fluctuations are large. And on its left edge, why do the squares leave their line early?
# The line ends where the memory ceases to be even metastable in an infinite network; a finite one
# finds its way out a little before.
