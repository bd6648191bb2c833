"""The study of basins of attraction."""

QUESTION = "How far may a cue start from its pattern? Basins by load, and where random states end"
SECONDS = 8
