"""``python -m hopfield_sim``: what this installation has, the same as ``hopfield-sim doctor``."""

import sys

from hopfield_sim.experiment.__main__ import main

if __name__ == "__main__":
    sys.exit(main(["doctor"]))
