"""The study of how close a memory in one vector comes to one that keeps its patterns."""

QUESTION = "How close does a memory in one vector come to the exact one? --full: paper's sizes"
SECONDS = 57
