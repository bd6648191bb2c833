"""The study of pictures that come back from a quarter of each."""
