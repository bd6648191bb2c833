r"""
A study of your own
===================

What happens to a memory when its synapses are cut? A question with a grid and repetitions is a
*study*: written once, it has a progress bar, workers, resumption after Ctrl-C, a table, a page in
the report and options on the command line.
"""

# %%
# A study is a frozen dataclass. Its fields are the arguments of its function, the keys of a
# configuration file and the options of the command line, each with what it may be. The grid is
# ``cells``; ``trial`` computes one repetition of a cell from its own random generator, so that the
# result depends on nothing else; ``gather`` makes the table.

import math
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np

import hopfield_sim as hs
from hopfield_sim.experiment import Cell, Pages, Result, Study, fields, function, option


@dataclass(frozen=True, eq=False)
class Dilution(Study):
    """Measure the bits of stored patterns that change in one step when synapses are cut.

    Returns
    -------
    Result
        Columns kept, networks, error and error_se over networks, theory.
    """

    name = "dilution"
    question = "How many synapses can be cut before a network forgets?"
    seconds = 1

    n_neurons: int = option(500, fields.integer(2), "number of neurons N")
    n_patterns: int = option(50, fields.integer(1), "patterns stored")
    kept: Sequence[float] = option(
        (0.1, 0.2, 0.3, 0.5, 0.7, 1.0), fields.reals(0.01, 1), "fractions of synapses kept"
    )
    networks: int = option(10, fields.integer(1), "networks a fraction", name="trials")

    def cells(self):
        return [Cell({"kept": c}, self.config["networks"]) for c in self.config["kept"]]

    def trial(self, cell, rng):
        n = self.config["n_neurons"]
        patterns = hs.random_patterns(self.config["n_patterns"], n, rng=rng)
        whole = np.triu(rng.random((n, n)) < cell["kept"], 1)
        weights = hs.rules.hebbian(patterns) * (whole | whole.T)
        net = hs.HopfieldNetwork.from_weights(weights)
        step = net.recall(patterns, update="sync", max_sweeps=1, n_threads=1, rng=rng)
        return {"error": float(np.mean(step.states != patterns))}

    def gather(self, payloads):
        n, p = self.config["n_neurons"], self.config["n_patterns"]
        rows = []
        for cell, found in zip(self.cells(), payloads, strict=True):
            errors = np.array([payload["error"] for payload in found])
            law = self.law(cell.values["kept"], n, p)
            rows.append(
                {
                    "kept": cell.values["kept"],
                    "networks": len(errors),
                    "error": float(errors.mean()),
                    "error_se": float(errors.std(ddof=1) / np.sqrt(len(errors))),
                    "theory": law,
                }
            )
        return Result(self.name, rows, self.config, dims=("kept",))

    @staticmethod
    def law(kept, n, p):
        """Return the error by theory (Sompolinsky, Phys. Rev. A 34, 2571, 1986).

        k synapses bring k of signal and k (P - 1) of the noise's variance. Fields come in
        steps of 2, and one of 0 keeps the bit: hence the 1.
        """
        k = kept * (n - 1)
        return math.erfc((k + 1) / math.sqrt(2 * k * (p - 1))) / 2

    @staticmethod
    def sentence(result):
        half = min(result.rows, key=lambda row: abs(row["kept"] - 0.5))
        whole = result.rows[-1]
        return (
            f"With all synapses {whole['error']:.2%} of the bits change in one step, with "
            f"{half['kept']:.0%} of them {half['error']:.2%} (theory: {half['theory']:.2%})."
        )

    @staticmethod
    def page(result):
        figure, ax = plt.subplots(figsize=(6, 4), layout="constrained")
        names = ("kept", "error", "error_se")
        kept, error, se = ([row[name] for row in result.rows] for name in names)
        sizes = result.config["n_neurons"], result.config["n_patterns"]
        line = np.linspace(min(kept), max(kept), 200)
        ax.plot(line, [Dilution.law(c, *sizes) for c in line], "k--", label="theory")
        ax.errorbar(kept, error, se, fmt="o", capsize=3, label="measured")
        ax.set(xlabel="fraction of the synapses kept", ylabel="bits that change in one step")
        ax.legend()
        caption = f"{result.config['networks']} networks a point, bars: standard errors."
        title = "Dilution: a memory without some of its synapses"
        return Pages(title, [("dilution", caption, figure)])


# %%
# ``function`` makes the function of a study, with the arguments ``workers``, ``executor``,
# ``progress``, ``backend`` and ``rng`` besides its own. The command line takes the study too, from
# the folder of this file: every trial is saved when it is finished, ``report.html`` has its page,
# and ``--shard``, ``--processes``, ``--scheduler`` and ``merge`` work as with any other study::
#
#     hopfield-sim own_study:Dilution --kept 0.2 0.5 1 --trials 20 --out cut
#
# A package offers its studies by an entry point in the group "hopfield_sim.studies".

dilution = function(Dilution)

if __name__ == "__main__":  # and not where the command line imports it
    result = dilution(rng=0)
    print(Dilution.sentence(result))
    Dilution.page(result)
    plt.show()
