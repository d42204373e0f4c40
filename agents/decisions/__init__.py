"""What humans decided about what the judge had scored: one row for each answered card, kept when the work is archived.

Calibration and the ladder of trust read it. Requirements: JDG-5, PER-5, MET-1.
"""
