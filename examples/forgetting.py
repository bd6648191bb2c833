r"""
Memories that forget
====================

Hebb's rule loses all patterns at once when there are too many. A *palimpsest* lets each new
pattern make the earlier ones fade, and *bounded* synapses forget by themselves: both hold the
latest patterns, however many come. "How many patterns does it hold?" is then the wrong question,
since most are meant to be forgotten. The right one is: how old may a pattern be?
"""

# %%
# Each network learns twice as many patterns as it has neurons. The age u of a pattern is the
# number of later ones, divided by N.

from functools import partial

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N, NETWORKS = 500, 5
ages, bin_width = np.arange(0, 0.3, 0.02), 0.02
fine = np.linspace(0, 0.3, 200)


def of_networks(values):
    """Mean and standard error over networks."""
    return np.mean(values, axis=0), np.std(values, axis=0, ddof=1) / NETWORKS**0.5


def wrong_bits(rule, seed):
    """The fraction of bits that change at once, by age."""
    patterns = hs.random_patterns(2 * N, N, rng=seed)
    net = hs.HopfieldNetwork(rule).store(patterns)
    by_age = (net.fields(patterns) * patterns <= 0).mean(axis=1)[::-1]
    return [by_age[int(u * N) : int((u + bin_width) * N)].mean() for u in ages]


def span(rule, seed):
    """The number of the latest patterns that come back with an overlap above 0.9, over N."""
    patterns = hs.random_patterns(2 * N, N, rng=seed)
    net = hs.HopfieldNetwork(rule).store(patterns)
    latest = patterns[-N // 4 :]
    overlaps = hs.overlap(net.recall(latest, rng=seed).states, latest).diagonal()
    return (overlaps > 0.9).sum() / N


# %%
# On the left the bits of a pattern that change at once, with the laws: :math:`Q(ε e^{-ε^2 u/2})`
# of Mézard, Nadal and Toulouse (*J. Physique* **47**, 1457, 1986), that of bounded synapses
# (Parisi, *J. Phys. A* **19**, L617, 1986), and Hebb's :math:`Q(1/\sqrt α)`, which knows no age.
# On the right how many of the latest patterns are remembered, by the strength of a new one.

rules = (
    ("palimpsest, ε = 4.1", "palimpsest", "#0072B2", hs.theory.palimpsest_error(fine, 4.1)),
    ("bounded, A = 0.4", "bounded", "#D55E00", hs.theory.bounded_error(fine, (8 + 0.5) / N**0.5)),
    ("Hebbian", "hebbian", "#666666", np.full(200, hs.theory.one_step_error(N, 2 * N))),
)
strengths = np.array([2, 2.5, 3, 3.5, 4.1, 5, 6, 8])
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained")
for label, rule, colour, law in rules:
    mean, error = of_networks([wrong_bits(rule, seed) for seed in range(NETWORKS)])
    seen = mean > 0
    left.errorbar(
        (ages + bin_width / 2)[seen], mean[seen], error[seen], fmt="o", ms=4, color=colour
    )
    left.plot(fine, law, color=colour, label=label)
left.set(yscale="log", ylim=(1e-4, 1), xlabel="age u: later patterns / N")
left.set(ylabel="bits that change at once", title="lines: theory")
left.legend(frameon=False, loc="lower right")
held = [
    [span(partial(hs.rules.palimpsest, strength=e), seed) for e in strengths]
    for seed in range(NETWORKS)
]
mean, error = of_networks(held)
right.errorbar(strengths, mean, error, fmt="o-", ms=4, color="#0072B2", lw=1)
right.axvline(4.1, color="#999999", lw=1, ls="--")
right.set(
    xlabel="strength ε of a new pattern", ylabel="latest patterns remembered / N", ylim=(0, None)
)
right.set_title(f"palimpsest, N = {N}, {NETWORKS} networks")
plt.show()

for strength, number, its_error in zip(strengths, mean, error, strict=True):
    print(f"ε = {strength}: {number:.3f} ± {its_error:.3f} N")

# %%
# **Question: why is there a best strength?** A weak pattern drowns in the noise of the others,
# whose variance is 1, from the start: at ε = 2 even the latest has :math:`Q(2)`, two per cent, of
# wrong bits. A strong one makes the others fade the faster, as :math:`e^{-ε^2 u/2}`.
