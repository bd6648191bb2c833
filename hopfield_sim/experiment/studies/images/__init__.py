"""The study of which colour picture a spoilt one brings back."""

QUESTION = "Does a spoilt colour picture bring back the right one? Four ways to compare; --file"
SECONDS = 3
