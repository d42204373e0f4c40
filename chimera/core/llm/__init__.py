"""Models behind one seam: providers, and nothing that knows a persona or a platform.

Requirements: GEN-1, GEN-2, GOV-1.
"""
