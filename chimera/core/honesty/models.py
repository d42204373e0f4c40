"""Who was told what they talk to, known by a keyed hash."""

from django.db import models

from chimera.core.brands.models import BrandModel
from chimera.core.clock import Now


class Disclosure(BrandModel):
    """A speaker has told a person that it is an AI. Written once, forgotten in time or when the person asks for it."""

    platform = models.CharField(max_length=40)
    author = models.CharField(max_length=80)  # see chimera.core.pii.authors: never the id itself
    speaker = models.CharField(max_length=80)  # as in "agents.agent:42"
    language = models.CharField(max_length=2)
    told_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["brand", "told_at"], name="disclosure_by_age")]
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "platform", "author", "speaker"], name="disclosure_once_per_speaker"
            ),
            models.CheckConstraint(
                condition=models.Q(author__regex=r"^a[0-9a-z]{1,12}\.[0-9a-f]{40}$"), name="disclosure_author_is_a_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.speaker} told {self.author[:12]}"
