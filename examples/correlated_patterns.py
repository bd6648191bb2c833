r"""
Patterns that resemble each other
=================================

Theory likes independent patterns of fair coins. Memories of the world are not like that: few
neurons are active in them, they come in families, or they are combinations of a few features.
**Question: what does that do to how much a network holds, and from how far a pattern comes
back?**
"""

# %%
# Four kinds of patterns. In *families* of five (N. Parga and M. A. Virasoro, *J. Physique* **47**,
# 1857, 1986) two patterns have the mean overlap 0.3. The *hidden manifold* (M. Negri et al.,
# *Phys. Rev. Lett.* **131**, 257301, 2023) makes all patterns of :math:`D = 0.2 N` features. The
# studies draw them by ``--kind``.

import math

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N, NETWORKS = 200, 4
F, FAMILY, LIKENESS = 0.2, 5, 0.3
KINDS = {
    "random": {},
    "20 % active": {"activity": F},
    "families": {"kind": "hierarchical", "family": FAMILY, "correlation": LIKENESS},
    "hidden manifold": {"kind": "hidden-manifold", "factors": 0.2},
}
COLOURS = dict(zip(KINDS, ("black", "#009E73", "#D55E00", "#0072B2"), strict=True))
RULES = {"hebbian": "Hebb", "covariance": "covariance", "pseudoinverse": "pseudo-inverse"}
LOADS = [0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4]


def drawn(name, count, n_neurons, rng):
    """Patterns of one of the kinds."""
    if name == "families":
        tree = [-(-count // FAMILY), FAMILY]
        return hs.patterns.hierarchical(tree, n_neurons, [0, LIKENESS], rng=rng)[:count]
    if name == "hidden manifold":
        return hs.patterns.hidden_manifold(count, n_neurons, round(0.2 * n_neurons), rng=rng)
    return hs.random_patterns(count, n_neurons, rng=rng, **KINDS[name])


def wrong_bits(name, rule, load, seed, n_neurons=800):
    """The fraction of the bits of stored patterns that change at once."""
    patterns = drawn(name, round(load * n_neurons), n_neurons, seed)
    net = hs.HopfieldNetwork(rule).store(patterns, advise=False)
    return (net.fields(patterns) * patterns <= 0).mean()


# %%
# What theory says of the bits of stored patterns that change at once. *By the covariance rule*:
# the tail :math:`Q(\tfrac12/\sqrt{αf})`, at an activity of ½, too, where its thresholds add noise
# to Hebb's fields. *By Hebb's rule*: :math:`Q(1/\sqrt α)` of independent patterns; where few
# neurons are active, what all patterns have in common wins, and all that differs from it is wrong,
# a fraction :math:`f`. In *families* a site hears its own pattern, and the others of the family,
# each :math:`q` times as loud. Of these k agree with it; the signal is :math:`1 + q(2k - F + 1)`.
# The overlaps with a strange family depend on each other, and the variance of the noise grows from
# :math:`α` to :math:`α(1 + (F - 1)q^2)`.


def tail(x):
    return 0.5 * math.erfc(x / math.sqrt(2))


def of_families(load):
    """Bits that change at once by Hebb's rule, in families."""
    noise = math.sqrt(load * (1 + (FAMILY - 1) * LIKENESS**2))
    own = (1 + math.sqrt(LIKENESS)) / 2  # a site is that of the ancestor
    others, total = FAMILY - 1, 0.0
    for ancestor, weight in ((own, own), (1 - own, 1 - own)):  # it agrees with it, or not
        for k in range(others + 1):
            chance = math.comb(others, k) * ancestor**k * (1 - ancestor) ** (others - k)
            total += weight * chance * tail((1 + LIKENESS * (2 * k - others)) / noise)
    return total


LAWS = {
    ("random", "hebbian"): lambda load: tail(1 / math.sqrt(load)),
    ("random", "covariance"): lambda load: tail(0.5 / math.sqrt(load / 2)),
    ("20 % active", "hebbian"): lambda load: F,
    ("20 % active", "covariance"): lambda load: tail(0.5 / math.sqrt(load * F)),
    ("families", "hebbian"): of_families,
}

# %%
# The upper row is capacity: how many bits a network gets wrong from the pattern itself. The lower
# row is the study of basins: the overlap from which half of the cues come back.

figure, axes = plt.subplots(
    2, 3, figsize=(10, 6.4), layout="constrained", sharex=True, sharey="row"
)
fine = np.linspace(0.01, LOADS[-1], 80)
for name, how in KINDS.items():
    colour = COLOURS[name]
    study = hs.experiment.basins(
        list(RULES), loads=LOADS, n_neurons=N, networks=NETWORKS, cues=20, starts=0,
        orders=[3], betas=[8.0], overlaps=np.linspace(0, 1, 21), rng=1, **how,
    )  # fmt: skip
    for column, rule in enumerate(RULES):
        top, bottom = axes[:, column]
        found = [[wrong_bits(name, rule, load, seed) for seed in range(NETWORKS)] for load in LOADS]
        error = np.std(found, axis=1, ddof=1) / NETWORKS**0.5
        top.errorbar(LOADS, np.mean(found, axis=1), error, fmt="o", ms=4, color=colour, label=name)
        if (name, rule) in LAWS:
            top.plot(fine, [LAWS[name, rule](load) for load in fine], color=colour, lw=1)
        ends = [row for row in study.summary["critical"] if row["memory"] == rule]
        bottom.errorbar(
            [row["load"] for row in ends], [row["critical"] for row in ends],
            [row["critical_se"] for row in ends], fmt="o-", ms=4, lw=0.7, color=colour,
        )  # fmt: skip
        top.set_title(f"{RULES[rule]} rule")
        bottom.set_xlabel("load P/N")
axes[0, 0].set(ylabel="bits that change at once", ylim=(-0.01, 0.32))
axes[1, 0].set(ylabel="overlap from which half come back", ylim=(0, 1.05))
axes[0, 2].legend(frameon=False, title=f"{NETWORKS} networks, N = 800; lines: theory")
axes[1, 0].axvline(hs.theory.critical_load(), color="black", ls=":", lw=1)
axes[1, 0].text(0.145, 0.05, "capacity in theory,\nrandom patterns", fontsize=8)
figure.suptitle(f"Above: capacity. Below: basins, N = {N}")
plt.show()

# %%
# Hebb's rule holds nothing where few neurons are active, and families hardly. The covariance rule
# repairs the first, not the second: it takes away what *all* patterns share, and each family
# shares something else. The pseudo-inverse does not mind any of them, neither in capacity nor in
# basins. The hidden manifold costs Hebb's rule about half of the load that it holds.
#
# **Question: why do curves of basins end?** Beyond the last point less than half of the cues come
# back from any overlap, even from the pattern itself.
