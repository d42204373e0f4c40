"""Cohorts: saved selections of agents, acted on together; a change goes to canaries first, and a human says go.

Requirements: PLN-12.
"""
