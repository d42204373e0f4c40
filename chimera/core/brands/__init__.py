"""Brands: the tenants. Every row that belongs to one carries its id. Requirements: TEN-1."""
