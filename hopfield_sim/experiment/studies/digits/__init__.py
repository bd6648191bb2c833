"""The study of what trained memories look like: strokes or whole digits."""

QUESTION = "Strokes or whole digits? What dense memories learn, powers 2, 3, 20, 30; --file"
SECONDS = 25
