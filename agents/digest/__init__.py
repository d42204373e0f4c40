"""The morning digest: what went out, what waits, what it cost against its caps, what changed, what failed.

Once for each day of each subscriber, of all that came since the one before. What did not happen is not mentioned.
Requirements: OPS-8.
"""
