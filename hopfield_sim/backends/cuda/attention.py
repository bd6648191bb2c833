"""Attention on the device: the reference's lines, whose arrays are there, in larger blocks."""

from __future__ import annotations

from hopfield_sim.backends.reference.attention import Attention


class CudaAttention(Attention):
    """The reference to rounding; products with few queries read the memories twice."""

    block_scores = 1 << 23
    block_differences = 1 << 26
