"""Plaza, a simulated social network: an API with idempotency keys and a native AI label, and pages to look at.

`store` keeps everything in one SQLite file that survives kill -9; `app` is the API; `pages` and `plaza.css` are what
people see. It stands for the outside world: its own storage, its own clock, no import from the connectors.

Requirements: PUB-1, PUB-2, PUB-4.
"""
