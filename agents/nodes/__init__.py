"""Worker nodes: who is there, what each can do, and what becomes of the work of one that falls silent.

A node is one worker process with what it forked. It says every two seconds that it is alive, in the database and not
through the broker; the sweeper declares a silent one lost and its rows due at once. What a node can do is shown, not
used: a worker claims from its queues, so a task that renders is for those that listen to `render`.
Requirements: PLN-9, PLN-10.
"""
