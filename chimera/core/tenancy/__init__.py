"""Who acts, and for which brand: set in the database for one transaction, restored on the way out.

`with tenancy.brand(brand_id, actor=...)` opens a transaction and makes the rows of that brand visible. Outside of it
a query on a brand table raises (tests, development) or is logged (production): silent zero rows are the worst answer.
Requirements: TEN-1, AUD-1.
"""

from chimera.core.tenancy.context import (
    NoActor,
    NoBrand,
    acting,
    all_brands,
    brand,
    current_actor,
    current_brand,
    current_brands,
    desk,
)

__all__ = [
    "NoActor",
    "NoBrand",
    "acting",
    "all_brands",
    "brand",
    "current_actor",
    "current_brand",
    "current_brands",
    "desk",
]
