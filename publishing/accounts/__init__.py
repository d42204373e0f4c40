"""A persona's presence on a platform. Refers to its owner by text, upward. Requirements: PUB-2, PUB-7."""
