"""The study of the phases of a memory, by load and temperature or another direction."""

QUESTION = "Where do networks remember? Overlap by load and temperature, flips, activity, order, β"
SECONDS = 6
