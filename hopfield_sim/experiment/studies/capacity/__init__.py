"""The study of how many patterns a network can hold."""
