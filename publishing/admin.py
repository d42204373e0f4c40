"""The desk's pages of publishing."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display

from chimera.core.desk import ReadingAdmin
from governance.controls import looking
from publishing.admin_reversals import TakesBack
from publishing.connectors.base import consents
from publishing.connectors.measuring import NAMES
from publishing.metrics import picture
from publishing.metrics import selectors as metrics
from publishing.models import Account, Blackout, Feed, FleetBlackout, Post, Quota, Trend
from publishing.posts import tokens
from publishing.readiness import selectors as readiness
from publishing.readiness.selectors import Standing
from publishing.timing import shown


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
    """Presences on platforms: whether they can publish, what to do next, and when nothing goes out."""

    list_display: ClassVar[list[str]] = ["handle", "platform", "display_name", "readiness", "next_step", "quota"]
    list_filter: ClassVar[list[str]] = ["platform"]
    ordering: ClassVar[list[str]] = ["platform", "handle"]
    list_before_template = "admin/publishing/blackouts.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the blackouts that hold or are to come."""
        return super().changelist_view(request, {**(extra_context or {}), "blackouts": shown.ahead()})

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The page's accounts with how they stand: read once for all of them."""
        page = super().get_changelist_instance(request)
        found = readiness.standings(accounts=list(page.result_list), consents=consents())
        standing = {one.account.pk: one for one in found}
        for account in page.result_list:
            account.standing = standing[account.pk]
        return page

    @display(
        description="can publish", label={"ready": "success", "waits": "info", "look": "warning", "not ready": "danger"}
    )
    def readiness(self, account: Account) -> str:
        """In one word."""
        return _standing(account).word

    @display(description="next")
    def next_step(self, account: Account) -> str:
        """Why not, and what helps."""
        found = _standing(account)
        return f"{found.why_not}. {found.do}." if found.why_not else found.next

    @display(description="posts")
    def quota(self, account: Account) -> str:
        """Its window with the least room."""
        return _standing(account).quota


def _standing(account: Account) -> Standing:
    found: Standing | None = getattr(account, "standing", None)
    if found is None:  # the page of one account
        (found,) = readiness.standings(accounts=[account], consents=consents())
    return found


@admin.register(Blackout)
class BlackoutAdmin(ReadingAdmin):
    """When brands say nothing. `manage.py blackout` makes and removes them."""

    list_display: ClassVar[list[str]] = ["brand", "where", "begins_at", "ends_at", "reason", "by", "removed_at"]
    list_select_related: ClassVar[list[str]] = ["brand"]
    ordering: ClassVar[list[str]] = ["-ends_at"]

    @display(description="platform")
    def where(self, blackout: Blackout) -> str:
        """All of them, unless one is named."""
        return blackout.platform or "all"


@admin.register(FleetBlackout)
class FleetBlackoutAdmin(ReadingAdmin):
    """When nobody says anything."""

    list_display: ClassVar[list[str]] = ["platform", "begins_at", "ends_at", "reason", "by", "removed_at"]
    ordering: ClassVar[list[str]] = ["-ends_at"]


@admin.register(Quota)
class QuotaAdmin(ReadingAdmin):
    """What platforms take, from which day on, and who says so."""

    list_display: ClassVar[list[str]] = ["platform", "scope", "span_s", "count_max", "told_max", "since", "source"]
    ordering: ClassVar[list[str]] = ["platform", "scope", "span_s", "-since"]
