"""The kinds of documents that trends are read from, one file each behind the socket in `base.py` (TRD-1).

A source only parses bytes that were fetched elsewhere: it opens no connection and reads no file.
"""
