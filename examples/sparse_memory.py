r"""
Retrieval without a trace of the others
=======================================

With softmax every memory has a weight in every step, however small, and the state that comes back
is never quite the memory. Sparsemax and :math:`\alpha`-entmax give all weight to a memory whose
score is larger than the others by :math:`1/((\alpha - 1)\beta)`, and then one step ends at it,
exactly. **Question: from which β on does a random cue retrieve its memory, to the last bit?**
"""

# %%
# A cue with f N of its N bits flipped has the score :math:`N(1 - 2f)` with its own memory of ±1,
# and with each other memory one that is :math:`2B - N`, :math:`B` a binomial number of N fair
# coins, independent of all others. So the probability that it is retrieved is
#
# .. math::
#
#    \Pr\Bigl[2B - N \le N(1 - 2f) - \frac{1}{(\alpha - 1)\beta}\Bigr]^{P - 1}
#
# for every N and P, without any limit.

import math

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

n_neurons, n_patterns, flipped, networks = 64, 500, 0.25, 20
betas = np.geomspace(0.02, 1.0, 25)
counts = np.arange(n_neurons + 1)
coins = np.array([math.comb(n_neurons, int(b)) for b in counts]) / 2.0**n_neurons


def law(alpha, beta):
    """The probability that one step retrieves the memory exactly."""
    largest = n_neurons * (1 - 2 * flipped) - 1 / ((alpha - 1) * beta)
    return coins[2 * counts - n_neurons <= largest].sum() ** (n_patterns - 1)


kinds = {
    "softmax": {"separation": "softmax"},
    "1.25-entmax": {"separation": "entmax", "alpha": 1.25},
    "1.5-entmax": {"separation": "entmax", "alpha": 1.5},
    "sparsemax": {"separation": "sparsemax"},
}
exact = {name: np.zeros((networks, len(betas))) for name in kinds}
error = {name: np.zeros(len(betas)) for name in kinds}
for seed in range(networks):
    xi = hs.random_patterns(n_patterns, n_neurons, rng=seed).astype(float)
    cues = hs.flip(xi.astype(np.int8), fraction=flipped, rng=seed).astype(float)[:50]
    for name, how in kinds.items():
        memory = hs.ModernHopfield(**how).store(xi)
        for place, beta in enumerate(betas):
            memory.beta = beta
            ends = memory.recall(cues, max_steps=1, advise=False).states
            exact[name][seed, place] = (ends == xi[:50]).all(axis=1).mean()
            error[name][place] += np.abs(ends - xi[:50]).mean() / networks

for name, how in kinds.items():
    if name == "softmax":
        print(f"{name}: retrieved exactly at most {exact[name].mean(axis=0).max():.2f} of the cues")
        continue
    alpha = how.get("alpha", 2.0)
    wanted = np.array([law(alpha, beta) for beta in betas])
    deviation = np.abs(exact[name].mean(axis=0) - wanted).max()
    print(f"{name}: largest deviation from the law {deviation:.3f}")

# %%
# The points lie on the law. Softmax, whose weights are never zero, has the smaller error where β is
# so small that nothing is retrieved exactly; the sparse kinds reach zero.

figure, (left, right) = plt.subplots(1, 2, figsize=(9.4, 4), layout="constrained")
fine = np.geomspace(betas[0], betas[-1], 400)
for name, colour in zip(kinds, ("#999999", "#CC79A7", "#D55E00", "#0072B2"), strict=True):
    mean = exact[name].mean(axis=0)
    bars = exact[name].std(axis=0, ddof=1) / np.sqrt(networks)
    left.errorbar(betas, mean, bars, fmt="o", ms=4, color=colour, label=name)
    if name != "softmax":
        alpha = kinds[name].get("alpha", 2.0)
        left.plot(fine, [law(alpha, beta) for beta in fine], color=colour, lw=1)
    right.loglog(betas, np.where(error[name] > 0, error[name], np.nan), "o-", ms=4, color=colour)
left.set(
    xscale="log",
    xlabel="inverse temperature β",
    ylabel="cues retrieved exactly in one step",
    title=f"N = {n_neurons}, P = {n_patterns}, a quarter of the bits flipped",
)
left.legend()
right.set(
    xlabel="inverse temperature β",
    ylabel="mean error of a coordinate",
    title="lines of the sparse kinds end where it is 0",
)
plt.show()
