"""Stops in force: pause and emergency stop, by scope. A claim respects them; sending an effect asks again.

A control is an act, not a state of what it stops, so nothing is lost by it and lifting it needs no repair.
Requirements: OPS-4, PLN-6.
"""
