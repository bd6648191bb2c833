"""Figures, videos and the report: they read results and recorded recalls, and run no model.

A file an idea: ``capacity_curves`` ``robustness_curves`` ``energy_curves`` ``replica_curves``
``size_curves`` ``dense_curves`` ``distributed_curves`` ``modern_curves`` ``colour_images``
``digit_curves`` (curves), ``xor_table`` ``robust_map`` ``weight_map`` (tables in colour),
``images`` ``image_recall`` ``image_rows`` ``shortcuts`` (states as pictures), ``movie`` ``stage``
``video_palette`` ``video_pictures`` ``video_file`` (films), ``report`` with ``report.html`` (the
page), ``measured_curves`` ``theory_lines`` (points with their bars, and what is drawn over them),
``rows`` ``runs`` (reading results and recalls), ``style`` (one look for all), ``screen`` (figures
that show themselves), ``settings_folder``.

Every drawing function returns a matplotlib :class:`~matplotlib.figure.Figure` that pyplot knows:
``plt.show()`` shows it, a notebook shows it once, at the end of the cell or where it is the last
value, and ``plt.close()`` frees it. With ``ax=`` the same is drawn into axes of your own, and that
figure is returned: in a notebook end the line with a semicolon, as with other figures of pyplot. No
setting of yours is changed, neither backend nor style.
"""

from hopfield_sim.plotting import settings_folder  # noqa: F401, I001 (first: matplotlib asks for it)
from hopfield_sim.plotting import report
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
from hopfield_sim.plotting.studies.replica import overlap_by_load, phase_diagram
from hopfield_sim.plotting.studies.robust import robust
from hopfield_sim.plotting.studies.robustness import robustness
from hopfield_sim.plotting.weight_map import weights
from hopfield_sim.plotting.studies.xor import xor

__all__ = [
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
    "phase_diagram",
    "report",
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
