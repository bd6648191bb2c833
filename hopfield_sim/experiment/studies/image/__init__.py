"""The study of pictures that come back from a quarter of each."""

QUESTION = "Do pictures come back from a quarter of them? Six drawn ones, or your own: --file"
SECONDS = 3
