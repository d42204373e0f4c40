"""Whose passports anybody may read. Requirements: AUD-3, SAF-5."""

from chimera.settings.base import env

# Slugs of brands, separated by commas; * means every brand. Of the others only operators see passports.
PASSPORTS_PUBLIC: list[str] = env.list("PASSPORTS_PUBLIC", default=[])
PASSPORT_CACHE_S = 300  # how long a browser or a proxy may keep a public one without asking
