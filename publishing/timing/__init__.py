"""When a post goes out: best hours, blackouts, spread over the fleet, and no later than its trend lives.

Requirements: PUB-6, PLN-6.
"""
