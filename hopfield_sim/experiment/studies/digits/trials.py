"""One trial of the digits study: train a network and analyse what it has learnt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hopfield_sim.backends.reference.powers import rectified
from hopfield_sim.experiment.common.packing import pack_images, unpack_images
from hopfield_sim.experiment.studies.digits import data as digits_data
from hopfield_sim.experiment.sweeps.study import Config, Payload
from hopfield_sim.models import DenseClassifier
from hopfield_sim.models.classifier import rule
from hopfield_sim.models.classifier import training as learning

__all__ = ["learn", "unpacked"]

SHOWN = 3
"""Number of test images, of different classes, whose decisions are analysed."""

VOTERS = 5
"""Number of memories shown for each, those with the largest share."""

Floats = NDArray[np.float64]


def learn(config: Config, cell: Mapping[str, Any], rng: np.random.Generator) -> Payload:
    """Return the errors after each epoch, the memories, and the participation."""
    order = cell["order"]
    data = digits_data.load(config["source"], config["path"])
    part = digits_data.split(data, config["images"], config["seed"])
    recipe = dict(config["recipes"][config["orders"].index(order)])
    classifier = DenseClassifier(
        config["n_memories"],
        order,
        epochs=config["epochs"],
        temperature=tuple(recipe.pop("temperature")),
        **recipe,
        backend=config["backend"],
        n_threads=1,
        rng=int(rng.integers(2**63)),
    )
    classifier.fit(part.images, part.labels, validation=(part.test_images, part.test_labels))
    names = ("temperature", "rate", "cost", "train_error", "validation_error")
    taking = classifier.participation(part.test_images)
    height, width = part.images.shape[1:]
    states = (part.images.reshape(len(part.images), -1) / 127.5 - 1).astype(np.float32)
    silent = learning.silent(
        learning.Examples(states, part.labels.astype(np.int64)), classifier.memories_
    )
    bytes_ = np.rint((classifier.memories_.astype(np.float64) + 1) * 127.5).astype(np.uint8)
    visible, classes = np.split(bytes_, [height * width], axis=1)
    return {
        "rows": [[float(row[name]) for name in names] for row in classifier.history_],
        "memories": float(taking.mean()),
        "collapsed": learning.collapsed(silent, len(visible), len(classifier.classes_)),
        "participation": np.quantile(taking, np.linspace(0, 1, 101)).tolist(),
        "images": pack_images(visible.reshape(-1, height, width)),
        "classes": pack_images(classes),
        "decisions": _decisions(classifier, part, data.names, order),
    }


def unpacked(payload: Payload) -> dict[str, Any]:
    """Return the images and class neurons of a payload as arrays."""
    images = unpack_images(payload["images"]) / 127.5 - 1.0
    decisions = [
        decision
        | {
            "image": unpack_images(decision["image"])[0] / 127.5 - 1.0,
            "images": images[decision["voters"]],
        }
        for decision in payload["decisions"]
    ]
    quantiles = np.array(payload["participation"])
    found = {"memories": images, "participation": quantiles, "decisions": decisions}
    if "classes" in payload:  # results of version 0.1 have none
        found["classes"] = unpack_images(payload["classes"]) / 127.5 - 1.0
    return found


def _decisions(
    classifier: DenseClassifier, part: digits_data.Split, names: tuple[str, ...], order: int
) -> list[dict[str, Any]]:
    """Return the first test images of different classes with their most important memories."""
    images, labels = part.test_images, part.test_labels
    first = np.unique(labels, return_index=True)[1]
    chosen = np.sort(first)[:SHOWN]
    shares, winners = _shares(classifier, images[chosen], order)
    decisions = []
    for index, share, winner in zip(chosen.tolist(), shares, winners.tolist(), strict=True):
        voters = np.argsort(-np.abs(share), kind="stable")[:VOTERS]
        decisions.append(
            {
                "image": pack_images(images[index][None]),
                "label": names[labels[index]],
                "winner": names[classifier.classes_[winner]],
                "voters": voters.tolist(),
                "shares": [float(share[k]) for k in voters],
            }
        )
    return decisions


def _shares(
    classifier: DenseClassifier, images: NDArray[np.uint8], order: int
) -> tuple[Floats, NDArray[np.intp]]:
    """Return ΔF_μ / Σ |ΔF| of every memory for the winning class, (n, K), and that class."""
    states = images.reshape(len(images), -1) / 127.5 - 1.0
    memories = classifier.memories_.astype(np.float64)
    n_visible = states.shape[1]
    scale = rule.reach(states, memories.shape[1] - n_visible)
    low = rule.overlaps(states, memories, scale)
    winners = classifier.votes(images).argmax(axis=1)
    steps = rule.class_steps(memories, n_visible, scale)[winners]
    votes = rectified(low + steps, order) - rectified(low, order)
    said = np.abs(votes).sum(axis=1, keepdims=True)
    return votes / np.where(said > 0, said, 1.0), winners  # 0 where no memory contributes
