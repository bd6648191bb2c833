"""Registration of figures with pyplot, so that ``plt.show()`` and notebooks show each one once.

pyplot is imported when the first figure is drawn; writing files does not need it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar

import matplotlib
from matplotlib.figure import Figure

AnyFigure = TypeVar("AnyFigure", bound=Figure)

_shown: ContextVar[bool] = ContextVar("_shown", default=True)


@contextmanager
def on(shown: bool) -> Iterator[None]:
    """Context in which figures are displayed, or not: those for files open no window."""
    token = _shown.set(shown)
    try:
        yield
    finally:
        _shown.reset(token)


@cache
def _loaded() -> Any:
    """Return pyplot with its backend loaded, or None if that backend does not work."""
    from matplotlib import pyplot

    try:
        pyplot.draw_if_interactive()
    except Exception:  # toolkits raise various errors; figures can still be saved
        return None
    return pyplot


def ready() -> None:
    """Load pyplot before a style is applied, since its backend may change settings permanently."""
    if _shown.get():
        _loaded()


def figure(kind: type[AnyFigure], width: float, height: float) -> AnyFigure:
    """An empty figure of this size in inches, registered with pyplot if it can be shown."""
    size = (width, height)
    # Windows belong to the main thread.
    here = threading.current_thread() is threading.main_thread()
    if _shown.get() and here and (pyplot := _loaded()) is not None:
        try:
            made: AnyFigure = pyplot.figure(FigureClass=kind, figsize=size)
        except Exception:  # no screen
            return kind(figsize=size)
        return made
    return kind(figsize=size)


def display(figure: Figure, png: bytes, metadata: dict[str, int]) -> None:
    """Display a figure in a notebook, which does not display it again at the end of the cell."""
    from IPython.display import publish_display_data

    manager = figure.canvas.manager
    if manager is not None and matplotlib.get_backend().endswith("inline"):
        from matplotlib._pylab_helpers import Gcf

        Gcf.destroy(manager)
    data = {"image/png": png, "text/plain": repr(figure)}
    publish_display_data(data, {"image/png": metadata})


def show(figure: Figure) -> None:
    """Open the window of a figure, if it has one; otherwise the notebook displays it."""
    if figure.canvas.required_interactive_framework is not None:
        from matplotlib import pyplot

        pyplot.show()
