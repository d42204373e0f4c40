"""Replay: what was recorded is run again in the shadow, or a goal is run again from one of its steps.

The shadow asks nobody, reaches nothing, writes nothing, and says whether the same content comes out. From a step on,
what was paid for is taken over and the rest is ordinary work. Requirements: PLN-7.
"""
