r"""
2. All the valleys of a small landscape
=======================================

A network of 14 neurons has 16384 states. That is few enough to follow every one of them downhill
and to list all attractors: the memories, their inverses, and the ones nobody stored.
"""

# %%
# Three patterns in 14 neurons. ``attractors`` lets all :math:`2^N` states flow, neuron after
# neuron, and counts where they end.

import matplotlib.pyplot as plt

import hopfield_sim as hs

patterns = hs.random_patterns(3, 14, rng=5)
net = hs.HopfieldNetwork("hebbian").store(patterns)
found = net.attractors()
kinds = net.classify(found.states).kind

for energy, basin, kind in zip(found.energy, found.basin, kinds, strict=True):
    print(f"E = {energy:6.2f}   {basin:5d} states flow here   {kind}")

# %%
# **Question: is a deeper valley a wider one?** By and large. A memory and its inverse have the same
# energy, since :math:`E(-s) = E(s)` without thresholds, but not always the same basin: ties are
# broken by keeping the spin, which is the same for both, so here they agree.

figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
styles = {
    "stored": ("o", "#0072B2"),
    "inverse": ("s", "#56B4E9"),
    "mixture": ("^", "#D55E00"),
    "spurious": ("v", "#CC79A7"),
}
for kind, (marker, colour) in styles.items():
    here = kinds == kind
    if here.any():
        ax.plot(found.energy[here], found.basin[here], marker, color=colour, ms=9, label=kind)
ax.set(
    xlabel="energy of the attractor",
    ylabel="states that flow there (of 16384)",
    title="N = 14, P = 3, Hebbian",
)
ax.legend()
