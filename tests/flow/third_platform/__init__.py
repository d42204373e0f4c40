"""Harbour: a platform that nobody has, as the smallest whole connector. A test copies it into the house."""
