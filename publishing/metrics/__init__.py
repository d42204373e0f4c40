"""How posts do: figures read from platforms at growing ages, within a day's number and the brand's money.

Requirements: MET-1.
"""
