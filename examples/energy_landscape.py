r"""
All the valleys of a small landscape
====================================

A network of 17 neurons has 131 072 states. That is few enough to update every one of them and to
list all attractors: the memories, their inverses, and the spurious ones.
"""

# %%
# Four patterns in 17 neurons. ``attractors`` updates all :math:`2^N` states asynchronously until
# they reach an attractor, and counts them.

import matplotlib.pyplot as plt

import hopfield_sim as hs

patterns = hs.random_patterns(4, 17, rng=1)
net = hs.HopfieldNetwork("hebbian").store(patterns)
landscape = net.attractors()
kinds = net.classify(landscape.states).kind

for energy, basin, kind in zip(landscape.energy, landscape.basin, kinds, strict=True):
    print(f"E = {energy:6.2f}   {basin:5d} states flow here   {kind}")

# %%
# **Question: do deeper minima have larger basins?** Mostly. Mixtures, the signs of sums of three
# patterns, are nearly as deep as memories here, but have smaller basins, and the other spurious
# attractors are the shallowest, with the smallest basins. Every attractor has an inverse, because
# :math:`E(-s) = E(s)`.

figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
styles = {
    "inverse": ("s", "#56B4E9", 14),  # below the memories, whose place it shares
    "stored": ("o", "#0072B2", 7),
    "mixture": ("^", "#D55E00", 9),
    "spurious": ("v", "#CC79A7", 9),
}
for kind, (marker, colour, size) in styles.items():
    here = kinds == kind
    if here.any():
        ax.plot(
            landscape.energy[here], landscape.basin[here], marker, color=colour, ms=size, label=kind
        )
ax.set(
    xlabel="energy of the attractor",
    ylabel="states that flow there (of 131 072)",
    title="N = 17, P = 4, Hebbian, asynchronous",
)
ax.legend()
plt.show()
