"""Learning rules: patterns (P, N) to weights (N, N). One file per rule, with its paper.

==========================  ================================  ====================================
rule                        capacity                          weights
==========================  ================================  ====================================
:func:`hebbian`             0.138 N, with few errors          symmetric, local, additive
:func:`storkey`             N/√(2 ln N) without errors        symmetric, local, order matters
:func:`pseudoinverse`       N - 1 independent patterns        symmetric, a projection
:func:`perceptron`          2 N, the theoretical maximum      asymmetric, rows independent
:func:`dreaming`            N, after a long sleep             symmetric, Hebb to pseudo-inverse
:func:`palimpsest`          the latest 0.055 N of any number  symmetric, local, order matters
:func:`covariance`          more, the fewer neurons are on    symmetric, local, with thresholds
:func:`willshaw`            ln 2 bits a synapse of one bit    symmetric, local, with thresholds
:func:`unlearning`          about N/2, after many dreams      symmetric, local, with random dreams
:func:`bounded`             the latest 0.053 N of any number  symmetric, local, order matters
:func:`descent_l2`          N, with a small penalty           asymmetric, rows independent
:func:`diederich_opper_1`   2 N                               asymmetric, local, rows independent
:func:`diederich_opper_2`   N - 1 independent patterns        asymmetric, local, rows independent
==========================  ================================  ====================================

A rule for sequences, from each pattern to the next, is :func:`sequence`; it holds no pattern still.

Any callable that takes patterns (P, N) and returns weights (N, N) is also a rule; if it has a
keyword ``zero_diagonal``, that is passed to it. If it has an attribute ``thresholds``, a function
of patterns and weights (and of the rule's other keywords), a network has the thresholds (N,) that
this returns, unless it is given others. :func:`hopfield_sim.testing.check_rule` tests a rule.
"""

from __future__ import annotations

from typing import Any

from hopfield_sim import checks
from hopfield_sim.errors import InvalidTypeError
from hopfield_sim.rules.bounded import BOUNDED, bounded
from hopfield_sim.rules.covariance import COVARIANCE, covariance
from hopfield_sim.rules.descent_l2 import DESCENT_L2, descent_l2
from hopfield_sim.rules.diederich_opper import (
    DIEDERICH_OPPER_1,
    DIEDERICH_OPPER_2,
    diederich_opper_1,
    diederich_opper_2,
)
from hopfield_sim.rules.dreaming import DREAMING, dreaming
from hopfield_sim.rules.hebbian import HEBBIAN, hebbian
from hopfield_sim.rules.own import OwnRule, Rule
from hopfield_sim.rules.palimpsest import PALIMPSEST, palimpsest
from hopfield_sim.rules.perceptron import PERCEPTRON, perceptron
from hopfield_sim.rules.pseudoinverse import PSEUDOINVERSE, pseudoinverse
from hopfield_sim.rules.rule import LearningRule
from hopfield_sim.rules.sequence import sequence
from hopfield_sim.rules.storkey import STORKEY, storkey
from hopfield_sim.rules.unlearning import UNLEARNING, unlearning
from hopfield_sim.rules.willshaw import WILLSHAW, willshaw

__all__ = [
    "RULES",
    "LearningRule",
    "OwnRule",
    "Rule",
    "bounded",
    "covariance",
    "descent_l2",
    "diederich_opper_1",
    "diederich_opper_2",
    "dreaming",
    "get",
    "hebbian",
    "palimpsest",
    "perceptron",
    "pseudoinverse",
    "sequence",
    "storkey",
    "unlearning",
    "willshaw",
]

RULES: dict[str, LearningRule] = {
    rule.name: rule
    for rule in (
        HEBBIAN,
        STORKEY,
        PSEUDOINVERSE,
        PERCEPTRON,
        DREAMING,
        PALIMPSEST,
        COVARIANCE,
        WILLSHAW,
        UNLEARNING,
        BOUNDED,
        DESCENT_L2,
        DIEDERICH_OPPER_1,
        DIEDERICH_OPPER_2,
    )
}
"""All rules by name. To add one, write a file like the others and register it here; studies,
options, tables and figures read this table.
"""


@checks.by_name
def get(rule: Any) -> Rule:
    """Return a rule by name, or turn a callable into one.

    Parameters
    ----------
    rule : {"hebbian", "storkey", "pseudoinverse", "perceptron", ...} or callable
        Name of a rule in ``RULES``, or a function from patterns to weights. The weights of a
        callable are checked at each call: they must be (N, N), real and finite. Their diagonal is
        set to zero unless ``zero_diagonal=False``.

    Returns
    -------
    callable
        ``rule(patterns, *, zero_diagonal=True)``, which returns an (N, N) ndarray of float64.

    Raises
    ------
    InvalidInputError
        If the name is unknown; the message suggests the nearest.
    InvalidTypeError
        If ``rule`` is neither a string nor callable.

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
