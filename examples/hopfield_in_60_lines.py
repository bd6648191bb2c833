r"""
A Hopfield network in 60 lines
==============================

Nothing but NumPy: what a network stores, how a state flows, and why it stops. Read this first; the
package does the same, exactly, and faster.
"""

import numpy as np


def store(patterns):
    """Hebb's rule: N W = sum of x x^T over the patterns, nothing on the diagonal."""
    x = np.array(patterns, dtype=int)
    weights = x.T @ x
    np.fill_diagonal(weights, 0)
    return weights  # whole numbers, so that a field of exactly zero is seen as one


def energy(weights, state):
    """E = -1/2 s^T W s; each change that a recall makes lowers it."""
    return -state @ weights @ state / (2 * len(state))


def sign(field, spin):
    """The sign of the local field; a field of zero keeps the spin."""
    return np.where(field == 0, spin, np.sign(field))


def recall(weights, cue):
    """Asynchronous: one neuron after another, until none wants to change."""
    state, moved = np.array(cue, dtype=int), True
    while moved:
        before = state.copy()
        for i in range(len(state)):
            state[i] = sign(weights[i] @ state, state[i])
        moved = (state != before).any()
    return state


def recall_together(weights, cue):
    """Synchronous: all neurons at once, until the state stands still or comes back (period 2)."""
    before = np.array(cue, dtype=int)
    state = sign(weights @ before, before)
    while True:
        after = sign(weights @ state, state)
        if (after == state).all() or (after == before).all():
            return after
        before, state = state, after


# %%
# Five random patterns of 100 neurons; a quarter of the bits of the first is flipped.
rng = np.random.default_rng(1)
patterns = rng.choice([-1, 1], (5, 100))
weights = store(patterns)
cue = patterns[0] * np.where(rng.permutation(100) < 25, -1, 1)
end = recall(weights, cue)
print("overlap with the pattern:", cue @ patterns[0] / 100, "->", end @ patterns[0] / 100)
print("energy:", energy(weights, cue), "->", energy(weights, end))
