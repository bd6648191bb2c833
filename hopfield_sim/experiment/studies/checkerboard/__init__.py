"""The study of a checkerboard that comes back out of noise."""

QUESTION = "Does a picture come back from noise? 50×50 pixels among 49 random patterns, filmed"
SECONDS = 2
