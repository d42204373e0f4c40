"""A key waits as the next one, signs as the current one, and is retired for ever."""

from django.db.models import TextChoices


class GrantKeyStatus(TextChoices):
    """What a key is for. Revoked is no state: it is a row on a list that nobody takes it from."""

    NEXT = "NEXT"
    CURRENT = "CURRENT"
    RETIRED = "RETIRED"


MACHINE = "governance.grantkey"
INITIAL = frozenset({GrantKeyStatus.NEXT, GrantKeyStatus.CURRENT})
TRANSITIONS: dict[str, frozenset[str]] = {
    GrantKeyStatus.NEXT: frozenset({GrantKeyStatus.CURRENT, GrantKeyStatus.RETIRED}),
    GrantKeyStatus.CURRENT: frozenset({GrantKeyStatus.RETIRED}),
    GrantKeyStatus.RETIRED: frozenset(),
}
