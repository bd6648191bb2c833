"""Functions of studies, made from their fields: arguments, types, defaults, documentation."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from textwrap import indent
from typing import Any, ParamSpec, cast

from hopfield_sim import checks
from hopfield_sim.experiment.sweeps.fields import fields
from hopfield_sim.experiment.sweeps.result import Result
from hopfield_sim.experiment.sweeps.study import Study
from hopfield_sim.experiment.sweeps.sweep import answer

__all__ = ["function"]

P = ParamSpec("P")


@checks.by_name
def function(study: Callable[P, Study]) -> Callable[P, Result]:
    """Return the function of a study: its fields are the arguments, its result is returned.

    Examples
    --------
    ``capacity = function(Capacity)``, and then ``capacity(sizes=[100])``.
    """
    cls = cast(type[Study], study)

    @functools.wraps(study, assigned=("__module__",), updated=())
    def ask(*args: P.args, **kwargs: P.kwargs) -> Result:
        return answer(study(*args, **kwargs))

    del ask.__wrapped__
    ask.__name__ = ask.__qualname__ = cls.name
    ask.__doc__ = documentation(cls)
    ask.__signature__ = _signature(cls)  # type: ignore[attr-defined]
    return checks.by_name(ask)


_RUNNING = {
    "workers": "Number of threads; by default the number of processors. Results do not depend on "
    "it.",
    "executor": "Executor to use instead of threads.",
    "progress": "Show a progress bar.",
}


def documentation(cls: type[Study]) -> str:
    """Return the docstring of a study's function: that of the class, with its fields."""
    about, head, rest = inspect.cleandoc(cls.__doc__ or "").partition("Returns\n-------")
    known = {field.name: field for field in fields(cls)}
    lines = ["Parameters", "----------"]
    for name, parameter in _signature(cls).parameters.items():
        field = known.get(name)
        kind = str(parameter.annotation)
        default = parameter.default
        lines.append(f"{name} : {kind}, default {_short(default)}")
        if field is None:
            text = _RUNNING[name]
        else:
            bounds = f" ({field.kind.bounds})" if field.kind.bounds else ""
            text = f"{field.help[:1].upper()}{field.help[1:]}{bounds}."
        lines.append(indent(text, "    "))
    raises = (
        "Raises\n------\nInvalidInputError, InvalidTypeError\n    For a value outside the bounds "
        "given above; the message names the argument.\n\n"
    )
    if "Raises\n------" in rest:  # documented by the class
        raises = ""
    first, mark, later = (head + rest).partition("References\n----------")
    if not mark:
        first, mark, later = (head + rest).partition("Examples\n--------")
    return f"{about}{chr(10).join(lines)}\n\n{first}{raises}{mark}{later}"


def _signature(cls: type[Study]) -> inspect.Signature:
    """Return the signature: the study's own fields first, then the common ones."""
    base = set(inspect.signature(Study).parameters)
    parameters = inspect.signature(cls).parameters.values()
    return inspect.Signature(
        sorted(parameters, key=lambda p: p.name in base), return_annotation="Result"
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 60 else "as in the signature"
