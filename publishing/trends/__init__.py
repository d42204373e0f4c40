"""What the world talks about: feeds are read, their items clustered into trends and scored (TRD-1, TRD-2, TRD-3).

A trend never creates a goal; the floor above reads fresh trends. Every text in here came from outside and travels
as `Tainted` until a reader takes it.
"""
