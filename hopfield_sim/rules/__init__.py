"""Learning rules: patterns (P, N) to weights (N, N). A file a rule, its paper in the first line.

========================  ===============================  ================================
rule                      stores about                     weights
========================  ===============================  ================================
:func:`hebbian`           0.138 N, with few errors         symmetric, local, adds up
:func:`storkey`           N/√(2 ln N) without errors       symmetric, local, order matters
:func:`pseudoinverse`     N - 1 independent patterns       symmetric, a projection
:func:`perceptron`        2 N, the most there is           rows learn apart, asymmetric
========================  ===============================  ================================

Any callable that takes patterns (P, N) and returns weights (N, N) is a rule too; if it has a
keyword ``zero_diagonal`` it is told which is wanted. :func:`hopfield_sim.testing.check_rule` tries
one out.
"""

from __future__ import annotations

from typing import Any

from hopfield_sim import checks
from hopfield_sim.errors import InvalidTypeError
from hopfield_sim.rules.hebbian import HEBBIAN, hebbian
from hopfield_sim.rules.own import OwnRule, Rule
from hopfield_sim.rules.perceptron import PERCEPTRON, perceptron
from hopfield_sim.rules.pseudoinverse import PSEUDOINVERSE, pseudoinverse
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.rules.storkey import STORKEY, storkey

__all__ = [
    "RULES",
    "LearningRule",
    "OwnRule",
    "Rule",
    "get",
    "hebbian",
    "perceptron",
    "pseudoinverse",
    "storkey",
]

RULES: dict[str, LearningRule] = {
    rule.name: rule for rule in (HEBBIAN, STORKEY, PSEUDOINVERSE, PERCEPTRON)
}
"""Every rule by its name. To add one: a file like its neighbours, and its name here; studies,
options, tables and figures take it from this table.
"""


@checks.by_name
def get(rule: Any) -> Rule:
    """Find a rule by its name, or make one of a callable of your own.

    Parameters
    ----------
    rule : {"hebbian", "storkey", "pseudoinverse", "perceptron"} or callable
        A callable's result is checked each time: square, of N, real and finite. Its diagonal is
        zeroed unless ``zero_diagonal=False``.

    Returns
    -------
    callable
        ``rule(patterns, *, zero_diagonal=True)``, which gives float64 (N, N).

    Raises
    ------
    InvalidInputError
        For an unknown name; the message gives the nearest.
    InvalidTypeError
        For what is neither a name nor callable.

    Examples
    --------
    >>> get("hebbian")([[1, 1, -1, -1]])[0]
    array([ 0.  ,  0.25, -0.25, -0.25])
    >>> get(lambda patterns: patterns.T @ patterns)([[1, -1]])
    array([[ 0., -1.],
           [-1.,  0.]])
    """
    if isinstance(rule, str):
        return RULES[checks.choice(rule, RULES, "rule")].weights
    if not callable(rule):
        raise InvalidTypeError(
            f"rule must be a name, {', '.join(RULES)}, or a callable that takes patterns "
            f"(P, N) and returns weights (N, N); got {checks.show(rule)}"
        )
    ours = isinstance(rule, OwnRule) or any(rule is known.weights for known in RULES.values())
    return rule if ours else OwnRule(rule)


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
