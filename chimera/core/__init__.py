"""The ground floor: brands, tenancy, money, clock, taint and the seams to the outside. Knows no influencer.

Requirements: TEN-1, GEN-2, MCP-1, SAF-1.
"""
