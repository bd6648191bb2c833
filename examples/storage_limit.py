r"""
4. How much is too much
=======================

The chance that a bit of a stored pattern is unstable depends, for Hebb's rule, on the load
:math:`\alpha = P/N` alone. The exact law at finite N, its Gaussian limit
:math:`\tfrac12\operatorname{erfc}\!\big(1/\sqrt{2\alpha}\big)`, and a measurement.
"""

# %%
# One synchronous step from the stored patterns themselves, and a count of the bits that changed.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N = 200
counts = np.array([6, 8, 10, 14, 20, 28, 40, 60, 90, 140, 200])
measured, errors = [], []
for n_patterns in counts:
    changed = []
    for network in range(20):
        patterns = hs.random_patterns(int(n_patterns), N, rng=network)
        net = hs.HopfieldNetwork("hebbian").store(patterns)
        run = net.recall(patterns, update="sync", max_sweeps=1)
        changed.append(np.mean(run.states != patterns))
    measured.append(np.mean(changed))
    errors.append(np.std(changed, ddof=1) / np.sqrt(20))

# %%
# The measurement follows the exact law, which is a step function in disguise: with few patterns a
# field can be exactly zero, and a tie does not change a bit.

exact = [hs.theory.one_step_error(N, int(p)) for p in counts]
limit = [hs.theory.one_step_error(N, int(p), exact=False) for p in counts]

figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
ax.plot(counts / N, limit, "--", color="#999999", label="Gaussian limit")
ax.plot(counts / N, exact, "-", color="#D55E00", label="exact, N = 200")
ax.errorbar(
    counts / N, measured, errors, fmt="o", color="#0072B2", capsize=3, label="measured, 20 networks"
)
ax.set(
    xscale="log",
    yscale="log",
    xlabel="load P/N",
    ylabel="fraction of bits that change in one step",
    title="N = 200, Hebbian, synchronous, from the stored patterns",
)
ax.legend()
print(f"P = 28 of N = 200: measured {measured[5]:.4f} ± {errors[5]:.4f}, exact {exact[5]:.4f}")
