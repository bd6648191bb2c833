r"""
Krotov and Hopfield 2016: from features to prototypes
=====================================================

D. Krotov and J. J. Hopfield, *Dense associative memory for pattern recognition*, NeurIPS (2016),
figures on handwritten digits: memories that are trained to classify look like strokes if the power
n of the energy is small, and like whole digits if it is large; both kinds classify equally well.
"""

# %%
# The paper trains 2000 memories on MNIST. Here 50 memories learn digits of 8 × 8 pixels: those of
# scikit-learn, or, where it is not installed, drawn ones with noise. The last 300 are for the test.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

rng = np.random.default_rng(0)
try:
    dataset = hs.datasets.digits()
    images = np.concatenate([dataset.train_images, dataset.test_images])
    labels = np.concatenate([dataset.train_labels, dataset.test_labels])
except hs.errors.MissingDependencyError:
    labels = np.arange(1500) % 10
    drawn = hs.glyphs("0123456789", size=8).reshape(10, 8, 8)[labels]
    images = (127 + 80 * drawn + rng.normal(0, 40, drawn.shape)).clip(0, 255).astype(np.uint8)
order = rng.permutation(len(images))
images, labels = images[order], labels[order]
train, test = slice(0, -300), slice(-300, None)

# %%
# The four powers of the paper, each with a step, a cost and a temperature that suit it, found by
# hand.

powers = {
    2: {"cost": 4, "rate": 0.15, "temperature": (0.7, 0.2)},
    3: {"cost": 8, "rate": 0.1, "temperature": (0.8, 0.3)},
    20: {"cost": 10, "rate": 0.05, "temperature": (0.9, 0.7)},
    30: {"cost": 6, "rate": 0.03, "temperature": (0.9, 0.7)},
}
learnt, taking = {}, {}
for n, how in powers.items():
    classifier = hs.DenseClassifier(50, n, epochs=60, batch=30, damp=0.95, rng=1, **how)
    learnt[n] = classifier.fit(images[train], labels[train])
    taking[n] = classifier.participation(images[test])
    wrong = 1 - classifier.score(images[test], labels[test])
    print(f"n = {n:2d}: {wrong:.1%} of the test wrong, {np.median(taking[n]):.1f} memories decide")
print("the paper, 2000 memories, MNIST: 1.4 to 1.8 % of the test wrong, for the same powers")

# %%
# What to see. Above, memories (red is positive, blue negative): with n = 2 and 3 patches of
# strokes, with n = 20 and 30 digits. Below, how many memories take part in the decision on a test
# digit: many features vote, one or two prototypes decide.

figure = plt.figure(figsize=(9, 4.6), layout="constrained")
above, below = figure.subfigures(2, 1, height_ratios=(2, 1.7))
for ax, (n, classifier) in zip(above.subplots(1, 4), learnt.items(), strict=True):
    tiles = np.full((4 * 9 + 1, 5 * 9 + 1), np.nan)
    for place, memory in enumerate(classifier.memories_[:20, :64].reshape(-1, 8, 8)):
        row, column = divmod(place, 5)
        tiles[9 * row + 1 : 9 * row + 9, 9 * column + 1 : 9 * column + 9] = memory
    ax.imshow(tiles, cmap="RdBu_r", vmin=-1, vmax=1)
    ax.set(title=f"n = {n}")
    ax.axis("off")
ax = below.subplots()
bins = np.arange(0, 26)
for (n, numbers), colour in zip(
    taking.items(), ("#0072B2", "#56B4E9", "#E69F00", "#D55E00"), strict=True
):
    ax.hist(numbers, bins, histtype="step", lw=1.6, color=colour, label=f"n = {n}")
ax.set(xlabel="memories that take part in a decision", ylabel="test digits")
ax.legend(frameon=False, ncols=4)
plt.show()
