"""The restricted Hopfield network."""
