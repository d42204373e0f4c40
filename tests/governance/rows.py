"""What the tests of governance need: leased rows, effects, cards, and several people acting at the same moment."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, TypeVar

from django.db import connection

from chimera.core import canonical, clock
from chimera.core.clock import Now
from governance.effects import services as effects
from governance.effects.models import Effect
from governance.leases import services as leases
from governance.reviews import services as reviews
from governance.reviews.models import ReviewItem, ReviewKind
from publishing.accounts.models import Account
from publishing.posts import services as posts
from publishing.posts.models import Post

Result = TypeVar("Result")
FEE = 15_000


def together(jobs: Sequence[Callable[[], Result]]) -> list[Result | Exception]:
    """Every job in a thread and on a connection of its own, started at one moment; what each gave or raised."""
    start = threading.Barrier(len(jobs), timeout=20)

    def run(job: Callable[[], Result]) -> Result | Exception:
        start.wait()
        try:
            return job()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def failures(results: Sequence[Any]) -> list[Exception]:
    """Those that raised."""
    return [result for result in results if isinstance(result, Exception)]


def post(
    *,
    brand_id: int = 1,
    key: str = "1",
    scopes: Sequence[str] = (),
    account: Account | None = None,
    payload: dict[str, Any] | None = None,
    **columns: Any,
) -> Post:
    """A scheduled post that is due; inside the brand."""
    handle = f"handle-{brand_id}-{key}"
    if account is None:
        account, _ = Account.objects.get_or_create(
            brand_id=brand_id,
            platform="plaza",
            handle=handle,
            defaults={"display_name": "Somebody", "belongs_to": f"agents.agent:{key}"},
        )
    payload = payload or {"text": f"Toaster number {key} works again.", "ai_generated": True}
    columns.setdefault("task", f"agents.task:{key}")
    made = posts.Post.objects.create(
        brand_id=brand_id,
        account=account,
        payload=payload,
        content_hash=canonical.digest(payload),
        status="SCHEDULED",
        queue="publish",
        scopes=list(scopes) or ["fleet", f"brand:{brand_id}", "platform:plaza"],
        due_at=Now(),
        **columns,
    )
    made.refresh_from_db()
    return made


def claimed(*, brand_id: int = 1, key: str = "1", lease_s: float = 60, **columns: Any) -> Post:
    """A post that this test holds, for `lease_s`."""
    row = post(brand_id=brand_id, key=key, **columns)
    until = Now() + timedelta(seconds=lease_s)
    Post.objects.filter(pk=row.pk).update(fence=1, attempts=1, lease_until=until, due_at=until, lease_owner="test")
    row.refresh_from_db()
    return row


def taken_over(row: Post) -> None:
    """Somebody else has the row now."""
    Post.objects.filter(pk=row.pk).update(fence=row.fence + 1, lease_owner="somebody else")


def effect(*, row: Post, platform_class: str = "A", fee_usd_micros: int = FEE) -> Effect:
    """The intended effect of a post."""
    return effects.intend(
        row=row,
        task=row.task,
        kind="publish",
        platform_class=platform_class,
        payload_hash=row.content_hash,
        fee_usd_micros=fee_usd_micros,
        lasts_s=3600,
    )


def sent(*, row: Post, jti: str = "jti-1", platform_class: str = "A") -> Effect:
    """The effect of a post after tx B."""
    return effects.send(effect=effect(row=row, platform_class=platform_class), row=row, jti=jti, call_timeout_s=10)


def card(
    *,
    brand_id: int = 1,
    about: str = "agents.task:1",
    text: str = "Hello.",
    late: bool = False,
    kind: ReviewKind = ReviewKind.DOUBT,
    group: str = "",
    labelled: bool = False,
) -> ReviewItem:
    """A pending review; with `late` its deadline has passed."""
    return reviews.ask(
        brand_id=brand_id,
        about=about,
        task="agents.task:1",
        kind=kind,
        group=group,
        snapshot={"payload": {"text": text, **({"ai_generated": True} if labelled else {})}},
        why="The judge doubts the closing line.",
        deadline=clock.now() + timedelta(hours=-1 if late else 1),
    )


def claim(*, count_max: int = 1) -> list[leases.Claim]:
    """What a publish worker does first."""
    return leases.claim(model=Post, queues=["publish"], stages=["publish"], count_max=count_max)
