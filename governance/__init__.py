"""What keeps autonomy safe: moves, leases, budgets, effects, grants, policies, reviews and the record.

Refers upward by text only (`subject = "agents.task:42"`), so the record never depends on what it records.
Requirements: PLN-4, GOV-1, AUD-1.
"""
