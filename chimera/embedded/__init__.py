"""The one-machine default: Postgres and Valkey from wheels, and the programs beside them, started and stopped here.

Nothing in the apps imports this; commands and tests do. On Kubernetes none of it runs. Requirements: OPS-1.
"""
