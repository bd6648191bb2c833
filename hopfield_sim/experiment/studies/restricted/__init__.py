"""The study of restricted networks: rotations, hidden units, patterns, and Adam beside them."""

QUESTION = "How many rotations, hidden units and patterns suit a restricted network?"
SECONDS = 25
