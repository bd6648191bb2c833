"""The engine of the explorer, run by Node: the numbers of the package."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import Any

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim import checks
from hopfield_sim.backends.reference import philox
from hopfield_sim.experiment import explorer

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")

SIDE = 18
N = SIDE * SIDE
RULES = ("hebbian", "storkey", "pseudoinverse")


def answers(expression: str, *jobs: Any) -> list[Any]:
    """What an expression of ``job`` is for each job, by the engine."""
    program = (
        explorer.engine()
        + "\nconst jobs = JSON.parse(require('fs').readFileSync(0, 'utf8'));"
        + "\nconst plain = (_, v) => ArrayBuffer.isView(v) ? [...v] : v;"
        + f"\nconsole.log(JSON.stringify(jobs.map((job) => {expression}), plain));"
    )
    run = subprocess.run(
        ["node", "-e", program], input=json.dumps(jobs), capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


RECALL = """(() => {
  const situation = {...USUAL, ...job};
  const memory = memoryOf(situation);
  const run = recallOf(situation, memory, situation.update);
  run.seek(situation.limit * memory.n);
  const ends = run.energies.filter(([u], k, all) => k === all.length - 1 ||
    Math.ceil(u / memory.n) !== Math.ceil(all[k + 1][0] / memory.n)).map(([u, e]) =>
    [Math.ceil(u / memory.n), e]);
  return {...run.now, sweeps: run.sweeps, ends, cue: picture(situation.cue, situation.side,
    situation.stored), classified: classify(run.now.state.map((x) => x > 0 ? 1 : -1),
    memory.patterns)};
})()"""


def situation(seed: int, loaded: int = 6, **more: Any) -> dict[str, Any]:
    """Random patterns, letters and a checkerboard, and a damaged one of them as the cue."""
    stored = [f"r{100 * seed + k}" for k in range(loaded)] + ["gA", "gS", "c3"]
    cue = f"p{seed % len(stored)}~f{20 + 9 * (seed % 7)}.{seed}"
    return {"side": SIDE, "stored": stored, "cue": cue, "seed": seed, "limit": 20, **more}


def patterns_of(job: dict[str, Any]) -> np.ndarray:
    return np.array(
        [
            hs.random_patterns(1, N, rng=int(recipe[1:]))[0]
            if recipe[0] == "r"
            else hs.glyphs(recipe[1:], size=SIDE)[0]
            if recipe[0] == "g"
            else hs.checkerboard(SIDE, int(recipe[1:]))
            for recipe in job["stored"]
        ]
    )


def cue_of(job: dict[str, Any]) -> np.ndarray:
    place, _, flips = job["cue"].partition("~f")
    count, seed = map(int, flips.split("."))
    return hs.flip(patterns_of(job)[int(place[1:])], count=count, rng=seed)


def by_sweep(found: dict[str, Any], sweeps: int) -> list[float]:
    """The energy at the end of every sweep, from those after every change."""
    changes = dict(found["ends"])
    energies: list[float] = []
    for sweep in range(sweeps + 1):
        energies.append(changes.get(sweep, energies[-1] if energies else np.nan))
    return energies


def test_keys_words_and_orders() -> None:
    seeds = [0, 1, 7, 2**32 - 1, 2**40 + 5]
    assert answers("keyOf(job)", *seeds) == [
        [checks.key(seed) & 0xFFFFFFFF, checks.key(seed) >> 32] for seed in seeds
    ]
    key, one = checks.key(5), np.array([3])
    words = philox.words(key, philox.ACCEPT, one, one + 1, 10)[0].tolist()
    order = philox.visit_order("random", key, one, one + 1, N)[0].tolist()
    split = [key & 0xFFFFFFFF, key >> 32]
    assert answers("philoxWords(job, ACCEPT, 3, 4, 10)", split) == [words]
    assert answers(f"visitOrder('random', job, 3, 4, {N})", split) == [order]


def test_philox_of_its_authors() -> None:
    """Known answers of Philox4x32-10 (Random123, kat_vectors)."""
    pi = [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344], [0xA4093822, 0x299F31D0]
    ones = [2**32 - 1] * 4, [2**32 - 1] * 2
    assert answers("philox(job[0], job[1])", pi, ones) == [
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD],
    ]


def test_pictures_are_those_of_the_package() -> None:
    def drawn(recipe: str) -> np.ndarray:
        return np.array(answers("picture(job, 17, ['gQ'])", recipe)[0])

    np.testing.assert_array_equal(drawn("gQ"), hs.glyphs("Q", size=17)[0])
    np.testing.assert_array_equal(drawn("c4"), hs.checkerboard(17, 4))
    np.testing.assert_array_equal(drawn("r9"), hs.random_patterns(1, 289, rng=9)[0])
    np.testing.assert_array_equal(
        drawn("p0~f50.3"), hs.flip(hs.glyphs("Q", size=17)[0], count=50, rng=3)
    )
    lower = np.arange(289) // 17 >= 8
    np.testing.assert_array_equal(drawn("r9~ct"), hs.mask(drawn("r9"), lower))
    np.testing.assert_array_equal(drawn("r9~i"), -drawn("r9"))


@pytest.mark.slow
@pytest.mark.parametrize("update", ["async", "sync"])
@pytest.mark.parametrize("temperature", [0.0, 0.4])
@pytest.mark.parametrize("memory", [*RULES, "dense"])
def test_recall(memory: str, temperature: float, update: str) -> None:
    """Spins, sweeps, flips and energies of HopfieldNetwork and DenseMemory, over many seeds."""
    jobs = [
        situation(
            seed,
            (6, 45)[seed % 2],
            memory=memory,
            temperature=temperature,
            update=update,
            power=3 + seed % 3,
            order=("random", "sequential")[seed // 2 % 2],
        )
        for seed in range(8)
    ]
    for job, found in zip(jobs, answers(RECALL, *jobs), strict=True):
        made, hot = hs.HopfieldNetwork(memory) if memory in RULES else None, temperature
        if made is None:
            made = hs.DenseMemory("polynomial", job["power"])
            hot = temperature * job["power"] * float(SIDE) ** (2 * (job["power"] - 1))
        made.store(patterns_of(job), advise=False)
        run = made.recall(
            cue_of(job),
            update=update,
            order=job["order"],
            temperature=hot,
            max_sweeps=20,
            record="energy",
            rng=job["seed"],
        )
        np.testing.assert_array_equal(found["cue"], cue_of(job))
        assert (found["stop"], found["sweeps"]) == (run.stop, run.sweeps)
        assert found["flips"] == run.flips
        np.testing.assert_array_equal(found["state"], run.states)
        energies = by_sweep(found, int(run.sweeps))
        if memory in ("hebbian", "dense"):  # whole numbers: to the last bit
            assert energies == run.energy[: len(energies)].tolist()
        else:
            np.testing.assert_allclose(energies, run.energy[: len(energies)], rtol=1e-11)


@pytest.mark.parametrize("memory", ["hebbian", "storkey"])
def test_fields_of_zero_keep_the_spin(memory: str) -> None:
    """Of real weights too, whose sums leave a rounding error in the place of zero."""
    jobs = [
        {"side": SIDE, "stored": [f"r{seed}", f"r{seed + 1}"], "cue": f"r{seed + 2}", "seed": seed}
        | {"memory": memory, "update": "sync", "limit": 1}
        for seed in range(1, 40)
    ]
    ties = 0
    for job, found in zip(jobs, answers(RECALL, *jobs), strict=True):
        network = hs.HopfieldNetwork(memory).store(patterns_of(job), advise=False)
        cue = hs.random_patterns(1, N, rng=int(job["cue"][1:]))[0]
        ties += int((abs(network.fields(cue)) < 1e-14).sum())
        run = network.recall(cue, update="sync", max_sweeps=1)
        np.testing.assert_array_equal(found["state"], run.states)
    assert ties > 100


def test_the_modern_memory() -> None:
    jobs = [situation(seed, memory="modern", beta=0.02 + 0.02 * seed) for seed in range(6)]
    for job, found in zip(jobs, answers(RECALL, *jobs), strict=True):
        memory = hs.ModernHopfield(job["beta"])
        memory.store(patterns_of(job).astype(float))
        cue = cue_of(job).astype(float)
        run = memory.recall(cue, max_steps=20, record="energy", advise=False)
        assert (found["sweeps"], found["stop"]) == (run.steps, run.stop)
        np.testing.assert_allclose(found["state"], run.states, atol=1e-10)
        energies = by_sweep(found, int(run.steps))
        np.testing.assert_allclose(energies, run.energy, rtol=1e-10, atol=1e-8)


def test_dependent_patterns_and_all_directions() -> None:
    """The projection onto a span that patterns repeat."""
    job = situation(1, memory="pseudoinverse", limit=5)
    job["stored"] += ["r100", "gA~i"]
    patterns = np.vstack([patterns_of({"stored": job["stored"][:-1]}), -hs.glyphs("A", size=SIDE)])
    weights = np.array(answers("memoryOf({...USUAL, ...job}).weights", job)[0]).reshape(N, N)
    wanted = hs.rules.pseudoinverse(patterns, zero_diagonal=False)
    np.testing.assert_allclose(weights, wanted, atol=1e-12)


def test_winding_back_and_forth_changes_nothing() -> None:
    jobs = [
        situation(seed, 40, memory=memory, temperature=hot, limit=6)
        for seed, (memory, hot) in enumerate([("hebbian", 0.5), ("storkey", 0.0), ("dense", 0.3)])
    ]
    wound = RECALL.replace(
        "run.seek(situation.limit * memory.n);",
        "for (const u of [700, 100, 300, 299, 0, 256, 255, 1e9, 512, 1e9]) run.seek(u);",
    )
    assert answers(wound, *jobs) == answers(RECALL, *jobs)


def test_classification() -> None:
    """Patterns, inverses, mixtures and noise are called what the package calls them."""
    rng = np.random.default_rng(4)
    patterns = hs.random_patterns(9, N, rng=3)
    states = [patterns[2], -patterns[5], np.sign(patterns[[1, 4, 6]].sum(axis=0))]
    states += [np.sign((patterns[:5] * [[1], [-1], [1], [1], [-1]]).sum(axis=0))]
    states += [hs.flip(states[2], count=8, rng=1), rng.choice([-1, 1], N)]
    states += [np.sign(patterns[:7].sum(axis=0))]
    network = hs.HopfieldNetwork().store(patterns)
    jobs = [{"state": s.tolist(), "patterns": patterns.tolist()} for s in states]
    kinds = set()
    answered = answers("classify(job.state, job.patterns)", *jobs)
    for state, found in zip(states, answered, strict=True):
        wanted = network.classify(state)
        assert found["kind"] == wanted.kind
        assert [tuple(part) for part in found["parts"]] == list(wanted.patterns)
        assert found["overlap"] == wanted.overlap
        kinds.add(found["kind"])
    assert kinds == {"stored", "inverse", "mixture", "spurious"}


def test_a_link_carries_the_situation_and_survives_nonsense() -> None:
    job = situation(3, memory="dense", power=5, temperature=0.25, update="both")
    full = answers("fromLink(toLink({...USUAL, ...job}))", job)[0]
    assert {name: full[name] for name in job} == job
    drawn = answers("fromLink('stored=' + drawn(picture('gQ~f50.2', 20, [])) + '&cue=p0')", 0)[0]
    assert len(drawn["stored"]) == 1
    for link in (
        "side=1e9&stored=zz,b!!,p0&cue=p99",
        "power=x&beta=&seed=-3",
        "%%%=&&&",
        "cue=f",
        "cue=c1.5",
        "cue=r1e9",
    ):
        found = answers("fromLink(job)", link)[0]
        assert 16 <= found["side"] <= 50
        assert found["cue"] in ("p0", "r1", "p0~f80.1")
    assert answers("toLink(fromLink(''))", 0) == [""]


@pytest.mark.parametrize(
    "more",
    [
        {"update": "both", "cue": "gB~f60.4~i"},
        {"memory": "storkey", "cue": "p1~ct", "temperature": 0.2},
        {"memory": "dense", "cue": "p2~cl~f5.9", "power": 4, "temperature": 0.1},
        {"memory": "modern", "cue": "r77", "beta": 0.05},
    ],
    ids=["both", "storkey", "dense", "modern"],
)
def test_the_python_that_it_shows_reproduces_it(
    more: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    job = situation(2, **more)
    job["stored"] += answers(f"drawn(picture('gQ~f50.2', {SIDE}, []))", 0)
    text = answers("python({...USUAL, ...job})", job)[0]
    scope: dict[str, Any] = {}
    exec(text, scope)
    runs = {"async": scope["run"]} if "run" in scope else {}
    if "together" in scope:
        runs["sync"] = scope["together"]
    assert len(runs) == (2 if job.get("update") == "both" else 1)
    for update, run in runs.items():
        found = answers(RECALL, {**job, "update": update})[0]
        np.testing.assert_array_equal(found["cue"], scope["cue"])
        np.testing.assert_allclose(found["state"], run.states, atol=1e-10)
        assert found["stop"] == run.stop
        assert len(capsys.readouterr().out.splitlines()) >= 2 or update == "sync"
