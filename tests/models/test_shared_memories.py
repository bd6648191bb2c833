"""Memories used by several threads, interrupted while they learn, copied and sent away."""

from __future__ import annotations

import copy
import pickle
import sys
import threading
import warnings
from functools import partial

import numpy as np
import pytest

import hopfield_sim as hs
from hopfield_sim.models.classifier import training as classifier_training
from hopfield_sim.models.hopfield import couplings

learns_too_little = pytest.mark.filterwarnings("ignore:not converged")  # on purpose

N = 24


def signs(count, seed=0):
    return hs.random_patterns(count, N, rng=seed)


def reals(count, seed=0):
    return np.random.default_rng(seed).normal(size=(count, N)) / np.sqrt(N)


MEMORIES = {
    "hebbian": (lambda: hs.HopfieldNetwork(), signs),
    "storkey": (lambda: hs.HopfieldNetwork("storkey"), signs),
    "pseudoinverse": (lambda: hs.HopfieldNetwork("pseudoinverse"), signs),
    "dense": (lambda: hs.DenseMemory(), signs),
    "trained": (lambda: hs.TrainedDenseMemory(3, rng=0), signs),
    "restricted": (lambda: hs.RestrictedHopfield(8, rng=0), signs),
    "modern": (lambda: hs.ModernHopfield(), reals),
    "distributed": (lambda: hs.DistributedMemory(50, rng=0), reals),
}
each = pytest.mark.parametrize("name", MEMORIES)


def stored(memory):
    return memory.n_patterns if isinstance(memory, hs.DistributedMemory) else len(memory.patterns)


def cues_for(memory):
    return (reals if hasattr(memory, "beta") else signs)(3, seed=9)


def held(memory):
    """What a memory answers: where states go, and all that it stores."""
    known = {"energy": memory.energy(cues_for(memory)), "stored": stored(memory)}
    for word in ("patterns", "weights", "memories", "memory", "thresholds", "history"):
        if hasattr(type(memory), word):
            known[word] = copy.deepcopy(getattr(memory, word))
    return known


def assert_same(found, wanted):
    assert found.keys() == wanted.keys()
    for word in wanted:
        np.testing.assert_array_equal(found[word], wanted[word], err_msg=word)


def race(*works):
    """Run them in threads that begin together; the first error is raised."""
    ready, errors = threading.Barrier(len(works)), []

    def run(work):
        ready.wait()
        try:
            work()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


@pytest.fixture
def many_switches(monkeypatch):
    """Threads take turns after every few instructions."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


# ------------------------------------------------------------------ several threads


@learns_too_little
@each
def test_nothing_is_lost_when_threads_store_at_once(name, many_switches):
    make, draw = MEMORIES[name]
    for round_ in range(5):
        memory = make()
        parts = [draw(1, seed=10 * round_ + k) for k in range(4)]
        race(*[partial(memory.store, part) for part in parts])
        assert stored(memory) == 4
        if name != "distributed":
            assert {row.tobytes() for row in memory.patterns} == {p.tobytes() for p in parts}


@each
def test_what_is_read_is_of_one_moment(name, many_switches):
    """Energies and recalls in one thread, while another stores and clears, are those of a memory
    that holds what was stored at some moment.
    """
    make, draw = MEMORIES[name]
    cues = draw(3, seed=99)
    batches = [draw(2, seed=1), draw(1, seed=2)]
    possible, memory = [], make()
    for batch in batches:
        memory.store(batch)
        possible.append((memory.energy(cues), memory.recall(cues, **keep(memory)).states))
    done = threading.Event()

    def write():
        for _ in range(10):
            memory.clear()
            for batch in batches:
                memory.store(batch)
        done.set()

    def read():
        while not done.is_set():
            try:
                energy, states = memory.energy(cues), memory.recall(cues, **keep(memory)).states
                repr(memory)
            except hs.errors.NotStoredError:
                continue
            assert any(np.array_equal(energy, wanted[0]) for wanted in possible)
            assert any(np.array_equal(states, wanted[1]) for wanted in possible)

    race(write, read)


def keep(memory):
    """Options of ``recall`` under which it ends soon."""
    if hasattr(memory, "beta"):
        return {"max_steps": 3}
    return {"max_sweeps": 3} | ({} if isinstance(memory, hs.RestrictedHopfield) else {"rng": 0})


def test_weights_made_while_another_thread_stores(monkeypatch):
    """The matrix of the patterns before must not be taken for that of those after."""
    net, first, second = hs.HopfieldNetwork(), signs(2, seed=1), signs(3, seed=2)
    net.store(first)
    making, made = threading.Event(), threading.Event()
    matrix = couplings.matrix

    def slowly(learnt, *rest):
        found = matrix(learnt, *rest)
        if not making.is_set():
            making.set()
            assert made.wait(20)
        return found

    monkeypatch.setattr(couplings, "matrix", slowly)
    found = []
    reader = threading.Thread(target=lambda: found.append(net.weights))
    reader.start()
    assert making.wait(20)
    net.store(second)
    made.set()
    reader.join()
    np.testing.assert_array_equal(found[0], hs.rules.hebbian(first))
    np.testing.assert_array_equal(net.weights, hs.rules.hebbian(np.concatenate([first, second])))


def test_the_matrix_of_a_recall_is_that_of_its_patterns(monkeypatch):
    """The same on the way of a recall: what it makes is of use to nobody else's patterns."""
    monkeypatch.setattr(couplings, "prefers_matrix", lambda *args, **kw: True)
    net, first, second = hs.HopfieldNetwork(), signs(2, seed=1), signs(3, seed=2)
    net.store(first)
    matrix, calls = couplings.matrix, []

    def meanwhile(learnt, *rest):
        found = matrix(learnt, *rest)
        if not calls:
            calls.append(None)
            writer = threading.Thread(target=net.store, args=(second,))
            writer.start()
            writer.join()
        return found

    monkeypatch.setattr(couplings, "matrix", meanwhile)
    run = net.recall(first, rng=0)
    assert run.overlap().shape == (2, 2)
    both = np.concatenate([first, second])
    np.testing.assert_array_equal(net.weights, hs.rules.hebbian(both))
    np.testing.assert_array_equal(
        net.recall(both, rng=0).states, hs.HopfieldNetwork().store(both).recall(both, rng=0).states
    )


@each
@pytest.mark.parametrize(
    "again",
    [copy.copy, copy.deepcopy, lambda memory: pickle.loads(pickle.dumps(memory))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_copy_is_another_memory(name, again):
    make, draw = MEMORIES[name]
    memory = make().store(draw(2))
    wanted = held(memory)
    other = again(memory)
    assert_same(held(other), wanted)
    with memory._lock:  # the other one has a lock of its own
        race(lambda: other.store(draw(1, seed=5)))
    assert stored(other) == 3
    assert_same(held(memory), wanted)


# ------------------------------------------------------------------ all or nothing

LAST = {
    "hebbian": "hopfield_sim.models.hopfield.network.couplings.refuse_overflow",
    "storkey": "hopfield_sim.models.hopfield.learning.grow",
    "pseudoinverse": "hopfield_sim.models.hopfield.network.couplings.refuse_overflow",
    "dense": "hopfield_sim.models.dense.memory.Kept",
    "trained": "hopfield_sim.models.trained.rule.gradient",
    "restricted": "hopfield_sim.models.restricted.bipartite.evaluate",
    "modern": "hopfield_sim.models.modern.similarity.Similarity._squares",
    "distributed": "hopfield_sim.models.distributed.summed.total",
}


@learns_too_little
@each
@pytest.mark.parametrize("error", [ZeroDivisionError, MemoryError, KeyboardInterrupt])
def test_learning_that_fails_changes_nothing(name, error, monkeypatch):
    make, draw = MEMORIES[name]
    memory = make()

    def fail(*args, **kw):
        raise error

    with monkeypatch.context() as broken:
        broken.setattr(LAST[name], fail)
        with pytest.raises(error):
            memory.store(draw(2))
    with pytest.raises(hs.errors.NotStoredError):
        memory.energy(draw(1))
    memory.store(draw(3))
    wanted = held(memory)
    with monkeypatch.context() as broken:
        broken.setattr(LAST[name], fail)
        with pytest.raises(error):
            memory.store(draw(2, seed=5))
        if hasattr(memory, "forget"):
            with pytest.raises(error):
                memory.forget(draw(3)[:1] if name == "distributed" else 0)
    assert_same(held(memory), wanted)
    assert stored(memory.store(draw(2, seed=5))) == 5


def test_a_warning_that_is_an_error_stores_nothing():
    alike = np.where(np.random.default_rng(0).random((20, 200)) < 0.9, 1, -1)
    net = hs.HopfieldNetwork()
    with pytest.warns(UserWarning, match="alike"):
        hs.HopfieldNetwork().store(alike)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="alike"):
            net.store(alike)
    with pytest.raises(hs.errors.NotStoredError):
        net.n_neurons  # noqa: B018


X = np.where(np.random.default_rng(0).random((40, 6)) < 0.5, -1.0, 1.0)
Y = (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize("error", [ZeroDivisionError, MemoryError, KeyboardInterrupt])
@pytest.mark.parametrize("epochs", [0, 2])
@pytest.mark.parametrize("resume", [False, True])
def test_a_fit_that_fails_changes_nothing(error, epochs, resume, monkeypatch):
    """But a Ctrl-C keeps the epochs that are finished."""
    clf = hs.DenseClassifier(4, epochs=3, rng=0).fit(X, Y)
    before, memories = clf._state, clf.memories_.copy()
    clf.epochs = 6
    epoch, done = classifier_training.epoch, []

    def fail(*args):
        if len(done) == epochs:
            raise error
        done.append(None)
        return epoch(*args)

    monkeypatch.setattr(classifier_training, "epoch", fail)
    with pytest.raises(error):
        clf.fit(X, Y, resume=resume)
    if error is KeyboardInterrupt and epochs:
        assert len(clf.history_) == epochs + (3 if resume else 0)
    else:
        assert clf._state is before
        np.testing.assert_array_equal(clf.memories_, memories)


def test_a_first_fit_that_fails_leaves_a_classifier_that_is_not_fitted(monkeypatch):
    clf = hs.DenseClassifier(4, epochs=3, rng=0)

    def fail(*args):
        raise MemoryError

    monkeypatch.setattr(classifier_training, "epoch", fail)
    with pytest.raises(MemoryError):
        clf.fit(X, Y)
    with pytest.raises(hs.errors.NotStoredError):
        clf.predict(X)


# ------------------------------------------------------------------ another temperature


def test_beta_can_be_set():
    """It is as if the memory had been made with it."""
    patterns = reals(3)
    memory = hs.ModernHopfield(beta=1.0).store(patterns)
    memory.beta = 7
    wanted = hs.ModernHopfield(beta=7.0).store(patterns)
    assert (memory.beta, repr(memory)) == (7.0, repr(wanted))
    assert_same(held(memory), held(wanted))
    np.testing.assert_array_equal(memory.attention(patterns), wanted.attention(patterns))


def test_beta_of_a_sum_can_be_set_until_there_is_one():
    patterns = reals(3)
    memory = hs.DistributedMemory(50, beta=1.0, rng=0)
    memory.beta = 0.5
    assert memory.beta == 0.5
    assert_same(held(memory.store(patterns)),
                held(hs.DistributedMemory(50, beta=0.5, rng=0).store(patterns)))  # fmt: skip
    with pytest.raises(hs.errors.InvalidInputError, match="clear"):
        memory.beta = 2.0
    assert memory.beta == 0.5
    memory.clear().beta = 2.0
    assert memory.beta == 2.0


@pytest.mark.parametrize("memory", [hs.ModernHopfield(beta=3.0), hs.DistributedMemory(5, beta=3.0)])
def test_a_beta_that_is_none_is_refused(memory):
    for value in (0, -1, 1e-40, np.nan, np.inf):
        with pytest.raises(hs.errors.InvalidInputError, match="beta"):
            memory.beta = value
    for value in ("hot", None, [1.0]):
        with pytest.raises(hs.errors.InvalidTypeError, match="beta"):
            memory.beta = value
    assert memory.beta == 3.0
