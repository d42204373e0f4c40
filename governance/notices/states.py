"""A letter is sent, or given up after its last try; what was given up can be tried again by hand."""

from django.db.models import TextChoices


class LetterStatus(TextChoices):
    """What became of a message."""

    PENDING = "PENDING"
    SENT = "SENT"
    GIVEN_UP = "GIVEN_UP"


MACHINE = "governance.letter"
INITIAL = frozenset({LetterStatus.PENDING})
TRANSITIONS: dict[str, frozenset[str]] = {
    LetterStatus.PENDING: frozenset({LetterStatus.SENT, LetterStatus.GIVEN_UP}),
    LetterStatus.SENT: frozenset(),
    LetterStatus.GIVEN_UP: frozenset({LetterStatus.PENDING}),
}
