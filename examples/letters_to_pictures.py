r"""
Letters and their pictures
==========================

A bidirectional memory stores pairs: a key and a value of another size. Shown a damaged letter, it
gives the picture that belongs to it, and the letter as it should be; shown a picture, it gives the
letter. **Question: how many pairs does it hold?**
"""

# %%
# Four letters of 10 × 10 pixels, each with a drawing of 12 × 12, stored by one matrix
# :math:`W = \sum_\mu x^\mu y^{\mu\mathsf{T}}`. The letters are alike, since most of each is
# background; so the drawings must not be, or pairs would be mixed up.

import sys

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

rows, columns = np.indices((12, 12))
drawings = [columns % 6 < 3, columns > rows, (rows + columns) % 6 < 3, rows % 4 < 2]
letters = hs.glyphs("ZTUL", size=10).reshape(4, 10, 10)
pictures = np.where(drawings, 1, -1)
memory = hs.BidirectionalMemory().store(letters, pictures)

cues = hs.flip(letters, fraction=1 / 6, rng=1)
run = memory.recall(cues, record="energy")
back = memory.recall(y=pictures)
print("pictures recalled:", (run.y == pictures).all(axis=(1, 2)))
print("letters recalled:", (run.x == letters).all(axis=(1, 2)))
print("letters recalled from pictures:", (back.x == letters).all(axis=(1, 2)))
print("energy of the first, by sweep:", run.energy[:, 0])

figure, axes = plt.subplots(3, 4, figsize=(6, 4.8), layout="constrained")
kinds = {"cue": cues, "its picture": run.y, "its letter": run.x}
for row, (name, images) in zip(axes, kinds.items(), strict=True):
    for ax, image in zip(row, images, strict=True):
        ax.imshow(image, cmap="gray_r")
        ax.set(xticks=[], yticks=[])
    row[0].set_ylabel(name)
plt.show()

# %%
# One step from a key is right in a neuron of the value if :math:`N_x` plus a sum of
# :math:`(P - 1) N_x` coins stays positive. The line is that law, exact at these sizes; the points
# are means over 20 memories (or the number on the command line) with their standard errors.

NETWORKS = int(sys.argv[1]) if len(sys.argv) > 1 else 20
counts = np.array([6, 8, 11, 15, 20, 30, 50, 80])
figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
for n_keys, colour in ((50, "#0072B2"), (100, "#D55E00"), (200, "#009E73")):
    wrong = np.empty((NETWORKS, len(counts)))
    for seed in range(NETWORKS):
        keys = hs.random_patterns(counts[-1], n_keys, rng=2 * seed)
        values = hs.random_patterns(counts[-1], 300, rng=2 * seed + 1)
        for column, count in enumerate(counts):
            memory = hs.BidirectionalMemory().store(keys[:count], values[:count])
            wrong[seed, column] = (memory.fields(keys[:count]) * values[:count] < 0).mean()
    ax.plot(counts, hs.theory.bidirectional_error(n_keys, counts), "-", color=colour)
    error = wrong.std(axis=0, ddof=1) / np.sqrt(NETWORKS)
    ax.errorbar(
        counts,
        wrong.mean(axis=0),
        error,
        fmt="o",
        color=colour,
        capsize=3,
        label=f"keys of {n_keys} neurons",
    )
ax.set(
    xlabel="pairs P",
    ylabel="wrong neurons of a value after one step",
    title=f"{NETWORKS} memories, values of 300 neurons; line: theory",
    xscale="log",
    yscale="log",
    ylim=(1e-5, 0.5),
    xticks=counts,
    xticklabels=counts,
)
ax.minorticks_off()
ax.legend(loc="lower right")
plt.show()
