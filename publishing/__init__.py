"""What goes out and what comes in: trends, media, connectors, posts (TRD-1, TRD-2, TRD-3).

This floor knows governance and chimera.core below it and nothing of the agents above: it does not decide.
"""
