"""The page: one file that asks for nothing else, escaped, with everything embedded."""

from __future__ import annotations

import base64
import io
import itertools
import re
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import imageio.v3 as iio
import numpy as np
import pytest
from matplotlib.figure import Figure

import hopfield_sim as hs
from hopfield_sim import plotting
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError, ResultsDirError
from hopfield_sim.plotting import report
from hopfield_sim.plotting.alt_text import describe
from hopfield_sim.plotting.report import Section

NASTY = "<script>alert('x')</script> & \"quoted\""
VOID = {"meta", "img", "br", "hr", "link", "input"}


class Page(HTMLParser):
    """The tags, links, images and words of a page; complains about tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self.open):
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        return " ".join(self.words)


def curve() -> Figure:
    figure = Figure(figsize=(4, 3))
    ax = figure.add_subplot(xlabel="load t / N", ylabel="fraction retrieved")
    ax.set_title("Hebbian", loc="left")
    ax.plot([0, 1], [1, 0])
    return figure


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.gif"
    iio.imwrite(path, np.zeros((2, 16, 16, 3), np.uint8), duration=100)
    return path


def written(folder: Path, sections: list[Section], **others: Any) -> tuple[Path, Page]:
    arguments = {
        "title": "Study",
        "command": "hopfield-sim --seed 7",
        "seed": 7,
        "versions": {"numpy": "2.4.6"},
        "machine": {"processors": "2"},
    } | others
    path = report.write(folder, sections, **arguments)
    return path, Page(path.read_text(encoding="utf-8"))


def test_the_page_holds_everything(tmp_path: Path, film: Path) -> None:
    sections = [
        Section(
            "Capacity",
            "Ninety percent up to t = 33.\n\nAnd less beyond.",
            figures=[("The capacity.", curve()), ("Again.", curve())],
            tables=[("Cells", [{"rule": "hebbian", "n_neurons": 10, "retrieved": 0.8125}])],
        ),
        Section("Films", "They move.", videos=[("A board.", film), ("The same.", str(film))]),
    ]
    path, page = written(tmp_path / "made" / "for it", sections)
    assert path == tmp_path / "made" / "for it" / "report.html"
    images = page.all("img")
    assert len(images) == 4
    kinds = [image["src"].partition(";base64,")[0] for image in images]
    assert kinds == ["data:image/png", "data:image/png", "data:image/gif", "data:image/gif"]
    assert base64.b64decode(images[2]["src"].partition(",")[2]) == film.read_bytes()
    png = base64.b64decode(images[0]["src"].partition(",")[2])
    assert int.from_bytes(png[16:20], "big") == 2 * int(images[0]["width"])  # sharp on any screen
    assert images[0]["alt"] == "Hebbian: fraction retrieved against load t / N"
    assert images[2]["alt"] == "Animation: A board."
    for words in (
        "Ninety percent up to t = 33.",
        "And less beyond.",
        "hopfield-sim --seed 7",
        "numpy",
        "2.4.6",
        "processors",
    ):
        assert words in page.text
    captions = re.findall(r"(Figure|Video|Table) (\d)", page.text)
    assert captions == [
        ("Figure", "1"), ("Figure", "2"), ("Table", "1"), ("Video", "1"), ("Video", "2"),
    ]  # fmt: skip
    assert not list(path.parent.glob(".*"))


def test_contents_lead_to_the_sections(tmp_path: Path) -> None:
    _, page = written(tmp_path, [Section("One", "First."), Section("Two", "Second.")])
    links = [link["href"] for link in page.all("a")]
    assert len(links) == 3
    places = ["#" + section["id"] for section in page.all("section")]
    assert links == places


def test_nothing_comes_from_outside(tmp_path: Path, film: Path) -> None:
    sections = [Section("S", "s", [("f", curve())], [("v", film)], [("t", [{"a": 1}])])]
    path, page = written(tmp_path, sections)
    text = path.read_text(encoding="utf-8")
    assert "http://" not in text
    assert "https://" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert page.all("link") == []
    sources = [a[name] for _, a in page.tags for name in ("src", "href", "srcset") if name in a]
    assert all(source.startswith(("data:", "#")) for source in sources)
    policy = next(m["content"] for m in page.all("meta") if "http-equiv" in m)
    assert policy.startswith("default-src 'none'")


def test_every_text_is_escaped(tmp_path: Path, film: Path) -> None:
    sections = [
        Section(NASTY, NASTY, [(NASTY, curve())], [(NASTY, film)], [(NASTY, [{NASTY: NASTY}])])
    ]
    arguments = dict.fromkeys(("title", "command", "seed"), NASTY)
    _, page = written(tmp_path, sections, versions={NASTY: NASTY}, machine={NASTY: 1}, **arguments)
    assert len(page.all("script")) == 1  # the page's own
    assert page.text.count("alert('x')") == 15
    assert f"Animation: {NASTY}" in [image["alt"] for image in page.all("img")]


def test_a_dollar_is_no_placeholder(tmp_path: Path) -> None:
    _, page = written(tmp_path, [Section("$title", "costs $5 or ${more}")], title="$seed")
    assert "costs $5 or ${more}" in page.text
    assert "$title" in page.text


def test_words_of_the_template_are_only_words(tmp_path: Path) -> None:
    nasty = "{{ seed }} {% raw %} {# no #}"
    _, page = written(tmp_path, [Section(nasty, nasty, tables=[(nasty, [{nasty: nasty}])])])
    assert page.text.count(nasty) == 6


def test_tables_align_numbers_under_each_other(tmp_path: Path) -> None:
    rows = [
        {"rule": "Hebbian", "largest_t": 33, "capacity": 33.25, "ok": True, "tiny": 1e-9},
        {"rule": "Storkey", "largest_t": "none", "capacity": 20.0, "ok": False, "tiny": 0.5},
        {"rule": "own", "largest_t": -4, "capacity": float("nan"), "ok": True, "tiny": -2.0},
    ]
    path, page = written(tmp_path, [Section("S", "s", tables=[("T", rows)])])
    heads = [(a.get("class"), a["scope"]) for a in page.all("th")]
    number = ("number", "col")
    assert heads == [(None, "col"), number, number, (None, "col"), number]
    body = re.findall(r"<tr><td.*?</tr>", path.read_text(encoding="utf-8"))
    found = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in body]
    assert found == [
        ["Hebbian", "33", "33.25", "yes", "1.0e−09"],
        ["Storkey", "none", "20.00", "no", "0.5"],
        ["own", "−4", "–", "yes", "−2.0"],
    ]
    assert "largest t" in page.text


def test_rows_may_lack_columns(tmp_path: Path) -> None:
    path, _ = written(tmp_path, [Section("S", "s", tables=[("T", [{"a": 1}, {"b": 2}])])])
    body = re.findall(r"<tr><td.*?</tr>", path.read_text(encoding="utf-8"))
    assert [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in body] == [["1", ""], ["", "2"]]


def test_long_tables_are_folded_away(tmp_path: Path) -> None:
    short, long = ([{"t": k} for k in range(n)] for n in (14, 15))
    _, page = written(tmp_path, [Section("S", "s", tables=[("Short", short), ("Long", long)])])
    assert len(page.all("details")) == 1
    assert "(15 rows)" in page.text


def test_films_stand_still_on_paper_and_for_those_who_want_less_motion(
    tmp_path: Path, film: Path
) -> None:
    frames = np.zeros((2, 16, 16, 3), np.uint8)
    frames[1] = 255
    iio.imwrite(film, frames, duration=100)
    _, page = written(tmp_path, [Section("S", "s", videos=[("V", film)])])
    (still,) = page.all("source")
    assert {part.strip() for part in still["media"].split(",")} == {
        "print",
        "(prefers-reduced-motion: reduce)",
    }
    kind, _, data = still["srcset"].partition(";base64,")
    assert kind == "data:image/png"
    assert (iio.imread(io.BytesIO(base64.b64decode(data))) == 255).all()  # the last one
    assert [button for button in page.all("button") if button.get("class") == "pause"]
    film.write_bytes(b"GIF89a, or so")
    with pytest.raises(ResultsDirError, match="no GIF"):
        written(tmp_path, [Section("S", "s", videos=[("V", film)])])


def test_headings_go_down_one_step_at_a_time(tmp_path: Path, film: Path) -> None:
    sections = [Section("S", "s", [("f", curve())], [("v", film)], [("t", [{"a": 1}])])]
    words = {"introduction": "What is here.\n\nAnd why.", "glossary": {"load": "P/N <b>"}}
    path, page = written(tmp_path, sections, **words)
    levels = [int(n) for n in re.findall(r"<h(\d)>", path.read_text(encoding="utf-8"))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    for heading in ("Introduction", "Glossary", "Contents", "Figures", "Videos", "Tables"):
        assert heading in page.words
    assert {"What is here.", "And why.", "load", "P/N <b>"} <= set(page.words)
    assert "Glossary" not in written(tmp_path, sections)[1].words


def test_figures_are_described_by_where_their_curves_begin_and_end() -> None:
    figure = Figure()
    ax = figure.add_subplot(xlabel="load", ylabel="m")
    ax.errorbar([0.1, 0.2], [1.0, 0.5], [0.1, 0.1], label="N = 10")
    ax.plot([0, 1, 2], [np.nan, -1, 3], label="theory")
    ax.plot([0, 4], [0.9, 0.9], label="_level 0.9")
    ax.plot([0, 1], [0, 1])
    ax.axvline(0.5, label="$half$")
    ax.errorbar([0, 1], [0, 1], [0.1, 0.1])
    assert set(describe(figure).split("; ")) == {
        "m against load",
        "N = 10 falls from 1 at 0.1 to 0.5 at 0.2",
        "theory rises from −1 at 1 to 3 at 2",
        "level 0.9 is 0.9 from 0 to 4",
        "half at 0.5",
    }
    upper = Figure().subplots(2)[0]  # an axis that is shared has its words below
    upper.set_ylabel("energy")
    upper.plot([0, 1], [2, 1], label="async")
    assert describe(upper.figure) == "energy; async falls from 2 at 0 to 1 at 1"
    for index in range(20):
        ax.plot([0, 1], [0, 1], label=f"curve {index}")
    assert describe(figure).endswith("and 18 more curves")


def test_columns_that_say_the_same_are_one(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"networks": 2, "found_exactly": 2, "load": 0.1},
        {"networks": 3, "found_exactly": 3, "load": 0.2},
    ]
    _, page = written(tmp_path, [Section("S", "s", tables=[("t", rows)])])
    assert len(page.all("th")) == 2
    assert "networks = found exactly" in page.words
    _, page = written(tmp_path, [Section("S", "s", tables=[("t", rows[:1])])])
    assert len(page.all("th")) == 3


def test_an_mp4_becomes_a_video_with_controls(tmp_path: Path) -> None:
    (tmp_path / "film.mp4").write_bytes(b"not looked at")
    _, page = written(tmp_path, [Section("S", "s", videos=[("V", tmp_path / "film.mp4")])])
    (shown,) = page.all("video")
    assert shown["src"].startswith("data:video/mp4;base64,")
    assert "controls" in shown
    assert shown["aria-label"] == "Animation: V"


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    run = hs.HopfieldNetwork().store(hs.random_patterns(2, 36, rng=0))
    recall = run.recall(hs.flip(run.patterns, count=9, rng=1), record="energy", rng=2)
    pages = []
    for _ in range(2):
        sections = [Section("S", "s", [("Energy.", plotting.energy(recall))])]
        pages.append(written(tmp_path, sections)[0].read_bytes())
    assert pages[0] == pages[1]


def test_the_machine_is_described_when_nobody_does(tmp_path: Path) -> None:
    _, page = written(tmp_path, [], machine=None)
    for name, value in report.this_machine().items():
        assert name in page.words
        assert value in page.words


def test_a_phone_and_paper_and_the_dark_are_thought_of() -> None:
    text = resources.files("hopfield_sim.plotting").joinpath("report.html").read_text("utf-8")
    for query in ("prefers-color-scheme: dark", "max-width: 40rem", "@media print"):
        assert query in text
    assert 'name="viewport"' in text


def test_describe_falls_back_on_the_words_in_a_picture() -> None:
    figure = plotting.states(np.ones((2, 4)), captions=["first", "last"])
    assert describe(figure) == "first, last"
    assert describe(Figure()) == "images of network states"


def test_pages_that_cannot_be_written(tmp_path: Path, film: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ResultsDirError, match=r"report\.html"):
        written(tmp_path / "file", [])
    (tmp_path / "report.html").mkdir()
    with pytest.raises(ResultsDirError):
        written(tmp_path, [])
    with pytest.raises(ResultsDirError, match=r"gone\.gif"):
        written(tmp_path, [Section("S", "s", videos=[("V", tmp_path / "gone.gif")])])
    with pytest.raises(InvalidInputError, match=r"film\.avi"):
        written(tmp_path, [Section("S", "s", videos=[("V", tmp_path / "film.avi")])])
    with pytest.raises(InvalidTypeError, match=r"found dict at \[1\]"):
        written(tmp_path, [Section("S", "s"), {}])  # type: ignore[list-item]
    assert issubclass(ResultsDirError, HopfieldError)


def test_unmatched_tags_are_seen() -> None:
    with pytest.raises(AssertionError):
        Page("<p><b>bold</p></b>")
    with pytest.raises(AssertionError):
        Page("<div><p>never closed</p>")


@pytest.mark.parametrize("wrong", [{"caption": 3}, {"figure": np.int64(4)}, {"figure": None}])
def test_a_picture_is_of_a_figure_with_a_caption(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidTypeError, match=next(iter(wrong))):
        report.picture(**{"caption": "Ten fit.", "figure": Figure()} | wrong)
