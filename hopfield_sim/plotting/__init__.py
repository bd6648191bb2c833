"""Figures, videos and the report, from results and recorded recalls; no models are run here.

``studies/`` has the figures of the studies, one module per study, ``movies/`` videos of a recall.
``images``, ``image_rows`` and ``shortcuts`` draw states as images, ``weight_map`` weights;
``report`` with ``report.html`` writes the report page, ``table`` its tables and ``alt_text`` what a
figure shows in words. ``curves`` and ``theory_lines`` draw
measured points and theoretical curves, ``rows`` and ``runs`` read results and recalls, ``style``
defines the common style, ``screen`` displays figures, ``settings_folder`` prepares Matplotlib.

Every plotting function returns a matplotlib :class:`~matplotlib.figure.Figure` that is registered
with pyplot: ``plt.show()`` shows it, a notebook displays it once, and ``plt.close()`` frees it.
With ``ax=`` it draws into existing axes and returns their figure; in a notebook, end the line with
a semicolon, as for other figures of pyplot. Neither the backend nor the style of the user is
changed.
"""

from hopfield_sim.plotting import settings_folder  # noqa: F401, I001 (first: matplotlib asks for it)
from hopfield_sim.plotting import report
from hopfield_sim.plotting.studies.alpha_c import alpha_c
from hopfield_sim.plotting.studies.basins import basins
from hopfield_sim.plotting.studies.capacity import capacity
from hopfield_sim.plotting.studies.images import colour_images
from hopfield_sim.plotting.studies.dense import dense
from hopfield_sim.plotting.studies.digits import digits
from hopfield_sim.plotting.studies.distributed import distributed
from hopfield_sim.plotting.studies.energy import energy, overlap
from hopfield_sim.plotting.studies.image import image
from hopfield_sim.plotting.images import states
from hopfield_sim.plotting.studies.modern import modern
from hopfield_sim.plotting.movies.movie import video
from hopfield_sim.plotting.movies.race import race
from hopfield_sim.plotting.studies.phase import overlap_by_temperature, phase_diagram
from hopfield_sim.plotting.studies.replica import overlap_by_load
from hopfield_sim.plotting.studies.restricted import restricted
from hopfield_sim.plotting.studies.robust import robust
from hopfield_sim.plotting.studies.robustness import robustness
from hopfield_sim.plotting.weight_map import weights
from hopfield_sim.plotting.studies.xor import xor

__all__ = [
    "alpha_c",
    "basins",
    "capacity",
    "colour_images",
    "dense",
    "digits",
    "distributed",
    "energy",
    "image",
    "modern",
    "overlap",
    "overlap_by_load",
    "overlap_by_temperature",
    "phase_diagram",
    "race",
    "report",
    "restricted",
    "robust",
    "robustness",
    "states",
    "video",
    "weights",
    "xor",
]


def __dir__() -> list[str]:
    """What is here to be used, without the files that it is in."""
    return __all__
