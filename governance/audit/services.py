"""Asking for a new checkpoint key. The sealer makes it: private keys never leave the program that seals. AUD-2."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction

from chimera.core import clock
from chimera.core.errors import Denied
from governance.audit.models import CheckpointKey, KeyRotation, Sealing


class NothingToRotate(Denied):
    """No checkpoint was signed yet, so there is no key to follow."""


def rotate() -> KeyRotation:
    """Ask for a new checkpoint key, inside an acting context; the request is on the record.

    The next checkpoint makes the new key known under the signature of the present one; from then on it signs. Asked
    again before that, the same rotation answers both. NothingToRotate before the first checkpoint.
    """
    if not CheckpointKey.objects.exists():
        raise NothingToRotate("No checkpoint was signed yet: there is no key to follow. Is the sealer running?")
    return KeyRotation.objects.create()


def rotate_when_due() -> KeyRotation | None:
    """The same when the newest key has signed for CHECKPOINT_KEY_DAYS and nobody has asked yet."""
    if not settings.CHECKPOINT_KEY_DAYS:
        return None
    with transaction.atomic():
        newest = CheckpointKey.objects.order_by("-since").first()
        asked = KeyRotation.objects.filter(pk__gt=Sealing.objects.get().rotated_through).exists()
        if newest is None or asked or newest.since > clock.now() - timedelta(days=settings.CHECKPOINT_KEY_DAYS):
            return None
        return rotate()
