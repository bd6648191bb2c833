"""Dense associative memory."""
