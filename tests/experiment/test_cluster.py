"""A dask cluster: the same rows, and words when its scheduler or its workers are gone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import toy_study

from hopfield_sim.errors import HopfieldError
from hopfield_sim.experiment.sweeps import cluster
from hopfield_sim.experiment.sweeps.cluster import Cluster
from hopfield_sim.experiment.sweeps.store import Store
from hopfield_sim.experiment.sweeps.study import Study
from hopfield_sim.experiment.sweeps.sweep import answer, gather, sweep

distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster' (dask)")
pytestmark = pytest.mark.filterwarnings("ignore")  # those of dask are not ours

TESTS = Path(__file__).parents[1]


@pytest.fixture
def local() -> Iterator[Any]:
    options = {"processes": False, "dashboard_address": None, "threads_per_worker": 1}
    with distributed.LocalCluster(n_workers=1, **options) as made:
        yield made


def run(study: Study, store: Store, address: str) -> Study:
    with Cluster(address) as pool:
        sweep([study], store, pool, progress=True)
    return study


def test_a_cluster_gives_the_same_rows(tmp_path: Path, local: Any) -> None:
    study = toy_study.toy(tmp_path)
    expected = answer(study).rows
    with Store(":memory:") as store:
        assert gather(run(study, store, local.scheduler_address), store).rows == expected


@pytest.mark.slow
def test_a_cluster_without_workers_is_told_and_left(
    tmp_path: Path, local: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, seconds in {"_WARN": 0.5, "_IDLE": 2.0, "_EVERY": 0.1}.items():
        monkeypatch.setattr(cluster, name, seconds)
    local.scale(0)
    study = toy_study.toy(tmp_path)
    with Store(":memory:") as store, pytest.raises(HopfieldError, match="has had no workers for"):
        run(study, store, local.scheduler_address)
    assert "has no workers; waiting" in capsys.readouterr().err


SCHEDULER = """
import asyncio, sys
from distributed import Scheduler, Worker

async def serve():
    async with Scheduler(port=0, dashboard_address=None) as scheduler:
        async with Worker(scheduler.address, nthreads=1) as worker:
            print(scheduler.address, flush=True)
            await scheduler.finished()

asyncio.run(serve())
"""


@pytest.mark.slow
def test_a_scheduler_that_dies_ends_the_sweep_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(cluster, "_SILENT", 5.0)
    monkeypatch.setattr(cluster, "_EVERY", 0.2)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    study = toy_study.toy(tmp_path, sleep=0.3)
    scheduler = subprocess.Popen(
        [sys.executable, "-c", SCHEDULER],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )

    def kill() -> None:
        scheduler.kill()
        scheduler.communicate()

    request.addfinalizer(kill)
    assert scheduler.stdout is not None
    address = scheduler.stdout.readline().strip()
    with Store(":memory:") as store:
        save = store.save

        def save_and_kill(key: str, trials: Any) -> None:
            save(key, trials)
            scheduler.kill()

        monkeypatch.setattr(store, "save", save_and_kill)
        with pytest.raises(HopfieldError, match=r"does not answer any more\. Finished trials are"):
            run(study, store, address)
        before = len(store.finished(store.claim("toy", study.config)))
        assert 0 < before < 12
        assert store.failed(store.claim("toy", study.config)) == []
        assert len(gather(study, store).rows) == 3


def test_a_task_that_kills_its_workers_counts_as_tried_four_times() -> None:
    pool = Cluster.__new__(Cluster)
    pool._killed = distributed.KilledWorker
    assert pool.tries(distributed.KilledWorker("task", None, 3)) == 4
    assert pool.tries(RuntimeError("no")) == 1
