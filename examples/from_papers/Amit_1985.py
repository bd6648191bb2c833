r"""
Amit, Gutfreund and Sompolinsky 1985: the memory breaks down at once
====================================================================

D. J. Amit, H. Gutfreund and H. Sompolinsky, *Phys. Rev. Lett.* **55**, 1530 (1985): at zero
temperature a Hebbian network of infinitely many neurons keeps its patterns with hardly an error up
to a load :math:`\alpha_c = P/N \approx 0.138`, and forgets all of them beyond.
"""

# %%
# Start in stored patterns and let the networks come to rest. Networks of 250 and 2000 neurons, with
# standard errors over networks.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

loads = np.array([0.04, 0.06, 0.08, 0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.18])
CUES = 10


def errors(n_neurons, networks):
    """Percentage of wrong bits at each load, and its standard error."""
    wrong = np.empty((networks, len(loads)))
    for seed in range(networks):
        for column, load in enumerate(loads):
            patterns = hs.random_patterns(round(load * n_neurons), n_neurons, rng=seed)
            net = hs.HopfieldNetwork().store(patterns)
            states = net.recall(patterns[:CUES], rng=seed).states
            wrong[seed, column] = 100 * np.mean(states != patterns[:CUES])
    return wrong.mean(axis=0), wrong.std(axis=0, ddof=1) / np.sqrt(networks)


measured = {250: errors(250, 24), 2000: errors(2000, 4)}

# %%
# The theory, with what the paper says of it.

critical = hs.theory.critical_load()
overlap = hs.theory.retrieval_overlap(critical - 1e-9)
print(f"memories exist up to a load of {critical:.4f}; the paper: 0.138")
print(f"there the overlap is still {overlap:.3f}, {50 * (1 - overlap):.1f} % of errors; 0.97")

fine = np.linspace(0.001, critical, 200)
theory = 50 * (1 - hs.theory.retrieval_overlap(fine))
lines = hs.theory.phase_lines(fine)

# %%
# What to see. Left: below :math:`\alpha_c` there are fewer errors than the eye can see, beyond it a
# jump, which is the sharper the larger the network. (Beyond, what began in a pattern does not lose
# everything: it remains a little like it.) Right: memories exist below :math:`T_M`; below
# :math:`T_c`, up to a load of about 0.05, they are the states of lowest free energy.

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
left.plot(fine, theory, color="black", lw=1, label="theory, N → ∞")
left.axvline(critical, color="black", lw=0.8, ls=":")
for (n_neurons, (mean, error)), colour, mark in zip(
    measured.items(), ("#0072B2", "#D55E00"), "os", strict=True
):
    left.errorbar(loads, mean, error, fmt=f"{mark}-", color=colour, ms=4, label=f"N = {n_neurons}")
left.set(xlabel="load P/N", ylabel="wrong bits, %", title="T = 0, from stored patterns")
left.legend(frameon=False)
right.plot(fine, lines.glass, color="#999999", label=r"$T_g$: spin glass below")
right.plot(fine, lines.retrieval, color="#0072B2", label=r"$T_M$: memories below")
right.plot(fine, lines.thermodynamic, color="#D55E00", label=r"$T_c$: they are the lowest")
right.plot([0.138], [0], "D", mfc="none", color="black", clip_on=False, label="the paper's 0.138")
right.set(xlabel="load P/N", ylabel="temperature T", ylim=(0, 1.45), title="theory")
right.legend(frameon=False, fontsize=8)
plt.show()
