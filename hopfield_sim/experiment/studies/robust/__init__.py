"""The study of which memory withstands which perturbation."""

QUESTION = "Which memory stands what? Flips, noise, masks and attacks, for every memory"
SECONDS = 44
