"""The record: one plain insert per change of state, written by a trigger that code cannot forget.

Only the role `chimera_recorder` may insert, and only the trigger runs as it; update, delete and truncate are refused.
Bodies hold ids, hashes and numbers, never text, so that forgetting stays possible. Requirements: AUD-1, AUD-2, AUD-4.
"""
