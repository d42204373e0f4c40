"""The archive: finished goals with all their work, moved out of the tables that workers search, readable as they were.

One row for each goal, written by one function of the database that copies and deletes in one statement. What went out
(posts, effects), what humans answered (reviews) and the record stay where they are. Requirements: PLN-3, PLN-7, AUD-1.
"""
