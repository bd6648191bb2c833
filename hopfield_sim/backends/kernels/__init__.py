"""The compiled kernels and the C headers that they include; imported by ``compiled`` alone."""
