"""Words for figures, for readers who do not see them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import matplotlib.pyplot as plt
from docutils import nodes
from sphinx_gallery.scrapers import matplotlib_scraper

from hopfield_sim.plotting.alt_text import describe

SEEN = "What to see."  # begins the text below a notebook's figure


def scrape(block: object, block_vars: dict, gallery_conf: dict) -> str:
    """The figures of a part of an example, each described by its axes and curves."""
    words = iter([" ".join(describe(plt.figure(number)).split()) for number in plt.get_fignums()])
    pictures = matplotlib_scraper(block, block_vars, gallery_conf)
    return re.sub(r"(?<=:alt: ).*", lambda alt: next(words), pictures)


def describe_figures(app: object, document: nodes.document) -> None:
    """A figure without a description, which screen readers would spell as its file's name, gets the
    heading above it, and what the text below it says first of what is to be seen.
    """
    for image in document.findall(nodes.image):
        if image.get("alt", image["uri"]) == image["uri"]:
            title = next(headings(image), "")
            image["alt"] = f"Figure drawn by the code above it: {title}{seen(image)}"


def headings(node: nodes.Node | None) -> Iterator[str]:
    """The headings that a node stands under, the nearest first."""
    while node is not None:
        if isinstance(node, nodes.section):
            yield node[0].astext()
        node = node.parent


def seen(image: nodes.image) -> str:
    below = image.next_node(nodes.paragraph, ascend=True)
    text = "" if below is None else " ".join(below.astext().split())
    if not text.startswith(SEEN):
        return ""
    return ". " + text.removeprefix(SEEN).strip().split(". ")[0].rstrip(".") + "."
