"""The flow of states: schedules, stopping, recording."""
