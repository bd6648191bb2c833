r"""
All at once, or one after another
=================================

Two neurons with a positive weight start in opposite states. With asynchronous updates the first
update makes them equal. With synchronous updates each takes the previous state of the other, for
ever.
"""

# %%
# The smallest example there is, :math:`W = \begin{pmatrix}0&1\\1&0\end{pmatrix}`:

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

pair = hs.HopfieldNetwork.from_weights([[0, 1], [1, 0]])
for update in ("async", "sync"):
    run = pair.recall([1, -1], update=update, record="states", rng=1, max_sweeps=6)
    print(f"{update:6} ends as {run.stop!r}, period {run.period}: {run.trajectory.tolist()}")

# %%
# In a symmetric network there are no longer cycles: synchronous updates end in a fixed point or in
# a cycle of two states. **Question: how often is it a cycle?** Start networks of 200 neurons from
# random states.

loads = np.array([0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5])
cycles, errors = [], []
for load in loads:
    of_each = []
    for trial in range(10):
        net = hs.HopfieldNetwork().store(hs.random_patterns(round(load * 200), 200, rng=trial))
        run = net.recall(hs.random_patterns(100, 200, rng=100 + trial), update="sync")
        of_each.append(np.mean(run.period == 2))
    cycles.append(np.mean(of_each))
    errors.append(np.std(of_each, ddof=1) / np.sqrt(10))

figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
ax.errorbar(loads, cycles, errors, fmt="o-", color="#0072B2", capsize=3)
ax.set(
    xlabel="load P/N",
    ylabel="fraction that ends in a 2-cycle",
    ylim=(0, 0.6),
    title="N = 200, Hebbian, synchronous, random starts\n10 networks × 100 starts, standard errors",
)
plt.show()

# %%
# This is why synchronous recall must distinguish cycles from fixed points: in both the energy does
# not change any more.
