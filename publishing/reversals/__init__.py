"""Reversals: taking back what is live, as far as its platform goes, and a task for a human where it does not go.

A human asks, with a reason; a publish worker takes it down under a grant of its own, through the protocol of effects;
what software cannot delete becomes a card. What is gone is REVERTED: it was said, and is said no more.
Requirements: PUB-5, PUB-3, PUB-4.
"""
