"""Blueprints: plans that wait for a look before they start, every edit of them kept. Requirements: PLN-1, AUD-1."""
