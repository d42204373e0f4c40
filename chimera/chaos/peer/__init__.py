"""The peer: the same steps as a bare Celery chain, hardened as its manuals say, under the same faults.

Four linear steps with their state in a table, published on the same simulated platforms. It has no leases, no effect
protocol and no sweeper: what Celery itself offers is all there is. Requirements: PLN-3.
"""
