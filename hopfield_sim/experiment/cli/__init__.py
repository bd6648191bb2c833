"""The command line: options, execution, and the output folder."""
