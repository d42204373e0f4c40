"""Why is nothing posting? For each agent the first gate that holds it back, in the order in which work meets them.

One sentence, and what clears it. Reads only; a button calls the service that has always done it.
Requirements: OPS-4, PER-5, GOV-3, REV-9.
"""
