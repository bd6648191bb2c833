"""The study of what happens to the energy during recall."""
