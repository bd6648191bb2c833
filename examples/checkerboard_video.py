r"""
The video on the front page
===========================

A checkerboard of 50 × 50 neurons, stored with 49 random patterns, is recalled after 1000 of its
2500 pixels have been flipped.
"""

# %%
# The neurons are updated one after another, and every 125 updates the state is recorded, with its
# energy and its overlaps.

import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs

board = hs.checkerboard(side=50, square=5)
patterns = np.concatenate([[board], hs.random_patterns(49, 2500, rng=1)])
net = hs.HopfieldNetwork("hebbian").store(patterns)

cue = hs.flip(board, count=1000, rng=2)
run = net.recall(cue, record=("states", "energy", "overlap"), every=125, rng=3)
print(f"{run.stop} after {run.sweeps} sweeps and {run.flips} flips: ", end="")
print("the board" if hs.match(run.states, patterns) == 0 else "not the board")

# %%
# ``python checkerboard_video.py FOLDER`` writes ``checkerboard.gif`` there.

folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
path = hs.plotting.video(run, folder / "checkerboard.gif", (50, 50), title="Hebbian, async")
print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")

# %%
# Six moments of it:

moments = np.linspace(0, len(run.updates) - 1, 6).round().astype(int)
figure, ax = plt.subplots(figsize=(9, 2.2), layout="constrained")
hs.plotting.states(
    run.trajectory[moments],
    (50, 50),
    captions=[f"{updates} updates" for updates in run.updates[moments]],
    ax=ax,
)
plt.show()

# %%
# Side by side
# ------------
# Four memories start from one cue, on one clock. With 150 patterns in 900 neurons the two Hopfield
# networks do not find the board, the dense and the modern one do. Wrong pixels are orange, and
# counted below each board. ``size=1080`` makes a video for a projector, here and in
# ``hs.plotting.video``; on the command line it is ``--video-size 1080``.

board = hs.checkerboard(side=30, square=5)
patterns = np.concatenate([[board], hs.random_patterns(149, 900, rng=1)])
cue = hs.flip(board, count=270, rng=2)
memories = {
    "Hebbian": hs.HopfieldNetwork("hebbian"),
    "Storkey": hs.HopfieldNetwork("storkey"),
    "dense, n = 3": hs.DenseMemory("polynomial", 3),
}
runs = {
    name: memory.store(patterns).recall(cue, record="states", every=30, rng=3)
    for name, memory in memories.items()
}
modern = hs.ModernHopfield(beta=50 / 900).store(patterns.astype(float))
runs["modern"] = modern.recall(cue.astype(float), record="states")
for name, run in runs.items():
    wrong = int((np.sign(run.states) != board).sum())
    print(f"{name}: {wrong} of {board.size} pixels wrong in the end")
path = hs.plotting.race(runs, folder / "race.gif", (30, 30))
