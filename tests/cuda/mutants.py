"""Mistakes planted in the kernels, and what sees them: ``python tests/cuda/mutants.py``.

Each is compiled twice: plainly, for its bits under several schedules, and watched, for accesses
that no barrier orders or that go outside. One that nothing sees is an error, and so is an alarm
without one.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import sys
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

import shim
import stand_in
from chosen import Chosen

SEEDS = 6


@dataclass(frozen=True)
class Mutant:
    """A text that is replaced in a kernel; ``update`` is the walk that has it, "retrieval" the cell,
    "attention" that; ``form`` the couplings, the interaction of a dense memory, or the scores.
    """

    what: str
    update: str
    old: str
    new: str
    form: str = "i1 i2"


BARRIER = "    __syncthreads();\n"
MUTANTS = [
    Mutant("nothing", "async", "", ""),
    Mutant("nothing", "sync", "", ""),
    Mutant("nothing", "retrieval", "", ""),
    Mutant("no barrier after a flip", "async",
           "            from = choice.thread + 1;\n            __syncthreads();\n",
           "            from = choice.thread + 1;\n"),
    Mutant("no barrier before the walk", "async",
           BARRIER + "    i32 flips = 0;\n    int turn = 0;", "    i32 flips = 0;\n    int turn = 0;", "patterns"),
    Mutant("no barrier before the lists are made", "async",
           "        heads[place] = -1;\n" + BARRIER, "        heads[place] = -1;\n"),
    Mutant("no barrier before the lists are read", "async",
           "(first < 0 ? site : first);\n        }\n    }\n" + BARRIER,
           "(first < 0 ? site : first);\n        }\n    }\n"),
    Mutant("no barrier after the order", "async",
           "            sites[place] = (INDEX)site;\n        }\n    }\n" + BARRIER,
           "            sites[place] = (INDEX)site;\n        }\n    }\n"),
    Mutant("one box of votes", "async", "    turn ^= 1;\n", ""),
    Mutant("no barrier in the vote", "async",
           "        box[warp] = ballot;\n" + BARRIER, "        box[warp] = ballot;\n"),
    Mutant("a ballot for a barrier in the vote", "async",
           "        box[warp] = ballot;\n" + BARRIER,
           "        box[warp] = ballot;\n    (void)__ballot_sync(LANES, 1);\n"),
    Mutant("the flipped spin is read, not voted", "async",
           "choice.up ? 2 : -2);\n            if",
           "spins[(i32)sites[first + choice.thread]] > 0 ? -2 : 2);\n            if"),
    Mutant("an exchange that is not atomic", "async",
           "const i32 first = atomicExch(heads + pick(words[site % 4], site + 1), site);",
           "i32 *head = heads + pick(words[site % 4], site + 1); const i32 first = *head; *head = site;"),
    Mutant("half a warp votes", "async",
           "{{__ballot_sync(LANES, wishes)", "{{__ballot_sync(0xFFFFu, wishes)"),
    Mutant("a barrier for some", "async",
           "            if (place < end && me >= from) {\n",
           "            if (place < end && me >= from) {\n                __syncthreads();\n"),
    Mutant("more shared memory than asked for", "async",
           "take<Pack<u32, 2>>(near_at, 64)", "take<Pack<u32, 2>>(near_at, 96)"),
    Mutant("a column too far", "async", "columns + stride * site)", "columns + stride * (site + 1))"),
    Mutant("threads beyond the last site look at one", "async",
           "if (place < end && me >= from) {", "if (me >= from) {"),
    Mutant("a tie flips", "async",
           "field > (uniform ? one_above : above[site])",
           "field >= (uniform ? one_above : above[site])"),
    Mutant("a counter is read when another thread may have written it", "async",
           "    i64 stop = RUNNING;\n", "    i64 stop = RUNNING; fresh = progress.fresh(row);\n", "real f8"),
    Mutant("fields that overflow", "async", "#define CACHE i16", "#define CACHE i8"),
    Mutant("no barrier after the cache", "async",
           "    __syncthreads();\n        if (site < n)\n            for", "        if (site < n)\n            for"),
    Mutant("no barrier before the next sites", "async",
           "                    sums[b] += weight * s.of[b];\n            }\n        __syncthreads();\n",
           "                    sums[b] += weight * s.of[b];\n            }\n"),
    Mutant("no barrier after all have looked", "sync",
           "        __syncthreads();\n        const i32 flips = different", "        const i32 flips = different", "patterns"),
    Mutant("no barrier after a step", "sync",
           "            look.step(at);\n        __syncthreads();\n", "            look.step(at);\n", "patterns"),
    Mutant("no barrier after the bits", "sync",
           "            bits[site / 32] = word;\n    }\n" + BARRIER, "            bits[site / 32] = word;\n    }\n", "patterns"),
    Mutant("every lane counts all words", "sync",
           "for (i32 w = threadIdx.x % 32; w < (n + 31) / 32; w += 32)", "for (i32 w = 0; w < (n + 31) / 32; w++)", "patterns"),
    Mutant("the state two steps before is not kept", "sync",
           "at.before = at.spins, at.spins = at.after, at.after = spare;",
           "at.after = at.spins, at.spins = at.before, at.before = spare;", "patterns"),
    Mutant("spins beyond the last count", "retrieval",
           "& (32 * w + 32 > n ? (1u << n % 32) - 1 : LANES)", "& LANES"),
    Mutant("flips that are not atomic", "retrieval",
           "atomicXor(spins + site / 32, 1u << site % 32)", "spins[site / 32] ^= 1u << site % 32"),
    Mutant("no barrier before the flips", "retrieval",
           BARRIER + "    EACH(k, count) {", "    EACH(k, count) {"),
    Mutant("no barrier after the flips", "retrieval",
           "        atomicXor(spins + site / 32, 1u << site % 32);\n    }\n" + BARRIER,
           "        atomicXor(spins + site / 32, 1u << site % 32);\n    }\n"),
    Mutant("nothing", "async", "", "", "high"),
    Mutant("nothing", "sync", "", "", "exponential"),
    Mutant("no barrier after the sums", "async",
           "            mine[warp] = {{bends, sizes}};\n        __syncthreads();\n",
           "            mine[warp] = {{bends, sizes}};\n", "cubic"),
    Mutant("no barrier before the largest", "async",
           "            boxes[warp].of[0] = x;\n        __syncthreads();\n",
           "            boxes[warp].of[0] = x;\n", "exponential"),
    Mutant("no barrier after overlaps are counted", "sync",
           "        net.count(at.entries.overlaps, steps.spins);\n        __syncthreads();\n",
           "        net.count(at.entries.overlaps, steps.spins);\n", "cubic"),
    Mutant("no barrier after spins are read", "async",
           "        spins[i] = all_spins[(i64)n * row + i];\n    __syncthreads();\n",
           "        spins[i] = all_spins[(i64)n * row + i];\n", "cubic"),
    Mutant("digits keep their sign", "async", "(part + (1 << 30)) >> 31", "part >> 31", "high"),
    Mutant("nothing is in doubt", "async", "fabs(sum) <= doubt", "fabs(sum) < 0", "high"),
    Mutant("the largest overlap is not looked for", "async",
           "zero = 2 * n - top;", "zero = n;", "exponential"),
    Mutant("warps do not look again", "async",
           "from = choice.thread / 32 + 1;", "from = warps;", "cubic"),
    Mutant("tables are read at the overlaps before", "async",
           "            at.entries.read(tables, net.n, net.width, at.boxes);\n            flips++;",
           "            __syncthreads();\n            flips++;", "rectified"),
    Mutant("some sums of a warp only", "sync",
           "lane < warps ? mine[lane].of[0] : 0.", "lane == 0 ? mine[0].of[0] : 0.", "cubic"),
    Mutant("nothing", "attention", "", "", "scaled"),
    Mutant("no barrier after the query", "attention",
           "        query[j] = queries[(i64)n * (blockIdx.x % n_queries) + j];\n    }\n" + BARRIER,
           "        query[j] = queries[(i64)n * (blockIdx.x % n_queries) + j];\n    }\n", "scaled"),
    Mutant("no barrier after the scores", "attention",
           "SCORE(sum, first + r);\n        }\n        __syncthreads();\n",
           "SCORE(sum, first + r);\n        }\n", "scaled"),
    Mutant("no barrier before the next scores", "attention",
           "            total[j] = sum;\n        }\n        __syncthreads();\n",
           "            total[j] = sum;\n        }\n", "scaled"),
    Mutant("what was summed does not shrink", "attention",
           "REAL sum = total[j] * shrink;", "REAL sum = total[j];", "scaled"),
    Mutant("more memories than there are", "attention",
           "(i32)(end - first < TILE ? end - first : TILE)", "TILE", "plain"),
]  # fmt: skip


def seen(mutant: Mutant, watched: bool) -> str:
    """What becomes of walks with it: "" if nothing is wrong."""
    import numpy as np
    import test_attention_kernel as attention_tests
    import test_dense_kernels as dense_tests
    import test_kernels as tests

    from hopfield_sim.backends.cuda import attention, dense, source, walker
    from hopfield_sim.backends.cuda import pairs as engine

    whole, changed = source.text, 0

    def text(name: str, **words: Any) -> str:
        nonlocal changed
        found = whole(name, **words)
        changed += mutant.old in found
        return found.replace(mutant.old, mutant.new) if mutant.old else found

    attention.text = engine.text = dense.text = walker.text = text
    stand_in.install()
    stand_in.settings.flags = shim.WATCHED if watched else shim.PLAIN
    device = Chosen(stand_in.module())
    try:
        for seed in range(1 if watched else SEEDS):
            if mutant.form == "real f8":
                tests.compare(device, mutant.form, 33, 9, seed, mutant.update)
                continue
            if mutant.update == "attention":
                attention_tests.BLOCKS = (64, 128)
                case = mutant.form, 41, 33, 3, ("f8", "f8"), 0.2
                attention_tests.compare(device, *case, chunks=2, seed=seed)
                continue
            if mutant.update == "retrieval":
                device.block = 64
                case = (
                    130, np.array([3, 9, 40]), np.array([20, 65, 130]), 5,
                    np.array([1, 2**63], np.uint64), 30, 1,
                )  # fmt: skip
                found = engine.CudaPairs(device).retrieval(*case)
                np.testing.assert_array_equal(found, tests.REFERENCE.retrieval(*case))
                continue
            if mutant.form in dense_tests.FORMS:
                for block in (64, 128):
                    dense_tests.BLOCKS = ((block, True),)
                    dense_tests.compare(device, mutant.form, 33, 40, seed, mutant.update)
                dense_tests.test_the_least_digit_decides(device)
                continue
            for block in (64, 128):
                tests.BLOCKS = ((block, 3),)
                tests.compare(device, mutant.form, 130, 9, seed, mutant.update)
    except AssertionError:
        return "other bits"
    except shim.KernelError as error:
        return str(error).partition(": ")[2].split("\n")[0][:90]
    if mutant.old and not changed:
        raise SystemExit(f"{mutant.what}: {mutant.old!r} is not in the kernels")
    return ""


def _child(mutant: Mutant, watched: bool, answer: Any) -> None:
    answer.put(seen(mutant, watched))


def attempt(mutant: Mutant, watched: bool) -> str:
    """The same in a process of its own, which it may bring down."""
    fork = multiprocessing.get_context("fork")
    answer = fork.SimpleQueue()
    process = fork.Process(target=_child, args=(mutant, watched, answer))
    process.start()
    process.join(120)
    if process.is_alive():
        process.kill()
        return "never ends"
    if process.exitcode:
        return f"ends with {process.exitcode}"
    found: str = answer.get()
    return found


def main() -> None:
    with ThreadPool(os.cpu_count()) as pool:
        found = pool.map(lambda case: attempt(*case), itertools.product(MUTANTS, (False, True)))
    unseen = alarms = 0
    for mutant, plain, watched in zip(MUTANTS, found[::2], found[1::2], strict=True):
        print(f"{mutant.update:9} {mutant.what}")
        print(f"    plain:   {plain or '-'}\n    watched: {watched or '-'}")
        if mutant.old:
            unseen += not (plain or watched)
        else:
            alarms += bool(plain or watched)
    harmless = sum(not mutant.old for mutant in MUTANTS)
    print(
        f"{len(MUTANTS) - harmless} planted: {sum(map(bool, found[::2]))} seen plainly, "
        f"{sum(map(bool, found[1::2]))} watched, {unseen} by nobody; {alarms} false alarms"
    )
    sys.exit(bool(unseen or alarms))


if __name__ == "__main__":
    main()
