"""The study of which powers solve the exclusive or."""
