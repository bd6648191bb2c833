r"""
The brightest picture wins
==========================

A modern Hopfield network weighs its memories by :math:`\operatorname{softmax}(\beta\,\Xi x)`. With
pictures the dot product has a favourite: :math:`x \cdot \xi` grows with the length of :math:`\xi`,
so that the brightest picture is recalled for every cue. Comparing distances solves this; and
unknown parts should not be compared at all.
"""

# %%
# Forty drawn tiles, and each of them with its lower half covered in grey.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

images = hs.datasets.tiles(n_tiles=40).train_images.astype(float)
upper = np.zeros(images.shape[1:], bool)
upper[:16] = True
cues = np.where(upper, images, 127.5)

# %%
# Which memory has the largest weight does not depend on :math:`\beta`, but how large that weight is
# does: ``suggest_beta`` finds the one at which nearly all of it is on one memory.

euclidean = hs.ModernHopfield(similarity="euclidean").store(images)
beta = euclidean.suggest_beta(cues)
ends = {}
for name, memory, how in (
    ("dot", hs.ModernHopfield(1e-3), {}),
    ("euclidean", hs.ModernHopfield(beta, similarity="euclidean"), {}),
    (
        "euclidean, half left out",
        hs.ModernHopfield(beta, similarity="euclidean"),
        {"observed": upper},
    ),
):
    run = memory.store(images).recall(cues, advise=False, **how)
    ends[name] = run.states
    right = (np.abs(run.states - images).mean(axis=(1, 2, 3)) < 1).mean()
    print(f"{name}: {right:.0%} come back")

# %%
# Five of them: original, cue, and recalled image.

rows = {"original": images, "cue": cues} | ends
figure, axes = plt.subplots(len(rows), 5, figsize=(6, 6.4), layout="constrained")
for (name, pictures), line in zip(rows.items(), axes, strict=True):
    for ax, picture in zip(line, pictures[:5], strict=True):
        ax.imshow(np.clip(picture, 0, 255).astype(np.uint8))
        ax.set(xticks=[], yticks=[])
    line[0].set_ylabel(name.replace(", ", "\n"), fontsize=8)
plt.show()

# %%
# With small steps a state descends in energy until it converges.

noisy = images[7] + 40 * np.random.default_rng(0).normal(size=images[7].shape)
memory = hs.ModernHopfield(1e-5, similarity="euclidean").store(images)
run = memory.recall(noisy, step=0.1, tol=0.5, record=("energy", "states"))
print(
    f"{run.stop} after {run.steps} steps; the energy never rises: {np.diff(run.energy).max() <= 0}"
)
hs.plotting.energy(run)
