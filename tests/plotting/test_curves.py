"""Curves: what is drawn is what the rows say, with bars and theory, legible at every size."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import figure_checks
import matplotlib
import numpy as np
import pytest
from figure_checks import assert_legible, drawn
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import hopfield_sim as hs
from hopfield_sim import plotting
from hopfield_sim.errors import HopfieldError, InvalidInputError, InvalidTypeError
from hopfield_sim.plotting import screen, style
from hopfield_sim.plotting.rows import span
from hopfield_sim.rules import RULES

SIZES = [10, 18, 34, 63, 116, 215, 397, 733, 1354, 2500]


def result(rows: list[dict[str, Any]], **others: Any) -> SimpleNamespace:
    return SimpleNamespace(rows=rows, **({"config": {}, "runs": {}, "name": "study"} | others))


def capacity_rows(sizes: list[int], rules: tuple[str, ...] = ("hebbian", "storkey")) -> list[Any]:
    """The study's grid; the fraction falls through 0.9 exactly at the asymptote."""
    rows = []
    for rule in rules:
        for n in sizes:
            law = n / (2 * math.log(n)) if rule == "hebbian" else n / math.sqrt(2 * math.log(n))
            for t in np.linspace(0.5 * law, 2 * law, 10).astype(int):
                fraction = float(np.clip(0.9 - (t / law - 1), 0, 1))
                rows.append(
                    {
                        "rule": rule,
                        "n_neurons": n,
                        "n_patterns": int(t),
                        "load": t / n,
                        "flipped": int(0.2 * n),
                        "networks": 8,
                        "states": 100,
                        "retrieved": fraction,
                        "retrieved_se": 0.01 + 0.0001 * t,
                        "overlap": 0.5 + fraction / 2,
                        "overlap_se": 0.004,
                    }
                )
    return rows


def robustness_rows(sizes: list[int]) -> list[dict[str, Any]]:
    return [
        {
            "rule": rule,
            "n_neurons": n,
            "n_patterns": 2,
            "flipped": int(x * n),
            "fraction": float(x),
            "networks": 8,
            "retrieved": float(x < 0.5) * (1 - x / 3),
            "retrieved_se": 0.02,
        }
        for rule in ("hebbian", "storkey")
        for n in sizes
        for x in np.linspace(0, 1, 20)
    ]


def energy_rows() -> list[dict[str, Any]]:
    return [
        {
            "rule": rule,
            "update": update,
            "updates": k * step,
            "energy": -100.0 * depth * (1 - 0.5**k),
            "overlap": 1 - 0.8 * 0.5**k,
        }
        for rule, depth in (("hebbian", 1), ("storkey", 2))
        for update, step in (("sync", 2500), ("async", 250))
        for k in range(5)
    ]


def named(rows: list[dict[str, Any]], **wanted: Any) -> list[dict[str, Any]]:
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def bars(ax: Axes, label: str) -> np.ndarray:
    """Half the lengths of the error bars of a curve."""
    container = next(c for c in ax.containers if c.get_label() == label)
    segments = container.lines[2][0].get_segments()
    return np.array([(top[1] - bottom[1]) / 2 for bottom, top in segments])


# --- capacity ------------------------------------------------------------------------------------


def test_capacity_draws_the_rows_with_their_standard_errors() -> None:
    rows = capacity_rows(SIZES)
    figure = plotting.capacity(result(rows))
    assert len(figure.axes) == 5
    for index, rule in enumerate(("hebbian", "storkey")):
        by_count, by_load = figure.axes[2 * index : 2 * index + 2]
        for n in SIZES:
            mine = named(rows, rule=rule, n_neurons=n)
            t, fraction = drawn(by_count, f"N = {n}")
            assert t == [row["n_patterns"] for row in mine]
            assert fraction == [row["retrieved"] for row in mine]
            load, again = drawn(by_load, f"N = {n}")
            np.testing.assert_allclose(load, [row["load"] for row in mine])
            assert again == fraction
            errors = [row["retrieved_se"] for row in mine]
            np.testing.assert_allclose(bars(by_count, f"N = {n}"), errors, rtol=1e-12)
        assert by_count.get_xlabel() == "number of patterns t"
        assert by_load.get_xlabel() == "load t / N"
        assert drawn(by_count, "_level 0.9")[1] == [0.9, 0.9]


def test_capacity_draws_theory_over_the_data() -> None:
    pytest.importorskip("scipy")
    figure = plotting.capacity(result(capacity_rows([34, 397])))
    panel = figure.axes[-1]
    for label, law in (
        ("theory, N / (2 ln N)", lambda n: n / (2 * np.log(n))),
        ("theory, N / √(2 ln N)", lambda n: n / np.sqrt(2 * np.log(n))),
    ):
        n, expected = (np.array(values) for values in drawn(panel, label))
        np.testing.assert_allclose(expected, law(n))
        assert n.min() <= 34
        assert n.max() >= 397
    t, expected = (np.array(values) for values in drawn(figure.axes[0], "_theory 397"))
    # Q(√(N/t)) is the error of a bit for large N; the drawn law is the exact one.
    gauss = np.array([0.5 * math.erfc(math.sqrt(397 / (2 * count))) for count in t])
    np.testing.assert_allclose(expected, (1 - gauss) ** 397, atol=0.06)
    line = next(line for line in figure.axes[0].lines if line.get_label() == "_theory 397")
    data = figure.axes[0].containers[0].lines[0]
    assert line.get_zorder() > data.get_zorder()


@pytest.mark.slow
def test_capacity_points_lie_where_the_curve_crosses() -> None:
    rows = capacity_rows(SIZES)
    panel = plotting.capacity(result(rows)).axes[-1]
    found = {}
    for container in panel.containers:
        x, y = (float(values[0]) for values in container.lines[0].get_data())
        found.setdefault(x, []).append(y)
    # The made-up fraction crosses 0.9 at the law itself, up to whole numbers of patterns.
    assert found[2500.0] == pytest.approx(
        [2500 / (2 * math.log(2500)), 2500 / math.sqrt(2 * math.log(2500))], rel=0.01
    )
    held = [{"rule": "storkey", "n_neurons": 2500, "capacity": 632.0, "capacity_se": 7.0}]
    panel = plotting.capacity(result(rows, summary={"capacity": held})).axes[-1]
    segment = panel.containers[-1].lines[2][0].get_segments()[0]
    assert segment[1][1] - segment[0][1] == pytest.approx(2 * 7.0)


def test_capacity_tells_what_was_done() -> None:
    figure = plotting.capacity(result(capacity_rows([34]), config={"flipped": 0.2}))
    title = figure.legends[0].get_title().get_text()
    assert "20% of the cue's bits flipped" in title
    assert "over 8 networks" in title


def test_capacity_off_the_grid_is_marked_as_a_limit() -> None:
    rows = capacity_rows([100], ("hebbian",))
    for row in rows:
        row["retrieved"] = 1.0
    panel = plotting.capacity(result(rows)).axes[-1]
    assert [text.get_text() for text in panel.texts] == ["↑"]
    assert not panel.containers
    for row in rows:
        row["retrieved"] = 0.1
    panel = plotting.capacity(result(rows)).axes[-1]
    assert [text.get_text() for text in panel.texts] == ["↓"]


def test_capacity_of_the_figure_is_that_of_the_table() -> None:
    study = hs.experiment.capacity([10], networks=6, states=20, rng=4)
    (hebbian, storkey) = study.summary["capacity"]
    panel = plotting.capacity(study).axes[-1]
    points = [float(container.lines[0].get_ydata()[0]) for container in panel.containers]
    assert points == [
        row["capacity"] for row in (hebbian, storkey) if not math.isnan(row["capacity"])
    ]
    # A crossing below the grid is below it in the table and in the picture, whatever the rows say.
    storkey |= {"capacity": math.nan, "capacity_se": math.nan, "low": 0.0, "high": 2.0}
    hebbian |= {"capacity": 3.21, "capacity_se": 0.5}
    panel = plotting.capacity(study).axes[-1]
    assert [float(container.lines[0].get_ydata()[0]) for container in panel.containers] == [3.21]
    assert [text.get_text() for text in panel.texts][-1] == "↓"
    assert drawn(panel, "_limit") == ([10], [2.0])
    title = plotting.capacity(study).legends[0].get_title().get_text()
    assert "theory of Hebbian fixed points alone" in title


def test_capacity_of_one_network_a_cell_has_no_bars_and_says_so() -> None:
    rows = capacity_rows([34])
    for row in rows:
        row["networks"], row["retrieved_se"] = 1, math.nan
    figure = plotting.capacity(result(rows))
    assert "one network a point" in figure.legends[0].get_title().get_text()
    assert_legible(figure)


@pytest.mark.slow
@pytest.mark.parametrize(
    "sizes", [SIZES, [10], [10, 11, 12], [1000, 2500], list(range(20, 320, 20))]
)
@pytest.mark.parametrize("rules", [("hebbian",), ("hebbian", "storkey", "pseudoinverse")])
def test_capacity_is_legible(sizes: list[int], rules: tuple[str, ...]) -> None:
    assert_legible(plotting.capacity(result(capacity_rows(sizes, rules))))


# --- overlap and phases --------------------------------------------------------------------------


def test_overlap_by_load_carries_the_replica_curve() -> None:
    pytest.importorskip("scipy")
    rows = capacity_rows([116, 397])
    figure = plotting.overlap_by_load(result(rows))
    hebbian = figure.axes[0]
    load, m = drawn(hebbian, "theory, N → ∞")
    assert load[0] == pytest.approx(0, abs=1e-12)
    assert load[-1] == pytest.approx(0.1379, abs=2e-4)
    assert m[0] == pytest.approx(1)
    assert m[-1] == pytest.approx(0.967, abs=0.002)  # Amit, Gutfreund, Sompolinsky 1987
    assert drawn(hebbian, "N = 116")[1] == [
        row["overlap"] for row in named(rows, rule="hebbian", n_neurons=116)
    ]
    np.testing.assert_allclose(bars(hebbian, "N = 116"), 0.004)
    assert_legible(figure)
    with pytest.raises(AssertionError):
        drawn(figure.axes[1], "theory, N → ∞")


def test_phase_diagram() -> None:
    figure = plotting.phase_diagram()
    load, glass = (np.array(v) for v in drawn(figure.axes[0], "$T_g$, spin glass below"))
    np.testing.assert_allclose(glass, 1 + np.sqrt(load))
    load, _ = drawn(figure.axes[0], "$T_M$, retrieval states below")
    assert max(load) == pytest.approx(0.138, abs=5e-4)
    assert_legible(figure)


# --- robustness ----------------------------------------------------------------------------------


def test_robustness_draws_the_rows_and_the_line_at_one_half() -> None:
    rows = robustness_rows(SIZES)
    figure = plotting.robustness(result(rows))
    assert [ax.get_title("left") for ax in figure.axes] == ["Hebbian", "Storkey"]
    for ax, rule in zip(figure.axes, ("hebbian", "storkey"), strict=True):
        for n in SIZES:
            mine = named(rows, rule=rule, n_neurons=n)
            assert drawn(ax, f"N = {n}") == (
                [row["fraction"] for row in mine],
                [row["retrieved"] for row in mine],
            )
            np.testing.assert_allclose(bars(ax, f"N = {n}"), 0.02)
        assert drawn(ax, "_half")[0] == [0.5, 0.5]
        assert "nearer to −ξ" in ax.texts[0].get_text()
    assert_legible(figure)


@pytest.mark.parametrize("rules", [("hebbian",), ("hebbian", "storkey", "pseudoinverse")])
def test_panels_of_any_number_of_rules_are_legible(rules: tuple[str, ...]) -> None:
    sizes = [*range(1000, 2200, 100), 2500]  # more and longer than fit into a line
    rows = [row | {"rule": rule} for rule in rules for row in robustness_rows(sizes)[: 13 * 20]]
    figure = plotting.robustness(result(rows))
    assert len(figure.axes) == len(rules)
    assert_legible(figure)


# --- energy --------------------------------------------------------------------------------------


def test_energy_of_the_study_is_drawn_in_sweeps() -> None:
    rows = energy_rows()
    study = result(rows, config={"n_neurons": 2500, "n_patterns": 50, "flipped": 1000})
    figure = plotting.energy(study)
    assert len(figure.axes) == 4
    label = "synchronous, final overlap 0.950"
    sweeps, energies = drawn(figure.axes[1], label)
    assert sweeps == [0, 1, 2, 3, 4]
    assert energies == [row["energy"] for row in named(rows, rule="storkey", update="sync")]
    overlaps = drawn(figure.axes[3], label)[1]
    assert overlaps == [row["overlap"] for row in named(rows, rule="storkey", update="sync")]
    assert figure.axes[2].get_xlabel() == "time (sweeps of N updates)"
    title = figure.legends[0].get_title().get_text()
    for words in ("N = 2500", "P = 50", "1000 bits"):
        assert words in title
    assert_legible(figure)


def test_energy_of_a_study_that_does_not_tell_n_is_drawn_in_updates() -> None:
    rows = [{k: v for k, v in row.items() if k != "overlap"} for row in energy_rows()]
    figure = plotting.energy(result(rows))
    assert [ax.get_xlabel() for ax in figure.axes] == ["updates", "updates"]
    assert drawn(figure.axes[0], "asynchronous")[0] == [0, 250, 500, 750, 1000]
    assert_legible(figure)


@pytest.fixture(scope="module")
def net() -> hs.HopfieldNetwork:
    return hs.HopfieldNetwork().store(hs.random_patterns(5, 100, rng=1))


def test_energy_of_a_recall(net: hs.HopfieldNetwork) -> None:
    cues = hs.flip(net.patterns, fraction=0.3, rng=2)
    run = net.recall(cues, record=("energy", "overlap"), every=20, rng=3)
    panel = plotting.energy(run).axes[0]
    curves = [line for line in panel.lines if line.get_linewidth() < 1 and len(line.get_xdata())]
    assert len(curves) == 5
    for line, energy in zip(curves, run.energy.T, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), energy)
        np.testing.assert_array_equal(line.get_xdata(), run.updates / 100)
    np.testing.assert_array_equal(drawn(panel, "median")[1], np.median(run.energy, axis=1))
    assert panel.get_title("left") == "N = 100, P = 5"
    assert_legible(plotting.energy(run))


def test_energy_and_overlap_of_one_state(net: hs.HopfieldNetwork) -> None:
    cue = hs.flip(net.patterns[3], fraction=0.2, rng=2)
    run = net.recall(cue, record=("energy", "overlap"), every=20, rng=3)
    line = plotting.energy(run).axes[0].lines[0]
    np.testing.assert_array_equal(line.get_ydata(), run.energy)
    figure = plotting.overlap(run)
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), run.overlaps[:, 3])
    other = plotting.overlap(run, pattern=0)
    np.testing.assert_array_equal(other.axes[0].lines[0].get_ydata(), run.overlaps[:, 0])
    assert_legible(figure)


def test_what_was_not_recorded_is_named(net: hs.HopfieldNetwork) -> None:
    run = net.recall(net.patterns, record="overlap")
    with pytest.raises(HopfieldError, match="energy"):
        plotting.energy(run)
    run = net.recall(net.patterns, record="energy")
    with pytest.raises(HopfieldError, match="overlap"):
        plotting.overlap(run)
    with pytest.raises(HopfieldError, match="record='energy'"):
        plotting.energy("no run")


# --- all figures ---------------------------------------------------------------------------------

FIGURES = {
    "capacity": lambda ax=None: plotting.capacity(result(capacity_rows([10, 34])), ax=ax),
    "robustness": lambda ax=None: plotting.robustness(result(robustness_rows([10])), ax=ax),
    "overlap_by_load": lambda ax=None: plotting.overlap_by_load(
        result(capacity_rows([10, 34])), ax=ax
    ),
    "energy": lambda ax=None: plotting.energy(result(energy_rows()), ax=ax),
    "states": lambda ax=None: plotting.states(np.ones((2, 9)), ax=ax),
    "phase_diagram": lambda ax=None: plotting.phase_diagram(ax=ax),
}


@pytest.mark.parametrize("name", FIGURES)
def test_pyplot_shows_figures_and_its_settings_stay(name: str) -> None:
    before = dict(matplotlib.rcParams)
    figure = FIGURES[name]()
    assert isinstance(figure, Figure)
    assert dict(matplotlib.rcParams) == before
    assert [pyplot.figure(number) for number in pyplot.get_fignums()] == [figure]


@pytest.mark.slow
def test_figures_for_files_are_not_shown() -> None:
    with screen.on(False):
        made = [draw() for draw in FIGURES.values()]
    assert len(made) == len(FIGURES)
    assert pyplot.get_fignums() == []


def test_figures_of_other_threads_are_not_shown() -> None:
    """Windows belong to the main thread."""
    with ThreadPoolExecutor(1) as pool:
        figure = pool.submit(plotting.states, np.ones((2, 9))).result()
    assert style.png(figure).startswith(b"\x89PNG")
    assert pyplot.get_fignums() == []


@pytest.mark.slow
def test_figures_can_be_saved_where_no_window_opens(tmp_path: Path) -> None:
    code = "import sys, hopfield_sim as hs; hs.plotting.states([1, -1, 1, 1]).savefig(sys.argv[1])"
    path = tmp_path / "states.png"
    environment = dict(os.environ, MPLBACKEND="module://no_such_toolkit")
    subprocess.run([sys.executable, "-c", code, path], env=environment, check=True)
    assert path.read_bytes().startswith(b"\x89PNG")


NOTEBOOK = {
    "a value": ("plotting.states(states)", 1),
    "made and no value": ("figure = plotting.states(states)", 1),
    "shown again": ("figure", 1),
    "made and a value": ("figure = plotting.states(states)\nfigure", 1),
    "plt.show": ("import matplotlib.pyplot as plt\nplotting.states(states)\nplt.show()", 1),
    "plt.show and a value": ("figure = plotting.states(states)\nplt.show()\nfigure", 2),
    "two": ("plotting.states(states)\nplotting.states(states)", 2),
    "none": ("len(plt.get_fignums())", 0),
    "of the user": ("plt.plot([1, 2]);", 1),
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_a_notebook_shows_every_figure_once(tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    sources = ["import numpy as np\nfrom hopfield_sim import plotting\nstates = np.ones((2, 9))"]
    sources += [source for source, _ in NOTEBOOK.values()]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
    del environment["MPLBACKEND"]  # the kernel chooses its own
    client = nbclient.NotebookClient(notebook, timeout=120)
    client.execute(env=environment, cwd=tmp_path)
    shown = [sum("image/png" in o.get("data", {}) for o in c.outputs) for c in notebook.cells[1:]]
    assert dict(zip(NOTEBOOK, shown, strict=True)) == {k: n for k, (_, n) in NOTEBOOK.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", FIGURES)
def test_figures_can_be_drawn_into_given_axes(name: str) -> None:
    wanted = {"capacity": 5, "robustness": 2, "overlap_by_load": 2, "energy": 4}.get(name, 1)
    own = Figure(figsize=(10, 8))
    panels = own.subplots(wanted)
    assert FIGURES[name](ax=panels) is own
    with pytest.raises(InvalidTypeError, match="ax must be matplotlib Axes; found str"):
        FIGURES[name](ax="here")
    with pytest.raises(InvalidInputError, match=f"ax must hold {wanted} axes"):
        FIGURES[name](ax=own.subplots(wanted + 1))


def test_users_settings_do_not_reach_the_figures() -> None:
    with matplotlib.rc_context({"axes.facecolor": "black", "font.size": 30}):
        panel = plotting.phase_diagram().axes[0]
    assert to_rgb(panel.get_facecolor()) == (1, 1, 1)
    assert panel.xaxis.label.get_fontsize() == 10


@pytest.mark.slow
def test_a_notebook_gets_one_png_at_twice_the_resolution() -> None:
    figure = plotting.phase_diagram()
    data, size = figure._repr_png_()
    assert data.startswith(b"\x89PNG")
    width = int.from_bytes(data[16:20], "big")
    assert width == 2 * size["width"]
    assert style.png(figure) == data


@pytest.mark.slow
def test_plotting_does_not_import_pyplot() -> None:
    code = "import sys, hopfield_sim.plotting; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("draw", "given", "words"),
    [
        (plotting.capacity, result([]), "no rows"),
        (plotting.capacity, object(), "found <object object"),
        (plotting.capacity, result([*robustness_rows([10])[:1], {"rule": "x"}]), "row 1"),
        (plotting.robustness, result(capacity_rows([10])), "'fraction'"),
        (plotting.overlap_by_load, result(robustness_rows([10])), "'overlap'"),
        (plotting.energy, result([{"rule": "hebbian"}]), "'update'"),
    ],
)
def test_results_that_cannot_be_drawn(draw: Any, given: Any, words: str) -> None:
    with pytest.raises(HopfieldError, match=words):
        draw(given)


def test_rules_keep_their_colours_and_strangers_get_others() -> None:
    assert style.word_colour("hebbian", 1) == style.word_colour("hebbian", 0)
    assert len({style.word_colour(rule, 0) for rule in [*RULES, "own"]}) == len(RULES) + 1


def test_size_colours_run_from_dark_to_light_and_stay_visible_on_paper() -> None:
    colours = style.shades([2500, 10, 100, 500])
    assert list(colours) == [10, 100, 500, 2500]
    light = [
        sum(w * c for w, c in zip((0.21, 0.72, 0.07), to_rgb(x), strict=True))
        for x in colours.values()
    ]
    assert light == sorted(light)
    assert light[-1] < 0.8


def test_a_legend_of_sizes_is_one_line() -> None:
    handles = style.size_handles(style.shades(range(10, 500, 10)))
    labels = [handle.get_label() for handle in handles]
    assert len(labels) == 11
    assert (labels[0], labels[-1]) == ("10", "490")


def test_span() -> None:
    assert (span([3, 3.0]), span([8, 10, 9]), span([])) == ("3", "8–10", "")


# --- the checks check ----------------------------------------------------------------------------


def test_a_word_that_is_cut_off_is_seen() -> None:
    figure = Figure(figsize=(2, 2))
    figure.text(0.8, 0.5, "much too long for here")
    with pytest.raises(AssertionError, match="cut off"):
        assert_legible(figure)


def test_words_on_words_are_seen() -> None:
    figure = Figure(figsize=(4, 2))
    ax = figure.add_axes((0.2, 0.2, 0.6, 0.6))
    ax.set_xticks(np.linspace(0, 1, 40), [f"{x:.4f}" for x in np.linspace(0, 1, 40)])
    with pytest.raises(AssertionError, match="overlap"):
        assert_legible(figure)


def test_labels_outside_the_limits_are_no_words() -> None:
    figure = Figure()
    ax = figure.add_subplot()
    ax.set_xticks([0.5, 7], ["inside", "outside"])
    ax.set_xlim(0, 1)
    words = [text for text, _ in figure_checks.words_of(figure)]
    assert "inside" in words
    assert "outside" not in words
