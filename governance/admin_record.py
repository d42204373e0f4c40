"""The desk's page of checkpoints: what is sealed, by which key, and whether it stands outside. AUD-2."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from chimera.core.desk import ReadingAdmin
from governance.audit import selectors
from governance.audit.models import Anchoring, Checkpoint, CheckpointKey


@admin.register(Checkpoint)
class CheckpointAdmin(ReadingAdmin):
    """Signed roots, newest first, below how far the seal is."""

    list_display: ClassVar[list[str]] = ["size", "generation", "made", "root_in_hex", "kid", "outside"]
    list_filter: ClassVar[list[str]] = ["generation", "kid"]
    ordering: ClassVar[list[str]] = ["-generation", "-size"]
    fields: ClassVar[list[str]] = ["size", "generation", "made", "root_in_hex", "kid", "signed_by", "note"]
    readonly_fields: ClassVar[list[str]] = ["made", "root_in_hex", "signed_by"]
    list_before_template = "admin/governance/seal.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Checkpoint]:
        """With the places that do not have it yet, in the same query."""
        found: QuerySet[Checkpoint] = super().get_queryset(request)
        older = Q(generation__lt=OuterRef("generation")) | Q(
            generation=OuterRef("generation"), size__lt=OuterRef("size")
        )
        return found.annotate(missing=Exists(Anchoring.objects.filter(older)), placed=Exists(Anchoring.objects.all()))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, below how much waits."""
        context = {"seal": selectors.lag(), "anchored": list(Anchoring.objects.order_by("anchor"))}
        context |= extra_context or {}
        answer: HttpResponse = super().changelist_view(request, context)
        return answer

    @display(description="stands outside", boolean=True)
    def outside(self, checkpoint: Checkpoint) -> bool:
        """Whether every anchor has it, as far as the sealer has seen."""
        return bool(checkpoint.placed and not checkpoint.missing)  # type: ignore[attr-defined]

    @display(description="made (UTC)", ordering="at")
    def made(self, checkpoint: Checkpoint) -> str:
        """When it was signed."""
        return f"{checkpoint.at:%d %b %Y %H:%M:%S}"

    @display(description="root")
    def root_in_hex(self, checkpoint: Checkpoint) -> str:
        """The root, as people compare it."""
        return bytes(checkpoint.root).hex()

    @display(description="key, in full")
    def signed_by(self, checkpoint: Checkpoint) -> str:
        """The public key that checks it."""
        return str(CheckpointKey.objects.filter(pk=checkpoint.kid).first() or "not known")
