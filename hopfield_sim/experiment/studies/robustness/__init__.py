"""The study of how many flipped bits recall withstands."""
