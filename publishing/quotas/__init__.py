"""How many posts may go out: per account, per app and for the fleet, over all brands. Requirements: PUB-6.

A slot is taken with every send, in its transaction, by a function of the database: no program of ours writes the
windows, and the constraint `window_is_not_exceeded` refuses one that would be too full.
"""
