"""Checks for rules of your own: what the networks rely on, each failure with what it means."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks, rules
from hopfield_sim.errors import HopfieldError
from hopfield_sim.patterns import random_patterns
from hopfield_sim.testing.promises import require

__all__ = ["check_rule"]

# Few patterns in many neurons, N even and odd; the last is a load that every rule should carry.
_CASES = ((1, 20), (2, 33), (3, 100))
# How far two computations of the same weights may differ, relative to the largest weight.
_ROUNDING = 1e-9


def check_rule(rule: Any, *, symmetric: bool | None = None) -> None:
    """Try a learning rule against what every rule of the package promises.

    The weights have the right shape and are finite and real; the patterns given are not changed;
    equal patterns give equal weights; the weights are symmetric; at low load every pattern is a
    fixed point; no neuron has a special place; and inverting all patterns changes nothing.

    Parameters
    ----------
    rule : str or callable
        A rule's name, or a callable that takes patterns (P, N) and returns weights (N, N).
    symmetric : bool, optional
        ``False`` for a rule that is meant to be asymmetric. By default the rule says so itself by
        an attribute: ``my_rule.symmetric = False``.

    Raises
    ------
    AssertionError
        For the first promise that is broken; the message says which, where, and what follows.
    InvalidInputError, InvalidTypeError
        For an unknown name, or what is no rule at all.

    Examples
    --------
    >>> check_rule("storkey")
    >>> check_rule(lambda patterns: patterns.T @ patterns)
    >>> check_rule(lambda patterns: np.zeros((2, 2)))
    Traceback (most recent call last):
    AssertionError: the rule's weights must be (N, N) = (20, 20) for 1 random pattern(s) of 20...
    """
    checked = rules.get(rule)
    function = checked.function if isinstance(checked, rules.OwnRule) else checked
    if symmetric is None:
        symmetric = bool(_said(function, "symmetric", True))
    for number, (n_patterns, n_neurons) in enumerate(_CASES):
        patterns = random_patterns(n_patterns, n_neurons, rng=number)
        weights = _weights(function, patterns)
        _check_repeats(function, patterns, weights)
        if symmetric:
            _check_symmetric(weights)
        _check_stores(patterns, weights)
        _check_neurons_alike(function, patterns, weights)
        _check_inversion(function, patterns, weights)


def _said(function: Any, name: str, otherwise: Any) -> Any:
    """What a rule says about itself, also from inside functools.partial."""
    while isinstance(function, functools.partial) and not hasattr(function, name):
        function = function.func
    return getattr(function, name, otherwise)


def _weights(function: Any, patterns: NDArray[np.int8]) -> NDArray[np.float64]:
    """What the rule makes of patterns; its shape, its kind, and the patterns as they were."""
    n_patterns, n_neurons = patterns.shape
    where = f"for {n_patterns} random pattern(s) of {n_neurons} neurons"
    given = patterns.copy()
    try:
        answer = function(given)
    except Exception as error:
        raise AssertionError(
            f"the rule raised {type(error).__name__} {where}: {error}. It is called as "
            "rule(patterns), with patterns an int8 array (P, N) of -1 and +1."
        ) from error
    try:
        weights = checks.weights(answer, name="the rule's weights")
    except HopfieldError as error:
        raise AssertionError(f"{error} ({where}).") from error
    require(
        len(weights) == n_neurons,
        f"the rule's weights must be (N, N) = ({n_neurons}, {n_neurons}) {where}; "
        f"got shape {weights.shape}. Is it the overlaps of the patterns, (P, P), instead?",
    )
    require(
        np.array_equal(given, patterns),
        "the rule changed the patterns it was given. They belong to the caller: work on a copy, "
        "patterns.copy().",
    )
    return weights


def _check_repeats(function: Any, patterns: NDArray[np.int8], weights: NDArray[np.float64]) -> None:
    require(
        np.array_equal(_weights(function, patterns), weights),
        "the rule gives other weights when it is called again with the same patterns. A network "
        "that relearns (after forget, say) would change. Fix the seed of what is random in it, and "
        "keep nothing from call to call.",
    )


def _check_symmetric(weights: NDArray[np.float64]) -> None:
    difference = np.abs(weights - weights.T)
    i, j = np.unravel_index(int(difference.argmax()), difference.shape)
    require(
        difference[i, j] <= _ROUNDING * np.abs(weights).max(),
        f"the rule's weights are not symmetric: W[{i}, {j}] = {weights[i, j]:.6g}, but "
        f"W[{j}, {i}] = {weights[j, i]:.6g}. Then recall need not lower an energy, nor ever stop. "
        "If that is meant, say so: my_rule.symmetric = False.",
    )


def _check_stores(patterns: NDArray[np.int8], weights: NDArray[np.float64]) -> None:
    n_patterns, n_neurons = patterns.shape
    without_self = weights - np.diag(np.diagonal(weights))
    aligned = patterns * (patterns @ without_self.T)
    mu, i = np.unravel_index(int(aligned.argmin()), aligned.shape)
    require(
        aligned[mu, i] > 0,
        f"pattern {mu} of {n_patterns} is not a fixed point in {n_neurons} neurons: at neuron {i} "
        f"ξ_i Σ_j≠i W_ij ξ_j = {aligned[mu, i]:.3g}, which must be greater than 0. So few patterns "
        "must hold themselves. Is a sign or a transpose wrong?",
    )


def _check_neurons_alike(
    function: Any, patterns: NDArray[np.int8], weights: NDArray[np.float64]
) -> None:
    order = np.random.default_rng(0).permutation(patterns.shape[1])
    moved = _weights(function, np.ascontiguousarray(patterns[:, order]))
    difference = np.abs(moved - weights[np.ix_(order, order)])
    require(
        difference.max() <= _ROUNDING * np.abs(weights).max(),
        "the rule treats neurons differently: with the neurons in another order the weights must "
        f"be the same in that order, but they differ by up to {difference.max():.3g}. A neuron's "
        "number means nothing in a fully connected network.",
    )


def _check_inversion(
    function: Any, patterns: NDArray[np.int8], weights: NDArray[np.float64]
) -> None:
    difference = np.abs(_weights(function, -patterns) - weights)
    require(
        difference.max() <= _ROUNDING * np.abs(weights).max(),
        "the rule gives other weights for the inverted patterns -ξ: they differ by up to "
        f"{difference.max():.3g}. Without thresholds ξ and -ξ are one memory, as E(s) = E(-s).",
    )
