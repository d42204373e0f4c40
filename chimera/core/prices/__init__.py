"""What things cost: one dated table, exact, each line with its source; an unknown price refuses.

Prices are data (`table.toml`): a change of price is a new line with the day from which it holds, never an edit, so that
what was paid before can still be explained. Requirements: GOV-1, GEN-7.
"""
