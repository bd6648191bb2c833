"""Graded neurons in continuous time, a network of pair couplings."""
