"""Goals: what an agent wants to achieve, with its cause. One goal per (persona, trend), at most n a day.

Requirements: TRD-3, PLN-1.
"""
