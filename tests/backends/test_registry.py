"""One door to the engines: what is there, why something is not, one contract for all of them."""

from __future__ import annotations

import inspect
import os
import sys
from dataclasses import fields

import pytest

import hopfield_sim as hs
from hopfield_sim import backends
from hopfield_sim.backends import compiled
from hopfield_sim.errors import InvalidInputError, MissingDependencyError

ENGINES = [field.name for field in fields(backends.Backend) if field.name != "name"]
needs_kernels = pytest.mark.skipif(
    "cython" not in backends.available(), reason="the compiled kernels are not built here"
)


@pytest.fixture
def fresh(monkeypatch):
    """Backends are loaded anew, here and after the test."""
    monkeypatch.delenv("HOPFIELD_SIM_KERNELS", raising=False)
    backends._loaded.cache_clear()
    yield monkeypatch
    backends._loaded.cache_clear()


@pytest.mark.parametrize("name", backends.available())
@pytest.mark.parametrize("engine", ENGINES)
def test_every_engine_keeps_the_contract_of_the_reference(name, engine):
    base, found = (type(getattr(backends.get(n), engine)) for n in ("numpy", name))
    assert issubclass(found, base)
    for method, function in inspect.getmembers(base, inspect.isfunction):
        if not method.startswith("_"):
            assert inspect.signature(getattr(found, method)) == inspect.signature(function)
            assert getattr(found, method).__doc__


@needs_kernels
@pytest.mark.parametrize("kernel", compiled.KERNELS)
def test_without_any_one_kernel_the_reference_computes_and_says_why(fresh, kernel):
    found = compiled.import_module

    def missing(module):
        if module.endswith(f".{kernel}"):
            raise ModuleNotFoundError(f"No module named {module!r}", name=module)
        return found(module)

    fresh.setattr(compiled, "import_module", missing)
    assert "cython" not in backends.available()
    assert backends.get().name == "numpy"
    assert repr(kernel) in backends.describe()["cython"]
    with pytest.raises(MissingDependencyError, match=rf"{kernel!r}.*build_ext.*backend='numpy'"):
        backends.get("cython")
    with pytest.raises(MissingDependencyError):
        hs.ModernHopfield(backend="cython")
    fresh.setenv("HOPFIELD_SIM_KERNELS", "require")
    backends._loaded.cache_clear()
    with pytest.raises(MissingDependencyError, match=rf"=require, but.*{kernel!r}"):
        backends.get()


@needs_kernels
def test_kernels_older_than_their_source_are_told_and_not_used(fresh, tmp_path):
    built = tmp_path / "overlaps.so"
    sources = [tmp_path / name for name in ("overlaps.pyx", "network.pxd", "rows.h", "other.pyx")]
    for path in (built, *sources):
        path.touch()
        os.utime(path, (100, 100))
    fresh.setattr(sys.modules["hopfield_sim.backends.kernels.overlaps"], "__file__", str(built))
    backends._loaded.cache_clear()
    assert backends.get("cython").name == "cython"  # as old as its source, so built from it
    os.utime(sources[3], (101, 101))
    backends._loaded.cache_clear()
    assert backends.get("cython").name == "cython"  # the source of another one
    for newer in sources[:3]:
        os.utime(newer, (101, 101))
        backends._loaded.cache_clear()
        with pytest.warns(
            UserWarning, match=rf"'overlaps' is older than {newer.name}; build .*ext"
        ):
            assert backends.get().name == "numpy"
        with pytest.raises(MissingDependencyError, match=f"older than {newer.name}"):
            backends.get("cython")
        fresh.setenv("HOPFIELD_SIM_KERNELS", "require")
        backends._loaded.cache_clear()
        with (
            pytest.warns(UserWarning, match="older"),
            pytest.raises(MissingDependencyError, match=f"=require, but .* {newer.name}"),
        ):
            backends.get()
        fresh.delenv("HOPFIELD_SIM_KERNELS")
        os.utime(newer, (99, 99))
    sources[0].unlink()  # a wheel has no sources
    os.utime(sources[2], (101, 101))
    backends._loaded.cache_clear()
    assert backends.get().name == "cython"


@needs_kernels
def test_a_kernel_that_cannot_be_loaded_is_told_and_not_used(fresh):
    def broken(module):
        raise ImportError("dense.so: file too short")

    fresh.setattr(compiled, "import_module", broken)
    with pytest.warns(UserWarning, match=r"cannot be loaded \(dense.so: file too short\); build"):
        assert backends.get().name == "numpy"


@needs_kernels
def test_an_error_inside_a_kernel_is_not_taken_for_a_missing_one(fresh):
    def broken(module):
        raise ModuleNotFoundError("No module named 'numpy'", name="numpy")

    fresh.setattr(compiled, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="numpy"):
        backends.available()


def test_the_variable_turns_kernels_off(fresh):
    fresh.setenv("HOPFIELD_SIM_KERNELS", "none")
    assert "cython" not in backends.available()
    assert "HOPFIELD_SIM_KERNELS=none" in backends.describe()["cython"]
    with pytest.raises(MissingDependencyError, match="HOPFIELD_SIM_KERNELS=none"):
        backends.get("cython")


def test_a_wrong_setting_is_told(fresh):
    fresh.setenv("HOPFIELD_SIM_KERNELS", "yes")
    with pytest.raises(InvalidInputError, match="auto, require, none"):
        backends.available()
