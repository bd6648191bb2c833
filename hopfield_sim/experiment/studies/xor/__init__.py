"""The study of which powers solve the exclusive or."""

QUESTION = "Which powers solve the exclusive or? Four memories of three neurons, all energies"
SECONDS = 1
