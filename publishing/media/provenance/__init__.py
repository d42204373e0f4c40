"""Provenance: every medium says in its own bytes that a machine made it, and by whose signature.

Two layers: XMP with IPTC's DigitalSourceType, which survives where signatures are stripped, and a signed C2PA manifest,
which is read back after every write. Requirements: GEN-5, PUB-2.
"""
