"""What every own post is like, over all brands: so that a fleet does not say one thing with many mouths.

A fingerprint is the vector of a text and the perceptual hashes of its images, with the account and the day; never the
words. A brand reads its own; a function compares with all and tells distance, own or not, and day.
Requirements: SAF-4, TEN-1.
"""
