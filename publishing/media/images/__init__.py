"""Images: one socket (`base.ImageMaker`), and the makers that fit it.

`poster` draws without a network and without cost (GEN-3), the same bytes for the same specification (GEN-6),
with "AI-generated" in plain sight (PUB-2). `lettering`, `motifs` and `colours` are what it is drawn with.
Requirements: GEN-3, GEN-6, PUB-2.
"""
