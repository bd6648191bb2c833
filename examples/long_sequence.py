r"""
A long sequence
===============

A dense memory whose values are the *next* patterns,
:math:`s_i \leftarrow \operatorname{sign} \sum_\mu \xi_i^{\mu+1} F'(\xi^\mu \cdot s)`, walks through
them (Chaudhry, Zavatone-Veth, Krotov and Pehlevan, 2023). **Question: how much longer a sequence
can it replay than a network with pair couplings?**
"""

# %%
# The 26 letters with 100 neurons. They are alike, so that pair couplings by the same sum lead
# astray at once; with :math:`F(x) = e^x` a damaged A is followed by the whole alphabet.

import string

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs


def following(patterns):
    """The pattern after each, the first after the last."""
    return np.roll(patterns, -1, axis=0)


letters = hs.glyphs(string.ascii_uppercase, size=10)
cue = hs.flip(letters[0], count=15, rng=1)
memories = {
    "F(x) = x²": hs.DenseMemory(order=2),
    "F(x) = eˣ": hs.DenseMemory("exponential"),
}
walks = {}
for name, memory in memories.items():
    memory.store(letters, following(letters), advise=False)
    walks[name] = hs.replay(memory, states=cue, max_sweeps=26)
    seen = "".join((*string.ascii_uppercase, "?")[k] for k in hs.match(walks[name], letters))
    print(f"{name}: {seen}")

figure, axes = plt.subplots(len(walks), 14, figsize=(9, 1.7), layout="constrained")
for (name, rows), line in zip(walks.items(), axes, strict=True):
    for step, ax in enumerate(line):
        ax.imshow(-rows[step].reshape(10, 10), cmap="gray", vmin=-1, vmax=1)
        ax.set(xticks=[], yticks=[])
    line[0].set_ylabel(name, fontsize=8)
figure.suptitle("steps 0 to 13", fontsize=9)
plt.show()

# %%
# Random patterns: the share of wrong neurons after one step from a pattern, mean over 8 networks
# with its standard error. A neuron sees the pattern as a signal, :math:`F(N+1) - F(N-1)`, and each
# of the others as noise of either sign. Lines are the exact law for each N; the black one is its
# limit for large N, :math:`Q(\sqrt{N^{n-1}/((2n-3)!!\,P)})`. Larger networks lie nearer to it: the
# length of a sequence that is replayed with few errors grows as :math:`N^{n-1}`.

NETWORKS = 8
sizes = {2: (50, 400), 3: (20, 80), 4: (14, 36)}
colours = dict(zip(sizes, ("#0072B2", "#D55E00", "#009E73"), strict=True))
loads = np.geomspace(0.1, 1.6, 7)

figure, ax = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
for order, numbers in sizes.items():
    unit = np.prod(np.arange(1, 2 * order - 2, 2))  # (2n − 3)!!
    for n, marker, style in zip(numbers, "so", ("--", "-"), strict=True):
        lengths = np.round(loads * n ** (order - 1) / unit).astype(int)
        errors = np.empty((NETWORKS, len(lengths)))
        for column, length in enumerate(lengths.tolist()):
            for seed in range(NETWORKS):
                patterns = hs.random_patterns(length, n, rng=seed)
                memory = hs.DenseMemory(order=order)
                memory.store(patterns, following(patterns), advise=False)
                step = memory.recall_values(patterns[:400])
                errors[seed, column] = (step != following(patterns)[:400]).mean()
        law = hs.theory.one_step_error(n + 1, lengths, order=order, ties="plus")
        x, mean = unit * lengths / n ** (order - 1), errors.mean(axis=0)
        bars = errors.std(axis=0, ddof=1) / NETWORKS**0.5
        ax.plot(x, law, style, color=colours[order], lw=1)
        ax.errorbar(
            x, mean, bars, fmt=marker, color=colours[order], ms=4, label=f"n = {order}, N = {n}"
        )
        print(
            f"n = {order}, N = {n}, P = {lengths.tolist()}:",
            f"{mean.round(4).tolist()}, law {law.round(4).tolist()}",
            sep="\n    ",
        )
limit = hs.theory.one_step_error(10**6, np.round(loads * 1e6).astype(int), exact=False)
ax.plot(loads, limit, "k-", lw=1, label="N → ∞")
ax.set(
    xscale="log",
    yscale="log",
    ylim=(2e-4, 0.4),
    xlabel=r"load $(2n-3)!!\, P/N^{n-1}$",
    ylabel="wrong neurons after one step",
    title=f"{NETWORKS} networks; lines: exact law",
)
ax.set_xticks([0.1, 0.2, 0.5, 1], ["0.1", "0.2", "0.5", "1"])
ax.minorticks_off()
ax.legend(fontsize=8, loc="lower right")
plt.show()

# %%
# Pictures in colour: the values of a modern memory are real vectors, and it replays these.

tiles = hs.datasets.tiles(n_tiles=12).train_images / 255.0
memory = hs.ModernHopfield(beta=100.0, similarity="euclidean").store(tiles, following(tiles))
noisy = tiles[0] + 0.2 * np.random.default_rng(0).normal(size=tiles[0].shape)
rows = hs.replay(memory, states=noisy, max_sweeps=7)
figure, axes = plt.subplots(1, 8, figsize=(9, 1.4), layout="constrained")
for step, (ax, picture) in enumerate(zip(axes, rows, strict=True)):
    ax.imshow(np.clip(picture, 0, 1))
    ax.set(xticks=[], yticks=[], title=str(step))
plt.show()
