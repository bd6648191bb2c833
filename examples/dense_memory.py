r"""
8. More patterns than neurons
=============================

A dense memory counts overlaps by a power, :math:`E = -\sum_\mu (\xi^\mu \cdot s)^n`. **Question:
what does each power more buy?** Store more and more patterns in 60 neurons and recall them from
spoilt cues.
"""

# %%
# One memory a power, which learns on and on. A cue has 6 of its 60 bits flipped; it counts when all
# come back.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N, FLIPPED, CUES = 60, 6, 200
counts = np.unique(np.geomspace(2, 20_000, 25).astype(int))
patterns = hs.random_patterns(counts[-1], N, rng=1)

recalled = {2: [], 3: [], 4: [], 5: []}
for n, fractions in recalled.items():
    memory, stored = hs.DenseMemory("polynomial", n), 0
    for count in counts:
        memory.store(patterns[stored:count])
        stored = count
        chosen = patterns[np.random.default_rng(2).integers(count, size=CUES)]
        cues = hs.flip(chosen, count=FLIPPED, rng=3)
        run = memory.recall(cues, rng=4)
        fractions.append(np.mean((run.states == chosen).all(axis=1)))
        if fractions[-1] == 0:
            break

for n, fractions in recalled.items():
    held = counts[: len(fractions)][np.array(fractions) >= 0.9].max()
    print(f"n = {n}: at least nine of ten patterns come back up to P = {held}")

# %%
# Each power more multiplies the number of patterns by some 10: by N, less the noise of
# :math:`(2n-3)!!`. Dotted lines: theory's number of patterns without errors,
# :math:`N^{n-1} / (2\,(2n-3)!!\,\ln N)`, for states that are not spoilt.

figure, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
colours = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
for (n, fractions), colour in zip(recalled.items(), colours, strict=True):
    ax.plot(counts[: len(fractions)], fractions, "o-", color=colour, markersize=4, label=f"n = {n}")
    ax.axvline(hs.theory.dense_capacity(N, n), color=colour, ls=":", lw=1.2)
ax.axvline(N, color="#999999", lw=0.8)
ax.annotate("P = N", (N, 0.02), color="#777777", xytext=(3, 0), textcoords="offset points")
ax.set(
    xscale="log",
    xlabel="patterns stored",
    ylabel="fraction recalled exactly",
    title=f"N = {N}, {FLIPPED} bits flipped, asynchronous, {CUES} cues",
)
ax.legend(loc="lower left")
plt.show()
