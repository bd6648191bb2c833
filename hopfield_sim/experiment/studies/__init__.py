"""The questions, a folder each."""
