"""The study of the critical load: its protocol, its fit, its figure."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figure_checks import assert_legible

import hopfield_sim as hs
from hopfield_sim import plotting
from hopfield_sim.experiment.__main__ import main
from hopfield_sim.experiment.studies.alpha_c.study import AlphaC, extrapolated, straight
from hopfield_sim.experiment.studies.registry import STUDIES


@pytest.fixture(scope="module")
def small() -> Any:
    return hs.experiment.alpha_c(sizes=[400, 800, 1600], networks=16, rng=0)


@pytest.mark.slow
def test_the_critical_load_falls_to_that_of_theory(small: Any) -> None:
    """Theory .1379, .1382 with symmetry breaking; published simulations .145 ± .009."""
    at = [row["alpha_c"] for row in small.summary["sizes"]]
    assert at == sorted(at, reverse=True)
    assert at[-1] > small.summary["alpha_c"]
    assert small.summary["alpha_c_se"] < 0.006
    # Corrections beyond the straight line, at such sizes, are of the order of 0.005.
    assert abs(small.summary["alpha_c"] - 0.138) < 3 * small.summary["alpha_c_se"] + 0.005
    pytest.importorskip("scipy")
    assert small.summary["replica_symmetric"] == pytest.approx(0.1379, abs=1e-4)
    assert_legible(plotting.alpha_c(small))
    assert "0.1379" in AlphaC.sentence(small)


@pytest.mark.slow
def test_rows_count_the_patterns_that_hold(small: Any) -> None:
    assert {row["networks"] for row in small.rows} == {16}
    for row in small.rows:
        assert row["n_patterns"] == round(row["load"] * row["n_neurons"])
        assert 0 <= row["held"] <= 1
    # One network again, by hand: what its patterns' recalls end in.
    patterns = hs.random_patterns(12, 200, rng=3)
    ends = hs.HopfieldNetwork().store(patterns).recall(patterns, rng=1)
    own = ends.overlap()[range(12), range(12)]
    assert (own >= 0.9).all()
    low = hs.experiment.alpha_c(sizes=[200], loads=[0.06], networks=8, rng=0).rows[0]
    assert low["held"] == pytest.approx(1, abs=0.02)
    assert low["overlap"] > 0.98
    strict = hs.experiment.alpha_c(sizes=[200], loads=[0.13], networks=8, kept=1, rng=0).rows[0]
    assert strict["held"] < 0.7


def test_the_limit_of_exact_curves() -> None:
    """Curves that cross one half at .14 + .8/√N, seen through a smooth step."""
    loads = np.linspace(0.12, 0.22, 41)
    rng = np.random.default_rng(0)

    def curve(n: int) -> np.ndarray:
        shift = 0.002 * rng.normal(size=(20, 1))
        step = (0.14 + 0.8 / math.sqrt(n) + shift - loads) / 0.01
        return np.array([[0.5 * math.erfc(-x) for x in row] for row in step])

    sizes = [500, 1000, 2000, 4000]
    summary = extrapolated(sizes, loads.tolist(), [curve(n) for n in sizes], 0.5)
    assert abs(summary["alpha_c"] - 0.14) < 4 * summary["alpha_c_se"]
    assert 0.0003 < summary["alpha_c_se"] < 0.002
    assert summary["slope"] == pytest.approx(0.8, abs=0.1)
    assert {round(row["power"], 2) for row in summary["powers"]} == {0.4, 0.5, 0.67}


def test_the_straight_line() -> None:
    x, error = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.1, 0.2, 0.1, 0.3])
    y = np.array([3.1, 4.8, 7.2, 8.9])
    a, b, spread, chi2 = straight(x, y, error)
    (slope, start), covariance = np.polyfit(x, y, 1, w=1 / error, cov="unscaled")
    assert (a, b) == pytest.approx((start, slope))
    assert spread == pytest.approx(math.sqrt(covariance[1, 1]))
    assert chi2 == pytest.approx((((y - a - b * x) / error) ** 2).sum() / 2)
    assert straight(np.append(x, 9), np.append(y, math.nan), np.append(error, 1))[0] == a


def test_higher_orders_have_sizes_and_overlaps_of_their_own() -> None:
    pytest.importorskip("scipy")
    for order, kept in ((2, 0.9), (3, 0.8), (4, 0.87)):
        config = AlphaC(order=order).config
        assert config["kept"] == kept
        critical = hs.theory.dense_critical_load(order)
        assert config["loads"][0] < critical < config["loads"][-1]
        most = config["loads"][-1] * config["sizes"][-1] ** (order - 1)
        assert most < 35_000  # a network takes seconds


def test_sizes_that_give_no_limit_say_so() -> None:
    result = hs.experiment.alpha_c(sizes=[100], loads=[0.02, 0.03], networks=2, rng=0)
    assert math.isnan(result.summary["alpha_c"])
    assert "no limit" in AlphaC.sentence(result)
    assert_legible(plotting.alpha_c(result))


def test_dense_memories() -> None:
    pytest.importorskip("scipy")
    result = hs.experiment.alpha_c(sizes=[40, 80], networks=6, order=3, kept=0.8, rng=0)
    assert result.rows[0]["n_patterns"] == round(result.rows[0]["load"] * 1600)
    assert result.summary["replica_symmetric"] == pytest.approx(0.0841, abs=1e-4)
    assert "published" not in result.summary
    held = [row["held"] for row in result.rows if row["n_neurons"] == 80]
    assert held[0] > held[-1]


def test_the_command_has_a_hyphen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert STUDIES["alpha-c"] is STUDIES["alpha_c"] is AlphaC
    assert "alpha-c" in STUDIES
    words = "alpha-c --sizes 60 120 --loads 0.1 0.2 0.3 --trials 3 --seed 1"
    assert main([*words.split(), "--out", str(tmp_path)]) == 0
    assert (tmp_path / "alpha_c.csv").exists()
    capsys.readouterr()
    assert main(["alpha-c", "--help"]) == 0
    assert "order of the interaction" in capsys.readouterr().out
    assert main(["list"]) == 0
    assert "  alpha-c" in capsys.readouterr().out
