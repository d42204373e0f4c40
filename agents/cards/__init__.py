"""The card as a reviewer sees it: what will go out, why somebody is asked, what it rests on, what it costs, its past.

A card is read from the frozen snapshot of its review and a handful of rows beside it; the number of queries does not
depend on how much there is to show. Everything here only reads. Requirements: REV-1, REV-9, SAF-1.
"""
