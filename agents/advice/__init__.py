"""Advice: a change of a threshold or a rung that the figures suggest. A human takes it, or not; nothing else does.

Requirements: JDG-2, JDG-5, PER-5.
"""
