"""The ladder of trust by rule: what humans decide moves an agent up or down one rung, on the record, with its reason.

Requirements: PER-5.
"""
