"""The benchmarks measure what they say: baselines agree with the package, reports replace their own
section only. No times here.
"""

from __future__ import annotations

import cProfile
import doctest
import pstats
import re
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import hopfield_sim as hs

pytest.importorskip("threadpoolctl")

ROOT = Path(__file__).parents[2]
if not (ROOT / "benchmarks").is_dir():
    pytest.skip("the benchmarks come with the sources only", allow_module_level=True)
sys.path.insert(0, str(ROOT))

from benchmarks import (  # noqa: E402
    baselines,
    history,
    levels,
    limits,
    measure,
    own,
    peer_rows,
    peers,
    plain,
    profiling,
    recall_rows,
    report,
    row,
    runner,
    sparse_rows,
    study_rows,
)

SWEEPS = recall_rows.SWEEPS
needs_compiler = pytest.mark.skipif(
    shutil.which(plain.compiler()[0]) is None, reason="no C compiler here"
)


@pytest.fixture
def task() -> recall_rows.Task:
    """Loaded so highly that states cycle and end elsewhere than in their pattern, with ties."""
    found = recall_rows.task(60, 12, 30, seed=5)
    assert (baselines.first_fields(found.patterns, found.cues) == 0).any()
    return found


@pytest.fixture
def weights(task: recall_rows.Task) -> np.ndarray:
    return baselines.weights(task.patterns)


def test_numpy_baselines_recall_to_the_same_ends(
    task: recall_rows.Task, weights: np.ndarray
) -> None:
    run = task.net().recall(task.cues, rng=0)
    assert run.sweeps.max() > 2
    for way in (baselines.cached_in_step, baselines.cached_one_by_one):
        np.testing.assert_array_equal(
            way(weights, task.patterns, task.cues, task.orders()), run.states
        )
    np.testing.assert_array_equal(
        baselines.dot_products(weights, task.cues, task.orders()), run.states
    )


def test_matrix_products_end_where_synchronous_recall_does(
    task: recall_rows.Task, weights: np.ndarray
) -> None:
    run = task.net().recall(task.cues, update="sync")
    assert (run.stop == "cycle").any()
    np.testing.assert_array_equal(baselines.gemm_every_step(weights, task.cues), run.states)


def test_numpy_heat_bath_makes_the_same_flips(task: recall_rows.Task, weights: np.ndarray) -> None:
    rows, gain = np.arange(len(task.cues)), 2 / (recall_rows.TEMPERATURE * task.n)
    ours = recall_rows.recall_warm(task.net(), task.cues)().states
    theirs = baselines.heat_bath_in_step(
        weights, task.patterns, task.cues, SWEEPS, gain, task.orders(), task.words(rows)
    )
    np.testing.assert_array_equal(theirs, ours)


@needs_compiler
def test_plain_compiled_loops_end_where_ours_do(
    task: recall_rows.Task, weights: np.ndarray
) -> None:
    net, double, rows = task.net(), weights.astype(np.float64), np.arange(len(task.cues))
    run = net.recall(task.cues, rng=0)
    orders = task.orders_of(rows, int(run.sweeps.max()) + 1)
    np.testing.assert_array_equal(plain.asynchronous(double, task.cues, orders), run.states)
    sync = net.recall(task.cues, update="sync")
    np.testing.assert_array_equal(plain.synchronous(double, task.cues), sync.states)
    gain, words = 2 / (recall_rows.TEMPERATURE * task.n), task.words(rows)
    bits = np.stack([words(sweep) for sweep in range(SWEEPS)], axis=1).astype(np.uint32)
    warm = plain.glauber(double, task.cues, SWEEPS, gain, task.orders_of(rows, SWEEPS), bits)
    np.testing.assert_array_equal(warm, recall_rows.recall_warm(net, task.cues)().states)


@needs_compiler
def test_plain_recall_with_orders_of_its_own_falls_into_the_pattern(
    weights: np.ndarray,
) -> None:
    easy = recall_rows.task(200, 3, 12)
    ends = plain.asynchronous(baselines.weights(easy.patterns, np.float64), easy.cues)
    np.testing.assert_array_equal(ends, np.resize(easy.patterns, ends.shape))


@needs_compiler
def test_the_plain_study_has_our_curve() -> None:
    """Fractions retrieved of 40 networks of 60 neurons, within four standard errors."""
    rows = hs.experiment.capacity([60], ["hebbian"], 40, states=20, rng=0, workers=1).rows
    loads = [r["n_patterns"] for r in rows]
    theirs = plain.study(60, loads, networks=40, states=20, flipped=12)
    assert theirs[0] > 0.9 > 0.2 > theirs[-1]
    for fraction, ours in zip(theirs, rows, strict=True):
        assert abs(fraction - ours["retrieved"]) < 4 * np.sqrt(2) * max(ours["retrieved_se"], 0.01)
    study_rows._agree(rows, 60, loads)


def test_rule_baselines_make_the_same_weights() -> None:
    patterns = hs.random_patterns(7, 40, rng=0)
    np.testing.assert_allclose(
        baselines.storkey_rank_two(patterns), hs.rules.storkey(patterns), atol=1e-14
    )
    np.testing.assert_allclose(
        baselines.pinv_projection(patterns), hs.rules.pseudoinverse(patterns), atol=1e-13
    )


@needs_compiler
def test_limits_are_of_work_that_is_done() -> None:
    words = np.arange(1003, dtype=np.uint64)
    assert limits.read(words, 3) == 3 * 1003 * 1002 // 2
    target = np.zeros_like(words)
    limits.copy(words, target)
    np.testing.assert_array_equal(target, words)
    sums = np.zeros(4, np.int32)
    limits.scatter(np.array([1, 3, 1], np.int32), sums, 2)
    np.testing.assert_array_equal(sums, [0, 4, 0, 2])
    start = np.arange(limits.CHAINS)
    np.testing.assert_array_equal(limits.arithmetic("int8", 1, 3, 5), (start + 3 + 3) ^ 5)
    assert limits.arithmetic("int8", 5, 3, 5)[0] == 3  # 3, 3, 3, ... by hand: (3 + 3) ^ 5
    for kind in ("float32", "float64"):  # x ← 2 x + 1, three times
        np.testing.assert_array_equal(limits.arithmetic(kind, 3, 2, 1), 8 * (start + 2) + 7)


def test_the_least_work_of_a_walk_is_its_flips() -> None:
    """One pattern, two of 20 bits wrong: two flips in one sweep."""
    work = recall_rows.walk_work(20, 1)
    assert (work.operations, work.reads) == (2 * 20 * (2 + 1), 2 * 20)
    slow = {"int8": {"ours": 1.0}, "read L2": {"ours": 5.0}, "read L3": {"ours": 1.0}}
    assert work.least(slow) == (200.0, "L2")


def test_every_row_has_a_limit_of_a_kind_that_is_measured() -> None:
    """One pattern of 20 bits, two of them wrong: 20 fields of 20 numbers, two columns, one look."""
    assert [r.name for r in own.ROWS if r.work is None] == []
    work = recall_rows.real_work(20, 1, "sync", 1)
    assert (work.operations, work.kind) == (20 * (2 * 20 + 2 + 1), "float64")
    assert (work.reads, work.source) == (8 * 20 * (2 + 20), "L3")
    both = recall_rows.shared_work(20, 1)
    assert (both.operations, both.reads) == (20 * (2 + 1), 20)
    few = sparse_rows.work("sync")
    assert few.kind == limits.PLACES
    assert 40 * (4000 + 400) < few.operations < 40 * (4000 + 800)  # 400 wrong bits, and mistakes


def test_a_wrong_baseline_does_not_count() -> None:
    def prepare() -> measure.Contest:
        row.same([1, 1], [1, -1])
        return measure.Contest(int, int)

    wrong = row.Row("wrong", "ours", "theirs", 2, 3, prepare)
    [found] = runner.measure([wrong])
    assert "differs in 1 of 2 entries" in found["reason"]
    assert runner.cell(found, wrong.floor) == "not measured"
    [line] = runner.reasons([{"wrong": found}])
    assert "wrong: AssertionError: the baseline's result differs" in line


def test_a_ratio_is_the_baselines_time_over_ours() -> None:
    """By a clock that is told: 1 ms for 2 things beside 6 ms for 3, of which 3 ms are spare."""
    now = 0.0

    def wait(seconds: float) -> None:
        nonlocal now
        now += seconds

    contest = measure.Contest(
        lambda: wait(1e-3), lambda: wait(6e-3), 2, 3, "thing", spare=lambda: wait(3e-3)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "process_time", lambda: now)
        found = measure.settle(contest, seconds=0.1)
    assert found.ours == pytest.approx(0.5e-3)
    assert found.baseline == pytest.approx(1e-3)
    assert found.quartiles == pytest.approx((2, 2, 2))


def test_a_report_replaces_its_own_section_only(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    path.write_text("# Results\n\nBy hand: \\1 \\g<0>.\n")
    report.write("own", "## Ours\n\nfirst", path)
    report.write("peers", "## Peers", path)
    before = path.read_text()
    report.write("own", "## Ours\n\nsecond, with \\1 and \\g<0>", path)
    assert path.read_text() == before.replace("first", "second, with \\1 and \\g<0>")
    assert path.read_text().startswith("# Results\n\nBy hand: \\1 \\g<0>.\n\n<!-- own -->\n## Ours")
    assert path.read_text().endswith("<!-- peers -->\n## Peers\n<!-- end of peers -->\n")


def test_results_have_one_section_of_each_kind() -> None:
    text = report.RESULTS.read_text(encoding="utf-8")
    for name in ("own", "peers"):
        assert text.count(f"<!-- {name} -->") == text.count(f"<!-- end of {name} -->") == 1


def test_results_are_those_of_the_newest_run() -> None:
    text = report.RESULTS.read_text(encoding="utf-8")
    assert own.sections(history.newest("own")).strip() in text
    assert peers.sections(history.newest("peers")).strip() in text


def test_a_run_is_added_once_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    measured = {"ours": 2e-6, "baseline": 8e-6, "quartiles": (3.0, 4.0, 5.0), "unit": "state"}
    first = {"SSE2": {"a": {"reason": "no compiler, here"}}, "AVX2": {"a": measured}}
    history.append(history.entries("2026-01-01", "one", "own", first), path)
    alone = {"AVX2": {"a": measured | {"ours": 1e-6}, "b": {"ours": 30.0, "unit": "run"}}}
    for load in (2, 1):  # the same day and processor: once
        history.append(history.entries("2026-01-02", f"one, load {load}", "own", alone), path)
    assert len(history.read(path)) == 4
    assert history.newest("own", path) == [("2026-01-02", "one, load 1", alone)]
    history.append(history.entries("2026-01-03", "two, load 1", "own", first), path)
    history.append(history.entries("2026-01-03", "one, load 2", "own", first), path)
    runs = history.newest("own", path)
    assert [(day, machine) for day, machine, _ in runs] == [
        ("2026-01-03", "one, load 2"),
        ("2026-01-03", "two, load 1"),
    ]
    history.draw([row.Row("a", "ours", "theirs", 1, 2, int)], "own", path, tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_ratio_below_its_floor_is_bold() -> None:
    found = {"ours": 1e-6, "baseline": 4e-6, "quartiles": (3.9, 4.0, 4.1), "unit": "state"}
    assert runner.cell(found, 4) == "4.00 (3.90–4.10)"
    assert runner.cell(found, 4.5) == "**4.00** (3.90–4.10)"
    assert runner.times(found) == "1.00 µs, 4.00 µs a state"


def test_floors_are_below_stretches_and_names_are_unique() -> None:
    rows = [*own.ROWS, *peer_rows.ROWS]
    assert len({r.name for r in rows}) == len(rows)
    for r in rows:
        if r.floor is not None:
            assert 1 <= r.floor < r.stretch
        if r.wide is not None:
            assert r.floor < r.wide[0] < r.wide[1]


def test_levels_are_told_by_macros_that_the_kernels_know() -> None:
    headers = "".join(
        p.read_text() for p in (ROOT / "hopfield_sim" / "backends" / "kernels").glob("*.h")
    )
    macros = set(re.findall(r"-D(\w+)", "".join(levels.LEVELS.values())))
    assert macros == {"HOPFIELD_NO_AVX2", "HOPFIELD_NO_AVX512", "HOPFIELD_TARGETS"}
    for macro in macros:
        assert re.search(rf"(#ifndef |defined\(){macro}\b", headers), macro
    assert set(levels.FORBIDDEN) | {"AVX-512"} == set(levels.LEVELS)


def test_the_profile_gives_all_time_to_a_stage(task: recall_rows.Task) -> None:
    net = task.net()
    with cProfile.Profile() as profile:
        run = net.recall(task.cues, n_threads=1, rng=0)
        hs.match(run.states, task.patterns)
    stats = pstats.Stats(profile)
    stages = profiling.by_stage(stats)
    assert set(stages) == set(profiling.STAGES)
    assert sum(stages.values()) == pytest.approx(stats.total_tt)


def test_a_row_is_profiled_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiling, "SECONDS", 0.05)
    monkeypatch.setattr(profiling, "inside", lambda work: [work])
    lines = profiling.report_row("trained-answers").splitlines()
    assert lines[1].startswith("every bit from the others, N = 100, K = P = 50, one thread: ")
    shares = [float(share) for share in re.findall(r"([\d.]+)%", "\n".join(lines))]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 100.5
    assert lines[-1] == "row_called('trained-answers').prepare().ours"
    with pytest.raises(SystemExit, match=r"called 'trained'; there are .*trained-answers"):
        profiling.report_row("trained")


@pytest.mark.parametrize("module", [measure, profiling, report])
def test_sessions_in_benchmarks(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]
