"""The sweep: every trial once, whoever does it, whatever happens to the workers."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from toy_study import Toy, toy

from hopfield_sim import experiment
from hopfield_sim.checks import limits
from hopfield_sim.errors import (
    HopfieldError,
    InsufficientMemoryError,
    InvalidInputError,
    MissingDependencyError,
)
from hopfield_sim.experiment.studies.registry import STUDIES
from hopfield_sim.experiment.sweeps import pool as pools
from hopfield_sim.experiment.sweeps.cluster import Cluster
from hopfield_sim.experiment.sweeps.shard import WHOLE, Shard
from hopfield_sim.experiment.sweeps.store import Saved, Store
from hopfield_sim.experiment.sweeps.study import Payload, Study
from hopfield_sim.experiment.sweeps.sweep import _Plan, answer, gather, sweep
from hopfield_sim.experiment.sweeps.trial import Chunk
from hopfield_sim.experiment.sweeps.trial import run as make
from hopfield_sim.support import blas

EXPECTED_TRIES = 1 + 3


def run(study: Study, store: Store, **how: Any) -> Study:
    with how.pop("pool", None) or pools.local(2) as pool:
        sweep([study], store, pool, **how)
    return study


def made(study: Study, which: Sequence[tuple[int, int]]) -> list[Saved]:
    saved: list[Saved] = []
    for cell, group in groupby(which, lambda one: one[0]):
        values, trials = study.cells()[cell].values, tuple(trial for _, trial in group)
        saved += make(Chunk(study.where(), study.config, cell, values, trials)).trials
    return saved


def tries(folder: Path) -> list[int]:
    return sorted(path.stat().st_size for path in folder.iterdir())


@pytest.mark.slow
@pytest.mark.parametrize(
    "pool", [lambda: pools.local(1), lambda: pools.local(3), lambda: pools.local(2, processes=True)]
)
def test_any_workers_give_the_same_rows(tmp_path: Path, pool: Callable[[], pools.Pool]) -> None:
    study = toy(tmp_path)
    with Store(":memory:") as store:
        rows = gather(run(study, store, pool=pool()), store).rows
    assert tries(tmp_path) == [1] * 12
    with Store(":memory:") as store:
        assert rows == gather(run(study, store), store).rows
    assert [row["networks"] for row in rows] == [4, 4, 4]


def test_finished_trials_are_skipped(tmp_path: Path) -> None:
    study = toy(tmp_path)
    with Store(":memory:") as store:
        run(study, store)
        rows = gather(study, store).rows
        assert gather(run(study, store), store).rows == rows
        assert tries(tmp_path) == [1] * 12
        # Spoil one trial: only that one is made again, and it comes out the same.
        key = store.claim("toy", study.config)
        store.save(key, [Saved(1, 2, None, "lost")])
        assert gather(run(study, store), store).rows == rows
    assert tries(tmp_path) == [1] * 11 + [2]


def test_shards_share_the_trials_out(tmp_path: Path) -> None:
    study = toy(tmp_path)
    with Store(":memory:") as whole, Store(":memory:") as merged:
        rows = gather(run(study, whole), whole).rows
        sizes = []
        for number in (1, 2, 3):
            with Store(":memory:") as part:
                run(study, part, shard=Shard(number, 3))
                sizes.append(merged.merge(part))
        assert sizes == [4, 4, 4]
        assert gather(study, merged).rows == rows
    assert tries(tmp_path) == [2] * 12  # once whole, once in shards
    assert str(WHOLE) == "1/1"


@pytest.mark.parametrize("times", [1, 3])
def test_a_trial_that_fails_is_tried_three_times_more(tmp_path: Path, times: int) -> None:
    study = toy(tmp_path, fails={"cells": [1], "times": times})
    with Store(":memory:") as store:
        run(study, store)
        assert store.failed(store.claim("toy", study.config)) == []
        assert [row["networks"] for row in gather(study, store).rows] == [4, 4, 4]
    assert tries(tmp_path) == [1] * 8 + [1 + times] * 4


def test_a_trial_that_always_fails_is_recorded_and_tried_again_next_time(tmp_path: Path) -> None:
    study = toy(tmp_path, fails={"cells": [1], "times": EXPECTED_TRIES})
    with Store(":memory:") as store:
        run(study, store)
        failed = store.failed(store.claim("toy", study.config))
        assert [(cell, trial) for cell, trial, _ in failed] == [(1, 0), (1, 1), (1, 2), (1, 3)]
        assert failed[0][2].startswith("RuntimeError: told to fail")
        assert [row["networks"] for row in gather(study, store).rows] == [4, 0, 4]
        assert tries(tmp_path) == [1] * 8 + [EXPECTED_TRIES] * 4
        run(study, store)
        assert store.failed(store.claim("toy", study.config)) == []


@pytest.mark.slow
def test_a_worker_that_dies_loses_only_its_trial(tmp_path: Path) -> None:
    study = toy(tmp_path, trials=2, dies={"cells": [1], "times": 99})
    with Store(":memory:") as store:
        run(study, store, pool=pools.local(2, processes=True))
        failed = store.failed(store.claim("toy", study.config))
        assert [(cell, trial) for cell, trial, _ in failed] == [(1, 0), (1, 1)]
        assert all("BrokenProcessPool" in error for *_, error in failed)
        assert [row["networks"] for row in gather(study, store).rows] == [2, 0, 2]


@pytest.mark.slow
def test_the_trials_beside_a_killer_are_not_blamed(tmp_path: Path) -> None:
    # Three at once: each time the first dies, it takes the two others with it.
    faults = {"dies": {"cells": [0], "times": 99}, "sleep": 0.5}
    study = toy(tmp_path, trials=1, **faults)
    with Store(":memory:") as store:
        run(study, store, pool=pools.local(3, processes=True))
        assert store.finished(store.claim("toy", study.config)) == {(1, 0), (2, 0)}
        assert [cell for cell, *_ in store.failed(store.claim("toy", study.config))] == [0]


@pytest.mark.slow
def test_a_worker_that_dies_once_is_replaced(tmp_path: Path) -> None:
    study = toy(tmp_path, trials=1, dies={"cells": [1], "times": 1})
    with Store(":memory:") as store:
        run(study, store, pool=pools.local(1, processes=True))
        assert [row["networks"] for row in gather(study, store).rows] == [1, 1, 1]


def test_a_fault_of_the_configuration_ends_the_sweep_at_once(tmp_path: Path) -> None:
    study = toy(tmp_path, refuses=True)
    with Store(":memory:") as store, pytest.raises(HopfieldError, match="is at fault"):
        run(study, store)
    assert max(tries(tmp_path)) == 1


def test_too_little_memory_may_pass(tmp_path: Path) -> None:
    study = toy(tmp_path, starves=True)
    with Store(":memory:") as store:
        assert [r["networks"] for r in gather(run(study, store), store).rows] == [4, 4, 4]
    assert tries(tmp_path) == [2] * 12


# ---------------------------------------------------------------- trials made together


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The toy study makes trials of a cell together; how many a call."""
    made: list[int] = []

    def together(study: Toy, cell: Mapping[str, Any], rngs: Sequence[Any]) -> list[Payload]:
        made.append(len(rngs))
        return [study.trial(cell, rng) for rng in rngs]

    monkeypatch.setattr(Toy, "trials", together)
    return made


def test_trials_of_a_cell_are_made_together(tmp_path: Path, calls: list[int]) -> None:
    study = toy(tmp_path, cells=2)
    which = ((0, 0), (0, 1), (0, 3), (1, 2), (0, 2))
    saved = made(study, which)
    assert calls == [3, 1, 1]
    assert [(s.cell, s.trial) for s in saved] == list(which)
    alone = [made(study, (one,))[0] for one in which]
    assert saved == alone


def test_one_that_fails_does_not_take_the_others_with_it(
    tmp_path: Path, calls: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = toy(tmp_path)
    numbers = [made(study, ((1, t),))[0].payload for t in range(4)]
    usual = Toy.trial

    def trial(study: Toy, cell: Mapping[str, Any], rng: Any) -> Payload:
        payload = usual(study, cell, rng)
        if json.dumps(payload) == numbers[2]:
            raise error("this one")
        return payload

    monkeypatch.setattr(Toy, "trial", trial)
    for error in (RuntimeError, InsufficientMemoryError):
        calls.clear()
        saved = made(study, tuple((1, t) for t in range(4)))
        assert calls == [4, 1, 1, 1, 1]
        assert [s.payload for s in saved] == [*numbers[:2], None, numbers[3]]
        assert saved[2].error == f"{error.__name__}: this one"
    error = HopfieldError
    with pytest.raises(HopfieldError, match="this one"):
        made(study, tuple((1, t) for t in range(4)))


def test_a_call_that_loses_a_trial_is_made_again_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(study: Toy, cell: Mapping[str, Any], rngs: Sequence[Any]) -> list[Payload]:
        return [study.trial(cell, rng) for rng in rngs][: max(1, len(rngs) - 1)]

    study = toy(tmp_path)
    which = ((0, 0), (0, 1))
    expected = made(study, which)
    monkeypatch.setattr(Toy, "trials", short)
    assert made(study, which) == expected


@pytest.mark.parametrize("name", ["capacity", "robustness"])
@pytest.mark.parametrize("rule", ["hebbian", "storkey"])
def test_a_network_does_not_depend_on_those_beside_it(name: str, rule: str) -> None:
    study = STUDIES[name](sizes=[9, 65], rules=[rule], networks=6, states=5, rng=3)  # type: ignore[call-arg]
    which = [(cell, trial) for cell in (0, 1) for trial in range(6)]
    alone = [made(study, (one,))[0] for one in which]
    assert made(study, tuple(which)) == alone
    assert made(study, tuple(which[::-1])) == alone[::-1]
    assert made(study, tuple(which[1::3])) == alone[1::3]
    texts = [saved.payload for saved in alone[6:]]
    assert len(set(texts)) > 3  # networks of their own


@pytest.mark.parametrize("slots", [1, 2, 5])
def test_a_small_sweep_is_shared_out_evenly(tmp_path: Path, slots: int) -> None:
    """No worker has much more to do than another, however short the trials."""
    sizes = []

    class Counting(ThreadPoolExecutor):
        def submit(self, run: Any, chunk: Chunk) -> Future[Any]:  # type: ignore[override]
            sizes.append(len(chunk.trials))
            return super().submit(run, chunk)

    study = toy(tmp_path, cells=3, trials=60, sleep=0.003)
    with Store(":memory:") as store:
        run(study, store, pool=pools.Pool(lambda: Counting(slots), slots))
    assert sum(sizes) == 180
    assert sizes[:3] == [1, 1, 1]  # one of each cell first, to see what they take
    assert max(sizes) <= 1.5 * 180 / (8 * slots)
    assert max(sizes) > 1


class Interrupting(ThreadPoolExecutor):
    """Ctrl-C arrives while the third chunk is handed out."""

    handed_out = 0

    def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
        self.handed_out += 1
        if self.handed_out == 3:
            raise KeyboardInterrupt
        return super().submit(*args, **kwargs)


@pytest.mark.slow
def test_ctrl_c_drops_what_is_running(tmp_path: Path) -> None:
    study = toy(tmp_path, cells=1, trials=5, sleep=0.5)
    pool = pools.Pool(lambda: Interrupting(1), slots=2)
    with Store(":memory:") as store:
        start = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            run(study, store, pool=pool)
        assert time.monotonic() - start < 0.4
        assert store.finished(store.claim("toy", study.config)) == set()
        assert gather(run(study, store), store).rows[0]["networks"] == 5


def test_ctrl_c_saves_what_has_come_back(tmp_path: Path) -> None:
    class Late(Interrupting):
        def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
            if self.handed_out == 2:
                time.sleep(0.3)  # the first two are done by now, and not collected yet
            return super().submit(*args, **kwargs)

    study = toy(tmp_path, cells=1, trials=5)
    with Store(":memory:") as store:
        with pytest.raises(KeyboardInterrupt):
            run(study, store, pool=pools.Pool(lambda: Late(1), slots=2))
        assert store.finished(store.claim("toy", study.config)) == {(0, 0), (0, 1)}


def test_a_plan_takes_no_memory_for_trials_to_come(tmp_path: Path) -> None:
    study = toy(tmp_path, cells=1, trials=10**9)
    with Store(":memory:") as store:
        key = store.claim("toy", study.config)
        store.save(key, [Saved(0, t, "{}") for t in (0, 1, 3)])
        tracemalloc.start()
        plan = _Plan([study], store, Shard(2, 2))
        first = plan.next(None)
        (amount,) = plan.amounts
        amount.measure(1, 1e-3)
        second = plan.next(0.003)
        assert tracemalloc.get_traced_memory()[1] < 10**6
        tracemalloc.stop()
    assert first is not None
    assert (first.cell, first.trials) == (0, (5,))  # to see what a trial costs
    assert second is not None
    assert second.trials == (7, 9, 11)
    assert (amount.trials, amount.done) == (5 * 10**8, 2)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_slices_have_every_trial_once(count: int) -> None:
    cells = [5, 1, 12, 3]
    starts = [0, 5, 6, 18]
    slices = [Shard(number, count) for number in range(1, count + 1)]
    for start, trials in zip(starts, cells, strict=True):
        parts = [list(shard.of(start, trials)) for shard in slices]
        assert sorted(trial for part in parts for trial in part) == list(range(trials))
        # Trial k of the whole sweep belongs to slice k mod count, as it always did.
        for number, part in enumerate(parts):
            assert all((start + trial) % count == number for trial in part)


class Plain(Executor):
    """An executor like dask's: submit, and a shutdown that knows ``wait`` only."""

    def __init__(self) -> None:
        self.inside = ThreadPoolExecutor(1)

    def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
        return self.inside.submit(*args, **kwargs)

    def shutdown(self, wait: bool = True) -> None:  # type: ignore[override]
        self.inside.shutdown(wait)


def test_any_executor_will_do(tmp_path: Path) -> None:
    study = toy(tmp_path)
    with Store(":memory:") as store:
        rows = gather(run(study, store, pool=pools.Pool(Plain, 1)), store).rows
    assert rows == answer(study).rows


def test_workers_found_dead_when_work_is_handed_out_are_replaced(tmp_path: Path) -> None:
    made = []

    class Mortal(Plain):
        def __init__(self) -> None:
            super().__init__()
            self.left = 2 if not made else 99
            made.append(self)

        def submit(self, *args: Any, **kwargs: Any) -> Future[Any]:
            self.left -= 1
            if self.left < 0:
                raise BrokenExecutor("dead")
            return super().submit(*args, **kwargs)

    study = toy(tmp_path)
    with Store(":memory:") as store:
        run(study, store, pool=pools.Pool(Mortal, 2))
        assert [row["networks"] for row in gather(study, store).rows] == [4, 4, 4]
    assert len(made) == 2
    assert tries(tmp_path) == [1] * 12


def test_the_pool_is_closed_even_when_it_cannot_be_dropped() -> None:
    closed = []

    class Stuck(Plain):
        def shutdown(self, wait: bool = True) -> None:  # type: ignore[override]
            super().shutdown(wait)
            raise OSError("stuck")

    pool = pools.Pool(Stuck, 1, lambda: closed.append(True))
    with pytest.raises(OSError, match="stuck"), pool:
        pool.submit(Chunk("toy_study", {}, 0, {}, ()))
    assert closed == [True]


def test_your_own_executor_is_used_and_left_open(tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as executor:
        rows = answer(toy(tmp_path, how={"executor": executor})).rows
        assert executor.submit(len, "open").result() == 4
    assert rows == answer(toy(tmp_path, how={"workers": 1})).rows


def test_what_is_no_executor_is_an_error(tmp_path: Path) -> None:
    for wrong in (3, "threads", ThreadPoolExecutor):
        with pytest.raises(HopfieldError):
            answer(toy(tmp_path, how={"executor": wrong}))
    with ThreadPoolExecutor(1) as closed:
        pass
    with pytest.raises(HopfieldError, match="takes no work"):
        answer(toy(tmp_path, how={"executor": closed}))


def test_your_own_executor_that_breaks_ends_the_sweep(tmp_path: Path) -> None:
    faults = {"dies": {"cells": [1], "times": 99}}
    fresh = get_context("spawn")
    lost = pytest.raises(HopfieldError, match="lost its workers")
    with ProcessPoolExecutor(1, fresh) as executor, lost:
        answer(toy(tmp_path, trials=1, how={"executor": executor}, **faults))


def test_failures_of_a_function_are_raised(tmp_path: Path) -> None:
    study = toy(tmp_path, fails={"cells": [1], "times": 99})
    with pytest.raises(HopfieldError, match="4 trials failed, the first with RuntimeError"):
        answer(study)


def test_a_memory_that_does_not_suffice_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NumPy's own word for it has a name that nobody knows, and no advice."""

    def hungry(*_: Any) -> Any:
        return np.empty(2**48)

    monkeypatch.setattr(Toy, "trial", hungry)
    said = r"12 trials failed, .* not enough memory for a trial of .* \(.*\); ask"
    with pytest.raises(InsufficientMemoryError, match=said):
        answer(toy(tmp_path))


ABSURD = [
    (experiment.modern, {"n_neurons": 10**9}),
    (experiment.modern, {"n_patterns": 10**9}),
    (experiment.modern, {"counts": [10**9]}),
    (experiment.modern, {"queries": 10**18}),
    (experiment.robust, {"data": ["random"], "n_neurons": 10**9, "n_patterns": 10**5}),
    (experiment.robust, {"data": ["random"], "n_patterns": 10**18}),
    (experiment.robust, {"data": ["random"], "n_features": 10**18}),
    (experiment.distributed, {"n_patterns": 10**9}),
    (experiment.distributed, {"counts": [10**9]}),
    (experiment.distributed, {"sizes": [10**9]}),
    (experiment.distributed, {"count_features": 10**18}),
    (experiment.dense, {"sizes": [10**6]}),
    (experiment.dense, {"states": 10**18}),
    (experiment.energy, {"n_neurons": 10**9, "n_patterns": 10**6}),
    (experiment.checkerboard, {"side": 10**6}),
    (experiment.capacity, {"networks": 10**18}),
]


@pytest.mark.parametrize(("study", "asked"), ABSURD)
def test_absurd_sizes_are_refused_before_any_trial(
    study: Any, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "available", lambda: 10**10)
    monkeypatch.setattr(Store, "__init__", None)
    with pytest.raises(
        (InsufficientMemoryError, InvalidInputError), match=r"memory|must be 1000000000 or less"
    ):
        study(**asked)


def test_the_callers_blas_threads_come_back(tmp_path: Path) -> None:
    info = pytest.importorskip("threadpoolctl").threadpool_info

    def threads() -> list[int]:
        return [pool["num_threads"] for pool in info() if pool["user_api"] == "blas"]

    with blas.limit(2):
        before = threads()
        answer(toy(tmp_path, how={"workers": 2}))
        assert threads() == before


@pytest.mark.parametrize("processes", [False, True])
def test_a_worker_has_one_blas_thread(tmp_path: Path, processes: bool) -> None:
    pytest.importorskip("threadpoolctl")
    study = toy(tmp_path, asks_blas=True)
    with blas.limit(2), Store(":memory:") as store:
        run(study, store, pool=pools.local(1, processes=processes))
        assert [row["total"] for row in gather(study, store).rows] == [4, 4, 4]


def test_no_workers_are_an_error() -> None:
    with pytest.raises(InvalidInputError, match="workers"):
        pools.local(0)


def test_a_scheduler_without_dask_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dask", None)
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with pytest.raises(MissingDependencyError, match=r"pip install hopfield_sim\[cluster\]"):
        Cluster("tcp://localhost:1")


@pytest.mark.slow
@pytest.mark.parametrize("terminal", [False, True])
def test_the_bar_names_the_study_and_ends_at_100(tmp_path: Path, terminal: bool) -> None:
    code = (
        "import sys, toy_study; from pathlib import Path\n"
        "from hopfield_sim.experiment.sweeps.sweep import answer\n"
        "how = {'workers': 1, 'progress': True}\n"
        "answer(toy_study.toy(Path(sys.argv[1]), sleep=0.1, how=how))"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path)]
    if terminal:  # of no size, as a container's
        ours, theirs = os.openpty()
        done = subprocess.Popen(
            command, cwd=Path(__file__).parents[1], stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        said = b""
        with contextlib.suppress(OSError):  # so a terminal ends on Linux
            while block := os.read(ours, 4096):
                said += block
        os.close(ours)
        assert done.wait() == 0
        last = said.decode().strip().rsplit("\r", 1)[-1]
    else:
        run = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        last = run.stderr.splitlines()[-1]
        assert "toy [" in run.stderr
    assert re.fullmatch(r"100%\|#+\| 12 trials \[\d:\d\d gone, about 0:00 left\] *", last)


def test_idle_workers_that_never_answer_do_not_hold_up_the_end() -> None:
    # As after a worker that was killed with the lock of the queue: the others wait for ever.
    pool = pools.local(1, processes=True)
    executor = pool._start()
    pool._executor = executor
    executor.submit(int).result()
    workers: Any = executor._processes  # type: ignore[attr-defined]
    (worker,) = workers
    os.kill(worker, signal.SIGSTOP)
    ending = threading.Thread(target=pool.drop, daemon=True)
    ending.start()
    ending.join(10)
    hung = ending.is_alive()
    if hung:
        os.kill(worker, signal.SIGKILL)
    assert not hung
