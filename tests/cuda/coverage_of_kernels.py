"""Which lines of the kernels the comparisons run: ``python tests/cuda/coverage_of_kernels.py``.

Counted by gcov in a process of its own, which writes its counts as it ends. A line that no walk
comes to is an error.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

import shim
import stand_in


def walks() -> None:
    """All forms of couplings and of dense memories, cold and warm, in every place of memory; the
    capacity cell; and attention of all forms.
    """
    import test_attention_kernel as attention
    import test_dense_kernels as dense
    import test_kernels as tests
    from chosen import Chosen

    from hopfield_sim.backends.cuda import pairs as engine

    stand_in.settings.flags = shim.COVERED
    stand_in.install()
    device = Chosen(sys.modules["cupy"])
    for form in tests.FORMS:
        for near in (3, 1):
            for update in ("async", "sync"):
                for seed in range(4):
                    tests.BLOCKS = ((64, near),)
                    tests.compare(device, form, 130, 9, seed, update)
    for form in dense.FORMS:
        for near in (True, False):
            for update in ("async", "sync"):
                dense.BLOCKS = ((64, near),)
                for seed in range(2):
                    dense.compare(device, form, 33, 9, seed, update)
    device.place(3)
    for form in attention.FORMS:
        attention.compare(device, form, 33, 40, 2, ("f4", "f8"), 0.1, chunks=2)
    device.block = 64
    for form in ("patterns", "i1 i2"):
        tests.test_only_stale_caches_are_computed(device, form)
        tests.test_a_cycle_by_hand(device, form, 34)
    case = (130, tests.np.array([3, 40]), tests.np.array([20, 65]), 4)
    engine.CudaPairs(device).retrieval(*case, tests.np.array([1], tests.np.uint64), 30, 1)


def main() -> None:
    for old in shim.BUILD.glob("*.gcda"):
        old.unlink()
    subprocess.run([sys.executable, __file__, "walks"], check=True)
    lines: Counter[tuple[str, int]] = Counter()
    for counts in shim.BUILD.glob("*.gcda"):
        told = subprocess.run(
            ["gcov", "--json-format", "--stdout", str(counts)],
            capture_output=True, text=True, check=True, cwd=shim.BUILD,
        ).stdout  # fmt: skip
        for part in told.splitlines():
            for file in json.loads(part)["files"]:
                if file["file"].endswith(".cuh"):
                    for line in file["lines"]:
                        lines[Path(file["file"]).name, line["line_number"]] += line["count"]
    missed = sorted(f"{file}:{number}" for (file, number), count in lines.items() if not count)
    print(f"{len(lines) - len(missed)} of {len(lines)} lines of kernels were run")
    if missed or not lines:
        raise SystemExit(f"not run: {', '.join(missed)}")


if __name__ == "__main__":
    walks() if sys.argv[1:] == ["walks"] else main()
