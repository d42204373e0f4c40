"""What a text claims that can be looked up: quotations, dates, numbers and names, each with the words that claim it.

Patterns and lists only, no model: the same text always gives the same claims. Known are the cited items, and the soul
for names and for what the persona says of itself. Requirements: SAF-6.
"""
