"""From a goal to a plan: a DAG of tasks, validated before anything runs. Requirements: PLN-1."""
