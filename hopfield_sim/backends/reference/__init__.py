"""The NumPy reference, which defines every result."""
