"""The judge: one frozen snapshot, a verdict, a ruling, a route; and the answers of humans.

Requirements: JDG-1, JDG-2, JDG-3, PLN-2.
"""
