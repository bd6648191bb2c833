r"""
A first recall
==============

Five letters are stored, one of them is half covered, and the network fills in the rest. Then the
alphabet, where Hebb's rule fails and another does not.
"""

# %%
# Letters of 10 × 10 pixels, −1 for paper and +1 for ink. The network has one neuron a pixel.

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

letters = hs.glyphs("HOPFI", size=10)
net = hs.HopfieldNetwork("pseudoinverse").store(letters)

# %%
# The cue: the lower half of every letter is covered.

upper_half = np.arange(100) < 50
cues = hs.mask(letters, upper_half)

run = net.recall(cues, rng=1)
print("recognised as letter number:", hs.match(run.states, letters).tolist())

# %%
# Ink is white and paper black. The letters, the cues, and what was recalled:

rows = np.concatenate([letters, cues, run.states])
names = [f"{what} {letter}" for what in ("stored", "cue", "recalled") for letter in "HOPFI"]
hs.plotting.states(rows, (10, 10), columns=5, captions=names)
plt.show()

# %%
# **Question: what if we store the whole alphabet by Hebb's rule?** Letters are similar: most of
# every letter is background. In Hebb's rule the common part of the patterns adds up and dominates
# their differences (``store`` warns of it, unless ``advise=False``). The pseudo-inverse solves this
# problem: it stores any linearly independent patterns exactly.

alphabet = hs.glyphs()
overlaps = hs.overlap(alphabet, alphabet)[np.triu_indices(26, k=1)]
print(f"two letters overlap by {overlaps.mean():.2f} on average")

for rule in ("hebbian", "storkey", "pseudoinverse"):
    net = hs.HopfieldNetwork(rule).store(alphabet, advise=False)
    fixed = net.recall(alphabet).sweeps == 0
    print(f"{rule:14} {fixed.sum():2d} of 26 letters are fixed points")
