r"""
All the valleys of a small landscape
====================================

A network of 17 neurons has 131 072 states. That is few enough to follow every one of them downhill
and to list all attractors: the memories, their inverses, and the ones nobody stored.
"""

# %%
# Four patterns in 17 neurons. ``attractors`` lets all :math:`2^N` states flow, neuron after
# neuron, and counts where they end.

import matplotlib.pyplot as plt

import hopfield_sim as hs

patterns = hs.random_patterns(4, 17, rng=1)
net = hs.HopfieldNetwork("hebbian").store(patterns)
found = net.attractors()
kinds = net.classify(found.states).kind

for energy, basin, kind in zip(found.energy, found.basin, kinds, strict=True):
    print(f"E = {energy:6.2f}   {basin:5d} states flow here   {kind}")

# %%
# **Question: is a deeper valley a wider one?** By and large. Mixtures, the signs of sums of three
# patterns, are nearly as deep as memories here, but fewer states find them, and the attractors that
# nobody can explain are the shallowest and the narrowest. Every valley has a mirror image, because
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
        ax.plot(found.energy[here], found.basin[here], marker, color=colour, ms=size, label=kind)
ax.set(
    xlabel="energy of the attractor",
    ylabel="states that flow there (of 131 072)",
    title="N = 17, P = 4, Hebbian, asynchronous",
)
ax.legend()
plt.show()
