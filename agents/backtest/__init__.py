"""Backtest: what the past would have been under another policy, threshold or soul, from the stored snapshots.

It reads verdicts, reaches nothing outside and writes nothing. Requirements: JDG-5, PLN-7.
"""
