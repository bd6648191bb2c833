"""``python -m benchmarks``: measure, draw, profile. `make bench` and its kin call this."""

from __future__ import annotations

import argparse
import json
import os
import sys

from benchmarks import report


def main() -> None:
    """Do what the first word says."""
    if sys.argv[1:2] != ["rows"]:  # which those that start it have let choose, or not
        _let_blas_choose()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    words = parser.add_subparsers(dest="word", required=True)
    for word, do, what in (("own", _own, "our ratios"), ("peers", _peers, "other packages")):
        table = words.add_parser(word, help=f"{what} -> RESULTS.md")
        table.add_argument("--only", default="", metavar="WORD", help="some rows; writes nothing")
        table.set_defaults(do=do)
    install = words.add_parser("install-peers", help="get other packages into this environment")
    install.set_defaults(do=_install_peers)
    plots = words.add_parser("plots", help="time against N -> docs/_static/speed.png")
    plots.set_defaults(do=_plots)
    again = words.add_parser("tables", help="RESULTS.md and the history's picture once more")
    again.set_defaults(do=_tables)
    profile = words.add_parser("profile", help="where the time of a recall goes")
    profile.add_argument("--neurons", type=int, default=1000, help="N; 1000 if not given")
    profile.add_argument("--update", choices=("async", "sync", "glauber"), default="async")
    profile.add_argument("--row", metavar="NAME", help="our side of a row of `make bench` instead")
    profile.set_defaults(do=_profile)
    rows = words.add_parser("rows", help="rows as JSON: what the commands above start")
    rows.add_argument("table", choices=("own", "peers"))
    rows.add_argument("names", nargs="*")
    rows.set_defaults(do=_rows)
    arguments = parser.parse_args()
    arguments.do(arguments)


def _let_blas_choose() -> None:
    """Start again without this shell's settings of OpenBLAS, which would slow the baselines."""
    free = {name: v for name, v in os.environ.items() if not name.startswith("OPENBLAS_")}
    if len(free) < len(os.environ):
        os.execve(sys.executable, [sys.executable, "-m", "benchmarks", *sys.argv[1:]], free)


def _own(arguments: argparse.Namespace) -> None:
    from benchmarks import history, own

    _publish("own", own.run(arguments.only), whole=not arguments.only)
    if not arguments.only:
        history.draw(own.ROWS)


def _peers(arguments: argparse.Namespace) -> None:
    from benchmarks import peers

    _publish("peers", peers.run(arguments.only), whole=not arguments.only)


def _install_peers(_: argparse.Namespace) -> None:
    from benchmarks import peers

    peers.install()


def _plots(_: argparse.Namespace) -> None:
    from benchmarks import plots

    plots.draw()


def _tables(_: argparse.Namespace) -> None:
    from benchmarks import history, own, peers

    report.write("own", own.sections(history.newest("own")))
    report.write("peers", peers.sections(history.newest("peers")))
    history.draw(own.ROWS)


def _profile(arguments: argparse.Namespace) -> None:
    from benchmarks import profiling

    if arguments.row:
        print(profiling.report_row(arguments.row))
    else:
        print(profiling.report(arguments.neurons, arguments.update))


def _rows(arguments: argparse.Namespace) -> None:
    from benchmarks import own, peer_rows, runner

    rows = {"own": own.ROWS, "peers": peer_rows.ROWS}[arguments.table]
    if arguments.table == "peers" and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # one thread each, whoever asks
    for found in runner.measure([row for row in rows if row.name in arguments.names]):
        print(json.dumps(found), flush=True)


def _publish(name: str, text: str, *, whole: bool) -> None:
    """Print a section; write it too unless it is only a part."""
    print(text)
    if whole:
        report.write(name, text)
        print(f"\nwritten to {report.RESULTS}")


if __name__ == "__main__":
    main()
