"""Posts: what was accepted and is to go out, and how it went. From here on the post is the leased row.

SCHEDULED -> PUBLISHED by its effect; what the platform refuses is FAILED; what cannot be finished waits for a human;
what may be live is found by reading (`doubt`, `reconcile`).
Requirements: PUB-1, PUB-2, PUB-4, PUB-6.
"""
