r"""
A push over the edge
====================

A change of a cue that is small but chosen with an eye on the memory: an attack. **Question: is a
memory of** :math:`\pm 1` **not immune?** It is, as long as it looks at signs alone: no change below
1 turns one. But let the first step of recall meet the cue's real values :math:`x`, as it does when
an image has greys, and there is a slope to go up, that of the loss

.. math:: L(x) = \frac{1}{N} \sum_i (f_i(x) - \xi_i)^2, \qquad f_i(x) = \tanh(D_i(x)/2T).
"""

# %%
# The attack is one step along the signs of the gradient, FGSM. Beside it go random signs of the
# same size. Each begins at a stored pattern, where cues stand safely, and at a cue with 30 of its
# 100 bits flipped, near the edge of its basin.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

MEMORIES = {
    "hebbian": ("Hebbian", "#0072B2"),
    "pseudoinverse": ("pseudo-inverse", "#009E73"),
    "dense-polynomial": ("dense, n = 3", "#D55E00"),
    "modern": ("modern", "#CC79A7"),
}
epsilons = np.linspace(0, 0.5, 6)
result = hs.experiment.robust(
    ["random"], list(MEMORIES), 10, flips=[0.3], noise=[1], masks=[0.5], epsilons=epsilons, rng=0
)


def curve(memory, corruption):
    """ε, the fraction recalled exactly and its standard error."""
    wanted = (memory, corruption)
    rows = [row for row in result.rows if (row["memory"], row["corruption"]) == wanted]
    return np.array([[row["strength"], row["exact"], row["exact_se"]] for row in rows]).T


figure, panels = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
for ax, start, title in zip(
    panels, ("", "flip+"), ("from stored patterns", "from 30 flipped bits"), strict=True
):
    for memory, (name, colour) in MEMORIES.items():
        x, exact, error = curve(memory, f"{start}fgsm")
        ax.errorbar(x, exact, error, fmt="o-", color=colour, markersize=4, capsize=2, label=name)
        x, exact, _ = curve(memory, f"{start}random")
        ax.plot(x, exact, ":", color=colour)
    ax.set(xlabel="size of the change ε", title=title)
panels[0].set_ylabel("fraction recalled exactly")
panels[0].legend(title="solid: FGSM\ndotted: random signs")
figure.suptitle("N = 100, P = 12, 10 sets of patterns")
plt.show()

# %%
# Random signs average out. An attack makes all its small changes pull the same way, and so it
# matters where a cue stands: from a stored pattern even :math:`\varepsilon = 0.2` is next to
# nothing, at the edge of a basin it is a push over it. Overlaps tell how far: it takes away at most
# :math:`\varepsilon`, as much as flipping half that share of the bits.

for memory, (name, _) in MEMORIES.items():
    at = {kind: curve(memory, kind)[1][2] for kind in ("fgsm", "flip+random", "flip+fgsm")}
    print(
        f"{name}, ε = {epsilons[2]:g}: from stored patterns {at['fgsm']:.2f}, "
        f"from flipped cues {at['flip+fgsm']:.2f} (random signs: {at['flip+random']:.2f})"
    )
