r"""
Strokes or whole digits?
========================

A dense memory can learn to classify digits: memories :math:`\xi^\mu` vote for a class by
:math:`F(x) = \max(x, 0)^n` of their overlaps. **Question: what do memories look like, and does the
power n matter?**
"""

# %%
# Digits of 8 × 8 pixels: those of scikit-learn, or, where it is not installed, drawn ones with
# noise. The last 300 are for the test.

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
# Two powers, 50 memories each, with what suits them: steps and temperatures, in units of the number
# of pixels.

learnt = {}
for n, how in (
    (2, {"cost": 4, "rate": 0.15, "temperature": (0.7, 0.2)}),
    (20, {"cost": 10, "rate": 0.05, "temperature": (0.9, 0.7)}),
):
    classifier = hs.DenseClassifier(50, n, epochs=60, batch=30, damp=0.95, rng=1, **how)
    learnt[n] = classifier.fit(
        images[train], labels[train], validation=(images[test], labels[test])
    )
    wrong = 1 - classifier.score(images[test], labels[test])
    taking = np.median(classifier.participation(images[test]))
    print(f"n = {n}: {wrong:.1%} wrong, {taking:.1f} of 50 memories take part in a decision")

# %%
# Red pixels are positive weights, blue pixels negative ones. With n = 2 a memory is a patch of
# strokes, and many of them take part in a decision: *features*. With n = 20 it is a digit, and the
# two or three nearest memories decide: *prototypes*.

figure, axes = plt.subplots(2, 10, figsize=(9, 2.3), layout="constrained")
for (n, classifier), line in zip(learnt.items(), axes, strict=True):
    pictures = classifier.memories_[:, :64].reshape(-1, 8, 8)
    for ax, picture in zip(line, pictures, strict=False):
        ax.imshow(picture, cmap="RdBu_r", vmin=-1, vmax=1)
        ax.set(xticks=[], yticks=[])
    line[0].set_ylabel(f"n = {n}")
plt.show()

# %%
# Both learn; errors in training (dashed) and in the test. ``hopfield-sim digits`` does the same
# with MNIST where it finds it, for four powers.

figure, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
for (n, classifier), colour in zip(learnt.items(), ("#0072B2", "#D55E00"), strict=True):
    for name, line in (("train_error", "--"), ("validation_error", "-")):
        errors = [row[name] for row in classifier.history_]
        label = f"n = {n}" if line == "-" else None
        ax.plot(range(1, 61), errors, line, color=colour, label=label)
ax.set(xlabel="epoch", ylabel="fraction wrong", ylim=(0, 0.15))
ax.legend(frameon=False)
plt.show()
