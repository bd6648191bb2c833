r"""
A memory that is a feed-forward network
=======================================

A dense memory that classifies computes for each class how much the energy decreases when its neuron
is turned on. To first order in the class weights the result is that of a network with one hidden
layer, one unit per memory, whose activation is the derivative of the interaction, :math:`f = F'`.
**Question: how large is the difference, and does it matter for a trained memory?**
"""

# %%
# With all class neurons off the overlap is :math:`h_\mu = \sum_i \xi_i v_i - \sum_b \xi_b`, and
# turning class a on adds :math:`2 \xi_a`. Around the middle, where class neuron a is 0,
#
# .. math::
#
#    F(h_\mu + 2\xi_a) - F(h_\mu)
#        = 2 \xi_a\, f(h_\mu + \xi_a) + \tfrac13 \xi_a^3\, F^{(3)}(h_\mu + \xi_a) + \dots
#
# so that the output is, with :math:`b \ne a` in the inner sum,
#
# .. math::
#
#    c_a = \tanh \Big( 2\beta \sum_\mu \xi_a\, f\big( \sum_i \xi_i v_i - \sum_b \xi_b \big) \Big) :
#
# hidden units :math:`f` with biases, and :math:`2\beta\xi_a` as weights out. For :math:`F(x) =
# \max(x, 0)^2` nothing remains: a layer of rectifiers, exactly, where no overlap changes its sign.
# If the class weights are small, the biases can go too. Scale those of random memories by ε:

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

rng = np.random.default_rng(0)
states, visible = rng.uniform(-1, 1, (200, 50)), rng.uniform(-1, 1, (20, 50))
classes = rng.uniform(-1, 1, (20, 4))


def votes(xi, xi_class, v, n):
    """The sum over memories of F(h + 2ξ_a) − F(h), a column a class."""
    low = v @ xi.T - xi_class.sum(axis=1)
    high = low[:, :, None] + 2 * xi_class
    return (np.maximum(high, 0) ** n - np.maximum(low, 0)[:, :, None] ** n).sum(axis=1)


def hidden_layer(xi, xi_class, v, n, *, bias):
    """The network: f of the visible overlaps, times 2 ξ_a."""
    overlap = v @ xi.T
    if bias:  # one for each class: the other class neurons stay off
        overlap = overlap[:, :, None] - (xi_class.sum(axis=1)[:, None] - xi_class)
    else:
        overlap = overlap[:, :, None]
    return (n * np.maximum(overlap, 0) ** (n - 1) * 2 * xi_class).sum(axis=1)


scales = 2.0 ** -np.arange(0, 12)
lost = {}
for n in (2, 3, 5):
    for bias in (False, True):
        errors = []
        for eps in scales:
            exact = votes(visible, eps * classes, states, n)
            network = hidden_layer(visible, eps * classes, states, n, bias=bias)
            errors.append(np.abs(network - exact).mean() / np.abs(exact).mean())
        lost[n, bias] = np.array(errors)
    bare, full = (
        np.polyfit(np.log(scales[4:]), np.log(lost[n, b][4:]), 1)[0] for b in (False, True)
    )
    print(f"n = {n}: the relative difference falls as ε^{bare:.2f}; with biases ε^{full:.2f}")

# %%
# Without biases the difference is a second-order term over a first-order one, ε; with them ε². For
# n = 2 with biases only overlaps within ε of zero contribute, where the rectifier bends.
#
# Now a trained memory, whose class weights are as large as training made them. Digits drawn by the
# package, moved by a pixel and with a seventh of their pixels flipped:

glyphs = hs.glyphs("0123456789", size=12).reshape(-1, 12, 12)


def digits(count, seed):
    """Examples and their labels."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(10, size=count)
    moves = rng.integers(-1, 2, size=(count, 2))
    moved = [np.roll(glyphs[k], move, axis=(0, 1)) for k, move in zip(labels, moves, strict=True)]
    return hs.flip(np.reshape(moved, (count, -1)), fraction=1 / 7, rng=rng), labels


learnt, tested = digits(3000, seed=1), digits(1000, seed=2)
drawn = {}
for n in (2, 3, 10, 20):
    clf = hs.DenseClassifier(100, n, epochs=40, dtype="float64", rng=0).fit(*learnt)
    xi, xi_class = clf.memories_[:, :144], clf.memories_[:, 144:]
    exact = votes(xi, xi_class, tested[0], n)
    network = hidden_layer(xi, xi_class, tested[0], n, bias=True)
    same = np.mean(network.argmax(axis=1) == exact.argmax(axis=1))
    difference = np.abs(network - exact).mean() / np.abs(exact).mean()
    voters = np.median(clf.participation(tested[0]))
    print(
        f"n = {n:2}: test error {1 - clf.score(*tested):.3f}, {voters:4.1f} memories take part; "
        f"the network decides alike in {same:.1%}, its votes differ by {difference:.2%}"
    )
    drawn[n] = exact / np.abs(exact).max(), network / np.abs(exact).max()

# %%
# The memory decides as that network does, at any power; and a network with one hidden layer of
# rectifiers is a dense memory with n = 2. What the memory adds is an energy.

figure, (left, right) = plt.subplots(1, 2, figsize=(9.4, 4), layout="constrained")
for n, colour in ((2, "#0072B2"), (3, "#D55E00"), (5, "#009E73")):
    left.loglog(scales, lost[n, False], "o-", color=colour, ms=4, label=f"n = {n}")
    left.loglog(scales, lost[n, True], "s--", color=colour, ms=4, mfc="white")
left.loglog(scales, 0.35 * scales, color="#999999", lw=0.8)
left.loglog(scales, 0.02 * scales**2, color="#999999", lw=0.8, ls="--")
left.annotate("∝ ε", (scales[-3], 0.35 * scales[-3]), xytext=(-6, 8), textcoords="offset points")
left.annotate(
    "∝ ε²", (scales[-3], 0.02 * scales[-3] ** 2), xytext=(6, -4), textcoords="offset points"
)
left.set(
    xlabel="size ε of the class weights",
    ylabel="relative difference of the votes",
    title="filled: without biases · open: with them",
)
left.legend()
for n, colour in ((2, "#0072B2"), (20, "#CC79A7")):
    exact, network = drawn[n]
    right.plot(exact.ravel(), network.ravel(), ".", color=colour, ms=3, alpha=0.4, label=f"n = {n}")
right.axline((0, 0), slope=1, color="#999999", lw=0.8, zorder=0)
right.set(
    xlabel="votes of the trained memory (largest = 1)",
    ylabel="votes of the hidden layer",
    title="1000 digits, 10 classes, K = 40",
)
right.legend(markerscale=4)
plt.show()
