"""Calibration: what humans decided beside what the judge had scored; blind samples of what it let out by itself.

It shows and advises, and changes nothing by itself. Requirements: JDG-5, JDG-2, PER-5.
"""
