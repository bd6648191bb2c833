"""A dense memory that learns to classify."""
