"""Execution of studies: trials, workers and the store."""
