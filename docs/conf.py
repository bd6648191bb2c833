"""The documentation: `make docs` builds it without a network, and its pages ask for none."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import warnings
from pathlib import Path

from sphinx_gallery.sorting import ExplicitOrder

import hopfield_sim
from hopfield_sim.experiment import explorer

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from annotate import annotate  # noqa: E402
from figures import describe_figures  # noqa: E402

os.environ["TQDM_DISABLE"] = "1"  # progress bars are for terminals
# The examples end with plt.show(), which here has no screen to show anything on.
warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")

project = "hopfield_sim"
author = "hopfield_sim developers"
copyright = f"2026, {author}"
version = release = hopfield_sim.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",  # carries MathJax and its fonts, and points mathjax_path at them
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "myst_nb",
    "sphinx_design",  # cards on the start page
]
# The gallery writes notebooks to download and tables of times; its pages are its other .rst files.
exclude_patterns = [
    "_build",
    "gallery/**.ipynb",
    "annotated/list.md",  # part of speed.md
    "sg_execution_times.rst",
    "**/sg_execution_times.rst",
]
templates_path = ["_templates"]
default_role = "code"  # as docstrings are read in a terminal: `name` is code

# --- pages: Markdown, some of them run when the site is built -------------------------------------
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_execution_in_temp = True  # what a page writes is not left here
nb_execution_show_tb = True
nb_merge_streams = True

# --- API pages from docstrings --------------------------------------------------------------------
autosummary_generate = True
autodoc_typehints = "none"  # the docstring says type, shape and unit
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

# --- the gallery ----------------------------------------------------------------------------------
# In the order of a course: the classical network, its limits, and the memories that came later.
EXAMPLES = (
    "hopfield_in_60_lines",
    "first_recall",
    "energy_landscape",
    "two_cycle",
    "storage_limit",
    "forgetting",
    "sparse_patterns",
    "correlated_patterns",
    "temperature",
    "phase_diagram",
    "own_rule",
    "letters_to_pictures",
    "sequence",
    "long_sequence",
    "graded_neurons",
    "travelling_salesman",
    "own_study",
    "checkerboard_video",
    "dense_memory",
    "modern_images",
    "votes",
    "sparse_memory",
    "distributed_memory",
    "strokes_or_digits",
    "duality",
    "trained_memory",
    "restricted_network",
    "kernels",
    "energy_by_parts",
    "attack",
    "Hopfield_1982",
    "Amit_1985",
    "Derrida_1987",
    "Storkey_1997",
    "Krotov_2016",
    "Ramsauer_2021",
    "Hoover_2024",
)
sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/",  # run them all
    "image_scrapers": ("figures.scrape",),
    "within_subsection_order": ExplicitOrder([f"{name}.py" for name in EXAMPLES]),
    "download_all_examples": False,
    "remove_config_comments": True,
    "min_reported_time": 10_000,
    "show_memory": False,
}

(HERE / "annotated").mkdir(exist_ok=True)  # looked for before anything can be written into it

# --- how it looks ---------------------------------------------------------------------------------
html_theme = "pydata_sphinx_theme"
html_title = "hopfield_sim"
html_static_path = ["_static"]
html_extra_path = ["annotated"]  # kernels/*.html and explorer_page.html, written below
html_css_files = ["house.css"]
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "logo": {"text": "hopfield_sim"},
    "navbar_align": "left",
    "header_links_before_dropdown": 6,
    "footer_start": ["copyright"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": True,
}
# These have no pages below or beside them to navigate to, or wide cells and their table instead.
ALONE = (
    "index",
    "installation",
    "theory",
    "course/*",
    "exercises",
    "explorer",
    "howto",
    "phases",
    "sweeps",
)
html_sidebars = {page: [] for page in ALONE}


def fetch_notebook(app: object) -> None:
    """The course notebook lives with the examples; Sphinx reads only what lies below docs/."""
    shutil.copyfile(HERE.parent / "examples" / "course.ipynb", HERE / "course_notebook.ipynb")


def offer_notebook(app: object, page: str, source: list[str]) -> None:
    """Pages of the course begin with the file they were made of, to download."""
    if re.match(r"course/\d", page):
        book = json.loads(source[0])
        name = f"{page.removeprefix('course/')}.ipynb"
        first = book["cells"][0]
        title, *rest = first["source"]
        first["source"] = [title, f"\n{{download}}`Download this notebook <{name}>`\n", *rest]
        source[0] = json.dumps(book)


def annotate_kernels(app: object) -> None:
    """The compiled kernels, every line with the C that it becomes."""
    annotate(HERE / "annotated")


def write_explorer(app: object) -> None:
    """The page of the explorer, which explorer.md shows."""
    explorer.write(HERE / "annotated" / "explorer_page.html")


def hide_private_arguments(
    app: object,
    what: str,
    name: str,
    thing: object,
    options: object,
    signature: str | None,
    returned: str | None,
) -> tuple[str, None] | None:
    """What the package makes for you, such as a recall's result, has no arguments to be read."""
    private = what == "class" and signature is not None and re.search(r"[(, ]_[a-z]", signature)
    return ("", None) if private else None


def setup(app) -> None:
    app.connect("autodoc-process-signature", hide_private_arguments)
    app.connect("source-read", offer_notebook)
    app.connect("doctree-read", describe_figures)
    app.connect("builder-inited", annotate_kernels)
    app.connect("builder-inited", write_explorer)
    app.connect("builder-inited", fetch_notebook)
