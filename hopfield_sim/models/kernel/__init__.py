"""Memories whose neurons are kernel machines."""
