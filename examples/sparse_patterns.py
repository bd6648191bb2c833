r"""
Few active neurons
==================

If only a fraction :math:`f` of the neurons is active in a pattern, a network can hold more of them
than it has neurons, but not by Hebb's rule: there the mean of the patterns drowns everything else.
Two rules can, and each brings the thresholds that it needs.
"""

# %%
# The *covariance rule* (Tsodyks and Feigelman, *Europhys. Lett.* **6**, 101, 1988) takes the mean
# away. A bit changes at once with the probability :math:`Q(\tfrac12/\sqrt{αf})`: the load at
# which it is 2 % goes as :math:`1/f`.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

N, NETWORKS, LEVEL = 800, 4, 0.02
activities = (0.5, 0.2, 0.1, 0.05)


def wrong_bits(rule, patterns):
    """The fraction of bits that change at once."""
    net = hs.HopfieldNetwork(rule).store(patterns, advise=False)
    return (net.fields(patterns) * patterns <= 0).mean()


def load_held(activity, seed):
    """The load at which this fraction of bits changes, between two that it lies between."""
    loads = np.array([0.6, 0.8, 1.0, 1.2, 1.5]) / (4 * activity * 2.05**2)
    errors = [
        wrong_bits("covariance", hs.random_patterns(int(a * N), N, activity=activity, rng=seed))
        for a in loads
    ]
    return np.interp(LEVEL, errors, loads)


def false_neurons(n_patterns, seed):
    """Silent neurons that turn on by Willshaw's rule, of patterns of six active ones."""
    one = np.where(np.arange(500) < 6, 1, -1)
    patterns = np.random.default_rng(seed).permuted(np.tile(one, (n_patterns, 1)), axis=1)
    return wrong_bits("willshaw", patterns) * 500


# %%
# *Willshaw's rule* (*Nature* **222**, 960, 1969) has one bit a synapse: whether two neurons were
# ever active together. Active neurons never turn off; how many others turn on is known exactly.

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.8), layout="constrained")
fine = np.geomspace(0.04, 0.6, 60)
grid = np.geomspace(0.01, 20, 4000)
held = [np.interp(LEVEL, hs.theory.covariance_error(grid, f), grid) for f in fine]
left.plot(fine, held, color="#0072B2", lw=1, label="theory, N → ∞")
measured = np.array([[load_held(f, seed) for f in activities] for seed in range(NETWORKS)])
error = measured.std(axis=0, ddof=1) / NETWORKS**0.5
left.errorbar(activities, measured.mean(axis=0), error, fmt="o", color="#0072B2", label="measured")
left.set(xscale="log", yscale="log", xlabel="activity f", ylabel="load P/N with 2 % of errors")
left.set_xticks(activities, activities)
left.minorticks_off()
left.set_title(f"covariance rule, N = {N}, {NETWORKS} networks")
left.legend(frameon=False)

counts = np.array([500, 1000, 2000, 3000, 4000])
many = np.unique(np.geomspace(400, 4500, 60).astype(int))
right.plot(many, 494 * hs.theory.willshaw_error(500, many, active=6), color="#D55E00", lw=1)
measured = np.array([[false_neurons(p, seed) for p in counts] for seed in range(NETWORKS)])
error = measured.std(axis=0, ddof=1) / NETWORKS**0.5
right.errorbar(counts, measured.mean(axis=0), error, fmt="o", color="#D55E00")
right.set(xlabel="patterns P, of 6 active neurons", ylabel="false neurons a pattern", yscale="log")
right.set_title("Willshaw's rule, N = 500; line: theory")
right.set_ylim(1e-3, 5)
plt.show()

# %%
# And Hebb's rule? At an activity of 0.1 it gets every active neuron wrong, at a load where the
# covariance rule makes hardly an error.

patterns = hs.random_patterns(160, N, activity=0.1, rng=1)
for rule in ("hebbian", "covariance"):
    print(f"{rule:10} {wrong_bits(rule, patterns):.4f} of the bits change at once")

# %%
# **Question: why do active neurons never turn off in Willshaw's network?** The pattern itself has
# linked all of its neurons to each other, and nothing that is stored later takes a link away.
# What fills the network are false neurons, linked to all of a pattern's by chance.
