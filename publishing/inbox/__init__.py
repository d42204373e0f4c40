"""What people outside say to our accounts: read with a cursor, kept once, answered at most once, forgotten in time.

Requirements: ENG-1, SAF-1, SAF-2, SAF-3.
"""
