"""The desk's pages of governance: the list of reviews, effects, the record. Doors only: they call services."""

from typing import ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from chimera.core.desk import ReadingAdmin
from governance import admin_budgets, admin_notices, admin_numbers, admin_record  # noqa: F401 - register their pages
from governance.admin_foureyes import FourEyesAdmin  # noqa: F401 - registers itself
from governance.admin_grants import GrantKeyAdmin  # noqa: F401 - registers itself
from governance.admin_people import PersonAdmin  # noqa: F401 - registers itself
from governance.admin_policies import BrandPolicyAdmin  # noqa: F401 - registers itself
from governance.admin_queue import QueueList
from governance.admin_servers import ServerAdmin
from governance.admin_thresholds import ThresholdAdmin
from governance.models import AuditEvent, Effect

__all__ = ["ReviewItemAdmin", "ServerAdmin", "ThresholdAdmin"]


class ReviewItemAdmin(QueueList, ReadingAdmin):
    """The queue of what waits for a human. `agents.admin_desk` registers it, with one card at a time beside it."""


@admin.register(Effect)
class EffectAdmin(ReadingAdmin):
    """Acts outside, and what is known of them."""

    list_display: ClassVar[list[str]] = ["about", "kind", "status", "sends", "platform_id", "sent_at"]
    list_filter: ClassVar[list[str]] = ["status"]


@admin.register(AuditEvent)
class AuditEventAdmin(ReadingAdmin):
    """The record."""

    list_display: ClassVar[list[str]] = ["at", "subject", "from_status", "to_status", "state_version", "actor", "run"]
    search_fields: ClassVar[list[str]] = ["subject", "task_id", "actor"]
    ordering: ClassVar[list[str]] = ["-id"]

    @display(description="run")
    def run(self, event: AuditEvent) -> str:
        """The run that it belongs to, by name: what is above governance is known by text alone."""
        name, _, number = (event.task_id or event.subject).rpartition(":")
        pages = {"agents.task": "admin:agents_run_of_task", "agents.goal": "admin:agents_run"}
        if name not in pages or not number.isdigit():
            return ""
        address = reverse(pages[name], args=[int(number)])
        return format_html('<a class="text-primary-600 dark:text-primary-400 underline" href="{}">run</a>', address)
