"""The study of when a modern network brings a memory back."""
