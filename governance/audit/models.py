"""The audit event."""

from django.db import models

from chimera.core.brands.models import bound_brand
from chimera.core.clock import Now


class AuditEvent(models.Model):
    """Who moved what from where to where, when. `body` is the canonical text that will be sealed as it stands.

    `brand` is null for acts on the fleet; those rows are the operator's alone. The column `xid` (the transaction,
    for sealing in commit order) is the database's business and not mapped here.
    """

    brand = bound_brand(null=True)
    subject = models.CharField(max_length=80)
    task_id = models.CharField(max_length=80, blank=True)
    actor = models.CharField(max_length=160)
    action = models.CharField(max_length=8)
    from_status = models.CharField(max_length=16, blank=True)
    to_status = models.CharField(max_length=16, blank=True)
    state_version = models.IntegerField()
    body = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["brand", "task_id", "id"], name="audit_by_task"),
            models.Index(fields=["subject", "id"], name="audit_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.from_status} -> {self.to_status} by {self.actor}"


class SealedEvent(models.Model):
    """An event's place in the sealed record (fleet table). Places begin at 0 and have no gap; a trigger sees to that.

    No foreign key to the event: what is put away after its time leaves its leaf behind.
    """

    seq = models.BigIntegerField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    leaf = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"entry {self.seq}: event {self.event_id}"


class Subtree(models.Model):
    """The root of a complete subtree of level 8, 16, 24 and so on (fleet table), so that a proof needs few reads."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="subtree_once_per_place"),
            models.CheckConstraint(condition=models.Q(level__in=[8, 16, 24, 32, 40, 48]), name="subtree_level_is_kept"),
        ]

    def __str__(self) -> str:
        return f"subtree {self.level}/{self.index}"


class CheckpointKey(models.Model):
    """A public key that signs checkpoints (fleet table); kept for as long as what it signed."""

    kid = models.CharField(max_length=8, primary_key=True)
    vkey = models.CharField(max_length=160)
    since = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.vkey


class Checkpoint(models.Model):
    """A signed root (fleet table). `note` is what was signed and published, `previous` the hash of the former note.

    A former note has one successor: two sealers cannot make the record go on in two ways.
    """

    generation = models.IntegerField()
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    kid = models.CharField("key", max_length=8)
    previous = models.BinaryField(max_length=32, null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["generation", "size"], name="checkpoint_once_per_size"),
            models.UniqueConstraint(fields=["previous"], nulls_distinct=False, name="checkpoint_has_one_successor"),
        ]

    def __str__(self) -> str:
        return f"checkpoint {self.generation}/{self.size}"


class KeyRotation(models.Model):
    """Somebody asked for a new checkpoint key (fleet table); who and when is on the record."""

    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"rotation {self.pk}"


class Sealing(models.Model):
    """How far the record is sealed (fleet table, one row; the sealer's own).

    Everything up to (from_xid, from_id) is sealed, in the order of transactions; these two columns and `window_xid`
    hold numbers of transactions and are the database's business. They mean something only in the life in which they
    were noted: `system` is the server that gave them, `incarnation` changes with every restore.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    installation = models.CharField(max_length=16)
    system = models.CharField(max_length=20, blank=True, default="")
    incarnation = models.IntegerField()
    catching_up = models.BooleanField(default=True)
    rotated_through = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="sealing_has_one_row")]

    def __str__(self) -> str:
        return f"record {self.installation}"


class Anchoring(models.Model):
    """The last checkpoint that stands at a place outside of the database (fleet table), as the sealer saw it."""

    anchor = models.CharField(max_length=40, primary_key=True)
    generation = models.IntegerField()
    size = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.anchor}: checkpoint {self.generation}/{self.size}"
