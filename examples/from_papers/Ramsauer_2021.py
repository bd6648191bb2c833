r"""
Ramsauer et al. 2021: one step, and exponentially many memories
===============================================================

H. Ramsauer et al., *Hopfield networks is all you need*, ICLR (2021): a modern network retrieves a
pattern in one step, up to an error that is exponentially small, as long as patterns are separated;
and the number of random patterns that are grows exponentially with the dimension.
"""

# %%
# The theorem on capacity draws patterns on a sphere of radius :math:`K\sqrt{d-1}` and guarantees
# :math:`\sqrt p\, c^{(d-1)/4}` of them. The paper gives two examples of its constant c.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

for beta, radius, dim, published in ((1, 3, 20, 3.1546), (1, 1, 75, 1.3718)):
    computed = hs.theory.modern_constant(beta, radius, dim, 0.001)
    print(f"β = {beta}, K = {radius}, d = {dim}: c = {computed:.4f}, in the paper {published}")


def on_a_sphere(n_patterns, dim, rng, radius=3.0):
    """Random patterns of one length."""
    points = rng.normal(size=(n_patterns, dim))
    return radius * np.sqrt(dim - 1) * points / np.linalg.norm(points, axis=1, keepdims=True)


# %%
# **Error.** Noisy patterns of 20 numbers, one step at each β, and how far its end is from the fixed
# point. The theorem on the error assumes the worst that can be.

rng = np.random.default_rng(0)
patterns = on_a_sphere(100, 20, rng)
cues = patterns + 0.05 * rng.normal(size=patterns.shape)
separation = hs.theory.modern_separation(patterns)
largest = np.linalg.norm(patterns, axis=1).max()
betas = np.geomspace(0.01, 0.5, 18)
found, bound = [], []
for beta in betas:
    memory = hs.ModernHopfield(beta).store(patterns)
    step = memory.recall(cues, max_steps=1, advise=False).states
    fixed = memory.recall(patterns, max_steps=500, advise=False).states
    gone = np.linalg.norm(fixed - patterns, axis=1)
    away = np.maximum(np.linalg.norm(cues - patterns, axis=1), gone)
    found.append(np.linalg.norm(step - fixed, axis=1))
    bound.append(hs.theory.modern_error(separation, len(patterns), largest, beta, away))

# %%
# **Capacity.** The weight of a random pattern on itself, for K = 1 and β = 1, in 4 to 12
# dimensions.

counts = np.unique(np.geomspace(2, 20_000, 25).astype(int))
dims = (4, 6, 8, 10, 12)
weights = {}
for dim in dims:
    everything = on_a_sphere(counts[-1], dim, rng, radius=1.0)
    weights[dim] = []
    for count in counts:
        memory = hs.ModernHopfield(1.0).store(everything[:count])
        weights[dim].append(memory.attention(everything[: min(count, 200)]).diagonal().mean())

# %%
# What to see. Left of the kink β is so small that states go to a mean of many patterns; right of it
# the error falls exponentially, below the bound. In the right panel two more dimensions let about
# three times as many patterns be stored; lines are theory, which averages over the patterns.

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
left.loglog(betas, np.median(bound, axis=1), color="black", lw=1, label="bound, theorem 4")
left.loglog(betas, np.median(found, axis=1), "o", color="#0072B2", label="measured, median")
left.set(xlabel="β", ylabel="error after one step", ylim=(1e-18, 1e10))
left.legend(frameon=False)
fine = np.geomspace(2, 20_000, 100).astype(int)
for dim, colour in zip(dims, plt.cm.viridis(np.linspace(0, 0.85, len(dims))), strict=True):
    right.semilogx(fine, hs.theory.modern_weight(1.0, 1.0, dim, fine), color=colour, lw=1)
    right.semilogx(counts, weights[dim], "o", ms=4, color=colour, label=f"d = {dim}")
right.axhline(0.5, color="#999999", ls=":")
right.set(xlabel="patterns P", ylabel="weight of the pattern itself")
right.legend(frameon=False)
plt.show()

for dim in dims:
    half = fine[hs.theory.modern_weight(1.0, 1.0, dim, fine) >= 0.5].max()
    print(f"d = {dim:2d}: half of the weight is left up to about {half} patterns, by theory")
