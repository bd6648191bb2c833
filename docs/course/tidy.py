"""Write notebooks as they are kept: without outputs, or what else depends on who ran them.

python docs/course/tidy.py docs/course/*.ipynb
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def tidy(text: str) -> str:
    """Return a notebook as it is kept. Cells keep their ids."""
    cells = []
    for cell in json.loads(text)["cells"]:
        lines = "".join(cell["source"]).strip("\n").splitlines(keepends=True)
        kept = {"cell_type": cell["cell_type"], "id": cell["id"], "metadata": {}, "source": lines}
        if cell["cell_type"] == "code":
            kept |= {"execution_count": None, "outputs": []}
        cells.append(dict(sorted(kept.items())))
    book = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        path.write_text(tidy(path.read_text(encoding="utf-8")), encoding="utf-8")
