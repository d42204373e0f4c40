"""Numbers about reviewing: how long an answer takes, how often it is taken back, how far two people agree.

One row for each answer, written by the statement that gives it. Requirements: OPS-8, REV-9, JDG-5.
"""
