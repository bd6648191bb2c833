"""One-step errors against enumeration, exact fractions, and networks."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

import hopfield_sim as hs

pytest.importorskip("scipy")

from hopfield_sim.theory import _crosstalk, one_step_error


def all_pattern_sets(n_neurons, n_patterns):
    """Every set of patterns, (2^(N P), P, N)."""
    codes = np.arange(2 ** (n_neurons * n_patterns))
    bits = (codes[:, None] >> np.arange(n_neurons * n_patterns)) & 1
    return (2 * bits - 1).reshape(-1, n_patterns, n_neurons)


def changed(fields, patterns, ties):
    """Which bits of the first pattern change under these fields."""
    bits = patterns[:, 0]
    new = np.where(fields == 0, bits if ties == "keep" else 1, np.sign(fields))
    return new != bits


@pytest.mark.parametrize("ties", ["keep", "plus"])
@pytest.mark.parametrize("zero_diagonal", [True, False])
@pytest.mark.parametrize(("n", "p"), [(1, 2), (2, 3), (3, 1), (3, 2), (3, 4), (4, 3), (5, 3)])
def test_hebbian_law_counts_every_set_of_patterns(n, p, zero_diagonal, ties):
    patterns = all_pattern_sets(n, p)
    weights = np.einsum("kpi,kpj->kij", patterns, patterns)
    if zero_diagonal:
        weights[:, range(n), range(n)] = 0
    fields = np.einsum("kij,kj->ki", weights, patterns[:, 0])
    fraction = changed(fields, patterns, ties).mean()
    law = one_step_error(n, p, zero_diagonal=zero_diagonal, ties=ties)
    assert law == pytest.approx(fraction, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("ties", ["keep", "plus"])
@pytest.mark.parametrize("rectified", [False, True])
@pytest.mark.parametrize("order", [1, 2, 3, 4, 7])
@pytest.mark.parametrize(("n", "p"), [(1, 2), (2, 3), (3, 1), (3, 4), (4, 2), (4, 3)])
def test_dense_law_counts_every_set_of_patterns(n, p, order, rectified, ties):
    patterns = all_pattern_sets(n, p)

    def energy(states):
        overlaps = np.einsum("kpi,ki->kp", patterns, states)
        return -((np.maximum(overlaps, 0) if rectified else overlaps) ** order).sum(axis=1)

    bits = patterns[:, 0]
    fields = np.empty_like(bits)
    for i in range(n):
        up, down = bits.copy(), bits.copy()
        up[:, i], down[:, i] = 1, -1
        fields[:, i] = energy(down) - energy(up)
    fraction = changed(fields, patterns, ties).mean()
    law = one_step_error(n, p, order=order, rectified=rectified, ties=ties)
    assert law == pytest.approx(fraction, rel=1e-11, abs=1e-15)


def wrong_from_cues(n, p, flipped, ties, fields_of):
    """The fraction of wrong bits over all patterns and all choices of the flipped bits."""
    patterns = all_pattern_sets(n, p)
    total = []
    for chosen in itertools.combinations(range(n), flipped):
        cues = patterns[:, 0].copy()
        cues[:, chosen] *= -1
        fields = fields_of(patterns, cues)
        new = np.where(fields == 0, cues if ties == "keep" else 1, np.sign(fields))
        total.append((new != patterns[:, 0]).mean())
    return np.mean(total)


@pytest.mark.parametrize("ties", ["keep", "plus"])
@pytest.mark.parametrize("zero_diagonal", [True, False])
@pytest.mark.parametrize(("n", "p"), [(1, 2), (2, 3), (3, 1), (3, 4), (4, 3), (5, 2)])
def test_hebbian_law_of_every_cue_of_every_set(n, p, zero_diagonal, ties):
    def fields_of(patterns, cues):
        weights = np.einsum("kpi,kpj->kij", patterns, patterns)
        if zero_diagonal:
            weights[:, range(n), range(n)] = 0
        return np.einsum("kij,kj->ki", weights, cues)

    for flipped in range(n + 1):
        fraction = wrong_from_cues(n, p, flipped, ties, fields_of)
        law = one_step_error(n, p, zero_diagonal=zero_diagonal, ties=ties, flipped=flipped)
        assert law == pytest.approx(fraction, rel=1e-12, abs=1e-15), flipped


@pytest.mark.parametrize("ties", ["keep", "plus"])
@pytest.mark.parametrize("rectified", [False, True])
@pytest.mark.parametrize("order", [1, 2, 3, 4, 7])
@pytest.mark.parametrize(("n", "p"), [(1, 2), (2, 3), (3, 1), (3, 4), (4, 2), (4, 3)])
def test_dense_law_of_every_cue_of_every_set(n, p, order, rectified, ties):
    def energy(patterns, states):
        overlaps = np.einsum("kpi,ki->kp", patterns, states)
        return -((np.maximum(overlaps, 0) if rectified else overlaps) ** order).sum(axis=1)

    def fields_of(patterns, cues):
        fields = np.empty_like(cues)
        for i in range(n):
            up, down = cues.copy(), cues.copy()
            up[:, i], down[:, i] = 1, -1
            fields[:, i] = energy(patterns, down) - energy(patterns, up)
        return fields

    for flipped in range(n + 1):
        fraction = wrong_from_cues(n, p, flipped, ties, fields_of)
        law = one_step_error(n, p, order=order, rectified=rectified, ties=ties, flipped=flipped)
        assert law == pytest.approx(fraction, rel=1e-11, abs=1e-14), flipped


@pytest.mark.parametrize(("order", "p"), [(2, 60), (3, 2000), (4, 20000)])
@pytest.mark.parametrize("flipped", [10, 40, 100])
def test_networks_err_from_cues_as_often(order, p, flipped):
    """Ten networks of 200 neurons, or fewer of many patterns, one synchronous step."""
    errors = []
    for seed in range(4):
        patterns = hs.random_patterns(p, 200, rng=seed)
        cues = hs.flip(patterns[:60], count=flipped, rng=seed)
        memory = hs.DenseMemory(order=order).store(patterns, advise=False)
        end = memory.recall(cues, update="sync", max_sweeps=1).states
        errors += (end != patterns[:60]).mean(axis=1).tolist()
    law = one_step_error(200, p, order=order, flipped=flipped)
    slack = 5 * np.std(errors) / math.sqrt(len(errors)) + 1e-3
    assert abs(np.mean(errors) - law) < slack
    limit = one_step_error(200, p, order=order, flipped=flipped, exact=False)
    assert limit == pytest.approx(law, rel=0.1, abs=0.02)


@pytest.mark.parametrize("flipped", [2, 5, 7, 49, 50, 70])
def test_a_coarse_lattice_agrees_from_cues_too(flipped):
    n, p, order = 100, 502, 3
    for others in (n - 1 - 2 * flipped, n + 1 - 2 * flipped):
        signal = _crosstalk.difference(others, order, False)
        law = _crosstalk.steps(n, order, False, signal)
        beyond, tie = _crosstalk.exceed(law, p - 1)
        coarse, _ = _crosstalk.exceed(law, p - 1, largest_lattice=2**15)
        assert coarse + 0.5 * _ == pytest.approx(beyond + 0.5 * tie, rel=1e-4)


def test_more_flipped_bits_than_there_are() -> None:
    with pytest.raises(hs.errors.InvalidInputError, match="at most n_neurons = 9; got 10"):
        one_step_error(9, 2, flipped=[3, 10])


@pytest.mark.parametrize(
    ("order", "n", "p", "value"),
    [(2, 101, 15, 0.003463), (3, 100, 502, 0.005331), (4, 100, 5000, 0.000150)],
)
def test_published_values(order, n, p, value):
    assert one_step_error(n, p, order=order) == pytest.approx(value, abs=5e-7)


def coin_tail(n, least):
    """P(sum of n coins ≥ least), in whole numbers."""
    ways, total = 1, 0
    for k in range((n - least) // 2 + 1):
        total += ways
        ways = ways * (n - k) // (k + 1)
    return Fraction(total, 2**n)


@pytest.mark.parametrize(
    ("n", "p"), [(101, 15), (100, 16), (30, 3), (30, 100), (1000, 2), (500, 5), (20, 2), (91, 2)]
)
def test_binomial_tail_to_twelve_digits(n, p):
    coins, signal = (n - 1) * (p - 1), n - 1
    tied = (coins - signal) % 2 == 0
    beyond = coin_tail(coins, signal + 2 if tied else signal + 1)
    tie = Fraction(math.comb(coins, (coins - signal) // 2), 2**coins) if tied else Fraction(0)
    assert one_step_error(n, p) == pytest.approx(float(beyond), rel=1e-12, abs=1e-300)
    plus = one_step_error(n, p, ties="plus")
    assert plus == pytest.approx(float(beyond + tie / 2), rel=1e-12, abs=1e-300)


def test_far_tails():
    assert one_step_error(5001, 3) == 0.0
    exact = float(coin_tail(8000, 2002))
    assert exact < 1e-100
    assert one_step_error(2001, 5) == pytest.approx(exact, rel=1e-12, abs=0)


@pytest.mark.parametrize(("n", "p"), [(10_000, 10_000), (100_001, 7_000), (1000, 10**6)])
def test_many_coins_against_the_edgeworth_series(n, p):
    coins = (n - 1) * (p - 1)
    edge = n - 1 + (1 if (coins - n + 1) % 2 == 0 else 0)  # half-way between lattice points
    x = edge / math.sqrt(coins)
    density = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    # Kurtosis −2/n, and the lattice's own term (Sheppard): both of order 1/n.
    series = math.erfc(x / math.sqrt(2)) / 2
    series += density / coins * (-2 / 24 * (x**3 - 3 * x) - 4 / 24 * x)
    assert one_step_error(n, p) == pytest.approx(series, rel=1e-11, abs=0)


def exact_crosstalk(n, p, order, rectified):
    """The whole law by adding one pattern after the other, in whole numbers."""

    def energy(x):
        return max(x, 0) ** order if rectified else x**order

    step, total = Counter(), Counter({0: 1})
    for heads in range(n):
        x = 2 * heads - (n - 1)
        for sign in (1, -1):
            step[sign * (energy(x + 1) - energy(x - 1))] += math.comb(n - 1, heads)
    for _ in range(p - 1):
        new = Counter()
        for a, u in total.items():
            for b, v in step.items():
                new[a + b] += u * v
        total = new
    signal, ways = energy(n) - energy(n - 2), 2 ** (n * (p - 1))
    beyond = Fraction(sum(count for value, count in total.items() if value > signal), ways)
    return float(beyond), float(Fraction(total[signal], ways))


@pytest.mark.parametrize(
    ("n", "p", "order", "rectified"),
    [(8, 4, 3, False), (9, 5, 3, True), (12, 3, 5, False), (7, 6, 2, True), (21, 4, 3, False)],
)
def test_dense_law_against_exact_addition(n, p, order, rectified):
    beyond, tie = exact_crosstalk(n, p, order, rectified)
    assert beyond > 0
    keep = one_step_error(n, p, order=order, rectified=rectified)
    plus = one_step_error(n, p, order=order, rectified=rectified, ties="plus")
    assert keep == pytest.approx(beyond, rel=1e-11, abs=0)
    assert plus == pytest.approx(beyond + tie / 2, rel=1e-11, abs=0)


@pytest.mark.parametrize(("n", "p"), [(11, 4), (50, 30), (101, 15), (40, 2000), (400, 6), (900, 3)])
def test_order_two_is_the_hebbian_network(n, p):
    beyond, tie = _crosstalk.exceed(_crosstalk.steps(n, 2, rectified=False), p - 1)
    assert beyond == pytest.approx(one_step_error(n, p), rel=1e-11, abs=0)
    assert beyond + tie / 2 == pytest.approx(one_step_error(n, p, ties="plus"), rel=1e-11, abs=0)


@pytest.mark.parametrize(
    ("n", "p", "order", "rectified", "tolerance"),
    [
        (100, 502, 3, False, 1e-5),
        (60, 3000, 4, False, 1e-5),
        (100, 502, 3, True, 1e-5),
        (100, 100_000, 3, False, 1e-6),
        (40, 100, 4, False, 1e-4),
    ],
)
def test_coarse_lattice_agrees_with_the_exact_one(n, p, order, rectified, tolerance):
    law = _crosstalk.steps(n, order, rectified)
    beyond, tie = _crosstalk.exceed(law, p - 1)
    assert 0 < tie < 0.1 * beyond
    # A 64th of the usual lattice: its error is 4096 times the one that users meet.
    more, balanced = _crosstalk.exceed(law, p - 1, largest_lattice=2**15)
    assert balanced < tie  # on so coarse a lattice only steps that cancel in pairs make ties
    assert more + balanced / 2 != beyond + tie / 2
    assert more + balanced / 2 == pytest.approx(beyond + tie / 2, rel=tolerance, abs=0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n", "p", "order", "rectified"),
    [
        (20, 4, 9, False),
        (12, 10, 9, False),
        (21, 5, 9, True),
        (30, 4, 15, True),
        (3, 40, 60, False),
    ],
)
def test_coarse_lattice_knows_its_ties(n, p, order, rectified):
    beyond, tie = exact_crosstalk(n, p, order, rectified)
    assert tie > 0.01 * beyond
    keep = one_step_error(n, p, order=order, rectified=rectified)
    plus = one_step_error(n, p, order=order, rectified=rectified, ties="plus")
    assert keep == pytest.approx(beyond, rel=4e-6, abs=0)
    assert plus - keep == pytest.approx(tie / 2, rel=1e-7, abs=0)


@pytest.mark.parametrize(("n", "order", "rectified"), [(5, 3, False), (6, 3, False), (5, 2, True)])
def test_overwhelming_noise_is_gaussian(n, order, rectified):
    law = _crosstalk.steps(n, order, rectified)
    for n_steps in (200_000, 200_001):  # sums may reach the signal with one parity only
        exact = _crosstalk.exceed(law, n_steps)
        limit = _crosstalk.exceed(law, n_steps, largest_lattice=64)
        assert limit[0] == pytest.approx(exact[0], rel=1e-6, abs=0)
        assert limit[1] == pytest.approx(exact[1], rel=1e-4, abs=1e-12)


def test_huge_orders_and_sizes_stay_finite():
    # All P − 1 chances of one pattern being −ξ (or ξ), which then leaves the sign to the others.
    one = one_step_error(100, 50, order=20)
    assert one == pytest.approx(49 * 2.0**-99 / 2, rel=1e-3, abs=0)
    assert one_step_error(2000, 10, order=200) == 0.0
    assert 0.49 < one_step_error(100, 10**14, order=3) < 0.5
    assert one_step_error(10**9, 10**9) == pytest.approx(
        math.erfc(math.sqrt(0.5)) / 2, rel=1e-4, abs=0
    )


def test_gaussian_limit_is_the_formula():
    def q(x):
        return math.erfc(x / math.sqrt(2)) / 2

    def limit(n, p, **options):
        return one_step_error(n, p, exact=False, **options)

    assert limit(1000, 138) == pytest.approx(q(math.sqrt(1000 / 138)), rel=1e-12, abs=0)
    assert limit(100, 502, order=3) == pytest.approx(
        q(math.sqrt(100**2 / (3 * 502))), rel=1e-12, abs=0
    )
    assert limit(99, 5000, order=4) == pytest.approx(
        q(math.sqrt(99**3 / (15 * 5000))), rel=1e-12, abs=0
    )
    assert limit(100, 502, order=3, rectified=True) == pytest.approx(
        q(math.sqrt(2 * 100**2 / (3 * 502))), rel=1e-12
    )
    kept = limit(1000, 500, zero_diagonal=False)
    assert kept == pytest.approx(q(1.5 / math.sqrt(0.5)), rel=1e-12, abs=0)
    assert limit(50, 9, ties="plus") == limit(50, 9)


@pytest.mark.parametrize(
    ("order", "rectified", "zero_diagonal", "sizes", "first"),
    [
        (2, False, True, (100, 10_000, 10**6), 0.2),
        (2, False, False, (100, 10_000, 10**6), 0.3),
        (3, False, True, (50, 200, 800), 0.1),
        (3, True, True, (50, 200, 800), 0.3),
    ],
)
def test_law_approaches_its_limit(order, rectified, zero_diagonal, sizes, first):
    options = {"order": order, "rectified": rectified, "zero_diagonal": zero_diagonal}
    gaps = []
    for n in sizes:
        p = n ** (order - 1) // (5 if order == 2 else 12)
        law = one_step_error(n, p, **options)
        gaps.append(abs(law / one_step_error(n, p, exact=False, **options) - 1))
    assert first > gaps[0] > 2 * gaps[1] > 4 * gaps[2]


@pytest.mark.slow
@pytest.mark.parametrize("ties", ["keep", "plus"])
def test_networks_make_this_many_errors(ties):
    n, p, networks = 20, 6, 1500  # (P − 2)(N − 1) is even: ties occur
    rates = []
    for seed in range(networks):
        patterns = hs.random_patterns(p, n, rng=seed)
        net = hs.HopfieldNetwork().store(patterns)
        run = net.recall(patterns, update="sync", max_sweeps=1, ties=ties)
        rates.append(run.flips.mean() / n)
    law = one_step_error(n, p, ties=ties)
    error = np.std(rates) / math.sqrt(networks)
    assert abs(np.mean(rates) - law) < 4 * error
    other = one_step_error(n, p, ties="keep" if ties == "plus" else "plus")
    assert abs(np.mean(rates) - other) > 8 * error


def test_one_number_or_many():
    value = one_step_error(100, 20)
    assert isinstance(value, float)
    table = one_step_error(np.array([[100], [101]]), [15, 20, 30])
    assert table.shape == (2, 3)
    assert table[0, 1] == value
    assert table[1, 0] == one_step_error(101, 15)
    assert one_step_error(np.int32(100), np.array(20)) == value
    assert one_step_error([], 3).shape == (0,)
    every = itertools.product([True, False], ["keep", "plus"])
    assert all(one_step_error(9, 1, exact=exact, ties=ties) < 0.01 for exact, ties in every)
