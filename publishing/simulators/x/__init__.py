"""X, simulated: its API v2 over HTTP as documented, with OAuth, limits, prices and media processing, and its pages.

`store` keeps everything in one SQLite file (media beside it) that survives kill -9; `app` joins the endpoints; `pages`
and `x.css` are what people see. It stands for the outside world: its own storage, its own clock, no import from the
connectors. The rows that docstrings name ("Plays X-7.") are those of `docs/platforms/x.md`.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""
