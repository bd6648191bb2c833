"""What several studies share: patterns, pictures and files that they are given, networks, words."""
