r"""
Derrida, Gardner and Zippelius 1987: an exactly solvable network
================================================================

B. Derrida, E. Gardner and A. Zippelius, *Europhys. Lett.* **4**, 167 (1987): if each neuron hears
so few others that nothing it says comes back to it, every step of the dynamics is known exactly.
The overlap with the pattern that is recalled follows a map,
:math:`m \to \operatorname{erf}(m/\sqrt{2\alpha})` for many inputs C, with the load
:math:`\alpha = P/C`.
"""

# %%
# A network of 100 000 neurons, 21 of the others as inputs of each. Cues of three overlaps with a
# pattern, below and above what the map ends at, at two loads.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N, INPUTS, STEPS = 100_000, 21, 25
STARTS = (0.1, 0.4, 1.0)

graph = hs.random_graph(N, INPUTS, rng=1)
print(f"{graph}: a matrix would have {N**2:.0e} entries")


def measured(n_patterns):
    """Overlap with the first pattern after each step, (STEPS + 1, cues)."""
    patterns = hs.random_patterns(n_patterns, N, rng=2)
    wrong = [round(N * (1 - start) / 2) for start in STARTS]
    cues = np.array([hs.flip(patterns[0], count=count, rng=3) for count in wrong])
    net = hs.HopfieldNetwork(connectivity=graph).store(patterns)
    run = net.recall(cues, update="sync", max_sweeps=STEPS, record="overlap")
    return run.overlaps[:, :, 0]


def law(n_patterns):
    """The same by the map of so many inputs and patterns."""
    overlaps = [np.array(STARTS)]
    for _ in range(STEPS):
        overlaps.append(hs.theory.diluted_step(overlaps[-1], INPUTS, n_patterns))
    return np.array(overlaps)


# %%
# With an odd number of inputs and of patterns no field is ever zero, so that the map is exact for
# any C, not only for C → ∞. The last column is what it ends at for C → ∞.

loads = {5: "P = 5", 11: "P = 11"}
found = {n_patterns: (measured(n_patterns), law(n_patterns)) for n_patterns in loads}
for n_patterns, (points, curve) in found.items():
    limit = hs.theory.diluted_overlap(n_patterns / INPUTS)
    print(f"P = {n_patterns}: {points[-1].round(3)} after {STEPS} steps; map "
          f"{curve[-1].round(3)}; C → ∞ {limit:.3f}")  # fmt: skip

# %%
# What to see. Points are the network, lines the map: there is nothing to fit. Below a load of
# :math:`2/\pi` all cues end at the same overlap, however little they resemble the pattern: unlike a
# network with all couplings, this one has no spurious states that stop a cue on its way.

figure, panels = plt.subplots(1, 2, figsize=(9, 3.6), sharey=True, layout="constrained")
for axes, (n_patterns, (points, curve)) in zip(panels, found.items(), strict=True):
    for start, column, colour in zip(
        STARTS, range(3), ("#0072B2", "#D55E00", "#009E73"), strict=True
    ):
        axes.plot(curve[:, column], color=colour, lw=1)
        axes.plot(points[:, column], "o", color=colour, ms=4, label=f"from m = {start}")
    axes.axhline(hs.theory.diluted_overlap(n_patterns / INPUTS), color="black", lw=0.8, ls=":")
    axes.set(xlabel="step", title=f"C = {INPUTS}, {loads[n_patterns]}", ylim=(0, 1.03))
panels[0].set_ylabel("overlap m with the pattern")
panels[1].legend(frameon=False, loc="lower right")
plt.show()
