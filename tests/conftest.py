"""Settings of the whole run: no display, reproducible hypothesis, the backend in the header."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sys
from collections.abc import Generator, Iterator
from importlib.util import find_spec
from typing import Any

import numpy
import pytest

os.environ["MPLBACKEND"] = "Agg"  # also for the command lines that tests start

# A shell that runs things in the background lets them ignore Ctrl-C, and they hand that down: the
# tests that send one to a command line would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Derandomised: a red run stays red when it is repeated. No deadline: CI shares its processors.
with contextlib.suppress(ImportError):  # tests that need it skip, see properties.py
    from hypothesis import settings

    house = {"deadline": None, "derandomize": True, "database": None, "print_blob": True}
    settings.register_profile("house", **house)
    settings.load_profile("house")


def _skipping() -> Generator[None, Any, Any]:
    """Skip what asks for theory or for a page where SciPy or Jinja2 is missing, and say so."""
    try:
        return (yield)
    except ImportError as error:
        absent = [name for name in ("scipy", "jinja2") if find_spec(name) is None]
        if not any(f" {name}" in str(error) for name in absent):
            raise
        pytest.skip(str(error))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Generator[None, Any, Any]:
    return (yield from _skipping())


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Generator[None, Any, Any]:
    return (yield from _skipping())


def pytest_configure(config: pytest.Config) -> None:
    if find_spec("scipy") is None:
        config.addinivalue_line("filterwarnings", "ignore:figures lack most curves of theory")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Draws without a seed follow from the test's name: a red run stays red when it is repeated.

    ``HOPFIELD_TEST_ENTROPY`` gives other draws, to see that a test does not hang on one of them.
    """
    source = random.Random(f"{os.environ.get('HOPFIELD_TEST_ENTROPY', '')} {item.nodeid}")
    numpy.random.bit_generator.randbits = source.getrandbits  # type: ignore[attr-defined]
    numpy.random.seed(source.getrandbits(32))  # noqa: NPY002 (what scikit-learn draws from)


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    """Free the figures of a test, which pyplot keeps."""
    yield
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is not None:
        pyplot.close("all")


def pytest_report_header(config: pytest.Config) -> str:
    """Say which engines these results come from."""
    import hopfield_sim as hs

    return (
        f"hopfield_sim {hs.__version__}, backends: {', '.join(hs.backends.available())}, "
        f"HOPFIELD_SIM_KERNELS={os.environ.get('HOPFIELD_SIM_KERNELS', 'auto')}"
    )
