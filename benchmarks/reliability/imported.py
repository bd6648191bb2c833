"""What warm processes have imported: the command line, and all that it imports when it needs it."""

import concurrent.futures.process
import multiprocessing.spawn

import jinja2
import matplotlib.backends.backend_agg
import threadpoolctl

import benchmarks.reliability.small
import hopfield_sim as hs
import hopfield_sim.experiment.__main__
import hopfield_sim.experiment.studies.capacity
import hopfield_sim.plotting.report

__all__ = ["benchmarks", "concurrent", "hs", "jinja2", "matplotlib", "multiprocessing"]
__all__ += ["threadpoolctl"]

hs.experiment.function(benchmarks.reliability.small.Small)(networks=1, workers=1)
hs.DenseClassifier(2, epochs=1, rng=0).fit(hs.random_patterns(8, 9, rng=0), [0, 1] * 4)
