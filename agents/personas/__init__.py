"""Agents and their souls: an immutable SOUL.md by version, and a rung of trust that is earned.

Requirements: PER-1, PER-2, PER-3, PER-5, SAF-3.
"""
