"""Plaza: the social network of the demo. It keeps idempotency keys (class A) and has a native AI label.

Requirements: PUB-1, PUB-2, PUB-3, PUB-4.
"""
