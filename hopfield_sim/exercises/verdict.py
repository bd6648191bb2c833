"""The answer to a solution: passed or not, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, repr=False)
class Verdict:
    """What :func:`check` found. True where the solution passed.

    Parameters
    ----------
    name : str
        Name of the exercise.
    passed : bool
        Whether the solution is right.
    message : str
        What is wrong, or that nothing is.
    hints : tuple of str
        Further remarks.

    Examples
    --------
    >>> Verdict("energy", False, "your energy is off by the factor 2")
    energy: not yet. your energy is off by the factor 2
    """

    name: str
    passed: bool
    message: str
    hints: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        first = f"{self.name}: {'passed' if self.passed else 'not yet'}. {self.message}"
        return "\n".join([first, *(f"  hint: {hint}" for hint in self.hints)])

    def _repr_html_(self) -> str:
        colour, mark = ("#1a7f37", "✓ passed") if self.passed else ("#b35900", "✗ not yet")
        hints = "".join(f"<li>{escape(hint)}</li>" for hint in self.hints)
        return (
            f'<div style="border-left: 4px solid {colour}; padding-left: 0.8em">'
            f"<b>{escape(self.name)}: {mark}</b><br>{escape(self.message)}"
            f"{f'<ul>{hints}</ul>' if hints else ''}</div>"
        )
