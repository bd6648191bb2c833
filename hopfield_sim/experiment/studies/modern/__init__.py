"""The study of when a modern network brings a memory back."""

QUESTION = "When does a modern Hopfield network give back a memory, when a mean of several?"
SECONDS = 15
