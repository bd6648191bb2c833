"""Which command each figure of README.md and docs/claims.md comes from: for check_claims.py.

``words`` finds the figures in a row, a group each; what is in no group are settings. ``printed``
finds them, in the same order, in what the command prints, by one expression or several; one that
begins with # counts how often it is printed. ``slack`` is how many units of the last digit another
BLAS may change.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Claim:
    """Figures in the words of a row, and in what a command prints."""

    words: str
    command: str
    printed: tuple[str, ...]
    slack: int = 0


N = r"(\d[\d ]*(?:\.\d+)?)"
"""A figure; there may be a space between its thousands."""

IMAGES = "hopfield-sim images --file $HOPFIELD_DATA/cifar10_sample.npz"
RESTRICTED = "python examples/restricted_network.py 60"
TRAINED = "python examples/trained_memory.py 10"
ATTACK = "python examples/attack.py"
SALESMAN = "python examples/travelling_salesman.py 30"
DISTRIBUTED = "HOPFIELD_DATA= hopfield-sim distributed"
ROBUST = "HOPFIELD_DATA=$HOPFIELD_DATA hopfield-sim robust"
DIGITS = "HOPFIELD_DATA=$HOPFIELD_DATA hopfield-sim digits"
SMALL_DIGITS = "HOPFIELD_DATA= hopfield-sim digits"


def _hidden(p: int, how: str, flipped: int, *places: int) -> str:
    """The line of the restricted network's example, at some of its places."""
    found = "".join(rf".*? {place}: {N}" for place in places)
    return rf"P = {p}, {how}, {flipped} bits flipped, recalled:{found}"


def _features(at: str, n_features: int, measure: str) -> str:
    """A figure of the table of distributed.csv."""
    return (
        rf"row: part=approximation kernel=sincos energy=log at={at} n_neurons=100 n_patterns=500 "
        rf"beta=10\.0 n_features={n_features} [^:]*?\b{measure}={N}"
    )


_POWERS = (2, 3, 20, 30)


def _taken(n: int) -> str:
    """The share of test images that the study of digits sees taken for another class."""
    return rf"{N} % with n = {n}\b"


def _part(n: int) -> str:
    return rf" % with n = {n} \({N}"


def _attacked(memory: str) -> str:
    return rf"{memory}, ε = 0\.2: .*? from flipped cues {N} \(random"


def _with_signs(memory: str) -> str:
    return rf"{memory}, ε = 0\.2: .*? \(random signs: {N}\)"


CLAIMS = [
    Claim(
        rf"With 20 % of the bits (?:of every cue )?flipped, 2500 neurons give back 90 % of {N} ± "
        rf"{N} Hebbian patterns \(theory: {N}\) and {N} ± {N} Storkey patterns \(theory: {N}\)",
        "hopfield-sim capacity",
        (
            rf"2500 neurons gives back 90% .*? stored {N} ± {N} with the Hebbian rule \(theory: "
            rf"{N}\) and {N} ± {N} with the Storkey rule \(theory: {N}\)",
        ),
        slack=1,
    ),
    Claim(
        rf"from between {N} and {N} % of flipped bits on at N = 10 and from between {N} and {N} % "
        rf"at N = 2500",
        "hopfield-sim robustness",
        (rf"Hebbian: between {N}% and {N}% at N = 10 and between {N}% and {N}% at N = 2500",),
    ),
    Claim(
        rf"1000 of 2500 bits wrong, 50 patterns stored: found exactly in {N} of {N} networks",
        "hopfield-sim energy",
        (
            r"1000 of 2500 bits wrong, with 50 patterns .*? synchronous: (\d) of (\d) in .*? "
            r"asynchronous: \1 of \2 .*? synchronous: \1 of \2 .*? asynchronous: \1 of \2",
        ),
    ),
    Claim(
        rf"among {N} random patterns comes back from {N} flipped pixels, synchronously in about "
        rf"{N} steps, asynchronously in {N} sweeps",
        "hopfield-sim checkerboard",
        (
            rf"among {N} random patterns, came back from {N} flipped pixels",
            rf"Hebbian, synchronous: 4 of 4 in {N} .*?Hebbian, asynchronous: 4 of 4 in {N}",
        ),
    ),
    Claim(
        rf"A checkerboard among {N} random patterns comes back from {N} of 2500 flipped pixels",
        "hopfield-sim checkerboard",
        (rf"A 50×50 .*? among {N} random patterns, came back from {N} flipped pixels",),
    ),
    Claim(
        rf"(Six) pictures of {N} pixels come back (?:with {N} % of each covered|when three)",
        "hopfield-sim image",
        (
            r"(6) of 6 by the Hebbian rule, 6 of 6 by the Storkey rule, 6 of 6 by the "
            r"pseudo-inverse rule, 6 of 6 by the dense exponential memory "
            r"and 6 of 6 by the modern memory",
            rf"the last of {N} pixels",
            rf"With {N}% of",
        ),
    ),
    Claim(
        r"solves the exclusive or for odd n ≥ (3), max\(x, 0\)ⁿ for n ≥ (2)",
        "hopfield-sim xor",
        (
            r"powers n = (3) and 5 solve it, n = 1, 2 and 4 do not; rectified powers n = (2), 3, 4 "
            r"and",
        ),
    ),
    Claim(
        r"Odd powers from (3) on, and rectified ones from (2) on, solve the exclusive or",
        "hopfield-sim xor",
        (
            r"powers n = (3) and 5 solve it, n = 1, 2 and 4 do not; rectified powers n = (2), 3, 4 "
            r"and",
        ),
    ),
    Claim(
        rf"200 neurons hold {N} ± {N} patterns with n = 2, {N} ± {N} with n = 3 and {N} ± {N} with "
        rf"n = 4 at 0\.5 % of one-step errors; the exact law says {N}, {N} and {N}",
        "hopfield-sim dense",
        (
            *(rf"{N} ± {N} with n = {n} \(exact law" for n in (2, 3, 4)),
            *(rf"with n = {n} \(exact law: {N}," for n in (2, 3, 4)),
        ),
    ),
    Claim(
        rf"With F\(x\) = x³, 200 neurons hold {N} ± {N} patterns with 0\.5 % of one-step errors "
        rf"\(theory: {N}\)",
        "hopfield-sim dense",
        (rf"{N} ± {N} with n = 3 \(exact law: {N}",),
    ),
    Claim(
        rf"20 neurons hold {N} patterns: from 0, 1, 2 flipped bits one asynchronous sweep gives "
        rf"back {N}, {N} and {N} of them, one synchronous step {N}, {N} and {N}",
        "hopfield-sim dense",
        (
            rf"20 neurons hold 2\^\(N/2\) = {N} patterns",
            rf"\(synchronous\) and {N}, {N}, {N} of them \(asynchronous\)",
            rf"gives back {N}, {N}, {N} of them \(synchronous\)",
        ),
    ),
    Claim(
        rf"a restricted network with 50 hidden units, but after one only {N}, {N} and {N} of the "
        rf"cues come back; after 20 rotations {N}, {N} and {N}",
        RESTRICTED,
        tuple(
            _hidden(p, "50 hidden units, by rotations", 10, place)
            for place in (1, 20)
            for p in (10, 25, 50)
        ),
        slack=1,
    ),
    Claim(
        rf"spoil it: {N}, {N}, {N} and {N} for 50, 60, 70 and 80 with 10 patterns",
        RESTRICTED,
        (_hidden(10, "20 rotations, by hidden units", 10, 50, 60, 70, 80),),
        slack=1,
    ),
    Claim(
        rf"By gradient {N}, {N} and {N} of the cues come back for P = 10, 25 and 50, with 20 % "
        rf"flipped {N}, {N} and {N} \(rotation with 25 hidden units: {N}, {N}\)",
        RESTRICTED,
        (
            *(_hidden(p, "by gradient", f, 50) for f in (10, 20) for p in (10, 25, 50)),
            *(_hidden(p, "20 rotations, by hidden units", 20, 25) for p in (10, 25)),
        ),
        slack=1,
    ),
    Claim(
        rf"tour of ten cities in {N} ± {N} of the starts \(Wilson and Pawley 1988: 15 of 100\), "
        rf"annealing on the same energy in {N} ± {N}; their tours are {N} ± {N} and {N} ± {N} "
        rf"times as long as the shortest, those of nearest neighbours {N} ± {N}",
        SALESMAN,
        (
            rf"valid tours: graded neurons {N} ± {N}, annealing {N} ± {N}",
            rf"shortest = 1: graded neurons {N} ± {N}, annealing {N} ± {N}, nearest neighbour "
            rf"{N} ± {N}",
        ),
        slack=1,
    ),
    Claim(
        rf"that keeps 50 patterns recalls {N} of the cues, one with as many trained memories all; "
        rf"40 trained memories {N}, of order 3 {N}",
        TRAINED,
        (
            rf"P = 50: trained 1\.00 ± .*? patterns kept {N}",
            rf"50 patterns, n = 2, .*? 40: {N}",
            rf"50 patterns, n = 3, .*? 40: {N}",
        ),
        slack=2,
    ),
    Claim(
        rf"500 memories in one vector: energies off by {N}",
        DISTRIBUTED,
        (_features("memory", 20000, "energy_error"),),
    ),
    Claim(
        rf"500 random binary memories of 100 numbers in one vector of 2 × 20 000: at β = 10 "
        rf"energies are off by {N} at the memories and {N} anywhere, gradients by {N} a "
        rf"coordinate; with 2 × 1000 by {N}, {N} and {N}",
        DISTRIBUTED,
        tuple(
            _features(at, n_features, measure)
            for n_features in (20000, 1000)
            for at, measure in (
                ("memory", "energy_error"),
                ("random", "energy_error"),
                ("memory", "gradient_error"),
            )
        ),
    ),
    Claim(
        rf"means of the error over β from 1 to 600 are {N} \(sincos\), {N} \(cos\), {N} "
        rf"\(expexp\), {N} \(exp\)",
        DISTRIBUTED,
        (rf"sincos {N}, cos {N}, expexp {N}, exp {N}\.",),
    ),
    Claim(
        rf"(Twenty) drawn images come back from {N} % of their pixels, out of a vector that holds "
        rf"{N} times as many numbers as they do: it pays from {N} images on, in bytes of 8-bit "
        rf"images from {N} on",
        DISTRIBUTED,
        (
            rf"The memory of {N} images",
            rf"From {N} % of their pixels, 100%",
            rf"pixels, {N} times as many",
            rf"saves nothing before {N} images",
            rf"a pixel\) before {N};",
        ),
    ),
    Claim(
        rf"Of {N} random patterns of 100 bits with 10 to 40 % of the bits flipped the modern "
        rf"network gives back {N} ± {N}, more than any other; under noise it is tied with dense "
        rf"memories \({N}\), under masks with the trained one \({N}\)",
        ROBUST,
        (
            rf"Best at exact recall of {N} random patterns of 100 bits",
            rf"bits flipped {N} ± {N} dense trained [\d.]+ ± [\d.]+ modern",
            rf"Gaussian noise \({N} ± [^:;]*: tied, [^;]*modern;",
            rf"lower part covered \({N} ± [^)]*\): tied, dense trained and modern",
        ),
        slack=1,
    ),
    Claim(
        rf"dense exponential, modern and pseudo-inverse are tied at flips \({N}\)",
        ROBUST,
        (rf"bits flipped \({N} ± [^:;]*: tied, pseudo-inverse, dense exponential and modern",),
        slack=1,
    ),
    Claim(
        rf"From 30 % of flipped bits FGSM with ε = 0\.2 on random patterns costs Hebb's rule {N} → "
        rf"{N}, the pseudo-inverse {N} → {N}, the modern network {N} → {N}",
        ROBUST,
        (
            rf"With 30% of the bits flipped: .*?Hebbian {N} → {N}",
            rf"With 30% of the bits flipped: .*?pseudo-inverse {N} → {N}",
            rf"flipped: loss Hebbian .*? modern \S+ → \S+ ± \S+ \S+ → \S+ {N} → {N}",
        ),
        slack=1,
    ),
    Claim(
        rf"attacks with ε = 0\.2 cost only Hebb's rule \({N} → {N}\) and the perceptron \({N} → "
        rf"{N}\)",
        ROBUST,
        (
            rf"patterns themselves: perceptron [.\d → ±]*and Hebbian {N} → {N}",
            rf"patterns themselves: perceptron {N} → {N} ± [.\d]+ and",
        ),
        slack=1,
    ),
    Claim(
        rf"{N} memories, 40 epochs of MNIST: {N}, {N}, {N} and {N} % of the test images are taken "
        rf"for another digit with n = 2, 3, 20 and 30; {N}, {N}, {N} and {N} memories take part",
        DIGITS,
        (rf"{N} memories learnt from", *(_taken(n) for n in _POWERS), *(_part(n) for n in _POWERS)),
        slack=2,
    ),
    Claim(
        rf"Trained on MNIST, 100 memories of a dense network take {N} to {N} % of the test images "
        rf"for another digit; with x³ they are strokes and {N} take part in a decision, with x³⁰ "
        rf"whole digits and {N} do",
        DIGITS,
        (_taken(20), _taken(2), _part(3), _part(30)),
        slack=2,
    ),
    Claim(
        rf"{N} epochs: {N}, {N}, {N} and {N} %$",
        DIGITS + " --full",
        (rf"After {N} epochs", *(_taken(n) for n in _POWERS)),
        slack=2,
    ),
    Claim(
        rf"{N} memories, {N} epochs of {N} digits of 8 × 8 pixels, shuffled before they are split: "
        rf"{N}, {N}, {N} and {N} % of {N} are wrong, with standard errors of 0\.1 to 0\.3 % over "
        rf"five networks; {N}, {N}, {N} and {N} memories decide",
        SMALL_DIGITS,
        (
            rf"{N} memories learnt from",
            rf"After {N} epochs",
            rf"learnt from {N} images of scikit-learn",
            *(_taken(n) for n in _POWERS),
            rf"of the {N} test images",
            *(_part(n) for n in _POWERS),
        ),
        slack=2,
    ),
    Claim(
        rf"holds patterns up to a load of {N}, with an overlap of {N} at the edge",
        "hs.theory.critical_load(), hs.theory.retrieval_overlap(hs.theory.critical_load())",
        (rf"{N} {N}",),
    ),
    Claim(rf"α<sub>c</sub> = {N}", "hs.theory.critical_load()", (N,)),
    Claim(r"No weights at all hold more than (2)N", "hs.theory.gardner_load(0.0)", (N,)),
    Claim(
        rf"N = 100, P = 14, measured {N} ± {N}, exact {N}",
        "python examples/storage_limit.py",
        (rf"P = 14 of N = 100: measured {N} ± {N}, exact {N}",),
    ),
    Claim(
        rf"Of 100 natural images with the lower half covered in grey, the dot product brings back "
        rf"{N} of the right ones, the cosine {N}, Euclidean {N}, Manhattan {N}; covered in black "
        rf"{N}, {N}, {N}, {N}; left out of the comparison {N}, {N}, {N}, {N}",
        IMAGES,
        tuple(
            rf"{before}: dot {N}, cosine {N}, euclidean {N}, manhattan {N}"
            for before in (r"on it\)", "covered in black", "does no harm")
        ),
    ),
    Claim(
        rf"the classical network holds (two) of these images, far below 0\.138 N = {N}; of {N}",
        IMAGES,
        (
            rf"holds {N} pictures",
            rf"0\.138 N = {N},",
            rf"Of {N} the pseudo-inverse gives back 1\.00",
        ),
    ),
    Claim(
        rf"64 dimensions, {N} patterns: the mean of all up to β = {N}, single memories from {N} on",
        "hopfield-sim modern",
        (rf"mean of all {N} memories", rf"Up to β = {N}", rf"from β = {N} on at its own"),
    ),
    Claim(
        rf"of patterns grows {N}-fold with each dimension from d = 8 to {N} as measured, and "
        rf"{N}-fold",
        "hopfield-sim modern",
        (rf"by {N} as measured \(d = 8 to {N}\) and {N} by theory",),
    ),
    Claim(
        rf"c = {N} for β = 1, K = 3, d = 20, p = 0\.001",
        "hs.theory.modern_constant(1, 3, 20, 0.001)",
        (N,),
    ),
    Claim(
        rf"Of the {N} letters of the alphabet Hebb's rule holds {N}, Storkey's {N}",
        "python examples/first_recall.py",
        (rf"hebbian \d+ of {N} letters", rf"hebbian {N} of", rf"storkey {N} of"),
    ),
    Claim(
        rf"A network of 17 neurons with 4 patterns has {N} attractors: {N} memories, their {N} "
        rf"negatives, {N} mixtures and {N} that are neither",
        "python examples/energy_landscape.py",
        tuple(
            f"# flow here{kind}" for kind in ("", " stored", " inverse", " mixture", " spurious")
        ),
    ),
    Claim(
        rf"At T = 0\.5 the overlap is {N} ± {N} with one pattern \(theory {N}\) and {N} ± {N} with "
        rf"twenty \(theory {N}\) in 2000 neurons",
        "python examples/temperature.py",
        (
            rf"P = 1, T = 0\.5: measured {N} ± {N}, theory {N}",
            rf"P = 20, T = 0\.5: measured {N} ± {N}, theory {N}",
        ),
    ),
    Claim(
        rf"60 neurons give back nine of ten patterns, 6 bits flipped in each cue, of {N} ± {N}, "
        rf"{N} ± {N}, {N} ± {N} and {N} ± {N} with n = 2, 3, 4, 5",
        "python examples/dense_memory.py",
        tuple(rf"n = {n}: .*? with {N} ± {N} stored" for n in (2, 3, 4, 5)),
    ),
    Claim(
        rf"From 30 of 100 flipped bits FGSM with ε = 0\.2 brings exact recall to {N}, {N}, {N} and "
        rf"{N} \(Hebbian, pseudo-inverse, dense, modern\), random signs to {N}, {N}, {N} and {N}",
        ATTACK,
        (
            *(_attacked(memory) for memory in ("Hebbian", "pseudo-inverse", "n = 3", "modern")),
            *(_with_signs(memory) for memory in ("Hebbian", "pseudo-inverse", "n = 3", "modern")),
        ),
        slack=1,
    ),
    Claim(
        rf"With n = 2 about {N} of 50 memories decide what an 8 × 8 digit is, with n = 20 some "
        rf"{N}, and {N} and {N} % are wrong",
        "python examples/strokes_or_digits.py",
        (
            *(rf"n = {n}: .*? wrong, {N} of 50 memories" for n in (2, 20)),
            *(rf"n = {n}: {N}% wrong" for n in (2, 20)),
        ),
        slack=3,
    ),
    Claim(
        rf"1000 neurons keep an overlap above 0\.5 at {N} of 72 points of load and temperature; "
        rf"where replica theory has retrieval states for N → ∞, overlaps differ from its by {N}, "
        r"root mean square: 1000 neurons lose them",
        "hopfield-sim phase",
        (
            rf"keep an overlap above 0\.5 at {N} of 72 points",
            rf"overlaps differ from its by {N}, root mean square",
        ),
    ),
    Claim(
        r"At a load of 0\.14 half of the cues of 300 neurons recover their pattern from an overlap "
        rf"of {N} ± {N} \(Hebbian\), {N} ± {N} \(pseudo-inverse\) and {N} ± {N} \(dense, n = 3\)",
        "hopfield-sim basins",
        (
            r"At a load of 0\.14 half of the cues recover their pattern from an overlap of "
            rf"{N} ± {N} \(Hebbian\), {N} ± {N} \(pseudo-inverse\), {N} ± {N} \(dense, n = 3\)",
        ),
    ),
    Claim(
        rf"recalls 12 patterns of 100 bits from 30 % flipped ones in {N} ± {N} of the trials after "
        rf"{N} rotations with {N} hidden units, by gradient with {N} hidden units in {N} ± {N}",
        "hopfield-sim restricted",
        (
            rf"of P = 12 by rotation {N} ± {N}",
            rf"of P = 12 by rotation [^(]*\(m = \d+, {N} rotations\)",
            rf"of P = 12 by rotation [^(]*\(m = {N},",
            rf"of P = 12 by rotation .*? and by gradient [^(]*\(m = {N}\)",
            rf"of P = 12 by rotation .*? and by gradient {N} ± {N}",
        ),
    ),
]

_LONG = (
    *("capacity", "robustness", "checkerboard", "image", "dense", "modern"),
    *("phase", "basins", "restricted"),
)
SLOW = {f"hopfield-sim {study}" for study in _LONG} | {
    *(IMAGES, RESTRICTED, TRAINED, DISTRIBUTED, ROBUST, DIGITS, DIGITS + " --full", SMALL_DIGITS),
    *(ATTACK, SALESMAN, "python examples/temperature.py", "python examples/strokes_or_digits.py"),
}
"""Commands that take longer than some seconds: left out by --quick."""

WITH_SKLEARN = {SMALL_DIGITS, "python examples/strokes_or_digits.py"}
"""Commands that take scikit-learn's digits."""

_TIMED = "times of one machine, which `make bench` measures"
EXCUSED = {
    r"^n = 2 is the Hebbian network, state by state, with 2N times": (
        "exact: tests/models/test_dense.py"
    ),
    r"^100 states against 10 000 features.*": _TIMED,
    r"^A rotation of 1000 neurons.*": _TIMED,
    r"^One step is PyTorch's attention.*": _TIMED,
    r"^An epoch takes half of the time.*": _TIMED,
    r"^A visit in a dense memory of 1000 neurons.*": _TIMED,
    r"^MNIST, 100 memories, n = 20, m = 30: 2\.7 % test error.*": "hundreds of epochs",
    r"^With temperature and rate as they are measured, 40 epochs.*": "beside it `digits`",
    r"One update is a network with one hidden layer.*in all of 1000 cases, at.*": (
        "all of them: tests/models/test_classifier.py"
    ),
    r"π/2": "theory",
    r"Of ten MNIST digits Hebb's rule and dense memories of power 3 hold none": "a setting",
    r", with errors over 12 networks": "a setting",
    r"2 × 20 000|1/√Y": "a setting",
    r"With two patterns, fewer than 90 %": "a setting",
    r"At β = 1 on a sphere of radius √\(d − 1\)": "a setting",
    r"^At least 95 % of the lines are run": "`make test` fails below",
    r"One or two rotations make all of 10, 25 or 50 patterns": "tests/models/test_restricted.py",
    r"Hidden units beyond some 0\.6 N": "read off a figure",
    r"A dense memory of order 2": "a setting",
    r"Wilson and Pawley 1988: 15 of 100": "their trials",
    r"^The energy of a tour is C x²/2.*": "exact: tests/optimisation/test_salesman.py",
    r"^Synchronous recall ends in a fixed point or a 2-cycle": (
        "a theorem: tests/physics/test_physics.py"
    ),
}
"""Rows, or words of them, whose figures come from no command that runs here, and why."""
