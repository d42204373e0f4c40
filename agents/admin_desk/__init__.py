"""The desk: one card at a time, answered by keyboard, the next one there before it is needed.

Doors only: what a card shows is read by `agents.cards`, what a hand does is done by `governance.reviews` and, where
hard rules must look at an edited text, by `agents.judge`. Looking changes nothing, not even who has a card: that is a
POST. What waits of one trend or campaign is shown side by side and decided with one POST, each card by itself.
Requirements: REV-1, REV-2, REV-3, REV-5, REV-7, PUB-4.
"""
