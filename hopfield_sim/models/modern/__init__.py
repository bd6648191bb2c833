"""Modern continuous Hopfield networks."""
