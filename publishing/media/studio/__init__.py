"""The studio: a script becomes an MP4 that people would watch, on this machine, without a key and without a database.

`base` holds what is rendered, `renditions` how each platform wants it, `layouts` where everything lies, `rendering`
makes it. Equal scripts give equal bytes (GEN-6); "AI-generated" is in sight from the first frame to the last (PUB-2).
Requirements: GEN-3, GEN-6, PUB-2, PUB-6.
"""
