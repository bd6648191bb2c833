"""Engines with compiled loops: bit-identical to the reference where sums are exact integers.

Only this package imports the compiled modules, in ``kernels`` beside this folder.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from hopfield_sim import checks
from hopfield_sim.errors import MissingDependencyError

KERNELS = (
    *("asynchronous", "dense", "modern", "network", "overlaps"),
    *("perceptron", "retrieval", "storkey", "synchronous", "voting", "waves"),
)

_BUILD = "`python setup.py build_ext --inplace` (this needs a C compiler)"


def load() -> dict[str, Any]:
    """All engines, compiled.

    Raises
    ------
    MissingDependencyError
        When a kernel was not built, cannot be loaded, or is older than its sources beside it; it
        is named.
    """
    kernels = {name: _kernel(name) for name in KERNELS}
    # After the kernels: this is the slow part, and of no use without them.
    from hopfield_sim.backends.compiled.attention import CompiledAttention
    from hopfield_sim.backends.compiled.dense import CompiledDense
    from hopfield_sim.backends.compiled.pairs import CompiledPairs
    from hopfield_sim.backends.compiled.perceptron import CompiledPerceptron
    from hopfield_sim.backends.compiled.storkey import CompiledStorkey
    from hopfield_sim.backends.compiled.voting import CompiledVoting
    from hopfield_sim.backends.compiled.waves import CompiledWaves

    return {
        "pairs": CompiledPairs(kernels),
        "dense": CompiledDense(kernels),
        "attention": CompiledAttention(kernels["modern"]),
        "waves": CompiledWaves(kernels["waves"]),
        "voting": CompiledVoting(kernels["voting"]),
        "perceptron": CompiledPerceptron(kernels["perceptron"]),
        "storkey": CompiledStorkey(kernels["storkey"]),
    }


def _kernel(name: str) -> ModuleType:
    # import_module rather than an import statement, which reports a missing extension as a circular
    # import.
    module = f"hopfield_sim.backends.kernels.{name}"
    try:
        kernel = import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise MissingDependencyError(
            f"its compiled kernel {name!r} is not built; build the kernels with {_BUILD}"
        ) from error
    except ImportError as error:
        raise _unusable(f"its compiled kernel {name!r} cannot be loaded ({error})") from error
    if newer := _changed_since(kernel, name):
        raise _unusable(f"its compiled kernel {name!r} is older than {', '.join(newer)}")
    return kernel


def _changed_since(kernel: ModuleType, name: str) -> list[str]:
    """Sources newer than the kernel: there are some in a checkout only, after an update."""
    built = Path(str(kernel.__file__))
    own = built.with_name(f"{name}.pyx")
    if not own.exists():
        return []
    moment = built.stat().st_mtime
    sources = (own, *built.parent.glob("*.pxd"), *built.parent.glob("*.h"))
    return sorted(source.name for source in sources if source.stat().st_mtime > moment)


def _unusable(reason: str) -> MissingDependencyError:
    """Whoever has built kernels expects them, and is warned that they are not used."""
    reason += f"; build the kernels again with {_BUILD}"
    checks.warn(f"backend 'cython' is not used: {reason}")
    return MissingDependencyError(reason)
