"""The explorer's page: what is in it, and, where there is a browser, what a reader gets from it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.experiment import explorer
from hopfield_sim.experiment.__main__ import main

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


def test_the_page_is_one_small_file_that_loads_nothing() -> None:
    page = explorer.page()
    assert len(page.encode()) < 400_000
    assert not re.search(r"https?://|\bfetch\(|XMLHttpRequest|WebSocket|import\(|@import", page)
    assert "default-src 'none'" in page
    assert not re.search(r"/\* \w+\.(css|js) \*/", page)  # every part is in its place


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "page.html"
    assert main(["explore", "--out", str(path)]) == 0
    assert str(path) in capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == explorer.page()
    assert main(["explore", "--help"]) == 0
    assert "--out FILE" in capsys.readouterr().out
    for words in (["explore", "more"], ["explore", "--quick"]):
        assert main(words) == 2
        assert "explore takes no other words but --out FILE" in capsys.readouterr().err
    assert main(["explore", "--out", str(tmp_path / "none" / "page.html")]) == 2
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize("display", [True, False])
def test_the_command_opens_it(
    display: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("webbrowser.open", lambda address: opened.append(address) or True)
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    if display:
        monkeypatch.setenv("DISPLAY", ":0")
    assert main(["explore"]) == 0
    [path] = tmp_path.glob("*/explorer.html")
    assert opened == ([path.as_uri()] if display else [])
    assert str(path) in capsys.readouterr().out


# ------------------------------------------------------------------ in a browser


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The page in a browser without a window; the test fails if anything goes wrong in it."""
    reason = "the driver of browsers is not installed: pip install playwright"
    driver = pytest.importorskip("playwright.sync_api", reason=reason)
    if BROWSER is None:
        pytest.skip("there is no Chromium to drive: apt-get install chromium")
    path = explorer.write(tmp_path_factory.mktemp("explorer") / "page.html")
    with driver.sync_playwright() as play:
        flags = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        browser = play.chromium.launch(executable_path=BROWSER, args=flags)
        context = browser.new_context(viewport={"width": 1280, "height": 900}, has_touch=True)
        opened = context.new_page()
        opened.set_default_timeout(20_000)
        wrong: list[str] = []
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        opened.on(
            "request",
            lambda r: wrong.append(r.url) if r.url[:5] not in ("file:", "data:") else None,
        )
        opened.goto(path.as_uri())
        yield opened
        browser.close()
    assert wrong == []


SEEN = """() => ({stored: memory.patterns.map((xi) => [...xi]), cue: [...cuePixels()],
    clock, pointed, situation, runs: runs.map(({update, recall}) => ({update,
    state: [...recall.now.state], stop: recall.now.stop, sweeps: recall.sweeps,
    flips: recall.now.flips, energy: recall.energies.at(-1)[1]}))})"""


def wait(page: Any, until: str) -> None:
    """Wait, at most 20 s, until an expression of the page is true."""
    for _ in range(1000):
        if page.evaluate(until):
            return
        page.wait_for_timeout(20)
    pytest.fail(f"the page never came to {until}")


def visit(page: Any, link: str, seed: int) -> None:
    """Follow a link to a situation with this seed."""
    page.evaluate(f"location.hash = '{link}&seed={seed}'")
    wait(page, f"situation.seed === {seed}")


def choose(page: Any, **values: str) -> None:
    for name, value in values.items():
        if name in ("memory", "update", "order", "side", "half"):
            page.select_option(f"#{name}", value)
        else:
            page.fill(f"#{name}", value)
            page.press(f"#{name}", "Tab")


@pytest.mark.slow
def test_clicks_end_in_the_states_of_the_package(page: Any) -> None:
    """Over seeds, rules and updates; stored, flipped, run and read as a person would."""
    visit(page, "side=16&stored=", 6)
    page.fill("#letters", "ABC")
    page.click("#store-letters")
    page.click("#store-board")
    page.fill("#how-many", "8")
    page.click("#store-random")
    patterns = np.vstack(
        [
            hs.glyphs("ABC", size=16),
            hs.checkerboard(16, 5)[None],
            *(hs.random_patterns(1, 256, rng=seed) for seed in range(1, 9)),
        ]
    )
    np.testing.assert_array_equal(page.evaluate(SEEN)["stored"], patterns)
    rules = ("hebbian", "storkey", "pseudoinverse", "dense")
    for seed in range(12):
        rule, hot = rules[seed % 4], (0.0, 0.5)[seed // 4 % 2]
        choose(page, memory=rule, update="both", seed=str(seed))
        page.evaluate("$('temperature').value = 0")
        page.fill("#temperature", str(hot))
        choose(page, limit="12")
        page.click(f"#patterns li:nth-child({seed + 1}) .take")
        page.fill("#flip-slider", str(10 + seed))
        page.click("#flip")
        count = 256 * (10 + seed) // 100
        page.click("#finish")
        seen = page.evaluate(SEEN)
        cue = hs.flip(patterns[seed], count=count, rng=1)
        np.testing.assert_array_equal(seen["cue"], cue)
        network = hs.DenseMemory("polynomial", 3) if rule == "dense" else hs.HopfieldNetwork(rule)
        network.store(patterns, advise=False)
        for run in seen["runs"]:
            expected = network.recall(
                cue,
                update=run["update"],
                temperature=hot * 3 * 256.0**2 if rule == "dense" else hot,
                max_sweeps=12,
                record="energy",
                rng=seed,
            )
            np.testing.assert_array_equal(run["state"], expected.states)
            assert (run["stop"], run["sweeps"]) == (expected.stop, expected.sweeps)
            assert run["flips"] == expected.flips
            if rule in ("hebbian", "dense"):
                assert run["energy"] == expected.energy[-1]
            else:
                assert run["energy"] == pytest.approx(expected.energy[-1], rel=1e-11)


@pytest.mark.slow
def test_running_and_winding_back(page: Any) -> None:
    visit(page, "stored=gA,gB,gC&cue=p0~f80.1", 4)
    start = page.evaluate(SEEN)
    page.click("#step")
    page.keyboard.press(".")
    assert page.evaluate("clock") == 2
    page.keyboard.press(",")
    assert page.evaluate("clock") == 1
    page.fill("#speed", "2")
    page.click("#run")
    wait(page, "!running && !!runs[0].recall.now.stop")
    assert page.inner_text(".state").startswith("Memory A")
    assert page.inner_text("#boards figcaption").endswith("fixed point")
    page.click("#rewind")
    assert page.evaluate(SEEN)["runs"] == start["runs"]
    page.click("#sweep")
    page.click("#back-sweep")
    assert page.evaluate(SEEN)["runs"] == start["runs"]


@pytest.mark.slow
@pytest.mark.parametrize("memory", ["hebbian", "modern"])
def test_the_state_that_is_seen_becomes_the_cue(page: Any, memory: str) -> None:
    """A pattern melts; what is left of it is the cue of a cold recall, in the link, too."""
    visit(page, f"memory={memory}&stored=r1,r2,r3&cue=p0&temperature=1.5", 8)
    page.click("#finish")
    state = np.array(page.evaluate(SEEN)["runs"][0]["state"])
    page.click("#take-state")
    np.testing.assert_array_equal(page.evaluate(SEEN)["cue"], np.where(state < 0, -1, 1))
    assert page.evaluate("clock") == 0
    page.reload()
    np.testing.assert_array_equal(page.evaluate(SEEN)["cue"], np.where(state < 0, -1, 1))


@pytest.mark.slow
def test_drawing_by_pointer_and_keyboard_and_the_local_field(page: Any) -> None:
    visit(page, "stored=gA,gB,gC&cue=gA", 5)
    page.click("#blank")
    box = page.locator("#cue").bounding_box()
    cell = box["width"] / 20
    page.mouse.move(box["x"] + 2.5 * cell, box["y"] + 1.5 * cell)
    page.mouse.down()
    page.mouse.move(box["x"] + 6.5 * cell, box["y"] + 1.5 * cell, steps=12)
    page.mouse.up()
    assert np.flatnonzero(np.array(page.evaluate(SEEN)["cue"]) > 0).tolist() == [22, 23, 24, 25, 26]
    page.keyboard.press("ArrowDown")
    page.keyboard.press(" ")
    cue = np.array(page.evaluate(SEEN)["cue"])
    assert np.flatnonzero(cue > 0).tolist() == [22, 23, 24, 25, 26, 42]
    page.touchscreen.tap(box["x"] + 0.5 * cell, box["y"] + 0.5 * cell)
    cue = np.array(page.evaluate(SEEN)["cue"])
    assert np.flatnonzero(cue > 0).tolist() == [0, 22, 23, 24, 25, 26, 42]
    page.click("#store-cue")
    box = page.locator("#board-async").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 3.5 / 20, box["y"] + box["height"] * 1.5 / 20)
    patterns = np.vstack([hs.glyphs("ABC", size=20), cue[None]])
    field = hs.HopfieldNetwork().store(patterns, advise=False).fields(cue)[23]
    text = page.inner_text("#neuron").replace("−", "-")
    assert "row 2, column 4" in text
    assert f"h = {field:+.3f}" in text
    page.click("#patterns li:nth-child(2) .forget")
    seen = page.evaluate(SEEN)
    np.testing.assert_array_equal(seen["stored"], patterns[[0, 2, 3]])


@pytest.mark.slow
def test_the_link_and_the_python_carry_the_situation(
    page: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    visit(page, "memory=dense&power=4&update=sync&stored=r1,r2,gK&cue=p1~f90.2", 9)
    page.click("#invert")
    page.click("#finish")
    before = page.evaluate(SEEN)
    page.click("#show-python")
    scope: dict[str, Any] = {}
    exec(page.inner_text("#python"), scope)
    page.click("#close-python")
    np.testing.assert_array_equal(scope["together"].states, before["runs"][0]["state"])
    assert json.dumps(before["runs"][0]["sweeps"]) in capsys.readouterr().out
    page.reload()
    page.click("#finish")
    assert page.evaluate(SEEN)["runs"] == before["runs"]


@pytest.mark.slow
def test_nothing_sticks_out_at_400_pixels(page: Any) -> None:
    for width in (400, 1280, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        visit(page, "update=both&memory=modern", width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("#theme")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
