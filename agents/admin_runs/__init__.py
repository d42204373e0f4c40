"""The desk's pages of runs: the plan of a goal as a graph, its steps, and the plan before it starts.

Doors only: they read with `agents.runs.selectors` and act with `agents.runs`. Requirements: REV-1, PLN-1, PLN-7.
"""
