"""Memories in one vector, by random features."""
