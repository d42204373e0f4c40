"""Figures: a drawn person who is recognisably the same one in every pose and place.

`base` holds the traits and what a picture asks for, `drawn` paints it without a key or a network. The traits come from
the persona's soul, and what that leaves open from its handle. Requirements: GEN-3, GEN-4, GEN-6.
"""
