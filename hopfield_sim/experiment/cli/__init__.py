"""The command line: its options, what it does with them, and the folder that it leaves."""
