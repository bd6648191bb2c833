"""Networks of layers whose energy is a sum of parts."""
