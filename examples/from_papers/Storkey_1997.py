r"""
Storkey 1997: more patterns by a local rule
===========================================

A. Storkey, *Increasing the capacity of a Hopfield network without sacrificing functionality*, ICANN
(1997): a rule that is as local and incremental as Hebb's stores :math:`N/\sqrt{2 \ln N}` patterns
without errors, where Hebb's stores :math:`N/(2 \ln N)`.
"""

# %%
# The load at which nine of ten stored patterns are still fixed points, for networks of 20 to 640
# neurons, with standard errors over networks.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs
from hopfield_sim.support.crossing import crossing

sizes = np.array([20, 40, 80, 160, 320, 640])
NETWORKS = 8
THEORY = {"hebbian": "most", "storkey": "storkey"}


def stable(rule, counts, seed):
    """The fraction of the stored patterns that are fixed points, at each number of patterns."""
    patterns = hs.random_patterns(counts[-1], size, rng=seed)
    net, stored, fractions = hs.HopfieldNetwork(rule), 0, []
    for count in counts:
        net.store(patterns[stored:count], advise=False)
        stored = count
        run = net.recall(patterns[:count], update="sync", max_sweeps=1)
        fractions.append(np.mean((run.states == patterns[:count]).all(axis=1)))
    return fractions


capacity = {rule: [] for rule in THEORY}
for rule, criterion in THEORY.items():
    for size in sizes:
        expected = hs.theory.capacity(size, criterion)
        counts = np.unique(np.linspace(0.4 * expected, 1.6 * expected, 12).astype(int))
        curves = [stable(rule, counts, seed) for seed in range(NETWORKS)]
        capacity[rule].append(crossing(counts, curves, 0.9))
    last = capacity[rule][-1]
    print(f"N = {size}, {rule}: {last.value:.0f} ± {last.error:.1f}, theory {expected:.0f}")

# %%
# What to see: the points of each rule follow the line of the paper, a limit for large N, from which
# Storkey's are still some way up, and the gap between the rules widens. The pseudo-inverse would
# hold N − 1 patterns, below the dotted line, but it is not local.

figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
fine = np.geomspace(18, 700, 100)
for (rule, criterion), colour, mark in zip(
    THEORY.items(), ("#0072B2", "#D55E00"), "os", strict=True
):
    formula = {"most": r"N/(2\ln N)", "storkey": r"N/\sqrt{2\ln N}"}[criterion]
    ax.plot(fine, hs.theory.capacity(fine, criterion), color=colour, label=f"theory, ${formula}$")
    ax.errorbar(
        sizes,
        [one.value for one in capacity[rule]],
        [one.error for one in capacity[rule]],
        fmt=mark,
        color=colour,
        label=f"measured, {rule}",
    )
ax.plot(fine, fine, ":", color="#777777", label="P = N")
ax.set(
    xscale="log",
    yscale="log",
    xlabel="neurons N",
    ylabel="patterns P",
    title=f"nine of ten patterns are fixed points, {NETWORKS} networks",
)
ax.set_xticks(sizes, sizes)
ax.minorticks_off()
ax.legend(frameon=False)
plt.show()
