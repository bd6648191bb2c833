"""The machine that runs studies: trials, workers, the store. It knows no question."""
