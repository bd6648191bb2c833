"""The study of phases: overlaps of theory, warm and cold starts, relaxation, figures."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from figure_checks import assert_legible, drawn
from matplotlib.collections import QuadMesh

import hopfield_sim as hs
from hopfield_sim import plotting
from hopfield_sim.errors import InvalidInputError
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.studies.phase.study import Phase


def correlation(patterns: np.ndarray) -> np.ndarray:
    """Hebb's rule, as anybody would write it."""
    return patterns.T @ patterns / patterns.shape[1]


def points(result: Any, **wanted: Any) -> list[Any]:
    return [row for row in result.rows if all(row[k] == v for k, v in wanted.items())]


@pytest.fixture(scope="module")
def small() -> Any:
    return hs.experiment.phase(
        sizes=[400], loads=[0.02, 0.05, 0.15], temperatures=[0.0, 0.4, 1.5], networks=6, rng=1
    )


def test_rows(small: Any) -> None:
    assert len(small.rows) == 3 * 3 * 2
    first = small.rows[0]
    assert (first["n_neurons"], first["load"], first["n_patterns"]) == (400, 0.02, 8)
    assert {row["start"] for row in small.rows} == {"pattern", "cue"}
    assert all(isinstance(row["settled"], bool) for row in small.rows)


def test_labelled_arrays_have_an_axis_for_each_setting(small: Any) -> None:
    pytest.importorskip("xarray", reason="needs the extra 'xarray'")
    assert small.to_xarray()["overlap"].sizes == {
        "n_neurons": 1,
        "load": 3,
        "temperature": 3,
        "start": 2,
    }


def test_networks_follow_theory(small: Any) -> None:
    pytest.importorskip("scipy")
    for load in (0.02, 0.05):
        for t in (0.0, 0.4):
            for row in points(small, load=load, temperature=t):
                theory = hs.theory.retrieval_overlap(load, t)
                slack = 5 * row["overlap_se"] + 4 / row["n_neurons"]
                assert abs(row["overlap"] - theory) < slack, row
                assert row["settled"]
    for row in points(small, temperature=1.5):  # the paramagnet
        assert abs(row["overlap"]) < 5 * row["overlap_se"] + 0.02
    assert points(small, load=0.15, temperature=0.4, start="pattern")[0]["overlap"] < 0.6


def test_warm_and_cold_starts_are_told_apart() -> None:
    """At a load of .1 a pattern is a valley, and a cue with 38 % wrong bits lies outside."""
    found = hs.experiment.phase(
        sizes=[600], loads=[0.1], temperatures=[0.0], networks=6, flipped=0.38, rng=0
    )
    warm, cold = (points(found, start=start)[0]["overlap"] for start in ("pattern", "cue"))
    assert warm > 0.95
    assert cold < 0.7


def test_a_state_that_still_moves_is_not_settled() -> None:
    """Beyond T_M a pattern decays, in much more than a sweep."""
    asked: dict[str, Any] = {"sizes": [500], "loads": [0.12], "temperatures": [0.4], "rng": 0}
    early = hs.experiment.phase(**asked, networks=12, sweeps=1)
    late = hs.experiment.phase(**asked, networks=12, sweeps=200)
    assert not points(early, start="pattern")[0]["settled"]
    assert points(late, start="pattern")[0]["settled"]
    assert early.summary["unsettled"] >= 1
    assert "had not relaxed" in Phase.sentence(early)


def test_neither_workers_nor_backend_nor_other_loads_change_a_network() -> None:
    asked: dict[str, Any] = {"sizes": [80], "temperatures": [0.0, 0.4], "networks": 2, "rng": 1}
    one = hs.experiment.phase(**asked, loads=[0.05], sweeps=5, workers=1, backend="numpy")
    two = hs.experiment.phase(**asked, loads=[0.05, 0.1], sweeps=5, workers=2)
    assert one.rows == points(two, load=0.05)


def test_rules_of_every_kind() -> None:
    asked: dict[str, Any] = {"sizes": [60], "loads": [0.1], "temperatures": [0.1], "networks": 2}
    for rule in ("storkey", correlation, "pseudoinverse"):
        result = hs.experiment.phase(**asked, rule=rule, rng=0)
        assert points(result, start="pattern")[0]["overlap"] > 0.9
    assert list(result.config["rule"]) == list("pseudoinverse")
    mine = hs.experiment.phase(**asked, rule=correlation, rng=0)
    assert list(mine.config["sources"]) == [f"{__name__}:correlation"]
    with pytest.raises(InvalidInputError, match="rule"):
        hs.experiment.phase(rule="hebb")


# ------------------------------------------------------------------ other directions


def test_against_flips_all_start_from_cues() -> None:
    found = hs.experiment.phase(
        sizes=[400], loads=[0.03, 0.3], against="flips", flips=[0.0, 0.2, 0.48], networks=4, rng=1
    )
    assert {row["start"] for row in found.rows} == {"cue"}
    near = [row["overlap"] for row in points(found, load=0.03)]
    assert near[0] == near[1] == 1.0
    assert near[2] < 0.5
    assert all(row["overlap"] < 0.7 for row in points(found, load=0.3))
    assert "Started in a cue" in Phase.sentence(found)


def test_biased_patterns_are_told_by_their_correlation() -> None:
    """Hebb's rule ends in the mean of biased patterns, which says nothing of the pattern itself,
    although it overlaps with it by (2a - 1) = .6; the pseudo-inverse holds any.
    """
    asked: dict[str, Any] = {"sizes": [300], "loads": [0.1], "networks": 3, "rng": 0}
    for rule, kept in (("hebbian", 0.0), ("pseudoinverse", 1.0)):
        found = hs.experiment.phase(**asked, rule=rule, against="activity", activities=[0.8])
        warm = points(found, start="pattern")[0]["overlap"]
        assert warm == pytest.approx(kept, abs=0.1)


def test_dense_memories_follow_theory() -> None:
    pytest.importorskip("scipy")
    found = hs.experiment.phase(
        sizes=[80], loads=[0.03, 0.4], against="order", orders=[2, 3], networks=6, rng=1
    )
    assert [row["n_patterns"] for row in found.rows[::2]] == [2, 192, 32, 2560]
    for row in points(found, load=0.03):
        theory = hs.theory.dense_retrieval_overlap(0.03, row["order"])
        if row["start"] == "pattern":
            assert abs(row["overlap"] - theory) < 5 * row["overlap_se"] + 4 / 80
    assert all(row["overlap"] < 0.8 for row in points(found, load=0.4, order=3))


def test_modern_networks_follow_theory() -> None:
    pytest.importorskip("scipy")
    betas = [4.0, 9.0, 30.0]
    found = hs.experiment.phase(
        sizes=[200], loads=[0.5], against="beta", betas=betas, networks=4, rng=1
    )
    assert hs.theory.modern_critical_beta(100) == pytest.approx(7.5, abs=0.1)
    for beta in betas:
        row = points(found, beta=beta, start="pattern")[0]
        theory = hs.theory.modern_retrieval_overlap(100, beta)
        assert abs(row["overlap"] - theory) < 5 * row["overlap_se"] + 0.03, row
        assert row["settled"]
    assert points(found, beta=30.0, start="cue")[0]["overlap"] > 0.99


def test_given_patterns_and_other_directions() -> None:
    mine = hs.random_patterns(40, 50, rng=0)
    asked: dict[str, Any] = {"networks": 2, "sweeps": 5, "patterns": mine, "rng": 0}
    for against, values in (("order", {"orders": [2, 3]}), ("beta", {"betas": [20.0]})):
        found = hs.experiment.phase(loads=[0.012], against=against, **values, **asked)
        assert {row["n_neurons"] for row in found.rows} == {50}
        assert "theory" not in Phase.sentence(found)
    with pytest.raises(InvalidInputError, match="activity"):
        hs.experiment.phase(against="activity", **asked)


@pytest.mark.parametrize("against", ["flips", "activity", "order", "beta"])
def test_figures_of_other_directions(against: str) -> None:
    pytest.importorskip("scipy")
    values = {"order": [2, 3]}.get(against, [0.2, 0.4])
    rows = [
        {
            "n_neurons": 100,
            "load": load,
            against: value,
            "start": "cue",
            "n_patterns": 9,
            "networks": 4,
            "overlap": 0.5,
            "overlap_se": 0.1,
            "settled": True,
        }
        for load in (0.01, 0.1, 1.0)
        for value in values
    ]
    (panel, _) = plotting.phase_diagram(result_of(rows, temperature=0.0)).axes
    drawn_lines = [np.array(line.get_data()) for line in panel.lines if line.get_label()[0] != "_"]
    if against == "flips":
        np.testing.assert_allclose(drawn_lines[0][0], 0.138, atol=5e-4)
    elif against == "order":
        assert [line[0, 0] for line in drawn_lines] == pytest.approx([0.1379, 0.0841], abs=1e-4)
    elif against == "beta":
        loads, betas = drawn_lines[0]
        counts = np.rint(100 * loads).clip(1).astype(int)
        np.testing.assert_array_equal(betas, hs.theory.modern_critical_beta(counts))
    else:
        assert not drawn_lines
    figure = plotting.overlap_by_temperature(result_of(rows, temperature=0.0))
    assert len(figure.axes) == (2 if against == "order" else 3)


def rows_of(sizes: list[int], loads: Any, temperatures: Any) -> list[dict[str, Any]]:
    return [
        {
            "n_neurons": n,
            "load": load,
            "temperature": t,
            "start": start,
            "n_patterns": max(round(load * n), 1),
            "networks": 8,
            "overlap": float(max(0.0, 1 - t - 4 * load)),
            "overlap_se": 0.01,
            "settled": not (t == temperatures[1] and start == "cue"),
        }
        for n in sizes
        for load in loads
        for t in temperatures
        for start in ("pattern", "cue")
    ]


def result_of(rows: list[dict[str, Any]], **config: Any) -> Any:
    return SimpleNamespace(rows=rows, config=config, name="phase")


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [[1000], [100, 10_000]])
def test_the_figure_shows_the_rows(sizes: list[int]) -> None:
    pytest.importorskip("scipy")
    loads, temperatures = [0.02, 0.06, 0.2], [0.0, 0.3, 0.8, 1.2]
    rows = rows_of(sizes, loads, temperatures)
    figure = plotting.phase_diagram(result_of(rows, rule="hebbian"))
    assert len(figure.axes) == 2 * len(sizes) + 1
    warm, cold = figure.axes[:2]
    (mesh,) = (one for one in warm.collections if isinstance(one, QuadMesh))
    expected = [
        r["overlap"] for r in rows if r["n_neurons"] == sizes[0] and r["start"] == "pattern"
    ]
    np.testing.assert_array_equal(np.asarray(mesh.get_array()).T.ravel(), expected)
    assert drawn(warm, "_x")[0] == []
    assert [list(v) for v in drawn(cold, "_x")] == [loads, [0.3] * 3]
    load, line = drawn(cold, "$T_M$, retrieval states below")
    assert max(load) == pytest.approx(0.138, abs=5e-4)
    assert line[-1] == 0.0
    load, line = drawn(cold, "$T_g$, spin glass below")
    np.testing.assert_allclose(line, 1 + np.sqrt(load))
    assert_legible(figure)
    assert_legible(plotting.overlap_by_temperature(result_of(rows, rule="hebbian")))


def test_other_rules_have_no_lines() -> None:
    rows = rows_of([100], [0.1], [0.2, 0.4])
    figure = plotting.phase_diagram(result_of(rows, rule="storkey"))
    assert [line.get_label() for line in figure.axes[0].lines] == ["_x"]


@pytest.mark.slow
def test_many_loads_are_thinned() -> None:
    rows = rows_of([100], np.linspace(0.01, 0.2, 20).tolist(), [0.1, 0.2])
    figure = plotting.overlap_by_temperature(result_of(rows))
    assert len(figure.axes) == 8
    assert_legible(figure)


@pytest.mark.slow
def test_the_command(tmp_path: Path) -> None:
    words = "phase --sizes 60 --loads 0.05 0.1 --temperatures 0,0.5 --trials 2 --sweeps 5 --seed 1"
    assert main([*words.split(), "--out", str(tmp_path)]) == 0
    assert "Started in a pattern" in (tmp_path / "report.html").read_text()
    table = (tmp_path / "phase.csv").read_text().splitlines()
    assert table[0] == (
        "n_neurons,load,temperature,start,n_patterns,networks,states,sweeps,overlap,overlap_se,"
        "settled"
    )
    assert len(table) == 9
    assert (tmp_path / "phase.png").exists()
