"""The classical network of pair couplings."""
