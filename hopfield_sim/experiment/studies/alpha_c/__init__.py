"""The study of the critical load, extrapolated to infinite networks."""

QUESTION = "Up to which load do patterns hold? Four sizes, extrapolated to infinite networks"
SECONDS = 15
