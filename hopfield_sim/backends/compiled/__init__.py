"""The Python side of the compiled kernels: the reference's classes with their loops replaced."""
