"""Campaigns: a brief, dates, a budget, agents; what is made for one is checked against its version.

The brief is text of a brand's client: data that may be cited, never an instruction. Requirements: PLN-4, GOV-2, SAF-1.
"""
