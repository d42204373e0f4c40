"""The system check of the store's settings. GEN-6."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from chimera.core.storage.base import TIERS

TAG = "storage"


def check_store(**_: Any) -> list[CheckMessage]:
    """Whether the settings name a store, and all that it needs. Asks nobody."""
    if settings.MEDIA_STORE not in ("local", "s3"):
        said = f"MEDIA_STORE is {settings.MEDIA_STORE!r}; choose local or s3."
        return [Error(said, id="chimera.E021")]
    if settings.MEDIA_STORE == "local":
        return []
    found: list[CheckMessage] = []
    if not settings.MEDIA_S3["name"]:
        found.append(Error("MEDIA_STORE is s3 and no bucket is named; set MEDIA_S3_BUCKET.", id="chimera.E022"))
    if bool(settings.MEDIA_S3["key"]) != bool(settings.MEDIA_S3["secret"]):
        said = "Of MEDIA_S3_KEY and MEDIA_S3_SECRET one is set; set both, or none where the machine has a role."
        found.append(Error(said, id="chimera.E023"))
    if len(settings.MEDIA_S3_CLASSES) != len(TIERS) or len(set(settings.MEDIA_S3_CLASSES)) != len(TIERS):
        said = "MEDIA_S3_CLASSES names three different storage classes, for hot, warm and cold."
        found.append(Error(said, id="chimera.E024"))
    return found
