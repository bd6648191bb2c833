"""The NumPy reference, which defines every result: a formula a function, vectorised over states."""

from __future__ import annotations

from typing import Any


def load() -> dict[str, Any]:
    """The engines by their names in ``Backend``; they are always there."""
    from hopfield_sim.backends.reference.attention import Attention
    from hopfield_sim.backends.reference.dense import Dense
    from hopfield_sim.backends.reference.pairs import Pairs
    from hopfield_sim.backends.reference.perceptron import Perceptron
    from hopfield_sim.backends.reference.storkey import Storkey
    from hopfield_sim.backends.reference.voting import Voting
    from hopfield_sim.backends.reference.waves import Waves

    return {
        "pairs": Pairs(),
        "dense": Dense(),
        "attention": Attention(),
        "waves": Waves(),
        "voting": Voting(),
        "perceptron": Perceptron(),
        "storkey": Storkey(),
    }
