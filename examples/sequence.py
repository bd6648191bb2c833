r"""
A sequence
==========

Hebb's rule for a pattern and the *next* one,
:math:`W = \frac1N \sum_\mu \xi^{\mu+1} \xi^{\mu\mathsf{T}}`, makes a network that walks through its
patterns. **Question: how long a sequence can it replay?**
"""

# %%
# Eight letters, which are alike: the projection rule leads exactly from one to the next. The first
# letter is damaged; the steps mend it. ``python sequence.py FOLDER`` keeps the video there.

import sys
import tempfile
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

letters = hs.glyphs("HOPFIELD", size=10)
rule = partial(hs.rules.sequence, projection=True)
net = hs.HopfieldNetwork(rule, zero_diagonal=False).store(letters, advise=False)
cue = hs.flip(letters[0], count=15, rng=1)
run = net.recall(cue, update="sync", max_sweeps=16, record=("states", "overlap"))
print("letters:", "".join("HOPFIELD?"[k] for k in hs.match(run.trajectory, letters)))

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
hs.plotting.video(run, folder / "sequence.gif", (10, 10), fps=2, tint=False, title="sequence")

figure, ax = plt.subplots(figsize=(9, 1.6), layout="constrained")
hs.plotting.states(run.trajectory[:10], (10, 10), captions=list("0123456789"), ax=ax)
plt.show()

# %%
# Random patterns, N = 1000, by the load α = P/N: overlap with the pattern that is due, steps 15 to
# 40, mean over 6 networks with its standard error. The line is the theory for large networks: up to
# :math:`\alpha_c = 0.269`, twice what a network holds that stays in its patterns.

N, NETWORKS = 1000, 6
loads = np.array([0.05, 0.1, 0.15, 0.2, 0.23, 0.25, 0.26, 0.28, 0.3, 0.35])
found = np.empty((NETWORKS, len(loads)))
for seed in range(NETWORKS):
    for column, load in enumerate(loads):
        patterns = hs.random_patterns(round(load * N), N, rng=seed)
        walk = hs.HopfieldNetwork(hs.rules.sequence).store(patterns)
        overlaps = walk.recall(patterns[0], update="sync", max_sweeps=40, record="overlap").overlaps
        steps = np.arange(15, len(overlaps))
        found[seed, column] = overlaps[steps, steps % len(patterns)].mean()
print(
    "mean overlaps:", dict(zip(loads.tolist(), found.mean(axis=0).round(3).tolist(), strict=True))
)

figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
line = np.linspace(0, 0.36, 400)
ax.plot(line, hs.theory.sequence_overlap(line), "-", color="#0072B2", label="sequence, theory")
still = hs.theory.retrieval_overlap(line[line > 0], 0.0)
ax.plot(line[line > 0], still, "--", color="#999999", label="staying in a pattern, theory")
error = found.std(axis=0, ddof=1) / np.sqrt(NETWORKS)
ax.errorbar(loads, found.mean(axis=0), error, fmt="o", color="#D55E00", capsize=3, label="networks")
ax.set(
    xlabel="load α = P/N",
    ylabel="overlap with the pattern that is due",
    title=f"N = {N}, {NETWORKS} networks, all neurons at once",
    ylim=(-0.05, 1.05),
)
ax.legend(loc="lower left")
plt.show()

# %%
# One neuron after another
# ------------------------
# Updated one by one, neurons that have moved on mix with neurons that have not. Slow synapses help
# (Sompolinsky and Kanter): Hebbian weights hold a pattern, and the weights of the sequence see the
# state of a few sweeps ago. Each pattern stays for the delay, here five sweeps.

patterns = hs.random_patterns(6, 500, rng=1)
stay = hs.HopfieldNetwork().store(patterns)
lead = hs.HopfieldNetwork(hs.rules.sequence).store(patterns)
rows = hs.replay(stay, lead, patterns[0], delay=5, max_sweeps=45, rng=2)
figure, ax = plt.subplots(figsize=(7, 3), layout="constrained")
ax.plot(hs.overlap(rows, patterns), ".-")
ax.set(xlabel="sweeps", ylabel="overlap with each pattern", title="N = 500, P = 6, delay 5")
plt.show()
