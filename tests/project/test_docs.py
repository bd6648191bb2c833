"""Pages show what the package prints, and the site loads nothing from elsewhere."""

from __future__ import annotations

import ast
import doctest
import re
import runpy
import shlex
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pydoc import locate
from types import ModuleType

import pytest

import hopfield_sim as hs
from hopfield_sim.experiment.cli.options import parse

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs/course").glob("*.md")),
]


def blocks(page: str, *languages: str) -> list[str]:
    """A page's code blocks in one of some languages."""
    start = "|".join(languages)
    return re.findall(rf"^```(?:{start})\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL)


def sessions(page: str) -> str:
    """The interactive sessions in a page's code blocks, one below the other.

    Those that import a package that is not installed are left out.
    """
    found = [block for block in blocks(page, "python", "pycon") if block.startswith(">>>")]
    return "\n".join(block for block in found if not absent(block))


def absent(text: str) -> list[str]:
    """Packages that a session imports and that are not installed."""
    return [name for name in re.findall(r"^>>> import (\w+)", text, re.M) if not find_spec(name)]


def failures(text: str, name: str) -> int:
    session = ModuleType("session")  # so that workers can import the functions it defines
    test = doctest.DocTestParser().get_doctest(text, {}, name, name, 0)
    test.globs = vars(session)
    sys.modules["session"] = session
    try:
        return doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(test).failed
    finally:
        del sys.modules["session"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_sessions_in_pages_print_what_they_show(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # what a session writes is not left here
    page = path.read_text(encoding="utf-8")
    assert failures(sessions(page), path.name) == 0
    if missing_packages := absent(page):
        pytest.skip(f"all but the sessions that import {', '.join(missing_packages)}")


def commands(page: str) -> list[list[str]]:
    """The words of each of our commands in a page's console blocks."""
    lines = "".join(blocks(page, "console", "bash")).splitlines()
    ours = [re.sub(r"\$\w+", "1", line) for line in lines if line.startswith("hopfield-sim")]
    return [shlex.split(line, comments=True)[1:] for line in ours]


COMMANDS = [(path, words) for path in PAGES for words in commands(path.read_text("utf-8"))]


@pytest.mark.parametrize(("path", "words"), COMMANDS, ids=lambda value: str(value)[:40])
def test_commands_in_pages_have_their_options(path: Path, words: list[str]) -> None:
    if words[:1] == ["exercises"]:
        assert set(words[1::2]) <= {"--students", "--solutions"}
    else:
        parse(words)


def test_commands_are_found_and_a_wrong_one_is_seen() -> None:
    assert len(COMMANDS) >= 5
    (words,) = commands("```console\n$ ls\nhopfield-sim capacity --sise 3  # no such\n```\n")
    with pytest.raises(hs.errors.InvalidInputError, match='mean "--sizes'):
        parse(words)


def test_the_readme_has_a_session() -> None:
    assert sessions(PAGES[0].read_text(encoding="utf-8")).count(">>>") >= 5


def test_a_wrong_session_is_seen() -> None:
    page = "Text.\n```python\n>>> 1 + 1\n3\n```\n"
    assert failures(sessions(page), "planted") == 1


ELSEWHERE = {".venv/bin", "MNIST/raw", "FashionMNIST/raw"}
"""Folders that pages name and that are not kept here."""


def missing(page: str) -> list[str]:
    """Paths in a page's backticks that lead nowhere.

    NAME stands for any name, and a path may leave out ``hopfield_sim/``.
    """
    words = re.findall(r"(?<!`)`([\w.*-]*/[\w./*-]*|[\w*-]+\.(?:py|pyx|pxd))`", page)
    return [
        word
        for word in words
        if word not in ELSEWHERE
        and not any(
            any(top.glob(word.replace("NAME", "*"))) for top in (ROOT, ROOT / "hopfield_sim")
        )
    ]


@pytest.mark.parametrize("path", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda path: path.name)
def test_files_that_a_page_names_exist(path: Path) -> None:
    assert missing(path.read_text(encoding="utf-8")) == []


def test_a_file_that_has_moved_is_seen() -> None:
    page = "`rules/hebbian.py`, `rules/NAME.py`, `benchmarks/*_rows.py`, `theory/` and `errors.py`"
    assert missing(page) == []
    assert missing(page.replace("rules", "models")) == ["models/hebbian.py"]
    assert missing("`tests/test_gone.py`, `gone.py`, `gone/`") == [
        "tests/test_gone.py",
        "gone.py",
        "gone/",
    ]


def undescribed(page: str) -> list[str]:
    """Pictures of a page without words for those who cannot see them, and cells that draw some."""
    pictures = re.findall(r"!\[\s*\]\([^)]*\)|<img(?![^>]*alt=\"[^\"])[^>]*>", page)
    cells = re.findall(r"^```\{code-cell\}.*?^```$", page, re.MULTILINE | re.DOTALL)
    draws = re.compile(r"^(?:hs\.)?plotting\.(?!video)|\.show\(|^plt\.show", re.MULTILINE)
    return pictures + [cell for cell in cells if draws.search(cell) and "alt: " not in cell]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_figures_of_pages_are_described_in_words(path: Path) -> None:
    assert undescribed(path.read_text(encoding="utf-8")) == []


def test_a_figure_without_words_is_seen() -> None:
    cell = "```{code-cell} ipython3\nhs.plotting.energy(run)\n```\n"
    page = f"![](a.png)\n![A](b.png)\n<img src='c'>\n<img src='d' alt=\"D\">\n{cell}"
    assert undescribed(page) == ["![](a.png)", "<img src='c'>", cell.strip()]


def test_figures_of_notebooks_and_examples_are_described_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By the text below them, or by their axes and curves."""
    nodes = pytest.importorskip("docutils.nodes")
    pytest.importorskip("sphinx_gallery")
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    figures = import_module("figures")
    section = nodes.section("", nodes.title("", "Capacity"))
    cell = nodes.container("", nodes.container("", nodes.image(uri="a.png")))
    text = "What to see. The curve\nfalls by 0.5. It starts at 1."
    section += [cell, nodes.paragraph("", text), nodes.image(uri="b.png", alt="kept")]
    section += [nodes.image(uri="c.png"), nodes.paragraph("", "Something else.")]
    document = nodes.section("", nodes.title("", "Course"), section)
    figures.describe_figures(None, document)
    start = "Figure drawn by the code above it: Capacity"
    said = [image["alt"] for image in document.findall(nodes.image)]
    assert said == [f"{start}. The curve falls by 0.5.", "kept", start]

    plt = pytest.importorskip("matplotlib.pyplot")
    plt.close("all")
    plt.figure().add_subplot(xlabel="load", ylabel="errors").plot([0, 1], [0, 2], label="N = 9")
    places = iter([str(tmp_path / "sphx_glr_one_001.png")])
    conf = {
        "image_srcset": [],
        "matplotlib_animations": (False, None),
        "compress_images": (),
        "src_dir": str(tmp_path),
    }
    page = figures.scrape(None, {"image_path_iterator": places, "example_globals": {}}, conf)
    assert ":alt: errors against load; N = 9 rises from 0 at 0 to 2 at 1\n" in page


def test_every_public_name_is_in_the_reference() -> None:
    listed = set((ROOT / "docs" / "api.rst").read_text(encoding="utf-8").split())
    public = {name for name in hs.__all__ if not isinstance(getattr(hs, name), ModuleType)}
    rooms = (hs.rules, hs.theory, hs.experiment, hs.plotting, hs.course, hs.testing, hs.datasets)
    rooms += (hs.exercises,)
    for room in rooms:
        prefix = room.__name__.removeprefix("hopfield_sim.")
        public |= {
            f"{prefix}.{name}"
            for name in room.__all__
            if not isinstance(getattr(room, name), ModuleType)
        }
    # How a rule is found by its name.
    of_the_house = {f"rules.{name}" for name in ("RULES", "LearningRule", "Rule", "OwnRule", "get")}
    assert public - listed - of_the_house == set()


def test_every_name_in_the_reference_exists() -> None:
    listed = re.findall(r"^   ([\w.]+)$", (ROOT / "docs" / "api.rst").read_text(), re.MULTILINE)
    assert len(listed) > 100
    there = [name for name in listed if name.partition(".")[0] != "sklearn" or find_spec("sklearn")]
    assert [name for name in there if locate(f"hopfield_sim.{name}") is None] == []


def test_every_example_has_its_place_in_the_gallery() -> None:
    tree = ast.parse((ROOT / "docs" / "conf.py").read_text(encoding="utf-8"))
    (named,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "EXAMPLES"
    )
    assert sorted(named) == sorted(path.stem for path in (ROOT / "examples").rglob("*.py"))


OFFLINE = runpy.run_path(str(ROOT / "docs" / "check_offline.py"))


@pytest.mark.parametrize(
    "html",
    [
        '<script src="https://cdn.example.org/mathjax.js"></script>',
        '<link rel="stylesheet" href="//fonts.example.org/css">',
        '<link rel="preload" as="font" href="http://example.org/a.woff2">',
        '<img src="https://img.example.org/badge.svg">',
        '<img src="a.png" srcset="a.png, https://example.org/b.png 2x">',
        "<style>@import 'https://example.org/a.css';</style>",
        '<p style="background: url(https://example.org/a.png)">',
        '<script>import("https://example.org/a.js")</script>',
    ],
)
def test_what_a_page_loads_from_elsewhere_is_seen(tmp_path: Path, html: str) -> None:
    (tmp_path / "index.html").write_text(html)
    assert len(OFFLINE["loads"](tmp_path / "index.html")) == 1
    assert OFFLINE["main"](tmp_path) == 1


def test_links_to_follow_and_own_files_are_fine(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(
        '<a href="https://example.org">paper</a><script src="_static/a.js"></script>'
        '<svg xmlns="http://www.w3.org/2000/svg"></svg><link rel="canonical" href="https://a.org">'
    )
    (tmp_path / "a.css").write_text("a { background: url(data:image/png;base64,AAAA) }")
    assert OFFLINE["main"](tmp_path) == 0


def test_an_empty_folder_is_not_a_site(tmp_path: Path) -> None:
    assert OFFLINE["main"](tmp_path) == 1


def test_every_figure_of_the_claims_is_tied_to_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import check_claims  # type: ignore[import-not-found]

    rows = check_claims.rows()
    assert {row.page for row in rows} == {"README.md", "claims.md"}
    assert [row.text for row in rows if check_claims.untied(row.text)] == []
    assert check_claims.untied("Ten networks hold 5 patterns")  # a new claim is noticed
    for claim in check_claims.CLAIMS:
        assert any(re.search(claim.words, row.text) for row in rows), claim.words


@pytest.mark.parametrize(
    ("said", "measured", "good"),
    [("0.9519", "0.95188", True), ("0.9519", "0.95182", False), ("79 600", "79600", True),
     ("160", "159.6", True), ("160", "159", False), ("Six", "6", True), ("1.00", "0.996", True)],
)  # fmt: skip
def test_a_figure_agrees_to_its_last_digit(
    said: str, measured: str, good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    import check_claims  # type: ignore[import-not-found]

    assert check_claims.agrees(said, measured, 0) == good
