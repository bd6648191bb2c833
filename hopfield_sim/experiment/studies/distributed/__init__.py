"""The study of how close a memory in one vector comes to one that keeps its patterns."""
