r"""
5. Memory melts
===============

With a temperature the neurons are no longer certain: each follows its field with the probability of
Glauber's heat bath. At a low load the overlap with the pattern solves the mean-field equation
:math:`m = \tanh(m/T)`, and above :math:`T = 1` nothing is left.
"""

# %%
# Start in a stored pattern, let 200 sweeps pass, and average the overlap over the last 100. Three
# patterns in 2000 neurons are a load of 0.0015: nearly none.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N, COPIES = 2000, 4
patterns = hs.random_patterns(3, N, rng=1)
net = hs.HopfieldNetwork("hebbian").store(patterns)
start = np.repeat(patterns[:1], COPIES, axis=0)

temperatures = np.linspace(0.1, 1.5, 15)
measured, errors = [], []
for number, temperature in enumerate(temperatures):
    run = net.recall(start, temperature=temperature, max_sweeps=200, record="overlap", rng=number)
    late = np.abs(run.overlaps[100:, :, 0]).mean(axis=0)
    measured.append(late.mean())
    errors.append(late.std(ddof=1) / np.sqrt(COPIES))

# %%
# The line is ``hs.theory.retrieval_overlap`` at load 0.

theory = np.linspace(0.02, 1.5, 200)
expected = [hs.theory.retrieval_overlap(0.0, temperature=t) for t in theory]

figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
ax.plot(theory, expected, "-", color="#D55E00", label=r"mean field, $m = \tanh(m/T)$")
ax.errorbar(
    temperatures, measured, errors, fmt="o", color="#0072B2", capsize=3, label="measured, 4 runs"
)
ax.set(
    xlabel="temperature T",
    ylabel="overlap |m| with the pattern",
    title="N = 2000, P = 3, Hebbian, asynchronous Glauber dynamics",
)
ax.legend()

# %%
# **Question: why do the points not reach zero above T = 1?** Because a network of N neurons always
# overlaps a little with anything: about :math:`1/\sqrt{N}` far above the transition, and more near
# it, where fluctuations are large.
