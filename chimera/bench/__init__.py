"""Measuring Chimera, beside others where there are any: `manage.py bench`. On the roof, imported by no app.

`engine` says what is run and in which order; the pipeline is plan -> three workers -> three judges -> finalize.
Servers, databases and workers are the bench's own, with real flushes; of the data folder only `runs/` is touched.
Requirements: PLN-2, OPS-1.
"""

ITEMS = 3  # branches of the pipeline
