"""Consistency: whether a picture shows the persona that it is to show, as a score from 0 to 1 against a reference set.

`seeing` finds the head and describes it, `measures` compares, `base` has the gate and what it says. References and
scores are rows; the scores of a persona over time are its drift. Requirements: GEN-4.
"""
