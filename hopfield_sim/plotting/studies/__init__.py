"""The figures of the studies, one module per study."""
