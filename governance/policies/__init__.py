"""Rules that look at one frozen snapshot and say what they find. They read the snapshot and nothing else.

Each finding has an outcome, perhaps a score, a reason for a human, the span it is about and the upstream step that
could mend it. Worst wins; silence escalates. What a brand may decide about its rules is one row (`BrandPolicy`).
Requirements: JDG-1, JDG-2, JDG-3, SAF-4, SAF-5, SAF-6, SAF-7.
"""
