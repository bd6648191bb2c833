"""The study of which colour image a corrupted one retrieves."""

QUESTION = "Does a corrupted colour image retrieve the right one? Four similarities; --file"
SECONDS = 3
