"""Tasks: the nodes of a plan, their dependencies, artifacts and verdicts. Requirements: PLN-1, PLN-4, PLN-6."""
