"""A mention is looked at once: it is left alone, or an agent takes it up and answers, or does not."""

from django.db.models import TextChoices


class MentionStatus(TextChoices):
    """Where a mention is."""

    NEW = "NEW"
    SKIPPED = "SKIPPED"
    TAKEN = "TAKEN"
    ANSWERED = "ANSWERED"
    UNANSWERED = "UNANSWERED"


MACHINE = "publishing.mention"
INITIAL = frozenset({MentionStatus.NEW})
TRANSITIONS: dict[str, frozenset[str]] = {
    MentionStatus.NEW: frozenset({MentionStatus.SKIPPED, MentionStatus.TAKEN}),
    MentionStatus.TAKEN: frozenset({MentionStatus.ANSWERED, MentionStatus.UNANSWERED}),
    MentionStatus.SKIPPED: frozenset(),
    MentionStatus.ANSWERED: frozenset(),
    MentionStatus.UNANSWERED: frozenset(),
}
