"""Compare the figures of README.md and docs/claims.md with what their commands print.

check_claims.py [--quick] [--only WORD]

Every figure in a row of the tables is either tied to a command here (docs/claims_table.py) or
excused there with the reason. A command runs once, its figures are read off its report or its
output, and must agree with the words to the last digit printed. Prints a line a claim, and exits 1
if some figure is off, has no claim, or no longer stands in the words.
"""

from __future__ import annotations

import argparse
import csv
import html
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from claims_table import CLAIMS, EXCUSED, SLOW, WITH_SKLEARN, Claim

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", ROOT / "docs" / "claims.md")
FIGURE = re.compile(r"\d")
WORDS = {"one": "1", "two": "2", "six": "6", "twenty": "20"}


@dataclass(frozen=True)
class Row:
    """A row of a table of claims: its page, and its first cell."""

    page: str
    text: str


def rows() -> list[Row]:
    """The claims of both pages; README's are in its one table with a column of commands."""
    found = []
    for page in PAGES:
        for line in page.read_text(encoding="utf-8").splitlines():
            if line.startswith("| ") and not line.startswith("| claim"):
                found.append(Row(page.name, line.split(" | ")[0].removeprefix("| ")))
    return found


def needs(command: str) -> str:
    """What a command needs and this machine lacks, or nothing."""
    if command in WITH_SKLEARN and find_spec("sklearn") is None:
        return "needs scikit-learn"
    if "$HOPFIELD_DATA" in command and not os.environ.get("HOPFIELD_DATA"):
        return "needs $HOPFIELD_DATA"
    return ""


def printed(command: str) -> str:
    """What a command says: a study its report and its table, everything else its output."""
    environment = os.environ | {"MPLBACKEND": "agg", "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as folder:
        words = os.path.expandvars(command).split()
        while re.match(r"[A-Z_]+=", words[0]):
            name, _, environment[name] = words.pop(0).partition("=")
        if words[0] == "hopfield-sim":
            program = ["-m", "hopfield_sim.experiment", *words[1:], "--out", folder]
        elif words[0] == "python":
            program = words[1:]
        else:
            program = ["-c", f"import hopfield_sim as hs; print({command})"]
        run = subprocess.run(
            [sys.executable, *program], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        if run.returncode:
            raise SystemExit(f"{command} failed:\n{run.stderr}")
        text = run.stdout
        if words[0] == "hopfield-sim":
            text = (Path(folder) / "report.html").read_text(encoding="utf-8")
            text = html.unescape(re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", text, flags=re.S))
            for table in Path(folder).glob("*.csv"):
                with table.open(encoding="utf-8") as file:
                    for row in csv.DictReader(file):
                        text += " row: " + " ".join(f"{key}={value}" for key, value in row.items())
    return re.sub(r"\s+", " ", text)


def agrees(said: str, measured: str, slack: int) -> bool:
    """Whether a figure is the measured one, rounded to the digits that it has."""
    said, measured = (WORDS.get(word.lower(), word.replace(" ", "")) for word in (said, measured))
    unit = 10.0 ** -len(said.partition(".")[2])
    return abs(float(said) - float(measured)) <= (0.5 + slack) * unit + 1e-9


def check(claim: Claim, text: str, output: str) -> tuple[bool, str]:
    """One claim in one row against the output of its command."""
    said = [group for group in re.search(claim.words, text).groups() if group]  # type: ignore[union-attr]
    measured: list[str] = []
    for pattern in claim.printed:
        if pattern.startswith("#"):
            measured.append(str(len(re.findall(pattern[1:], output))))
        elif match := re.search(pattern, output):
            measured += match.groups()
        else:
            return False, f"said {', '.join(said)}; the command no longer prints {pattern!r}"
    measured = measured[: len(said)]
    good = len(said) == len(measured) and all(
        agrees(one, other, claim.slack) for one, other in zip(said, measured, strict=True)
    )
    return good, f"said {', '.join(said)}; measured {', '.join(measured)}"


def untied(text: str) -> str:
    """Figures of a row that no claim and no excuse accounts for."""
    left = text
    for pattern in [claim.words for claim in CLAIMS] + list(EXCUSED):
        left = re.sub(pattern, "", left)
    return left if FIGURE.search(re.sub(r"`[^`]*`|https?:\S+", "", left)) else ""


def main() -> int:
    """Run all that is asked for; the exit status is 1 where a figure is off."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="only commands of a few seconds")
    parser.add_argument("--only", default="", help="only commands with this word")
    asked = parser.parse_args()
    everything, outputs, wrong = rows(), {}, 0

    def line(verdict: str, what: str) -> None:
        print(f"{verdict:8} {what}", flush=True)

    for claim in CLAIMS:
        mine = [row for row in everything if re.search(claim.words, row.text)]
        if not mine:
            line("GONE", f"no row says {claim.words!r}")
            wrong += 1
        why = needs(claim.command) or ("slow" if asked.quick and claim.command in SLOW else "")
        if asked.only not in claim.command:
            continue
        if why:
            line("skipped", f"{claim.command}: {why}")
            continue
        if mine and claim.command not in outputs:
            outputs[claim.command] = printed(claim.command)
        for row in mine:
            good, words = check(claim, row.text, outputs[claim.command])
            line("ok" if good else "WRONG", f"{row.page}, {claim.command}: {words}")
            wrong += not good
    for pattern, reason in EXCUSED.items():
        if any(re.search(pattern, row.text) for row in everything):
            line("excused", f"{pattern!r}: {reason}")
    for row in everything:
        if untied(row.text):
            line("UNTIED", f"{row.page}: {untied(row.text)}")
            wrong += 1
    print(f"{wrong} of the figures are off, gone or tied to no command" if wrong else "all agree")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
