"""The bidirectional associative memory."""
