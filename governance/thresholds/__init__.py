"""Thresholds of a brand, a persona and a kind: each only tighter than the fleet's, the strictest counts.

A change is a new row; the former one ends, with who ended it and why. Requirements: JDG-2.
"""
