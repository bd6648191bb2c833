"""The study of how many patterns a network can hold."""

QUESTION = "How many patterns can a network hold? Ten sizes, ten loads, 20 % of bits flipped"
SECONDS = 10
