"""Fail if a built page would load anything from another address: check_offline.py HTML_FOLDER.

Links that a reader may follow are fine; scripts, styles, fonts, frames and pictures are not.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

LOADING = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
}
LOADING_LINKS = {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "preconnect"}
ELSEWHERE = re.compile(r"^\s*(?:https?:)?//", re.IGNORECASE)
IN_CSS = re.compile(r"(?:url\(|@import)\s*['\"]?\s*((?:https?:)?//[^'\")\s;]+)", re.IGNORECASE)
# Inline scripts and what they start; the namespaces of SVG and MathML are names, not addresses.
IN_SCRIPT = re.compile(r"(?:import|fetch|src\s*=|importScripts)\s*\(?\s*['\"](https?://[^'\"]+)")


class Loads(HTMLParser):
    """Collects the addresses that a page loads by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.inside = tag
        address = values.get(LOADING.get(tag, ""), "")
        if tag == "link" and LOADING_LINKS & set(values.get("rel", "").split()):
            address = values.get("href", "")
        candidates = [address, *values.get("srcset", "").split(",")]
        self.found += [a.strip() for a in candidates if ELSEWHERE.match(a)]
        self.found += IN_CSS.findall(values.get("style", ""))

    def handle_data(self, data: str) -> None:
        within = {"style": IN_CSS, "script": IN_SCRIPT}.get(self.inside)
        self.found += within.findall(data) if within else []

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""


def loads(path: Path) -> list[str]:
    """Addresses outside the site that one file would load."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".css":
        return IN_CSS.findall(text)
    parser = Loads()
    parser.feed(text)
    return parser.found


def main(folder: Path) -> int:
    """Print what is loaded from elsewhere, one line each; 0 when there is nothing."""
    files = sorted([*folder.rglob("*.html"), *folder.rglob("*.css")])
    if not any(path.suffix == ".html" for path in files):
        print(f"no pages in {folder}")
        return 1
    bad = [f"{path}: {address}" for path in files for address in loads(path)]
    print("\n".join(bad) if bad else f"{len(files)} files load nothing from another address")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
