r"""
Where a network remembers
=========================

Load and temperature decide whether a network has memories, a spin glass or nothing. The overlap
that is left of a pattern, measured, and the lines of the theory of Amit, Gutfreund and Sompolinsky
(*Annals of Physics* **173**, 30, 1987).
"""

# %%
# ``experiment.phase`` starts networks in a stored pattern, and in a cue with a quarter of its bits
# flipped, and lets them relax at each temperature. The same grid for 10 000 neurons takes minutes:
# ``hopfield-sim phase --sizes 10000``.

import matplotlib.pyplot as plt

import hopfield_sim as hs

result = hs.experiment.phase(
    sizes=[500], loads=[0.02, 0.05, 0.08, 0.11, 0.14], networks=6, sweeps=40, rng=0
)
hs.plotting.phase_diagram(result)
plt.show()

# %%
# Below :math:`T_M` the overlap is that of the retrieval state in theory, which tells more: the
# Edwards-Anderson parameter, the noise of the other patterns, energies.

for row in result.rows:
    if row["load"] == 0.05 and row["start"] == "pattern" and row["temperature"] <= 0.45:
        state = hs.theory.retrieval(row["load"], row["temperature"])
        print(
            f"T = {row['temperature']:.2f}: m = {row['overlap']:.3f} ± {row['overlap_se']:.3f}, "
            f"theory m = {state.overlap:.3f}, q = {state.spin_glass_order:.3f}, "
            f"r = {state.crosstalk:.2f}, f = {state.free_energy:.4f}"
        )

# %%
# **Question: why is the edge not sharp?** In a small network the barrier around the valley of a
# pattern is finite: near :math:`T_M` some networks leave it. ``sizes=[250, 1000, 4000]`` shows how
# the edge sharpens with N.

hs.plotting.overlap_by_temperature(result)
plt.show()
