"""The study of what trained memories look like: strokes or whole digits."""
