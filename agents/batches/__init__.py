"""Batches: the goals that one planning round set for an agent, and how long they took from the first to the last post.

Measured from the record, not from today's rows. A batch begins with the first event of its goals and ends with the
event that its last post is PUBLISHED. A goal is open from the event that made it until it has ended and no post of it
is on its way. It waits for a human from the event that put a task or post of it to HELD until the event that answers
its card (or moves it on, whichever is first). The clock of the batch runs while at least one open goal waits for
nobody; it stands while every open goal waits for a human. So what was answered and not taken up counts as ours.
Requirements: PLN-11.
"""
