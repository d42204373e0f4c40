"""What people are told, whom, and what became of each message.

A notice is one sentence about one thing, said once. Whoever subscribed to its kind gets a letter, by mail or by signed
webhook: at least once, under one name, many notices of one kind within minutes in one letter. Knows texts of subjects
only; what is above is noted by a door from there.
Requirements: OPS-8.
"""
