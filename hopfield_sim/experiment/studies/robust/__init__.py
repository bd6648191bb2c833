"""The study of which memory withstands which perturbation."""
