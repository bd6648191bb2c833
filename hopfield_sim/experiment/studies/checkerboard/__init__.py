"""The study of a checkerboard that comes back out of noise."""
