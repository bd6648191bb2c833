"""Execution of the command line: run studies or one shard of them, or merge shards."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from hopfield_sim import checks
from hopfield_sim.errors import InvalidInputError, ResultsDirError
from hopfield_sim.experiment.cli import answers, console, folders, report
from hopfield_sim.experiment.cli.folders import another
from hopfield_sim.experiment.cli.options import Options, studies
from hopfield_sim.experiment.cli.report import Answer
from hopfield_sim.experiment.common.files import provenance
from hopfield_sim.experiment.studies.registry import STUDIES, typed
from hopfield_sim.experiment.sweeps import pool as pools
from hopfield_sim.experiment.sweeps.cluster import Cluster
from hopfield_sim.experiment.sweeps.fields import Field, fields
from hopfield_sim.experiment.sweeps.pool import Pool
from hopfield_sim.experiment.sweeps.result import Result
from hopfield_sim.experiment.sweeps.store import Store, differences
from hopfield_sim.experiment.sweeps.study import Config, Study, canonical, fingerprint
from hopfield_sim.experiment.sweeps.sweep import count as count_trials
from hopfield_sim.experiment.sweeps.sweep import counted, gather, sizes, sweep
from hopfield_sim.support.progress import Bar

__all__ = ["Outcome", "merge", "run"]

FILE = "results.sqlite"


class Outcome(NamedTuple):
    """Result of a command: one line of text, the exit code, and what the studies found."""

    line: str
    code: int
    answers: Sequence[str] = ()


def run(options: Options, command: str) -> Outcome:
    """Run the selected studies, and write their output folder.

    Raises
    ------
    HopfieldError
        For options that a study does not have, a folder of another configuration, a missing
        package.
    """
    start = time.monotonic()
    jobs = [_configure(study, options) for study in studies(options.name)]
    if options.shard is None:
        report.check()
    usual = folders.default(options.name and jobs[0].name, _size(options), jobs)
    path = _folder(options.out or usual) / _file(options)
    with _pool(options) as pool, _open(path) as store:
        _refuse_another(store, jobs, options, usual)
        done, planned, _ = _count(store, jobs)
        if 0 < done < planned:
            console.complain(f"continuing: {done} of {planned} trials are in {path}")
        if options.shard is None:
            sweep(jobs, store, pool, progress=True)
            return _finish(store, jobs, command, start, options)
        sweep(jobs, store, pool, shard=options.shard, progress=True)
        done, planned, failed = _count(store, jobs)
        first = _first_failure(store, jobs)
    line = f"shard {options.shard} is in {path}: {done} of all {planned} trials, {_seconds(start)}"
    line += f"; {failed} failed, {first}" if failed else ""
    return Outcome(f"{line}. Next: the same command with merge OUT {path} ...", 1 if failed else 0)


def merge(options: Options, command: str) -> Outcome:
    """Merge shards; write tables and report of all studies that are complete."""
    start = time.monotonic()
    report.check()
    sources = [path for folder in options.merge for path in _stores(folder)]
    assert options.out is not None  # set by the parser of merge
    with _open(_folder(options.out) / FILE) as store:
        for path in sources:
            with _open(path, read_only=True) as other:
                store.merge(other, _sizes)
        jobs = [STUDIES[n].of(c) for n, c in store.studies().items() if n in STUDIES]
        if not jobs:
            raise ResultsDirError(f"nothing to merge: no study in {', '.join(map(str, sources))}")
        return _finish(store, jobs, command, start, options)


def _finish(
    store: Store, jobs: Sequence[Study], command: str, start: float, options: Options
) -> Outcome:
    """Write the output folder: every complete study of the store, older ones too."""
    folder, held = store.path.parent, store.studies()
    complete = [
        study
        for name in STUDIES
        if name in held and _complete(store, study := STUDIES[name].of(held[name]))
    ]
    names = [job.name for job in jobs]
    done, planned, failed = _count(store, jobs)
    missing = planned - done - failed
    if not complete:
        line = f"{folder}: {done} of {counted(planned, 'trial')}"
        line += f", {missing} missing" if missing else ""
        line += "; nothing to report yet"
        if failed:
            which = "all " if failed == planned > 1 else ""
            which += counted(failed, "trial")
            line = f"{which} failed, {_first_failure(store, jobs)}. {line}"
        return Outcome(line, 1)
    requests = [_answer(job, store) for job in complete]
    seeds = sorted({job.config["seed"] for job in complete})
    steps = count(1)
    with Bar() as bar:

        def step(what: str) -> None:
            bar.draw(next(steps) / (len(requests) + 1), f"writing {what}")

        written = report.write(
            folder,
            requests,
            command=command,
            seed=", ".join(map(str, seeds)),
            video_size=options.video_size,
            step=step,
        )
    line = (
        f"{written.page or folder}: {', '.join(names)} "
        f"from {counted(done, 'trial')} in {_seconds(start)}; "
        f"beside it {counted(len(written.tables), 'table')} (CSV), "
        f"{counted(len(written.figures), 'figure')} (PNG), "
        f"{counted(len(written.videos), 'video')}, {FILE}"
    )
    if failed:
        are, them = ("is", "it") if failed == 1 else ("are", "them")
        line += f". {counted(failed, 'trial')} FAILED and {are} missing, "
        line += f"{_first_failure(store, jobs)}; the same command tries {them} again"
    if missing:
        are = "is" if missing == 1 else "are"
        line += f". {missing} of {counted(planned, 'trial')} {are} missing; "
        line += f"run the studies with --out {folder}"
    show = answers.markdown if options.markdown else answers.plain
    shown = show([written.sections[name] for name in names if name in written.sections])
    return Outcome(line, 1 if failed or missing else 0, shown)


def _first_failure(store: Store, jobs: Sequence[Study]) -> str:
    """Return the error of the first trial that failed; empty if none did."""
    failures = [
        (job.name, reason)
        for job in jobs
        for *_, reason in store.failed(store.claim(job.name, job.config))
    ]
    first = "the first of" if len(failures) > 1 else "of"
    return f"{first} {failures[0][0]} with {failures[0][1]}" if failures else ""


def _answer(job: Study, store: Store) -> Answer:
    """Return the request for a study's part of the page; trials are read only if it changed."""
    done, planned, _ = _count(store, [job])
    failed = store.failed(store.claim(job.name, job.config))

    def ask() -> tuple[Result, str]:
        result = gather(job, store)
        return result, _sentences(job, result, store)

    return Answer(job.name, f"{fingerprint(job.name, job.config)} {done} {planned} {failed}", ask)


def _sentences(job: Study, result: Any, store: Store) -> str:
    parts = [job.sentence(result), provenance(job.config)]
    failed = store.failed(store.claim(job.name, job.config))
    if failed:
        are = "is missing here," if len(failed) == 1 else "are missing here, the first"
        parts.append(f"{counted(len(failed), 'trial')} failed and {are} with {failed[0][2]}.")
    return "\n\n".join(part for part in parts if part)


def _configure(study: type[Study], options: Options) -> Study:
    """Return the study with its options over its default, small or large size."""
    if options.full and not study.large:
        having = [typed(name) for name in STUDIES if STUDIES[name].large]
        raise InvalidInputError(
            f"{typed(study.name)} takes no --full; it is for {', '.join(having)}"
        )
    wanted: dict[str, Any] = dict(study.large if options.full else {})
    wanted |= study.small if options.quick else {}
    for field in fields(study):
        if field.option in options.fields:
            wanted[field.name] = _value(field, options.fields[field.option])
    return study(**wanted, backend=options.backend, rng=options.seed)


def _value(field: Field, value: Any) -> Any:
    """Convert a typed value, or a value of a file, to that of the study's field."""
    words = value if isinstance(value, list) else [value]
    if words and all(isinstance(word, str) for word in words):
        value = field.kind.parse(value, field.option)
    field.kind.check(value, field.option)  # so that an error names the option
    return value


def _size(options: Options) -> str | None:
    if options.full and options.quick:
        raise InvalidInputError("--full and --quick exclude each other; use one of them")
    return "full" if options.full else "quick" if options.quick else None


def _refuse_another(store: Store, jobs: Sequence[Study], options: Options, usual: Path) -> None:
    """Refuse a folder that holds the studies with other settings, and suggest another."""
    held = store.studies()
    folder = store.path.parent
    for job in jobs:
        name = job.name
        if name in held and canonical(held[name]) != canonical(job.config):
            free = usual if options.out is not None and not usual.exists() else another(folder)
            raise ResultsDirError(
                f"{folder} holds {name} with other settings: {differences(held[name], job.config)}."
                f" To keep both, give the same command with --out {free}"
            )


def _pool(options: Options) -> Pool:
    if options.scheduler is not None:
        return Cluster(options.scheduler)
    return pools.local(options.workers, processes=options.processes)


def _open(path: Path, *, read_only: bool = False) -> Store:
    store = Store(path, read_only=read_only)
    for notice in store.notices:
        console.complain(notice)
    return store


def _file(options: Options) -> str:
    """Return the name of the store: shards in one folder have separate files."""
    if options.shard is None:
        return FILE
    return f"shard-{options.shard.number}-of-{options.shard.count}.sqlite"


def _folder(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:  # not a folder, or not a valid name
        raise ResultsDirError(f"cannot use {path} as a folder: {checks.message(error)}") from error
    return path


def _stores(path: Path) -> list[Path]:
    """Return the results files of a path of ``merge``: itself, or those in the folder."""
    if not path.is_dir():
        return [path]
    stores = sorted([*path.glob("shard-*.sqlite"), *path.glob(FILE)])
    if not stores:
        raise ResultsDirError(f"{path} holds no results: neither {FILE} nor shard-*.sqlite")
    return stores


def _sizes(name: str, config: Config) -> list[int]:
    """Return the number of trials of each cell of a configuration read from a file."""
    if name not in STUDIES:
        raise ResultsDirError(f"there is no study {name!r} in this version; it cannot be merged")
    try:
        return sizes(STUDIES[name].of(config))
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ResultsDirError(
            f"the configuration of {name} is not one of this version: {error!r}"
        ) from error


def _count(store: Store, jobs: Sequence[Study]) -> tuple[int, int, int]:
    """Return the numbers of trials that are done, planned, and failed."""
    counts = [count_trials(job, store) for job in jobs]
    done, planned, failed = (sum(numbers) for numbers in zip(*counts, strict=True))
    return done, planned, failed


def _complete(store: Store, job: Study) -> bool:
    done, planned, failed = _count(store, [job])
    return done > 0 and done + failed == planned


def _seconds(start: float) -> str:
    seconds = time.monotonic() - start
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.1f} min"
