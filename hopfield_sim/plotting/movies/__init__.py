"""Videos of a recall."""
