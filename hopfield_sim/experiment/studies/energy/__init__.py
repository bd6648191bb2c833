"""The study of what happens to the energy during recall."""

QUESTION = "What happens to the energy during recall? 50 patterns of 2500 bits, 1000 flipped"
SECONDS = 4
