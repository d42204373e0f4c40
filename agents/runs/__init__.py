"""Runs: one goal from its plan to what became of it, drawn and told; and what a human may do about it.

A run is read with one selector, for the page and for `manage.py run`. It can be cancelled whole or from a step on, run
again from a step, and replayed in the shadow; a plan that waits for a look is edited and started here.

Requirements: PLN-1, PLN-6, PLN-7, REV-1.
"""
