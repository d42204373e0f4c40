"""Instagram, simulated: its content publishing API over HTTP as documented (Instagram Login), and its pages.

`store` keeps everything in one SQLite file (media beside it) that survives kill -9; `app` joins the endpoints; `pages`
and `instagram.css` are what people see. It stands for the outside world: its own storage, its own clock, no import from
the connectors. The rows that docstrings name ("Plays I-3.") are those of `docs/platforms/instagram.md`.

Requirements: PUB-1, PUB-2, PUB-4, ENG-1.
"""
