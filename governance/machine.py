"""What every row with a state machine has. Requirements: PLN-4."""

from typing import ClassVar

from django.db import models

from chimera.core.brands.models import BrandModel


class Stateful(models.Model):
    """`status` is written by `transitions` only; `state_version` rises by one with every move."""

    SUBJECT: ClassVar[str]  # prefix of the row's name in the record: "agents.task"
    TRANSITIONS: ClassVar[dict[str, frozenset[str]]]

    status = models.CharField(max_length=16)
    state_version = models.IntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    @property
    def subject(self) -> str:
        """The row's name in the record, as text: "agents.task:42"."""
        return f"{self.SUBJECT}:{self.pk}"


class BrandStateful(BrandModel, Stateful):
    """A row with states that belongs to a brand."""

    class Meta:
        abstract = True
