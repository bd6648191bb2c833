"""The house has floors, and imports go down only. Reads the sources; runs none of them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

PACKAGE = Path(__file__).parents[2] / "hopfield_sim"

# From the ground up. A room may import from its own floor and from those below it.
FLOORS = (
    {"errors"},
    {"checks"},
    {"support"},
    {"backends"},
    {"patterns", "datasets", "rules"},
    {"recall"},
    {"models"},
    {"plotting", "theory"},
    {"experiment", "course", "testing", "exercises", "sklearn", "optimisation"},
    {"hopfield_sim", "__main__"},  # the front doors: nobody inside goes through them
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# Theory is arithmetic: it must not lean on the simulation whose results it is drawn over.
THEORY_MAY_IMPORT = {"theory", "checks", "errors"}
# Pictures are drawn in one room, curves computed in another, tables of labelled arrays made in a
# third. Types are free.
ONLY_IN = {
    "matplotlib": {"plotting"},
    "scipy": {"theory"},
    "jinja2": {"plotting"},
    "pandas": {"experiment"},
    "sklearn": {"sklearn"},
    "xarray": {"experiment"},
}
SLOW_TO_LOAD = (
    *(
        "matplotlib",
        "imageio",
        "scipy",
        "pandas",
        "xarray",
        "dask",
        "cupy",
        "PIL",
        "sklearn",
        "jinja2",
    ),
)


def module_name(path: Path, package: Path) -> str:
    """hopfield_sim/rules/hebbian.py -> hopfield_sim.rules.hebbian; a package by its folder."""
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room(module: str) -> str:
    """hopfield_sim.rules.hebbian -> rules; hopfield_sim itself stays."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def imported(source: str, module: str, is_package: bool, modules: set[str]) -> list[str]:
    """All modules that a source imports, anywhere in it, functions included."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = module.split(".")
                up = node.level - is_package
                base = ".".join(parts[: len(parts) - up] + ([base] if base else []))
            names = [f"{base}.{alias.name}" for alias in node.names]
            found += [name if name in modules else base for name in names]
    return found


def without_types(source: str) -> str:
    """The same source without what only a type checker reads."""
    tree = ast.parse(source)
    tree.body = [
        node
        for node in tree.body
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    ]
    return ast.unparse(tree)


def graph_of(package: Path, *, types: bool = True) -> dict[str, list[str]]:
    """Every module of a package with everything that it imports."""
    paths = {module_name(path, package): path for path in sorted(package.rglob("*.py"))}
    sources = {name: path.read_text(encoding="utf-8") for name, path in paths.items()}
    return {
        name: imported(
            sources[name] if types else without_types(sources[name]),
            name,
            path.stem == "__init__",
            set(paths),
        )
        for name, path in paths.items()
    }


def upward(graph: dict[str, list[str]]) -> list[str]:
    """The imports that break the rule, as lines to read."""
    broken = []
    for name, targets in graph.items():
        here = room(name)
        for target in targets:
            if target.split(".")[0] != "hopfield_sim":
                continue
            there = room(target)
            if FLOOR_OF[there] > FLOOR_OF[here]:
                broken.append(f"{name} imports {target}, which is upstairs")
            if here == "theory" and there not in THEORY_MAY_IMPORT:
                broken.append(f"{name} imports {target}; theory may import checks and errors only")
    return broken


@pytest.fixture(scope="module")
def graph() -> dict[str, list[str]]:
    return graph_of(PACKAGE)


def test_every_room_has_a_floor(graph: dict[str, list[str]]) -> None:
    assert {room(name) for name in graph} - set(FLOOR_OF) == set()


def test_the_page_about_the_house_shows_these_floors() -> None:
    page = (PACKAGE.parent / "docs" / "house.md").read_text(encoding="utf-8")
    drawn = page.partition("## Imports go down only")[2].split("```")[1].split("\n")[1:-1]
    assert [set(line.split()) for line in reversed(drawn)] == list(FLOORS[:-1])
    rooms = {
        name
        for line in page.split("\n")
        if line.startswith("| `")
        for name in re.findall(r"\w+", line)
    }
    assert set().union(*FLOORS[:-1]) <= rooms


def test_imports_go_down_only(graph: dict[str, list[str]]) -> None:
    assert upward(graph) == []


def test_no_two_modules_import_each_other(graph: dict[str, list[str]]) -> None:
    inside = {name: {t for t in targets if t in graph} - {name} for name, targets in graph.items()}
    # A folder's __init__ gathers its files, and they may name the folder: that is one room.
    folders = {name for name in graph if any(other.startswith(f"{name}.") for other in graph)}
    between_files = {n: {t for t in ts if t not in folders} for n, ts in inside.items()}
    list(TopologicalSorter(between_files).static_order())  # raises CycleError, naming the cycle


def test_libraries_stay_in_their_room() -> None:
    strays = [
        f"{name} imports {target}"
        for name, targets in graph_of(PACKAGE, types=False).items()
        for target in targets
        if (library := target.split(".")[0]) in ONLY_IN and room(name) not in ONLY_IN[library]
    ]
    assert strays == []


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("rules/hebbian.py", "from hopfield_sim.models.hopfield.network import HopfieldNetwork"),
        ("rules/hebbian.py", "from ..models import hopfield"),
        ("rules/hebbian.py", "def lazy():\n    import hopfield_sim.plotting"),
        ("checks.py", "import hopfield_sim as hs"),
        ("checks.py", "from . import patterns"),
        ("theory/__init__.py", "from ..models import recall"),
        ("plotting/curves.py", "from hopfield_sim.experiment import result"),
    ],
)
def test_a_planted_upward_import_is_seen(tmp_path: Path, where: str, line: str) -> None:
    package = tmp_path / "hopfield_sim"
    for name in ("models/hopfield/network.py", "plotting/__init__.py", "patterns.py", where):
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    (package / where).write_text(f"{line}\n")
    assert len(upward(graph_of(package))) == 1


def loaded_by(statement: str) -> set[str]:
    """The modules that one statement loads in a fresh interpreter, beside those it starts with."""
    code = f"import sys\nold = set(sys.modules)\n{statement}\nprint(*sys.modules.keys() - old)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_the_package_loads_nothing_slow() -> None:
    assert loaded_by("import hopfield_sim") & set(SLOW_TO_LOAD) == set()


def test_theory_and_the_report_load_their_libraries_when_they_are_used() -> None:
    rooms = "import hopfield_sim.theory, hopfield_sim.plotting, hopfield_sim.experiment.__main__"
    loaded = loaded_by(f"{rooms}\nhopfield_sim.theory.capacity(100)")
    assert loaded & {"scipy", "jinja2"} == set()
    assert "scipy" in loaded_by("import hopfield_sim\nhopfield_sim.theory.gardner_load(0.0)")


def test_help_loads_nothing_that_only_studies_need() -> None:
    loaded = loaded_by("from hopfield_sim.experiment.__main__ import main; main(['--help'])")
    assert "hopfield_sim.experiment.cli.manual" in loaded
    rooms = {f"hopfield_sim.experiment.cli.{room}" for room in ("driver", "doctor", "report")}
    rooms |= {f"hopfield_sim.experiment.sweeps.{room}" for room in ("pool", "store", "sweep")}
    assert loaded & (rooms | {"hopfield_sim.datasets", "decimal", "sqlite3"}) == set()


def test_the_check_for_slow_imports_can_fail() -> None:
    assert "imageio" in loaded_by("import imageio")


@pytest.mark.slow
def test_subpackages_load_on_first_use() -> None:
    assert "hopfield_sim.plotting" not in loaded_by("import hopfield_sim")
    assert "hopfield_sim.plotting" in loaded_by("import hopfield_sim\nhopfield_sim.plotting")


ROOMS = (
    *("plotting", "theory", "experiment", "datasets", "testing", "course", "exercises"),
    *("rules", "backends", "optimisation"),
)


@pytest.mark.parametrize("room_name", ROOMS)
def test_dir_lists_what_is_there_to_be_used(room_name: str) -> None:
    here = import_module(f"hopfield_sim.{room_name}")
    assert dir(here) == sorted(here.__all__)
    modules = {name for name in dir(here) if isinstance(getattr(here, name), ModuleType)}
    assert modules <= {"report", "fields"}


def test_dir_of_the_package_lists_rooms_that_are_not_loaded_yet() -> None:
    package = import_module("hopfield_sim")
    assert set(ROOMS) | set(package.__all__) | {"sklearn", "__version__"} == set(dir(package))
    assert all(hasattr(package, name) for name in package.__all__)


@pytest.mark.parametrize(
    "name", sorted({path.stem for path in PACKAGE.glob("*.py")} - {"__init__"})
)
def test_each_module_can_be_imported_first(name: str) -> None:
    assert f"hopfield_sim.{name}" in loaded_by(f"import hopfield_sim.{name}")
