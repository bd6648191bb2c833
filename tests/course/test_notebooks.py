"""The course's notebooks run, with and without the exercises, and print what their text says."""

from __future__ import annotations

import ast
import inspect
import json
import re
import runpy
import sys
from itertools import pairwise
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

import hopfield_sim as hs
from hopfield_sim import exercises
from hopfield_sim.exercises import Verdict, get, names

COURSE = Path(__file__).parents[2] / "docs" / "course"
BOOKS = sorted(COURSE.glob("[1-6]_*.ipynb"))
books = pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)

tidy = runpy.run_path(str(COURSE / "tidy.py"))["tidy"]

SAID = [
    ("1", "Of the 60 cues four do not come back", "rng=", 4),
    ("1", "it never rises", "updates in which the energy rose: 0\n", 1),
    ("1", "a few neurons more than the 120 that were wrong", "134 of them flips", 1),
    ("1", "and four pictures that nobody has stored", "10 states of rest", 1),
    ("2", "One pixel of the frame wants to change", " -1.", 1),
    ("2", "36 patterns with every bit right in all", "all bits of all patterns 36.2", 1),
    ("2", "72 with every bit right in most", "of most patterns 72.4", 1),
    ("3", "cycles of two, and nothing else", "58510 end in a fixed point, 7026 in a cycle", 1),
    ("3", "ten of whose pixels change", "pixels that change: 10\n", 1),
    ("3", "The energy stays where it is", "[-0.875 -0.875 -0.875]", 1),
    ("3", "two runs of five do", "at a load of 0.5: 0.40", 1),
    ("3", "every third state ends where nobody", "'mixture': 110, 'spurious': 32}", 1),
    ("3", "nearly all of them end in a memory", "'mixture': 18, 'spurious': 0}", 1),
    ("3", "not the one you asked for", "annealed 0.16\n", 1),
    ("3", "find their way out at 0.4 already", "at T = 0.4: [-0.    0.98 -0.02]", 1),
]
"""Notebooks, words of their text, and how often cells print what makes these words true."""


def cells(path: Path, kind: str) -> list[str]:
    """The sources of a notebook's cells of a kind, "code" or "markdown"."""
    book = json.loads(path.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == kind]


def asked(source: str) -> str | None:
    """The exercise that a cell asks for."""
    found = re.search(r'^check\("(\w+)", \1\)$', source, re.MULTILINE)
    return found and found[1]


def solved(source: str, name: str) -> str:
    """A cell of an exercise with the solution in place of the function to be completed."""
    start = source.index(f"def {name}(")
    return source[:start] + get(name).source() + source[source.index("\ncheck(") :]


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell and return the value of its last line, which a notebook shows."""
    tree = ast.parse(source)
    last: CodeType | None = None
    if isinstance(tree.body[-1], ast.Expr):
        last = compile(ast.Expression(tree.body.pop().value), "<cell>", "eval")  # type: ignore[attr-defined]
    exec(compile(tree, "<cell>", "exec"), names)
    return eval(last, names) if last else None


def test_there_is_a_notebook_for_every_exercise() -> None:
    assert [int(path.name[0]) for path in BOOKS] == list(exercises.NOTEBOOKS)


@books
def test_a_notebook_is_kept_tidy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    ids = [cell["id"] for cell in json.loads(text)["cells"]]
    assert len(set(ids)) == len(ids)
    assert text == tidy(text), "run docs/course/tidy.py on it"


def test_what_running_leaves_in_a_notebook_is_taken_out() -> None:
    kept = BOOKS[0].read_text(encoding="utf-8")
    book = json.loads(kept)
    book["metadata"]["language_info"]["version"] = "3.14"
    book["cells"][1] |= {"execution_count": 3, "outputs": [{"text": "1"}]}
    assert tidy(json.dumps(book)) == kept


@books
def test_a_notebook_has_its_title_and_all_its_exercises(path: Path) -> None:
    number = int(path.name[0])
    assert cells(path, "markdown")[0].startswith(f"# {number}. {exercises.NOTEBOOKS[number]}\n")
    found = [name for source in cells(path, "code") if (name := asked(source))]
    assert sorted(found) == sorted(name for name in names() if get(name).notebook == number)


@books
def test_the_page_of_the_course_lists_a_notebook_with_its_exercises(path: Path) -> None:
    page = (COURSE / "index.md").read_text(encoding="utf-8")
    number = int(path.name[0])
    title, _, own, download = re.findall(rf"^\| \[{number}\..*\|$", page, re.MULTILINE)[0].split(
        "|"
    )[1:5]
    assert title == f" [{number}. {exercises.NOTEBOOKS[number]}]({path.name}) "
    found = [name for source in cells(path, "code") if (name := asked(source))]
    assert re.findall(r"`(\w+)`", own) == found
    assert path.name in download
    assert f"\n{path.stem}\n" in page


@books
def test_students_draw_two_figures_themselves(path: Path) -> None:
    book = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in book]
    asked_for = [
        (re.search(r"\W[Yy]our figure (\d)\W", above), below)
        for above, below in pairwise(sources)
        if below.endswith("# your code")
    ]
    assert [found[1] for found, _ in asked_for if found] == ["1", "2"]


def test_figures_of_students_show_what_the_notebooks_say() -> None:
    """Of those that ask for a computation of their own, the ones that take a second or less."""
    many = hs.random_patterns(30, 400, rng=2)
    states = np.array([hs.flip(many[0], count=k, rng=k) for k in range(0, 401, 10)])
    depths = hs.HopfieldNetwork().store(many).energy(states)
    overlaps = hs.overlap(states, many[:1]).ravel()
    assert np.abs(depths + 200 * overlaps**2).max() < 15  # notebook 1, in units of some 200

    stored = hs.random_patterns(5, 200, rng=1)
    net = hs.HopfieldNetwork().store(stored)
    cues = hs.flip(np.repeat(stored, 20, axis=0), fraction=0.25, rng=2)
    right = {}
    for start in (0.6, 0.7, 1.2):
        heat = {"temperature": np.geomspace(start, 0.1, 40), "max_sweeps": 40, "rng": 3}
        ends = net.recall(net.recall(cues, **heat).states, rng=3).states
        right[start] = np.mean(hs.match(ends, stored) == np.repeat(np.arange(5), 20))
    assert min(right[0.6], right[0.7]) > 0.9  # notebook 3
    assert right[1.2] < 0.25

    angles = np.radians([0, 25, 50, 150, 250])
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    axis = np.linspace(-1.1, 1.1, 7)
    starts = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    stairs = []
    for beta in (1, 10, 100):  # notebook 5
        memory = hs.ModernHopfield(beta).store(points)
        ends = memory.recall(starts, max_steps=4000, advise=False).states
        stairs.append(len(np.unique(ends.round(2) + 0.0, axis=0)))
    assert stairs == [1, 3, 5]


@books
def test_a_function_to_be_completed_says_what_the_exercise_says(path: Path) -> None:
    for source in cells(path, "code"):
        if name := asked(source):
            function = ast.parse(source).body[0]
            assert isinstance(function, ast.FunctionDef)
            assert [a.arg for a in function.args.args] == list(get(name).signature.parameters)
            assert inspect.cleandoc(ast.get_docstring(function) or "") == get(name).statement
            assert ast.unparse(function.body[1:]) == "return ..."  # type: ignore[arg-type]


@books
def test_links_of_a_notebook_lead_somewhere(path: Path) -> None:
    text = "\n".join(cells(path, "markdown"))
    links = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'href="([^"]+)"', text)
    made = {"../explorer_page.html"}  # when the documentation is built
    here = {link.partition("#")[0] for link in links if "://" not in link} - made
    assert [link for link in here if not (COURSE / link).exists()] == []


def test_situations_of_the_explorer_are_those_it_knows() -> None:
    script = (COURSE.parents[1] / "hopfield_sim/experiment/explorer/situation.js").read_text(
        encoding="utf-8"
    )
    usual = re.search(r"const USUAL = \{(.*?)\n\};", script, re.DOTALL)
    assert usual is not None
    known = set(re.findall(r"^  (\w+):", usual[1], re.MULTILINE))
    text = "\n".join(source for path in BOOKS for source in cells(path, "markdown"))
    situations = re.findall(r"#(\w+=[^\"`]+)", text)
    assert situations
    assert {part.partition("=")[0] for s in situations for part in s.split("&")} <= known


@pytest.mark.slow
@books
def test_a_notebook_runs_and_prints_what_its_text_says(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Each exercise is left undone and then solved; cells below find it undone."""
    monkeypatch.chdir(tmp_path)
    book = ModuleType("book")  # sweeps import functions from the module that defines them
    monkeypatch.setitem(sys.modules, book.__name__, book)
    names = vars(book)
    figures = 0
    shown = []
    with matplotlib.rc_context():
        for source in cells(path, "code"):
            value = run(source, names)
            if name := asked(source):
                assert repr(value) == f"{name}: not yet. it is not written yet"
                verdict = run(solved(source, name), dict(names))
                assert isinstance(verdict, Verdict)
                assert verdict.passed, verdict
            of_value = isinstance(value, Figure) and value.number not in pyplot.get_fignums()
            figures += len(pyplot.get_fignums()) + of_value
            shown.append(repr(value))
            pyplot.close("all")
    assert figures >= 2
    printed = capsys.readouterr().out + "\n".join(shown)
    assert unprinted(path, printed) == []
    text = " ".join("\n".join(cells(path, "markdown")).split())
    for number, words, told, times in SAID:
        if path.name.startswith(number):
            assert words in text
            assert printed.count(told) == times, told


def unprinted(path: Path, printed: str) -> list[str]:
    """Decimal numbers of the text, formulas apart, that no cell prints or has in it."""
    text = "\n".join(cells(path, "markdown"))
    words = re.sub(
        r"\$\$.*?\$\$|\$[^$]*\$|\[[^]]*\]\([^)]*\)|`[^`]*`|<[^>]*>", "", text, flags=re.DOTALL
    )
    known = re.findall(r"\d+\.?\d*(?:e-?\d+)?", printed + "\n".join(cells(path, "code")))
    numbers = [float(number) for number in known]
    return [
        said
        for said in re.findall(r"(?<![\d.])\d+\.\d+(?![\d.])", words)
        if not any(
            abs(n - float(said)) <= 0.501 * 10.0 ** -len(said.split(".")[1]) for n in numbers
        )
    ]


def test_a_number_that_no_cell_prints_is_seen(tmp_path: Path) -> None:
    def book(*sources: tuple[str, str]) -> Path:
        path = tmp_path / "book.ipynb"
        parts = [{"cell_type": kind, "source": source} for kind, source in sources]
        path.write_text(json.dumps({"cells": parts}), encoding="utf-8")
        return path

    said = book(("markdown", "0.138 of N, not 0.15, at $T = 0.2$ or `0.3`"), ("code", "x = 0.4"))
    assert unprinted(said, "0.13790") == ["0.15"]
    assert unprinted(said, "0.1388") == ["0.138", "0.15"]
