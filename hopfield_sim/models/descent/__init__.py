"""What memories that learn by descent share: examples, schedules, when to stop."""
