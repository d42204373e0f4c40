"""Who holds a row until when, and the number that proves it.

A worker claims due rows (`FOR UPDATE SKIP LOCKED`, the database's clock, fencing number + 1), a side thread renews,
and whoever finishes states the fencing number. `status` says which stage is due; the lease says that somebody is
on it. Requirements: PLN-2, PLN-3, PLN-5, PLN-6.
"""
