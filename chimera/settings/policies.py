"""What the judge's rules measure against."""

from chimera.settings.base import env

# Own posts of so many days are compared with a new one, over all brands.
FLEET_DAYS: int = env.int("FLEET_DAYS", default=14)
# From this cosine on two texts are one (hundredths of a per cent); the same sentence in other hands is at 85 to 92.
FLEET_TEXT_BLOCK_BP: int = env.int("FLEET_TEXT_BLOCK_BP", default=9_600)
# Up to so many of 256 bits two pictures are one: copies that were scaled, cropped or saved again are at 0 to 28,
# posters of one persona mostly at 57 and more. At 32 the index finds 97%, beyond that it misses more and more.
FLEET_IMAGE_BLOCK_BITS: int = env.int("FLEET_IMAGE_BLOCK_BITS", default=32)
RETENTION_FINGERPRINT_DAYS: int = env.int("RETENTION_FINGERPRINT_DAYS", default=30)  # the database refuses less than 14
