"""The chaos run: kills, freezes, outages and lying platforms on servers of its own, then a count of what was kept.

Nothing here runs in production. The programs are the real ones; their kinds are light (`switchboard`), so that the time
goes into the engine. The count trusts the platforms' own storage and the database, never what a worker said.
Requirements: PLN-2, PLN-3, PLN-5, PUB-4, GOV-1, AUD-1.
"""
