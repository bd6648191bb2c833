"""A dense memory that learns what it keeps."""
