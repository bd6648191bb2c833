"""Attacks on the package, each with a count: kills, damaged files, wild arguments, signals.

``python -m benchmarks.reliability`` runs a short form of all, ``--long`` one that takes an hour. An
attack is a file with a function ``attack(rounds)`` that returns a ``Tally``; nothing may be lost.
"""
