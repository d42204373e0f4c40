"""Platforms that are not there: servers of ours that behave like a platform's API, with its errors, delays and doubts.

The demo and the tests run on them without keys and without a network. Each keeps its own storage and shares no code
with the connectors: they are the outside world.

Requirements: PUB-1, PUB-4.
"""
