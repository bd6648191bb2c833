"""The study of how many flipped bits recall withstands."""

QUESTION = "How corrupted may a cue be? Two patterns stored, none to all of the bits flipped"
SECONDS = 5
