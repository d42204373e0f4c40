"""The worker: one atomic task of one kind per claim, holding no state, killable at any instant.

Requirements: PLN-2, PLN-5, GEN-1.
"""
