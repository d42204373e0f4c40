"""The entry and what happened to it (fleet tables: a server that lies does so to every brand)."""

from django.db import models
from django.db.models import Q

from chimera.core.clock import Now
from governance.machine import Stateful
from governance.servers.states import TRANSITIONS, ServerStatus


class Owner(models.TextChoices):
    """Whose server it is: ours is pinned by a lock file in the repository, reviewed with the code."""

    OURS = "ours", "Ours"
    THIRD_PARTY = "third_party", "A third party's"


class Transport(models.TextChoices):
    """How it is reached. No server is started as a child process: it would run with our rights."""

    STREAMABLE_HTTP = "streamable_http", "Streamable HTTP"


class Server(Stateful):
    """One MCP server. Who proposed, reviewed and changed it is written by the trigger `pins_governance_server`.

    `tools` and `seen` are lists of `{"name": str, "sha256": str, "told": {"$tainted": str, "origin": str}}`; `pins` is
    made of `tools` by the trigger: `{name: sha256}`.
    """

    SUBJECT = "governance.server"
    TRANSITIONS = TRANSITIONS

    name = models.CharField(max_length=40)
    url = models.CharField(max_length=500, blank=True, default="")  # of ours: empty, the settings say where
    transport = models.CharField(max_length=20, choices=Transport.choices, default=Transport.STREAMABLE_HTTP)
    owner = models.CharField(max_length=12, choices=Owner.choices)
    tools = models.JSONField()
    pins = models.JSONField(default=dict, editable=False)
    # Of ours: what the lock file said before, because connectors and workers are not replaced in one moment.
    former_pins = models.JSONField(default=dict, editable=False)
    pins_hash = models.CharField(max_length=64, default="", editable=False)
    lock_hash = models.CharField(max_length=64, blank=True, default="")
    sbom_hash = models.CharField(max_length=64, blank=True, default="")
    sbom = models.JSONField(default=dict)
    scan_hash = models.CharField(max_length=64, blank=True, default="")
    scan = models.JSONField(default=dict)
    # What it listed when that was not what had been reviewed; answered by a reviewer.
    seen = models.JSONField(null=True, editable=False)
    seen_wrong = models.CharField(max_length=200, blank=True, default="", editable=False)
    seen_hash = models.CharField(max_length=64, blank=True, default="", editable=False)
    seen_at = models.DateTimeField(null=True, editable=False)
    kept_hash = models.CharField(max_length=64, blank=True, default="")
    reason = models.TextField(blank=True, default="")
    proposed_by = models.CharField(max_length=160, default="", editable=False)
    proposed_at = models.DateTimeField(db_default=Now(), editable=False)
    # Who proposed it does not allow it. Settled when it is proposed; a person wrote the lock file of ours.
    needs_second = models.BooleanField(default=False, db_default=False, editable=False)
    reviewed_by = models.CharField(max_length=160, blank=True, default="", editable=False)
    reviewed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "MCP server"
        permissions = [("decide_server", "Can allow, disable and remove MCP servers")]
        constraints = [
            models.UniqueConstraint(
                fields=["name"], condition=~Q(status=ServerStatus.REMOVED), name="server_once_by_name"
            ),
            models.UniqueConstraint(
                fields=["url"], condition=~Q(status=ServerStatus.REMOVED) & ~Q(url=""), name="server_once_by_url"
            ),
            models.CheckConstraint(condition=Q(status__in=ServerStatus.values), name="server_status_is_known"),
            models.CheckConstraint(condition=Q(transport__in=Transport.values), name="server_transport_is_known"),
            models.CheckConstraint(condition=Q(name__regex=r"^[a-z][a-z0-9_-]{0,39}$"), name="server_name_is_plain"),
            models.CheckConstraint(
                condition=Q(owner=Owner.OURS, url="") | Q(owner=Owner.THIRD_PARTY, url__regex=r"^https?://[^\s]+$"),
                name="server_of_others_has_an_address",
            ),
            # Ours have a lock file, reviewed with the code that it pins; dependencies are those of this installation.
            models.CheckConstraint(
                condition=~Q(status=ServerStatus.ALLOWED)
                | (~Q(sbom_hash="") & ~Q(scan_hash=""))
                | (Q(owner=Owner.OURS) & ~Q(lock_hash="")),
                name="server_allowed_has_its_papers",
            ),
            models.CheckConstraint(
                condition=~Q(status=ServerStatus.ALLOWED) | ~Q(pins={}), name="server_allowed_has_tools"
            ),
            models.CheckConstraint(
                condition=~Q(status=ServerStatus.ALLOWED) | (~Q(reviewed_by="") & Q(reviewed_at__isnull=False)),
                name="server_allowed_has_a_reviewer",
            ),
            models.CheckConstraint(
                condition=Q(status=ServerStatus.PROPOSED) | ~Q(reason=""), name="server_decided_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(owner=Owner.OURS) | Q(lock_hash="", former_pins={}), name="server_only_ours_has_a_lock"
            ),
            models.CheckConstraint(
                condition=Q(owner=Owner.THIRD_PARTY) | ~Q(status=ServerStatus.REMOVED),
                name="server_of_ours_is_disabled_not_removed",
            ),
            # server_is_allowed_by_a_second_person: in sql/second.sql, it compares persons.
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.status})"

    @property
    def waits(self) -> bool:
        """Whether a reviewer has not yet said what is to become of a change, or of the proposal."""
        return self.status == ServerStatus.PROPOSED or (bool(self.seen_hash) and self.seen_hash != self.kept_hash)


class ServerNote(models.Model):
    """What was done with an entry, by whom and why; written by a trigger, kept for good."""

    server = models.ForeignKey(Server, on_delete=models.PROTECT, related_name="notes")
    verb = models.CharField(max_length=16)  # the new status, or LOCKED, KEPT, PAPERS
    reason = models.TextField(blank=True, default="")
    pins_hash = models.CharField(max_length=64)
    seen = models.JSONField(null=True)
    actor = models.CharField(max_length=160)
    at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.verb} by {self.actor}"
