"""What every memory is: its states, recall and files, and threads that share it."""
