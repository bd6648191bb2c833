r"""
Turning a subspace
==================

A restricted Hopfield network has :math:`m` hidden units and one matrix :math:`W` for both ways; it
recalls by :math:`x \leftarrow \operatorname{sign}(\tanh(xW)\,W^\mathsf{T})`. Its :math:`m` columns
stay orthonormal, and learning only rotates the subspace that they span. After one or two rotations
every pattern is a fixed point. **Question: is it learnt then?** A fixed point is no memory yet: it
needs a basin.
"""

# %%
# Networks differ, so every point below is a mean over ten of them (or the number on the command
# line), with its standard error. A cue has 10 or 20 of its 100 bits flipped; it counts as recalled
# if all bits are correct. Training stops after a fixed number of rotations.

import sys

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N, FLIPPED = 100, (10, 20)
NETWORKS = int(sys.argv[1]) if len(sys.argv) > 1 else 10


def recalled(n_hidden, n_patterns, **learning):
    """Cues of either kind that come back exactly: mean over networks and standard error, (2, 2)."""
    exact = np.empty((NETWORKS, 2))
    for seed in range(NETWORKS):
        patterns = hs.random_patterns(n_patterns, N, rng=seed)
        memory = hs.RestrictedHopfield(n_hidden, rng=seed).store(patterns, advise=False, **learning)
        for column, count in enumerate(FLIPPED):
            run = memory.recall(hs.flip(patterns, count=count, rng=seed))
            exact[seed, column] = (run.states == patterns).all(axis=1).mean()
    return np.stack([exact.mean(axis=0), exact.std(axis=0, ddof=1) / np.sqrt(NETWORKS)])


def show(what, values):
    """The means from both kinds of cues, in a line."""
    for column, count in enumerate(FLIPPED):
        means = ", ".join(f"{place}: {mean[0, column]:.3f}" for place, mean in values.items())
        print(f"{what}, {count} bits flipped, recalled: {means}")


rotations = (1, 2, 3, 5, 10, 20, 50)
learnt = {}
for p in (10, 25, 50):
    learnt[p] = {r: recalled(50, p, min_iter=r, max_iter=r) for r in rotations}
    show(f"P = {p}, 50 hidden units, by rotations", learnt[p])

# %%
# How many hidden units? With fewer than patterns they do not fit. With more than patterns, what is
# left of the subspace is not used by any pattern, but noise passes through it: on average a spin
# supports itself with :math:`(W W^\mathsf{T})_{ii} = m/N`, and with :math:`m = N` whatever is shown
# stays as it is.

widths = (10, 20, 25, 30, 40, 50, 60, 70, 80, 100)
by_width, gradient = {}, {}
for p in learnt:
    by_width[p] = {m: recalled(m, p, max_iter=20) for m in widths}
    show(f"P = {p}, 20 rotations, by hidden units", by_width[p])
    gradient[p] = {50: recalled(50, p, method="gradient")}
    show(f"P = {p}, by gradient", gradient[p])


def draw(ax, values, column, marker, colour, **style):
    """Means with their standard errors, from cues of one kind."""
    rows = np.array([value[:, column] for value in values.values()])
    ax.errorbar(list(values), *rows.T, fmt=marker, color=colour, capsize=2, **style)


figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
for p, colour in zip(learnt, ("#0072B2", "#D55E00", "#009E73"), strict=True):
    draw(left, learnt[p], 0, "o-", colour, markersize=4, label=f"P = {p}")
    draw(left, learnt[p], 1, "o:", colour, markersize=3, lw=1)
    draw(right, by_width[p], 0, "o-", colour, markersize=4)
    draw(right, gradient[p], 0, "x", colour, markersize=9)
left.set(
    xscale="log",
    xticks=rotations,
    xticklabels=rotations,
    xlabel="rotations",
    ylabel="fraction recalled exactly",
    title="50 hidden units; dotted: 20 bits flipped",
)
left.minorticks_off()
right.set(xlabel="hidden units m", title="20 rotations; crosses: by gradient")
left.legend(loc="center right")
figure.suptitle(f"N = {N}, 10 bits flipped, {NETWORKS} networks")
plt.show()

# %%
# Additional rotations are cheap, and enlarge the basins of the fixed points: every rotation lowers
# the total energy of all patterns, long after the last wrong bit.

patterns = hs.random_patterns(25, N, rng=0)
memory = hs.RestrictedHopfield(50, rng=0).store(patterns, min_iter=20)
for row in memory.history[:3] + memory.history[-1:]:
    print(
        f"rotation {row['iteration']:2}: {row['errors']} wrong bits, "
        f"mean energy {row['energy']:.2f}, mean squared error {row['cost']:.3f}"
    )
