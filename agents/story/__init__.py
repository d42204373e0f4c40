"""The story of a task: every event about it and what it led to, in order, in plain words, with why and what it cost.

Read from the record; the reasons come from the rows that its events point at, live or archived. Requirements: AUD-1,
REV-1, PLN-7, GOV-1.
"""
