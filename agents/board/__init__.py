"""The board: how the fleet stands, in figures that each open the rows behind them.

One module for each subject. Every figure is read from the tables themselves, over windows that an index gives, so that
it and its list are never two truths.
Requirements: OPS-6, REV-9, GOV-3.
"""
