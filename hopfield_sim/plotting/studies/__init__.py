"""The figures of the studies, a file each of the same name."""
