"""The kernels as Cython annotates them: every source line with the C that it becomes.

conf.py calls ``annotate`` when the documentation is built; what it writes is not kept in git.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "hopfield_sim" / "backends" / "kernels"
RAW = re.compile(r"<p>Raw output: .*?</p>")
BACK = '<p><a href="../speed.html">Back to the page on speed</a></p>'


def annotate(folder: Path) -> None:
    """Write ``kernels/NAME.html`` for every kernel, and ``list.md``, which links to them."""
    pages = folder / "kernels"
    pages.mkdir(parents=True, exist_ok=True)
    kernels = sorted(SOURCES.glob("*.pyx"))
    for old in set(pages.glob("*.html")) - {_page(pages, kernel) for kernel in kernels}:
        old.unlink()
    shared = [path.stat().st_mtime for path in SOURCES.glob("*.pxd")]
    for kernel in kernels:
        page = _page(pages, kernel)
        newest = max([*shared, kernel.stat().st_mtime])
        if not page.exists() or page.stat().st_mtime < newest:
            page.write_text(_annotated(kernel), encoding="utf-8")
    lines = [
        f'- <a href="kernels/{kernel.stem}.html">{kernel.name}</a>: {_summary(kernel)}'
        for kernel in kernels
    ]
    (folder / "list.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _page(pages: Path, kernel: Path) -> Path:
    return pages / f"{kernel.stem}.html"


def _annotated(kernel: Path) -> str:
    """Cython's page; its link to the generated C, which is not here, becomes one back."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-m", "cython", "--annotate"]
        source = kernel.relative_to(ROOT).as_posix()
        subprocess.run([*command, source, "-o", f"{scratch}/{kernel.stem}.c"], cwd=ROOT, check=True)
        page = (Path(scratch) / f"{kernel.stem}.html").read_text(encoding="utf-8")
    return RAW.sub(BACK, page)


def _summary(kernel: Path) -> str:
    """The first sentence of a kernel's docstring, which stands below its directives."""
    text = kernel.read_text(encoding="utf-8")
    docstring = re.search(r'^(""".*?""")', text, flags=re.MULTILINE | re.DOTALL)
    words = " ".join(ast.literal_eval(docstring[1]).split()) if docstring else kernel.stem
    return re.split(r"(?<=[.;])\s", words)[0].rstrip(".;") + "."
