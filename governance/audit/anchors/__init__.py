"""Anchors: places outside of the database where signed checkpoints stand, each one line of the switchboard. AUD-2.

The rules of the database are prevention; a root that stands elsewhere is evidence. An anchor is asked for its newest
note before anything is sealed, so that a database that has forgotten published entries is noticed.
"""
