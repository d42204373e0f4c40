"""Media: what an agent shows besides words. Images now; clips and their rendering join here.

Every medium is made from a frozen specification, so that the same specification gives the same bytes and the
store can name an asset by its content (GEN-6). Each carries a visible label where a platform has no field for
one (PUB-2). Makers that need no key exist for every medium (GEN-3). Requirements: GEN-3, GEN-6, PUB-2.
"""
