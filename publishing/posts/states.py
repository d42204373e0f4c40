"""A post goes out, fails, or waits for a human; what is out may be taken back."""

from django.db.models import TextChoices


class PostStatus(TextChoices):
    """Where a post is."""

    SCHEDULED = "SCHEDULED"
    HELD = "HELD"
    PUBLISHED = "PUBLISHED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    REVERTED = "REVERTED"  # it was live, and was taken down: see publishing.reversals


MACHINE = "publishing.post"
INITIAL = frozenset({PostStatus.SCHEDULED})
TRANSITIONS: dict[str, frozenset[str]] = {
    PostStatus.SCHEDULED: frozenset({PostStatus.PUBLISHED, PostStatus.FAILED, PostStatus.HELD, PostStatus.CANCELLED}),
    PostStatus.HELD: frozenset({PostStatus.SCHEDULED, PostStatus.PUBLISHED, PostStatus.FAILED, PostStatus.CANCELLED}),
    PostStatus.PUBLISHED: frozenset({PostStatus.REVERTED}),
    PostStatus.FAILED: frozenset(),
    PostStatus.CANCELLED: frozenset(),
    PostStatus.REVERTED: frozenset(),
}
