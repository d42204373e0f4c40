"""`manage.py evaluate hijack`: models that obey whoever writes to them, in the whole pipeline, and what comes of it.

Requirements: SAF-1, SAF-2, PUB-3.
"""
