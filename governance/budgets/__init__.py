"""Money before work: limits, what is set aside, what is spent.

`reserve` takes the worst case from every scope in one statement; a CHECK keeps `reserved + settled <= limit` true
whatever the interleaving. Requirements: GOV-1, GOV-2, GOV-3, GOV-4.
"""
