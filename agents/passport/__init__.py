"""The passport of a post: what anybody may know of it, and the proof that it is on the sealed record.

Reads only; holds nothing that is a brand's own business, nobody's name but the persona's, and no figures.
Requirements: AUD-2, AUD-3, AUD-4, SAF-5, SAF-6.
"""
