"""A circuit for each provider and platform: it opens when their API fails, for all processes at once.

What needs a broken provider waits, loses no attempt by it, and goes on by itself. Requirements: PLN-8.
"""
