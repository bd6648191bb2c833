"""Recall dynamics: temperature schedules, stopping, recording."""
