r"""
An energy put together from parts
=================================

Layers and synapses each have an energy, a network has the sum of theirs, and recall descends it
(Krotov, arXiv 2107.06446, 2021). **Question: what do memories of pieces know of a digit, what
memories of whole digits, and what both?**
"""

# %%
# The visible layer is an image of 8 × 8 pixels, in a margin. One hidden layer sees it through a
# convolution: at each place a softmax over 400 patches of 4 × 4 pixels, the same everywhere, each
# place a small modern Hopfield network. Another has whole digits as memories.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

PATCHES, SIDE, MARGIN, NOISE = 400, 4, 3, 0.35
rng = np.random.default_rng(0)
try:
    dataset = hs.datasets.digits()
    images = np.concatenate([dataset.train_images, dataset.test_images]).astype(float)
except hs.errors.MissingDependencyError:  # drawn ones, where scikit-learn is not installed
    images = np.repeat(hs.glyphs("0123456789", size=8).reshape(10, 8, 8) + 1.0, 40, axis=0)
    images = np.clip(rng.permuted(images, axis=0) + 0.2 * rng.normal(size=images.shape), 0, None)
images = np.pad(images / images.max(), ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN)))
digits, test = images[:-8], images[-8:]

corners = rng.integers(0, images.shape[1] - SIDE + 1, (PATCHES, 2))
owners = rng.integers(0, len(digits), PATCHES)
patches = np.array(
    [digits[k, r : r + SIDE, c : c + SIDE] for k, (r, c) in zip(owners, corners, strict=True)]
)

# %%
# What a pixel gets should be the mean of what all 16 places around it say, and, of both kinds of
# memory, half of each: so weights carry these shares. The bias :math:`-\tfrac12 |ξ|^2` makes a
# softmax compare distances, and not prefer bright patches. Hidden layers with ``tau=0`` follow the
# image at once.


def network(share):
    """Both kinds of memory: a share of whole digits, the rest pieces."""
    layers, synapses = {"image": hs.Layer("identity", images.shape[1:])}, {}
    if share < 1:
        part = (1 - share) / SIDE**2
        bias = -part * (patches**2).sum(axis=(1, 2))[:, None, None] / 2
        layers["pieces"] = hs.Layer("softmax", tau=0, axis=0, beta=12 / part, bias=bias)
        synapses["image", "pieces"] = hs.Convolution(part * patches)
    if share > 0:
        flat = digits.reshape(len(digits), -1)
        bias = -share * (flat**2).sum(axis=1) / 2
        layers["digits"] = hs.Layer("softmax", tau=0, beta=4 / share, bias=bias)
        synapses["digits", "image"] = share * flat
    return hs.EnergyNetwork(layers, synapses)


print(network(0.5))
print(f"every gradient is that of its energy, to {network(0.5).check_gradient():.0e}")

# %%
# What to see: after one step of the dynamics pieces have made strokes of the noise. At rest they
# end in blank paper, the piece that fits itself best; memories of whole digits end at an average of
# those like the image. Together they stay at a digit, with strokes of its own.

noisy = test + NOISE * rng.normal(size=test.shape)
rows = {"image": test, "noisy": noisy}
for name, share in (("pieces", 0.0), ("digits", 1.0), ("both", 0.5)):
    net = network(share)
    first = net.recall(noisy, step=1.0, max_steps=1)
    run = net.recall(noisy, step=1.0, max_steps=100, tol=1e-3, record="energy")
    assert (np.diff(run.energy, axis=0) <= 1e-9).all()
    rows |= {f"{name}, one step": first.states, f"{name}, at rest": run.states}

centre = slice(MARGIN, -MARGIN)
figure, axes = plt.subplots(len(rows), len(test), figsize=(7, 7.2), layout="constrained")
for line, (name, states) in zip(axes, rows.items(), strict=True):
    error = np.sqrt(np.mean((states - test)[:, centre, centre] ** 2))
    print(f"{name:17} {error:.2f} rms from the image")
    for ax, state in zip(line, states, strict=True):
        ax.imshow(state[centre, centre], cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
    line[0].set_ylabel(name, rotation=0, ha="right", va="center")
plt.show()
