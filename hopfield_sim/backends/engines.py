"""What a backend is: one engine for each kind of memory.

The reference's classes are the contract: another backend derives from them and overrides what it
does faster, with the same arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hopfield_sim.backends.reference.attention import Attention
from hopfield_sim.backends.reference.dense import Dense
from hopfield_sim.backends.reference.pairs import Pairs
from hopfield_sim.backends.reference.perceptron import Perceptron
from hopfield_sim.backends.reference.storkey import Storkey
from hopfield_sim.backends.reference.voting import Voting
from hopfield_sim.backends.reference.waves import Waves


@dataclass(frozen=True)
class Backend:
    """The engines of one implementation.

    Parameters
    ----------
    name : str
        By which ``get`` finds it.
    pairs : Pairs
        Networks of pair couplings.
    dense : Dense
        Dense associative memories.
    attention : Attention
        Modern networks.
    waves : Waves
        Random features of distributed memories.
    voting : Voting
        Memories that learn classes.
    perceptron : Perceptron
        The perceptron rule.
    storkey : Storkey
        Storkey's rule.
    xp : module
        Array module whose arrays memories take, and return, besides NumPy's.
    device : str
        The device that it uses, in words, if that is not the processor.
    """

    name: str
    pairs: Pairs
    dense: Dense
    attention: Attention
    waves: Waves
    voting: Voting
    perceptron: Perceptron
    storkey: Storkey
    xp: Any = np
    device: str = ""
