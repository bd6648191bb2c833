"""An exercise: its solution, which is also its statement, small cases, and known mistakes."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Call = Callable[..., Any]
Cases = Callable[[], Mapping[str, tuple[Any, ...]]]


@dataclass(frozen=True)
class Mistake:
    """A wrong function and the words by which its mistake is named."""

    words: str
    function: Call


@dataclass
class Exercise:
    """One exercise. Made by the decorator :func:`exercise`.

    Parameters
    ----------
    solution : callable
        The right function. Its signature and docstring are what students get.
    notebook : int
        Notebook of the course, 1 to 6.
    cases : callable
        Returns the arguments of each hidden case by its name, such as "P = 3".
    random : bool
        Whether the answer depends on the argument ``rng``: then properties and judges decide, and
        the answer is not compared with that of the solution.
    """

    solution: Call
    notebook: int
    cases: Cases
    random: bool = False
    mistakes: list[Mistake] = field(default_factory=list)
    properties: list[Call] = field(default_factory=list)
    judges: list[Call] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name of the function to be written."""
        return self.solution.__name__

    @property
    def statement(self) -> str:
        """What the student reads."""
        return inspect.getdoc(self.solution) or ""

    @property
    def signature(self) -> inspect.Signature:
        """Arguments of the function."""
        return inspect.signature(self.solution)

    def mistake(self, words: str, function: Call) -> None:
        """Recognise a mistake: a wrong function, and the words that name what is wrong.

        A mistake that a property or a judge names has a part of its words.
        """
        self.mistakes.append(Mistake(words, function))

    def holds(self, prop: Call) -> Call:
        """Add a property, ``prop(value, *arguments) -> str | None``: what is wrong with a value."""
        self.properties.append(prop)
        return prop

    def judge(self, judge: Call) -> Call:
        """Add a judge, ``judge(function) -> str | None``, which may call the function often."""
        self.judges.append(judge)
        return judge

    def source(self) -> str:
        """Return the source of the solution."""
        text = textwrap.dedent(inspect.getsource(self.solution))
        return text[text.index("def ") :].rstrip() + "\n"

    def skeleton(self) -> str:
        """Return what the student completes: signature and statement, without the answer."""
        head = self.source().partition(':\n    """')[0]
        said = textwrap.indent(f'"""{self.statement}\n"""', "    ", lambda line: bool(line.strip()))
        return f'{head}:\n{said}\n    raise NotImplementedError("write {self.name}")\n'


def exercise(notebook: int, cases: Cases, *, random: bool = False) -> Callable[[Call], Exercise]:
    """Make an exercise of the solution below."""
    return lambda solution: Exercise(solution, notebook, cases, random)
