"""What the package says about itself must agree, wherever it says it."""

from __future__ import annotations

import contextlib
import csv
import importlib
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import hopfield_sim as hs

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs/course").glob("*.md")),
]
SOURCES = [*PAGES, *sorted((ROOT / "hopfield_sim").rglob("*.py"))]


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_one_version_everywhere() -> None:
    with contextlib.suppress(metadata.PackageNotFoundError):  # used from its folder
        assert metadata.version("hopfield_sim") == hs.__version__
    assert f'\nversion: "{hs.__version__}"\n' in read(ROOT / "CITATION.cff")
    assert f"version = {{{hs.__version__}}}" in read(ROOT / "docs" / "citing.md")
    newest = re.search(r"^## \[([\d.]+)\]", read(ROOT / "CHANGELOG.md"), flags=re.MULTILINE)
    assert newest is not None
    assert newest[1] == hs.__version__


def test_the_console_script_is_a_function() -> None:
    module, _, function = PYPROJECT["project"]["scripts"]["hopfield-sim"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_what_is_required_is_what_is_imported() -> None:
    """Every third-party module that the package needs to run comes with it."""
    stated = {re.match(r"[\w-]+", line)[0] for line in PYPROJECT["project"]["dependencies"]}
    assert stated == {
        *("numpy", "scipy", "matplotlib", "imageio", "pillow", "jinja2", "threadpoolctl"),
    }


def test_every_extra_that_is_recommended_exists() -> None:
    extras = set(PYPROJECT["project"]["optional-dependencies"])
    named = {
        (path.name, extra)
        for path in SOURCES
        for extra in re.findall(r"hopfield_sim\[([\w,]+)\]", read(path))
    }
    assert {(name, extra) for name, extra in named if not set(extra.split(",")) <= extras} == set()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_make_command_that_is_recommended_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", read(ROOT / "Makefile"), flags=re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", read(path), flags=re.MULTILINE)) <= targets


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_between_files_lead_somewhere(path: Path) -> None:
    # Names of generated pages have no suffix; the documentation's build checks those.
    links = re.findall(r"\]\(([^)#\s:]+\.\w+)(?:#[^)]*)?\)", read(path))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_nothing_generated_is_kept_in_git() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    run = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    made = [f for f in run.stdout.split() if f.endswith((".so", ".c", ".pyc", ".sqlite"))]
    assert [f for f in made if not f.startswith("tests/data/")] == []


def without_kernels(mode: str) -> subprocess.CompletedProcess[str]:
    """Import the package where no kernel can be found, and name its backends."""
    code = (
        "import sys\n"
        "from importlib.machinery import ExtensionFileLoader, PathFinder\n"
        "find = PathFinder.find_spec\n"
        "def hide(name, path=None, target=None):\n"
        "    spec = find(name, path, target)\n"
        "    if name.startswith('hopfield_sim.') and spec is not None:\n"
        "        return None if isinstance(spec.loader, ExtensionFileLoader) else spec\n"
        "    return spec\n"
        "class Finder: find_spec = staticmethod(hide)\n"
        "sys.meta_path[:] = [Finder if f is PathFinder else f for f in sys.meta_path]\n"
        "import hopfield_sim as hs\n"
        "net = hs.HopfieldNetwork().store([[1, 1, -1, -1]])\n"
        "print(*hs.backends.available(), net.recall([1, 1, 1, -1]).states)\n"
    )
    environ = {**os.environ, "HOPFIELD_SIM_KERNELS": mode}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environ
    )


def test_without_kernels_the_reference_does_the_work() -> None:
    run = without_kernels("auto")
    assert (run.returncode, run.stdout) == (0, "numpy [ 1  1 -1 -1]\n"), run.stderr


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "told"), [("none", True), ("auto", False)])
def test_the_command_says_when_it_has_no_kernels(tmp_path: Path, mode: str, told: bool) -> None:
    if not told and "cython" not in hs.backends.available():
        pytest.skip("there are no kernels here")
    small = ["robustness", "--sizes", "10", "--trials", "1", "--out", str(tmp_path)]
    run = subprocess.run(
        [sys.executable, "-m", "hopfield_sim.experiment", *small],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "HOPFIELD_SIM_KERNELS": mode},
    )
    assert ("no compiled kernels" in run.stderr) is told
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert ("the NumPy reference was used" in page) is told


@pytest.mark.slow
def test_without_optional_packages_everything_runs(tmp_path: Path) -> None:
    """What limits BLAS is told to be missing, once; studies, fits and features do without."""
    code = (
        "import sys\n"
        "for name in ('threadpoolctl', 'tqdm', 'scipy', 'pandas', 'dask', 'xarray', 'sklearn'):\n"
        "    sys.modules[name] = None\n"
        "import hopfield_sim as hs\n"
        "from hopfield_sim.experiment.__main__ import main\n"
        "hs.DenseClassifier(4, epochs=1, rng=0).fit([[1.0, -1], [-1, 1]], [0, 1], progress=True)\n"
        "hs.DistributedMemory(4000, rng=0).store([[1.0, -1.0]])\n"
        "hs.TrainedDenseMemory(2, rng=0).store([[1, 1, -1], [1, -1, 1]], advise=False)\n"
        "hs.course.experiment(9, 1, 'hebbian', 1, 1, rng=0)\n"
        "sys.exit(main(['robustness', '--sizes', '10', '--trials', '1', '--out', sys.argv[1]]))\n"
    )
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, str(tmp_path)], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr.count("pip install threadpoolctl") == 1
    assert "100%" in run.stderr


def test_without_scipy_and_jinja_only_theory_and_the_page_are_missing(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "sys.modules['scipy'] = sys.modules['jinja2'] = None\n"
        "import hopfield_sim as hs\n"
        "from hopfield_sim.experiment.__main__ import main\n"
        "print(round(hs.theory.dense_capacity(100, 3, error=0.005), 1))\n"
        "try: hs.theory.gardner_load(0.0)\n"
        "except hs.errors.MissingDependencyError as error: print(error)\n"
        "try: hs.plotting.report.write('.', [], title='', command='', seed=0, versions={})\n"
        "except hs.errors.MissingDependencyError as error: print(error)\n"
        "sys.exit(main(['capacity', '--sizes', '10', '--trials', '1', '--out', sys.argv[1]]))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    number, no_theory, no_page, *_, told = run.stdout.splitlines()
    assert number == "502.4"
    assert no_theory.startswith("theory.gardner_load needs SciPy, 1.15 or newer")
    assert no_page.startswith("report.html is written with Jinja2")
    assert told.startswith(f"{tmp_path}: capacity from")
    assert run.stderr.count("pip install scipy") == run.stderr.count("pip install jinja2") == 1
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {"capacity.csv", "capacity.png", "overlap.png", "results.sqlite"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        ["dense", "--sizes", "20", "--orders", "2,3", "--exponential-sizes", "8", "--trials", "3"],
        ["modern", "--sizes", "8", "--counts", "10,100", "--trials", "2", "--queries", "10"],
        [
            *("distributed", "--quick", "--sizes", "9", "--trials", "1", "--queries", "4"),
            *("--n-patterns", "20", "--betas", "10", "--n-features", "200,400"),
            *("--counts", "10,20", "--count-features", "200", "--kernel-features", "200"),
            *("--image-size", "8", "--image-betas", "40", "--image-features", "200,400"),
        ],
    ],
    ids=lambda words: words[0],
)
def test_without_scipy_a_study_measures_and_leaves_theory_out(
    tmp_path: Path, words: list[str]
) -> None:
    tables = []
    for hidden in ("import sys; sys.modules['scipy'] = None", "import sys"):
        folder = tmp_path / str(len(tables))
        code = (
            f"{hidden}\n"
            "from hopfield_sim.experiment.__main__ import main\n"
            f"sys.exit(main({words} + ['--out', {str(folder)!r}]))\n"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        assert "Traceback" not in run.stderr
        with (folder / f"{words[0]}.csv").open(encoding="utf-8") as file:
            tables.append(list(csv.DictReader(file)))
    without, whole = tables
    laws = [name for name in whole[0] if "theory" in name or name == "gaussian"]
    assert laws
    assert {row[name] for row in without for name in laws} <= {"nan", ""}
    assert any(row[name] not in ("nan", "") for row in whole for name in laws)
    measured = [{k: v for k, v in row.items() if k not in laws} for row in without]
    assert measured == [{k: v for k, v in row.items() if k not in laws} for row in whole]


def test_the_folder_above_a_checkout_has_the_package_too(tmp_path: Path) -> None:
    """Where the checkout's name is the package's, Python would find an empty package."""
    checkout = tmp_path / "hopfield_sim"
    checkout.mkdir()
    (checkout / "__init__.py").write_bytes((ROOT / "__init__.py").read_bytes())
    (checkout / "hopfield_sim").symlink_to(ROOT / "hopfield_sim")
    code = (
        "import pickle, hopfield_sim as hs\n"
        "from hopfield_sim.rules import hebbian\n"
        "assert pickle.loads(pickle.dumps(hebbian)) is hs.rules.hebbian\n"
        "print(hs.__version__, hs.__file__, hs.theory.__name__)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    inner = checkout / "hopfield_sim" / "__init__.py"
    assert run.stdout.split() == [hs.__version__, str(inner), "hopfield_sim.theory"]


def test_kernels_that_are_required_but_missing_are_an_error() -> None:
    run = without_kernels("require")
    assert run.returncode != 0
    assert "HOPFIELD_SIM_KERNELS" in run.stderr
