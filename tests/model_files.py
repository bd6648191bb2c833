"""A small model of every kind and manner, whose files the tests damage and forge."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

import hopfield_sim as hs

PATTERNS = hs.random_patterns(3, 12, rng=0)
IMAGES = PATTERNS.reshape(3, 3, 4)
GRAPH = hs.random_graph(12, 5, rng=0)
REALS = PATTERNS / 12.0
PICTURES = np.random.default_rng(0).uniform(size=(3, 2, 2, 3))


def models() -> dict[str, Any]:
    """The models by name; their kind is the first word."""
    classifier = hs.DenseClassifier(4, epochs=2, patience=2, rng=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "hopfield hebbian": hs.HopfieldNetwork().store(IMAGES),
            "hopfield storkey": hs.HopfieldNetwork("storkey", thresholds=0.1).store(PATTERNS),
            "hopfield pseudoinverse": hs.HopfieldNetwork(
                "pseudoinverse", zero_diagonal=False, dtype="float32"
            ).store(PATTERNS),
            "hopfield own": hs.HopfieldNetwork(lambda p: p.T @ p / 12).store(PATTERNS),
            "hopfield weights": hs.HopfieldNetwork.from_weights(np.eye(12)),
            "bidirectional": hs.BidirectionalMemory().store(IMAGES, PATTERNS[:, :5]),
            "hopfield diluted": hs.HopfieldNetwork(connectivity=GRAPH, zero_diagonal=False).store(
                IMAGES
            ),
            "hopfield sparse": hs.HopfieldNetwork("pseudoinverse", connectivity=GRAPH).store(
                PATTERNS
            ),
            "hopfield fraction": hs.HopfieldNetwork("storkey", connectivity=0.5).store(IMAGES),
            "dense": hs.DenseMemory("rectified", 4).store(IMAGES),
            "dense exponential": hs.DenseMemory("exponential", energy="sum").store(PATTERNS),
            "dense values": hs.DenseMemory(np.square).store(PATTERNS, IMAGES),
            "graded": hs.GradedNetwork(beta=3.0, tau=2.0, thresholds=0.1).store(IMAGES),
            "graded weights": hs.GradedNetwork.from_weights(np.eye(12)),
            "modern": hs.ModernHopfield(2.0).store(PICTURES),
            "modern values": hs.ModernHopfield(2.0).store(REALS, PICTURES),
            "modern cosine": hs.ModernHopfield(similarity="cosine").store(PICTURES.astype("f4")),
            "modern entmax": hs.ModernHopfield(separation="entmax", alpha=1.25).store(PATTERNS),
            "modern top-k": hs.ModernHopfield(separation="top-k", k=2).store(PICTURES),
            "distributed": hs.DistributedMemory(30, beta=2.0, rng=0).store(PICTURES),
            "distributed exp": hs.DistributedMemory(
                20, kernel="expexp", energy="plain", orthogonal=True, rng=0
            ).store(REALS),
            "kernel": hs.KernelMemory("polynomial", order=3).store(IMAGES),
            "kernel rbf": hs.KernelMemory(width=2.0, method="perceptron").store(PATTERNS),
            "kernel own": hs.KernelMemory(np.exp, method="regression").store(PATTERNS),
            "layered": hs.EnergyNetwork(
                {"spins": hs.Layer("sign", bias=0.1), "hidden": hs.Layer("tanh", tau=0, beta=2.0)},
                {("hidden", "spins"): PATTERNS, "spins": np.ones((12, 12)) / 12},
            ),
            "layered images": hs.EnergyNetwork(
                [
                    hs.Layer("identity", (4, 3)),
                    hs.Layer("softmax", axis=0, tau=0.5),
                    hs.Layer("relu", tau=0, power=3.0, bias=-1.0),
                ],
                [hs.Convolution(PICTURES[:, :, :, 0]), np.ones((18, 2))],
            ),
            "restricted": hs.RestrictedHopfield(5, gate=0.5, rng=0).store(IMAGES, max_iter=4),
            "trained": hs.TrainedDenseMemory(4, rng=0).store(IMAGES, max_iter=4),
            "classifier": hs.DenseClassifier(4, epochs=2, rng=0).fit(IMAGES, ["a", "b", "a"]),
            "classifier patient": classifier.fit(
                PICTURES, [1, 2, 1], validation=(PICTURES, [1, 2, 2])
            ),
        }


def keys_or_neurons(model: Any) -> int:
    """Number of neurons that ``recall`` takes."""
    pairs = isinstance(model, hs.BidirectionalMemory)
    return model.keys.shape[1] if pairs else model.n_neurons


def answers(model: Any) -> list[Any]:
    """What a model says of three states, whatever it is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if isinstance(model, hs.DenseClassifier):
            n = model.memories_.shape[1] - len(model.classes_)
            X = np.tile(REALS, (1, -(-n // 12)))[:, :n]
            return [model.decide(X), model.participation(X), model.predict(X)]
        real = isinstance(model, (hs.DistributedMemory, hs.EnergyNetwork, hs.ModernHopfield))
        n = keys_or_neurons(model)
        states = np.tile(REALS if real else PATTERNS, (1, -(-n // 12)))[:, :n]
        felt = model.fields if isinstance(model, hs.KernelMemory) else model.energy
        return [felt(states), model.recall(states).states]
