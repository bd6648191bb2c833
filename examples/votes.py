r"""
Memories that vote
==================

A modern memory whose values are classes, a row of 0 and a single 1 for each picture, answers with
:math:`V^{\mathsf T} \operatorname{softmax}(\beta\, s)`: the memories vote with a weight that grows
with their similarity s. Nothing is learnt. **Question: how well does that classify photographs, by
the number of memories and by β?**
"""

# %%
# CIFAR-10 from ``$HOPFIELD_DATA`` (:func:`hopfield_sim.datasets.cifar10` says where else it is
# looked for), at most 2000 photographs of it; where it is not found, handwritten digits.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs


def drawn(n_images=1500):
    """Drawn digits with noise, where there are no others."""
    labels = np.arange(n_images) % 10
    ink = hs.glyphs("0123456789", size=8).reshape(10, 8, 8)[labels]
    noise = np.random.default_rng(0).normal(0, 1.5, ink.shape)
    return "drawn digits", ink + noise, labels


def pictures():
    """A name, pictures and their classes."""
    for make in (hs.datasets.cifar10, hs.datasets.digits):
        try:
            found = make()
        except (hs.errors.MissingDataError, hs.errors.MissingDependencyError) as reason:
            print(f"not {make.__name__}: {str(reason)[:60]} ...")
        else:
            return found.name, found.train_images / 255.0, found.train_labels
    return drawn()


name, images, labels = pictures()
images, labels = images[:2000], labels[:2000]
print(f"{name}: {len(images)} pictures of {' x '.join(map(str, images.shape[1:]))}")

# %%
# A quarter of the pictures are asked about and the memories are drawn from the others, in eight
# splits. β is in units of the median similarity between pictures, so that at β = 1 a picture has
# e times the weight of one that is half the median of the squared distances farther away.

SPLITS, ASKED = 8, len(images) // 4
betas = np.geomspace(0.3, 1000, 20)
counts = (50, 200, len(images) - ASKED)
one_hot = np.eye(10)[labels]
some = images[:300].reshape(len(images[:300]), -1)
unit = np.median(((some[:150, None] - some[None, 150:]) ** 2).sum(axis=2)) / 2

right = np.empty((len(counts), SPLITS, len(betas)))
nearest = np.empty((len(counts), SPLITS))
for split in range(SPLITS):
    order = np.random.default_rng(split).permutation(len(images))
    asked, others = order[:ASKED], order[ASKED:]
    for row, count in enumerate(counts):
        kept = others[:count]
        memory = hs.ModernHopfield(similarity="euclidean").store(images[kept], one_hot[kept])
        for column, beta in enumerate(betas):
            memory.beta = beta / unit
            votes = memory.recall_values(images[asked])
            right[row, split, column] = (votes.argmax(axis=1) == labels[asked]).mean()
        memory.beta = 1e9
        first = memory.attention(images[asked]).argmax(axis=1)
        nearest[row, split] = (labels[kept[first]] == labels[asked]).mean()

# %%
# What to see. For small β all memories vote alike, and the answer is the most frequent class. For
# large β the nearest memory decides alone: the dotted lines are one-nearest-neighbour
# classification, at which the curves end. Between, several neighbours vote, which with photographs
# is better than either; digits have near neighbours of their own class, and one is nearly enough.

figure, ax = plt.subplots(figsize=(6.4, 4), layout="constrained")
for row, (count, colour) in enumerate(zip(counts, ("#0072B2", "#D55E00", "#009E73"), strict=True)):
    mean, error = right[row].mean(axis=0), right[row].std(axis=0, ddof=1) / SPLITS**0.5
    ax.errorbar(betas, mean, error, fmt=".-", color=colour, lw=1, label=f"P = {count}")
    ax.axhline(nearest[row].mean(), color=colour, ls=":", lw=1)
    best = mean.argmax()
    gain = right[row, :, best] - nearest[row]
    print(
        f"P = {count:4}: best {mean[best]:.3f} ± {error[best]:.3f} at β = {betas[best]:.3g}, "
        f"{gain.mean():.3f} ± {gain.std(ddof=1) / SPLITS**0.5:.3f} more than "
        f"the nearest neighbour, {nearest[row].mean():.3f}; β → ∞ {mean[-1]:.3f}"
    )
ax.axhline(0.1, color="#999999", lw=1, label="chance")
ax.set(
    xscale="log",
    xlabel="β, in units of the median similarity",
    ylabel="right classes",
    title=f"{name}, {SPLITS} splits; dotted: nearest neighbour",
)
ax.legend()
plt.show()
