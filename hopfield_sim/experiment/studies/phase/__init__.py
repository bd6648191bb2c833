"""The study of the phases of a network, by load and temperature."""

QUESTION = "Where do networks remember? Overlap by load and temperature, from patterns and cues"
SECONDS = 6
