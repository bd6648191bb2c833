r"""
Twenty images in one vector
===========================

A distributed memory is a sum of features: storing adds a vector, forgetting subtracts it, and the
length of the sum is fixed. How long does it have to be?
"""

# %%
# Twenty colour tiles of 12 × 12 pixels, drawn by the package and scaled so that no two are further
# apart than 1. The lower half of each cue is masked; the upper one is clamped during the descent.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

side, beta = 12, 120.0
n = 3 * side * side
tiles = hs.datasets.tiles(n_tiles=20, size=side).train_images.reshape(20, n)
patterns = (tiles / (255 * np.sqrt(n))).astype(np.float32)
known = np.arange(n) < n // 2
cues = np.where(known, patterns, np.float32(0.5 / np.sqrt(n)))[:6]

exact = hs.ModernHopfield(beta, similarity="euclidean").store(patterns)
target = exact.recall(cues, clamp=known, step=0.1, max_steps=200).states

# %%
# **Question: how does the recalled image change with the number of features?** The descent needs a
# sum over random waves that is larger than its noise where a cue starts. With 500 or 2000 features
# it is not: recall fails, and the error of the masked half does not decrease (the memory warns of
# that; here the warning is disabled). With 8000 features the images are recalled, with 32000 nearly
# as well as from the exact memory, and beyond the error decreases with the root of the number.

counts = (500, 2000, 8000, 32000)
ends = {}
for count in counts:
    memory = hs.DistributedMemory(count, beta, rng=1).store(patterns)
    memory.quiet = True
    ends[count] = memory.recall(cues, clamp=known, max_steps=200, tol=1e-5).states
    off = np.sqrt(n * ((ends[count] - target)[:, ~known] ** 2).mean())
    print(f"Y = {count:5d}, {2 * count:5d} numbers in T: hidden values are off by {off:.3f}")
print(f"the twenty images themselves: {patterns.size} numbers")

rows = {"memory": patterns[:6], "cue": cues, "exact": target}
rows |= {f"Y = {count}": end for count, end in ends.items()}
figure, axes = plt.subplots(len(rows), 6, figsize=(6, 7), layout="constrained")
for line, (name, images) in zip(axes, rows.items(), strict=True):
    line[0].set_ylabel(name, rotation=0, ha="right", va="center")
    for ax, image in zip(line, images, strict=True):
        ax.imshow(np.clip(image * np.sqrt(n), 0, 1).reshape(side, side, 3))
        ax.set(xticks=[], yticks=[])
plt.show()

# %%
# **Question: what is left of a pattern that was forgotten?** Only rounding errors.

memory = hs.DistributedMemory(8000, beta, rng=1).store(patterns[:10])
before = memory.memory.copy()
memory.store(patterns[10:]).forget(patterns[10:])
print(f"largest difference: {np.abs(memory.memory - before).max():.1e}")
