"""The package, for those who import it from the folder above a checkout called hopfield_sim.

Without this file Python would take the checkout itself for an empty package of that name.
"""

from pathlib import Path

if __name__ == "hopfield_sim":
    __path__ = [str(Path(__file__).parent / "hopfield_sim")]
    __file__ = str(Path(__path__[0], "__init__.py"))
    exec(compile(Path(__file__).read_text(encoding="utf-8"), __file__, "exec"))
