r"""
How much is too much
====================

The probability that a bit of a stored pattern is unstable depends, for Hebb's rule, on the load
:math:`\alpha = P/N` alone. The exact law at finite N, its Gaussian limit
:math:`\tfrac12\operatorname{erfc}\!\big(1/\sqrt{2\alpha}\big)`, and a measurement.
"""

# %%
# One synchronous step from the stored patterns themselves, and a count of the bits that changed.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N, NETWORKS = 100, 300
counts = np.array([7, 8, 10, 14, 20, 30, 45, 70, 100])
measured, errors = [], []
for n_patterns in counts:
    changed = []
    for network in range(NETWORKS):
        patterns = hs.random_patterns(int(n_patterns), N, rng=network)
        net = hs.HopfieldNetwork("hebbian").store(patterns)
        run = net.recall(patterns, update="sync", max_sweeps=1)
        changed.append(np.mean(run.states != patterns))
    measured.append(np.mean(changed))
    errors.append(np.std(changed, ddof=1) / np.sqrt(NETWORKS))

# %%
# The measurement agrees with the exact law. The Gaussian limit predicts too many errors at low
# loads: a sum of :math:`\pm1` has thinner tails, and if it cancels the signal exactly, the tie
# keeps the bit.

exact = [hs.theory.one_step_error(N, int(p)) for p in counts]
limit = [hs.theory.one_step_error(N, int(p), exact=False) for p in counts]

print(f"P = 14 of N = 100: measured {measured[3]:.4f} ± {errors[3]:.4f}, exact {exact[3]:.4f}")

figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
ax.plot(counts / N, limit, "--", color="#999999", label="Gaussian limit")
ax.plot(counts / N, exact, "-", color="#D55E00", label="exact, N = 100")
ax.errorbar(
    counts / N,
    measured,
    errors,
    fmt="o",
    color="#0072B2",
    capsize=3,
    label=f"measured, {NETWORKS} networks",
)
ax.set(
    xscale="log",
    yscale="log",
    xlabel="load P/N",
    ylabel="fraction of bits that change in one step",
    title="N = 100, Hebbian, synchronous, from the stored patterns",
)
ax.legend()
plt.show()
