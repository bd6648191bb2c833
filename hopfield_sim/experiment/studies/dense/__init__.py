"""The study of how many patterns a dense memory holds."""

QUESTION = "How many patterns does a dense memory hold? Powers 2, 3, 4 and exp, N up to 200"
SECONDS = 30
