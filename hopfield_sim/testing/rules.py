"""Checks of learning rules: the properties that the networks rely on."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim import checks, rules
from hopfield_sim.errors import HopfieldError
from hopfield_sim.patterns import random_patterns
from hopfield_sim.testing.promises import BrokenPromise, require

__all__ = ["check_rule"]

# Few patterns in many neurons, N even and odd; the last is a load that every rule should store.
_CASES = ((1, 20), (2, 33), (3, 100))
# So many patterns that 8-bit integers overflow, but fewer than there are neurons.
_MANY = (400, 440)
# How far two computations of the same weights may differ, relative to the largest weight.
_ROUNDING = 1e-9
# The same where numbers of 32 bits will do, and those of 16 will not.
_DIGITS = 1e-5
# Its square fits 8 bits, as the products of ±1 may, and 400 times that exceed 16 bits.
_SCALE = 11


@checks.by_name
def check_rule(rule: Any, *, symmetric: bool | None = None, stochastic: bool | None = None) -> None:
    """Check that a learning rule has the properties that all rules of the package share.

    The weights have the right shape and are finite and real; the patterns are not modified; equal
    patterns give equal weights; the weights are symmetric; at low load every pattern is a fixed
    point; permuting the neurons permutes the weights; inverting all patterns changes nothing; and
    with 400 patterns in 440 neurons, neurons that are always equal have a positive weight, neurons
    that are always opposite a negative one (with 8-bit integers, such as int8 patterns, the sum
    would overflow). If doubling the patterns multiplies the weights by four, as for sums of
    products, multiplying the patterns by 11 multiplies the weights by 121 (with 16-bit integers it
    does not, nor do sums over many patterns come out right). Of a rule with thresholds of its own,
    inverting patterns may change the weights, and neurons that are always equal need only have a
    larger weight than neurons that are always opposite.

    The rule is called as by a network: with a new float64 array (P, N) of -1 and +1.

    Parameters
    ----------
    rule : str or callable
        Name of a rule, or a callable that takes patterns (P, N) and returns weights (N, N).
    symmetric : bool, optional
        ``False`` for a rule that is meant to be asymmetric. The default is the attribute
        ``symmetric`` of the rule, or else ``True``.
    stochastic : bool, optional
        ``True`` for a rule with randomness of its own, such as a mask of missing connections: it
        may treat neurons differently, and leave weights at 0. Its seed must be fixed, so that equal
        patterns give equal weights. The default is the attribute ``stochastic`` of the rule, or
        else ``False``.

    Raises
    ------
    BrokenPromise
        At the first property that does not hold, also if the rule itself raises; the message says
        which, where, and the consequence.
    InvalidInputError, InvalidTypeError
        If the name is unknown, or ``rule`` is neither a string nor callable.

    Examples
    --------
    >>> check_rule("storkey")
    >>> check_rule(lambda patterns: patterns.T @ patterns)
    >>> check_rule(lambda patterns: np.zeros((2, 2)))
    Traceback (most recent call last):
    hopfield_sim.testing.promises.BrokenPromise: the rule's weights must be (N, N) = (20, 20)...
    """
    checked = rules.get(rule)
    function = checked.function if isinstance(checked, rules.OwnRule) else checked
    symmetric = checks.flag(
        _attribute(function, "symmetric", True) if symmetric is None else symmetric, "symmetric"
    )
    stochastic = checks.flag(
        _attribute(function, "stochastic", False) if stochastic is None else stochastic,
        "stochastic",
    )
    shifted = _attribute(function, "thresholds", None) is not None
    for number, (n_patterns, n_neurons) in enumerate(_CASES):
        patterns = random_patterns(n_patterns, n_neurons, rng=number).astype(np.float64)
        weights = _weights(function, patterns)
        _check_repeats(function, patterns, weights)
        if symmetric:
            _check_symmetric(weights)
        _check_stores(function, patterns, weights)
        if not stochastic:
            _check_neurons_alike(function, patterns, weights)
        if not shifted:
            _check_inversion(function, patterns, weights)
    _check_many(function, stochastic, shifted)


def _attribute(function: Any, name: str, otherwise: Any) -> Any:
    """An attribute of a rule, or of the function inside a functools.partial."""
    while isinstance(function, functools.partial) and not hasattr(function, name):
        function = function.func
    return getattr(function, name, otherwise)


def _weights(function: Any, patterns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of the rule, after checks of their shape and values, and that patterns are kept."""
    n_patterns, n_neurons = patterns.shape
    where = f"for {n_patterns} random pattern(s) of {n_neurons} neurons"
    passed = patterns.copy()
    try:
        answer = function(passed)
    except Exception as error:
        raise BrokenPromise(
            f"rule {rules.OwnRule(function).name} raised {type(error).__name__} {where}: {error}. "
            "It is called as rule(patterns), with patterns a float64 array (P, N) of -1 and +1."
        ) from error
    try:
        weights = checks.weights(answer, name="the rule's weights")
    except HopfieldError as error:
        raise BrokenPromise(f"{error} ({where}).") from error
    require(
        len(weights) == n_neurons,
        f"the rule's weights must be (N, N) = ({n_neurons}, {n_neurons}) {where}; "
        f"got shape {weights.shape}. Is it the overlaps of the patterns, (P, P), instead?",
    )
    require(
        np.array_equal(passed, patterns),
        "the rule changed the patterns passed to it. They belong to the caller: work on a copy, "
        "patterns.copy().",
    )
    return weights


def _check_repeats(
    function: Any, patterns: NDArray[np.float64], weights: NDArray[np.float64]
) -> None:
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


def _check_stores(
    function: Any, patterns: NDArray[np.float64], weights: NDArray[np.float64]
) -> None:
    n_patterns, n_neurons = patterns.shape
    without_self = weights - np.diag(np.diagonal(weights))
    try:
        thresholds = rules.OwnRule(function).thresholds(patterns.astype(np.int8), without_self)
    except HopfieldError as error:
        raise BrokenPromise(f"{error} (for {n_patterns} patterns).") from error
    field = "Σ_j≠i W_ij ξ_j" if thresholds is None else "(Σ_j≠i W_ij ξ_j - θ_i)"
    aligned = patterns * (patterns @ without_self.T - (0 if thresholds is None else thresholds))
    mu, i = np.unravel_index(int(aligned.argmin()), aligned.shape)
    require(
        aligned[mu, i] > 0,
        f"pattern {mu} of {n_patterns} is not a fixed point in {n_neurons} neurons: at neuron {i} "
        f"ξ_i {field} = {aligned[mu, i]:.3g}, which must be greater than 0. So few patterns "
        "must hold themselves. Is a sign or a transpose wrong?",
    )


def _check_neurons_alike(
    function: Any, patterns: NDArray[np.float64], weights: NDArray[np.float64]
) -> None:
    order = np.random.default_rng(0).permutation(patterns.shape[1])
    moved = _weights(function, np.ascontiguousarray(patterns[:, order]))
    difference = np.abs(moved - weights[np.ix_(order, order)])
    require(
        difference.max() <= _ROUNDING * np.abs(weights).max(),
        "the rule treats neurons differently: with the neurons in another order the weights must "
        f"be the same in that order, but they differ by up to {difference.max():.3g}. A neuron's "
        "number means nothing in a fully connected network. If connections are missing at random, "
        "with a fixed seed, say so: my_rule.stochastic = True.",
    )


def _check_inversion(
    function: Any, patterns: NDArray[np.float64], weights: NDArray[np.float64]
) -> None:
    difference = np.abs(_weights(function, -patterns) - weights)
    require(
        difference.max() <= _ROUNDING * np.abs(weights).max(),
        "the rule gives other weights for the inverted patterns -ξ: they differ by up to "
        f"{difference.max():.3g}. Without thresholds ξ and -ξ are one memory, as E(s) = E(-s).",
    )


def _check_many(function: Any, stochastic: bool, shifted: bool) -> None:
    """The signs of the weights between neurons that are always equal, or always opposite; or, with
    thresholds, which are larger.
    """
    patterns = random_patterns(*_MANY, activity=0.8, rng=0).astype(np.float64)
    patterns[:, 1], patterns[:, 3] = patterns[:, 0], -patterns[:, 2]
    weights = _weights(function, patterns)
    if shifted:
        require(
            stochastic or weights[0, 1] > weights[2, 3],
            f"neurons 0 and 1 are equal in all of {_MANY[0]} patterns, neurons 2 and 3 opposite, "
            f"and yet the rule has W[0, 1] = {weights[0, 1]:.6g} and W[2, 3] = "
            f"{weights[2, 3]:.6g}. Does a sum over patterns overflow? 8-bit integers do so at 128: "
            "keep the patterns in float64, as they are passed.",
        )
        return
    for i, j, sign, words in ((0, 1, 1, "equal"), (2, 3, -1, "opposite")):
        require(
            sign * weights[i, j] > 0 or (stochastic and weights[i, j] == 0),
            f"neurons {i} and {j} are {words} in all of {_MANY[0]} patterns, and yet the rule has "
            f"W[{i}, {j}] = {weights[i, j]:.6g}. Does a sum over patterns overflow? 8-bit integers "
            "do so at 128: keep the patterns in float64, as they are passed.",
        )
    _check_scale(function, patterns, weights)


def _check_scale(
    function: Any, patterns: NDArray[np.float64], weights: NDArray[np.float64]
) -> None:
    """Sums of large products are exact; larger patterns stand for many patterns."""
    try:
        twice, large = (np.asarray(function(c * patterns), float) for c in (2.0, _SCALE))
    except Exception:  # the rule accepts only ±1
        return
    tolerance = _DIGITS * np.abs(weights).max()
    if twice.shape != weights.shape or not np.abs(twice / 4 - weights).max() <= tolerance:
        return  # not a sum of products
    difference = np.abs(large / _SCALE**2 - weights)
    i, j = np.unravel_index(int(difference.argmax()), difference.shape)
    require(
        difference[i, j] <= tolerance,
        f"sums of large numbers are wrong: patterns multiplied by {_SCALE} give W[{i}, {j}] = "
        f"{large[i, j]:.6g} instead of {_SCALE**2 * weights[i, j]:.6g}. 16-bit integers overflow "
        "at 32 768 patterns, and float16 has three digits: keep the patterns in float64, as they "
        "are passed.",
    )
