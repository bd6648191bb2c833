r"""
The travelling salesman of Hopfield and Tank
============================================

A network can be given an energy whose deepest minima are the solutions of a problem, and then left
to itself. In 1985 Hopfield and Tank did this for the travelling salesman; in 1988 Wilson and Pawley
counted how often the network ends in a tour at all. **Question: how often, and is it the network or
the energy?**
"""

# %%
# Ten cities in a unit square, a neuron for each city and each position in the tour, and the
# parameters of the paper. Graded neurons descend from nearly equal activities; binary neurons are
# annealed *on the same energy*.

import sys

import matplotlib.pyplot as plt
import numpy as np

from hopfield_sim.optimisation import travelling_salesman

SETS = int(sys.argv[1]) if len(sys.argv) > 1 else 4
STARTS = 20

results, maps = [], []
for seed in range(SETS):
    cities = np.random.default_rng(seed).random((10, 2))
    results.append(travelling_salesman(cities, d=500, starts=STARTS, rng=seed))
    maps.append(cities)
print(results[0])

# %%
# What the networks have found of the set of cities with most tours of graded neurons.

most = int(np.argmax([found.valid_fraction for found in results]))
found, cities = results[most], maps[most]
shown = [
    ("graded neurons", found.tour, found.length),
    ("annealing", found.annealed.tour, found.annealed.length),
    ("nearest neighbour", found.nearest, found.nearest_length),
    ("shortest", found.exact, found.exact_length),
]
figure, axes = plt.subplots(1, 4, figsize=(9, 2.7), layout="constrained")
for ax, (name, tour, length) in zip(axes, shown, strict=True):
    ax.set(title=name, xlabel="no tour" if tour is None else f"length {length:.3f}")
    ax.set(xticks=[], yticks=[], aspect="equal", xlim=(-0.05, 1.05), ylim=(-0.05, 1.05))
    ax.plot(*cities.T, "o", color="#222222", zorder=3)
    if tour is not None:
        ax.plot(*cities[[*tour, tour[0]]].T, color="#0072B2")
plt.show()

# %%
# Where it ends in no tour: a city is left out or visited twice, or two cities come at once.

wrong = np.flatnonzero(~found.valid)[:3]
figure, axes = plt.subplots(1, len(wrong), figsize=(7.5, 2.9), layout="constrained", sharey=True)
for ax, start in zip(axes, wrong, strict=True):
    ax.imshow(found.states[start], cmap="Blues", vmin=0, vmax=1.3)
    ax.set(xlabel="position", title=f"{found.states[start].sum()} of 100 on", xticks=[], yticks=[])
axes[0].set_ylabel("city")
plt.show()

# %%
# A tour has the energy :math:`C x^2/2 + D \cdot \mathrm{length}`, whoever finds it, and the
# shortest tour is the lowest of all states, unless a city lies so far off that it is cheaper to
# visit another one twice: a detour longer than A/D. So the energy is right most of the time, and
# what fails is the descent: minima that are no tours are no higher than tours that are somewhat
# longer. A network that only goes downhill stays in them; noise that fades gets out of them.

figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.6), layout="constrained")
longest = 0.0
for tours, name, colour in (
    (found.annealed, "annealing", "#E69F00"),
    (found, "graded neurons", "#0072B2"),
):
    valid = tours.valid
    left.plot(tours.lengths[valid], tours.energies[valid], "o", color=colour, label=name)
    left.plot(
        np.full((~valid).sum(), found.exact_length - 0.15),
        tours.energies[~valid],
        "x",
        color=colour,
    )
    longest = max([longest, *tours.lengths[valid]])
line = np.array([found.exact_length, longest])
left.plot(line, 200 * 5**2 / 2 + 500 * line, color="#555555", zorder=0, label="C x²/2 + D · length")
left.set(xlabel="length of the tour (crosses: no tour)", ylabel="energy E")
left.legend()

graded = np.array([found.valid_fraction for found in results])
annealed = np.array([found.annealed.valid_fraction for found in results])
right.plot(graded, "o", color="#0072B2", label="graded neurons")
right.plot(annealed, "o", color="#E69F00", label="annealing")
right.axhline(0.15, color="#555555", ls="--", label="Wilson and Pawley: 15 of 100")
right.set(xlabel="set of ten cities", ylabel="fraction of valid tours", ylim=(-0.03, 1.03))
right.legend(loc="center right")
plt.show()

# %%
# The numbers, over all sets of cities, with standard errors from their scatter between sets.


def mean(values):
    return f"{np.mean(values):.2f} ± {np.std(values, ddof=1) / np.sqrt(len(values)):.2f}"


ratios = {
    "graded neurons": [f.mean_length / f.exact_length for f in results if f.valid.any()],
    "annealing": [f.annealed.mean_length / f.exact_length for f in results],
    "nearest neighbour": [f.nearest_length / f.exact_length for f in results],
}
best = sum(f.annealed.length < 1.0001 * f.exact_length for f in results)
lower = sum(
    min(f.energies.min(), f.annealed.energies.min()) < 2500 + 500 * f.exact_length - 1e-6
    for f in results
)
print(f"{SETS} sets of ten cities, {STARTS} starts of each")
print(f"valid tours: graded neurons {mean(graded)}, annealing {mean(annealed)}")
print("mean length, shortest = 1:", ", ".join(f"{k} {mean(v)}" for k, v in ratios.items()))
print(f"annealing found the shortest tour of {best} of {SETS} sets")
print(f"a state that is no tour was lower in {lower} of {SETS} sets")
frozen = np.concatenate([f.stop == "fixed-point" for f in results]).mean()
print(f"fraction of graded networks at rest before t = τ: {frozen:.2f}")

# %%
# So the fraction is that of Wilson and Pawley, not the 16 of 20 of the paper: a network that
# *descends* an energy is no way to minimise it. And simple methods that know what a tour is are
# better than both.
