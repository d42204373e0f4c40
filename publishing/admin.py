"""The desk's pages of publishing."""

from typing import ClassVar

from django.contrib import admin
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from chimera.core.desk import ReadingAdmin
from governance.controls import looking
from publishing.admin_reversals import TakesBack
from publishing.connectors.measuring import NAMES
from publishing.metrics import picture
from publishing.metrics import selectors as metrics
from publishing.models import Account, Feed, Post, Trend
from publishing.posts import tokens


@admin.register(Post)
class PostAdmin(TakesBack, ReadingAdmin):
    """What went out, and what is on its way; one button takes it back."""

    list_display: ClassVar[list[str]] = ["text", "state", "account", "approval", "published_at", "verification", "why"]
    list_filter: ClassVar[list[str]] = ["status", "verification"]
    list_select_related: ClassVar[list[str]] = ["account"]
    ordering: ClassVar[list[str]] = ["-id"]
    readonly_fields: ClassVar[list[str]] = ["run", "passport", "taken_back", "figures"]
    actions_detail: ClassVar[list[str]] = ["take_back"]

    @display(description="run")
    def run(self, post: Post) -> str:
        """The run that made it, by name: what is above publishing is known by text alone."""
        name, _, number = post.task.rpartition(":")
        if name != "agents.task" or not number.isdigit():
            return ""
        address = reverse("admin:agents_run_of_task", args=[int(number)])
        return format_html(
            '<a class="text-primary-600 dark:text-primary-400 underline" href="{}">{}</a>', address, post.task
        )

    @display(description="passport")
    def passport(self, post: Post) -> str:
        """What anybody may know of it, once it is out."""
        if post.published_at is None:
            return "none until it is out"
        address = reverse("passport", args=[tokens.token(post_id=post.pk)])
        return format_html(
            '<a class="text-primary-600 dark:text-primary-400 underline" href="{}">{}</a>', address, address
        )

    @display(description="how it does")
    def figures(self, post: Post) -> str:
        """Each figure over its age, drawn, and as a table."""
        found = metrics.readings(post_id=post.pk)
        at = post.published_at
        shown = {
            "post": post.pk,
            "names": NAMES,
            "lines": picture.lines(readings=found, published_at=at) if at else [],
            "readings": picture.rows(readings=found, published_at=at) if at else [],
            "nothing": "Nothing was read of it yet." if at else "Nothing is read until it is out.",
        }
        return render_to_string("admin/metrics/post.html", shown)

    @display(description="why it waits")
    def why(self, post: Post) -> str:
        """The stop that holds it back, else what it said last."""
        return (looking.sentence(scopes=post.scopes) if post.due_at else "") or post.note

    def text(self, post: Post) -> str:
        """Its first words."""
        return " ".join(str(post.payload["text"]).split())[:80]

    @display(
        description="state",
        label={
            "PUBLISHED": "success",
            "FAILED": "danger",
            "HELD": "warning",
            "SCHEDULED": "info",
            "REVERTED": "warning",
        },
    )
    def state(self, post: Post) -> str:
        """Where it is."""
        return post.status


@admin.register(Trend)
class TrendAdmin(ReadingAdmin):
    """Stories that several items tell."""

    list_display: ClassVar[list[str]] = [
        "title",
        "told_by",
        "score",
        "parts",
        "detected_at",
        "first_seen",
        "expires_at",
    ]
    exclude: ClassVar[list[str]] = ["vector"]
    ordering: ClassVar[list[str]] = ["-score_bp"]

    def told_by(self, trend: Trend) -> str:
        """Its sources."""
        return ", ".join(trend.sources)

    def score(self, trend: Trend) -> str:
        """0 to 1."""
        return f"{trend.score_bp / 10_000:.2f}"

    @display(description="burst · diversity · decay")
    def parts(self, trend: Trend) -> str:
        """What the score is made of, each 0 to 1."""
        return " · ".join(f"{part / 10_000:.2f}" for part in (trend.burst_bp, trend.diversity_bp, trend.freshness_bp))


@admin.register(Feed)
class FeedAdmin(ReadingAdmin):
    """What is read, and what went wrong with it."""

    list_display: ClassVar[list[str]] = ["url", "title", "format", "items_seen", "read_at", "error"]


@admin.register(Account)
class AccountAdmin(ReadingAdmin):
    """Presences on platforms."""

    list_display: ClassVar[list[str]] = ["handle", "platform", "display_name"]
