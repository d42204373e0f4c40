"""Which posts are due for a reading, at which step of their age. Replies are answers and are not read. MET-1."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from publishing.accounts.models import Account
from publishing.metrics.models import Reading
from publishing.posts.models import Post
from publishing.posts.states import PostStatus

# A post is left alone when its last step has been due for a quarter of that age.
LEFT_ALONE = 1.25

# The newest step whose time has come; the steps before it are left out. Young posts first: their steps pass sooner.
_DUE = f"""
SELECT p.id, p.platform_id, p.account_id, a.platform, a.handle, a.belongs_to, p.published_at, s.step
  FROM {Post._meta.db_table} p
  JOIN {Account._meta.db_table} a ON a.brand_id = p.brand_id AND a.id = p.account_id
 CROSS JOIN LATERAL (SELECT max(one) AS step FROM unnest(%(steps)s::int[]) AS one
                      WHERE p.published_at + make_interval(secs => one) <= chimera_now()) AS s
 WHERE p.brand_id = NULLIF(current_setting('app.brand', true), '')::bigint
   AND p.status = '{PostStatus.PUBLISHED}' AND p.published_at > chimera_now() - %(back)s AND s.step IS NOT NULL
   AND a.platform = ANY (%(platforms)s) AND coalesce(p.payload ->> 'reply_to', '') = ''
   AND (%(owner)s::text IS NULL OR a.belongs_to = %(owner)s) AND (%(post)s::bigint IS NULL OR p.id = %(post)s)
   AND NOT EXISTS (SELECT FROM {Reading._meta.db_table} r WHERE r.brand_id = p.brand_id AND r.post_id = p.id
                      AND (r.step_s >= s.step OR r.is_gone))
 ORDER BY p.published_at DESC, p.id LIMIT %(most)s
"""


@dataclass(frozen=True, kw_only=True)
class Due:
    """A post whose figures are due. `step_s` is the step that is meant."""

    post_id: int
    platform_id: str
    account_id: int
    platform: str
    handle: str
    belongs_to: str
    published_at: datetime
    step_s: int


def due(
    *, platforms: Collection[str], count_max: int, belongs_to: str | None = None, post_id: int | None = None
) -> list[Due]:
    """The brand's posts that are due, at most so many, the youngest first; of one persona, or one post."""
    steps: Sequence[int] = settings.METRICS_STEPS_S
    asked: dict[str, Any] = {
        "steps": list(steps),
        "back": timedelta(seconds=steps[-1] * LEFT_ALONE),
        "platforms": list(platforms),
        "owner": belongs_to,
        "post": post_id,
        "most": count_max,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, asked)
        names = ("post_id", "platform_id", "account_id", "platform", "handle", "belongs_to", "published_at", "step_s")
        return [Due(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def next_at(*, post: Post) -> datetime | None:
    """When the next step of a post is due; None when there is none to come, or it is not out."""
    if (
        post.published_at is None
        or post.payload.get("reply_to")
        or Reading.objects.filter(post=post, is_gone=True).exists()
    ):
        return None
    last = Reading.objects.filter(post=post).order_by("-step_s").values_list("step_s", flat=True).first() or 0
    later = [step for step in settings.METRICS_STEPS_S if step > last]
    return post.published_at + timedelta(seconds=later[0]) if later else None
