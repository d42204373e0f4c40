"""Comments of others on media of ours that are hidden: a rule may propose it, a human orders it, a worker has it done.

An outward act like every other: an effect, a grant for exactly this, the stops, and the record. Requirements: ENG-1,
PUB-3, PUB-4, REV-1.
"""
