"""The study of how many patterns a dense memory holds."""
