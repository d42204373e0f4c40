"""The top floor: agents decide what to do. Personas, goals, tasks, planner, worker, judge; `pipeline` is the heart.

Requirements: PLN-1, PLN-2, PER-1.
"""
