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
