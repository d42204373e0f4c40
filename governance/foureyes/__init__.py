"""What takes two people in a brand: rules that are only ever added by one person and ended by another.

A card that needs two is approved by two different people, neither of whom wrote or started what it rests on. It keeps
needing two when the rule has ended. Requirements: REV-8.
"""
